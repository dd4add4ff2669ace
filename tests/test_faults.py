"""Every kind of fault over a real socket, with `curl` and Python's `http.client` as clients."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import time
from typing import Any

import pytest

from tests.support import SPANS, TIMEOUT, LiveMock


@pytest.fixture
def faulty(live_mock: LiveMock) -> LiveMock:
    """The mock process; the reset before the next test removes its faults."""
    return live_mock


def _set(mock: LiveMock, **rule: Any) -> None:
    assert mock("PUT", "/__mock__/worlds/main/faults", None, json={"rules": [rule]}).status == 200


def _curl(mock: LiveMock, path: str = "/devices") -> subprocess.CompletedProcess[str]:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    format_ = "\n%{http_code} %{time_total}"
    auth = "Authorization: Bearer alice-token"
    command = ["curl", "-sS", "--noproxy", "*", "-m", str(TIMEOUT), "-H", auth, "-w", format_, mock.url + path]
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)


def _curl_result(completed: subprocess.CompletedProcess[str]) -> tuple[str, int, float]:
    """Body, status and duration in seconds."""
    body, _, written = completed.stdout.rpartition("\n")
    status, total = written.split()
    return body, int(status), float(total)


def _assert_running(mock: LiveMock) -> None:
    """Assert that the mock still responds after a reset."""
    mock.reset()
    assert mock("GET", "/devices").status == 200


@pytest.mark.parametrize(("status", "text"), [(500, "Failed to retrieve devices"), (418, "a fault of the mock")])
def test_a_status(faulty: LiveMock, status: int, text: str) -> None:
    """A documented status has its example as the body, another status has a problem."""
    _set(faulty, status=status)
    response = faulty("GET", "/devices")
    assert (response.status, text in response.body.decode()) == (status, True)
    body, curl_status, _ = _curl_result(_curl(faulty))
    assert (curl_status, text in body) == (status, True)
    _assert_running(faulty)


def test_a_delay(faulty: LiveMock) -> None:
    """No byte of the response is sent before the delay is over."""
    _set(faulty, delay={"fixed": 300})
    started = time.monotonic()
    assert faulty("GET", "/devices").status == 200
    assert time.monotonic() - started >= 0.3
    assert _curl_result(_curl(faulty))[2] >= 0.3
    _assert_running(faulty)


def test_a_slow_body(faulty: LiveMock) -> None:
    """It is sent at the given rate and completely."""
    whole = faulty("GET", "/devices").body
    assert any(_takes(faulty, whole, seconds) < 6 * seconds for seconds in (1 / 3, *SPANS))
    _set(faulty, slow=len(whole) * 3)
    completed = _curl(faulty)
    assert (completed.returncode, _curl_result(completed)[0]) == (0, whole.decode())
    assert _curl_result(completed)[2] >= 0.3
    _assert_running(faulty)


def _takes(mock: LiveMock, whole: bytes, seconds: float) -> float:
    """The seconds that a body takes at a rate at which so many would be right; on a busy machine more."""
    _set(mock, slow=int(len(whole) / seconds))
    started = time.monotonic()
    assert mock("GET", "/devices").body == whole
    took = time.monotonic() - started
    assert took >= 0.9 * seconds
    return took


def test_the_headers_of_a_slow_body_are_sent_immediately(faulty: LiveMock) -> None:
    """They are there while the body isn't."""
    whole = faulty("GET", "/devices").body
    _set(faulty, slow=len(whole) // SPANS[-1])
    connection = faulty.connection()
    connection.request("GET", "/devices", headers={"Authorization": "Bearer alice-token"})
    response = connection.getresponse()
    assert (response.status, len(response.read1(len(whole))) < len(whole)) == (200, True)
    connection.close()
    _assert_running(faulty)


def test_a_truncated_body(faulty: LiveMock) -> None:
    """The connection is closed before the whole Content-Length is sent."""
    _set(faulty, body="truncated")
    with pytest.raises(http.client.IncompleteRead) as caught:
        faulty("GET", "/devices")
    assert len(caught.value.partial) > 100
    completed = _curl(faulty)
    assert (completed.returncode, "transfer closed with" in completed.stderr) == (18, True)
    _assert_running(faulty)


def test_a_malformed_body(faulty: LiveMock) -> None:
    """The response is complete, but its JSON is cut off."""
    _set(faulty, body="malformed")
    response = faulty("GET", "/devices")
    assert (response.status, len(response.body)) == (200, int(response.headers["content-length"]))
    with pytest.raises(ValueError, match=r"."):
        response.json  # noqa: B018 - reading it is the test
    assert _curl(faulty).returncode == 0
    _assert_running(faulty)


def test_an_empty_response(faulty: LiveMock) -> None:
    """The status is 200 and the body is empty."""
    _set(faulty, body="empty")
    response = faulty("GET", "/devices")
    assert (response.status, response.body, response.headers["content-length"]) == (200, b"", "0")
    assert _curl_result(_curl(faulty))[:2] == ("", 200)
    _assert_running(faulty)


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_connection_that_is_closed(faulty: LiveMock, method: str) -> None:
    """The connection is closed without a response; the mock and its other connections continue."""
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
    _assert_running(faulty)


def test_a_rate_limit(faulty: LiveMock) -> None:
    """A rate limit returns 429 with Retry-After."""
    _set(faulty, limit={"calls": 1, "seconds": 60})
    responses = [faulty("GET", "/devices") for _ in range(2)]
    assert [response.status for response in responses] == [200, 429]
    assert 0 < int(responses[1].headers["retry-after"]) <= 60
    assert _curl_result(_curl(faulty))[1] == 429
    _assert_running(faulty)


def test_a_fault_for_one_request(faulty: LiveMock) -> None:
    """`Prefer` and `Mock-Delay` affect only the request that has them."""
    started = time.monotonic()
    response = faulty("GET", "/devices", headers={"prefer": "code=500", "mock-delay": "200ms"})
    assert (response.status, time.monotonic() - started >= 0.2) == (500, True)
    assert faulty("GET", "/devices").status == 200
