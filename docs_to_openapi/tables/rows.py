"""The blocks of a section → table rows, whatever the layout of the table."""

from __future__ import annotations

from typing import Protocol

from docs_to_openapi.pages.blocks import Block
from docs_to_openapi.tables.cells import PARAMETER_COLUMNS, RESPONSE_COLUMNS, Group, Row, Rows, group_of, short_status
from docs_to_openapi.tables.columns import columns_of
from docs_to_openapi.tables.pasted import Cell, rows_from_cells


class RowSource(Protocol):
    """A section of a page."""

    blocks: list[Block]
    entries: list[Row | Group]


def rows_of(section: RowSource, columns: tuple[str, ...]) -> Rows:
    """The rows that the layout has read, or else those in the blocks of the section."""
    return Rows(list(section.entries)) if section.entries else read_rows(section.blocks, columns)


def read_rows(blocks: list[Block], columns: tuple[str, ...]) -> Rows:
    """The rows of the table in these blocks; `columns` are the expected ones if there is no header."""
    cells: list[Cell] = [(block.line, block.text) for block in blocks if block.kind == "text"]
    if cells and not any(block.kind == "row" for block in blocks):
        return rows_from_cells(cells, columns)
    result = Rows()
    header = columns
    for block in blocks:
        if block.kind == "row":
            named = _header(block, columns)
            header = named or header
            _table_row(block, header, result, is_header=bool(named))
        elif block.kind == "text" and (group := group_of(block.line, block.text)):
            result.entries.append(group)
    result.unread += [cell for cell in cells if not group_of(*cell)]
    return result


def _header(block: Block, columns: tuple[str, ...]) -> tuple[str, ...] | None:
    """The columns in a header row, or None if the row isn't a header: a field may also be called `type`."""
    named = columns_of(block.cells)
    needed = (
        columns[:1]
        if columns == RESPONSE_COLUMNS
        else columns[:2]
        if columns != PARAMETER_COLUMNS
        else ("name", "type")
    )
    return named if named and set(needed) <= set(named) else None


def _table_row(block: Block, header: tuple[str, ...], result: Rows, *, is_header: bool) -> None:
    if is_header or not any(cell.strip() for cell in block.cells):
        return
    cells = fit(block.cells, header)
    if cells is None:
        result.unread.append((block.line, block.text))
    else:
        result.entries.append(Row(block.line, cells))


def _needed(header: tuple[str, ...]) -> int:
    """The index of the last column that a row must have: only descriptions and restrictions may be missing."""
    return max((at for at, name in enumerate(header) if name not in ("description", "restrictions")), default=0)


def fit(cells: tuple[str, ...], header: tuple[str, ...]) -> dict[str, str] | None:
    """The cells by column. A `|` inside a description may have split it, and a Meaning cell may be missing."""
    if header[:1] == ("status",) and "schema" in header and len(cells) < len(header):
        return short_status(cells)
    extra = len(cells) - len(header)
    if extra > 0 and "description" in header:
        at = header.index("description")
        cells = (*cells[:at], " | ".join(cells[at : at + extra + 1]), *cells[at + extra + 1 :])
    if len(cells) < len(header) - 1 or len(cells) > len(header) or len(cells) <= _needed(header):
        return None
    return dict(zip(header, cells, strict=False))
