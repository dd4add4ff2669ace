"""Schema tables → JSON Schemas: the tables of statuses, of request bodies and of named schemas."""

from __future__ import annotations

from typing import Any

from docs_to_openapi.layouts.outline import SchemaOutline, Section
from docs_to_openapi.pages.blocks import Block
from docs_to_openapi.pages.text import bare, plain
from docs_to_openapi.reading import enums
from docs_to_openapi.reading.context import Context
from docs_to_openapi.reading.tree import ANONYMOUS, Node, add_rows, node_of, schema
from docs_to_openapi.tables.cells import SCHEMA_COLUMNS, VALUE_COLUMNS, Group, Row, depth_of, row_name
from docs_to_openapi.tables.rows import rows_of
from docs_to_openapi.tables.type_cells import TypeRead

Entries = list[Row | Group]


def read_table(section: Section, context: Context, where: str, *, titles: tuple[str, ...] = ()) -> Node | None:
    """The tree of one schema table; None when it has no row that could be read."""
    table = rows_of(section, SCHEMA_COLUMNS)
    prose = context.page.stock or section.kind == "properties"
    context.unread([cell for cell in table.unread if not (prose and _is_text(cell[0], section.blocks))], where)
    return tree_of(table.entries, context, root_rows=section.kind == "table" and context.page.stock, titles=titles)


def _is_text(line: int, blocks: list[Block]) -> bool:
    return any(block.line == line and block.kind == "text" for block in blocks)


def tree_of(entries: Entries, context: Context, *, root_rows: bool, titles: tuple[str, ...] = ()) -> Node | None:
    """The tree of these rows. The first row may be the schema itself (`*anonymous*`, or its title)."""
    rows = [entry for entry in entries if isinstance(entry, Row)]
    if not rows:
        return None
    first = rows[0]
    named_root = isinstance(entries[0], Row) and _is_root(first, root_rows=root_rows, titles=titles)
    root = node_of(first, context.report) if named_root else None
    rest = entries[1:] if root else entries
    depths = [depth_of(row.cells.get("name", "")) for row in rows[1 if root else 0 :]]
    if depths and depths[0] > 0:  # a row without its depth marks must not move all others
        depths = [depth for depth in depths if depth > 0]
    root = root or Node("", first.line, 0, None)
    root.depth = min(depths) - 1 if depths else root.depth
    return add_rows(rest, root, context.report)


def _is_root(row: Row, *, root_rows: bool, titles: tuple[str, ...]) -> bool:
    cell = row.cells.get("name", "")
    return depth_of(cell) == 0 and (row_name(cell) == ANONYMOUS or root_rows or row_name(cell) in titles)


def values_of(section: Section) -> list[enums.Value]:
    """The rows of an Enumerated Values table."""
    rows = rows_of(section, VALUE_COLUMNS).rows
    return [(row.line, row_name(row.cells["name"]), plain(row.cells.get("value", "")).strip("`")) for row in rows]


def add_enums(root: Node, sections: list[Section], context: Context) -> None:
    """Set the enums of the fields below `root`, from the tables or else from their descriptions."""
    values = [value for section in sections for value in values_of(section)]
    enums.assign(values, enums.slots_of(root, context.named), context.report)
    if not context.page.stock:  # stock Widdershins prints every enum in a table of its own
        enums.describe(root)


def to_schema(root: Node, context: Context) -> dict[str, Any]:
    """The JSON Schema of a tree; a table of fields without a root row describes an object."""
    if root.read is None and not root.name and any(not child.anonymous for child in root.children):
        root.read = TypeRead("object")
    return schema(root, context.reading)


def read_named(outlines: list[SchemaOutline], context: Context) -> dict[str, dict[str, Any]]:
    """The named schemas of a page."""
    context.refs = context.refs | {outline.name for outline in outlines}
    for outline in outlines:
        built = _named(outline, context)
        if built is not None:
            context.named[outline.name] = built | {"x-source": context.source(outline.line)}
    return context.named


def _named(outline: SchemaOutline, context: Context) -> dict[str, Any] | None:
    properties = [section for section in outline.sections if section.kind == "properties"]
    if not properties:
        context.report(outline.line, f"schema {outline.name}: it has no Properties table")
        return {}
    above = [section for section in outline.sections if section.kind in ("title", "properties")]
    texts = [block.text for section in above for block in section.blocks if block.kind == "text"]
    titles = (outline.name, *map(bare, texts))
    root = read_table(properties[0], context, f"schema {outline.name}", titles=titles)
    if root is None:
        return {}
    add_enums(root, [section for section in outline.sections if section.kind == "enums"], context)
    return to_schema(root, context)
