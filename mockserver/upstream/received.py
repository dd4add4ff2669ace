"""The answer on a connection: its head is read here, its body as Python's `http.client` frames it.

`http.client` reads a head by the parser of e-mails, which takes longer than all the rest of a request.
"""

from __future__ import annotations

import http.client
import io
import re
from typing import Final

_STATUS: Final = re.compile(rb"HTTP/1\.(\d) ([1-9]\d\d)(?: [^\r\n]*)?\r?\n")
_LONGEST_LINE: Final = 64 * 1024
_MOST_LINES: Final = 200
_LENGTH: Final = re.compile(r"\d{1,18}")

Lines = tuple[tuple[str, str], ...]


class Received(http.client.HTTPResponse):
    """An answer whose head has come. Interim answers (1xx) are skipped: the client has been sent none.

    Raises HTTPException for what isn't HTTP/1.
    """

    def __init__(self, reader: io.BufferedReader, method: str) -> None:  # without the reader that it would open
        self.fp, self.debuglevel, self._method = reader, 0, method
        self.chunked, self.chunk_left, self.length = False, None, None
        self.status, minor, self.lines = self._head(reader)
        self.first: dict[str, str] = {}  #: the headers by lower-case name; of several, the first
        for name, text in self.lines:
            self.first.setdefault(name.lower(), text)
        self._frame(minor)

    def _close_conn(self) -> None:
        self.fp = None  # type: ignore[assignment]  # as `http.client` does; the reader is the connection's own

    def _head(self, reader: io.BufferedReader) -> tuple[int, int, Lines]:
        while True:
            line = reader.readline(_LONGEST_LINE)
            if not line:
                raise http.client.RemoteDisconnected("nothing was answered")
            match = _STATUS.fullmatch(line)
            if match is None:
                raise http.client.BadStatusLine(repr(line[:50]))
            status, lines = int(match[2]), _lines(reader)
            if status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                raise http.client.HTTPException("it switches protocols, which nobody has asked for")
            if status >= http.HTTPStatus.OK:
                return status, int(match[1]), lines

    def _frame(self, minor: int) -> None:
        """How the body ends, and whether the connection goes on (RFC 9112, sections 6.3 and 9.3)."""
        first = self.first
        tokens = [token.strip().lower() for token in first.get("connection", "").split(",")]
        self.will_close = "close" in tokens or (minor == 0 and "keep-alive" not in tokens)
        coding = first.get("transfer-encoding")
        if self._method == "HEAD" or self.status in (204, 304):
            self.length = 0
        elif coding is not None:
            if coding.lower() != "chunked":
                raise http.client.HTTPException(f"its transfer coding {coding[:50]!r} isn't known")
            self.chunked = True
        elif "content-length" in first:
            self.length = _length([text for name, text in self.lines if name.lower() == "content-length"])
        else:
            self.will_close = True


def _lines(reader: io.BufferedReader) -> Lines:
    """The header lines; folded ones as one."""
    lines: list[tuple[str, str]] = []
    while (line := reader.readline(_LONGEST_LINE)) not in (b"\r\n", b"\n"):
        if not line.endswith(b"\n"):
            raise http.client.HTTPException("a line of its head is too long" if line else "its head breaks off")
        if len(lines) >= _MOST_LINES:
            raise http.client.HTTPException(f"it has more than {_MOST_LINES} headers")
        name, colon, text = line.decode("latin-1").partition(":")
        if line[:1] in b" \t" and lines:
            lines[-1] = (lines[-1][0], f"{lines[-1][1]} {line.decode('latin-1').strip()}")
        elif not colon or not name or name[-1] in " \t":
            raise http.client.HTTPException(f"{line[:50]!r} isn't a header")
        else:
            lines.append((name, text.strip()))
    return tuple(lines)


def _length(texts: list[str]) -> int:
    """The length that one or more headers name, alike."""
    named = {text.strip() for joint in texts for text in joint.split(",")}
    if len(named) != 1 or not _LENGTH.fullmatch(text := named.pop()):
        raise http.client.HTTPException(f"Content-Length: {', '.join(texts)[:50]} isn't a length")
    return int(text)
