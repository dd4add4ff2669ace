"""Records in the console: edited in place, checked by the mock, saved as a fixture."""

from __future__ import annotations

import json
from pathlib import Path

from tests.browser.conftest import Watch
from tests.browser.parts import cell
from tests.browser.play import Page, expect
from tests.browser.world import BrowserWorld
from tests.support import LiveMock

TRUST = {"fingerprint": "fp-alice-ipad"}


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


def test_a_record_that_is_refused_stays_to_be_mended(console: Page, world: BrowserWorld, watch: Watch) -> None:
    """The dialog says why and keeps what was written: broken JSON, and a record that breaks the contract."""
    watch.forgiven = "Failed to load resource"
    console.get_by_role("button", name="Edit dev-03 as JSON").click()
    box, dialog = console.get_by_label("Record as JSON"), console.get_by_role("dialog")
    record = json.loads(box.input_value())
    for text, said in (
        ("{", "JSON"),
        (json.dumps({**record, "isTrusted": "maybe"}), "isTrusted must be true or false"),
    ):
        box.fill(text)
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_role("alert")).to_contain_text(said)
        assert box.input_value() == text
    box.fill(json.dumps({**record, "deviceName": "Mended"}))
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(cell(console, "dev-03", "deviceName")).to_have_text("Mended")


def test_a_field_is_taken_away(console: Page, world: BrowserWorld) -> None:
    """Delete on a cell takes an optional field from the record."""
    cell(console, "dev-01", "city").click()
    console.keyboard.press("Delete")
    expect(cell(console, "dev-01", "city")).to_have_text("\u2013")
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
    """A mock that is started with the file alone has the same users and records."""
    world.ask("POST", "/devices/trust", TRUST)
    with console.expect_download() as started:
        console.get_by_role("link", name="Save as fixture").click()
    assert started.value.suggested_filename == f"fixtures-{world.name}.yaml"
    started.value.save_as(tmp_path / "saved.yaml")
    again = LiveMock("--fixtures", str(tmp_path / "saved.yaml")).wait_until_started()
    try:
        assert again.banner["users"] == world.mock.banner["users"]
        assert json.loads(again.state()) == world.control("GET", "state")
    finally:
        again.kill()
