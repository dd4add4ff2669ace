"""Where the body of an answer ends: by its length, by its chunks, or with the connection (RFC 9112, section 6.3)."""

from __future__ import annotations

from typing import Final

from mockserver.upstream.head import BrokenOff, Head, NotHttp

_LONGEST_LINE: Final = 4096
"""How many bytes the size of a chunk may take with its extensions, or a line after the last chunk."""
_MOST_DIGITS: Final = 16


class Framing:
    """Takes a body out of what comes; `ended` once all of it has come, `left` is what came behind it."""

    __slots__ = ("_chunk", "_state", "chunked", "ended", "left", "length")

    def __init__(self, head: Head) -> None:
        self.chunked, self.length = head.chunked, head.length
        self.ended = head.length == 0
        self.left = b""
        self._state, self._chunk = "size", 0

    def take(self, data: bytes) -> bytes:
        """What of the body is in the next bytes."""
        if self.chunked:
            return self._chunks(data)
        length = self.length
        if length is None:
            return data
        if len(data) >= length:
            self.ended, self.length, self.left = True, 0, data[length:]
            return data if not self.left else data[:length]
        self.length = length - len(data)
        return data

    def end(self) -> None:
        """The connection has ended. Raises BrokenOff where the body hasn't."""
        if self.chunked or self.length is not None:
            raise BrokenOff
        self.ended = True

    def _chunks(self, data: bytes) -> bytes:
        parts = []
        rest = self.left + data if self.left else data
        while not self.ended:
            if self._state == "data":
                piece = rest[: self._chunk]
                parts.append(piece)
                self._chunk -= len(piece)
                rest = rest[len(piece) :]
                if self._chunk:
                    break
                self._state = "after"
            line, newline, behind = rest.partition(b"\n")
            if not newline:
                if len(rest) > _LONGEST_LINE:
                    raise NotHttp("a line between its chunks is too long")
                break
            rest = behind
            self._line(line.rstrip(b"\r"))
        self.left = rest
        return b"".join(parts)

    def _line(self, line: bytes) -> None:
        """A line between the chunks: a size, the end of a chunk, or what follows the last one."""
        if self._state == "after":
            if line:
                raise NotHttp(f"a chunk is longer than its size: {line[:50]!r}")
            self._state = "size"
        elif self._state == "trailer":
            self.ended = not line
        else:
            digits = line.partition(b";")[0].strip()
            if not digits or len(digits) > _MOST_DIGITS or not digits.isalnum():
                raise NotHttp(f"{line[:50]!r} isn't the size of a chunk")
            try:
                self._chunk = int(digits, 16)
            except ValueError:
                raise NotHttp(f"{line[:50]!r} isn't the size of a chunk") from None
            self._state = "data" if self._chunk else "trailer"
