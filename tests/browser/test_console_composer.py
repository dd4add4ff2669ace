"""Requests made in the console: composed, sent again, compared, imported, pinned, and reached with single keys."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import PageMonitor
from tests.browser.parts import choose, outcome, rows
from tests.browser.play import Page, expect
from tests.browser.world import BrowserWorld

TRUST = {"fingerprint": "fp-alice-ipad"}


def test_a_request_is_composed_from_its_example(console: Page, world: BrowserWorld) -> None:
    """The operation fills in the form; what you change is sent, and its details are shown."""
    console.get_by_role("button", name="New request").click()
    expect(console.get_by_label("Path", exact=True)).not_to_have_value("")
    choose(console.locator("#request"), "Operation", "trustDevice")
    expect(console.get_by_label("Path", exact=True)).to_have_value("/devices/trust")
    body = console.get_by_label("Body", exact=True)
    expect(body).to_have_value(re.compile("fp-alice-"))
    body.fill(json.dumps(TRUST))
    console.locator("#request").get_by_label("User").select_option("bob")
    console.get_by_label("Headers").fill("X-Test: 1")
    console.get_by_role("button", name="Send request").click()
    expect(console.locator("#request h3")).to_have_text(re.compile("404 POST /devices/trust"))
    [entry] = world.control("GET", "requests")["requests"]
    assert (entry["user"], entry["request"]["body"], entry["request"]["headers"]["x-test"]) == ("bob", TRUST, "1")


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("{", "", 400),
        ("a=1", "Content-Type: application/x-www-form-urlencoded", 415),
        (json.dumps(TRUST), "Prefer: code=500", 500),
    ],
)
def test_a_request_is_edited_and_sent_again(
    console: Page, world: BrowserWorld, body: str, headers: str, status: int
) -> None:
    """With another body or headers, also ones that the contract rejects."""
    world.ask("POST", "/devices/trust", TRUST)
    rows(console).first.click()
    console.get_by_role("button", name="Edit and send…").click()
    expect(console.get_by_label("Body", exact=True)).to_have_value(json.dumps(TRUST, indent=2))
    console.get_by_label("Body", exact=True).fill(body)
    console.get_by_label("Headers").fill(headers)
    console.get_by_role("button", name="Send request").click()
    expect(console.locator("#request h3")).to_contain_text(f"{status} POST /devices/trust")
    assert world.control("GET", "requests/last")["user"] == "alice"


def test_a_header_without_a_colon_is_not_sent(console: Page, world: BrowserWorld) -> None:
    """The error names the line; the form keeps what you typed."""
    console.get_by_role("button", name="New request").click()
    expect(console.get_by_label("Path", exact=True)).not_to_have_value("")
    console.get_by_label("Headers").fill("nonsense")
    console.get_by_role("button", name="Send request").click()
    expect(outcome(console)).to_contain_text('Write headers as "Name: value": nonsense')
    assert world.control("GET", "requests")["last"] == 0


def test_two_requests_are_compared(console: Page, world: BrowserWorld) -> None:
    """First with the earlier request of the same path: only what differs is shown, by its path; then with any other."""
    world.ask("GET", "/devices/dev-03")
    world.ask("POST", "/devices/trust", TRUST)
    world.ask("GET", "/devices/dev-03")
    world.ask("GET", "/devices/dev-03")
    console.locator("[data-number='3']").click()
    console.get_by_role("button", name="Compare…").click()
    table = console.get_by_role("table", name="Differences of requests 1 and 3")
    line = table.get_by_role("row", name=re.compile(r"response\.body\.device\.isTrusted"))
    expect(line.locator("del")).to_have_text("false")
    expect(line.locator("ins")).to_have_text("true")
    choose(console, "Compare with", "#4")
    expect(console.get_by_text("No difference")).to_be_visible()
    console.get_by_role("button", name="Back to the details").click()
    expect(console.locator("#request h3")).to_contain_text("GET /devices/dev-03")


def test_pinned_requests_stay_on_top(console: Page, world: BrowserWorld) -> None:
    """Also after newer ones, and in the page's URL, so that a reload and other people see them; not in other worlds."""
    world.ask("GET", "/devices")
    rows(console).first.click()
    pin = console.get_by_role("button", name="Pin", exact=True)
    pin.click()
    expect(pin).to_have_attribute("aria-pressed", "true")
    world.ask("GET", "/sessions")
    expect(rows(console)).to_contain_text(["/devices", "/sessions"])
    console.reload()
    expect(rows(console)).to_contain_text(["/devices", "/sessions"])
    choose(console, "Selected world", "main")
    expect(console).to_have_url(re.compile(r"/__mock__/(\?pins=)?$"))
    assert "pins" not in console.url


def test_single_keys(console: Page, world: BrowserWorld) -> None:
    """They go through the requests, filter and act; not while you type, and not if they are switched off."""
    for path in ("/devices", "/sessions", "/devices"):
        world.ask("GET", path)
    expect(rows(console)).to_have_count(3)
    keys, title = console.keyboard, console.locator("#request h3")
    keys.press("j")
    expect(console.locator("[aria-current]")).to_contain_text("#3")
    keys.press("j")
    expect(console.locator("[aria-current]")).to_contain_text("#2")
    keys.press("k")
    expect(console.locator("[aria-current]")).to_contain_text("#3")
    keys.press("p")
    expect(console.locator(".pinned")).to_contain_text("#3")
    expect(title).to_contain_text("/devices")
    keys.press("c")
    expect(title).to_have_text("Compare request 3")
    keys.press("n")
    expect(title).to_have_text("New request")
    keys.press("/")
    keys.type("jkn/sessions")
    expect(console.get_by_label("Filter requests")).to_have_value("jkn/sessions")
    console.get_by_label("Filter requests").fill("")
    console.get_by_role("button", name="Keyboard shortcuts").click()
    console.get_by_label("Use single-key shortcuts").uncheck()
    keys.press("Escape")
    expect(console.get_by_role("dialog")).to_have_count(0)
    keys.press("j")
    expect(title).to_have_text("New request")


def _entry(method: str, url: str, status: int, body: Any = None) -> dict[str, Any]:
    sent = {"mimeType": "application/json", "text": json.dumps(body)} if body is not None else None
    headers = [{"name": "Authorization", "value": "Bearer of-production"}, {"name": "Host", "value": "api.example"}]
    request = {"method": method, "url": url, "headers": headers, **({"postData": sent} if sent else {})}
    return {"request": request, "response": {"status": status}}


def test_an_archive_is_imported(console: Page, world: BrowserWorld, tmp_path: Path) -> None:
    """Its requests are sent below the prefix that they have there, as a user of the mock; other statuses are listed."""
    entries = [
        _entry("GET", "https://api.example/v2/devices?x=1", 200),
        _entry("POST", "https://api.example/v2/devices/trust", 200, TRUST),
        _entry("GET", "https://api.example/v2/devices/nowhere", 200),
        _entry("GET", "https://cdn.example/logo.png", 200),
        _entry("GET", "https://cdn.example/%", 200),
    ]
    file = tmp_path / "recorded.har"
    file.write_text(json.dumps({"log": {"entries": entries}}), encoding="utf-8")
    with console.expect_file_chooser() as chooser:
        console.get_by_role("button", name="Import HAR…").click()
    chooser.value.set_files(file)
    dialog = console.get_by_role("dialog")
    expect(dialog).to_contain_text("Import 3 requests")
    expect(dialog).to_contain_text(
        "The prefix /v2 is left out of their paths. 2 other requests of the archive are left out"
    )
    dialog.get_by_role("button", name="Send requests").click()
    expect(dialog).to_contain_text("3 requests sent, 1 with another status")
    dialog.get_by_role("button", name="GET /devices/nowhere").click()
    expect(console.locator("#request h3")).to_contain_text("404 GET /devices/nowhere")
    sent = world.control("GET", "requests")["requests"]
    assert [(one["request"]["path"], one["request"]["query"], one["user"]) for one in sent] == [
        ("/devices", "x=1", "alice"),
        ("/devices/trust", "", "alice"),
        ("/devices/nowhere", "", "alice"),
    ]
    assert world.device("dev-03")["isTrusted"] is True


def test_what_is_no_archive_is_not_imported(console: Page, tmp_path: Path, monitor: PageMonitor) -> None:
    """The dialog says what is missing."""
    file = tmp_path / "notes.json"
    file.write_text("[]", encoding="utf-8")
    with console.expect_file_chooser() as chooser:
        console.get_by_role("button", name="Import HAR…").click()
    chooser.value.set_files(file)
    expect(console.get_by_role("dialog")).to_contain_text("notes.json is not an HTTP archive")
    console.get_by_role("button", name="Close").click()
    assert monitor.messages == []
