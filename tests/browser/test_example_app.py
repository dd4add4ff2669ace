"""The example app against the mock, from another origin: what a frontend developer's own tests look like."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.browser.conftest import Watch
from tests.browser.play import Page, expect
from tests.browser.world import BrowserWorld

FAILED_LOAD = "Failed to load resource"
REMEMBER = """
  window.said = [];
  new MutationObserver(() => {
    const text = document.getElementById("summary")?.textContent;
    if (text && text !== said.at(-1)) said.push(text);
  }).observe(document, { childList: true, subtree: true });
"""


@pytest.fixture
def app(page: Page, examples: str, world: BrowserWorld) -> Page:
    """The app, opened by alice in a world of this test."""
    return opened(page, examples, world)


def opened(page: Page, examples: str, world: BrowserWorld, user: str = "alice") -> Page:
    """The app, opened by a user."""
    page.goto(f"{examples}/devices/?api={world.mock.url}&token={world.token(user)}")
    return page


def device(app: Page, name: str) -> Any:
    """The list item of a device."""
    return app.locator("#devices > li").filter(has=app.get_by_role("heading", name=name))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Alice's MacBook", "Trusted until"),
        ("Alice's iPad", "Not trusted"),
        ("Office Workstation", "Trust expired on"),
    ],
)
def test_shows_what_a_device_is(app: Page, name: str, said: str) -> None:
    """Trusted, not trusted and expired devices say so in words."""
    expect(device(app, name)).to_contain_text(said)


def test_an_empty_account_says_so(page: Page, examples: str, world: BrowserWorld) -> None:
    """A user without devices reads a sentence, not an empty page."""
    expect(opened(page, examples, world, "carol").get_by_text("No device has signed in")).to_be_visible()


def test_the_whole_story_in_under_five_seconds(app: Page, world: BrowserWorld, watch: Watch) -> None:
    """Trust, 31 days pass, no longer trusted, the backend fails once, the app recovers, rewind: all in under 5 s."""
    watch.forgiven = FAILED_LOAD  # Chromium reports the 500 that this test asks for
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
    assert time.monotonic() - began < 5


def test_trust_can_be_taken_back(app: Page, world: BrowserWorld) -> None:
    """The button of a trusted device takes its trust, and the mock remembers."""
    device(app, "Alice's MacBook").get_by_role("button", name="Stop trusting").click()
    expect(device(app, "Alice's MacBook")).to_contain_text("Not trusted")
    assert world.device("dev-01")["isTrusted"] is False


@pytest.mark.parametrize(
    ("rule", "said"),
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
    ids=lambda value: "-".join(f"{name}-{held}" for name, held in value.items()) if isinstance(value, dict) else "",
)
def test_survives_every_fault_and_recovers(
    page: Page, examples: str, world: BrowserWorld, watch: Watch, rule: dict[str, Any], said: str
) -> None:
    """Whatever goes wrong with the list, the app says a sentence, and its button gets out of it."""
    watch.forgiven = FAILED_LOAD
    world.fail(operation="listDevices", **rule)
    app = opened(page, examples, world)
    expect(app.get_by_role("alert")).to_contain_text(said)
    world.control("PUT", "faults", {})
    app.get_by_role("button", name="Try again").click()
    expect(app.locator("#summary")).to_have_text("2 of 7 devices are trusted")


@pytest.mark.parametrize("rule", [{"delay": {"fixed": 300}}, {"slow": 4000}], ids=["delay", "slow"])
def test_waits_for_slow_answers(page: Page, examples: str, world: BrowserWorld, rule: dict[str, Any]) -> None:
    """While an answer is on its way the app says that it loads; then it shows the devices."""
    world.fail(operation="listDevices", **rule)
    page.add_init_script(REMEMBER)
    app = opened(page, examples, world)
    expect(app.locator("#summary")).to_have_text("2 of 7 devices are trusted")
    assert app.evaluate("said") == ["Loading…", "2 of 7 devices are trusted"]


def test_the_connection_can_be_changed_on_the_page(app: Page, world: BrowserWorld) -> None:
    """Another token, typed into the form, shows another user's devices, also after a reload."""
    app.get_by_text("Connection").click()
    app.get_by_label("Access token").fill(world.token("bob"))
    app.get_by_role("button", name="Connect").click()
    expect(device(app, "Bob's ThinkPad")).to_be_visible()
    app.reload()
    expect(device(app, "Bob's ThinkPad")).to_be_visible()


def test_names_are_text(app: Page, world: BrowserWorld) -> None:
    """A device name with markup in it is shown as it is written."""
    world.control("PATCH", "state/devices/dev-01", {"deviceName": "<img src=x onerror=alert(1)>"})
    app.get_by_role("button", name="Reload").click()
    expect(device(app, "<img src=x onerror=alert(1)>")).to_be_visible()
