"""Grants of OAuth 2 that take more than one request: discovery, an authorization code, a device code.

Only those are fetched that need no person: a provider for tests that takes a `login_hint`, or a user whom it knows.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from contract_tests.core.answer import NOT_JSON, Answer
from contract_tests.core.errors import CredentialsRefused

Fetch = Callable[[str, str, Mapping[str, str], bytes], Answer]
"""Sends a request outside the contract: method, URL, headers, body."""

FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
DISCOVERED: Final[Mapping[str, str]] = {
    "token_endpoint": "url", "authorization_endpoint": "authorize_url",
    "device_authorization_endpoint": "device_url", "revocation_endpoint": "revoke_url",
}  # fmt: skip
REDIRECT: Final = "http://127.0.0.1/callback"
"""Where a code is sent; nobody follows."""
DEVICE: Final = "urn:ietf:params:oauth:grant-type:device_code"
INSTEAD: Final = "flow = client_credentials, password or refresh_token need no person"


def discovered(given: Mapping[str, Any], fetch: Fetch) -> Mapping[str, Any]:
    """The settings, with the addresses that the provider's metadata name (OpenID Connect Discovery; RFC 8414)."""
    if "discovery" not in given:
        return given
    url = str(given["discovery"])
    answer = fetch("GET", url, {"Accept": "application/json"}, b"")
    if not answer.ok or answer.json is NOT_JSON or not isinstance(answer.json, Mapping):
        raise CredentialsRefused(f"the metadata at {url} are {answer.describe()}", fix="check openIdConnectUrl")
    found = {setting: answer.json[name] for name, setting in DISCOVERED.items() if answer.json.get(name)}
    return {**found, **given}


def by_code(given: Mapping[str, Any], fetch: Fetch) -> dict[str, str]:
    """The form that exchanges an authorization code, with proof (RFC 6749, section 4.1; RFC 7636)."""
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(12)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    redirect = str(given.get("redirect_uri", REDIRECT))
    asked = {
        "response_type": "code", "client_id": given.get("client_id", ""), "redirect_uri": redirect, "state": state,
        "code_challenge": challenge, "code_challenge_method": "S256", "prompt": "none", **named(given),
    }  # fmt: skip
    url = address(given, "authorize_url")
    answer = fetch("GET", f"{url}{'&' if '?' in url else '?'}{urlencode(asked)}", {}, b"")
    back = parse_qs(urlsplit(answer.headers.get("location", "")).query)
    if "code" not in back or back.get("state") != [state]:
        error = " ".join([*back.get("error", ()), *back.get("error_description", ())])
        raise CredentialsRefused(f"the sign-in at {url} gave no code: {error or answer.describe()}", fix=INSTEAD)
    return {"grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": redirect,
            "code_verifier": verifier}  # fmt: skip


def by_device(given: Mapping[str, Any], fetch: Fetch, client: Mapping[str, str]) -> dict[str, str]:
    """The form that asks for the token of a device (RFC 8628)."""
    url = address(given, "device_url")
    form = {"client_id": str(given.get("client_id", "")), **named(given)}
    answer = fetch("POST", url, {**FORM, **client}, urlencode(form).encode())
    code = answer.get("device_code")
    if not answer.ok or not isinstance(code, str):
        raise CredentialsRefused(f"the device authorization at {url} answered {answer.describe()}", fix="check [login]")
    return {"grant_type": DEVICE, "device_code": code}


def is_pending(answer: Answer) -> bool:
    """Whether nobody has entered the code of a device yet."""
    return answer.status == 400 and answer.get("error") in {"authorization_pending", "slow_down"}


def named(given: Mapping[str, Any]) -> dict[str, str]:
    """Who signs in, and for what."""
    return {name: str(given[name]) for name in ("scope", "audience", "login_hint") if given.get(name)}


def address(given: Mapping[str, Any], setting: str) -> str:
    """An address that a flow needs; raises `CredentialsRefused` where nothing names it."""
    if setting not in given:
        raise CredentialsRefused(
            f"neither the contract nor the provider's metadata has {setting}", fix=f"[login] {setting} = ..."
        )
    return str(given[setting])
