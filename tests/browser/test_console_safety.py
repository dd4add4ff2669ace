"""The console against hostile data, foreign scripts, and a mock that went away."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Watch
from tests.browser.parts import cell, outcome, rows
from tests.browser.play import Browser, Page, expect
from tests.browser.world import BrowserWorld
from tests.support import LiveMock

MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


def test_what_clients_send_is_text(console: Page, world: BrowserWorld) -> None:
    """Markup in paths, headers, bodies, records and operations is shown as it is written, and never runs."""
    world.control("PATCH", "state/devices/dev-01", {"deviceName": MARKUP})
    world.ask("GET", "/devices/%3Cimg%20src=x%20onerror=alert(1)%3E", headers={"X-Said": MARKUP})
    world.ask("POST", "/devices/trust", {"fingerprint": MARKUP})
    world.ask("POST", "/devices/trust", {MARKUP: 1})
    expect(rows(console)).to_have_count(3)
    for index in range(3):
        rows(console).nth(index).click()
        expect(console.locator("#request h3")).to_contain_text(["/devices/trust", "/devices/trust", "<img"][index])
    expect(cell(console, "dev-01", "deviceName")).to_contain_text("<img src=x")
    assert console.locator("main img, main script").count() == 0
    assert "owned" not in console.title()


def test_nothing_but_its_own_files_may_run(console: Page, watch: Watch) -> None:
    """An inline script that got into the page does not run: the policy forbids it."""
    watch.forgiven = "Content Security Policy|TrustedScript"
    console.evaluate(
        """() => { const script = document.createElement("script");
        try { script.textContent = "window.ran = true"; document.body.append(script) } catch {} }"""
    )
    assert console.evaluate("window.ran") is None
    assert watch.said, "the policy said nothing"


def test_a_mock_that_went_away_is_told(console: Page, watch: Watch) -> None:
    """When the mock stops answering, the page says so instead of showing old news as live."""
    watch.forgiven = "Failed to load resource|ERR_"
    console.route("**/__mock__/**", lambda route: route.abort())
    console.get_by_role("button", name="+1 h").click()
    expect(outcome(console)).to_contain_text("The mock cannot be reached")


@pytest.mark.parametrize(("password", "status"), [("let-me-in", 200), ("guess", 401)])
def test_a_mock_elsewhere_asks_for_the_admin_token(browser: Browser, password: str, status: int) -> None:
    """Under a name that is not this machine's own, the browser asks for it, and the console is live with it alone."""
    mock = LiveMock("--admin-token", "let-me-in").wait_until_started()
    context = browser.new_context(http_credentials={"username": "me", "password": password})
    try:
        page = context.new_page()
        answer = page.goto(f"http://mock.localhost:{mock.port}/__mock__/")
        assert answer is not None
        assert answer.status == status
        if status == 200:
            expect(page.locator("#live")).to_have_text("Live")
    finally:
        context.close()
        mock.interrupt()
