"""A pytest plugin: `mock_server` runs a mock server for the session, `mock_world` is a new world for each test.

    def test_trust_ends(mock_world):
        mock_world.request("POST", "/things", user="alice", json={"name": "x"})
        mock_world.advance("P31D")

For annotations: `from mockserver.testing.client import MockServer, MockWorld`.

Settings, in pytest.ini or pyproject.toml: `mock_arguments`, the arguments of `mockserver mock` (`api.yaml --auth any`);
on the command line: `--mock-url`, a mock server that is already running, and `--record-traffic DIR`, which records what
the tests send, for `contract-tests traffic DIR`; in the environment: `MOCKSERVER_ADMIN_TOKEN`,
if that server runs on another machine.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from mockserver.errors import Unavailable
from mockserver.testing.client import MockRefused, MockServer, MockWorld
from mockserver.testing.process import connected, started


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the plugin's settings."""
    parser.addini("mock_arguments", "arguments of `mockserver mock`", type="args", default=[])
    group = parser.getgroup("mockserver")
    group.addoption("--mock-url", help="use the mock server at this address")
    group.addoption(
        "--record-traffic", metavar="DIR", help="record what tests send by requests, httpx and Playwright, as HAR files"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Record what the tests send, where that is asked for; each process of pytest-xdist into a file of its own."""
    if folder := config.getoption("--record-traffic", None):
        from mockserver.testing.traffic import Recording

        recording = Recording(Path(folder), f"pytest-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
        recording.start()
        config.add_cleanup(recording.stop)


@pytest.fixture(scope="session")
def mock_server(pytestconfig: pytest.Config) -> Iterator[MockServer]:
    """A mock server for the session: a new process on a free port, or the one at `--mock-url`."""
    url = pytestconfig.getoption("--mock-url")
    try:
        if url:
            yield connected(url, os.environ.get("MOCKSERVER_ADMIN_TOKEN"))
            return
        with started(pytestconfig.getini("mock_arguments")) as server:
            yield server
    except Unavailable as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def mock_world(mock_server: MockServer, request: pytest.FixtureRequest) -> Iterator[MockWorld]:
    """A world for this test alone, created from the fixtures and removed after the test."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", request.node.name).strip("-")[:60] or "test"
    world = MockWorld(mock_server, f"{words}-{uuid4().hex[:8]}")
    mock_server.control("POST", "/worlds", {"name": world.name})
    yield world
    mock_server.control("DELETE", f"/worlds/{world.name}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Show the requests of the world with a failure."""
    report = yield
    world = getattr(item, "funcargs", {}).get("mock_world")
    if isinstance(world, MockWorld) and call.when == "call" and report.failed:
        with contextlib.suppress(OSError, MockRefused, http.client.HTTPException):
            report.sections.append((f"requests in world {world.name}", "\n".join(map(_line, world.requests()))))
    return report


def _line(entry: Mapping[str, Any]) -> str:
    request = entry["request"]
    call = f"{entry['number']} {request['method']} {request['path']}"
    line = f"{call} {entry['answer']['status']} {entry['operation'] or '-'}"
    return f"{line} - {entry['reason']}" if entry["reason"] else line
