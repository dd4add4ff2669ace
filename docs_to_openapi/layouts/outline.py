"""The outline of a page: its operations with their sections, its named schemas, and the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from docs_to_openapi.errors import Problem, Severity
from docs_to_openapi.pages.blocks import Block, Page
from docs_to_openapi.tables.cells import Group, Row


@dataclass
class Section:
    """One part of an operation or schema: its kind, its line, and the blocks under its title."""

    kind: str
    line: int
    argument: str = ""
    blocks: list[Block] = field(default_factory=list)
    title: str = ""
    entries: list[Row | Group] = field(default_factory=list)  # its rows, where the layout has read them
    media: str = ""  # the media type of a body
    is_list: bool = False  # whether its fields are those of the items of a list
    description: str = ""


@dataclass
class OperationOutline:
    """One operation of a page and its sections in page order."""

    method: str
    path: str
    line: int
    operation_id: str = ""
    tag: str = ""
    sections: list[Section] = field(default_factory=list)
    server: str = ""  # the origin of a full URL
    summary: str | None = None  # None: the first line of the introduction may be it
    description: str = ""
    deprecated: bool = False
    lists_statuses: bool = True  # whether a missing row, table or example of a status is a contradiction
    security: list[tuple[str, dict[str, Any]]] | None = (
        None  # the schemes that each suffice, where the layout states them
    )

    def of(self, *kinds: str) -> list[Section]:
        """The sections of these kinds."""
        return [section for section in self.sections if section.kind in kinds]

    @property
    def described(self) -> bool:
        """Whether the page describes the operation, rather than only mentioning it."""
        described = ("parameters", "request_body", "responses", "table", "examples", "example", "security", "samples")
        return bool(self.of(*described))


@dataclass
class SchemaOutline:
    """One named schema of a page."""

    name: str
    line: int
    sections: list[Section] = field(default_factory=list)


@dataclass
class Outline:
    """A page, divided into operations, schemas and general text."""

    operations: list[OperationOutline] = field(default_factory=list)
    named: list[OperationOutline] = field(default_factory=list)
    schemas: list[SchemaOutline] = field(default_factory=list)
    general: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    documents: list[tuple[Block, dict[str, Any]]] = field(default_factory=list)  # OpenAPI inside the page
    security: list[tuple[str, dict[str, Any], int]] = field(default_factory=list)  # of the whole API

    def schema_names(self) -> set[str]:
        """The names of the schemas that the page describes."""
        inside = ((document.get("components") or {}).get("schemas") or {} for _, document in self.documents)
        return {schema.name for schema in self.schemas} | {str(name) for names in inside for name in names}

    def report(self, page: Page, line: int, message: str, severity: Severity = "unread") -> None:
        """Record a problem at a line of the page."""
        self.problems.append(Problem(severity, page.place(line), message))
