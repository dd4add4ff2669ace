"""A pytest plugin: `mock_server` runs a mock server for the session, `mock_world` is a new world for each test.

    def test_trust_ends(mock_world):
        mock_world.request("POST", "/things", user="alice", json={"name": "x"})
        mock_world.advance("P31D")

For annotations: `from mockserver.testing.client import MockServer, MockWorld`.

Settings, in pytest.ini or pyproject.toml: `mock_arguments`, the arguments of `mockserver mock` (`api.yaml --auth any`);
on the command line: `--mock-url`, a mock server that is already running; in the environment: `MOCKSERVER_ADMIN_TOKEN`,
if that server runs on another machine.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from mockserver.testing.client import TIMEOUT, MockRefused, MockServer, MockWorld


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the plugin's settings."""
    parser.addini("mock_arguments", "arguments of `mockserver mock`", type="args", default=[])
    parser.getgroup("mockserver").addoption("--mock-url", help="use the mock server at this address")


@pytest.fixture(scope="session")
def mock_server(pytestconfig: pytest.Config) -> Iterator[MockServer]:
    """A mock server for the session: a new process on a free port, or the one at `--mock-url`."""
    url = pytestconfig.getoption("--mock-url")
    if url:
        server = MockServer(url.rstrip("/"), {}, os.environ.get("MOCKSERVER_ADMIN_TOKEN"))
        about = server.control("GET", "/about")
        yield replace(server, users={user["name"]: user["token"] for user in about["users"]})
        return
    with _started(pytestconfig.getini("mock_arguments")) as server:
        yield server


@contextlib.contextmanager
def _started(arguments: list[str]) -> Iterator[MockServer]:
    """A mock server process; a thread reads its output, so that it never waits for a reader."""
    command = [sys.executable, "-m", "mockserver", "mock", "--port", "0", "--log-format", "json", *arguments]
    with subprocess.Popen(  # noqa: S603 - our own command, with the arguments of the project's own settings
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        reader = threading.Thread(target=_drain, args=(process.stdout, lines), daemon=True)
        reader.start()
        try:
            yield _listening(lines.get(timeout=TIMEOUT))
        finally:
            process.terminate()
            process.wait(TIMEOUT)
            reader.join(TIMEOUT)


def _drain(output: Any, lines: queue.SimpleQueue[str]) -> None:
    """Pass on the first line, and discard the others."""
    lines.put(output.readline())
    for _ in output:
        pass


def _listening(first: str) -> MockServer:
    if not first.startswith("{"):
        pytest.fail(f"the mock server did not start: {first.strip()}", pytrace=False)
    banner = json.loads(first)
    return MockServer(banner["url"], banner["users"])


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
