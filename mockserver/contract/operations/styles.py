"""Parameters as they travel: the `style` and `explode` of OpenAPI (3.1.1, 4.8.12.2; RFC 6570).

Each function takes the text of a parameter and gives text, a list of texts or a mapping of texts. Where a list stands
for an object whose members cannot be told apart, the schema refuses it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

from mockserver.contract.document.swagger import OWN_FORMAT

Texts = dict[str, list[str]]
Decode = Callable[[str], str]
COLLECTION_FORMATS: Final = {"csv": ",", "ssv": " ", "tsv": "\t", "pipes": "|"}
DELIMITERS: Final = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|", "cookie": ","}
_SPACE: Final = " \t"


class Misshapen(Exception):
    """A text lacks what its style begins with."""


def as_written(text: str) -> str:
    """The text itself, where nothing is percent-encoded: in headers, and cookies of the style `cookie`."""
    return text


def query_values(query: str, decode: Decode = unquote_plus) -> Texts:
    """The values of a query string by decoded name."""
    values: Texts = {}
    if not query:
        return values
    plain = "%" not in query and "+" not in query
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            if not plain:
                name, value = unquote_plus(name), decode(value)
            values.setdefault(name, []).append(value)
    return values


def cookie_values(header: str, decode: Decode = unquote) -> Texts:
    """The values of a Cookie header by name (RFC 6265, section 4.2.1)."""
    values: Texts = {}
    for pair in header.split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            values.setdefault(name, []).append(decode(value.strip('"')))
    return values


def listed(text: str, delimiter: str = ",", decode: Decode = as_written) -> list[str]:
    """A list in one text, which is decoded item by item; empty text is the empty list.

    An encoded delimiter is data where a plain one stands beside it. Clients that encode a whole value encode every one.
    """
    if delimiter not in text:
        text, decode = decode(text), as_written
    return list(map(decode, text.split(delimiter))) if text else []


def own_delimiter(schema: Any) -> str | None:
    """What separates the items of a list that is marked by `x-collectionFormat`; None for any other schema."""
    return COLLECTION_FORMATS.get(str(schema.get(OWN_FORMAT))) if isinstance(schema, Mapping) else None


def field_list(text: str) -> list[str]:
    """A list in a header: white space around its items and empty ones are no part of it (RFC 9110, section 5.6.1)."""
    return [item for part in text.split(",") if (item := part.strip(_SPACE))]


def field_parts(text: str) -> list[str]:
    """The parts of an object in a header, of which any may be empty."""
    return [part.strip(_SPACE) for part in text.split(",")] if text else []


def paired(parts: Iterable[str]) -> Any:
    """An object as names and values in turn: `a,1,b,2`."""
    items = list(parts)
    return items if len(items) % 2 else dict(zip(items[::2], items[1::2], strict=True))


def assigned(parts: Iterable[str], *, bare: bool = False) -> Any:
    """An object as assignments: `a=1,b=2`; `bare` names have an empty value."""
    items = list(parts)
    if not bare and not all("=" in part for part in items):
        return items
    return {name: value for name, _, value in (part.partition("=") for part in items)}


def label(text: str, shape: str, *, explode: bool, dotted: bool = False) -> Any:
    """`.a`, `.a,b` or, exploded, `.a.b`; objects `.x,1` or `.x=1`.

    `dotted` is for OpenAPI 3.0, where the tables before 3.0.4 have `.a.b` for both.
    """
    if not text.startswith("."):
        raise Misshapen("must begin with a dot (style: label)")
    inner = text[1:]
    return _lead(inner, shape, "." if explode or (dotted and "," not in inner) else ",", explode=explode)


def matrix(text: str, name: str, shape: str, *, explode: bool) -> Any:
    """`;id=a`, `;id=a,b` or, exploded, `;id=a;id=b`; objects `;id=x,1` or `;x=1`."""
    if explode and shape == "object":
        if not text.startswith(";"):
            raise Misshapen("must begin with a semicolon (style: matrix)")
        return assigned(listed(text[1:], ";"), bare=True)
    mark = f";{name}"
    if text != mark and not text.startswith((f"{mark}=", f"{mark};")):
        raise Misshapen(f"must begin with {mark}= (style: matrix)")
    if explode and shape == "array":
        # A semicolon that no name follows is data, which the web server has decoded already.
        return [part.removeprefix("=") for part in re.split(rf"{re.escape(mark)}(?=[=;]|$)", text)[1:]]
    return _lead(text.removeprefix(mark).removeprefix("="), shape, ",", explode=False)


def simple(text: str, shape: str, *, explode: bool) -> Any:
    """`a`, `a,b`; objects `x,1` or, exploded, `x=1`."""
    return _lead(text, shape, ",", explode=explode)


def field(text: str, shape: str, *, explode: bool) -> Any:
    """The same in a header."""
    if shape == "array":
        return field_list(text)
    return (assigned if explode else paired)(field_parts(text)) if shape == "object" else text


def _lead(text: str, shape: str, delimiter: str, *, explode: bool) -> Any:
    if shape == "array":
        return listed(text, delimiter)
    if shape == "object":
        parts = listed(text, delimiter)
        return assigned(parts) if explode else paired(parts)
    return text


def deep_object(name: str, values: Mapping[str, list[str]]) -> dict[str, Any]:
    """`name[a]=1&name[b][c]=2` as nested mappings; a name that comes twice, or ends in `[]`, is a list."""
    members: dict[str, Any] = {}
    for key, texts in values.items():
        if key.startswith(name + "[") and key.endswith("]"):
            _put(members, key[len(name) + 1 : -1].split("]["), texts)
    return members


def _put(members: dict[str, Any], path: list[str], texts: list[str]) -> None:
    is_list = len(path) > 1 and path[-1] == ""
    *parents, last = path[:-1] if is_list else path
    for part in parents[:20]:
        child = members.setdefault(part, {})
        if not isinstance(child, dict):
            return
        members = child
    members[last] = texts if is_list or len(texts) > 1 else texts[0]
