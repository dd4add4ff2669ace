"""Helpers that read a page from text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docs_to_openapi.contract.assemble import assemble
from docs_to_openapi.contract.facts import Fact, Key, facts
from docs_to_openapi.contract.finish import finish
from docs_to_openapi.errors import Problem
from docs_to_openapi.pages.blocks import page_from_bytes, page_from_text
from docs_to_openapi.reading.reader import PageReading, read_page

SPEC = Path(__file__).resolve().parents[2] / "spec"
DOCS = SPEC / "docs"


def page(text: str, name: str = "page") -> PageReading:
    """The reading of one page."""
    return read_page(page_from_text(name, text))


def document(text: str | bytes, name: str = "page") -> tuple[dict[str, Any], list[Problem]]:
    """The document that one page states, and its problems."""
    reading = read_page(page_from_bytes(name, text.encode() if isinstance(text, str) else text))
    problems = list(reading.problems)
    return finish(assemble([reading], problems)), problems


def stated(text: str | bytes) -> dict[Key, Fact]:
    """The facts that one page states."""
    return facts(document(text)[0])


def stated_values(text: str) -> dict[Key, Any]:
    """The values of the facts that one page states."""
    return {key: fact.value for key, fact in stated(text).items()}
