"""Parts of the console that several tests use."""

from __future__ import annotations

import re

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


def world_menu(console: Page) -> Locator:
    """The panel with the actions of the selected world, opened."""
    console.get_by_role("button", name="World…").click()
    return console.get_by_role("dialog", name="World", exact=True)


def clock_menu(console: Page) -> Locator:
    """The panel of the clock, opened."""
    console.get_by_role("button", name=re.compile("^Clock:")).click()
    return console.get_by_role("dialog", name="Clock", exact=True)


def choose(console: Page, label: str, text: str) -> None:
    """Choose an option of a combobox by typing it."""
    box = console.get_by_role("combobox", name=label, exact=True)
    box.click()
    box.fill(text)
    console.keyboard.press("Enter")


def show(console: Page, section: str) -> Locator:
    """Scroll to a section: records and coverage are loaded when they come into view."""
    part = console.locator(f"#{section}")
    console.evaluate("name => document.getElementById(name).scrollIntoView()", section)
    return part
