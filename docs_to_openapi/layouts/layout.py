"""What a layout is: how sure it is of a page, and how it divides it."""

from __future__ import annotations

from typing import Protocol

from docs_to_openapi.layouts.outline import Outline
from docs_to_openapi.pages.blocks import Page


class Layout(Protocol):
    """One family of pages. A layout is a module with these names."""

    NAME: str

    def recognise(self, page: Page) -> float:
        """How sure it is that the page has this layout: 0 for not at all, 1 for certain."""
        ...

    def read(self, page: Page) -> Outline:
        """The operations, named schemas and general text of the page; every part has its line."""
        ...
