"""Bytes of a body as values: JSON, forms, multipart, text. Hostile bytes are refused in milliseconds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

MOST_NESTED: Final = 200
"""Levels that a JSON body may nest: what reads it afterwards recurses."""

_json: Final[Callable[[bytes], Any]] = msgspec.json.Decoder().decode
_BRACKETS: Final = bytes.maketrans(b"{}", b"[]")
_OTHERS: Final = bytes(set(range(256)) - set(b'[]{}"'))


class Undecodable(Exception):
    """The bytes are not of their media type."""


class Part(msgspec.Struct, frozen=True):
    """One part of a multipart body."""

    name: str
    filename: str | None
    content_type: str
    content: bytes


def json_value(raw: bytes) -> Any:
    """The value of JSON text (RFC 8259)."""
    if len(raw) > MOST_NESTED and raw.count(b"[") + raw.count(b"{") > MOST_NESTED and nests_too_deep(raw):
        raise Undecodable(f"nests deeper than {MOST_NESTED} levels")
    try:
        return _json(raw)
    except (msgspec.MsgspecError, UnicodeError) as error:
        text(raw)
        raise Undecodable(f"is not JSON: {_shortened(str(error))}") from None
    except RecursionError:
        raise Undecodable(f"nests deeper than {MOST_NESTED} levels") from None


def json_lines(raw: bytes) -> list[Any]:
    """The values of JSON Lines, one a line."""
    return [json_value(line) for line in raw.splitlines() if line.strip()]


def json_sequence(raw: bytes) -> list[Any]:
    """The values of a JSON text sequence (RFC 7464): each follows a record separator."""
    return [json_value(part) for part in raw.split(b"\x1e") if part.strip()]


def text(raw: bytes, charset: str = "utf-8") -> str:
    """The text in a charset."""
    try:
        return raw.decode(charset)
    except UnicodeDecodeError:
        raise Undecodable(f"is not {charset.upper()} text") from None


def parts(raw: bytes, boundary: str) -> list[Part]:
    """The parts of a multipart body (RFC 2046, section 5.1.1)."""
    delimiter = b"\r\n--" + boundary.encode("latin-1", "replace")
    sections = (b"\r\n" + raw).split(delimiter)
    if len(sections) < 2 or not sections[-1].startswith(b"--"):
        raise Undecodable("is not multipart with the boundary that its Content-Type names")
    return [_part(section) for section in sections[1:-1]]


def nests_too_deep(raw: bytes) -> bool:
    """Whether JSON text nests too deep, without decoding it: brackets are paired off from the inside."""
    text = re.sub(rb"\\.", b"", raw, flags=re.DOTALL) if b"\\" in raw else raw
    outside = b"".join(text.translate(None, _OTHERS).split(b'"')[::2])  # every second part stands within quotes
    brackets = outside.translate(_BRACKETS)
    deep = b"[" * (MOST_NESTED + 1)
    while deep not in brackets:
        fewer = brackets.replace(b"[]", b"")
        if len(fewer) == len(brackets):
            return False
        brackets = fewer
    return True


def _part(section: bytes) -> Part:
    head, separator, content = section.partition(b"\r\n\r\n")
    if not separator:
        raise Undecodable("has a part without an empty line after its headers")
    from email.parser import HeaderParser  # 20 ms of start-up that few servers need

    message = HeaderParser().parsestr(head.lstrip(b"\r\n").decode("utf-8", "replace"))
    name = message.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        raise Undecodable("has a part without a name")
    return Part(name, message.get_filename(), message.get("content-type", ""), content)


def _shortened(problem: str) -> str:
    return problem.removeprefix("JSON is malformed: ")[:200]
