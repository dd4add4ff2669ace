"""ReadMe's pages: the text of a reference page, as copied from a browser."""

from __future__ import annotations

import re

from docs_to_openapi.layouts import reference
from docs_to_openapi.layouts.outline import Outline
from docs_to_openapi.pages.blocks import Page

NAME = "readme"
_MARKS = (
    re.compile(r"^(?:Path|Query|Body|Form) Params$", re.MULTILINE),
    re.compile(
        r"^(?:get|post|put|patch|delete)\s*https?://\S+$|^Recent Requests$|^Click Try It!", re.MULTILINE | re.IGNORECASE
    ),
    re.compile(
        r"^Defaults to \S|^Response body$|^length (?:between|\u2264|\u2265)|^Updated .* ago$|^Did this page help you",
        re.MULTILINE,
    ),
)


def recognise(page: Page) -> float:
    """By its titles (`Path Params`), its call with a full URL, and its buttons."""
    return reference.sure_by(_MARKS, page, least=1, base=0.55, each=0.15, most=0.92)


def read(page: Page) -> Outline:
    """As other rendered references."""
    return reference.read(page)
