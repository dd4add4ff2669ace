"""The cells of a table: rows, group lines, and what you can read from one cell alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from docs_to_openapi.pages.text import bare, plain, unemphasised
from docs_to_openapi.tables.columns import COLUMNS, STATUS
from docs_to_openapi.tables.type_cells import parse_type

SCHEMA_COLUMNS = ("name", "type", "required", "restrictions", "description")
PARAMETER_COLUMNS = ("name", "in", "type", "required", "description")
RESPONSE_COLUMNS = ("status", "meaning", "description", "schema")
HEADER_COLUMNS = ("status", "header", "type", "format", "description")
VALUE_COLUMNS = ("name", "value")

LOCATIONS = ("path", "query", "header", "cookie", "body", "formdata")
RESTRICTIONS = ("none", "read-only", "write-only")
GROUPS = {"oneof": "oneOf", "anyof": "anyOf", "allof": "allOf", "not": "not",
          "xor": "oneOf", "or": "anyOf", "and": "allOf", "continued": ""}  # fmt: skip
_RESERVED = {*COLUMNS, *LOCATIONS, *RESTRICTIONS, "true", "false", "inline", "string", "boolean", "object", "integer"}
_VALUES = {"true", "false", "none", "inline", "string", "boolean", "object", "integer", "read-only", "write-only"}
_NAME = re.compile(r"^[\w.$@:/+~%#!\[\]-]+$")
_BOOL = {"true": True, "false": False, "yes": True, "no": False, "是": True, "否": False}


@dataclass(frozen=True)
class Row:
    """One row: its line and its cells by column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Group:
    """A line that opens or ends an allOf, anyOf or oneOf part of a schema table ("" ends it)."""

    line: int
    kind: str
    first: bool


@dataclass
class Rows:
    """The rows of a section's table, and the lines that could not be read."""

    entries: list[Row | Group] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)

    @property
    def rows(self) -> list[Row]:
        """The rows without the group lines."""
        return [entry for entry in self.entries if isinstance(entry, Row)]


def boolean(cell: str) -> bool | None:
    """The truth value that a Required cell states, or None."""
    return _BOOL.get(bare(cell).lower())


def row_name(cell: str) -> str:
    """The field name of a Name cell, without its depth marks and emphasis."""
    return unemphasised(plain(cell).lstrip("» ").strip())


def depth_of(cell: str) -> int:
    """The number of `»` before the name."""
    text = plain(cell)
    return text[: len(text) - len(text.lstrip("» "))].count("»")


def is_marked(cell: str) -> bool:
    """Whether a cell starts with depth marks, as only Name cells do."""
    return plain(cell).startswith("»")


def can_be_name(cell: str) -> bool:
    """Whether a cell of pasted text can be a Name cell, rather than a cell of another column that moved there."""
    name = row_name(cell)
    unreserved = name.lower() not in _RESERVED and not STATUS.match(name)
    return bool(_NAME.match(name)) and (is_marked(cell) or unreserved)


def is_field_name(cell: str, kind: str) -> bool:
    """Whether a cell is a name above a type. A column's word (`status`, `type`) is a name if the type is a plain one."""
    if can_be_name(cell):
        return True
    name, read = row_name(cell), parse_type(kind)
    plain_type = read is not None and not read.schema and bool(read.name)
    return plain_type and name.islower() and name in _RESERVED and name not in _VALUES


def is_schema_cell(cell: str) -> bool:
    """Whether a cell of a Responses row can be its Schema cell."""
    read = parse_type(cell)
    return bare(cell).lower() in ("inline", "none") or (read is not None and (not read.schema or read.linked))


def short_status(cells: tuple[str, ...]) -> dict[str, str] | None:
    """A Responses row with fewer cells than columns: the Meaning is missing, or the Schema."""
    if len(cells) < 2:
        return None
    named = {"status": cells[0]}
    if is_schema_cell(cells[-1]):
        named["schema"] = cells[-1]
        cells = cells[:-1]
    return named | ({"description": cells[-1]} if len(cells) > 1 else {})


def group_of(line: int, text: str) -> Group | None:
    """The group line in this text, or None when it isn't one."""
    words = bare(text).lower().split(" - discriminator")[0]
    return Group(line, GROUPS[words], words in ("oneof", "anyof", "allof", "not")) if words in GROUPS else None
