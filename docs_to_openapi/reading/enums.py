"""Enumerated Values tables, and lists such as "(HIGH, MEDIUM, LOW)" in descriptions → enums of fields.

An Enumerated Values table names fields, but not where they are. Its values are assigned only when there is exactly
one way to do so; otherwise the table is reported.
"""

from __future__ import annotations

import re
from typing import Any

from docs_to_openapi.reading.tree import Node, Report, typed_value
from docs_to_openapi.tables.type_cells import TypeRead

_ITEM = r"[A-Z][A-Z0-9_-]+"
_LIST = rf"({_ITEM}(?:\s*(?:,|\||/|\bor\b|\band\b)+\s*{_ITEM})+)"
_UPPER = re.compile(rf"\({_LIST}\)|:\s*{_LIST}\.?$|^{_LIST}\.?$")
_NAMED = re.compile(
    r"(?:one of|(?:possible|allowed|valid|accepted) values(?: are| is)?)\s*:?\s*\(?((?:[`'\"]?[\w.-]+[`'\"]?)"
    r"(?:\s*(?:,|\||\bor\b|\band\b)+\s*[`'\"]?[\w.-]+[`'\"]?)+)\)?\.?$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:,|\||/|\bor\b|\band\b)+\s*")

Value = tuple[int, str, str]  # line, name, value
Slot = tuple[Node, list[str] | None]  # a field, and its values if they are known


def from_description(description: str) -> list[str] | None:
    """The list of values at the end of a description, or in brackets inside it."""
    match = _UPPER.search(description) or _NAMED.search(description)
    if not match:
        return None
    values = [value.strip("`'\"") for value in _BETWEEN.split(next(part for part in match.groups() if part))]
    return values if len(values) == len(set(values)) else None


def describe(root: Node) -> None:
    """Set the enum of every string field whose description lists its values."""
    for node in root.rows():
        if node.enum is None and node.read == TypeRead("string"):
            node.enum = from_description(node.description)


def assign(values: list[Value], slots: list[Slot], report: Report) -> None:
    """Assign the values of an Enumerated Values table to the fields that they belong to."""
    by_name: dict[str, list[Value]] = {}
    for value in values:
        by_name.setdefault(value[1], []).append(value)
    for name, mine in by_name.items():
        fields = [slot for slot in slots if slot[0].name == name and _can_have_values(slot[0])]
        divisions = _divisions([value for _, _, value in mine], [known for _, known in fields])
        if len(divisions) == 1:
            for (node, known), part in zip(fields, divisions[0], strict=True):
                if known is None and part:
                    node.enum = [typed_value(text, node.read) for text in part]
        else:
            why = (
                "no field of this name can have them"
                if not divisions
                else "there are several ways to assign them to its fields"
            )
            report(mine[0][0], f"the values listed for {name!r} were not read: {why}")


def _can_have_values(node: Node) -> bool:
    return node.read is not None and node.read.name not in ("object", "array") and not node.read.schema


def _divisions(values: list[str], known: list[list[str] | None]) -> list[list[list[str]]]:
    """The ways (at most two) to split `values` into one part per field, with no value twice in a part."""
    if not known:
        return [[]] if not values else []
    if known[0] is not None:
        lengths = [len(known[0])] if values[: len(known[0])] == known[0] else []
    elif len(known) == 1:
        lengths = [len(values)]
    else:
        lengths = list(range(min(len(values), 60), -1, -1))
    ways: list[list[list[str]]] = []
    for length in lengths:
        part = values[:length]
        if len(set(part)) == len(part):
            ways += [[part, *rest] for rest in _divisions(values[length:], known[1:])]
        if len(ways) > 1:
            break
    return ways[:2]


def slots_of(root: Node, named: dict[str, dict[str, Any]]) -> list[Slot]:
    """The fields of a table in row order; fields of a named schema have the values from that schema."""
    slots: list[Slot] = [(root, None)] if root.name else []
    _collect(root, None, named, slots)
    return slots


def _collect(node: Node, known: dict[str, Any] | None, named: dict[str, dict[str, Any]], slots: list[Slot]) -> None:
    known = _named_schema(node, named) or known
    below = [*node.children, *(part for _, parts in node.groups for part in parts)]
    for child in sorted(below, key=lambda below: below.line):
        own = _property(known, child.name, named) if known is not None else None
        slots.append((child, None if known is None else [str_of(value) for value in (own or {}).get("enum", [])]))
        _collect(child, own if known is not None else None, named, slots)


def _named_schema(node: Node, named: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    read = node.read
    while read and read.items:
        read = read.items
    return named.get(read.schema) if read and read.schema else None


def _property(schema: dict[str, Any], name: str, named: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The property of a known schema; its allOf parts and list items are searched too."""
    while "items" in schema:
        schema = schema["items"]
    if "$ref" in schema:
        schema = named.get(schema["$ref"].rsplit("/", 1)[-1], {})
    if name in schema.get("properties", {}):
        existing: dict[str, Any] = schema["properties"][name]
        return existing
    for part in (*schema.get("allOf", []), *schema.get("oneOf", []), *schema.get("anyOf", [])):
        if inherited := _property(part, name, named):
            return inherited
    extra = schema.get("additionalProperties")
    return extra if name == "additionalProperties" and isinstance(extra, dict) else {}


def str_of(value: Any) -> str:
    """A value as a Value cell shows it."""
    return {None: "null", True: "true", False: "false"}.get(value, str(value)) if not isinstance(value, str) else value
