"""Who may call: every operation needs a bearer token, whole, known, and under its own scheme."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.core.answer import Answer
from contract_tests.core.cases import Cases
from contract_tests.core.contract import Operation
from contract_tests.core.promises import promise
from contract_tests.core.target import NOTHING
from contract_tests.run.run import Run
from contract_tests.suites.flashback.api import Flashback, must
from contract_tests.suites.flashback.helpers import nothing_changes

NO_CREDENTIALS: dict[str, dict[str, str]] = {
    "no token": {},
    "an empty token": {"Authorization": "Bearer "},
    "an unknown token": {"Authorization": "Bearer contract-tests-unknown-token"},
    "another scheme": {"Authorization": "Basic Y29udHJhY3QtdGVzdHM6eA=="},
}


@promise("Every operation needs a bearer token", page="overview", assumed="A-04", stage=17)
def test_token_is_needed(run: Run, me: Flashback, operation: Operation) -> None:
    """401 (or 403, noted) without a valid bearer token, and nothing changes."""
    cases = Cases()
    with nothing_changes(f"{operation.id} without a valid token", me):
        for what, headers in [*NO_CREDENTIALS.items(), *altered(me.token)]:
            with cases.case():
                answer = without_token(me, operation, headers)
                check_unauthorized(run, operation, what, answer)
        cases.settle()


def altered(token: str | None) -> Iterator[tuple[str, dict[str, str]]]:
    """The user's own token, spoilt: what is wrong with it, and the headers."""
    if token:
        yield "a letter before the token", {"Authorization": f"Bearer x{token}"}
        yield "the token in capitals", {"Authorization": f"Bearer {token.swapcase()}"}
        if "~" not in token:  # else what is behind it names a world of the mock, and any name will do
            yield "more behind the token", {"Authorization": f"Bearer {token}/x"}


@promise("The token is sent as a bearer token", page="overview", assumed="A-04", stage=17, about="listDevices")
def test_the_scheme_is_bearer(run: Run, me: Flashback) -> None:
    """A server that accepts the right token under another scheme, or without one, discloses nothing: that is a note."""
    for what, value in (("another scheme", f"Basic {me.token}"), ("no scheme", str(me.token))):
        answer = without_token(me, me.target.contract.operation("listDevices"), {"Authorization": value})
        if answer.ok and me.token:
            run.ledger.note(f"the token is taken under {what}")
        else:
            check_unauthorized(run, me.target.contract.operation("listDevices"), f"the token under {what}", answer)


def check_unauthorized(run: Run, operation: Operation, what: str, answer: Answer) -> None:
    """401 with a challenge for a bearer token; 403 is noted."""
    if answer.status == 403:
        run.ledger.note(f"{operation.id}: 403 in place of 401 (A-04) for {what}")
        return
    must(answer.status == 401, f"401 from {operation.id} with {what}", answer.describe(), answer)
    expected = f"WWW-Authenticate in the 401 of {operation.id}, naming the scheme Bearer"
    challenge = answer.headers.get("www-authenticate", "no such header")
    must("bearer" in challenge.lower(), expected, challenge, answer)


def without_token(me: Flashback, operation: Operation, headers: dict[str, str]) -> Answer:
    """Call an operation with these headers alone: reads on a known record, writes on one that does not exist."""
    mint = me.target.gate.rules.mint
    values = [mint() for _ in operation.path_names]
    if operation.id == "getDevice":
        values = list(me.known_state().devices)[:1] or values
    body = {"fingerprint": mint()} if operation.id == "trustDevice" else NOTHING
    return me.target.call(operation.id, *values, body=body, token=None, headers=headers)
