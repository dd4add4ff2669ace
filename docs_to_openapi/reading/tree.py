"""Rows with depth marks → one JSON Schema.

A row becomes a child of the last row that is one level less deep. A row without such a parent, below a row that
cannot have fields, or with a repeated name, is reported and left out: a guess would be an invented fact.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from docs_to_openapi.pages.text import bare, plain, sentence
from docs_to_openapi.tables.cells import Group, Row, boolean, depth_of, row_name
from docs_to_openapi.tables.type_cells import TypeRead, parse_type, schema_of

Report = Callable[[int, str], None]
ANONYMOUS = "anonymous"
ADDITIONAL = "additionalProperties"


@dataclass
class Node:
    """A row of a schema table, with the rows below it."""

    name: str
    line: int
    depth: int
    read: TypeRead | None
    required: bool | None = None
    restrictions: str = ""
    description: str = ""
    children: list[Node] = field(default_factory=list)
    groups: list[tuple[str, list[Node]]] = field(default_factory=list)
    enum: list[Any] | None = None
    broken: bool = False
    extra: dict[str, str] = field(default_factory=dict)  # `default` and `example`, as the page shows them

    @property
    def anonymous(self) -> bool:
        """Whether the row has no name of its own."""
        return self.name == ANONYMOUS

    def rows(self) -> Iterable[Node]:
        """The rows below this one, in page order."""
        below = [*self.children, *(node for _, nodes in self.groups for node in nodes)]
        for node in sorted(below, key=lambda node: node.line):
            yield node
            yield from node.rows()


@dataclass(frozen=True)
class Reading:
    """What the tree needs from its page: the evidence of a line, the named schemas, and where to report problems."""

    source: Callable[[int], str]
    refs: frozenset[str]
    report: Report


def node_of(row: Row, report: Report) -> Node | None:
    """The row as a node, or None if it doesn't describe a field."""
    cells = row.cells
    name = row_name(cells.get("name", ""))
    if not name.strip("-: "):
        report(row.line, "the row has no name; it was not read")
        return None
    read = parse_type(cells["type"]) if "type" in cells else TypeRead()
    required = boolean(cells.get("required", ""))
    if read is None:
        report(row.line, f"{name}: the type {plain(cells.get('type', ''))!r} is unknown")
    if required is None and "required" in cells:  # a lost or added `|` moves every cell after it
        stated = plain(cells["required"])
        report(row.line, f"{name}: Required is {stated!r}, neither true nor false; the row was not read")
        return None
    node = Node(
        name, row.line, depth_of(cells["name"]), read, required,
        bare(cells.get("restrictions", "")).lower(), sentence(cells.get("description", "")),
    )  # fmt: skip
    node.extra = {key: cells[key] for key in ("default", "example") if key in cells}
    if "enum" in cells:
        node.enum = [typed_value(value, read) for value in json.loads(cells["enum"])]
    return node


def typed_value(text: str, read: TypeRead | None) -> Any:
    """A value of a cell, converted to the type of its field. Text that does not fit the type stays text."""
    kind = read.name if read else ""
    if text == "null" and read and read.nullable:
        return None
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind in ("array", "object") or (
        not kind and re.fullmatch(r"true|false|-?\d{1,15}(?:\.\d+)?|[\[{].*[\]}]", text)
    ):
        try:
            return json.loads(text)
        except ValueError:
            return text
    try:
        return int(text) if kind == "integer" else float(text) if kind == "number" else text
    except ValueError:
        return text


def add_rows(entries: list[Row | Group], root: Node, report: Report) -> Node:
    """Add the rows to the tree under `root`, whose depth is one less than that of the first rows."""
    stack = [root]
    group: Group | None = None
    for entry in entries:
        if isinstance(entry, Group):
            group = entry if entry.kind else None
            continue
        node = node_of(entry, report)
        if node is not None and not _place(node, stack, group, report):
            break
    return root


def _place(node: Node, stack: list[Node], group: Group | None, report: Report) -> bool:
    """Add one node below its parent; False if the rest of the table is unreliable."""
    parents = [above for above in stack if above.depth < node.depth]
    parent = parents[-1] if parents else None
    if parent is None or parent.depth != node.depth - 1:
        report(node.line, f"{node.name}: the row has no parent one level above it; it was not read")
        return True
    del stack[stack.index(parent) + 1 :]
    if parent.broken:
        stack.append(_broken(node))
        return True
    if parent.read is not None and not parent.read.container and not (group and node.anonymous):
        report(node.line, f"{node.name}: it is below {parent.name}, which isn't an object; it was not read")
        stack.append(_broken(node))
        return True
    if group and node.anonymous:
        _add_to_group(node, parent, group)
    elif any(sibling.name == node.name for sibling in parent.children):
        report(node.line, f"{node.name}: the name is twice in one table; the rest of the table was not read")
        return False
    else:
        parent.children.append(node)
    stack.append(node)
    return True


def _broken(node: Node) -> Node:
    node.broken = True
    return node


def _add_to_group(node: Node, parent: Node, group: Group) -> None:
    for kind, nodes in parent.groups:
        if kind == group.kind:
            nodes.append(node)
            return
    parent.groups.append((group.kind, [node]))


def schema(node: Node, reading: Reading) -> dict[str, Any]:
    """The JSON Schema that a node and the rows below it state."""
    built = _typed(node, reading)
    if "$ref" not in built and "anyOf" not in built:
        _fields(node, _innermost(built), reading)
    if node.enum is not None and "$ref" not in built:
        _innermost(built)["enum"] = node.enum
    if "default" in node.extra and "$ref" not in built:
        built["default"] = typed_value(node.extra["default"], node.read)
    if node.restrictions in ("read-only", "write-only"):
        built["readOnly" if node.restrictions == "read-only" else "writeOnly"] = True
    if node.description:
        built["description"] = node.description
    return built


def _typed(node: Node, reading: Reading) -> dict[str, Any]:
    if node.read is None:
        return {}
    if node.read.name == "array" and node.read.items is None and node.children:
        return {"type": "array" if not node.read.nullable else ["array", "null"], "items": {"type": "object"}}
    built = schema_of(node.read, reading.refs)
    if built is not None:
        return built
    named = node.read.items.schema if node.read.items else node.read.schema
    if node.children:  # its fields are here, so nothing is missing
        fields: dict[str, Any] = {"type": "object"}
        return {"type": "array", "items": fields} if node.read.items else fields
    reading.report(node.line, f"{node.name}: no page describes the schema {named!r}")
    return {"type": "array", "items": {}} if node.read.items else {}


def _innermost(built: dict[str, Any]) -> dict[str, Any]:
    """The schema that the rows below describe: the schema itself, or the items of a list."""
    while isinstance(built.get("items"), dict):
        built = built["items"]
    return built


def _fields(node: Node, target: dict[str, Any], reading: Reading) -> None:
    if "$ref" in target or "anyOf" in target:
        return
    properties = {}
    for child in node.children:
        if child.name == ADDITIONAL:
            target["additionalProperties"] = schema(child, reading)
        elif child.name in ("additionalItems", ANONYMOUS):
            reading.report(child.line, f"{child.name}: rows of this name are not supported; it was not read")
        else:
            properties[child.name] = schema(child, reading) | {"x-source": reading.source(child.line)}
    if properties:
        required = [child.name for child in node.children if child.required and child.name in properties]
        if required:
            target["required"] = required
        target["properties"] = properties
    for kind, nodes in node.groups:
        parts = [schema(part, reading) for part in nodes]
        target[kind] = parts[0] if kind == "not" else parts
