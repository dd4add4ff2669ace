"""Redoc's pages: the text with the panel of samples below each operation's parameters and responses."""

from __future__ import annotations

import re

from docs_to_openapi.layouts import reference, rendered_lines
from docs_to_openapi.layouts.outline import Outline
from docs_to_openapi.pages.blocks import Page

NAME = "redoc"
_MARKS = (
    re.compile(r"^(?:path|query|header|cookie) Parameters$", re.MULTILINE),
    re.compile(r"^Request Body schema:|^Response Schema:", re.MULTILINE),
    re.compile(r"^(?:Request|Response) samples$", re.MULTILINE),
    re.compile(r"^(?:get|post|put|patch|delete)/\S*$|Expand all", re.MULTILINE),
    re.compile(r"^Authorizations:", re.MULTILINE),
)


def recognise(page: Page) -> float:
    """By its titles (`query Parameters`, `Response Schema:`, `Response samples`) and its call without a space."""
    text = rendered_lines.bare_text(page)
    marks = sum(bool(mark.search(text)) for mark in _MARKS)
    return 0.0 if marks < 2 or page.stock or not reference.has_call(page) else min(0.95, 0.55 + 0.1 * marks)


def read(page: Page) -> Outline:
    """As other rendered references."""
    return reference.read(page)
