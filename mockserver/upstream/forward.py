"""Sends requests to one target over kept connections, and receives what it answers, in pieces where that is long."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from time import monotonic
from typing import Final

import msgspec

from mockserver.settings import Upstream
from mockserver.upstream.deadlines import Deadline, Deadlines
from mockserver.upstream.line import Line, way_to
from mockserver.upstream.received import Received
from mockserver.upstream.target import Target

_MOST_IDLE: Final = 128
"""How many connections wait for the next request."""
_LONGEST_IDLE: Final = 30.0
"""Seconds after which a kept connection isn't used again."""
_FRESH: Final = 2.0
"""Seconds after which a kept connection isn't used for a request that may not be repeated: servers commonly close those
that were idle for five."""
_AWAY: Final = 5.0
"""Seconds for which nobody waits for a target again that didn't accept a connection in time."""
_PIECE: Final = 64 * 1024
_MOST_DIGITS: Final = 19
_REPEATABLE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
"""Idempotent methods (RFC 9110, section 9.2.2)."""


class NoAnswer(Exception):
    """The target gave no answer: the text says why, `status` is what a gateway answers, `absent` whether the target
    wasn't there or took too long."""

    def __init__(self, reason: str, status: int = 502, *, absent: bool = False) -> None:
        super().__init__(reason)
        self.status, self.absent = status, absent


class Outgoing(msgspec.Struct, frozen=True):
    """A request as it is sent: all lines of its head, and its body, which may go on after what is known of it."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    rest: Iterable[bytes] = ()
    length: int | None = None  #: of the whole body; None where only its end will tell

    def head(self, prefix: str, more: tuple[tuple[str, str], ...]) -> bytes:
        """The request line and the headers."""
        lines = [f"{self.method} {prefix}{self.path} HTTP/1.1"]
        lines += [f"{name}: {text}" for name, text in (*self.headers, *more)]
        if self.length is None:
            lines.append("transfer-encoding: chunked")
        elif self.length or self.method not in ("GET", "HEAD", "OPTIONS", "DELETE", "TRACE"):
            lines.append(f"content-length: {self.length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def pieces(self) -> Iterator[bytes]:
        """What follows the head and the known beginning of the body."""
        if self.length is not None:
            yield from self.rest
            return
        for piece in filter(None, chain((self.body,), self.rest)):
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
        yield b"0\r\n\r\n"


class Incoming:
    """An answer of the target, of which the head has come."""

    def __init__(self, response: Received, method: str, line: Line, deadline: Deadline, forwarder: Forwarder) -> None:
        self._response, self._line, self._deadline, self._forwarder = response, line, deadline, forwarder
        self.status = response.status
        self.headers = response.lines
        self.held = b""  #: the body, as far as it has been read
        self.whole = False  #: whether that is all of it

        #: whether there is no body, whatever length the head names (RFC 9112, section 6.3)
        self.is_bodiless = method == "HEAD" or response.status in (204, 304)
        self.length: int | None = (
            self._declared() if self.is_bodiless else response.length
        )  #: None where only its end tells

    def _declared(self) -> int | None:
        text = self.header("content-length")
        return int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else None

    def header(self, name: str) -> str:
        """The text of a header; empty where there is none."""
        return self._response.first.get(name, "")

    def hold(self, limit: int) -> bool:
        """Read the body up to a limit; whether that was all of it. Raises NoAnswer where it breaks off or takes too
        long."""
        parts, size = [], 0
        try:
            if self.length is not None and self.length <= limit and not self.is_bodiless:
                parts.append(self._response.read(self.length))  # at once
                self._check_end()
                self.whole = True
            while size <= limit and not self.whole:
                piece = self._response.read1(_PIECE)
                if not piece:
                    self._check_end()
                    self.whole = True
                    break
                parts.append(piece)
                size += len(piece)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise self._forwarder.failure(error, self._deadline, "the body") from None
        finally:
            self.held = b"".join(parts)
        if self.whole:
            self._forwarder.done(self._line, self._response, self._deadline)
        return self.whole

    def _check_end(self) -> None:
        left = self._response.length
        if left:
            raise http.client.IncompleteRead(b"", left)

    def pieces(self, *, patient: bool) -> Iterator[bytes]:
        """The body in pieces as they come: `patient` waits for the next one however long that takes. An exception
        breaks the client's connection off, like the target has its own."""
        if patient:
            self._forwarder.unlimited(self._deadline)
        return _Pieces(self)

    def read(self) -> bytes:
        """The next piece; nothing at the end. Raises OSError or HTTPException where the body breaks off."""
        self._deadline.at = monotonic() + self._forwarder.timeout
        piece = self._response.read1(_PIECE)
        if not piece:
            self._check_end()
            self._forwarder.done(self._line, self._response, self._deadline)
        return piece

    def close(self) -> None:
        """Leave the rest of the body."""
        self._forwarder.unlimited(self._deadline)
        self._response.close()
        self._line.close()


class _Pieces:
    """The pieces of a body. Closing them ends the connection: a generator can't be closed while another thread waits
    in it."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming, self._held, self._ended = incoming, incoming.held, False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._held:
            piece, self._held = self._held, b""
            return piece
        if self._ended:
            raise StopIteration
        try:
            piece = self._incoming.read()
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise ConnectionAbortedError(f"the backend's answer breaks off: {error}") from None
        if not piece:
            self._ended = True
            raise StopIteration
        return piece

    def close(self) -> None:
        """Leave the rest."""
        if not self._ended:
            self._ended = True
            self._incoming.close()


class Forwarder:
    """The connections to one target."""

    def __init__(self, target: Target, upstream: Upstream, environment: Mapping[str, str] = os.environ) -> None:
        self.target, self.timeout = target, upstream.timeout / 1000
        self._way = way_to(target, upstream, environment)
        self._idle: deque[Line] = deque()
        self._away = 0.0  # until when the target counts as away
        self._lock = threading.Lock()
        self._deadlines = Deadlines()

    def send(self, outgoing: Outgoing) -> Incoming:
        """The answer to a request. Raises NoAnswer."""
        line = self._kept(_LONGEST_IDLE if outgoing.method in _REPEATABLE else _FRESH)
        if line is not None:
            try:
                return self._sent(line, outgoing)
            except _Stale:  # the target has closed it just now
                pass
        return self._sent(self._opened(), outgoing)

    def _kept(self, age: float) -> Line | None:
        """A kept connection that was used at most so many seconds ago."""
        while self._idle:
            with self._lock:
                if not self._idle:
                    return None
                line = self._idle.pop()
            if monotonic() - line.used > age:
                line.close()
            elif line.is_usable():
                return line
            else:
                line.close()
        return None

    def _opened(self) -> Line:
        if monotonic() < self._away:
            raise NoAnswer(f"{self.target.origin} didn't accept a connection a moment ago", 504, absent=True)
        try:
            return self._way.open()
        except TimeoutError:
            self._away = monotonic() + _AWAY
            raise NoAnswer(
                f"{self.target.origin} doesn't accept the connection within {self.timeout:g} s", 504, absent=True
            ) from None
        except ssl.SSLError as error:
            raise NoAnswer(f"{self.target.origin}: TLS fails: {_tls_problem(error)}") from None
        except socket.gaierror:
            raise NoAnswer(f"the host {self.target.host} is unknown", absent=True) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or error
            raise NoAnswer(f"{self.target.origin} can't be reached: {reason}", absent=True) from None

    def _sent(self, line: Line, outgoing: Outgoing) -> Incoming:
        """The answer over one connection. Raises _Stale where a kept one has ended before anything came."""
        was_kept = line.used > 0
        deadline = self._deadlines.begin(line.sock, self.timeout)
        try:
            self._write(line, outgoing)
            if outgoing.rest:
                deadline.at = monotonic() + self.timeout  # the client may have taken its time
            response = line.receive(outgoing.method)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._deadlines.end(deadline)
            line.close()
            is_stale = isinstance(error, ConnectionError) and not deadline.passed and not outgoing.rest
            if is_stale and was_kept and outgoing.method in _REPEATABLE:
                raise _Stale from None
            raise self.failure(error, deadline, "the answer") from None
        except BaseException:
            self._deadlines.end(deadline)
            line.close()
            raise
        return Incoming(response, outgoing.method, line, deadline, self)

    def _write(self, line: Line, outgoing: Outgoing) -> None:
        try:
            chunked = outgoing.length is None
            pieces = outgoing.pieces() if chunked or outgoing.rest else ()
            head = outgoing.head(self._way.prefix, self._way.headers)
            line.send(head, b"" if chunked else outgoing.body, pieces)
        except (BrokenPipeError, ConnectionResetError):
            if not outgoing.rest and not outgoing.body:
                raise
            # A server may answer before it has read all, and then close: what it said is still to be read.

    def failure(self, error: Exception, deadline: Deadline, what: str) -> NoAnswer:
        """Why there is no answer, or not all of it."""
        if deadline.passed or isinstance(error, TimeoutError):
            return NoAnswer(
                f"{self.target.origin} takes longer than {self.timeout:g} s for {what} (--upstream-timeout)",
                504,
                absent=True,
            )
        if isinstance(error, http.client.IncompleteRead):
            return NoAnswer(f"{what} of {self.target.origin} breaks off")
        if isinstance(error, http.client.RemoteDisconnected):
            return NoAnswer(f"{self.target.origin} closes the connection without an answer")
        if isinstance(error, OSError):
            return NoAnswer(f"{self.target.origin} breaks the connection off: {error.strerror or error}")
        return NoAnswer(f"{self.target.origin} answers what isn't HTTP: {type(error).__name__} {str(error)[:200]}")

    def done(self, line: Line, response: Received, deadline: Deadline) -> None:
        """Keep the connection of an answer that has come whole."""
        self._deadlines.end(deadline)
        response.close()
        if response.will_close:
            line.close()
            return
        line.used = monotonic()
        with self._lock:
            self._idle.append(line)
            oldest = self._idle.popleft() if len(self._idle) > _MOST_IDLE else None
        if oldest is not None:
            oldest.close()

    def close(self) -> None:
        """End the connections that wait for a request."""
        while self._idle:
            with suppress(IndexError):
                self._idle.pop().close()

    def unlimited(self, deadline: Deadline) -> None:
        """Let the rest of an answer take its time."""
        self._deadlines.end(deadline)


class _Stale(Exception):
    """A kept connection has ended."""


def _tls_problem(error: ssl.SSLError) -> str:
    text = getattr(error, "verify_message", "") or error.reason or str(error)
    is_unverified = isinstance(error, ssl.SSLCertVerificationError)
    return f"{text} (--ca names a certificate to trust)" if is_unverified else str(text)
