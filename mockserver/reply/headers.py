"""Response headers that the contract declares, as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from mockserver.contract.operations.operation import ABSENT, Parameter
from mockserver.errors import ContractBroken
from mockserver.state.collection import text_of

_EARNED: Final = frozenset(
    [
        *("age", "allow", "connection", "content-disposition", "content-encoding", "content-language"),
        *("content-length", "content-location", "content-range", "date", "etag", "expires", "keep-alive"),
        *("last-modified", "link", "location", "proxy-authenticate", "retry-after", "server", "set-cookie"),
        *("strict-transport-security", "trailer", "transfer-encoding", "upgrade", "vary", "via", "www-authenticate"),
    ]
)
"""Headers that tell a client or a proxy to do something: a made-up value would mislead it."""

Make = Callable[[Any], Any]


def header_text(header: Parameter, make: Make) -> str | None:
    """The text of a header: its example, else a value made of its schema; None where it is better left out."""
    value = _example(header)
    if value is ABSENT and not header.required and _is_earned(header.name):
        return None
    if value is ABSENT:
        try:
            value = make(header.content.schema if header.content else header.schema)
        except ContractBroken:
            return None
    text = "" if value is ABSENT else _text(value, header).strip()
    return text if text and _may_travel(text) else None


def _may_travel(text: str) -> bool:
    """Whether text can stand in a header line (RFC 9110, section 5.5)."""
    return text.isprintable() and all(ord(letter) < 256 for letter in text)


def _is_earned(name: str) -> bool:
    return name.lower() in _EARNED or name.lower().startswith("access-control-")


def _example(header: Parameter) -> Any:
    """The example of a header or of its content; its schema's are found where its value is made."""
    if (given := header.example()) is not ABSENT:
        return given
    if header.content:
        return next(iter(header.content.examples.values()), ABSENT)
    schema = header.schema
    if isinstance(schema, Mapping) and _is_earned(header.name):
        return next((schema[word] for word in ("example", "default", "const") if word in schema), ABSENT)
    return ABSENT


def _text(value: Any, header: Parameter) -> str:
    if header.content:
        return text_of(value)
    if isinstance(value, list):
        return ",".join(map(text_of, value))
    if isinstance(value, Mapping):
        sign = "=" if header.explode else ","
        return ",".join(f"{name}{sign}{text_of(inner)}" for name, inner in value.items())
    return text_of(value)
