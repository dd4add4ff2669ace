"""Who may call the control API: this machine, or a client with the admin token; never a page of another origin."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from math import ceil
from threading import Lock
from time import monotonic
from typing import Final

from mockserver.errors import Refused
from mockserver.messages import host_name
from mockserver.settings import is_loopback

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_CHALLENGES = (("WWW-Authenticate", 'Basic realm="the mock: any name, the admin token as password", charset="UTF-8"'),)

_FORWARDED: Final = frozenset((
    "cf-connecting-ip", "forwarded", "true-client-ip", "via", "x-client-ip", "x-forwarded-for", "x-forwarded-host",
    "x-forwarded-proto", "x-real-ip",
))  # fmt: skip
"""Headers that proxies add (RFC 7239 and its predecessors)."""
_MOST_WRONG: Final = 20
_WINDOW: Final = 60.0
"""How many wrong tokens a peer may send within how many seconds."""
_MOST_PEERS: Final = 1000
"""How many peers are remembered that have sent a wrong token."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What identifies the caller."""

    method: str
    peer: str
    host: str
    headers: Mapping[str, str]  #: by lower-case name


class Guard:
    """Admits the callers of one mock. A peer that sends many wrong tokens has to wait, with a right one too: else it
    could go on guessing."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, tuple[float, int]] = {}  # by peer, the newest last: since when, and how many
        self._lock = Lock()

    def admit(self, caller: Caller, admin_token: str | None) -> None:
        """Admit the caller; `Refused`: 401 or 403 for other machines and origins, 429 for too many wrong tokens, 415
        for bodies other than JSON."""
        why = _strange(caller, admin_token)
        if why is not None:
            self._must_know(admin_token, caller, f"the control API only accepts {why}")
        _must_not_be_foreign(caller)
        if caller.method not in _READING:
            _must_be_json(caller.headers)

    def _must_know(self, admin_token: str | None, caller: Caller, problem: str) -> None:
        if admin_token is None:
            raise Refused(403, f"{problem}; start the mock server with --admin-token")
        peer, sent = _network(caller.peer), _sent_token(caller.headers.get("authorization", ""))
        with self._lock:
            self._must_not_guess(peer)
            if hmac.compare_digest(sent.encode(), admin_token.encode()):
                self._wrong.pop(peer, None)
                return
            if sent:
                began, count = self._wrong.pop(peer, (self._clock(), 0))
                self._wrong[peer] = began, count + 1
                if len(self._wrong) > _MOST_PEERS:
                    del self._wrong[next(iter(self._wrong))]
        raise Refused(401, f"{problem}; send Authorization: Bearer ADMIN_TOKEN", headers=_CHALLENGES)

    def _must_not_guess(self, peer: str) -> None:
        began, count = self._wrong.get(peer, (0.0, 0))
        left = began + _WINDOW - self._clock()
        if left <= 0:
            self._wrong.pop(peer, None)
        elif count >= _MOST_WRONG:
            reason = f"{peer} has sent {count} wrong admin tokens within {_WINDOW:g} s; wait"
            raise Refused(429, reason, headers=(("Retry-After", str(ceil(left))),))


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


def _strange(caller: Caller, admin_token: str | None) -> str | None:
    """What would have to be otherwise for the caller to be this machine; None where it is.

    A page may use any host name that resolves to this machine (DNS rebinding), so the name is checked too. A proxy on
    this machine speaks for others, which counts once there is a token that they can send.
    """
    if not is_loopback(caller.peer):
        return f"requests from this machine, not from {caller.peer}"
    if not is_loopback(host_name(caller.host) or ""):
        return f"requests to this machine's own names, not to {caller.host!r}"
    if admin_token is not None and not _FORWARDED.isdisjoint(caller.headers):
        return "requests that no proxy has forwarded"
    return None


def _network(peer: str) -> str:
    """What one client has of addresses: an IPv6 client has 2^64."""
    try:
        address = ip_address(peer)
    except ValueError:
        return peer
    return str(ip_network(f"{peer}/64", strict=False)) if address.version == 6 else peer


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
