"""Tokens that the run fetches itself: without a scope that an operation needs, expired, or revoked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from contract_tests.core.answer import Answer
from contract_tests.core.calls import Call, Calls
from contract_tests.core.contract import Operation
from contract_tests.core.errors import Broken, CredentialsRefused, NotChecked, TargetUnavailable
from contract_tests.core.promises import promise
from contract_tests.core.renewing import Credential
from contract_tests.core.target import Token
from contract_tests.run.run import Run
from contract_tests.run.settings import Settings
from contract_tests.suites.access.calling import check_refused, secured, tried

SHORT: Final = 5.0  # seconds of a token's life that a run waits for
MARGIN: Final = 1.0  # seconds after its end from which a token must be refused
PAGE: Final = "security of the operation"
JWT_DOTS: Final = 2


def has_login(settings: Settings) -> bool:
    """Whether the settings say how tokens are fetched."""
    return settings.login is not None


def fetched(credential: Credential) -> str:
    """The token; raises `NotChecked` where the provider gives none."""
    try:
        token = credential.current()
    except (CredentialsRefused, TargetUnavailable) as error:
        raise NotChecked(f"tokens: {error}") from None
    return token or ""


@promise("An operation is refused to a token without the scope that it needs", page=PAGE, stage=30, where=has_login)
def test_scopes(run: Run, calls: Calls) -> None:
    """Each operation with scopes, with a token that has all other scopes that the contract knows."""
    credential, needy = run.target().credential, [one for one in secured(run) if scopes_of(one)]
    if not needy:
        raise NotChecked("scopes: the contract has none")
    if credential.login and credential.login.given.get("grant") == "refresh_token":
        raise NotChecked("scopes: a refresh token gives what its sign-in gave")
    known, tokens, reasons = all_scopes(credential, needy), dict[frozenset[str], str](), dict[str, None]()
    for needed in {scopes_of(one) for one in needy}:
        try:
            tokens[needed] = lesser(credential, known, needed)
        except NotChecked as error:
            reasons[error.reason] = None
    run.remarks.extend(f"not checked without a scope: {reason}" for reason in reasons)
    if not tokens:
        raise NotChecked(next(iter(reasons)))

    def without(operation: Operation, _: int) -> Iterator[Token]:
        token = tokens.get(scopes_of(operation))
        if token is not None and scopes_of(operation):
            yield token

    check_refused(run, calls, without, lambda one: f"with a token without {' '.join(sorted(scopes_of(one)))}")


def scopes_of(operation: Operation) -> frozenset[str]:
    """The scopes that every alternative of an operation needs some of; empty where one needs none."""
    alternatives = [{scope for _, scope in one} for one in operation.declared.scopes]
    return frozenset(scope for one in alternatives for scope in one) if all(alternatives) else frozenset()


def all_scopes(credential: Credential, needy: list[Operation]) -> frozenset[str]:
    """The scopes that the contract knows."""
    named = credential.login.given.get("known_scopes", ()) if credential.login else ()
    return frozenset(named).union(*(scopes_of(one) for one in needy))


def lesser(credential: Credential, known: frozenset[str], needed: frozenset[str]) -> str:
    """A token with all scopes but these; raises `NotChecked` where the provider gives none."""
    wanted = known - needed
    if not wanted:
        raise NotChecked(f"scopes: the contract knows no other than {' '.join(sorted(needed))}")
    other = credential.another(wanted)
    token = fetched(other)
    granted = other.scopes if other.scopes is not None else wanted
    if granted & needed:
        raise NotChecked(f"scopes: the login gives {' '.join(sorted(granted & needed))} though it wasn't asked for")
    return token


@pytest.fixture(scope="module")
def read(run: Run, calls: Calls) -> Call:
    """A read that requires credentials and succeeds with them."""
    reads = [one for one in secured(run) if one.method == "GET"]
    for call in tried(calls, reads, {}):
        if call.send(run.target()).ok:
            return call
    raise NotChecked("tokens: no read with credentials succeeds")


@promise("An expired token is refused", page="RFC 6750, section 3.1", stage=97, where=has_login)
def test_expired(run: Run, read: Call) -> None:
    """Where tokens live for a few seconds."""
    other = run.target().credential.another()
    token, limits = fetched(other), run.target().gate.limits
    life = other.ends_at - other.clock()
    longest = max(run.settings.settle, SHORT)
    if life > longest:
        lives = (
            "their provider doesn't say how long they live" if life == float("inf") else f"they live for {life:.0f} s"
        )
        raise NotChecked(f"tokens: {lives}, too long to wait for")
    limits.sleep(max(life, 0) + MARGIN)
    answer = read.send(run.target(), token)
    if answer.ok:
        judge(run, token, answer, f"{read.operation.id} to refuse a token {MARGIN:g} s after it has expired",
              "a server may allow a JWT some leeway (RFC 7519, section 4.1.4)")  # fmt: skip


@promise("A revoked token is refused", page="RFC 7009, section 2", stage=97, where=has_login)
def test_revoked(run: Run, read: Call) -> None:
    """Where the provider has a revocation endpoint."""
    other = run.target().credential.another()
    token = fetched(other)
    if token == run.target().token:
        raise NotChecked("tokens: the login gives the same token again")
    try:
        revoked = other.revoke()
    except (CredentialsRefused, TargetUnavailable) as error:
        raise NotChecked(f"tokens: {error}") from None
    if revoked is None:
        raise NotChecked("tokens: no revocation endpoint is known ([login] revoke_url)")
    if not revoked.ok:
        raise NotChecked(f"tokens: {revoked.sent.url} answered {revoked.describe()}")
    run.target().gate.limits.sleep(run.settings.settle)
    answer = read.send(run.target(), token)
    if answer.ok:
        judge(run, token, answer, f"{read.operation.id} to refuse a token that was revoked",
              "a server that doesn't ask the provider knows a JWT until it expires (RFC 7009, section 3)")  # fmt: skip


def judge(run: Run, token: str, answer: Answer, expected: str, leeway: str) -> None:
    """Raise `Broken`; of a token that says itself how long it counts, it is a note."""
    if token.count(".") == JWT_DOTS:
        run.ledger.note(f"{expected}; got {answer.status}: {leeway}")
    else:
        raise Broken(expected, answer.describe(), answer)
