"""The connections to one target: they are kept between requests, and each request has a time limit."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic
from typing import Final

from mockserver.settings import Upstream
from mockserver.upstream.head import BrokenOff
from mockserver.upstream.incoming import Incoming, NoAnswer, Stale
from mockserver.upstream.line import Line, way_to
from mockserver.upstream.outgoing import Outgoing
from mockserver.upstream.target import Target
from mockserver.upstream.waiting import IS_POSSIBLE, Then, Waiting

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
_SMALL: Final = 64 * 1024
"""How many bytes of a body leave together with the head."""

Limit = Callable[[Incoming], int]


class Forwarder:
    """The connections to one target."""

    def __init__(self, target: Target, upstream: Upstream, environment: Mapping[str, str] = os.environ) -> None:
        self.target, self.timeout = target, upstream.timeout / 1000
        self._way = way_to(target, upstream, environment)
        self._idle: deque[Line] = deque()
        self._away = 0.0  # until when the target counts as away
        self._lock = threading.Lock()
        self._waiting = Waiting()

    def send(self, outgoing: Outgoing, limit: Limit = lambda _: -1) -> Incoming:
        """The answer to a request. Raises NoAnswer."""
        line = self._kept(outgoing)
        if line is not None:
            self._waiting.remove(line)
            try:
                return self._sent(line, outgoing, limit)
            except Stale:  # the target has closed it just now
                pass
        return self._sent(self._opened(), outgoing, limit)

    def begin(self, outgoing: Outgoing, limit: Limit, then: Then) -> Incoming | None:
        """Send a request and return at once; `then` is called when the answer has come, or not. None where that can't
        be done without waiting: there is no kept connection, or much to send."""
        if not IS_POSSIBLE or outgoing.rest or outgoing.length is None or len(outgoing.body) > _SMALL:
            return None
        line = self._kept(outgoing)
        if line is None:
            return None
        incoming = self._incoming(line, outgoing, limit)
        self._waiting.add(incoming, then)
        try:
            self._write(line, outgoing, incoming)
        except OSError as error:
            if self._waiting.claims(incoming):  # else what has come was noticed first
                self.drop(line)
                then(incoming, incoming.failed(error))
        return incoming

    def _incoming(self, line: Line, outgoing: Outgoing, limit: Limit) -> Incoming:
        repeatable = outgoing.method in _REPEATABLE and not outgoing.rest
        return Incoming(outgoing.method, line, self, monotonic() + self.timeout, limit, repeatable=repeatable)

    def _kept(self, outgoing: Outgoing) -> Line | None:
        """A kept connection that was used not long ago."""
        age = _LONGEST_IDLE if outgoing.method in _REPEATABLE else _FRESH
        while self._idle:
            try:
                line = self._idle.pop()
            except IndexError:  # another thread was faster
                return None
            if monotonic() - line.used <= age and line.is_usable():
                return line
            self.drop(line)
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

    def _sent(self, line: Line, outgoing: Outgoing, limit: Limit) -> Incoming:
        """The answer over one connection. Raises NoAnswer, and Stale where a kept one has ended before anything
        came."""
        incoming = self._incoming(line, outgoing, limit)
        try:
            self._write(line, outgoing, incoming)
        except OSError as error:
            line.close()
            raise incoming.failed(error) from None
        except BaseException:
            line.close()
            raise
        return incoming.wait()

    def _write(self, line: Line, outgoing: Outgoing, incoming: Incoming) -> None:
        body = outgoing.body if outgoing.length is not None else b""
        head = outgoing.head(self._way.prefix, self._way.headers)
        until = incoming.until or 0.0
        try:
            line.send(head + body if len(body) <= _SMALL else head, until)
            if len(body) > _SMALL:
                line.send(body, until)
            if outgoing.length is None or outgoing.rest:
                for piece in outgoing.pieces():  # each, and the answer after the last, has the whole time
                    line.send(piece, monotonic() + self.timeout)
                incoming.until = monotonic() + self.timeout
        except (BrokenPipeError, ConnectionResetError):
            if not outgoing.rest and not outgoing.body:
                raise
            # A server may answer before it has read all, and then close: what it said is still to be read.

    def failure(self, error: Exception, what: str) -> NoAnswer:
        """Why there is no answer, or not all of it."""
        if isinstance(error, TimeoutError):
            return NoAnswer(
                f"{self.target.origin} takes longer than {self.timeout:g} s for {what} (--upstream-timeout)",
                504,
                absent=True,
            )
        if isinstance(error, BrokenOff):
            return NoAnswer(f"{what} of {self.target.origin} breaks off")
        if isinstance(error, EOFError):
            return NoAnswer(f"{self.target.origin} closes the connection without an answer")
        if isinstance(error, OSError):
            return NoAnswer(f"{self.target.origin} breaks the connection off: {error.strerror or error}")
        return NoAnswer(f"{self.target.origin} answers what isn't HTTP: {str(error)[:200]}")

    def done(self, line: Line, *, closes: bool) -> None:
        """Keep the connection of an answer that has come whole."""
        if closes:
            self.drop(line)
            return
        line.used = monotonic()
        self._idle.append(line)
        if len(self._idle) > _MOST_IDLE:
            with suppress(IndexError):
                self.drop(self._idle.popleft())

    def release(self, line: Line) -> None:
        """Leave a connection to a single thread, which waits for it alone."""
        self._waiting.remove(line)

    def drop(self, line: Line) -> None:
        """End a connection."""
        self._waiting.remove(line)
        line.close()

    def close(self) -> None:
        """End the connections that wait for a request."""
        while self._idle:
            with suppress(IndexError):
                self.drop(self._idle.pop())


def _tls_problem(error: ssl.SSLError) -> str:
    text = getattr(error, "verify_message", "") or error.reason or str(error)
    is_unverified = isinstance(error, ssl.SSLCertVerificationError)
    return f"{text} (--ca names a certificate to trust)" if is_unverified else str(text)
