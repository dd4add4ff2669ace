"""The head of an answer, read from its bytes (RFC 9112).

Python's `http.client` reads a head by the parser of e-mails, which takes longer than all the rest of a request.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec

Lines = tuple[tuple[str, str], ...]

LARGEST: Final = 64 * 1024
"""How many bytes a head may have."""
_MOST_LINES: Final = 200
_STATUS: Final = re.compile(rb"HTTP/1\.(\d) ([1-9]\d\d)(?: [^\r\n]*)?\r?\n")
_END: Final = re.compile(rb"\r?\n\r?\n")
_PLAIN: Final = re.compile(r"^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)\r?\n", re.MULTILINE)
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_LENGTH: Final = re.compile(r"\d{1,18}")
_PADDED: Final = re.compile(r"[ \t]\r?\n")
HOP_BY_HOP: Final = frozenset((
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-authentication-info",
    "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
))  # fmt: skip
"""Headers of one connection alone (RFC 9110, section 7.6.1), beside those that `Connection` names."""
_NOT_PASSED: Final = HOP_BY_HOP | {"content-length"}
_OF_BACKEND: Final = frozenset({"location", "content-location", "set-cookie"})
_NO_LINES: Final = ((), ())


class NotHttp(Exception):
    """What came isn't HTTP/1: the text says what is wrong with it."""


class BrokenOff(NotHttp):
    """It ends too early."""


class Shape(msgspec.Struct, frozen=True):
    """What the names of a head's lines say, whatever their texts: a server has few such lists."""

    plain: tuple[str, ...]  #: the names in lower case, the last one first
    repeats: bool  #: whether one comes twice
    passes: tuple[bool, ...]  #: whether each line may pass a proxy
    rewrites: bool  #: whether a line names the backend


class Head(msgspec.Struct, frozen=True):
    """The head of an answer, and how its body ends (sections 6.3 and 9.3)."""

    status: int
    lines: Lines
    shape: Shape
    first: dict[str, str]  #: the headers by lower-case name; of several, the first
    chunked: bool
    length: int | None  #: of the body; None where only its end tells
    closes: bool  #: whether the connection ends with the answer


def head_in(raw: bytes, method: str) -> tuple[Head, int] | None:
    """The head at the beginning of what came, and where its body begins; None where it isn't complete. Interim answers
    (1xx) are skipped: the client has been sent none. Raises NotHttp."""
    start = 0
    while True:
        end = raw.find(b"\r\n\r\n", start)
        body = end + 4
        if end < 0 or b"\n\n" in raw[start:end]:
            match = _END.search(raw, start)
            if match is None:
                _must_begin(raw, start)
                return None
            body = match.end()
        begun = _STATUS.match(raw, start)
        if begun is None:
            raise NotHttp(repr(raw[start : start + 50]))
        status = int(begun[2])
        if status == 101:
            raise NotHttp("it switches protocols, which nobody has asked for")
        if body - start > LARGEST:
            raise NotHttp(f"its head is larger than {LARGEST} bytes")
        lines = _lines(raw[begun.end() : body].decode("latin-1").removesuffix("\n").removesuffix("\r"))
        if status >= 200:
            return _framed(status, lines, method, int(begun[1])), body
        start = body


def _must_begin(raw: bytes, start: int) -> None:
    """Raises NotHttp where what came can't become a head."""
    begun = raw[start : start + 7]
    if not b"HTTP/1.".startswith(begun):
        raise NotHttp(repr(raw[start : start + 50]))
    if len(raw) - start > LARGEST:
        raise NotHttp(f"its head is larger than {LARGEST} bytes")


def _lines(head: str) -> Lines:
    """The header lines, folded ones as one, without control characters; what has no valid name is left out."""
    found = _PLAIN.findall(head)
    if len(found) > _MOST_LINES:
        raise NotHttp(f"it has more than {_MOST_LINES} headers")
    if len(found) == head.count("\n") and _PADDED.search(head) is None:
        return tuple(found)
    lines: list[tuple[str, str]] = []
    for line in head.split("\n")[:-1]:
        name, colon, text = line.partition(":")
        if line[:1] in (" ", "\t") and lines:
            lines[-1] = (lines[-1][0], f"{lines[-1][1]} {line.strip()}")
        elif not colon or not name or name[-1] in " \t":
            raise NotHttp(f"{line[:50]!r} isn't a header")
        elif len(lines) >= _MOST_LINES:
            raise NotHttp(f"it has more than {_MOST_LINES} headers")
        else:
            lines.append((name, text.strip()))
    return tuple((name, _CONTROLS.sub("", text)) for name, text in lines if _NAME.fullmatch(name))


def _framed(status: int, lines: Lines, method: str, minor: int) -> Head:
    names, texts = zip(*lines, strict=True) if lines else _NO_LINES
    shape = _shape(names)
    first = dict(zip(shape.plain, texts[::-1], strict=True))
    closes = minor == 0
    if "connection" in first:
        said = ",".join(text for name, text in lines if name.lower() == "connection")
        tokens = {one.strip().lower() for one in said.split(",")}
        closes = "close" in tokens or (closes and "keep-alive" not in tokens)
    if method == "HEAD" or status == 204 or status == 304:
        return Head(status, lines, shape, first, False, 0, closes)
    coding = first.get("transfer-encoding")
    if coding is not None:
        if coding.lower() != "chunked":
            raise NotHttp(f"its transfer coding {coding[:50]!r} isn't known")
        return Head(status, lines, shape, first, True, None, closes)
    length = first.get("content-length")
    if length is None:
        return Head(status, lines, shape, first, False, None, True)
    if shape.repeats or not length.isdecimal():
        length = _length([text for name, text in lines if name.lower() == "content-length"])
    return Head(status, lines, shape, first, False, int(length), closes)


@lru_cache(maxsize=256)
def _shape(names: tuple[str, ...]) -> Shape:
    plain = tuple(name.lower() for name in names)
    passes = tuple(name not in _NOT_PASSED for name in plain)
    return Shape(plain[::-1], len(set(plain)) < len(plain), passes, not _OF_BACKEND.isdisjoint(plain))


def _length(texts: list[str]) -> str:
    """The length that one or more headers name, alike."""
    named = {text.strip() for joint in texts for text in joint.split(",")}
    if len(named) != 1 or not _LENGTH.fullmatch(text := named.pop()):
        raise NotHttp(f"Content-Length: {', '.join(texts)[:50]} isn't a length")
    return text
