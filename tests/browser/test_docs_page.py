"""The Swagger UI page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.conftest import PageMonitor
from tests.browser.play import Page, expect
from tests.browser.world import BrowserWorld
from tests.support import LiveMock


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


@pytest.fixture(scope="module")
def notes() -> Iterator[LiveMock]:
    """A mock of an API with scopes."""
    folder = "examples/sign-in"
    started = LiveMock(f"{folder}/notes.yaml", "--fixtures", f"{folder}/users.yaml").wait_until_started()
    yield started
    started.kill()


def test_swagger_ui_signs_in(page: Page, monitor: PageMonitor, notes: LiveMock) -> None:
    """Authorize opens the page of the mock's own provider, a click there signs in, and Execute sends the token."""
    monitor.allowed_messages = "Password field is not contained in a form"
    page.goto(f"{notes.url}/__mock__/docs/?world=w7")
    page.get_by_role("button", name="Authorize", exact=True).first.click()
    dialog = page.locator(".modal-ux")
    dialog.get_by_text("select all", exact=True).click()
    with page.expect_popup() as popup:
        dialog.get_by_role("button", name="Apply given OAuth2 credentials").click()
    popup.value.get_by_role("link", name="alice").click()
    expect(dialog.get_by_text("Logout", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    operation = page.locator("#operations-default-listNotes")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table")).to_contain_text("200")
    entry = notes("GET", "/__mock__/worlds/w7/requests", None).json["requests"][-1]
    assert (entry["operation"], entry["user"]) == ("listNotes", "alice")
