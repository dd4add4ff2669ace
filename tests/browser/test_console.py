"""The console in a real browser: what it shows of a world, and what its controls change there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Watch
from tests.browser.play import Locator, Page, expect
from tests.browser.world import BrowserWorld

TRUST = {"fingerprint": "fp-alice-ipad"}
MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


@pytest.fixture
def console(page: Page, world: BrowserWorld) -> Page:
    """The console, live, on the world of this test."""
    page.goto(world.console)
    expect(page.locator("#live")).to_have_text("Live")
    return page


def rows(console: Page) -> Locator:
    """The requests that are listed."""
    return console.locator("#requests-list button")


def outcome(console: Page) -> Locator:
    """What the console said last."""
    return console.locator("#told")


# Worlds -----------------------------------------------------------------------------------------------------------------


def test_worlds_are_made_forked_and_deleted(console: Page, world: BrowserWorld) -> None:
    """A new world starts as the fixtures, a fork as the world it is of; a deleted one is gone."""
    world.control("DELETE", "state/devices/dev-01")
    console.get_by_role("button", name="Fork…").click()
    console.get_by_label("Name of the new world").fill(f"{world.name}.fork")
    console.get_by_role("button", name="Fork", exact=True).click()
    expect(console.get_by_label("World shown")).to_have_value(f"{world.name}.fork")
    expect(console.get_by_text("9 devices")).to_be_visible()
    assert f"world={world.name}.fork" in console.url

    console.get_by_role("button", name="Delete…").click()
    console.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(console.get_by_label("World shown")).to_have_value("main")
    expect(console.get_by_role("button", name="Delete…")).to_be_hidden()

    console.get_by_role("button", name="New…").click()
    console.get_by_label("Name").fill(f"{world.name}.new")
    console.keyboard.press("Enter")
    expect(console.get_by_label("World shown")).to_have_value(f"{world.name}.new")
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
    """An address that names an unknown world offers to make it."""
    watch.forgiven = "404"
    page.goto(f"{world.console}.unused")
    expect(page.get_by_text("Nobody has used the world")).to_be_visible()
    page.get_by_role("button", name="Make it now").click()
    expect(page.get_by_role("heading", name="Records")).to_be_visible()


def test_switching_shows_the_other_world(console: Page, world: BrowserWorld) -> None:
    """The choice of a world shows its requests, not those of the world before."""
    world.ask("GET", "/devices")
    expect(rows(console)).to_have_count(1)
    other = BrowserWorld(world.mock, f"{world.name}.other")
    other.ask("GET", "/sessions")
    expect(console.get_by_label("World shown").locator("option", has_text=other.name)).to_have_count(1)
    console.get_by_label("World shown").select_option(other.name)
    expect(rows(console)).to_contain_text(["GET /sessions"])
    expect(console.get_by_label(re.compile("Copy token of alice"))).to_contain_text(other.token())


# Requests ---------------------------------------------------------------------------------------------------------------


def test_requests_appear_as_they_come(console: Page, world: BrowserWorld) -> None:
    """A request is listed on top without a reload, and a screen reader is told."""
    expect(console.get_by_text("No requests yet")).to_be_visible()
    world.ask("GET", "/devices")
    world.ask("POST", "/devices/trust", TRUST)
    expect(rows(console)).to_contain_text(["POST /devices/trust", "GET /devices"])
    expect(console.get_by_role("log")).to_contain_text("/devices")


def test_a_request_is_explained(console: Page, world: BrowserWorld) -> None:
    """A click tells what the behaviour did, what changed, and where the documentation says so."""
    world.ask("POST", "/devices/trust", TRUST)
    rows(console).first.click()
    detail = console.get_by_role("article")
    expect(detail.get_by_role("heading", level=3)).to_contain_text("200 POST /devices/trust")
    changed = detail.get_by_role("row", name=re.compile("isTrusted"))
    expect(changed.locator("del")).to_have_text("false")
    expect(changed.locator("ins")).to_have_text("true")
    expect(detail).to_contain_text("spec/behaviours.yaml")
    expect(detail).to_contain_text("A-08")


def test_a_refusal_says_what_the_app_did_wrong(console: Page, world: BrowserWorld) -> None:
    """The explanation of a 400 names the field that is missing and the one that was sent."""
    world.ask("POST", "/devices/trust", {"fingerPrint": "fp-alice-ipad"})
    rows(console).first.click()
    expect(console.locator("#request .why")).to_contain_text(re.compile("fingerprint.*fingerPrint"))


def test_requests_are_filtered(console: Page, world: BrowserWorld) -> None:
    """Words and a class of statuses narrow the list; what comes later obeys them too."""
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
    expect(console.get_by_text("No request fits the filter")).to_be_visible()


@pytest.mark.parametrize(("kind", "holds"), [("curl", "curl "), ("fetch", "fetch("), ("pytest", "assert")])
def test_a_request_is_copied_to_repeat_it(console: Page, world: BrowserWorld, kind: str, holds: str) -> None:
    """The clipboard has a line that sends the request again."""
    world.ask("POST", "/devices/trust", TRUST)
    rows(console).first.click()
    console.get_by_role("button", name=f"Copy as {kind}").click()
    expect(outcome(console)).to_contain_text("copied")
    copied = console.evaluate("navigator.clipboard.readText()")
    assert holds in copied
    assert "/devices/trust" in copied


def test_a_world_is_rewound_to_before_a_request(console: Page, world: BrowserWorld) -> None:
    """The button of a request undoes what it changed."""
    world.ask("POST", "/devices/trust", TRUST)
    assert world.device("dev-03")["isTrusted"] is True
    rows(console).first.click()
    console.get_by_role("button", name="Rewind to before").click()
    expect(outcome(console)).to_contain_text("as it was before request 1")
    assert world.device("dev-03")["isTrusted"] is False


def test_a_burst_of_requests_does_not_drown_the_page(console: Page, world: BrowserWorld) -> None:
    """Of many requests the newest 300 are listed, and the page still answers."""
    for _ in range(320):
        world.ask("GET", "/devices")
    expect(rows(console).first).to_contain_text("#320")
    expect(rows(console)).to_have_count(300)


# Records ----------------------------------------------------------------------------------------------------------------


def cell(console: Page, key: str, field: str) -> Locator:
    """One cell of the table of records."""
    return console.locator(f'#records tr[data-key="{key}"] [data-field="{field}"]')


def test_a_record_is_edited_in_place(console: Page, world: BrowserWorld) -> None:
    """Enter opens a cell, Enter saves it; texts, choices and truth values."""
    cell(console, "dev-03", "deviceName").dblclick()
    console.get_by_label("deviceName of dev-03").fill("A better name")
    console.keyboard.press("Enter")
    expect(cell(console, "dev-03", "deviceName")).to_have_text("A better name")
    expect(cell(console, "dev-03", "deviceName")).to_be_focused()
    cell(console, "dev-03", "trustLevel").dblclick()
    console.get_by_label("trustLevel of dev-03").select_option("LOW")
    expect(cell(console, "dev-03", "trustLevel")).to_have_text("LOW")
    cell(console, "dev-03", "isTrusted").dblclick()
    console.get_by_label("isTrusted of dev-03").select_option("true")
    expect(cell(console, "dev-03", "isTrusted")).to_have_text("true")
    held = world.device("dev-03")
    assert (held["deviceName"], held["trustLevel"], held["isTrusted"]) == ("A better name", "LOW", True)


def test_an_edit_that_breaks_the_contract_is_refused(console: Page, world: BrowserWorld, watch: Watch) -> None:
    """The mock's refusal stands at the cell, which stays open; Escape gives up."""
    watch.forgiven = "Failed to load resource"
    cell(console, "dev-03", "lastSeen").dblclick()
    editor = console.get_by_label("lastSeen of dev-03")
    editor.fill("yesterday")
    editor.press("Enter")
    expect(cell(console, "dev-03", "lastSeen").get_by_role("alert")).to_contain_text("lastSeen")
    editor.press("Escape")
    expect(cell(console, "dev-03", "lastSeen")).to_contain_text("3 d ago")


def test_a_field_is_taken_away(console: Page, world: BrowserWorld) -> None:
    """Delete on a cell takes an optional field from the record."""
    cell(console, "dev-01", "city").click()
    console.keyboard.press("Delete")
    expect(cell(console, "dev-01", "city")).to_have_text("–")
    assert "city" not in world.device("dev-01")


def test_a_record_is_written_as_json_added_and_deleted(console: Page, world: BrowserWorld) -> None:
    """Whole records are edited as JSON, added as a copy, and deleted after a question."""
    console.get_by_role("button", name="Add a record…").click()
    box = console.get_by_label("Record as JSON")
    record = json.loads(box.input_value())
    box.fill(json.dumps({**record, "id": "dev-99", "deviceName": "Added"}))
    console.get_by_role("button", name="Save").click()
    expect(cell(console, "dev-99", "deviceName")).to_have_text("Added")
    console.get_by_role("button", name="Delete dev-99").click()
    console.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(cell(console, "dev-99", "deviceName")).to_have_count(0)


def test_records_follow_the_requests(console: Page, world: BrowserWorld) -> None:
    """What a request changes is seen in the table without a reload, and other collections are a tab away."""
    world.ask("POST", "/devices/trust", TRUST)
    expect(cell(console, "dev-03", "isTrusted")).to_have_text("true")
    console.get_by_role("tab", name="sessions").click()
    expect(cell(console, "ses-01", "loginMethod")).to_have_text("password")
    world.ask("POST", "/sessions/ses-01/revoke")
    expect(cell(console, "ses-01", "loginMethod")).to_have_count(0)


def test_the_state_is_saved_as_a_fixture_file(console: Page, world: BrowserWorld, tmp_path: Path) -> None:
    """The file that is saved can be put back, and gives the same records."""
    world.ask("POST", "/devices/trust", TRUST)
    with console.expect_download() as started:
        console.get_by_role("link", name="Save as fixture").click()
    assert started.value.suggested_filename == f"fixtures-{world.name}.yaml"
    started.value.save_as(tmp_path / "saved.yaml")
    from mockserver.plain_yaml import read

    assert {name: len(held) for name, held in read(tmp_path / "saved.yaml").items()} == {"devices": 10, "sessions": 12}


# Clock ------------------------------------------------------------------------------------------------------------------


def test_time_passes_at_a_click(console: Page, world: BrowserWorld) -> None:
    """The buttons advance the world's clock, and say how far it is ahead."""
    for name, ahead in (("1 hour", "1 h"), ("1 day", "1 d 1 h"), ("31 days", "32 d")):
        console.get_by_role("button", name=f"Advance by {name}").click()
        expect(console.locator("#clock")).to_contain_text(f"{ahead} ahead of this machine")
    console.get_by_role("button", name="Back to real time").click()
    expect(console.locator("#clock")).to_contain_text("As on this machine")


def test_the_clock_is_frozen_and_set(console: Page, world: BrowserWorld) -> None:
    """A switch stops the clock; it can be set to any instant, or by any span."""
    frozen = console.get_by_role("switch", name="Frozen")
    expect(frozen).not_to_be_checked()
    frozen.click()
    expect(frozen).to_be_checked()
    console.get_by_role("button", name="Set the clock…").click()
    console.get_by_label("Instant").fill("2030-02-03T04:05:06Z")
    console.get_by_role("button", name="Set", exact=True).click()
    expect(console.locator("time.face")).to_have_text("2030-02-03 04:05:06 UTC")
    console.get_by_text("Another span").click()
    console.get_by_label("Let pass").fill("P2W")
    console.get_by_role("button", name="Advance", exact=True).click()
    expect(console.locator("time.face")).to_have_text("2030-02-17 04:05:06 UTC")
    assert world.control("GET", "clock")["frozen"] is True


def test_the_clock_follows_other_hands(console: Page, world: BrowserWorld) -> None:
    """Time that a test lets pass is seen on the page at once."""
    world.control("POST", "clock/advance", {"by": "P31D"})
    expect(console.locator("#clock")).to_contain_text("31 d ahead")


# Faults -----------------------------------------------------------------------------------------------------------------


def test_presets_are_switches(console: Page, world: BrowserWorld) -> None:
    """A switch puts a preset in force, and out of it."""
    down = console.get_by_role("switch", name="backend-down")
    down.click()
    expect(down).to_be_checked()
    assert world.ask("GET", "/devices") == 503
    down.click()
    expect(down).not_to_be_checked()
    assert world.ask("GET", "/devices") == 200


def test_a_single_fault_is_made_by_the_form(console: Page, world: BrowserWorld) -> None:
    """The form's defaults let one operation fail once; the rule tells how often it did, and can be removed."""
    console.get_by_label("Operation").select_option("trustDevice")
    console.get_by_role("button", name="Add fault").click()
    rules = console.get_by_role("list", name="Rules in force")
    expect(rules).to_contain_text("trustDevice: status 500 (once)")
    assert [world.ask("POST", "/devices/trust", TRUST) for _ in range(2)] == [500, 200]
    expect(rules).to_contain_text("1 of")
    rules.get_by_role("button", name="Remove").click()
    expect(rules).to_be_hidden()


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("Delay the answer", {"delay": {"fixed": 2000}, "times": 1}),
        ("Slow body", {"slow": 100, "times": 1}),
        ("Truncated body", {"body": "truncated", "times": 1}),
        ("Malformed body", {"body": "malformed", "times": 1}),
        ("Empty body", {"body": "empty", "times": 1}),
        ("Reset the connection", {"reset": True, "times": 1}),
        ("Limit the rate", {"limit": {"calls": 5, "seconds": 60}}),
    ],
)
def test_every_kind_of_fault_can_be_made(console: Page, world: BrowserWorld, kind: str, rule: dict[str, Any]) -> None:
    """Each choice of the form becomes the rule of that kind."""
    console.get_by_label("What").select_option(kind)
    console.get_by_role("button", name="Add fault").click()
    expect(console.get_by_role("list", name="Rules in force").get_by_role("listitem")).to_have_count(1)
    assert world.control("GET", "faults")["rules"][0]["rule"] == rule


# Coverage ---------------------------------------------------------------------------------------------------------------


def test_coverage_counts_what_was_met(console: Page, world: BrowserWorld) -> None:
    """The matrix marks each answer met, with its count, and names those never met."""
    line = console.locator("#coverage tr", has_text="trustDevice")
    expect(line).to_contain_text("never")
    world.ask("POST", "/devices/trust", TRUST)
    world.ask("POST", "/devices/trust", TRUST)
    expect(line.locator(".met").first).to_have_text("✓ 2")
    expect(console.locator("#coverage")).to_contain_text(re.compile(r"1 of \d+ declared answers met"))


def test_coverage_of_all_worlds_together(console: Page, world: BrowserWorld) -> None:
    """What another world has met counts when all worlds are looked at."""
    BrowserWorld(world.mock, f"{world.name}.other").ask("POST", "/sessions/revoke-all")
    line = console.locator("#coverage tr", has_text="revokeAllSessions")
    expect(line.locator(".cell.met")).to_have_count(0)
    console.get_by_label("All worlds together").check()
    expect(line.locator(".cell.met")).to_have_count(1)


# Safety -----------------------------------------------------------------------------------------------------------------


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
    console.get_by_role("button", name="Advance by 1 hour").click()
    expect(outcome(console)).to_contain_text("The mock cannot be reached")
