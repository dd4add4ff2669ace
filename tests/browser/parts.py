"""Parts of the console that several tests use."""

from __future__ import annotations

import re

from tests.browser.play import Locator, Page, expect


def rows(console: Page) -> Locator:
    """The listed requests."""
    return console.locator("#requests-list button")


def outcome(console: Page) -> Locator:
    """The last notice of the console."""
    return console.locator("#notice")


def cell(console: Page, key: str, field: str) -> Locator:
    """One cell of the table of records."""
    return console.locator(f'#records tr[data-key="{key}"] [data-field="{field}"]')


def world_menu(console: Page) -> Locator:
    """The panel with the actions of the selected world, opened."""
    console.get_by_role("button", name="World…").click()
    return console.get_by_role("dialog", name="World", exact=True)


def clock_menu(console: Page) -> Locator:
    """The panel of the clock, opened."""
    console.get_by_role("button", name=re.compile("^Clock:")).click()
    return console.get_by_role("dialog", name="Clock", exact=True)


def choose(part: Page | Locator, label: str, text: str) -> None:
    """Choose an option of a combobox by typing it."""
    box = part.get_by_role("combobox", name=label, exact=True)
    box.click()
    box.fill(text)
    box.press("Enter")


def show(console: Page, section: str) -> Locator:
    """Scroll to a section: records and coverage are loaded when they come into view."""
    part = console.locator(f"#{section}")
    for _ in range(2):  # the sections above it may be loaded too, and move it
        console.evaluate("name => document.getElementById(name).scrollIntoView()", section)
        expect(part.get_by_text("Loading the ")).to_have_count(0)
    return part
