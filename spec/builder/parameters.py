"""Parameters and Request Body tables → parameters and the request body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from spec.builder import enums
from spec.builder.cells import (
    LOCATIONS,
    PARAMETER_COLUMNS,
    SCHEMA_COLUMNS,
    Row,
    Rows,
    depth_of,
    row_name,
)
from spec.builder.context import Context
from spec.builder.outline import OperationOutline, Section
from spec.builder.rows import read_rows
from spec.builder.schemas import to_schema, tree_of, values_of
from spec.builder.text import bare
from spec.builder.tree import Node, node_of, schema

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def placeholders(path: str) -> list[str]:
    """The parameters that a path template holds."""
    return _PLACEHOLDER.findall(path)


def parameter_rows(operation: OperationOutline, context: Context) -> tuple[list[tuple[str, Row]], list[Row]]:
    """The rows of the Parameters tables: (location, row) pairs, and the rows of the body."""
    placed: list[tuple[str, Row]] = []
    body: list[Row] = []
    for section in operation.of("parameters"):
        for row in _rows(section, context).rows:
            location = bare(row.cells.get("in", section.argument)).lower() or _from_path(row, operation)
            if location in ("body", "formdata"):
                body.append(row)
            elif location in LOCATIONS:
                placed.append((location, row))
            else:
                name = row_name(row.cells.get("name", ""))
                context.report(row.line, f"parameter {name}: where it goes is not stated")
    return placed, body


def _rows(section: Section, context: Context) -> Rows:
    found = read_rows(section.blocks, PARAMETER_COLUMNS)
    if section.argument and not found.rows:
        found = read_rows(section.blocks, SCHEMA_COLUMNS)
    context.unread(found.unread, "Parameters")
    return found


def _from_path(row: Row, operation: OperationOutline) -> str:
    return "path" if row_name(row.cells.get("name", "")) in placeholders(operation.path) else ""


def read_inputs(operation: OperationOutline, context: Context) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """The parameters of an operation, and its request body as {required, schema, description, line}."""
    placed, rows = parameter_rows(operation, context)
    nodes = [(location, node) for location, row in placed if (node := node_of(row, context.report))]
    body = _body_root(operation, rows, context)
    _add_values(operation, [node for _, node in nodes], body.root if body else None, context)
    return _parameters(operation, nodes, context), body.read(context) if body else None


def _add_values(operation: OperationOutline, nodes: list[Node], body: Node | None, context: Context) -> None:
    values = [value for section in _enum_sections(operation) for value in values_of(section)]
    lists = [node for node in nodes if node.read and node.read.items]
    for node in lists:  # Widdershins lists the values of a list's items under the parameter
        node.enum = [value for _, name, value in values if name == node.name] or None
    names = {node.name for node in lists}
    slots: list[enums.Slot] = [(node, None) for node in nodes if node not in lists]
    slots += enums.slots_of(body, context.named) if body else []
    slots.sort(key=lambda slot: slot[0].line)
    enums.assign([value for value in values if value[1] not in names], slots, context.report)
    if not context.page.stock:
        for node in nodes:
            enums.describe(Node("", node.line, 0, None, children=[node]))
        if body:
            enums.describe(body)


def _parameters(operation: OperationOutline, nodes: list[tuple[str, Node]], context: Context) -> list[dict[str, Any]]:
    """The parameters; a placeholder of the path that no row describes is one too."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for location, node in nodes:
        if (location, node.name) in found:
            context.report(node.line, f"parameter {node.name}: it is listed twice; the second row was not read")
        else:
            found[location, node.name] = _parameter(location, node, context)
    _check_path(operation, found, context)
    return list(found.values())


def _enum_sections(operation: OperationOutline) -> list[Section]:
    """The Enumerated Values tables that follow the Parameters table."""
    found: list[Section] = []
    last = ""
    for section in operation.sections:
        if section.kind == "enums" and last in ("parameters", "request_body"):
            found.append(section)
        elif section.kind not in ("enums", "details"):
            last = section.kind
    return found


def _parameter(location: str, node: Node, context: Context) -> dict[str, Any]:
    values, node.enum = (node.enum, None) if node.read and node.read.items else (None, node.enum)
    description, node.description = node.description, ""
    built = schema(node, context.reading)
    if values and "items" in built:
        built["items"] = {**built["items"], "enum": values}
    parameter: dict[str, Any] = {"name": node.name, "in": location}
    if node.required or location == "path":
        parameter["required"] = True
    if location == "path" and node.required is False:
        context.report(node.line, f"parameter {node.name}: a path parameter cannot be optional", "disagreement")
    parameter["schema"] = built
    if description:
        parameter["description"] = description
    return parameter | {"x-source": context.source(node.line)}


def _check_path(operation: OperationOutline, found: dict[tuple[str, str], Any], context: Context) -> None:
    """Every placeholder is a parameter, and every path parameter has its placeholder."""
    inside = placeholders(operation.path)
    for name in inside:
        if ("path", name) not in found:
            context.report(operation.line, f"parameter {name}: the path names it, no row describes it", "note")
            source = context.source(operation.line)
            found["path", name] = {"name": name, "in": "path", "required": True, "schema": {}, "x-source": source}
    for location, name in list(found):
        if location == "path" and name not in inside:
            context.report(operation.line, f"parameter {name}: listed as a path parameter, not in {operation.path}")
            del found[location, name]


@dataclass(frozen=True)
class _Body:
    root: Node
    line: int
    whole: bool  # the first row stands for the body, and says whether it is required

    def read(self, context: Context) -> dict[str, Any]:
        """The body's facts; one with a required field is required itself."""
        description, self.root.description = self.root.description if self.whole else "", ""
        required = self.root.required if self.whole else any(child.required for child in self.root.children)
        built = to_schema(self.root, context)
        return {"required": bool(required), "schema": built, "description": description, "line": self.line}


def _body_root(operation: OperationOutline, rows: list[Row], context: Context) -> _Body | None:
    sections = operation.of("request_body")
    for section in sections:
        found = read_rows(section.blocks, SCHEMA_COLUMNS)
        context.unread(found.unread, "Request Body")
        rows = [*rows, *found.rows]
    whole = bool(rows) and _stands_for_body(rows) and not sections
    root = tree_of(list(rows), context, root_rows=whole)
    return _Body(root, sections[0].line if sections else rows[0].line, whole) if root else None


def _stands_for_body(rows: list[Row]) -> bool:
    """Whether the first row is the body itself, and not one of its fields."""
    name = row_name(rows[0].cells.get("name", ""))
    nested = [depth_of(row.cells.get("name", "")) > 0 for row in rows[1:]]
    return depth_of(rows[0].cells.get("name", "")) == 0 and (name == "body" or (bool(nested) and all(nested)))
