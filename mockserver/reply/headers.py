"""Response headers that the contract declares, as lines of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import msgspec

from mockserver.contract.messages.taking import COOKIES
from mockserver.contract.operations import media, styles
from mockserver.contract.operations.operation import ABSENT, Parameter
from mockserver.errors import ContractBroken
from mockserver.state.collection import text_of

_EFFECTIVE: Final = frozenset(
    [
        *("age", "allow", "content-disposition", "content-language", "content-location", "content-range", "etag"),
        *("expires", "last-modified", "link", "location", "proxy-authenticate", "retry-after", "set-cookie"),
        *("strict-transport-security", "vary", "via", "www-authenticate"),
    ]
)
"""Headers that clients or proxies act upon: a generated value would mislead them."""

Generate = Callable[[Any], Any]


def header_lines(header: Parameter, generate: Generate) -> tuple[str, ...]:
    """The lines of a header: its example, else a value generated from its schema; none where it is better left out.

    Only `Set-Cookie` has more than one: cookies can't be combined in one line (RFC 6265, section 3).
    """
    value = example_of(header)
    if value is ABSENT and not header.required and _has_effect(header.name):
        return ()
    if value is ABSENT:
        try:
            value = generate(header.content.schema if header.content else header.schema)
        except ContractBroken:
            return ()
    lines = _cookies(value) if header.name.lower() == COOKIES else [_text(value, header)]
    may_be_empty = value is not ABSENT and header.name.lower() != COOKIES
    return tuple(line for text in lines if ((line := text.strip()) or may_be_empty) and _is_field_value(line))


def _cookies(value: Any) -> list[str]:
    """One line for each item of a list, and for each line of a text (OpenAPI 3.2, "Representing the Set-Cookie
    Header")."""
    items = value if isinstance(value, list) else [value]
    return [line for one in items if one is not ABSENT for line in _cookie(one).splitlines()]


def _cookie(value: Any) -> str:
    """One cookie; the members of an object are written `name=value; name=value`."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}={text_of(inner)}" for name, inner in value.items())
    return text_of(value)


def _is_field_value(text: str) -> bool:
    """Whether text is a valid field value (RFC 9110, section 5.5)."""
    return text.replace("\t", " ").isprintable() and all(ord(letter) < 256 for letter in text)


def _has_effect(name: str) -> bool:
    return name.lower() in _EFFECTIVE or name.lower().startswith("access-control-")


def example_of(header: Parameter) -> Any:
    """The example of a header or of its content, ABSENT where there is none; the generator uses those of its schema."""
    if (example := header.example()) is not ABSENT:
        return example
    if header.content:
        return next(iter(header.content.examples.values()), ABSENT)
    schema = header.schema
    if isinstance(schema, Mapping) and _has_effect(header.name):
        offered = schema.get("examples")
        listed = [offered[0]] if isinstance(offered, list) and offered else []
        return next(
            iter([*listed, *(schema[word] for word in ("example", "default", "const") if word in schema)]), ABSENT
        )
    return ABSENT


def _json(value: Any) -> str:
    """A value as JSON; a text that is JSON already was written by the document's author."""
    if isinstance(value, str):
        with suppress(msgspec.DecodeError, UnicodeError, RecursionError):
            msgspec.json.decode(value)
            return value
    return msgspec.json.encode(value).decode()


def _text(value: Any, header: Parameter) -> str:
    if value is ABSENT:
        return ""
    if header.content:
        return _json(value) if media.kind(media.split(header.content.name)[0]) == "json" else text_of(value)
    if isinstance(value, list):
        return _joined(value, header.schema)
    if isinstance(value, Mapping):
        sign = "=" if header.explode else ","
        return ",".join(f"{name}{sign}{text_of(inner)}" for name, inner in value.items())
    return text_of(value)


def _joined(items: list[Any], schema: Any) -> str:
    """A list as one text; in Swagger 2.0 its items may be lists."""
    inner = schema.get("items") if isinstance(schema, Mapping) else None
    texts = (_joined(item, inner) if isinstance(item, list) else text_of(item) for item in items)
    return (styles.own_delimiter(schema) or ",").join(texts)
