"""One page → what it states: operations, named schemas, security, servers; and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from docs_to_openapi.errors import Problem
from docs_to_openapi.layouts.landmarks import mentions
from docs_to_openapi.layouts.outline import Outline
from docs_to_openapi.layouts.registry import Choice, choose
from docs_to_openapi.pages.blocks import Block, Page
from docs_to_openapi.reading.context import Context
from docs_to_openapi.reading.fragments import read_document
from docs_to_openapi.reading.operation import OperationReading, read_operation
from docs_to_openapi.reading.overview import Overview, read_overview
from docs_to_openapi.reading.schemas import read_named
from docs_to_openapi.reading.security import bearer_sentence, read_schemes
from docs_to_openapi.tables.columns import columns_of


@dataclass
class PageReading:
    """What one page states."""

    page: Page
    layout: str = ""
    confidence: float = 0.0
    operations: list[OperationReading] = field(default_factory=list)
    schemas: dict[str, dict[str, Any]] = field(default_factory=dict)
    schemes: list[tuple[str, dict[str, Any], int]] = field(default_factory=list)
    bearer: int = 0
    overview: Overview = field(default_factory=Overview)
    problems: list[Problem] = field(default_factory=list)
    security: list[tuple[str, dict[str, Any], int]] = field(default_factory=list)  # of the whole API


def read_page(page: Page, layout: str = "", *, infer: bool = False, refs: frozenset[str] = frozenset()) -> PageReading:
    """Read one page; `refs` are the schemas that other pages describe. Problems are collected, never raised."""
    return read_chosen(page, choose(page, layout), infer=infer, refs=refs)


def read_chosen(page: Page, choice: Choice, *, infer: bool = False, refs: frozenset[str] = frozenset()) -> PageReading:
    """Read one page, whose outline is known."""
    parts = choice.outline
    context = Context(page, refs, problems=parts.problems, infer=infer and not page.stock)
    schemas = read_named(parts.schemas, context)
    operations = [read_operation(operation, context) for operation in parts.operations]
    schemes = read_schemes(parts.general)
    for block, document in parts.documents:
        more, described = read_document(block, document, context)
        operations += more
        schemes += described
    overview = read_overview(page, parts.general, _prose(parts))
    for named in parts.named:
        overview.mentions.append((named.method, named.path, named.line))
    if not operations and not schemas and not _general_only(overview) and page.blocks:
        _report_nothing(page, choice, context)
    elif not page.blocks and not context.problems:
        context.report(1, "the page is empty")
    return PageReading(
        page, choice.layout, _confidence(choice, operations, context), operations, schemas, schemes,
        bearer_sentence(parts.general), overview, context.problems, parts.security,
    )  # fmt: skip


def _confidence(choice: Choice, operations: list[OperationReading], context: Context) -> float:
    """How sure the reading is: certain marks of a layout, or operations of which nothing is left unread."""
    unread = sum(problem.severity in ("unread", "disagreement") for problem in context.problems)
    read = 0.95 - 0.1 * unread if operations else 0.0
    return min(1.0, max(choice.confidence - 0.05 * unread, read, 0.1))


def _report_nothing(page: Page, choice: Choice, context: Context) -> None:
    """Say that nothing was read. Prose is a note; a page with calls, tables or code was probably meant to be read."""
    message = "this page has no operation: no line such as `POST /devices` followed by a section"
    if looks := _looks_like(page):
        message += f" (it has {looks}, and reads most like the layout {choice.layout})"
    context.report(1, message, "unread" if looks else "note", whole_page=True)


def _looks_like(page: Page) -> str:
    """What on the page looks as if it describes an API; "" for prose, prices and the like."""
    calls = sum(bool(mentions(block.text)) for block in page.blocks if block.kind in ("text", "code"))
    tables = sum(
        bool({"type", "required", "in", "status"} & set(columns_of(block.cells) or ())) for block in page.blocks
    )
    bodies = sum(block.kind == "code" and block.text.lstrip().startswith(("{", "[", "curl")) for block in page.blocks)
    named = ((calls, "line(s) with a call"), (tables, "table(s) of fields"), (bodies, "example(s) of bodies or calls"))
    return ", ".join(f"{count} {words}" for count, words in named if count)


def _general_only(overview: Overview) -> bool:
    return bool(overview.mentions or overview.servers or overview.statuses or overview.envelope)


def _prose(parts: Outline) -> list[Block]:
    """The blocks in which the page may mention operations of other pages: its prose, not its samples."""
    prose = list(parts.general)
    for operation in parts.operations:
        prose += [block for section in operation.of("intro", "other") for block in section.blocks]
    return [block for block in prose if block.kind in ("text", "row")]
