"""`--record` and `mockserver record`, by the commands of the page "Record a demo"."""

from __future__ import annotations

import json
import re
import shlex
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli.commands import main
from tests.support import ROOT, TIMEOUT, LiveMock

PAGE = (ROOT / "docs/recording.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (.*)$", PAGE, re.MULTILINE)


def get(mock: LiveMock, token: str, path: str = "/devices") -> Any:
    """What a mock answers to a user."""
    request = urllib.request.Request(f"{mock.url}{path}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        return json.load(answer)


def test_a_demo_is_recorded_and_played(
    live_mock: LiveMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The three commands of the page: before a backend, over its recording, and without it."""
    monkeypatch.chdir(tmp_path)
    proxy, record, play = (shlex.split(command)[1:] for command in COMMANDS)
    assert proxy[:2] == ["proxy", "http://localhost:8000"]
    recorder = LiveMock(*proxy[2:], run=("proxy", live_mock.url), folder=tmp_path).wait_until_started()
    try:
        seen = get(recorder, "alice-token")
    finally:
        assert recorder.interrupt() == 0
    said = json.loads(recorder.lines[-1])
    assert (said["event"], said["requests"], said["lost"]) == ("recorded", 1, 0)
    assert main(record) == 0
    assert "1 of 1 requests" in capsys.readouterr().out
    player = LiveMock(*play[1:], folder=tmp_path).wait_until_started()
    try:
        [token] = player.banner["users"].values()
        played = get(player, token)
    finally:
        player.interrupt()
    assert [one["id"] for one in played["devices"]] == [one["id"] for one in seen["devices"]]
    assert "alice-token" not in (tmp_path / "demo/traffic.har").read_text()


def test_wrong_uses_are_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A folder is needed, it must hold a recording, and it must be one that can be written."""
    assert main(["record"]) == 2
    assert main(["record", str(tmp_path)]) == 2
    (tmp_path / "file").touch()
    assert main(["mock", "--record", str(tmp_path / "file"), "--port", "0"]) == 3
    lines = capsys.readouterr().err.splitlines()
    assert [line.count("mockserver:") for line in lines] == [1] * 3, lines
