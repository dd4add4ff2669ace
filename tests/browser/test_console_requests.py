"""Requests in the console: the live list, explanations, snippets and rewinding."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.conftest import PageMonitor
from tests.browser.parts import outcome, rows
from tests.browser.play import Page, expect
from tests.browser.world import BrowserWorld
from tests.support import NOTHING

TRUST = {"fingerprint": "fp-alice-ipad"}


def test_requests_appear_as_they_come(console: Page, world: BrowserWorld) -> None:
    """A new request is at the top of the list without a reload, and announced to screen readers."""
    expect(console.get_by_text("No requests yet")).to_be_visible()
    world.ask("GET", "/devices")
    world.ask("POST", "/devices/trust", TRUST)
    expect(rows(console)).to_contain_text(["POST /devices/trust", "GET /devices"])
    expect(console.get_by_role("log")).to_contain_text("/devices")


def test_a_request_is_explained(console: Page, world: BrowserWorld) -> None:
    """The details show what the behaviour did, what changed, and the source in the documentation."""
    world.ask("POST", "/devices/trust", TRUST)
    rows(console).first.click()
    detail = console.get_by_role("article")
    expect(detail.get_by_role("heading", level=3)).to_contain_text("200 POST /devices/trust")
    changed = detail.get_by_role("row", name=re.compile("isTrusted"))
    expect(changed.locator("del")).to_have_text("false")
    expect(changed.locator("ins")).to_have_text("true")
    expect(detail).to_contain_text("devices dev-03 changed")
    expect(detail).to_contain_text("spec/behaviours.yaml")
    expect(detail).to_contain_text("A-08")


def test_a_rejected_request_is_explained(console: Page, world: BrowserWorld) -> None:
    """The explanation of a 400 names the missing field and the one that was sent."""
    world.ask("POST", "/devices/trust", {"fingerPrint": "fp-alice-ipad"})
    rows(console).first.click()
    expect(console.locator("#request .why")).to_contain_text(re.compile("fingerprint.*fingerPrint"))


def test_requests_are_filtered(console: Page, world: BrowserWorld) -> None:
    """Words and a status class filter the list, including later requests."""
    world.ask("GET", "/devices")
    world.ask("GET", "/devices/nowhere")
    expect(rows(console)).to_have_count(2)
    console.get_by_label("Status", exact=True).first.select_option("4xx")
    expect(rows(console)).to_contain_text(["/devices/nowhere"])
    world.ask("GET", "/sessions/nowhere")
    expect(rows(console)).to_have_count(2)
    console.get_by_label("Filter requests").fill("getDevice alice")
    expect(rows(console)).to_have_count(1)
    console.get_by_label("Filter requests").fill("nothing of the kind")
    expect(console.get_by_text("No request matches the filter")).to_be_visible()


@pytest.mark.parametrize(
    ("kind", "expected"), [("curl", "curl "), ("fetch", "fetch("), ("pytest", "assert"), ("Playwright", "toBe(200)")]
)
def test_copying_a_snippet(console: Page, world: BrowserWorld, kind: str, expected: str) -> None:
    """The clipboard contains a snippet that repeats the request."""
    world.ask("POST", "/devices/trust", TRUST)
    rows(console).first.click()
    console.get_by_role("button", name=f"Copy as {kind}").click()
    expect(outcome(console)).to_contain_text("copied")
    copied = console.evaluate("navigator.clipboard.readText()")
    assert expected in copied
    assert "/devices/trust" in copied


@pytest.mark.parametrize(
    ("method", "value", "headers", "status"),
    [
        ("GET", NOTHING, {"prefer": "code=500"}, 500),
        ("POST", TRUST, None, 200),
        ("POST", TRUST, {"content-type": "text/plain"}, 415),
        ("POST", NOTHING, None, 400),
    ],
)
def test_the_fetch_snippet_runs(
    console: Page, world: BrowserWorld, monitor: PageMonitor, method: str, value: Any, headers: Any, status: int
) -> None:
    """In a browser's console, the fetch snippet gets the same response in the same world."""
    monitor.allowed_messages = "Failed to load resource"
    path = "/devices/trust" if method == "POST" else "/devices"
    assert world.ask(method, path, value, headers=headers) == status
    line = world.control("GET", "requests/last/why?as=json")["repeat"]["fetch"]
    assert console.evaluate(f"async () => ({line}).status") == status
    first, again = world.control("GET", "requests")["requests"]
    assert (again["request"]["body"], again["user"]) == (first["request"]["body"], "alice")


@pytest.mark.parametrize("path", ["/devices", "/devices/trust"])
def test_the_playwright_snippet_runs(console: Page, world: BrowserWorld, path: str) -> None:
    """It sends the same request, and expects the same status, with the `request` and `expect` of a Playwright test."""
    status = world.ask("POST" if path.endswith("trust") else "GET", path, TRUST if path.endswith("trust") else NOTHING)
    line = world.control("GET", "requests/last/why?as=json")["repeat"]["playwright"]
    results = console.evaluate(
        f"""async () => {{
          const results = [];
          const request = {{ fetch: async (url, {{ method = "GET", headers, data }}) => {{
            const response = await fetch(url, {{ method, headers, body: data }});
            return {{ status: () => response.status }};
          }} }};
          const expect = (actual) => ({{ toBe: (expected) => results.push([actual, expected]) }});
          {line}
          return results;
        }}"""
    )
    assert results == [[status, status]]
    first, again = world.control("GET", "requests")["requests"]
    assert (again["request"]["body"], again["user"]) == (first["request"]["body"], "alice")


def test_the_snippet_is_shown_without_a_clipboard(console: Page, world: BrowserWorld) -> None:
    """Without access to the clipboard, as on a page over HTTP, the snippet is shown for you to copy."""
    world.ask("POST", "/devices/trust", TRUST)
    console.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    rows(console).first.click()
    console.get_by_role("button", name="Copy as curl").click()
    expect(console.get_by_label("Text to copy")).to_have_value(re.compile("^curl .*/devices/trust"))
    assert console.evaluate("document.activeElement.selectionEnd") > 50
    console.get_by_role("button", name="Done").click()
    expect(console.get_by_role("dialog")).to_have_count(0)


def test_rewinding_to_before_a_request(console: Page, world: BrowserWorld) -> None:
    """The button of a request reverts its changes."""
    world.ask("POST", "/devices/trust", TRUST)
    assert world.device("dev-03")["isTrusted"] is True
    rows(console).first.click()
    console.get_by_role("button", name="Rewind to before").click()
    expect(outcome(console)).to_contain_text("rewound to its state before request 1")
    assert world.device("dev-03")["isTrusted"] is False


def test_of_many_requests_only_those_in_view_are_in_the_page(console: Page, world: BrowserWorld) -> None:
    """All can be reached: by scrolling, and with the keyboard, which goes on to rows that weren't there before."""
    for _ in range(320):
        world.ask("GET", "/devices")
    expect(rows(console).first).to_contain_text("#320")
    assert rows(console).count() < 50
    expect(console.locator("#requests-list li").first).to_have_attribute("aria-setsize", "320")
    rows(console).first.focus()
    console.keyboard.press("End")
    expect(rows(console).last).to_contain_text("#1 ·")
    expect(rows(console).last).to_be_focused()
    for _ in range(30):
        console.keyboard.press("ArrowUp")
    expect(console.locator("[data-number='31']")).to_be_focused()
    console.locator("#requests-view").evaluate("view => { view.scrollTop = view.scrollHeight / 2; }")
    expect(console.locator("[data-number='160']")).to_be_visible()
