"""An answer of a backend: its head, and its body, held up to a limit or in pieces as they come."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from time import monotonic
from typing import Final, Protocol

from mockserver.upstream.deadlines import Deadline
from mockserver.upstream.line import Line
from mockserver.upstream.received import Received

_PIECE: Final = 64 * 1024
_MOST_DIGITS: Final = 19


class NoAnswer(Exception):
    """The target gave no answer: the text says why, `status` is what a gateway answers, `absent` whether the target
    wasn't there or took too long."""

    def __init__(self, reason: str, status: int = 502, *, absent: bool = False) -> None:
        super().__init__(reason)
        self.status, self.absent = status, absent


class Kept(Protocol):
    """What keeps the connections that answers come on."""

    timeout: float  #: seconds

    def failure(self, error: Exception, deadline: Deadline, what: str) -> NoAnswer:
        """Why there is no answer, or not all of it."""

    def done(self, line: Line, response: Received, deadline: Deadline) -> None:
        """Keep the connection of an answer that has come whole."""

    def unlimited(self, deadline: Deadline) -> None:
        """Let the rest of an answer take its time."""


class Incoming:
    """An answer of the target, of which the head has come."""

    def __init__(self, response: Received, method: str, line: Line, deadline: Deadline, forwarder: Kept) -> None:
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
