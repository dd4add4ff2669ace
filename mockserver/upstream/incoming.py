"""An answer of a backend, as it comes: its head, and its body, held up to a limit or in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic
from typing import Final, Protocol

from mockserver.upstream.framing import Framing
from mockserver.upstream.head import BrokenOff, Head, Lines, NotHttp, head_in
from mockserver.upstream.line import Line

_MOST_DIGITS: Final = 19
_MOST_BEFORE: Final = 256 * 1024
"""How many bytes interim answers may take before the answer."""


class NoAnswer(Exception):
    """The target gave no answer: the text says why, `status` is what a gateway answers, `absent` whether the target
    wasn't there or took too long."""

    def __init__(self, reason: str, status: int = 502, *, absent: bool = False) -> None:
        super().__init__(reason)
        self.status, self.absent = status, absent


class Stale(Exception):
    """A kept connection has ended before anything came."""


class Kept(Protocol):
    """What keeps the connections that answers come on."""

    timeout: float  #: seconds

    def failure(self, error: Exception, what: str) -> NoAnswer:
        """Why there is no answer, or not all of it."""

    def done(self, line: Line, *, closes: bool) -> None:
        """Keep the connection of an answer that has come whole."""

    def release(self, line: Line) -> None:
        """Leave a connection to a single thread, which waits for it alone."""

    def drop(self, line: Line) -> None:
        """End a connection."""


class Incoming:
    """An answer that is under way; its head is known once `advance` says so.

    `limit` says of a head how many bytes of the body are held, less than none if they are left to whoever reads.
    """

    status: int
    headers: Lines
    is_bodiless: bool  #: whether there is no body, whatever length the head names (RFC 9112, section 6.3)
    length: int | None  #: None where only its end tells
    content_type: str  #: empty where there is none

    def __init__(
        self,
        method: str,
        line: Line,
        forwarder: Kept,
        until: float,
        limit: Callable[[Incoming], int],
        *,
        repeatable: bool,
    ) -> None:
        self._method, self.line, self._forwarder, self._repeatable = method, line, forwarder, repeatable
        self.until: float | None = until  #: when it takes too long
        self._limit_of, self._limit = limit, -1
        self._head: Head | None = None  #: once it has come
        self._framing: Framing | None = None
        self._raw, self._parts, self._size = b"", [], 0  # type: bytes, list[bytes], int
        self.held = b""  #: the body, as far as it has been read
        self.whole = False  #: whether that is all of it

    def advance(self) -> bool:
        """Take what has come; whether that is as much as is waited for. Raises NoAnswer, or Stale where the connection
        was closed before anything came."""
        try:
            data = self.line.take()
            return self._takes(data)
        except BlockingIOError:
            return False
        except (OSError, EOFError, NotHttp) as error:
            raise self.failed(error) from None

    def wait(self) -> Incoming:
        """Take what comes until that is as much as is waited for. Raises NoAnswer and Stale, as `advance` does."""
        try:
            while not self.advance():
                try:
                    self.line.wait(self.until)
                except OSError as error:
                    raise self.failed(error) from None
        except (NoAnswer, Stale):
            self._forwarder.drop(self.line)
            raise
        self.finish()
        return self

    def finish(self) -> None:
        """Keep its connection, once all of it has come and nobody waits for it any longer."""
        if self.whole and self._head is not None:
            is_dirty = self._framing is not None and self._framing.left != b""
            self._forwarder.done(self.line, closes=self._head.closes or is_dirty)

    def late(self) -> NoAnswer:
        """Why nobody waits for it any longer."""
        return self._forwarder.failure(TimeoutError(), self._missing)

    def _takes(self, data: bytes) -> bool:
        if self._head is not None:
            return self._holds(data)
        if not data:
            raise BrokenOff if self._raw else EOFError
        self._raw = raw = self._raw + data if self._raw else data
        found = head_in(raw, self._method)
        if found is None:
            if len(raw) > _MOST_BEFORE:
                raise NotHttp(f"no answer is in its first {_MOST_BEFORE} bytes")
            return False
        self._head, start = head, _ = found
        self._raw = b""
        self._begin(head)
        rest = raw[start:]
        if len(rest) == head.length and head.length <= max(self._limit, 0):  # nearly always: all of it has come
            self.held, self.whole = rest, True
            return True
        self._framing = Framing(head)
        return self._holds(rest) if rest or self._framing.ended else self._limit < 0

    def _begin(self, head: Head) -> None:
        self.status, self.headers = head.status, head.lines
        self.is_bodiless = self._method == "HEAD" or head.status in (204, 304)
        self.length = self._declared() if self.is_bodiless else head.length
        self.content_type = head.first.get("content-type", "")
        self._limit = self._limit_of(self)

    def _holds(self, data: bytes) -> bool:
        """Keep more of the body; whether no more of it is waited for."""
        framing = self._framing
        assert framing is not None  # noqa: S101 - the head has come
        if not data and not framing.ended:
            framing.end()
        piece = framing.take(data) if data else b""
        if piece:
            self._parts.append(piece)
            self._size += len(piece)
        if framing.ended:
            self.held = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
            self.whole = True
            return True
        if self._size > self._limit:
            self.held = b"".join(self._parts)
            return True
        return False

    def failed(self, error: Exception) -> Exception:
        """Why it doesn't come, as NoAnswer or Stale."""
        is_bare = self._head is None and not self._raw
        if is_bare and self._repeatable and self.line.used and isinstance(error, EOFError | ConnectionError):
            return Stale()
        return self._forwarder.failure(error, self._missing)

    @property
    def _missing(self) -> str:
        return "the answer" if self._head is None else "the body"

    def _declared(self) -> int | None:
        text = self.header("content-length")
        return int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else None

    def header(self, name: str) -> str:
        """The text of a header, of several as one list; empty where there is none."""
        head = self.head
        if head.shape.repeats:
            return ", ".join(text for each, text in head.lines if each.lower() == name)
        return head.first.get(name, "")

    @property
    def head(self) -> Head:
        """The head, which has come."""
        assert self._head is not None  # noqa: S101 - whoever asks has waited for it
        return self._head

    def hold(self, limit: int) -> bool:
        """Read the body up to a limit; whether that was all of it. Raises NoAnswer where it breaks off or takes too
        long."""
        self._limit = limit
        if not self.whole and self._size <= limit:
            self.wait()
        return self.whole

    def pieces(self, *, patient: bool) -> Iterator[bytes]:
        """The body in pieces as they come: `patient` waits for the next one however long that takes. An exception
        breaks the client's connection off, like the target has its own."""
        self._forwarder.release(self.line)
        if patient:
            self.until = None
        return _Pieces(self)

    def read(self) -> bytes:
        """The next piece; nothing at the end. Raises OSError or NotHttp where the body breaks off."""
        framing = self._framing
        assert framing is not None  # noqa: S101 - the head has come
        if self.until is not None:
            self.until = monotonic() + self._forwarder.timeout
        while not framing.ended:
            try:
                data = self.line.take()
            except BlockingIOError:
                self.line.wait(self.until)
                continue
            if not data:
                framing.end()
            piece = framing.take(data) if data else b""
            if framing.ended:
                self.whole = True
                self.finish()
            if piece:
                return piece
        return b""

    def close(self) -> None:
        """Leave the rest of the body."""
        self._forwarder.drop(self.line)


class _Pieces:
    """The pieces of a body. Closing them ends the connection: a generator can't be closed while another thread waits
    in it."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming, self._held, self._ended = incoming, incoming.held, incoming.whole

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
        except (OSError, NotHttp, ValueError) as error:
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
