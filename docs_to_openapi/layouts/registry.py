"""All layouts, and the choice of one for a page."""

from __future__ import annotations

from dataclasses import dataclass

from docs_to_openapi.errors import UsageError
from docs_to_openapi.layouts import (
    fragments,
    gitbook,
    markdown,
    mintlify,
    readme,
    redoc,
    reference,
    scalar,
    slate,
    widdershins,
)
from docs_to_openapi.layouts.layout import Layout
from docs_to_openapi.layouts.outline import Outline
from docs_to_openapi.pages.blocks import Page

LAYOUTS: dict[str, Layout] = {
    layout.NAME: layout
    for layout in (widdershins, fragments, gitbook, mintlify, slate, readme, redoc, scalar, reference, markdown)
}


@dataclass(frozen=True)
class Choice:
    """The layout of a page, how sure the choice is, and the outline that it reads."""

    layout: str
    confidence: float
    outline: Outline


def choose(page: Page, named: str = "") -> Choice:
    """The outline of a page by the named layout, or by the one that is most sure of it."""
    if named:
        if named not in LAYOUTS:
            raise UsageError(f"{page.name}: there is no layout {named!r}; the layouts are {', '.join(LAYOUTS)}")
        return Choice(named, 1.0, LAYOUTS[named].read(page))
    sure = {name: layout.recognise(page) for name, layout in LAYOUTS.items()}
    name = max(sure, key=lambda name: sure[name])
    return Choice(name, sure[name], LAYOUTS[name].read(page))
