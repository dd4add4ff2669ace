"""Redoc's pages: the text with the panel of samples below each operation's parameters and responses."""

from __future__ import annotations

import re

from docs_to_openapi.layouts import reference
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
    return reference.sure_by(_MARKS, page, least=2, base=0.55, each=0.1)


def read(page: Page) -> Outline:
    """As other rendered references."""
    return reference.read(page)
