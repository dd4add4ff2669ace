"""Between granian and the application: a body is complete before its request is answered, in a time that is limited,
and an answer that waits or streams holds no thread of the server.

granian calls a function with a handle and a WSGI environment. The handle answers from any thread, and at any time: so
an answer that waits is left to a timer, and a stream gets a thread of its own. Bodies are read in the server's threads,
for granian 2.8 takes a body away at the end of the call, and waits for whoever reads it, with the interpreter locked.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Iterator
from functools import partial
from io import BytesIO
from queue import SimpleQueue
from time import monotonic
from typing import Any, Final

from mockserver.background import attempt, start
from mockserver.errors import Refused
from mockserver.messages import Answer
from mockserver.web.bodies import SMALL, Bodies
from mockserver.web.heads import HTTP2, refused_coding, refused_host
from mockserver.web.leader import PATIENCE, Relay, Turn
from mockserver.web.transport import Later
from mockserver.web.wsgi import ContractFirst, Unkept

_MOST_LARGE: Final = 8
"""How many requests with large bodies wait without a thread of the server."""
_LARGE: Final = 500 * 1000
"""From how many bytes on a body is read alone: as values it takes ten times as much memory, and to make them stops
every other thread."""
_MOST_HOSTS: Final = 1000
"""How many valid hosts are remembered."""
_MOST_STREAMS: Final = 1000
"""How many streams have threads of their own; further ones hold a thread of the server."""


class Gateway:
    """Answers the calls of granian by a WSGI application."""

    def __init__(self, front: ContractFirst, relay: Relay, read_timeout: float) -> None:
        self._front, self._relay, self._timeout = front, relay, read_timeout
        self._limit = front.engine.settings.max_body
        self._bodies = Bodies(self._limit, read_timeout)
        self._hosts: set[str] = set()  # valid ones, which nearly all requests repeat
        self._lock = threading.Lock()
        self._large: SimpleQueue[tuple[Any, dict[str, Any], int]] = SimpleQueue()
        self._room = threading.Semaphore(_MOST_LARGE)
        start("large", self._answer_large)
        self._streams = self._later = 0
        self._loop = asyncio.new_event_loop()  # now: it takes open files, and there may be none left later
        start("delays", self._loop.run_forever)
        relay.looks.append(self._look)

    @property
    def idle(self) -> bool:
        """Whether no request is under way."""
        return not (self._relay.busy or self._streams or self._later)

    def work(self, turn: Turn, handle: Any, environ: dict[str, Any]) -> None:
        """Answer one request."""
        refused = None if environ["HTTP_HOST"] in self._hosts else self._refused_host(environ)
        length = environ.get("CONTENT_LENGTH")
        has_body = (length or "HTTP_TRANSFER_ENCODING" in environ) and length != "0"
        if has_body and not length and refused is None:
            refused = refused_coding(environ["HTTP_TRANSFER_ENCODING"])
        elif not length and environ["SERVER_PROTOCOL"] == HTTP2:
            has_body = True  # or not: the frames say so, and no header
        if refused is not None:
            self._refuse(handle, environ, refused)
        elif not has_body:
            self._answer(handle, environ)
        elif (size := self._read(turn, handle, environ, length)) is not None:
            if (size < _LARGE and "HTTP_CONTENT_ENCODING" not in environ) or self._front.passes_on:
                if turn.taken:
                    self._answer_counted(turn.taken, handle, environ)
                else:
                    self._answer(handle, environ)
            else:
                self._relay.step_aside()
                self._room.acquire()
                with self._lock:
                    self._later += 1
                self._large.put((handle, environ, turn.taken))

    def _answer_large(self) -> None:
        """Answer the requests with large bodies, one after the other, in a thread of their own: libraries keep as much
        memory as such a body once took for each thread that has seen one."""
        while True:
            handle, environ, taken = self._large.get()
            attempt("large", self._answer_counted, taken, handle, environ)
            del handle, environ
            self._end_later()
            self._room.release()

    def _refused_host(self, environ: dict[str, Any]) -> Refused | None:
        refused = refused_host(environ)
        if refused is None and len(self._hosts) < _MOST_HOSTS:
            self._hosts.add(environ["HTTP_HOST"])
        return refused

    def _read(self, turn: Turn, handle: Any, environ: dict[str, Any], length: str | None) -> int | None:
        """Put the whole body into the environment, and return its size; None where the client took too long and has its
        answer."""
        size = (int(length) if length.isdecimal() else 0) if length else None
        passes_on, sent = self._front.passes_on, environ["wsgi.input"]
        if passes_on and size is not None and size > self._limit:
            turn.taken = 0
            return 0  # what is passed on is read as it is sent: it may be of any size
        body = b""
        if size != 0:
            turn.heavy = size is None or size > SMALL
            turn.reading = (handle, environ)
            found = self._bodies.read(sent, size, whole=not passes_on)
            body, turn.taken = (b"", 0) if found is None else found
            if monotonic() - turn.began <= PATIENCE:
                turn.reading = None
            elif self._is_lost(turn, found is None):
                self._bodies.give(turn.taken)
                return None
            goes_on = passes_on and len(body) > self._limit
            environ["wsgi.input"] = _Begun(body, sent) if goes_on else BytesIO(body)
            environ["wsgi.input_terminated"] = True
            if goes_on:
                return 0
        return len(body)

    def _is_lost(self, turn: Turn, homeless: bool) -> bool:
        """Whether a request has its answer, because its body took too long, or found no room."""
        if homeless:
            self._time_out(turn)
        with self._lock:
            turn.reading, lost, turn.lost = None, turn.lost, False
        return lost

    def _answer(self, handle: Any, environ: dict[str, Any]) -> None:
        head = _Head()
        self._send(handle, head, self._front(environ, head))

    def _answer_counted(self, taken: int, handle: Any, environ: dict[str, Any]) -> None:
        try:
            self._answer(handle, environ)
        finally:
            self._bodies.give(taken)

    def _send(self, handle: Any, head: _Head, body: Iterable[bytes]) -> None:
        if type(body) is list:
            handle.response_bytes(head.status, head.headers, body[0] if len(body) == 1 else b"".join(body))
        elif type(body) is Later:
            self._send_later(handle, head, body)
        elif type(body) is Unkept:
            self._send_kept(handle, head, body)
        elif self._streams < _MOST_STREAMS:
            with self._lock:
                self._streams += 1
            start("stream", self._stream, handle, head, body)
        else:
            _stream(handle, head, body)

    def _stream(self, handle: Any, head: _Head, body: Iterable[bytes]) -> None:
        try:
            _stream(handle, head, body)
        finally:
            with self._lock:
                self._streams -= 1

    def _send_later(self, handle: Any, head: _Head, later: Later) -> None:
        """Send an answer after its delay."""
        with self._lock:
            self._later += 1
        self._loop.call_soon_threadsafe(self._loop.call_later, later.seconds, self._send_now, handle, head, later)

    def _send_now(self, handle: Any, head: _Head, later: Later) -> None:
        try:
            self._send(handle, head, later.begin())
        finally:
            self._end_later()

    def _end_later(self) -> None:
        """Note that an answer waits no more; not before it has been handed over, for an idle process may be ended."""
        with self._lock:
            self._later -= 1

    def _send_kept(self, handle: Any, head: _Head, unkept: Unkept) -> None:
        """Send an answer once its store has kept it: from the thread of the store."""
        with self._lock:
            self._later += 1
        unkept.pending.later(partial(self._send_now_kept, handle, head, unkept))

    def _send_now_kept(self, handle: Any, head: _Head, unkept: Unkept, answer: Answer) -> None:
        try:
            body = unkept.send(answer)
            if type(body) in (list, Later) or self._streams < _MOST_STREAMS:
                self._send(handle, head, body)
            else:  # the thread of the store has others to serve
                start("stream", _stream, handle, head, body)
        finally:
            self._end_later()

    def _look(self) -> None:
        """Answer the clients that took too long to send their bodies; their threads end with their connections."""
        for turn in tuple(self._relay.blocked):
            if turn.reading is not None and not turn.lost and monotonic() - turn.began > self._timeout:
                self._time_out(turn)

    def _time_out(self, turn: Turn) -> None:
        with self._lock:
            if turn.reading is None or turn.lost:
                return
            turn.lost, (handle, environ) = True, turn.reading
        reason = f"the body isn't complete after {self._timeout:g} s (--read-timeout)"
        self._refuse(handle, environ, Refused(408, reason, own=True))

    def _refuse(self, handle: Any, environ: dict[str, Any], refused: Refused) -> None:
        """Answer in the place of the application, and end the connection, which still has the rest of a body."""
        answer = self._front.refuse(environ, refused)
        handle.response_bytes(answer.status, [*answer.headers, ("Connection", "close")], answer.body)


class _Begun:
    """A body of which the beginning has been read."""

    def __init__(self, body: bytes, sent: Any) -> None:
        self._body, self._sent = body, sent

    def read(self, size: int) -> bytes:
        """What has been read, then what comes."""
        body, self._body = self._body, b""
        piece: bytes = body or self._sent.read(size)
        return piece


class _Head:
    """The status and the headers of an answer: what a WSGI application calls with them."""

    __slots__ = ("headers", "status")

    def __init__(self) -> None:
        self.status, self.headers = 200, []  # type: int, list[tuple[str, str]]

    def __call__(self, status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
        self.status, self.headers = int(status[:3]), headers


class _Pieces:
    """The body of a stream, as granian reads one."""

    def __init__(self, body: Iterable[bytes]) -> None:
        self._body, self._iterator = body, iter(body)

    def __next__(self) -> bytes:
        return next(self._iterator)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def close(self) -> None:
        """Close the body (PEP 3333)."""
        close = getattr(self._body, "close", None)
        if close is not None:
            close()


def _stream(handle: Any, head: _Head, body: Iterable[bytes]) -> None:
    handle.response_iter(head.status, head.headers, _Pieces(body))
