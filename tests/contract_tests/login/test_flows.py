"""Tokens come from the flow that the contract declares; scopes, expiry and revocation are checked with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract_tests.cases.running import Ran, run
from tests.contract_tests.login import service as made
from tests.contract_tests.login.service import Provider, contract_of_provider

CLIENT = {"flow": "client_credentials", "client_id": "ci", "client_secret": "s3cr3t-of-ci"}
FLOWS = {
    "client_credentials": CLIENT,
    "password": {"flow": "password", "username": "ann", "password": "pw-of-ann", "client_id": "ci"},
    "authorization_code": {"flow": "authorization_code", "client_id": "ci", "login_hint": "ann"},
    "device_code": {"flow": "device_code", "client_id": "ci", "login_hint": "ann"},
}
DECLARED = {
    "client_credentials": "clientCredentials",
    "password": "password",
    "authorization_code": "authorizationCode",
}


def checked(service: Provider, folder: Path, login: dict[str, str], *flags: str, discovers: bool = False) -> Ran:
    """A run of the suite of access, with a login in its settings file."""
    config = folder / "contract-tests.toml"
    config.write_text("[login]\n" + "".join(f'{name} = "{value}"\n' for name, value in login.items()))
    flow = DECLARED.get(login["flow"])
    document = contract_of_provider(*([flow] if flow else []), discovers=discovers)
    return run(service, document, folder, "--suite", "access", "--config", str(config), *flags)


@pytest.mark.parametrize("name", FLOWS)
def test_each_flow_gives_a_token(name: str, tmp_path: Path) -> None:
    """With the addresses of the contract, or of the provider's metadata, and the scopes of the operations."""
    service = Provider()
    found = checked(service, tmp_path, FLOWS[name], discovers=name == "device_code")
    assert found.code == 0, found.printed
    assert found.outcome("scopes") == "kept"
    [first] = [scopes for token, (scopes, _) in service.tokens.items() if token == "opaque-token-0"]
    assert first == {"notes.read", "notes.write"}
    assert "s3cr3t-of-ci" not in "".join(found.texts)
    assert "opaque-token" not in "".join(found.texts)


@pytest.mark.parametrize(
    ("make", "promise", "words"),
    [
        (made.NoScopes, "scopes", "createNote to refuse a call with a token without notes.write"),
        (made.ForgetsToRevoke, "revoked", "to refuse a token that was revoked"),
        (made.NeverExpires, "expired", "to refuse a token 1 s after it has expired"),
    ],
)
def test_a_provider_that_is_not_asked_is_named(make: type[Provider], promise: str, words: str, tmp_path: Path) -> None:
    """A missing scope, a revoked token, an expired one."""
    found = checked(make(), tmp_path, CLIENT, discovers=True)
    assert found.code == 1, found.printed
    [(name, expected, _)] = found.broken()
    assert name == promise
    assert words in expected


def test_what_the_provider_does_not_give_is_not_checked(tmp_path: Path) -> None:
    """A token with all scopes says nothing of a missing one."""
    found = checked(made.GivesAll(), tmp_path, CLIENT, discovers=True)
    assert found.code == 0, found.printed
    assert found.outcome("scopes") == "not checked"
    assert "though it wasn't asked for" in found.printed


def test_tokens_that_live_briefly_must_end(tmp_path: Path) -> None:
    """The run renews its own, and waits for the end of another."""
    found = checked(made.Brief(), tmp_path, CLIENT, discovers=True)
    assert found.code == 0, found.printed
    assert found.outcome("expired") == "kept"
    assert found.outcome("revoked") == "kept"


@pytest.mark.parametrize(
    ("login", "words"),
    [
        ({"flow": "password"}, "the contract has no flow password (it has: oauth (clientCredentials))"),
        ({"flow": "implicit"}, "flow 'implicit' is none of client_credentials"),
        ({"flow": "client_credentials", "scheme": "other"}, "no flow client_credentials of other"),
    ],
)
def test_a_flow_that_is_not_there_is_wrong_usage(login: dict[str, str], words: str, tmp_path: Path) -> None:
    """It names those that are."""
    config = tmp_path / "contract-tests.toml"
    config.write_text("[login]\n" + "".join(f'{name} = "{value}"\n' for name, value in login.items()))
    found = run(Provider(), contract_of_provider("clientCredentials"), tmp_path, "--config", str(config))
    assert found.code == 2
    assert words in found.printed


def test_a_sign_in_that_needs_a_person_ends_the_run(tmp_path: Path) -> None:
    """With what the provider said, and what needs none."""
    login = {"flow": "authorization_code", "client_id": "ci", "login_hint": "bob"}
    found = checked(Provider(), tmp_path, login)
    assert found.code == 3
    assert "login_required" in found.printed
    assert "need no person" in found.printed
