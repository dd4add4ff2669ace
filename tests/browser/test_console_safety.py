"""The console with malicious data, injected scripts, and an unavailable mock."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.browser.conftest import PageMonitor
from tests.browser.parts import cell, clock_menu, outcome, rows, show, world_menu
from tests.browser.play import Browser, Page, expect
from tests.browser.world import BrowserWorld
from tests.support import LiveMock, answers, document

MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


def test_client_data_is_shown_as_text(console: Page, world: BrowserWorld) -> None:
    """Markup in paths, headers, bodies and records is shown as text and never executed."""
    world.control("PATCH", "state/devices/dev-01", {"deviceName": MARKUP})
    world.ask("GET", "/devices/%3Cimg%20src=x%20onerror=alert(1)%3E", headers={"X-Markup": MARKUP})
    world.ask("POST", "/devices/trust", {"fingerprint": MARKUP})
    world.ask("POST", "/devices/trust", {MARKUP: 1})
    expect(rows(console)).to_have_count(3)
    for index in range(3):
        rows(console).nth(index).click()
        expect(console.locator("#request h3")).to_contain_text(["/devices/trust", "/devices/trust", "<img"][index])
    show(console, "records")
    expect(cell(console, "dev-01", "deviceName")).to_contain_text("<img src=x")
    assert console.locator("main img, main script").count() == 0
    assert "owned" not in console.title()


def test_injected_scripts_do_not_run(console: Page, monitor: PageMonitor) -> None:
    """The content security policy prevents an injected inline script from running."""
    monitor.allowed_messages = "Content Security Policy|TrustedScript"
    console.evaluate(
        """() => { const script = document.createElement("script");
        try { script.textContent = "window.ran = true"; document.body.append(script) } catch {} }"""
    )
    assert console.evaluate("window.ran") is None
    assert monitor.messages, "the policy reported nothing"


def test_an_unavailable_mock_is_reported(console: Page, monitor: PageMonitor) -> None:
    """If the mock stops responding, the page reports it."""
    monitor.allowed_messages = "Failed to load resource|ERR_"
    console.route("**/__mock__/**", lambda route: route.abort())
    clock_menu(console).get_by_role("button", name="+1 h").click()
    expect(outcome(console)).to_contain_text("The mock cannot be reached")


def test_what_needs_the_contract_says_why_it_fails(console: Page, monitor: PageMonitor) -> None:
    """The page needs no call to start; one that fails later is reported where it was needed, and made again."""
    monitor.allowed_messages = "Failed to load resource|ERR_"
    console.route("**/__mock__/about", lambda route: route.abort())
    console.reload()  # else the records, where they are in sight, may have loaded it
    console.get_by_role("button", name="New request").click()
    expect(outcome(console)).to_contain_text("The mock cannot be reached")
    console.unroute_all()
    console.get_by_role("button", name="New request").click()
    expect(console.get_by_label("Path", exact=True)).to_have_value(re.compile("^/"))


def test_a_contract_without_memory_has_no_records(page: Page, tmp_path: Path) -> None:
    """The panel says so, and offers nothing to do with records."""
    spec = tmp_path / "spec.json"
    path = {"get": {"operationId": "getTime", "responses": answers({"type": "string"}, "noon")}}
    spec.write_text(json.dumps(document({"/time": path})), encoding="utf-8")
    mock = LiveMock(str(spec)).wait_until_started()
    try:
        page.goto(f"{mock.url}/__mock__/")
        expect(show(page, "records")).to_contain_text("This mock stores no records")
        expect(page.get_by_label("Filter records")).to_be_hidden()
        expect(show(page, "coverage")).to_contain_text("getTime")
    finally:
        mock.interrupt()


def test_too_many_worlds_are_reported(page: Page, monitor: PageMonitor) -> None:
    """The dialog keeps the name that you typed, and so does the page of a world that does not exist."""
    monitor.allowed_messages = "Failed to load resource"
    mock = LiveMock("--max-worlds", "1").wait_until_started()
    try:
        page.goto(f"{mock.url}/__mock__/")
        expect(page.locator("#live")).to_have_text("Live")
        world_menu(page).get_by_role("button", name="New…").click()
        page.get_by_label("Name").fill("second")
        page.get_by_role("button", name="Create").click()
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("--max-worlds")
        page.goto(f"{mock.url}/__mock__/?world=second")
        page.get_by_role("button", name="Create world").click()
        expect(outcome(page)).to_contain_text("--max-worlds")
    finally:
        mock.interrupt()


def test_a_mock_that_ends_is_not_live(page: Page, monitor: PageMonitor) -> None:
    """The page says so after a few seconds however often the browser tries again, says since when, and recovers."""
    monitor.allowed_messages = "Failed to load resource|ERR_"
    mock = LiveMock().wait_until_started()
    page.clock.install()
    page.goto(f"{mock.url}/__mock__/")
    live = page.locator("#live")
    expect(live).to_have_text("Live")
    mock.kill()
    for _ in range(6):
        page.wait_for_event("requestfailed")
        page.clock.run_for(1000)
    expect(live).to_have_text(re.compile("Reconnecting…|No connection since "))
    page.clock.run_for(15_000)
    expect(live).to_contain_text("No connection since ")
    again = LiveMock("--port", str(mock.port)).wait_until_started()
    expect(live).to_have_text("Live")
    again.interrupt()


def test_a_mock_that_hangs_is_not_live(page: Page, world: BrowserWorld) -> None:
    """Its connection stays open, but nothing arrives."""
    page.clock.install()
    page.goto(world.console)
    expect(page.locator("#live")).to_have_text("Live")
    page.route("**/__mock__/events", lambda route: None)  # no answer to the new connection
    page.clock.fast_forward(30_000)
    expect(page.locator("#live")).to_contain_text("No connection since ")


@pytest.mark.parametrize(("password", "status"), [("let-me-in", 200), ("guess", 401)])
def test_a_remote_mock_asks_for_the_admin_token(browser: Browser, password: str, status: int) -> None:
    """Under a host name other than localhost, the console needs the admin token as the browser's password."""
    mock = LiveMock("--admin-token", "let-me-in").wait_until_started()
    context = browser.new_context(http_credentials={"username": "me", "password": password})
    try:
        page = context.new_page()
        response = page.goto(f"http://mock.localhost:{mock.port}/__mock__/")
        assert response is not None
        assert response.status == status
        if status == 200:
            expect(page.locator("#live")).to_have_text("Live")
    finally:
        context.close()
        mock.interrupt()
