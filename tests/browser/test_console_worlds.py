"""Worlds in the console: switching, making, forking, resetting and deleting them."""

from __future__ import annotations

import re

from tests.browser.conftest import Watch
from tests.browser.parts import rows
from tests.browser.play import Page, expect
from tests.browser.world import BrowserWorld


def test_worlds_are_made_forked_and_deleted(console: Page, world: BrowserWorld) -> None:
    """A new world starts as the fixtures, a fork as the world it is of; a deleted one is gone."""
    world.control("DELETE", "state/devices/dev-01")
    console.get_by_role("button", name="Fork…").click()
    console.get_by_label("Name of the new world").fill(f"{world.name}.fork")
    console.get_by_role("button", name="Fork", exact=True).click()
    expect(console.get_by_label("Selected world")).to_have_value(f"{world.name}.fork")
    expect(console.get_by_text("9 devices")).to_be_visible()
    assert f"world={world.name}.fork" in console.url

    console.get_by_role("button", name="Delete…").click()
    console.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(console.get_by_label("Selected world")).to_have_value("main")
    expect(console.get_by_role("button", name="Delete…")).to_be_hidden()

    console.get_by_role("button", name="New…").click()
    console.get_by_label("Name").fill(f"{world.name}.new")
    console.keyboard.press("Enter")
    expect(console.get_by_label("Selected world")).to_have_value(f"{world.name}.new")
    expect(console.get_by_text("10 devices")).to_be_visible()


def test_reset_asks_first(console: Page, world: BrowserWorld) -> None:
    """A world is reset once that is confirmed, and not when it is cancelled."""
    world.control("DELETE", "state/devices/dev-01")
    for answer, left in (("Cancel", "9 devices"), ("Reset", "10 devices")):
        console.get_by_role("button", name="Reset…").click()
        console.get_by_role("dialog").get_by_role("button", name=answer).click()
        expect(console.get_by_role("dialog")).to_have_count(0)
        expect(console.locator("#world")).to_contain_text(left)


def test_a_world_that_nobody_used_can_be_made(page: Page, world: BrowserWorld, watch: Watch) -> None:
    """An address that names an unknown world offers to make it, and nothing that needs it."""
    watch.forgiven = "404"
    page.goto(f"{world.console}.unused")
    expect(page.get_by_role("button", name="Fork…")).to_be_hidden()
    expect(page.get_by_text("does not exist")).to_be_visible()
    page.get_by_role("button", name="Create world").click()
    expect(page.get_by_role("heading", name="Records")).to_be_visible()


def test_a_world_that_is_removed_meanwhile_is_shown_so(console: Page, world: BrowserWorld, watch: Watch) -> None:
    """Whoever removed it; made anew, it starts as the fixtures are."""
    watch.forgiven = "404"
    world.ask("DELETE", "/devices/dev-01")
    expect(console.locator("#world")).to_contain_text("9 devices")
    world.control("DELETE", "")
    expect(console.get_by_text("does not exist")).to_be_visible()
    console.get_by_role("button", name="Create world").click()
    expect(console.locator("#world")).to_contain_text("10 devices")
    expect(console.get_by_text("No requests yet")).to_be_visible()


def test_a_time_that_is_none_is_refused_in_the_dialog(console: Page, watch: Watch) -> None:
    """It stays, and says why; Escape gives up."""
    watch.forgiven = "Failed to load resource"
    console.get_by_role("button", name="Set the clock").click()
    console.get_by_label("Date and time").fill("yesterday")
    console.keyboard.press("Enter")
    expect(console.get_by_role("dialog").get_by_role("alert")).to_contain_text("must be a date-time")
    console.keyboard.press("Escape")
    expect(console.get_by_role("dialog")).to_have_count(0)
    expect(console.get_by_role("button", name="Set the clock")).to_be_focused()


def test_switching_shows_the_other_world(console: Page, world: BrowserWorld) -> None:
    """The choice of a world shows its requests, not those of the world before."""
    world.ask("GET", "/devices")
    expect(rows(console)).to_have_count(1)
    other = BrowserWorld(world.mock, f"{world.name}.other")
    other.ask("GET", "/sessions")
    expect(console.get_by_label("Selected world").locator("option", has_text=other.name)).to_have_count(1)
    console.get_by_label("Selected world").select_option(other.name)
    expect(rows(console)).to_contain_text(["GET /sessions"])
    expect(console.get_by_label(re.compile("Copy token of alice"))).to_contain_text(other.token())
