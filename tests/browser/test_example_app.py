"""Tests of the example app with the mock on another origin, as a frontend developer would write them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.browser.conftest import PageMonitor
from tests.browser.play import Page, expect
from tests.browser.world import BrowserWorld

FAILED_LOAD = "Failed to load resource"
RECORD_SUMMARIES = """
  window.summaries = [];
  new MutationObserver(() => {
    const text = document.getElementById("summary")?.textContent;
    if (text && text !== summaries.at(-1)) summaries.push(text);
  }).observe(document, { childList: true, subtree: true });
"""


@pytest.fixture
def app(page: Page, examples: str, world: BrowserWorld) -> Page:
    """The app, opened by alice in this test's world."""
    return open_app(page, examples, world)


def open_app(page: Page, examples: str, world: BrowserWorld, user: str = "alice") -> Page:
    """Open the app as a user."""
    page.goto(f"{examples}/devices/?api={world.mock.url}&token={world.token(user)}")
    return page


def device(app: Page, name: str) -> Any:
    """The list item of a device."""
    return app.locator("#devices > li").filter(has=app.get_by_role("heading", name=name))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Alice's MacBook", "Trusted until"),
        ("Alice's iPad", "Not trusted"),
        ("Office Workstation", "Trust expired on"),
    ],
)
def test_the_trust_of_a_device_is_shown(app: Page, name: str, text: str) -> None:
    """The page states whether a device is trusted, not trusted or has expired trust."""
    expect(device(app, name)).to_contain_text(text)


def test_an_account_without_devices(page: Page, examples: str, world: BrowserWorld) -> None:
    """A user without devices sees a message instead of an empty page."""
    expect(open_app(page, examples, world, "carol").get_by_text("No device has signed in")).to_be_visible()


def test_a_whole_scenario_in_under_five_seconds(app: Page, world: BrowserWorld, monitor: PageMonitor) -> None:
    """Trust, 31 days later expired, a failure of the backend, recovery and a rewind take less than 5 s."""
    monitor.allowed_messages = FAILED_LOAD  # Chromium reports the 500 that this test causes
    began = time.monotonic()
    app.get_by_role("button", name="Reload").click()
    expect(device(app, "Alice's iPad")).to_contain_text("Not trusted")
    limit = max(5, 25 * (time.monotonic() - began))  # a busy machine slows that as well
    began = time.monotonic()
    ipad = device(app, "Alice's iPad")
    ipad.get_by_role("button", name="Trust").click()
    expect(ipad).to_contain_text("Trusted until")
    trusted = world.control("GET", "requests?operation=trustDevice")["requests"][-1]["number"]

    world.control("POST", "clock/advance", {"by": "P31D"})
    app.get_by_role("button", name="Reload").click()
    expect(ipad).to_contain_text("Trust expired")

    world.fail(operation="trustDevice", status=500, times=1)
    ipad.get_by_role("button", name="Trust again").click()
    expect(ipad.get_by_role("alert")).to_have_text("Failed to trust device")
    ipad.get_by_role("button", name="Try again").click()
    expect(ipad).to_contain_text("Trusted until")

    world.control("POST", "rewind", {"before": trusted})
    app.get_by_role("button", name="Reload").click()
    expect(ipad).to_contain_text("Not trusted")
    assert time.monotonic() - began < limit


def test_trust_can_be_removed(app: Page, world: BrowserWorld) -> None:
    """The button of a trusted device removes its trust, and the mock stores the change."""
    device(app, "Alice's MacBook").get_by_role("button", name="Stop trusting").click()
    expect(device(app, "Alice's MacBook")).to_contain_text("Not trusted")
    assert world.device("dev-01")["isTrusted"] is False


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"status": 500}, "Failed to retrieve devices"),
        ({"status": 401}, "You are signed out"),
        ({"status": 503}, "503"),
        ({"limit": {"calls": 0, "seconds": 60}}, "Try again in"),
        ({"body": "truncated"}, "cannot be reached, or the connection broke"),
        ({"body": "malformed"}, "cannot be read"),
        ({"body": "empty"}, "cannot be read"),
        ({"reset": True}, "cannot be reached, or the connection broke"),
    ],
    ids=lambda value: "-".join(f"{name}-{inner}" for name, inner in value.items()) if isinstance(value, dict) else "",
)
def test_the_app_recovers_from_every_fault(
    page: Page, examples: str, world: BrowserWorld, monitor: PageMonitor, rule: dict[str, Any], text: str
) -> None:
    """For every fault of the list the app shows a message, and its button loads the list again."""
    monitor.allowed_messages = FAILED_LOAD
    world.fail(operation="listDevices", **rule)
    app = open_app(page, examples, world)
    expect(app.get_by_role("alert")).to_contain_text(text)
    world.control("PUT", "faults", {})
    app.get_by_role("button", name="Try again").click()
    expect(app.locator("#summary")).to_have_text("2 of 7 devices are trusted")


@pytest.mark.parametrize("rule", [{"delay": {"fixed": 300}}, {"slow": 4000}], ids=["delay", "slow"])
def test_the_app_waits_for_slow_responses(page: Page, examples: str, world: BrowserWorld, rule: dict[str, Any]) -> None:
    """The app shows "Loading…" until the response arrives, and then the devices."""
    world.fail(operation="listDevices", **rule)
    page.add_init_script(RECORD_SUMMARIES)
    app = open_app(page, examples, world)
    expect(app.locator("#summary")).to_have_text("2 of 7 devices are trusted")
    assert app.evaluate("summaries") == ["Loading…", "2 of 7 devices are trusted"]


def test_the_connection_can_be_changed_on_the_page(app: Page, world: BrowserWorld) -> None:
    """With another token in the form, the app shows another user's devices, also after a reload."""
    app.get_by_text("Connection").click()
    app.get_by_label("Access token").fill(world.token("bob"))
    app.get_by_role("button", name="Connect").click()
    expect(device(app, "Bob's ThinkPad")).to_be_visible()
    app.reload()
    expect(device(app, "Bob's ThinkPad")).to_be_visible()


def test_device_names_are_shown_as_text(app: Page, world: BrowserWorld) -> None:
    """A device name with markup is shown as text."""
    world.control("PATCH", "state/devices/dev-01", {"deviceName": "<img src=x onerror=alert(1)>"})
    app.get_by_role("button", name="Reload").click()
    expect(device(app, "<img src=x onerror=alert(1)>")).to_be_visible()
