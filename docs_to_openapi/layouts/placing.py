"""Fields without any mark of depth, and the example body of the same place → the depth of each field."""

from __future__ import annotations

import json
from typing import Any

from docs_to_openapi.layouts.outline import OperationOutline, Outline, Section
from docs_to_openapi.pages.blocks import Page
from docs_to_openapi.tables.cells import Group, Row, depth_of, row_name
from docs_to_openapi.tables.json_text import json_sent


def place_by_example(operation: OperationOutline, page: Page, outline: Outline) -> None:
    """Nest the fields of bodies as the examples show. Where no example shows it, uncertain fields are left out."""
    for section in operation.of("table", "request_body"):
        rows = [entry for entry in section.entries if isinstance(entry, Row)]
        if not rows or any(depth_of(row.cells["name"]) or "placed" in row.cells for row in rows):
            continue
        value = _example_of(operation, section)
        kept, lost = _placed(rows, value) if value is not None else _unplaced(rows)
        for row in lost:
            words = f"{row_name(row.cells['name'])}: it isn't clear which object has this field; it was not read"
            outline.report(page, row.line, words)
        section.entries = list[Row | Group](kept)


def _example_of(operation: OperationOutline, section: Section) -> Any:
    kinds = ("body_example",) if section.kind == "request_body" else ("example",)
    for example in operation.of(*kinds):
        labelled = example.argument or ("" if section.argument[:1] in ("", "2") else "none")
        if section.kind == "table" and labelled not in (section.argument, ""):
            continue
        for block in example.blocks:
            try:
                return json.loads(block.text)
            except ValueError:
                continue
    if section.kind == "request_body":
        for sample in operation.of("samples"):
            if found := json_sent("\n".join(block.text for block in sample.blocks)):
                return found[0]
    return None


def _placed(rows: list[Row], value: Any) -> tuple[list[Row], list[Row]]:
    """The rows with their depth, and those that the example has nowhere while objects are open."""
    root = _object(value)
    if root is None:
        return _unplaced(rows)
    open_ones: list[tuple[dict[str, Any], set[str]]] = [(root, set())]
    kept: list[Row] = []
    lost: list[Row] = []
    inside: dict[str, Any] | None = None  # of the row before, if it is an object
    for row in rows:
        name = row_name(row.cells["name"])
        if inside and name in inside and (name == next(iter(inside)) or not _free(open_ones, name)):
            open_ones.append((inside, set()))
        depth = next(
            (
                at
                for at in range(len(open_ones) - 1, -1, -1)
                if name in open_ones[at][0] and name not in open_ones[at][1]
            ),
            None,
        )
        if depth is None and len(open_ones) == 1 and name not in open_ones[0][1]:
            depth = 0
        if depth is None:
            lost.append(row)
            inside = None
            continue
        del open_ones[depth + 1 :]
        open_ones[depth][1].add(name)
        kept.append(Row(row.line, row.cells | {"name": "\u00bb" * depth + (" " if depth else "") + name}))
        inside = _object(open_ones[depth][0].get(name))
    return kept, lost


def _free(open_ones: list[tuple[dict[str, Any], set[str]]], name: str) -> bool:
    return any(name in fields and name not in used for fields, used in open_ones)


def _object(value: Any) -> dict[str, Any] | None:
    while isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, dict) and value else None


def _unplaced(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The rows up to the first object: it is uncertain which of the rows after it are its fields."""
    opened = next((at for at, row in enumerate(rows) if "opens" in row.cells), None)
    if opened is not None:
        return rows[: opened + 1], rows[opened + 1 :]
    names = [row_name(row.cells["name"]) for row in rows]
    kinds = [row.cells.get("type", "").removesuffix("\u00a6null").strip("[]") for row in rows]
    containers = [at + 1 for at, kind in enumerate(kinds) if kind in ("object", "array")]
    repeated = [at for at, name in enumerate(names) if name in names[:at]]
    start = min([*containers, *repeated], default=len(rows))
    return rows[:start], rows[start:]
