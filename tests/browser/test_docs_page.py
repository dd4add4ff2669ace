"""The Swagger UI page."""

from __future__ import annotations

from tests.browser.play import Page, expect
from tests.browser.world import BrowserWorld


def test_swagger_ui_calls_the_mock_in_the_selected_world(page: Page, world: BrowserWorld) -> None:
    """Execute sends a request with alice's token, and the journal of that world records it."""
    page.goto(f"{world.mock.url}/__mock__/docs/?world={world.name}")
    operation = page.locator("#operations-Devices-listDevices")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table")).to_contain_text("Alice's MacBook")
    entry = world.control("GET", "requests")["requests"][-1]
    assert (entry["operation"], entry["user"]) == ("listDevices", "alice")


def test_the_link_to_the_console_keeps_the_world(page: Page, world: BrowserWorld) -> None:
    """The link to the console opens it with the same world."""
    page.goto(f"{world.mock.url}/__mock__/docs/?world={world.name}")
    expect(page.locator("#world")).to_have_text(world.name)
    page.get_by_role("link", name="Mock console").click()
    expect(page.get_by_label("Selected world")).to_have_value(world.name)
