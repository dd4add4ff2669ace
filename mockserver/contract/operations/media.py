"""Media types: their names, and which declared one fits (RFC 9110, 8.3.1; OpenAPI 3.1.1, 4.8.13.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from mockserver.contract.operations.operation import MediaType

Kind = Literal["json", "lines", "sequence", "events", "form", "multipart", "text", "binary"]
ANY = "*/*"
"""The range of all types."""
SEQUENTIAL = ("lines", "sequence", "events")
"""The kinds of which a body is a sequence of values (OpenAPI 3.2, "Sequential Media Types")."""

_PARAMETER = re.compile(r""";\s*([^\s;=",]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]*)""")
_OF_RANGE = {"application": "json", "text": "plain", "image": "png", "audio": "mpeg", "video": "mp4", "font": "woff2"}
_LINES = (
    *("jsonl", "x-jsonl", "jsonlines", "x-jsonlines", "json-lines", "x-json-lines"),
    *("ndjson", "x-ndjson", "stream+json", "x-json-stream", "json-stream"),
)


def split(header: str) -> tuple[str, dict[str, str]]:
    """Name (lower case) and parameters of a Content-Type."""
    name, semicolon, rest = header.partition(";")
    parameters = _PARAMETER.findall(semicolon + rest) if semicolon else ()
    return name.strip().lower(), {key.lower(): _unquoted(value) for key, value in parameters}


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def kind(name: str) -> Kind:
    """How a body of this type is read."""
    main, _, sub = name.partition("/")
    if sub in _LINES:
        return "lines"
    if sub == "json" or sub.endswith("+json"):
        return "json"
    if sub == "json-seq" or sub.endswith("+json-seq"):
        return "sequence"
    if name == "text/event-stream":
        return "events"
    if name == "application/x-www-form-urlencoded":
        return "form"
    if main == "multipart":
        return "multipart"
    return "text" if main == "text" and sub != "xml" else "binary"


def concrete(name: str) -> str:
    """A type to answer in where a range is declared, such as `image/*`; any other name is itself."""
    if "*" not in name:
        return name
    main, _, sub = split(name)[0].partition("/")
    if main == "*":
        return "application/json"
    return f"{main}/x-any{sub[1:]}" if sub.startswith("*+") else f"{main}/{_OF_RANGE.get(main, 'x-any')}"


def declared_for(media_types: Mapping[str, MediaType], header: str) -> MediaType | None:
    """The declared media type that a Content-Type fits: itself, else a range, the most specific first."""
    name, parameters = split(header)
    ranked: list[tuple[int, int, int, MediaType]] = []
    for key, media_type in media_types.items():
        declared, needed = split(key)
        # charset says how the text is written, not what it is.
        missing = [n for n, v in needed.items() if n != "charset" and parameters.get(n, "").lower() != v.lower()]
        if not missing and (rank := _rank(declared, name)):
            ranked.append((rank, len(needed), -len(ranked), media_type))
    return max(ranked, key=lambda item: item[:3])[3] if ranked else None


def fits(declared: str, header: str) -> bool:
    """Whether a Content-Type is of a declared media type or range."""
    return _rank(split(declared)[0], split(header)[0]) > 0


def untyped(media_types: Mapping[str, MediaType]) -> MediaType | None:
    """The declared media type of a body without Content-Type: a range, whose type the body itself shows."""
    return next((media_type for key, media_type in media_types.items() if "*" in split(key)[0]), None)


def _rank(declared: str, name: str) -> int:
    main, _, sub = declared.partition("/")
    own, _, own_sub = name.partition("/")
    if declared == name:
        return 4
    if own == main and sub.startswith("*+") and own_sub.endswith(sub[1:]):
        return 3
    if own == main and sub == "*":
        return 2
    return 1 if declared in ("*/*", "*") and own else 0
