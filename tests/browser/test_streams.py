"""A page that follows a stream of changes sees what another tab does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.play import TIMEOUT
from tests.mockserver.exchange.test_following import BEHAVIOURS, SHAPES, api
from tests.support import LiveMock

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLLOW = """() => {
  window.seen = [];
  const source = new EventSource("/events");
  source.onmessage = (event) => window.seen.push(JSON.parse(event.data));
  return new Promise((resolve) => (source.onopen = resolve));
}"""
CHANGE = """() => fetch("/devices/a", {
  method: "PUT", headers: {"Content-Type": "application/json"}, body: JSON.stringify({name: "trusted"}),
})"""


@pytest.mark.thorough
def test_an_event_source_sees_a_change_in_another_tab(browser: Browser, tmp_path: Path) -> None:
    """With the word that the contract has for it."""
    files = {"openapi": api(SHAPES["envelope"]), "behaviours": BEHAVIOURS, "fixtures": {"devices": [{"id": "a"}]}}
    for name, value in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    flags = ("--behaviours", "behaviours.json", "--fixtures", "fixtures.json")
    mock = LiveMock("openapi.json", *flags, folder=tmp_path).wait_until_started()
    try:
        one, two = browser.new_page(), browser.new_page()
        for page in (one, two):
            page.goto(f"{mock.url}/__mock__/")
        one.evaluate(FOLLOW)
        two.evaluate(CHANGE)
        one.wait_for_function("window.seen.length > 0", timeout=TIMEOUT)
        assert one.evaluate("window.seen") == [
            {"type": "device.updated", "device": {"id": "a", "name": "trusted"}},
        ]
        one.close()
        two.close()
    finally:
        mock.interrupt()
