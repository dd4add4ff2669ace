"""Whether a 404 of the backend means that it has no such route: then it looks like that for a path that nobody has.

A missing record and a missing route have the same status. The backend is asked once a minute for a path that it can't
have; an answer that says the same as that one, but for method and path, is that of a missing route.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable
from time import monotonic
from typing import Final

import msgspec

from mockserver.contract.messages.codings import decoded_body
from mockserver.errors import Refused
from mockserver.messages import Request
from mockserver.upstream.incoming import Incoming, NoAnswer
from mockserver.upstream.outgoing import Outgoing

_VALID: Final = 60.0
"""Seconds for which the answer to a probe counts."""
_LIMIT: Final = 64 * 1024
"""How many bytes of a body are compared."""
_DIGITS: Final = re.compile(rb"[0-9]+")


class Seen(msgspec.Struct, frozen=True):
    """What an answer to a missing route says, without the method and the path that it names."""

    status: int
    media: str
    body: bytes


class Probe:
    """Asks a target for a path that it can't have."""

    def __init__(self, send: Callable[[Outgoing], Incoming], path: Callable[[str, str], str]) -> None:
        self._send, self._path = send, path
        self._known: tuple[float, Seen | None] = (-_VALID, None)
        self._lock = threading.Lock()

    def is_missing(self, request: Request, incoming: Incoming, headers: tuple[str, ...]) -> bool:
        """Whether the answer, whose body has been read, is that of a missing route. `headers` are those that the
        request was sent with."""
        seen = self._seen(headers)
        path = self._path(request.path, "")
        return seen is not None and seen == _said(incoming, request.method, path, request.query)

    def _seen(self, headers: tuple[str, ...]) -> Seen | None:
        with self._lock:
            at, seen = self._known
            if monotonic() - at >= _VALID:
                seen = self._asked(headers)
                self._known = monotonic(), seen
        return seen

    def _asked(self, headers: tuple[str, ...]) -> Seen | None:
        path = self._path(f"/mockserver-probe-{secrets.token_hex(8)}", "")
        kept = tuple(line for line in headers if not line.startswith(("content-type:", "content-encoding:", "origin:")))
        try:
            incoming = self._send(Outgoing("GET", path, kept, length=0))
            if not incoming.hold(_LIMIT):
                incoming.close()
                return None
        except NoAnswer:
            return None
        return _said(incoming, "GET", path, "") if incoming.status == 404 else None


def _said(incoming: Incoming, method: str, path: str, query: str) -> Seen:
    try:
        body = decoded_body(incoming.held, incoming.header("content-encoding"), _LIMIT)
    except Refused:  # it is compared as it came
        body = incoming.held
    for text in (f"{path}?{query}" if query else "", path, path.lstrip("/"), method):
        if text:
            body = body.replace(text.encode(), b"")
    body = _DIGITS.sub(b"0", body)  # of a time, most likely
    return Seen(incoming.status, incoming.header("content-type").partition(";")[0].strip().lower(), body)
