"""Scalar's pages: the text of a reference, with `Request Example for ...` below the responses."""

from __future__ import annotations

import re

from docs_to_openapi.layouts import reference
from docs_to_openapi.layouts.outline import Outline
from docs_to_openapi.pages.blocks import Page

NAME = "scalar"
_MARKS = (
    re.compile(r"Request Example for\s*(?:get|post|put|patch|delete)", re.IGNORECASE),
    re.compile(r"Copy link$", re.MULTILINE),
    re.compile(r"^Test Request", re.MULTILINE),
    re.compile(r"^Type:\s*\w+", re.MULTILINE),
    re.compile(r"^Status:\s*\d\d\d", re.MULTILINE),
)


def recognise(page: Page) -> float:
    """By its labels: `Request Example for get/pets`, `Copy link`, `Test Request`, `Type: string`."""
    return reference.sure_by(_MARKS, page, least=1, base=0.6, each=0.12)


def read(page: Page) -> Outline:
    """As other rendered references."""
    return reference.read(page)
