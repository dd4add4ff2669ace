"""A pytest plugin: `mock_server` runs the mock for the session, `mock_world` is a world of its own for each test.

    def test_trust_ends(mock_world):
        mock_world.request("POST", "/things", user="alice", json={"name": "x"})
        mock_world.advance("P31D")

Settings, in pytest.ini or pyproject.toml: `mock_arguments`, the arguments of `mockserver mock` (`api.yaml --auth any`);
on the command line: `--mock-url`, a mock that is running already.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

import pytest

PATIENCE = 30.0
"""Seconds that the mock may take to start or to answer."""
_NOTHING: Any = object()


@dataclass(frozen=True, slots=True)
class MockAnswer:
    """An answer of the mock; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def why(self) -> str:
        """The path of the explanation of this answer."""
        return self.headers["mock-why"]


class MockRefused(AssertionError):
    """The mock refused a control call, or a verification failed; the text says why."""


@dataclass(frozen=True, slots=True)
class MockServer:
    """A running mock: its address, and the tokens of its users."""

    url: str
    users: Mapping[str, str]

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> MockAnswer:
        """One request over a connection of its own; the path goes out as written."""
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, dict(headers or {}))
            heard = connection.getresponse()
            names = {name.lower(): value for name, value in heard.getheaders()}
            return MockAnswer(heard.status, names, heard.read())
        finally:
            connection.close()

    def control(self, method: str, path: str, value: Any = _NOTHING) -> Any:
        """One call of the control surface, given below `/__mock__`; what it answers, decoded."""
        body = None if value is _NOTHING else json.dumps(value).encode()
        headers = {} if body is None else {"content-type": "application/json"}
        answer = self.send(method, f"/__mock__{path}", headers=headers, body=body)
        if answer.status >= 400:
            raise MockRefused(f"{method} /__mock__{path}: {answer.status} {answer.json.get('detail', '')}")
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.json if is_json else answer.body.decode()


class MockWorld:
    """A world of the mock: records, clock, faults and journal of its own."""

    def __init__(self, server: MockServer, name: str) -> None:
        self.server, self.name = server, name

    @property
    def url(self) -> str:
        """The address of the mock; the world is chosen by `token()` or `headers()`."""
        return self.server.url

    def token(self, user: str | None = None) -> str:
        """The bearer token of a user (the first one unless said) in this world."""
        users = self.server.users
        if user is not None and user not in users:
            raise MockRefused(f"the mock has no user {user!r}; its users: {', '.join(users) or 'none'}")
        return f"{users[user] if user is not None else next(iter(users.values()), 'any')}~{self.name}"

    def headers(self, user: str | None = None, **more: str) -> dict[str, str]:
        """The headers that put a request of a user into this world."""
        return {"Authorization": f"Bearer {self.token(user)}", "Mock-World": self.name, **more}

    def request(
        self,
        method: str,
        path: str,
        *,
        user: str | None = None,
        json: Any = _NOTHING,
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> MockAnswer:
        """One request in this world; without `user` and `Authorization` nobody is signed in."""
        sent = {"Mock-World": self.name} if user is None else self.headers(user)
        if json is not _NOTHING:
            sent["Content-Type"], body = "application/json", _encoded(json)
        raw = body.encode() if isinstance(body, str) else body
        return self.server.send(method, path, headers={**sent, **(headers or {})}, body=raw)

    def advance(self, by: str) -> str:
        """Let time pass by an ISO 8601 duration such as `P31D`; the new time is returned."""
        return str(self._control("POST", "/clock/advance", {"by": by})["now"])

    def set_clock(self, now: str | None = None, *, frozen: bool | None = None) -> str:
        """Set the clock to an instant, stop it or let it run; the new time is returned."""
        said = {"now": now, "frozen": frozen}
        return str(self._control("PUT", "/clock", {k: v for k, v in said.items() if v is not None})["now"])

    def fail(
        self, operation: str | None = None, status: int | None = 500, *, times: int | None = 1, **rule: Any
    ) -> None:
        """Let an operation (every one unless said) answer a status, once unless said.

        Other faults are named as rules name them: `delay={"fixed": 2000}`, `body="truncated"`, `reset=True`,
        `limit={"calls": 5, "seconds": 60}`, `nth=2`, `probability=0.5`; then say `status=None`.
        """
        said = {"operation": operation, "status": status, "times": times, **rule}
        self._control("POST", "/faults", {name: value for name, value in said.items() if value is not None})

    def faults(self, *presets: str) -> None:
        """Have these presets on, and no other fault; none ends all faults."""
        self._control("PUT", "/faults", {"presets": list(presets)})

    def requests(self, **filters: Any) -> list[dict[str, Any]]:
        """The journal of this world: entries by `operation`, `status`, `user`, `verdict`, `since`."""
        query = f"?{urlencode(filters)}" if filters else ""
        found: list[dict[str, Any]] = self._control("GET", f"/requests{query}")["requests"]
        return found

    def why(self, number: int | str = "last") -> str:
        """The explanation of a request, for people."""
        return str(self._control("GET", f"/requests/{number}/why"))

    def verify(self, *calls: Mapping[str, Any], order: str = "any", only: bool = False) -> None:
        """Fail with a diff unless these calls came, e.g. `{"operation": "trustDevice", "status": 200}`."""
        __tracebackhide__ = True
        found = self._control("POST", "/verify", {"calls": list(calls), "order": order, "only": only})
        if not found["verified"]:
            raise MockRefused("\n".join([*found["problems"], found["diff"]]))

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """The records of this world by collection."""
        found: dict[str, list[dict[str, Any]]] = self._control("GET", "/state")
        return found

    def set_state(self, records: Mapping[str, Any]) -> None:
        """Replace the records of this world."""
        self._control("PUT", "/state", records)

    def rewind(self, before: int | str = "last") -> None:
        """Put this world back to what it was before a request."""
        self._control("POST", "/rewind", {"before": before})

    def reset(self) -> None:
        """Put this world back to the fixtures."""
        self._control("POST", "/reset")

    def _control(self, method: str, path: str, value: Any = _NOTHING) -> Any:
        return self.server.control(method, f"/worlds/{quote(self.name)}{path}", value)


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the plugin's settings."""
    parser.addini("mock_arguments", "arguments of `mockserver mock`", type="args", default=[])
    parser.getgroup("mockserver").addoption("--mock-url", help="use the mock that runs at this address")


@pytest.fixture(scope="session")
def mock_server(pytestconfig: pytest.Config) -> Iterator[MockServer]:
    """A mock for the whole session: a process of its own on a free port, or the one of `--mock-url`."""
    url = pytestconfig.getoption("--mock-url")
    if url:
        server = MockServer(url.rstrip("/"), {})
        about = server.control("GET", "/about")
        yield MockServer(server.url, {user["name"]: user["token"] for user in about["users"]})
        return
    with _started(pytestconfig.getini("mock_arguments")) as server:
        yield server


@contextlib.contextmanager
def _started(arguments: list[str]) -> Iterator[MockServer]:
    """A mock process; a thread reads all that it says, so that it never waits for a reader."""
    command = [sys.executable, "-m", "mockserver", "mock", "--port", "0", "--log-format", "json", *arguments]
    with subprocess.Popen(  # noqa: S603 - our own command, with the arguments of the project's own settings
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        heard: queue.SimpleQueue[str] = queue.SimpleQueue()
        reader = threading.Thread(target=_drain, args=(process.stdout, heard), daemon=True)
        reader.start()
        try:
            yield _listening(heard.get(timeout=PATIENCE))
        finally:
            process.terminate()
            process.wait(PATIENCE)
            reader.join(PATIENCE)


def _drain(output: Any, heard: queue.SimpleQueue[str]) -> None:
    """Hand on the first line, and read the others."""
    heard.put(output.readline())
    for _ in output:
        pass


def _listening(first: str) -> MockServer:
    if not first.startswith("{"):
        pytest.fail(f"the mock did not start: {first.strip()}", pytrace=False)
    told = json.loads(first)
    return MockServer(told["url"], told["users"])


@pytest.fixture
def mock_world(mock_server: MockServer, request: pytest.FixtureRequest) -> Iterator[MockWorld]:
    """A world for this test alone, forked from the fixtures; it is removed after the test."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", request.node.name).strip("-")[:60] or "test"
    world = MockWorld(mock_server, f"{words}-{uuid4().hex[:8]}")
    mock_server.control("POST", "/worlds", {"name": world.name})
    yield world
    mock_server.control("DELETE", f"/worlds/{world.name}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Show the requests of the world beside a failure."""
    report = yield
    world = getattr(item, "funcargs", {}).get("mock_world")
    if isinstance(world, MockWorld) and call.when == "call" and report.failed:
        with contextlib.suppress(OSError, MockRefused, http.client.HTTPException):
            report.sections.append((f"requests in world {world.name}", "\n".join(map(_line, world.requests()))))
    return report


def _line(entry: Mapping[str, Any]) -> str:
    request = entry["request"]
    asked = f"{entry['number']} {request['method']} {request['path']}"
    told = f"{asked} {entry['answer']['status']} {entry['operation'] or '-'}"
    return f"{told} - {entry['reason']}" if entry["reason"] else told
