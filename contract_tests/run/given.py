"""The credentials that the settings give: where they stand, which schemes they are for, and what no output may show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import unquote, urlsplit, urlunsplit

from contract_tests.core.contract import Contract
from contract_tests.core.credentials import MUTUAL_TLS
from contract_tests.core.errors import UsageError
from contract_tests.core.redaction import Redactor
from contract_tests.run.settings import Settings


def with_userinfo(settings: Settings, contract: Contract) -> Settings:
    """The settings with `user:password` of the target's address as the token, where the contract knows Basic.

    Raises `UsageError` where a token would travel in the same header.
    """
    pair = userinfo(settings.target)
    if pair and (settings.token or settings.login) and uses_authorization(contract):
        problem = "--target has a password, which travels in the same header as the token"
        raise UsageError(problem, fix="give only one of the two")
    if not pair or settings.token or settings.login or not has_basic(contract):
        return settings
    parts = urlsplit(settings.target or "")
    plain = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return replace(settings, token=pair, target=plain)


def by_scheme(settings: Settings, contract: Contract) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The values for single security schemes, of the user and of the other one; raises `UsageError`."""
    schemes = contract.reader.security_schemes
    return (
        values_of("--credential", settings.credential, schemes),
        values_of("--other-credential", settings.other_credential, schemes),
    )


def values_of(flag: str, given: Iterable[str], schemes: Iterable[str]) -> Mapping[str, str]:
    """`SCHEME=VALUE` by scheme; raises `UsageError` where the contract has no such scheme."""
    pairs = {name: value for name, _, value in (text.partition("=") for text in given)}
    for name, value in pairs.items():
        if name not in schemes:
            raise UsageError(
                f"{flag}: the contract has no security scheme {name!r}", fix=f"known: {', '.join(schemes)}"
            )
        if not value:
            raise UsageError(f"{flag} {name} has no value", fix=f"write it as {name}=VALUE")
    return pairs


def learn_secrets(redact: Redactor, settings: Settings, contract: Contract) -> None:
    """Let no output show what the settings give."""
    redact.learn(settings.token, "$CONTRACT_TOKEN")
    redact.learn(settings.other_token, "$CONTRACT_OTHER_TOKEN")
    tokens = [token for token in (settings.token, settings.other_token) if token]
    for pair in (userinfo(settings.target), *(tokens if has_basic(contract) else ())):
        redact.learn(pair)
        redact.learn(pair.partition(":")[2], "[password]")
    for values in by_scheme(settings, contract):
        redact.learn_all(values.values())
    redact.learn_all(settings.secret)
    for login in (settings.login, settings.other_login):
        redact.learn_all(login.secrets() if login else ())


def userinfo(target: str | None) -> str:
    """`user:password` of an address, decoded; empty where it has none."""
    parts = urlsplit(target or "")
    return f"{unquote(parts.username or '')}:{unquote(parts.password)}" if parts.password else ""


def has_basic(contract: Contract) -> bool:
    """Whether the contract knows Basic credentials."""
    return any(scheme.kind == "basic" for scheme in contract.reader.security_schemes.values())


def uses_authorization(contract: Contract) -> bool:
    """Whether tokens travel in the header Authorization."""
    kinds = {scheme.kind for scheme in contract.reader.security_schemes.values()}
    return not kinds or bool(kinds - {"apiKey", MUTUAL_TLS})
