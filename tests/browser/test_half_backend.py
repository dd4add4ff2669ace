"""The example app, a real backend with half of the contract, and the mock that plays the other half."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import PageMonitor
from tests.browser.play import Page, expect
from tests.browser.test_example_app import FAILED_LOAD, device
from tests.half_backend import running
from tests.support import TIMEOUT, LiveMock


@pytest.fixture(scope="module")
def mock() -> Iterator[LiveMock]:
    """A mock in front of the half backend."""
    with running() as url:
        started = LiveMock("--fallback", "--overlay", run=("proxy", url)).wait_until_started()
        try:
            yield started
        finally:
            started.interrupt()


@pytest.fixture
def app(page: Page, examples: str, mock: LiveMock) -> Page:
    """The app, which is signed in at the backend."""
    page.goto(f"{examples}/devices/?api={mock.url}&token=real-token")
    return page


def test_the_app_works_and_the_defects_are_named(app: Page, mock: LiveMock, monitor: PageMonitor) -> None:
    """Trust, which the backend lacks, is given and taken; its three defects are found, and nothing else."""
    monitor.allowed_messages = FAILED_LOAD
    laptop = device(app, "Work laptop")
    expect(laptop).to_contain_text("Trusted until")
    laptop.get_by_role("button", name="Stop trusting").click()
    expect(laptop).to_contain_text("Not trusted")
    app.reload()
    expect(laptop).to_contain_text("Not trusted")
    phone = device(app, "Phone")
    phone.get_by_role("button", name="Trust").click()
    expect(phone).to_contain_text("Trusted until")
    assert [mock("GET", path, "x").status for path in ("/sessions", "/devices/unknown")] == [200, 404]

    entries = mock.journal()
    found = {
        (one["operation"], item["place"], one["answer"]["status"]) for one in entries for item in one["violations"]
    }
    assert found == {
        ("listDevices", "response.body.devices[1].trustLevel", 200),
        ("getDevice", "response.body.device.lastSeen", 200),
        ("getDevice", "response.body.success", 404),
        ("getDevice", "response.body.error", 404),
    }
    answered = {one["operation"]: one["by"] for one in entries if one["operation"]}
    assert answered == {
        "listDevices": "backend", "getDevice": "backend", "listSessions": "backend",
        "untrustDevice": "mock", "trustDevice": "mock",
    }  # fmt: skip


def test_rules_are_changed_in_the_console(console: Page, mock: LiveMock) -> None:
    """A rule has the mock answer an operation, and a switch turns the fallback off."""
    panel = console.locator("#backend")
    expect(panel).to_contain_text("answers all operations that no rule names")
    panel.get_by_role("combobox", name="Operation").fill("listDev")
    console.keyboard.press("Enter")
    panel.get_by_role("button", name="Add rule").click()
    expect(panel).to_contain_text("listDevices is answered by the mock.")
    assert mock("GET", "/devices", "x").headers["mock-by"].startswith("mock;")
    panel.get_by_role("button", name="Remove: listDevices is answered by the mock.").click()
    expect(panel).not_to_contain_text("listDevices is answered by the mock.")
    assert mock("GET", "/devices", "x").headers["mock-by"].startswith("backend;")
    switch = panel.get_by_role("switch", name="Fallback")
    expect(switch).to_be_checked()
    switch.click()
    expect(switch).not_to_be_checked()
    assert mock("POST", "/devices/trust", "x", json={"fingerprint": "x"}).status == 405
    switch.click()
    expect(switch).to_be_checked()


DATE = re.compile(r"\d+ [A-Z][a-z]+ \d{4}")
"""Instants are recorded relative to now, in minutes: one at midnight may be played as the day before."""


def clicked_through(page: Page, url: str) -> list[str]:
    """What the app says of both devices: at first, when the phone is trusted, when the laptop isn't, and after a
    reload."""
    page.goto(url)
    said = []

    def note(laptop: str, phone: str) -> None:
        for name, text in (("Work laptop", laptop), ("Phone", phone)):
            expect(device(page, name)).to_contain_text(text)
            said.append(DATE.sub("a date", device(page, name).inner_text()))

    note("Trusted until", "Not trusted")
    device(page, "Phone").get_by_role("button", name="Trust").click()
    note("Trusted until", "Trusted until")
    device(page, "Work laptop").get_by_role("button", name="Stop trusting").click()
    note("Not trusted", "Trusted until")
    page.reload()
    note("Not trusted", "Trusted until")
    return said


def test_the_recorded_demo_plays_without_the_backend(
    page: Page, examples: str, monitor: PageMonitor, tmp_path: Path
) -> None:
    """The app says the same in front of the backend, and of the mock alone with what was recorded; a defect of the
    backend in a record is named, and replaced."""
    monitor.allowed_messages = FAILED_LOAD
    demo = str(tmp_path / "demo")
    with running() as url:
        recording = LiveMock("--fallback", "--overlay", "--record", demo, run=("proxy", url)).wait_until_started()
        try:
            live = clicked_through(page, f"{examples}/devices/?api={recording.url}&token=real-token")
        finally:
            assert recording.interrupt() == 0
    command = [sys.executable, "-m", "mockserver", "record", demo]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=True)
    assert 'devices phone: trustLevel must be one of "HIGH", "MEDIUM", "LOW", "UNKNOWN", not "NONE"' in done.stdout
    playing = LiveMock("--fixtures", demo, "--auth", "any").wait_until_started()
    try:
        assert clicked_through(page, f"{examples}/devices/?api={playing.url}&token=real-token") == live
    finally:
        playing.interrupt()
