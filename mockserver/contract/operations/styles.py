"""Parameters as they travel: the `style` and `explode` of OpenAPI (3.1.1, 4.8.12.2; RFC 6570).

Each function takes the text of a parameter and gives text, a list of texts or a mapping of texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

from mockserver.contract.document.swagger import OWN_FORMAT

Texts = dict[str, list[str]]
COLLECTION_FORMATS: Final = {"csv": ",", "ssv": " ", "tsv": "\t", "pipes": "|"}
DELIMITERS: Final = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|", "cookie": ","}


def query_values(query: str) -> Texts:
    """The decoded values of a query string by decoded name."""
    values: Texts = {}
    if not query:
        return values
    plain = "%" not in query and "+" not in query
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            if not plain:
                name, value = unquote_plus(name), unquote_plus(value)
            values.setdefault(name, []).append(value)
    return values


def cookie_values(header: str) -> Texts:
    """The values of a Cookie header by name (RFC 6265, section 4.2.1)."""
    values: Texts = {}
    for pair in header.split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            values.setdefault(name, []).append(unquote(value.strip('"')))
    return values


def listed(text: str, delimiter: str = ",") -> list[str]:
    """A list in one text; empty text is the empty list."""
    return text.split(delimiter) if text else []


def own_delimiter(schema: Any) -> str | None:
    """What separates the items of a list that is marked by `x-collectionFormat`; None for any other schema."""
    return COLLECTION_FORMATS.get(str(schema.get(OWN_FORMAT))) if isinstance(schema, Mapping) else None


def paired(parts: Iterable[str]) -> dict[str, str]:
    """An object as names and values in turn: `a,1,b,2`."""
    items = list(parts)
    return dict(zip(items[::2], items[1::2], strict=False))


def assigned(parts: Iterable[str]) -> dict[str, str]:
    """An object as assignments: `a=1,b=2`."""
    return {name: value for name, _, value in (part.partition("=") for part in parts)}


def label(text: str, shape: str, *, explode: bool) -> Any:
    """`.a`, `.a,b` or, exploded, `.a.b`; objects `.x,1` or `.x=1`."""
    return _lead(text.removeprefix("."), shape, "." if explode else ",", explode=explode)


def matrix(text: str, name: str, shape: str, *, explode: bool) -> Any:
    """`;id=a`, `;id=a,b` or, exploded, `;id=a;id=b`; objects `;id=x,1` or `;x=1`."""
    if explode and shape == "object":
        return assigned(listed(text.removeprefix(";"), ";"))
    values = [part.removeprefix(name).removeprefix("=") for part in text.removeprefix(";").split(";")]
    if explode and shape == "array":
        return values
    return _lead(values[0], shape, ",", explode=False)


def simple(text: str, shape: str, *, explode: bool) -> Any:
    """`a`, `a,b`; objects `x,1` or, exploded, `x=1`."""
    return _lead(text, shape, ",", explode=explode)


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
