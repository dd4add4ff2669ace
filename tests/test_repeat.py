"""The lines that repeat a request really run when they are pasted, and are answered as the request was."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mockserver.testing.client import MockServer, MockWorld
from tests.support import PATIENCE, LiveMock

WORLD = "repeated"
JSON = {"Content-Type": "application/json"}
QUOTES = b'{"fingerprint": "it\'s $HOME \\"x\\" \xc3\xa9"}'


@dataclass(frozen=True)
class Sent:
    """A request as a client sends it."""

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
    "a body that is no JSON": (Sent("POST", "/devices/trust", headers=JSON, body=b'{"fingerprint": '), 400),
    "a body of another type": (
        Sent("POST", "/devices/trust", headers={"Content-Type": "text/plain"}, body=b'{"fingerprint":"fp-alice-ipad"}'),
        415,
    ),
    "nobody": (Sent("GET", "/devices", None, {"Mock-World": WORLD}), 401),
    "a token that nobody has": (Sent("GET", "/devices", f"s3cret~{WORLD}"), 401),
    "a preference": (Sent("GET", "/devices", headers={"Prefer": "code=500"}), 500),
    "signs of the shell in the query": (Sent("GET", "/devices?a[0]={x}&b='$(id)'&token=s3cret"), 200),
    "a path with spaces": (Sent("GET", "/devices/no%20one%3F"), 404),
}  # fmt: skip


@pytest.fixture
def repeated(live_mock: LiveMock) -> Iterator[LiveMock]:
    """The real mock, whose world of these tests is as the fixtures are."""
    assert live_mock("POST", "/__mock__/worlds", None, json={"name": WORLD}).status == 201
    yield live_mock
    assert live_mock("DELETE", f"/__mock__/worlds/{WORLD}", None).status == 204


def _lines(mock: LiveMock, sent: Sent, status: int) -> dict[str, str]:
    """The lines by which the mock says that the request is repeated."""
    answer = mock(sent.method, sent.path, sent.token, headers=sent.headers, body=sent.body)
    assert answer.status == status
    why = answer.headers["mock-why"]
    assert why.startswith(f"/__mock__/worlds/{WORLD}/")
    found: dict[str, str] = mock("GET", f"{why}?as=json", None).json["repeat"]
    assert "s3cret" not in str(found)
    return found


def _entries(mock: LiveMock) -> list[Any]:
    found: list[Any] = mock("GET", f"/__mock__/worlds/{WORLD}/requests", None).json["requests"]
    return found


@pytest.mark.parametrize(("sent", "status"), REQUESTS.values(), ids=REQUESTS)
def test_the_curl_line_runs(repeated: LiveMock, tmp_path: Path, sent: Sent, status: int) -> None:
    """In a POSIX shell: the same answer, in the same world."""
    if not shutil.which("curl"):
        pytest.skip("there is no curl")
    line = _lines(repeated, sent, status)["curl"].replace("curl ", f"curl -sS --noproxy '*' -m {PATIENCE} ", 1)
    ended = subprocess.run(["sh", "-c", line], capture_output=True, timeout=PATIENCE, cwd=tmp_path, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.split()[1] == str(status).encode()
    first, again = _entries(repeated)
    for name in ("method", "path", "body"):
        assert again["request"][name] == first["request"][name]
    assert (again["answer"]["status"], again["user"]) == (status, first["user"])


@pytest.mark.parametrize(("sent", "status"), REQUESTS.values(), ids=REQUESTS)
def test_the_pytest_line_runs(repeated: LiveMock, sent: Sent, status: int) -> None:
    """In a test with a world of its own: its assertion holds."""
    line = _lines(repeated, sent, status)["pytest"]
    server = MockServer(repeated.url, repeated.banner["users"])
    exec(line, {"mock_world": MockWorld(server, WORLD)})
    first, again = _entries(repeated)
    for name in ("method", "path", "body"):
        assert again["request"][name] == first["request"][name]
    assert again["answer"]["status"] == status
