"""Slate's pages (`index.html.md` and its includes): Markdown with samples and examples beside the text."""

from __future__ import annotations

from docs_to_openapi.layouts import markdown
from docs_to_openapi.layouts.outline import Outline
from docs_to_openapi.pages.blocks import Page

NAME = "slate"


def recognise(page: Page) -> float:
    """Sure from two of its marks on: front matter with languages, asides, `### HTTP Request`, labelled examples."""
    marks = markdown.slate_marks(page)
    return 0.0 if not marks or page.stock else min(0.9, 0.5 + 0.15 * marks)


def read(page: Page) -> Outline:
    """As other Markdown: examples stand under their `>` labels, whichever side shows them."""
    return markdown.read(page)
