"""A request as it is sent to a backend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

import msgspec

_BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS", "DELETE", "TRACE"})


class Outgoing(msgspec.Struct, frozen=True):
    """A request as it is sent: all lines of its head, and its body, which may go on after what is known of it."""

    method: str
    path: str
    headers: tuple[str, ...] = ()  #: `name: text`
    body: bytes = b""
    rest: Iterable[bytes] = ()
    length: int | None = None  #: of the whole body; None where only its end will tell

    def head(self, prefix: str, more: tuple[str, ...]) -> bytes:
        """The request line and the headers."""
        if self.length is None:
            more = (*more, "transfer-encoding: chunked")
        elif self.length or self.method not in _BODILESS:
            more = (*more, f"content-length: {self.length}")
        text = "\r\n".join((f"{self.method} {prefix}{self.path} HTTP/1.1", *self.headers, *more, "\r\n"))
        return text.encode("latin-1", "replace")

    def pieces(self) -> Iterator[bytes]:
        """What follows the head and the known beginning of the body."""
        if self.length is not None:
            yield from self.rest
            return
        for piece in filter(None, chain((self.body,), self.rest)):
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
        yield b"0\r\n\r\n"
