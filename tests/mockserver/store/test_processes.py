"""Processes over one store: workers, restarts, kills."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import TIMEOUT, LiveMock, run_mock

Start = Callable[..., LiveMock]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts mocks, which end with the test."""
    mocks: list[LiveMock] = []

    def started(*arguments: str) -> LiveMock:
        mocks.append(LiveMock(*arguments, "--store-timeout", "30s").wait_until_started())
        return mocks[-1]

    yield started
    for mock in mocks:
        mock.kill()


def _ids(mock: LiveMock) -> set[str]:
    return {device["id"] for device in mock("GET", "/devices").json["devices"]}


def test_an_acknowledged_write_outlives_a_kill(store: str, start: Start) -> None:
    """A mock that SIGKILL ends in the middle of its writes has kept those that it answered; each number once."""
    mock, answered = start("--store", store), list[str]()

    def work(place: int) -> None:
        try:
            for turn in range(1000):
                world = f"w{place}-{turn}"
                if mock("DELETE", "/devices/dev-01", f"alice-token~{world}").status == 200:
                    answered.append(world)
        except OSError:
            pass

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + TIMEOUT
    while len(answered) < 40 and time.monotonic() < until:
        threads[0].join(0.01)
    os.killpg(mock.process.pid, signal.SIGKILL)
    for thread in threads:
        thread.join(TIMEOUT)
    assert len(answered) >= 40
    again = start("--store", store)
    lost = [world for world in answered if again("GET", "/devices/dev-01", f"alice-token~{world}").status != 404]
    assert not lost


def test_workers_are_one_mock(store: str, start: Start) -> None:
    """Two processes answer on one port with the same worlds; one that dies is named and replaced; all end together."""
    mock = start("--store", store, "--workers", "2")
    mock("DELETE", "/devices/dev-01")
    seen = [_ids(mock) for _ in range(20)]
    assert all("dev-01" not in ids for ids in seen)
    numbers = [entry["number"] for entry in mock("GET", "/__mock__/requests", None).json["requests"]]
    assert numbers == list(range(1, 22))
    children = _children(mock.process.pid)
    assert len(children) == 2
    os.kill(children[0], signal.SIGKILL)
    assert "a worker was ended by signal 9; another one takes its place" in _line(mock, "a worker")
    assert "dev-01" not in _ids(mock)
    assert mock.interrupt() == 0
    assert not [pid for pid in children if _is_alive(pid)]


def test_workers_end_with_their_parent(store: str, start: Start) -> None:
    """Nobody stays on the port when the process that was started is killed."""
    mock = start("--store", store, "--workers", "2")
    children = _children(mock.process.pid)
    os.kill(mock.process.pid, signal.SIGKILL)
    until = time.monotonic() + TIMEOUT
    while any(map(_is_alive, children)) and time.monotonic() < until:
        threading.Event().wait(0.02)
    assert not any(map(_is_alive, children))


def _children(pid: int) -> list[int]:
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
        if len(found) == 2:
            return [int(one) for one in found]
    raise AssertionError(found)


def _is_alive(pid: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False


def _line(mock: LiveMock, words: str) -> Any:
    return next(line for line in iter(mock.next_line, None) if words in line)


def test_workers_in_memory_are_refused() -> None:
    """With the reason, and what to add."""
    result = run_mock("mock", "--workers", "2")
    assert result.returncode == 2
    assert "several processes would each have worlds of their own in memory" in result.stderr


def test_any_worker_shows_what_all_did(store: str, start: Start) -> None:
    """The metrics count each request once, also those of a worker that has been killed."""
    mock = start("--store", store, "--workers", "2")
    for _ in range(20):
        mock("GET", "/devices")
    os.kill(_children(mock.process.pid)[0], signal.SIGKILL)
    _line(mock, "a worker")
    for _ in range(5):
        metrics = mock("GET", "/__mock__/metrics", None).body.decode()
        assert 'mockserver_requests_total{operation="listDevices",status="200"} 20.0' in metrics.splitlines()
