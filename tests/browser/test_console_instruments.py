"""Clock, faults and coverage in the console."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.parts import choose, clock_menu, show
from tests.browser.play import Page, expect
from tests.browser.world import BrowserWorld

TRUST = {"fingerprint": "fp-alice-ipad"}


def test_buttons_advance_the_clock(console: Page, world: BrowserWorld) -> None:
    """The buttons advance the world's clock, and the page states how far it is ahead."""
    clock_menu(console)
    for name, ahead in (("+1 h", "1 h"), ("+1 d", "1 d 1 h"), ("+31 d", "32 d")):
        console.get_by_role("button", name=name).click()
        expect(console.locator("#clock")).to_contain_text(f"{ahead} ahead of system time")
    console.get_by_role("button", name="Back to system time").click()
    expect(console.locator("#clock")).to_contain_text("Same as system time")


def test_freezing_and_setting_the_clock(console: Page, world: BrowserWorld) -> None:
    """A switch freezes the clock; you can set it to any instant or advance it by any duration."""
    frozen = clock_menu(console).get_by_role("switch", name="Frozen")
    expect(frozen).not_to_be_checked()
    frozen.click()
    expect(frozen).to_be_checked()
    console.get_by_role("button", name="Set the clock…").click()
    console.get_by_label("Date and time").fill("2030-02-03T04:05:06Z")
    console.get_by_role("button", name="Set", exact=True).click()
    expect(console.locator("time.face")).to_have_text("2030-02-03 04:05:06 UTC")
    clock_menu(console).get_by_label("Custom duration").fill("P2W")
    console.get_by_role("button", name="Advance", exact=True).click()
    expect(console.locator("time.face")).to_have_text("2030-02-17 04:05:06 UTC")
    assert world.control("GET", "clock")["frozen"] is True


def test_the_page_shows_clock_changes_of_other_clients(console: Page, world: BrowserWorld) -> None:
    """If another client advances the clock, the page shows it immediately."""
    world.control("POST", "clock/advance", {"by": "P31D"})
    expect(console.locator("#clock")).to_contain_text("31 d ahead")


def test_presets_are_switches(console: Page, world: BrowserWorld) -> None:
    """A switch enables and disables a preset."""
    down = console.get_by_role("switch", name="backend-down")
    down.click()
    expect(down).to_be_checked()
    assert world.ask("GET", "/devices") == 503
    down.click()
    expect(down).not_to_be_checked()
    assert world.ask("GET", "/devices") == 200


def test_adding_a_fault_with_the_form(console: Page, world: BrowserWorld) -> None:
    """The form's defaults make one operation fail once; the rule shows how often it applied, and can be removed."""
    choose(console.locator("#faults"), "Operation", "trustDevice")
    console.get_by_role("button", name="Add fault").click()
    rules = console.get_by_role("list", name="Active rules")
    expect(rules).to_contain_text("trustDevice returns 500, once.")
    assert [world.ask("POST", "/devices/trust", TRUST) for _ in range(2)] == [500, 200]
    expect(rules).to_contain_text("Applied to 1 of 2 matching requests. No longer in force.")
    expect(console.locator("#faults-in-force")).to_have_text("No faults")
    rules.get_by_role("button", name="Remove").click()
    expect(rules).to_be_hidden()


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("delay the response by", {"delay": {"fixed": 2000}, "times": 1}),
        ("send the body slowly, at", {"slow": 100, "times": 1}),
        ("cut the body off", {"body": "truncated", "times": 1}),
        ("send half of the body", {"body": "malformed", "times": 1}),
        ("send no body", {"body": "empty", "times": 1}),
        ("close the connection", {"reset": True, "times": 1}),
        ("limit the rate to", {"limit": {"calls": 5, "seconds": 60}}),
    ],
)
def test_every_kind_of_fault_can_be_added(console: Page, world: BrowserWorld, kind: str, rule: dict[str, Any]) -> None:
    """Each choice of the form becomes the rule of that kind."""
    console.get_by_label("Effect").select_option(kind)
    console.get_by_role("button", name="Add fault").click()
    expect(console.get_by_role("list", name="Active rules").get_by_role("listitem")).to_have_count(1)
    assert world.control("GET", "faults")["rules"][0]["rule"] == rule


def test_coverage_counts_responses(console: Page, world: BrowserWorld) -> None:
    """The table shows the number of each documented response, and `never` if there was none."""
    show(console, "coverage")
    line = console.locator("#coverage tr", has_text=re.compile("^trustDevice"))
    expect(line).to_contain_text("never")
    world.ask("POST", "/devices/trust", TRUST)
    world.ask("POST", "/devices/trust", TRUST)
    expect(line.locator(".cell.met")).to_have_text("200 ✓ 2")
    expect(console.locator("#coverage")).to_contain_text(re.compile(r"1 of \d+ documented responses covered"))


def test_coverage_of_all_worlds_together(console: Page, world: BrowserWorld) -> None:
    """With all worlds selected, responses in other worlds count."""
    BrowserWorld(world.mock, f"{world.name}.other").ask("POST", "/sessions/revoke-all")
    show(console, "coverage")
    line = console.locator("#coverage tr", has_text="revokeAllSessions")
    expect(line.locator(".cell.met")).to_have_count(0)
    console.get_by_label("All worlds").check()
    expect(line.locator(".cell.met")).to_have_count(1)
    console.get_by_role("button", name="Copy as Markdown").click()
    expect(console.locator("#notice")).to_contain_text("Coverage table copied.")
    assert "| revokeAllSessions | " in console.evaluate("navigator.clipboard.readText()")
