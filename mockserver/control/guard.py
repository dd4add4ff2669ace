"""Who may call the control surface: this machine, or who has the admin token; never the page of another origin."""

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
class Asking:
    """What of a call tells who calls."""

    method: str
    peer: str
    host: str
    headers: Mapping[str, str]  #: by lower-case name


def admit(asking: Asking, admin_token: str | None) -> None:
    """Let the caller in; `Refused(401)` or `Refused(403)` for strangers and other origins, `415` for no JSON."""
    if not _has_token(asking.headers, admin_token):
        _must_be_local(asking, admin_token)
    _must_not_be_foreign(asking)
    if asking.method not in _READING:
        _must_be_json(asking.headers)


def _has_token(headers: Mapping[str, str], admin_token: str | None) -> bool:
    sent = _sent_token(headers.get("authorization", ""))
    return admin_token is not None and hmac.compare_digest(sent.encode(), admin_token.encode())


def _sent_token(authorization: str) -> str:
    """A bearer token, or the password of Basic, which is how a browser asks its user (RFC 7617)."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _must_be_local(asking: Asking, admin_token: str | None) -> None:
    """A page may name any host that leads to this machine (DNS rebinding), so the name must be this machine's too."""
    if not is_loopback(asking.peer):
        raise _stranger(f"this machine only, and you are {asking.peer}", admin_token)
    if not is_loopback(hostname(asking.host)):
        raise _stranger(f"this machine's own names only, not {asking.host!r}", admin_token)


def _stranger(why: str, admin_token: str | None) -> Refused:
    told = f"the control surface answers {why}"
    if admin_token is None:
        return Refused(403, f"{told}; start it with --admin-token")
    return Refused(401, f"{told}; send Authorization: Bearer ADMIN_TOKEN", headers=_CHALLENGES)


def _must_not_be_foreign(asking: Asking) -> None:
    """Whatever a page of another origin sends says so: `Origin`, or `Sec-Fetch-Site` (Fetch Metadata)."""
    origin, site = asking.headers.get("origin"), asking.headers.get("sec-fetch-site", "none")
    followed_link = asking.method == "GET" and asking.headers.get("sec-fetch-mode") == "navigate"
    foreign = site not in ("none", "same-origin") and not followed_link
    if foreign or (origin is not None and origin.partition("://")[2] != asking.host):
        raise Refused(403, f"the control surface answers no page of another origin ({origin or site})")


def _must_be_json(headers: Mapping[str, str]) -> None:
    """A form of another page can send anything but JSON; a call without a body and without a type is no form."""
    sent = headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    if (sent or has_body) and sent != "application/json" and not sent.endswith("+json"):
        raise Refused(415, f"send JSON: Content-Type is {sent or 'missing'}, application/json is needed")


def hostname(host: str) -> str:
    """The name in a Host header, without its port."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
