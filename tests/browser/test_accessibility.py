"""Accessibility of console and example app: keyboard, screen reader, small and dark screens."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.browser.parts import clock_menu, rows, show, world_menu
from tests.browser.play import Page, expect
from tests.browser.world import BrowserWorld

AUDIT = Path(__file__).with_name("audit.js").read_text(encoding="utf-8")
AXE = os.environ.get("AXE")
"""The file `axe.min.js` of the npm package axe-core, if its rules shall be checked too."""
ROLES_WITH_NAMES = {
    "button", "link", "textbox", "searchbox", "combobox", "checkbox", "switch", "spinbutton", "tab", "grid", "table",
    "meter", "dialog", "region", "navigation", "tabpanel", "tablist", "image", "columnheader", "heading",
}  # fmt: skip


def unnamed(page: Page) -> list[str]:
    """The elements without an accessible name whose role needs one, as computed by Chromium."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    return [
        f"a {node['role']['value']} has no name"
        for node in tree["nodes"]
        if not node.get("ignored")
        and node.get("role", {}).get("value") in ROLES_WITH_NAMES
        and not node.get("name", {}).get("value", "").strip()
    ]


def audit(page: Page) -> list[str]:
    """The accessibility problems of the page in its current state."""
    problems: list[str] = page.evaluate(AUDIT)
    return problems + unnamed(page) + (with_axe(page, Path(AXE)) if AXE else [])


def with_axe(page: Page, script: Path) -> list[str]:
    """What axe-core finds."""
    page.evaluate(f"() => {{ {script.read_text(encoding='utf-8')} }}")
    found: list[str] = page.evaluate(
        "async () => (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)"
    )
    return found


def create_activity(world: BrowserWorld) -> None:
    """Send requests of every kind in the world."""
    world.control("POST", "faults", {"operation": "listSessions", "status": 500, "times": 1})
    world.ask("GET", "/devices")
    world.ask("GET", "/devices/nowhere")
    world.ask("GET", "/sessions")
    world.ask("POST", "/devices/trust", {"fingerprint": "fp-alice-ipad"})


SCREENS = pytest.mark.parametrize(
    ("width", "scheme"),
    [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")],
)


@SCREENS
def test_the_console_is_accessible(page: Page, world: BrowserWorld, width: int, scheme: Any) -> None:
    """Names, headings, contrast, sizes and width are valid, with and without requests, details and dialogs."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(world.console)
    expect(page.locator("#live")).to_have_text("Live")
    assert audit(page) == []
    create_activity(world)
    expect(page.locator("#requests-list button")).to_have_count(4)
    page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.locator("#requests-list button").first.click()
    expect(page.locator("#request h3")).to_be_visible()
    show(page, "records")
    show(page, "coverage")
    page.get_by_label("All worlds").check()
    assert audit(page) == []
    page.get_by_role("button", name="Compare…").click()
    expect(page.locator("#request").get_by_role("table")).to_be_visible()
    page.keyboard.press("n")
    page.locator("#compose-operation").click()
    assert audit(page) == []
    page.keyboard.press("Escape")
    clock_menu(page)
    assert audit(page) == []
    world_menu(page).get_by_role("button", name="New…").click()
    assert audit(page) == []


@SCREENS
def test_the_example_app_is_accessible(page: Page, examples: str, world: BrowserWorld, width: int, scheme: Any) -> None:
    """The example app has no accessibility problem."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{examples}/devices/?api={world.mock.url}&token={world.token()}")
    expect(page.locator("#summary")).to_contain_text("trusted")
    page.get_by_text("Connection").click()
    assert audit(page) == []


def test_the_console_works_with_the_keyboard(page: Page, world: BrowserWorld) -> None:
    """With the keyboard you can skip to the requests, select one, go back, rewind and edit a record."""
    page.goto(world.console)
    create_activity(world)
    expect(page.locator("#requests-list button")).to_have_count(4)
    keys = page.keyboard
    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to the requests")).to_be_focused()
    keys.press("Enter")
    for _ in range(7):  # filter, status, new, import, export, shortcuts, list
        keys.press("Tab")
    expect(page.locator("#requests-list button").nth(0)).to_be_focused()
    keys.press("ArrowDown")
    keys.press("ArrowUp")
    keys.press("Enter")
    expect(page.locator("#request h3")).to_be_focused()
    keys.press("Escape")
    expect(page.locator("#requests-list button").nth(0)).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#request h3")).to_be_focused()
    for _ in range(8):  # curl, fetch, pytest, Playwright, edit, compare, pin, rewind
        keys.press("Tab")
    keys.press("Enter")
    expect(page.locator("#notice")).to_contain_text("rewound to its state before")
    assert world.device("dev-03")["isTrusted"] is False

    show(page, "records")
    page.locator('[data-key="dev-01"] [data-field="id"]').focus()
    keys.press("ArrowDown")
    keys.press("ArrowRight")
    keys.press("Enter")
    keys.press("ControlOrMeta+a")
    keys.type("Typed")
    keys.press("Enter")
    expect(page.locator('[data-key="dev-02"] [data-field="deviceName"]')).to_have_text("Typed")
    expect(page.locator('[data-key="dev-02"] [data-field="deviceName"]')).to_be_focused()


def test_the_focus_is_always_visible(console: Page) -> None:
    """Every element that the Tab key reaches has an outline."""
    invisible = []
    for _ in range(60):
        console.keyboard.press("Tab")
        element = console.evaluate(
            """() => {
              const on = document.activeElement;
              return [on.outerHTML.slice(0, 80), getComputedStyle(on).outlineStyle];
            }"""
        )
        if element[1] == "none" and not element[0].startswith("<body"):
            invisible.append(element[0])
    assert not invisible


def test_a_dialog_takes_and_returns_the_focus(console: Page) -> None:
    """A dialog focuses its first field; Escape closes it and returns the focus to the button that opened it."""
    opener = console.get_by_role("button", name="World…")
    opener.focus()
    console.keyboard.press("Enter")
    console.get_by_role("button", name="New…").focus()
    console.keyboard.press("Enter")
    expect(console.get_by_role("dialog").get_by_label("Name")).to_be_focused()
    console.keyboard.press("Escape")
    expect(console.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_a_screen_reader_announces_requests_and_outcomes(console: Page, world: BrowserWorld) -> None:
    """New requests are added to a log region, and outcomes to a status region."""
    world.ask("GET", "/sessions")
    expect(rows(console)).to_have_count(1)  # the page has loaded the existing requests, so later ones are announced
    world.ask("GET", "/devices")
    expect(console.get_by_role("log")).to_contain_text("GET /devices: 200")
    clock_menu(console).get_by_role("button", name="+1 d").click()
    expect(console.locator("#notice[role=status]")).to_contain_text("The time in ")
