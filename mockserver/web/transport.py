"""How answers travel over WSGI when their transport is disturbed: late, slowly, cut off, or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from mockserver.messages import Answer, Transport
from mockserver.settings import LONGEST_WAIT

_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_TICK = 0.05
"""Seconds between two pieces of a slow body."""

_FLUSH = 0.1
"""Seconds in which the server sends what it has before the connection is broken; a break drops what still waits."""


@lru_cache(maxsize=1000)
def status_line(status: int) -> str:
    """The status line of an answer."""
    return _LINES.get(status) or f"{status} -"


class Later:
    """An answer that begins after some seconds. Our gateway waits without a thread; other servers wait here."""

    def __init__(self, seconds: float, begin: Callable[[], Iterable[bytes]]) -> None:
        self.seconds, self.begin = seconds, begin

    def __iter__(self) -> Iterator[bytes]:
        time.sleep(self.seconds)
        yield from self.begin()


def after_delay(transport: Transport, send: Callable[[], Iterable[bytes]]) -> Iterable[bytes]:
    """What `send` sends, once the delay of the transport is over."""
    return Later(min(transport.delay, LONGEST_WAIT) / 1000, send) if transport.delay else send()


def disturbed_transport(
    answer: Answer,
    transport: Transport,
    headers: list[tuple[str, str]],
    environ: dict[str, Any],
    start_response: Callable[..., Any],
) -> Iterable[bytes]:
    """Send an answer as its transport says, from its delay on."""
    if transport.reset:
        # WSGI has no word for it: the server gives up an answer of two lengths, and closes before it sends a byte.
        start_response(status_line(503), [("Content-Length", "1"), ("Content-Length", "2")])
        return _pieces(b"-", Transport())
    if answer.status >= 200 and answer.status != 204 and not transport.pause:  # RFC 9110, section 8.6
        headers.append(("Content-Length", str(len(answer.body))))
    start_response(status_line(answer.status), headers)
    body = b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body
    if transport.pause and body:
        return _paced(body, transport)
    return _pieces(body, transport) if transport.rate or transport.cut is not None else [body]


def _pieces(body: bytes, transport: Transport) -> Iterator[bytes]:
    """The body at its rate, as far as it goes; an exception makes the server break the connection."""
    sent = body if transport.cut is None else body[: transport.cut]
    if transport.rate:
        yield from _slowly(sent, max(transport.rate, len(sent) * 1000 // LONGEST_WAIT + 1))
    else:
        yield sent
    if len(sent) < len(body):
        time.sleep(_FLUSH)
        raise ConnectionAbortedError("injected fault: the body is cut off")


def _paced(body: bytes, transport: Transport) -> Iterator[bytes]:
    """The frames of a stream, with a pause before each but the first."""
    pause = min(transport.pause, LONGEST_WAIT // max(len(transport.frames), 1)) / 1000
    start = 0
    for length in transport.frames:
        if start:
            time.sleep(pause)
        yield from (
            _slowly(body[start : start + length], transport.rate) if transport.rate else (body[start : start + length],)
        )
        start += length


def slowed(pieces: Iterable[bytes], rate: int) -> Iterator[bytes]:
    """Pieces from elsewhere, at a rate."""
    for piece in pieces:
        yield from _slowly(piece, rate)


def _slowly(body: bytes, rate: int) -> Iterator[bytes]:
    size = max(int(rate * _TICK), 1)
    for start in range(0, len(body), size):
        piece = body[start : start + size]
        time.sleep(len(piece) / rate)
        yield piece
