"""Records in the console: edited in place, checked by the mock, saved as a fixture."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.browser.conftest import PageMonitor
from tests.browser.parts import cell, show, world_menu
from tests.browser.play import Page, expect
from tests.browser.world import BrowserWorld
from tests.support import LiveMock

TRUST = {"fingerprint": "fp-alice-ipad"}


@pytest.fixture(autouse=True)
def _in_view(console: Page) -> None:
    show(console, "records")


def test_a_record_is_edited_in_place(console: Page, world: BrowserWorld) -> None:
    """You can edit texts, choices and booleans in a cell; Enter saves."""
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
    record = world.device("dev-03")
    assert (record["deviceName"], record["trustLevel"], record["isTrusted"]) == ("A better name", "LOW", True)


def test_an_edit_that_violates_the_contract_is_rejected(
    console: Page, world: BrowserWorld, monitor: PageMonitor
) -> None:
    """The error is shown in the cell, which stays open; Escape cancels the edit."""
    monitor.allowed_messages = "Failed to load resource"
    cell(console, "dev-03", "lastSeen").dblclick()
    editor = console.get_by_label("lastSeen of dev-03")
    editor.fill("yesterday")
    editor.press("Enter")
    expect(cell(console, "dev-03", "lastSeen").get_by_role("alert")).to_contain_text("lastSeen")
    editor.press("Escape")
    expect(cell(console, "dev-03", "lastSeen")).to_contain_text("3 d ago")


def test_a_rejected_record_can_be_corrected(console: Page, world: BrowserWorld, monitor: PageMonitor) -> None:
    """The dialog shows the error and keeps your text: for invalid JSON, and for a record that violates the contract."""
    monitor.allowed_messages = "Failed to load resource"
    console.get_by_role("button", name="JSON of dev-03").click()
    box, dialog = console.get_by_label("Record as JSON"), console.get_by_role("dialog")
    record = json.loads(box.input_value())
    for text, error in (
        ("{", "JSON"),
        (json.dumps({**record, "isTrusted": "maybe"}), "isTrusted must be true or false"),
    ):
        box.fill(text)
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_role("alert")).to_contain_text(error)
        assert box.input_value() == text
    box.fill(json.dumps({**record, "deviceName": "Corrected"}))
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(cell(console, "dev-03", "deviceName")).to_have_text("Corrected")


def test_deleting_a_field(console: Page, world: BrowserWorld) -> None:
    """The Delete key on a cell removes an optional field from the record."""
    cell(console, "dev-01", "city").click()
    console.keyboard.press("Delete")
    expect(cell(console, "dev-01", "city")).to_have_text("\u2013")
    assert "city" not in world.device("dev-01")


def test_adding_and_deleting_a_record(console: Page, world: BrowserWorld) -> None:
    """You add a record as JSON, and delete it after a confirmation."""
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
    """The table shows the changes of a request without a reload, also in other collections."""
    world.ask("POST", "/devices/trust", TRUST)
    expect(cell(console, "dev-03", "isTrusted")).to_have_text("true")
    console.get_by_role("tab", name="sessions").click()
    expect(cell(console, "ses-01", "loginMethod")).to_have_text("password")
    world.ask("POST", "/sessions/ses-01/revoke")
    expect(cell(console, "ses-01", "loginMethod")).to_have_count(0)


def test_saving_the_state_as_a_fixture_file(console: Page, world: BrowserWorld, tmp_path: Path) -> None:
    """A mock that is started with the saved file has the same users and records."""
    world.ask("POST", "/devices/trust", TRUST)
    with console.expect_download() as download:
        world_menu(console).get_by_role("link", name="Save as fixture").click()
    assert download.value.suggested_filename == f"fixtures-{world.name}.yaml"
    download.value.save_as(tmp_path / "saved.yaml")
    restarted = LiveMock("--fixtures", str(tmp_path / "saved.yaml")).wait_until_started()
    try:
        assert restarted.banner["users"] == world.mock.banner["users"]
        assert json.loads(restarted.state()) == world.control("GET", "state")
    finally:
        restarted.kill()


def test_many_records_are_edited_and_deleted_at_once(console: Page, world: BrowserWorld, monitor: PageMonitor) -> None:
    """The filter decides which; if one record would violate the contract, none is changed."""
    monitor.allowed_messages = "Failed to load resource"
    console.get_by_label("Filter records").fill("Alice's iPhone")
    console.get_by_role("button", name="Edit shown…").click()
    dialog = console.get_by_role("dialog")
    expect(dialog).to_contain_text("Edit 1 record")
    dialog.get_by_label("Field").select_option("isTrusted")
    dialog.get_by_label("Value").fill("maybe")
    dialog.get_by_role("button", name="Save all").click()
    expect(dialog.get_by_role("alert")).to_contain_text("isTrusted must be true or false")
    dialog.get_by_label("Value").fill("false")
    dialog.get_by_role("button", name="Save all").click()
    expect(cell(console, "dev-02", "isTrusted")).to_have_text("false")
    console.get_by_label("Filter records").fill("bob")
    number = sum(device["userId"] == "bob" for device in world.control("GET", "state")["devices"])
    console.get_by_role("button", name="Delete shown…").click()
    expect(dialog).to_contain_text(f"Delete {number} records?")
    dialog.get_by_role("button", name="Delete").click()
    expect(console.get_by_text("No record matches the filter")).to_be_visible()
    assert all(device["userId"] != "bob" for device in world.control("GET", "state")["devices"])


def test_what_differs_from_the_fixtures_is_shown_and_restored(console: Page, world: BrowserWorld) -> None:
    """Changed records are marked and can be shown alone; removed ones are named."""
    before = world.device("dev-03")
    world.ask("POST", "/devices/trust", TRUST)
    world.control("DELETE", "state/devices/dev-09")
    console.get_by_label("Changed only").check()
    expect(console.locator("#records tbody tr")).to_have_count(1)
    console.get_by_role("button", name="Diff of dev-03").click()
    line = console.get_by_role("dialog").get_by_role("row", name=re.compile("isTrusted"))
    expect(line.locator("ins")).to_have_text("true")
    console.get_by_role("button", name="Restore", exact=True).click()
    expect(console.get_by_text("No record matches the filter")).to_be_visible()
    expect(console.locator("#removed")).to_contain_text("Removed since the fixtures: dev-09")
    console.get_by_role("button", name="Restore removed records").click()
    expect(console.locator("#removed")).to_be_empty()
    assert world.device("dev-03") == before
    assert world.control("GET", "changes") == {"changes": []}
