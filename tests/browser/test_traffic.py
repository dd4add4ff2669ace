"""Recordings of a real browser: by Playwright, and by the devtools protocol."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contract_tests.traffic.command import main
from tests.browser.devtools import Devtools
from tests.browser.play import Page, expect
from tests.browser.test_example_app import device, open_app
from tests.browser.world import BrowserWorld
from tests.support import ROOT, TIMEOUT, LiveMock

PLACE = re.compile(r"[^\n,]+(?=, [A-Z][a-z]+ ·)")
"""A town, which is made up in a recording."""


def spoil(route: Any) -> None:
    """A backend that forgets a field, and names a kind that the contract doesn't have."""
    answer = route.fetch()
    data = answer.json()
    del data["devices"][0]["createdAt"]
    data["devices"][1]["isTrusted"] = "yes"
    route.fulfill(response=answer, json=data)


def use_the_app(page: Page, examples: str, world: BrowserWorld) -> None:
    """Show the devices, and trust one."""
    open_app(page, examples, world)
    device(page, "Alice's iPad").get_by_role("button", name="Trust").click()
    expect(device(page, "Alice's iPad")).to_contain_text("Trusted until")


def checked(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """What the command says of a file."""
    code = main([str(path), "--undocumented", "fail", "--strict"])
    return code, capsys.readouterr().out


@pytest.mark.parametrize("name", ["app.har", "app.zip"])
def test_what_playwright_records(
    browser: Any, examples: str, world: BrowserWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """A sound app with the mock has no finding; of a spoiled answer, both defects are named, and nothing else."""
    context = browser.new_context(record_har_path=str(tmp_path / name))
    page = context.new_page()
    use_the_app(page, examples, world)
    page.route("**/devices", spoil)
    with page.expect_response("**/devices") as got:
        page.get_by_role("button", name="Reload").click()
    got.value.finished()
    context.close()
    code, out = checked(tmp_path / name, capsys)
    assert (code, out.count("FAILED  ")) == (1, 2), out
    assert "field missing: createdAt" in out
    assert "/devices/1/isTrusted of the 200 body" in out


def test_what_the_devtools_protocol_shows(
    page: Page, examples: str, world: BrowserWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The archive of a sound app has no finding, though half of its entries are no calls of the API."""
    devtools = Devtools(page)
    use_the_app(page, examples, world)
    (tmp_path / "app.har").write_text(json.dumps(devtools.archive()))
    code, out = checked(tmp_path / "app.har", capsys)
    assert (code, "FAILED" in out) == (0, False), out
    assert "parts of pages" in out
    assert "never seen: 6 operations of 9" in out


def test_a_recorded_demo_behaves_the_same(page: Page, examples: str, tmp_path: Path) -> None:
    """The app shows and does over a recording what it did over the recorded server."""
    shown = []
    recorder = LiveMock("--record", str(tmp_path)).wait_until_started()
    try:
        shown.append(demonstrated(page, f"{examples}/devices/?api={recorder.url}&token=alice-token"))
    finally:
        recorder.interrupt()
    subprocess.run([sys.executable, "-m", "mockserver", "record", str(tmp_path)], cwd=ROOT, check=True, timeout=TIMEOUT)
    player = LiveMock("--fixtures", str(tmp_path)).wait_until_started()
    try:
        [token] = player.banner["users"].values()
        shown.append(demonstrated(page, f"{examples}/devices/?api={player.url}&token={token}"))
    finally:
        player.interrupt()
    assert shown[0] == shown[1]


def demonstrated(page: Page, url: str) -> list[str]:
    """What the page shows before a device is trusted, and after it."""
    page.goto(url)
    expect(device(page, "Alice's iPad")).to_contain_text("Not trusted")
    before = page.locator("#devices > li").all_inner_texts()
    device(page, "Alice's iPad").get_by_role("button", name="Trust").click()
    expect(device(page, "Alice's iPad")).to_contain_text("Trusted until")
    return [PLACE.sub("", text) for text in (*before, *page.locator("#devices > li").all_inner_texts())]
