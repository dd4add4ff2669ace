"""Helpers that read a page from text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spec.builder.assemble import assemble
from spec.builder.blocks import page_from_bytes, page_from_text
from spec.builder.errors import Problem
from spec.builder.facts import Fact, Key, facts
from spec.builder.finish import finish
from spec.builder.reader import PageReading, read_page

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
