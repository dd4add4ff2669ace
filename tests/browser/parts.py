"""Parts of the console that several tests use."""

from __future__ import annotations

from tests.browser.play import Locator, Page


def rows(console: Page) -> Locator:
    """The listed requests."""
    return console.locator("#requests-list button")


def outcome(console: Page) -> Locator:
    """The last notice of the console."""
    return console.locator("#notice")


def cell(console: Page, key: str, field: str) -> Locator:
    """One cell of the table of records."""
    return console.locator(f'#records tr[data-key="{key}"] [data-field="{field}"]')
