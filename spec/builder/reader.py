"""One page → what it states: operations, named schemas, security, servers; and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from spec.builder.blocks import Block, Page
from spec.builder.context import Context
from spec.builder.errors import Problem
from spec.builder.operation import OperationReading, read_operation
from spec.builder.outline import Outline, outline
from spec.builder.overview import Overview, read_overview
from spec.builder.schemas import read_named
from spec.builder.security import bearer_sentence, read_schemes


@dataclass
class PageReading:
    """What one page states."""

    page: Page
    operations: list[OperationReading] = field(default_factory=list)
    schemas: dict[str, dict[str, Any]] = field(default_factory=dict)
    schemes: list[tuple[str, dict[str, Any], int]] = field(default_factory=list)
    bearer: int = 0
    overview: Overview = field(default_factory=Overview)
    problems: list[Problem] = field(default_factory=list)


def read_page(page: Page) -> PageReading:
    """Read one page. Problems are collected, never raised."""
    parts = outline(page)
    context = Context(page, problems=parts.problems)
    schemas = read_named(parts.schemas, context)
    operations = [read_operation(operation, context) for operation in parts.operations]
    overview = read_overview(page, parts.general, _prose(parts))
    for named in parts.named:
        overview.mentions.append((named.method, named.path, named.line))
    if not operations and not schemas and not _general_only(overview) and page.blocks:
        context.report(1, "this page has no operation: no line such as `POST /devices` followed by a section")
    elif not page.blocks and not context.problems:
        context.report(1, "the page is empty")
    return PageReading(
        page, operations, schemas, read_schemes(parts.general), bearer_sentence(parts.general), overview,
        context.problems,
    )  # fmt: skip


def _general_only(overview: Overview) -> bool:
    return bool(overview.mentions or overview.servers or overview.statuses or overview.envelope)


def _prose(parts: Outline) -> list[Block]:
    """The blocks in which the page may mention operations of other pages: its prose, not its samples."""
    prose = list(parts.general)
    for operation in parts.operations:
        prose += [block for section in operation.of("intro", "other") for block in section.blocks]
    return [block for block in prose if block.kind in ("text", "row")]
