"""`--record-traffic`: what tests send by requests and httpx is an archive that `contract-tests traffic` reads."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from contract_tests.traffic.command import main
from mockserver.testing.traffic import Recording
from tests.support import ROOT, TIMEOUT, LiveMock

httpx = pytest.importorskip("httpx2")
requests = pytest.importorskip("requests")
HEADERS = {"Authorization": "Bearer alice-token"}
TEST = """
import requests

def test_devices():
    headers = {{"Authorization": "Bearer alice-token"}}
    assert requests.get("{url}/devices", headers=headers, timeout=10).status_code == 200
"""


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Recording]:
    """Records into the folder of the test."""
    started = Recording(tmp_path, "calls")
    started.start()
    yield started
    started.stop()


def archived(folder: Path) -> list[dict[str, Any]]:
    """The entries of the archive."""
    found: list[dict[str, Any]] = json.loads((folder / "calls.har").read_text())["log"]["entries"]
    return found


def test_each_client_is_recorded_until_the_end(
    recording: Recording, live_mock: LiveMock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Requests with their bodies, and answers; nothing once the recording is stopped."""
    url = f"{live_mock.url}/devices"

    async def asked() -> None:
        async with httpx.AsyncClient() as client:
            await client.get(url, headers=HEADERS)

    requests.get(url, headers=HEADERS, timeout=TIMEOUT)
    requests.post(f"{url}/trust", json={"fingerprint": "fp-alice-ipad"}, headers=HEADERS, timeout=TIMEOUT)
    httpx.post(f"{url}/trust", json={"fingerprint": "fp-alice-ipad"}, headers=HEADERS)
    with ThreadPoolExecutor() as thread:  # a thread that no browser test has an event loop in
        thread.submit(lambda: asyncio.run(asked())).result(timeout=TIMEOUT)
    recording.stop()
    requests.get(url, headers=HEADERS, timeout=TIMEOUT)
    entries = archived(tmp_path)
    methods = [entry["request"]["method"] for entry in entries]
    assert methods == ["GET", "POST", "POST", "GET"]
    assert [json.loads(entry["response"]["content"]["text"])["success"] for entry in entries] == [True] * 4
    assert json.loads(entries[1]["request"]["postData"]["text"]) == {"fingerprint": "fp-alice-ipad"}
    assert main([str(tmp_path), "--undocumented", "fail"]) == 0
    assert "4 of 4 entries" in capsys.readouterr().out


def test_a_stream_is_left_to_who_reads_it(recording: Recording, live_mock: LiveMock, tmp_path: Path) -> None:
    """The body of an answer that is read in pieces isn't recorded, and still there."""
    with requests.get(f"{live_mock.url}/devices", headers=HEADERS, stream=True, timeout=TIMEOUT) as response:
        assert b"".join(response.iter_content(100)).startswith(b"{")
    [entry] = archived(tmp_path)
    assert "text" not in entry["response"]["content"]


def test_the_command_of_the_page_records(live_mock: LiveMock, tmp_path: Path) -> None:
    """`pytest --record-traffic recordings` writes an archive, which replaces that of an earlier run."""
    page = (ROOT / "docs/traffic.md").read_text(encoding="utf-8")
    [command] = re.findall(r"^\$ (pytest .*)$", page, re.MULTILINE)
    (tmp_path / "test_it.py").write_text(TEST.format(url=live_mock.url))
    words = [sys.executable, "-m", *command.split(), "-q", "-p", "no:cacheprovider"]
    archive = tmp_path / "recordings/pytest-main.har"
    archive.parent.mkdir()
    archive.write_text("of an earlier run")
    alone = {name: value for name, value in os.environ.items() if name != "PYTEST_XDIST_WORKER"}
    done = subprocess.run(words, cwd=tmp_path, env=alone, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 0, done.stdout
    assert len(json.loads(archive.read_text())["log"]["entries"]) == 1
