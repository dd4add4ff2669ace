"""The pytest plugin: a mock for the session, a world for each test, and the requests beside a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT, TIMEOUT

PASSING = """
def test_trust_ends(mock_world):
    trust = {"fingerprint": "fp-alice-ipad"}
    answer = mock_world.request("POST", "/devices/trust", user="alice", json=trust)
    assert answer.status == 200 and answer.json["success"]
    mock_world.advance("P31D")
    assert not mock_world.request("GET", "/devices/dev-03", user="alice").json["device"]["isTrusted"]
    mock_world.fail("trustDevice", 500)
    statuses = [mock_world.request("POST", "/devices/trust", user="alice", json=trust).status for _ in range(2)]
    assert statuses == [500, 200]
    mock_world.verify({"operation": "trustDevice", "status": 200, "count": {"min": 2}}, {"operation": "getDevice"})
    assert [entry["answer"]["status"] for entry in mock_world.requests(operation="trustDevice")] == [200, 500, 200]
    mock_world.rewind(1)
    assert not mock_world.state()["devices"][2]["isTrusted"]
    assert "trustDevice" in mock_world.why()

def test_worlds_are_apart(mock_world):
    assert mock_world.requests() == []
    import http.client, urllib.parse
    address = urllib.parse.urlsplit(mock_world.url)
    client = http.client.HTTPConnection(address.hostname, address.port)
    client.request("DELETE", "/devices/dev-01", headers=mock_world.headers("alice"))
    assert client.getresponse().status == 200
    client.close()
    assert mock_world.token("bob") == "bob-token~" + mock_world.name
    assert len(mock_world.state()["devices"]) == 9
    state = mock_world.state()
    mock_world.reset()
    assert len(mock_world.state()["devices"]) == 10
    mock_world.set_state(state)
    mock_world.faults("backend-down")
    mock_world.fail(status=None, times=None, delay={"fixed": 1})
    assert mock_world.request("GET", "/devices", user="alice").status == 503
    assert mock_world.set_clock("2031-01-01T00:00:00Z", frozen=True) == "2031-01-01T00:00:00.000Z"

def test_the_session_has_one_mock(mock_server, mock_world):
    worlds = mock_server.control("GET", "/worlds")["worlds"]
    assert [world["name"] for world in worlds if world["name"] != "main"] == [mock_world.name]
"""
FAILING = """
import pytest

def test_calls(mock_world):
    mock_world.request("GET", "/devices", user="alice")
    mock_world.verify({"operation": "trustDevice"})

def test_nobody(mock_world):
    mock_world.token("dave")
"""


def _pytest(folder: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_app.py").write_text(text, encoding="utf-8")
    plugin = ["-p", "mockserver.testing.pytest", "-p", "no:cacheprovider", "-W", "error", *arguments]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--rootdir", str(folder), *plugin, str(folder / "test_app.py")],
        capture_output=True,
        text=True,
        timeout=TIMEOUT * 2,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )


def test_a_project_s_tests_have_worlds_of_their_own(tmp_path: Path) -> None:
    """Time, faults, journal, state, each for one test; afterwards nothing of it is left."""
    ended = _pytest(tmp_path, PASSING)
    assert "3 passed" in ended.stdout, ended.stdout


def test_a_failure_shows_what_was_asked(tmp_path: Path) -> None:
    """The diff, the requests of the world, and who the users are."""
    ended = _pytest(tmp_path, FAILING)
    assert "2 failed" in ended.stdout
    for expected in (
        "+listDevices GET /devices by alice -> 200",
        "requests in world test-calls-",
        "1 GET /devices 200",
    ):
        assert expected in ended.stdout
    assert "the mock has no user 'dave'; its users: alice, bob, carol" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "expected"), [("--auth nobody", "did not start"), ("nowhere.yaml", "nowhere.yaml")]
)
def test_a_mock_that_does_not_start_says_why(tmp_path: Path, arguments: str, expected: str) -> None:
    """In one line, from the mock itself."""
    ended = _pytest(tmp_path, FAILING, "-o", f"mock_arguments={arguments}")
    assert expected in ended.stdout
    assert "Traceback" not in ended.stdout
