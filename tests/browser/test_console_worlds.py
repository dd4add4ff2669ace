"""Worlds in the console: switching, creating, forking, resetting and deleting them."""

from __future__ import annotations

import re

from tests.browser.conftest import PageMonitor
from tests.browser.parts import choose, clock_menu, rows, world_menu
from tests.browser.play import Page, expect
from tests.browser.world import BrowserWorld


def test_creating_forking_and_deleting_worlds(console: Page, world: BrowserWorld) -> None:
    """A new world starts from the fixtures, a fork from the selected world; a deleted world is removed."""
    world.control("DELETE", "state/devices/dev-01")
    world_menu(console).get_by_role("button", name="Fork…").click()
    console.get_by_label("Name of the new world").fill(f"{world.name}.fork")
    console.get_by_role("button", name="Fork", exact=True).click()
    expect(console.get_by_label("Selected world")).to_have_value(f"{world.name}.fork")
    expect(world_menu(console)).to_contain_text("9 devices")
    assert f"world={world.name}.fork" in console.url

    console.get_by_role("button", name="Delete…").click()
    console.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(console.get_by_label("Selected world")).to_have_value("main")
    menu = world_menu(console)
    expect(menu.get_by_role("button", name="Delete…")).to_be_hidden()
    menu.get_by_role("button", name="New…").click()
    console.get_by_label("Name").fill(f"{world.name}.new")
    console.keyboard.press("Enter")
    expect(console.get_by_label("Selected world")).to_have_value(f"{world.name}.new")
    expect(world_menu(console)).to_contain_text("10 devices")


def test_a_saved_state_is_uploaded(console: Page, world: BrowserWorld, monitor: PageMonitor) -> None:
    """What the link downloads is what the button loads; a file that doesn't fit is named with its line."""
    monitor.allowed_messages = "409"
    world.control("DELETE", "state/devices/dev-01")
    console.reload()
    saved = world.mock("GET", f"/__mock__/worlds/{world.name}/saved", None).body.decode()
    menu = world_menu(console)
    assert (menu.get_by_role("link", name="Save state").get_attribute("href") or "").endswith("/saved")
    world.control("POST", "reset", {})
    expect(menu).to_contain_text("10 devices")
    for text, expected in ((saved.replace("id: dev-02", "id: 2"), "cart.yaml:"), (saved, "9 devices")):
        upload = {"name": "cart.yaml", "mimeType": "application/yaml", "buffer": text.encode()}
        console.get_by_label("Saved state").set_input_files(upload)
        dialog = console.get_by_role("dialog")
        dialog.get_by_role("button", name="Load", exact=True).click()
        if text != saved:
            expect(dialog).to_contain_text(expected)
            dialog.get_by_role("button", name="Cancel").click()
    expect(world_menu(console)).to_contain_text("9 devices")


def test_reset_needs_confirmation(console: Page, world: BrowserWorld) -> None:
    """A world is reset only after you confirm it."""
    world.control("DELETE", "state/devices/dev-01")
    for button, expected in (("Cancel", "9 devices"), ("Reset", "10 devices")):
        world_menu(console).get_by_role("button", name="Reset…").click()
        console.get_by_role("dialog").get_by_role("button", name=button).click()
        expect(console.get_by_role("dialog")).to_have_count(0)
        expect(world_menu(console)).to_contain_text(expected)
        console.keyboard.press("Escape")


def test_an_unused_world_can_be_created(page: Page, world: BrowserWorld, monitor: PageMonitor) -> None:
    """A URL with an unknown world offers to create it, and hides actions that need it."""
    monitor.allowed_messages = "404"
    page.goto(f"{world.console}.unused")
    expect(page.locator("#missing")).to_contain_text("does not exist")
    expect(world_menu(page).get_by_role("button", name="Fork…")).to_be_hidden()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Create world").click()
    expect(page.get_by_role("heading", name="Records")).to_be_visible()


def test_a_world_that_another_client_removes(console: Page, world: BrowserWorld, monitor: PageMonitor) -> None:
    """The page reports that the world was removed; created again, it starts from the fixtures."""
    monitor.allowed_messages = "404"
    menu = world_menu(console)
    world.ask("DELETE", "/devices/dev-01")
    expect(menu).to_contain_text("9 devices")
    console.keyboard.press("Escape")
    world.control("DELETE", "")
    expect(console.locator("#missing")).to_be_visible()
    console.get_by_role("button", name="Create world").click()
    expect(console.get_by_text("No requests yet")).to_be_visible()
    expect(world_menu(console)).to_contain_text("10 devices")


def test_an_invalid_time_is_rejected_in_the_dialog(console: Page, monitor: PageMonitor) -> None:
    """The dialog stays open and shows the error; Escape cancels it."""
    monitor.allowed_messages = "Failed to load resource"
    clock_menu(console).get_by_role("button", name="Set the clock").click()
    console.get_by_label("Date and time").fill("yesterday")
    console.keyboard.press("Enter")
    expect(console.get_by_role("dialog").get_by_role("alert")).to_contain_text("must be a date-time")
    console.keyboard.press("Escape")
    expect(console.get_by_role("dialog")).to_have_count(0)
    expect(console.get_by_role("button", name=re.compile("^Clock:"))).to_be_focused()


def test_switching_shows_the_other_world(console: Page, world: BrowserWorld) -> None:
    """After you select another world, the page shows its requests instead of the previous world's."""
    world.ask("GET", "/devices")
    expect(rows(console)).to_have_count(1)
    other = BrowserWorld(world.mock, f"{world.name}.other")
    other.ask("GET", "/sessions")
    choose(console, "Selected world", other.name)
    expect(console.get_by_label("Selected world")).to_have_value(other.name)
    expect(rows(console)).to_contain_text(["GET /sessions"])
    expect(world_menu(console).get_by_label(re.compile("Copy token of alice"))).to_contain_text(other.token())


def test_a_world_is_found_by_its_name(console: Page, world: BrowserWorld) -> None:
    """Of many worlds; a name that isn't in the list can be typed too, and is then offered to be created."""
    for number in range(60):
        BrowserWorld(world.mock, f"{world.name}.{number}")
    choose(console, "Selected world", f"{world.name}.59")
    expect(world_menu(console)).to_contain_text("10 devices")
    assert console.url.endswith(f"{world.name}.59")
