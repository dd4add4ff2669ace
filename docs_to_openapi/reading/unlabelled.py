"""Response examples and tables under no status → the status that the page states for success."""

from __future__ import annotations

import re

from docs_to_openapi.layouts.outline import OperationOutline, Section
from docs_to_openapi.pages.text import bare
from docs_to_openapi.reading.context import Context
from docs_to_openapi.tables.cells import RESPONSE_COLUMNS
from docs_to_openapi.tables.rows import rows_of

_FAILURE = re.compile(r"\b(?:error|fail\w*|invalid|unauthori[sz]ed|forbidden|not found|denied)\b", re.IGNORECASE)


def label(operation: OperationOutline, context: Context) -> str:
    """Give sections without a status the one of success; the result is the status if it is only inferred."""
    open_ones = [section for section in operation.of("table", "example") if not section.argument]
    if not open_ones:
        return ""
    status, inferred = _success(operation), ""
    if not status and context.infer:
        status = inferred = "200"
    for section in open_ones:
        if _FAILURE.search(section.title) or not status:
            _report(section, context)
            operation.sections.remove(section)
        else:
            section.argument = status
    return inferred if any(section.argument for section in open_ones) else ""


def _report(section: Section, context: Context) -> None:
    if section.blocks or section.entries:
        words = f"{section.title or 'a response'}: the page states no status for it; it was not read"
        context.report(section.line, words, "unread" if section.entries else "note")


def _success(operation: OperationOutline) -> str:
    """The first successful status that the operation states."""
    stated = [section.argument for section in operation.of("table", "example") if section.argument]
    for section in operation.of("responses"):
        stated += [bare(row.cells.get("status", "")) for row in rows_of(section, RESPONSE_COLUMNS).rows]
    return next((status for status in stated if status.startswith("2")), "")
