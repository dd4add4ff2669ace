"""A Type cell → the part of a schema that it states."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from docs_to_openapi.pages.text import plain, unemphasised, unlinked

PRIMITIVES = ("string", "integer", "number", "boolean", "object", "array", "null")
UNTYPED = ("any", "anyof", "oneof", "allof", "not")
_NULL = re.compile(r"\s*(?:¦|\||\bor\b|,)\s*null\s*$", re.IGNORECASE)
_FORMAT = re.compile(r"^([\w\[\]. -]+?)\s*\(([\w./+: -]+)\)$")
_LIST = re.compile(r"^\[(.+)\]$|^array\s*(?:\[(.+)\]|<(.+)>|\s+of\s+(.+))$|^(.+)\[\]$", re.IGNORECASE)
_NAME = re.compile(r"^[A-Za-z_][\w.\- ]*$")
_LINKED = re.compile(r"\[([^\[\]]+)\]\(#schema[^)]*\)")


@dataclass(frozen=True)
class TypeRead:
    """The content of a Type cell: a JSON type, the name of a schema, or a list of either."""

    name: str = ""  # a JSON type, or "" for "any"
    format: str = ""
    schema: str = ""  # the name of a schema described elsewhere on the page
    items: TypeRead | None = None  # the items, if the cell states a list
    nullable: bool = False
    linked: bool = False  # the schema's name was a link, so it is certainly a name

    @property
    def container(self) -> bool:
        """Whether rows nested below this one can be its fields."""
        if self.name == "array":
            return self.items is None or self.items.container
        return self.name in ("", "object")


def parse_type(cell: str) -> TypeRead | None:
    """Read a type cell such as `string(date-time)`, `[object]`, `[[Pet](#schemapet)]` or `integer¦null`."""
    text = unemphasised(plain(cell)).strip()
    linked = bool(_LINKED.search(text))
    nullable = bool(_NULL.search(text)) and text.lower() != "null"
    if nullable:
        text = _NULL.sub("", text)
    parsed = _type(unlinked(text).strip(), linked)
    return parsed and TypeRead(parsed.name, parsed.format, parsed.schema, parsed.items, nullable, linked)


def _type(text: str, linked: bool) -> TypeRead | None:
    lower = text.lower()
    if linked and _NAME.match(text):  # a schema can be named "String"
        return TypeRead(schema=text)
    if lower in PRIMITIVES:
        return TypeRead(lower)
    if lower in UNTYPED:
        return TypeRead()
    if lower.startswith("array(") and lower.endswith(")"):
        text = f"[{text[6:-1]}]"
    if match := _LIST.match(text):
        inner = _type(next(group for group in match.groups() if group).strip(), linked)
        return inner and TypeRead("array", items=inner)
    if match := _FORMAT.match(text):
        base = _type(match.group(1), linked)
        return base and TypeRead(base.name, "" if base.schema else match.group(2), base.schema, base.items)
    return TypeRead(schema=text) if linked or (_NAME.match(text) and " " not in text) else None


def schema_of(parsed: TypeRead, refs: frozenset[str]) -> dict[str, Any] | None:
    """The JSON Schema that the cell states; None when it names a schema that no page describes."""
    if parsed.schema:
        base: dict[str, Any] | None = reference(parsed.schema) if parsed.schema in refs else None
        if base is None or not parsed.nullable:
            return base
        return {"anyOf": [base, {"type": "null"}]}
    schema: dict[str, Any] = {"type": parsed.name} if parsed.name else {}
    if parsed.format:
        schema["format"] = parsed.format
    if parsed.items:
        items = schema_of(parsed.items, refs)
        if items is None:
            return None
        schema["items"] = items
    if parsed.nullable and parsed.name:
        schema["type"] = [parsed.name, "null"]
    return schema


def reference(name: str) -> dict[str, Any]:
    """A reference to a named schema."""
    return {"$ref": "#/components/schemas/" + name.replace("~", "~0").replace("/", "~1")}
