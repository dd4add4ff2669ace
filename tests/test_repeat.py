"""The curl and pytest snippets that repeat a request work when you paste them, and get the same response."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mockserver.testing.client import MockServer, MockWorld
from tests.support import TIMEOUT, LiveMock

WORLD = "repeated"
JSON = {"Content-Type": "application/json"}
QUOTES = b'{"fingerprint": "it\'s $HOME \\"x\\" \xc3\xa9"}'


@dataclass(frozen=True)
class Sent:
    """A request as the client sends it."""

    method: str
    path: str
    token: str | None = f"alice-token~{WORLD}"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


REQUESTS = {
    "a read": (Sent("GET", "/devices"), 200),
    "by a header": (Sent("GET", "/devices", "bob-token", {"Mock-World": WORLD}), 200),
    "a head": (Sent("HEAD", "/devices"), 200),
    "a body with quotes": (Sent("POST", "/devices/trust", headers=JSON, body=QUOTES), 404),
    "a body that isn't JSON": (Sent("POST", "/devices/trust", headers=JSON, body=b'{"fingerprint": '), 400),
    "a body of another type": (
        Sent("POST", "/devices/trust", headers={"Content-Type": "text/plain"}, body=b'{"fingerprint":"fp-alice-ipad"}'),
        415,
    ),
    "no token": (Sent("GET", "/devices", None, {"Mock-World": WORLD}), 401),
    "an unknown token": (Sent("GET", "/devices", f"s3cret~{WORLD}"), 401),
    "a preference": (Sent("GET", "/devices", headers={"Prefer": "code=500"}), 500),
    "shell characters in the query": (Sent("GET", "/devices?a[0]={x}&b='$(id)'&token=s3cret"), 200),
    "a path with spaces": (Sent("GET", "/devices/no%20one%3F"), 404),
}  # fmt: skip


@pytest.fixture
def repeated(live_mock: LiveMock) -> Iterator[LiveMock]:
    """The mock process, with a new world for each test."""
    assert live_mock("POST", "/__mock__/worlds", None, json={"name": WORLD}).status == 201
    yield live_mock
    assert live_mock("DELETE", f"/__mock__/worlds/{WORLD}", None).status == 204


def _snippets(mock: LiveMock, sent: Sent, status: int) -> dict[str, str]:
    """Send a request, and return the snippets that repeat it."""
    response = mock(sent.method, sent.path, sent.token, headers=sent.headers, body=sent.body)
    assert response.status == status
    why = response.headers["mock-why"]
    assert why.startswith(f"/__mock__/worlds/{WORLD}/")
    snippets: dict[str, str] = mock("GET", f"{why}?as=json", None).json["repeat"]
    assert "s3cret" not in str(snippets)
    return snippets


def _entries(mock: LiveMock) -> list[Any]:
    entries: list[Any] = mock("GET", f"/__mock__/worlds/{WORLD}/requests", None).json["requests"]
    return entries


@pytest.mark.parametrize(("sent", "status"), REQUESTS.values(), ids=REQUESTS)
def test_the_curl_line_runs(repeated: LiveMock, tmp_path: Path, sent: Sent, status: int) -> None:
    """In a POSIX shell, the curl snippet gets the same response in the same world."""
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    line = _snippets(repeated, sent, status)["curl"].replace("curl ", f"curl -sS --noproxy '*' -m {TIMEOUT} ", 1)
    completed = subprocess.run(["sh", "-c", line], capture_output=True, timeout=TIMEOUT, cwd=tmp_path, check=False)
    assert (completed.returncode, completed.stderr) == (0, b"")
    assert completed.stdout.split()[1] == str(status).encode()
    first, again = _entries(repeated)
    for name in ("method", "path", "body"):
        assert again["request"][name] == first["request"][name]
    assert (again["answer"]["status"], again["user"]) == (status, first["user"])


@pytest.mark.parametrize(("sent", "status"), REQUESTS.values(), ids=REQUESTS)
def test_the_pytest_line_runs(repeated: LiveMock, sent: Sent, status: int) -> None:
    """In a test with its own world, the assertion of the pytest snippet succeeds."""
    line = _snippets(repeated, sent, status)["pytest"]
    server = MockServer(repeated.url, repeated.banner["users"])
    exec(line, {"mock_world": MockWorld(server, WORLD)})
    first, again = _entries(repeated)
    for name in ("method", "path", "body"):
        assert again["request"][name] == first["request"][name]
    assert again["answer"]["status"] == status
