"""Who may call the control API: this machine, or a client with the admin token; never a page of another origin."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.errors import Refused
from mockserver.settings import is_loopback

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_CHALLENGES = (("WWW-Authenticate", 'Basic realm="the mock: any name, the admin token as password", charset="UTF-8"'),)


@dataclass(frozen=True, slots=True)
class Caller:
    """What identifies the caller."""

    method: str
    peer: str
    host: str
    headers: Mapping[str, str]  #: by lower-case name


def admit(caller: Caller, admin_token: str | None) -> None:
    """Admit the caller; `Refused`: 401 or 403 for other machines and origins, 415 for bodies other than JSON."""
    if not _has_token(caller.headers, admin_token):
        _must_be_local(caller, admin_token)
    _must_not_be_foreign(caller)
    if caller.method not in _READING:
        _must_be_json(caller.headers)


def _has_token(headers: Mapping[str, str], admin_token: str | None) -> bool:
    sent = _sent_token(headers.get("authorization", ""))
    return admin_token is not None and hmac.compare_digest(sent.encode(), admin_token.encode())


def _sent_token(authorization: str) -> str:
    """A bearer token, or the password of Basic, which browsers ask their user for (RFC 7617)."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _must_be_local(caller: Caller, admin_token: str | None) -> None:
    """A page may use any host name that resolves to this machine (DNS rebinding), so the name is checked too."""
    if not is_loopback(caller.peer):
        raise _stranger(f"requests from this machine, not from {caller.peer}", admin_token)
    if not is_loopback(hostname(caller.host)):
        raise _stranger(f"requests to this machine's own names, not to {caller.host!r}", admin_token)


def _stranger(why: str, admin_token: str | None) -> Refused:
    problem = f"the control API only accepts {why}"
    if admin_token is None:
        return Refused(403, f"{problem}; start the mock server with --admin-token")
    return Refused(401, f"{problem}; send Authorization: Bearer ADMIN_TOKEN", headers=_CHALLENGES)


def _must_not_be_foreign(caller: Caller) -> None:
    """Requests from pages of another origin are marked: by `Origin`, or `Sec-Fetch-Site` (Fetch Metadata)."""
    origin, site = caller.headers.get("origin"), caller.headers.get("sec-fetch-site", "none")
    followed_link = caller.method == "GET" and caller.headers.get("sec-fetch-mode") == "navigate"
    foreign = site not in ("none", "same-origin") and not followed_link
    if foreign or (origin is not None and origin.partition("://")[2] != caller.host):
        raise Refused(403, f"the control API doesn't accept requests from pages of another origin ({origin or site})")


def _must_be_json(headers: Mapping[str, str]) -> None:
    """Forms of other pages can't send JSON; a call without a body and a content type isn't a form."""
    sent = headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    if (sent or has_body) and sent != "application/json" and not sent.endswith("+json"):
        raise Refused(415, f"send JSON: Content-Type is {sent or 'missing'}, application/json is required")


def hostname(host: str) -> str:
    """The name in a Host header, without its port."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
