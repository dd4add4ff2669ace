"""The connections to one target: they are kept between requests, and each request has a time limit."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from time import monotonic
from typing import Final

from mockserver.settings import Upstream
from mockserver.upstream.deadlines import Deadline, Deadlines
from mockserver.upstream.incoming import Incoming, NoAnswer
from mockserver.upstream.line import Line, way_to
from mockserver.upstream.outgoing import Outgoing
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
_REPEATABLE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
"""Idempotent methods (RFC 9110, section 9.2.2)."""


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
            self._write(line, outgoing, deadline)
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

    def _write(self, line: Line, outgoing: Outgoing, deadline: Deadline) -> None:
        try:
            chunked = outgoing.length is None
            pieces = self._limited(outgoing.pieces(), deadline) if chunked or outgoing.rest else ()
            head = outgoing.head(self._way.prefix, self._way.headers)
            line.send(head, b"" if chunked else outgoing.body, pieces)
        except (BrokenPipeError, ConnectionResetError):
            if not outgoing.rest and not outgoing.body:
                raise
            # A server may answer before it has read all, and then close: what it said is still to be read.

    def _limited(self, pieces: Iterable[bytes], deadline: Deadline) -> Iterator[bytes]:
        """The pieces of a long body: each, and the answer after the last, has the whole time."""
        for piece in pieces:
            deadline.at = monotonic() + self.timeout
            yield piece
        deadline.at = monotonic() + self.timeout

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
