"""Pasted text, one cell per line → table rows.

Rows are recognised by what their cells can be: a type after a name, `true` or `false` after a type. A cell that fits
nowhere is reported as unread, so that a misplaced line never becomes a fact.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from docs_to_openapi.pages.text import bare
from docs_to_openapi.tables.cells import (
    LOCATIONS,
    RESTRICTIONS,
    SCHEMA_COLUMNS,
    VALUE_COLUMNS,
    Row,
    Rows,
    boolean,
    group_of,
    is_field_name,
    is_marked,
    row_name,
    short_status,
)
from docs_to_openapi.tables.columns import COLUMNS, STATUS
from docs_to_openapi.tables.type_cells import parse_type

Cell = tuple[int, str]
Match = tuple[dict[str, str], int]

_MARKED = r"^((?:»\s*)*[\w.$@-]+)\s+"
_SCHEMA_LINE = re.compile(_MARKED + r"(\S+)\s+(true|false)\s+(none|read-only|write-only)(?:\s+(.*))?$")
_PARAMETER_LINE = re.compile(_MARKED + r"(path|query|header|cookie|body)\s+(\S+)\s+(true|false)(?:\s+(.*))?$")
_STATUS_LINE = re.compile(r"^([1-5]\d\d|default)\s+(.+?)\s+(Inline|None)$")
_HEADER = re.compile(r"^[\w-]+$")
_FORMATS = ("int32", "int64", "float", "double", "date", "date-time", "uuid", "uri", "email", "byte", "binary")


def rows_from_cells(cells: list[Cell], columns: tuple[str, ...]) -> Rows:
    """The rows in these cells, and the cells that belong to no row."""
    result = Rows()
    cells = _split_lines(cells)
    marked = any(is_marked(text) for _, text in cells) and columns == SCHEMA_COLUMNS
    match = _match_marked if marked else _matcher(columns)
    at = 0
    while at < len(cells):
        line, text = cells[at]
        if skipped := _value_header(cells, at) if columns == VALUE_COLUMNS else _header_length(cells, at):
            at += skipped
            if columns == VALUE_COLUMNS and skipped == 3:
                match = _match_described_value
        elif row_and_end := match(cells, at):
            result.entries.append(Row(line, row_and_end[0]))
            at = row_and_end[1]
        elif group := group_of(line, text):
            result.entries.append(group)
            at += 1
        else:
            result.unread.append((line, text))
            at += 1
    return result


def _match_marked(cells: list[Cell], at: int) -> Match | None:
    """Match a row with depth marks. If some names have them, all do, except `anonymous`."""
    name = _text(cells, at)
    return _match_schema(cells, at) if is_marked(name) or row_name(name) == "anonymous" else None


def _matcher(columns: tuple[str, ...]) -> Callable[[list[Cell], int], Match | None]:
    by_column = {"value": _match_value, "header": _match_header, "in": _match_parameter, "status": _match_status}
    return next((match for column, match in by_column.items() if column in columns), _match_schema)


def _split_lines(cells: list[Cell]) -> list[Cell]:
    """Split rows that are on one line, separated only by spaces, into cells."""
    split: list[Cell] = []
    for line, text in cells:
        match = _SCHEMA_LINE.match(text) or _PARAMETER_LINE.match(text) or _STATUS_LINE.match(text)
        split += [(line, part) for part in match.groups() if part] if match else [(line, text)]
    return split


def _value_header(cells: list[Cell], at: int) -> int:
    """The number of cells of a header of values: Name and Value, and perhaps Description. A value may be `status`."""
    named = [COLUMNS.get(bare(_text(cells, at + offset)).lower()) for offset in range(3)]
    return 3 if named == ["name", "value", "description"] else 2 if named[:2] == ["name", "value"] else 0


def _header_length(cells: list[Cell], at: int) -> int:
    """The number of cells from here that are a header: at least three column names in sequence, or 0."""
    end = at
    seen: set[str] = set()
    while end < len(cells) and (name := COLUMNS.get(bare(cells[end][1]).lower())) and name not in seen:
        seen.add(name)
        end += 1
    return end - at if end - at >= 3 else 0


def _text(cells: list[Cell], at: int) -> str:
    return cells[at][1] if at < len(cells) else ""


def _schema_start(cells: list[Cell], at: int) -> bool:
    return (
        at + 2 < len(cells)
        and boolean(_text(cells, at + 2)) is not None
        and is_field_name(_text(cells, at), _text(cells, at + 1))
        and parse_type(_text(cells, at + 1)) is not None
    )


def _parameter_start(cells: list[Cell], at: int) -> bool:
    return (
        at + 3 < len(cells)
        and bare(_text(cells, at + 1)).lower() in LOCATIONS
        and boolean(_text(cells, at + 3)) is not None
        and is_field_name(_text(cells, at), _text(cells, at + 2))
        and parse_type(_text(cells, at + 2)) is not None
    )


def _match_schema(cells: list[Cell], at: int) -> Match | None:
    if not _schema_start(cells, at):
        return None
    row = {"name": _text(cells, at), "type": _text(cells, at + 1), "required": _text(cells, at + 2)}
    at += 3
    if bare(_text(cells, at)).lower() in RESTRICTIONS:
        row["restrictions"] = bare(_text(cells, at)).lower()
        at += 1
    return _with_description(row, cells, at, _schema_start)


def _match_parameter(cells: list[Cell], at: int) -> Match | None:
    if not _parameter_start(cells, at):
        return None
    names = ("name", "in", "type", "required")
    row = {name: _text(cells, at + offset) for offset, name in enumerate(names)}
    return _with_description(row, cells, at + 4, _parameter_start)


def _with_description(
    row: dict[str, str], cells: list[Cell], at: int, starts: Callable[[list[Cell], int], bool]
) -> Match:
    has_description = (
        at < len(cells) and not starts(cells, at) and not _header_length(cells, at) and not group_of(*cells[at])
    )
    return (row | {"description": _text(cells, at)}, at + 1) if has_description else (row, at)


def _match_status(cells: list[Cell], at: int) -> Match | None:
    if not STATUS.match(bare(_text(cells, at))):
        return None
    end = at + 1
    while end < min(at + 4, len(cells)) and not STATUS.match(bare(_text(cells, end))):
        end += 1
        if bare(_text(cells, end - 1)).lower() in ("inline", "none"):
            break
    row = short_status(tuple(_text(cells, index) for index in range(at, end)))
    return (row, end) if row else ({"status": _text(cells, at)}, at + 1)


def _match_header(cells: list[Cell], at: int) -> Match | None:
    texts = [bare(_text(cells, at + offset)) for offset in range(5)]
    if not STATUS.match(texts[0]) or parse_type(texts[2]) is None or not _HEADER.match(texts[1]):
        return None
    row = {"status": texts[0], "header": texts[1], "type": texts[2]}
    if texts[3] in _FORMATS:
        return row | {"format": texts[3], "description": texts[4]}, at + 5
    return row | {"description": texts[3]}, at + 4


def _match_described_value(cells: list[Cell], at: int) -> Match | None:
    """A row of a table of values that also has a description."""
    found = _match_value(cells, at)
    return (found[0], min(at + 3, len(cells))) if found else None


def _match_value(cells: list[Cell], at: int) -> Match | None:
    if at + 1 >= len(cells):
        return None
    return {"name": _text(cells, at), "value": _text(cells, at + 1)}, at + 2
