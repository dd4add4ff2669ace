"""Parameters and Request Body tables → parameters and the request body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from docs_to_openapi.layouts.outline import OperationOutline, Section
from docs_to_openapi.pages.text import bare
from docs_to_openapi.reading import enums
from docs_to_openapi.reading.context import Context
from docs_to_openapi.reading.schemas import to_schema, tree_of, values_of
from docs_to_openapi.reading.tree import Node, node_of, schema
from docs_to_openapi.tables.cells import (
    LOCATIONS,
    PARAMETER_COLUMNS,
    SCHEMA_COLUMNS,
    Row,
    Rows,
    depth_of,
    row_name,
)
from docs_to_openapi.tables.rows import rows_of

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def placeholders(path: str) -> list[str]:
    """The names of the parameters in a path template."""
    return _PLACEHOLDER.findall(path)


def parameter_rows(operation: OperationOutline, context: Context) -> tuple[list[tuple[str, Row]], list[Row]]:
    """The rows of the Parameters tables: (location, row) pairs, and the rows of the body."""
    located: list[tuple[str, Row]] = []
    body: list[Row] = []
    for section in operation.of("parameters"):
        for row in _table(section, context).rows:
            location = bare(row.cells.get("in", section.argument)).lower() or _from_path(row, operation)
            if location in ("body", "formdata"):
                body.append(row)
            elif location in LOCATIONS:
                located.append((location, row))
            else:
                name = row_name(row.cells.get("name", ""))
                context.report(
                    row.line, f"parameter {name}: its location (path, query, header or cookie) is not stated"
                )
    return located, body


def _table(section: Section, context: Context) -> Rows:
    table = rows_of(section, PARAMETER_COLUMNS)
    if section.argument and not table.rows:
        table = rows_of(section, SCHEMA_COLUMNS)
    context.unread(table.unread, "Parameters")
    return table


def _from_path(row: Row, operation: OperationOutline) -> str:
    return "path" if row_name(row.cells.get("name", "")) in placeholders(operation.path) else ""


def read_inputs(operation: OperationOutline, context: Context) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """The parameters of an operation, and its request body as {required, schema, description, line}."""
    located, rows = parameter_rows(operation, context)
    nodes = [(location, node) for location, row in located if (node := node_of(row, context.report))]
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
    """The parameters, including placeholders of the path that no row describes."""
    parameters: dict[tuple[str, str], dict[str, Any]] = {}
    for location, node in nodes:
        if (location, node.name) in parameters:
            context.report(node.line, f"parameter {node.name}: it is listed twice; the second row was not read")
        else:
            parameters[location, node.name] = _parameter(location, node, context)
    _check_path(operation, parameters, context)
    return list(parameters.values())


def _enum_sections(operation: OperationOutline) -> list[Section]:
    """The Enumerated Values tables that follow the Parameters table."""
    sections: list[Section] = []
    last = ""
    for section in operation.sections:
        if section.kind == "enums" and last in ("parameters", "request_body"):
            sections.append(section)
        elif section.kind not in ("enums", "details"):
            last = section.kind
    return sections


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


def _check_path(operation: OperationOutline, parameters: dict[tuple[str, str], Any], context: Context) -> None:
    """Add a parameter for every placeholder without one, and remove path parameters without a placeholder."""
    names = placeholders(operation.path)
    for name in names:
        if ("path", name) not in parameters:
            context.report(operation.line, f"parameter {name}: it is in the path, but no row describes it", "note")
            source = context.source(operation.line)
            parameters["path", name] = {"name": name, "in": "path", "required": True, "schema": {}, "x-source": source}
    for location, name in list(parameters):
        if location == "path" and name not in names:
            context.report(
                operation.line, f"parameter {name}: it is listed as a path parameter, but is not in {operation.path}"
            )
            del parameters[location, name]


@dataclass(frozen=True)
class _Body:
    root: Node
    line: int
    has_body_row: bool  # the first row is the body itself, and states whether it is required

    def read(self, context: Context) -> dict[str, Any]:
        """The facts about the body. A body with a required field is required."""
        description, self.root.description = self.root.description if self.has_body_row else "", ""
        required = self.root.required if self.has_body_row else any(child.required for child in self.root.children)
        built = to_schema(self.root, context)
        return {"required": bool(required), "schema": built, "description": description, "line": self.line}


def _body_root(operation: OperationOutline, rows: list[Row], context: Context) -> _Body | None:
    sections = operation.of("request_body")
    if not context.infer:
        for section in [section for section in sections if section.argument == "guess"]:
            context.report(section.line, "it isn't stated where these parameters are sent; they were not read")
            sections.remove(section)
    for section in sections:
        table = rows_of(section, SCHEMA_COLUMNS)
        context.unread(table.unread, "Request Body")
        rows = [*rows, *table.rows]
    has_body_row = bool(rows) and _starts_with_body_row(rows) and not sections
    if has_body_row:
        rows = [rows[0], *_below_the_body(rows[1:])]
    root = tree_of(list(rows), context, root_rows=has_body_row)
    return _Body(root, sections[0].line if sections else rows[0].line, has_body_row) if root else None


def _below_the_body(rows: list[Row]) -> list[Row]:
    """The fields of a body, each at least one level deep: some pages mark only the levels below the first."""
    if not any(depth_of(row.cells.get("name", "")) == 0 for row in rows):
        return rows
    flat = [row.cells.get("name", "") for row in rows]
    return [
        Row(row.line, row.cells | {"name": name if depth_of(name) else f"\u00bb {name}"})
        for row, name in zip(rows, flat, strict=True)
    ]


def _starts_with_body_row(rows: list[Row]) -> bool:
    """Whether the first row is the body itself, and not one of its fields."""
    name = row_name(rows[0].cells.get("name", ""))
    nested = [depth_of(row.cells.get("name", "")) > 0 for row in rows[1:]]
    return depth_of(rows[0].cells.get("name", "")) == 0 and (name == "body" or (bool(nested) and all(nested)))
