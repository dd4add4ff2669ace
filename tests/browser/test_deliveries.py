"""The console sends webhooks by hand, and shows what became of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import PageMonitor
from tests.browser.play import TIMEOUT, expect
from tests.mockserver.outbound.conftest import API, BEHAVIOURS, FIXTURES
from tests.support import LiveMock

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.thorough
def test_a_webhook_is_sent_by_hand(browser: Browser, monitor: PageMonitor, tmp_path: Path) -> None:
    """Nobody listens, so it waits for its next attempt until it is dropped."""
    for name, value in {"openapi": API, "behaviours": BEHAVIOURS, "fixtures": FIXTURES}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    flags = ("--behaviours", "behaviours.json", "--fixtures", "fixtures.json")
    mock = LiveMock("openapi.json", *flags, folder=tmp_path).wait_until_started()
    page = browser.new_page()
    try:
        with monitor.monitoring(page):
            page.goto(f"{mock.url}/__mock__/#deliveries")
            section = page.locator("#deliveries")
            section.get_by_role("combobox").fill("deviceTrusted")
            section.get_by_role("option").first.click()
            section.get_by_label("URL of the receiver").fill("http://127.0.0.1:9/hook")
            section.get_by_role("button", name="Send", exact=True).click()
            row = section.get_by_role("row").filter(has_text="webhooks/deviceTrusted")
            expect(row).to_contain_text("nobody listens there; attempt 2 of 4 follows after 10 s")
            row.get_by_role("button", name="Drop").click()
            section.get_by_text("dropped").wait_for(timeout=TIMEOUT)
            section.get_by_role("switch", name="Pause").click()
            section.locator("[role=switch][aria-checked=true]").wait_for(timeout=TIMEOUT)
    finally:
        page.close()
        mock.interrupt()
