"""Every kind of fault as real clients meet it: `curl` and Python's `http.client`, over a real socket."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import time
from typing import Any

import pytest

from tests.support import PATIENCE, LiveMock

SLOW = 2.0
"""No fault of these tests takes longer."""


@pytest.fixture
def faulty(live_mock: LiveMock) -> LiveMock:
    """The real mock; its faults end with the test, as a reset ends them."""
    return live_mock


def _set(mock: LiveMock, **rule: Any) -> None:
    assert mock("PUT", "/__mock__/worlds/main/faults", None, json={"rules": [rule]}).status == 200


def _curl(mock: LiveMock, path: str = "/devices") -> subprocess.CompletedProcess[str]:
    if not shutil.which("curl"):
        pytest.skip("there is no curl")
    format_ = "\n%{http_code} %{time_starttransfer} %{time_total}"
    auth = "Authorization: Bearer alice-token"
    command = ["curl", "-sS", "--noproxy", "*", "-m", str(PATIENCE), "-H", auth, "-w", format_, mock.url + path]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def _told(ended: subprocess.CompletedProcess[str]) -> tuple[str, int, float]:
    """Body, status, and how long it took."""
    body, _, written = ended.stdout.rpartition("\n")
    status, _, total = written.split()
    return body, int(status), float(total)


def _alive(mock: LiveMock) -> None:
    """The mock goes on after whatever happened."""
    mock.reset()
    assert mock("GET", "/devices").status == 200


@pytest.mark.parametrize(("status", "said"), [(500, "Failed to retrieve devices"), (418, "a fault of the mock")])
def test_a_status(faulty: LiveMock, status: int, said: str) -> None:
    """Documented ones with their example, others with a problem."""
    _set(faulty, status=status)
    answer = faulty("GET", "/devices")
    assert (answer.status, said in answer.body.decode()) == (status, True)
    body, told, _ = _told(_curl(faulty))
    assert (told, said in body) == (status, True)
    _alive(faulty)


def test_a_delay(faulty: LiveMock) -> None:
    """Nothing comes before it is over."""
    _set(faulty, delay={"fixed": 300})
    started = time.monotonic()
    assert faulty("GET", "/devices").status == 200
    assert time.monotonic() - started >= 0.3
    assert _told(_curl(faulty))[2] >= 0.3
    _alive(faulty)


def test_a_slow_body(faulty: LiveMock) -> None:
    """The head comes at once, the body at its rate, and whole."""
    whole = faulty("GET", "/devices").body
    _set(faulty, slow=len(whole) * 3)
    started = time.monotonic()
    assert faulty("GET", "/devices").body == whole
    assert 0.3 <= time.monotonic() - started < SLOW
    ended = _curl(faulty)
    head = float(ended.stdout.split()[-2])
    assert (ended.returncode, _told(ended)[0]) == (0, whole.decode())
    assert _told(ended)[2] - head >= 0.25
    _alive(faulty)


def test_a_truncated_body(faulty: LiveMock) -> None:
    """The connection ends before the length that was announced."""
    _set(faulty, body="truncated")
    with pytest.raises(http.client.IncompleteRead) as caught:
        faulty("GET", "/devices")
    assert len(caught.value.partial) > 100
    ended = _curl(faulty)
    assert (ended.returncode, "transfer closed with" in ended.stderr) == (18, True)
    _alive(faulty)


def test_a_malformed_body(faulty: LiveMock) -> None:
    """A whole answer whose JSON breaks off."""
    _set(faulty, body="malformed")
    answer = faulty("GET", "/devices")
    assert (answer.status, len(answer.body)) == (200, int(answer.headers["content-length"]))
    with pytest.raises(ValueError, match=r"."):
        answer.json  # noqa: B018 - reading it is the test
    assert _curl(faulty).returncode == 0
    _alive(faulty)


def test_an_empty_answer(faulty: LiveMock) -> None:
    """200, and no byte of body."""
    _set(faulty, body="empty")
    answer = faulty("GET", "/devices")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "0")
    assert _told(_curl(faulty))[:2] == ("", 200)
    _alive(faulty)


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_connection_that_is_closed(faulty: LiveMock, method: str) -> None:
    """Not a byte comes; a client says so as of a reset. The mock and its other connections live on."""
    other = faulty.connection()
    other.request("GET", "/devices", headers={"Authorization": "Bearer bob-token~w1"})
    assert other.getresponse().read()
    _set(faulty, reset=True)
    with pytest.raises(ConnectionError):
        faulty(method, "/devices/dev-01")
    assert _curl(faulty).returncode in (52, 56)
    other.request("GET", "/devices", headers={"Authorization": "Bearer bob-token~w1"})
    assert other.getresponse().status == 200
    other.close()
    _alive(faulty)


def test_a_rate_limit(faulty: LiveMock) -> None:
    """429 and when to come again."""
    _set(faulty, limit={"calls": 1, "seconds": 60})
    told = [faulty("GET", "/devices") for _ in range(2)]
    assert [answer.status for answer in told] == [200, 429]
    assert 0 < int(told[1].headers["retry-after"]) <= 60
    assert _told(_curl(faulty))[1] == 429
    _alive(faulty)


def test_one_request_may_ask_for_its_own(faulty: LiveMock) -> None:
    """By `Prefer` and `Mock-Delay`, where nothing else is disturbed."""
    started = time.monotonic()
    answer = faulty("GET", "/devices", headers={"prefer": "code=500", "mock-delay": "200ms"})
    assert (answer.status, time.monotonic() - started >= 0.2) == (500, True)
    assert faulty("GET", "/devices").status == 200
