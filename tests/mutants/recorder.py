"""A pytest plugin of the baseline: measures which lines each test runs, and how many seconds each passed one takes.

Seconds are those of the processor, of child processes too: a busy machine makes no test look slow. Which lines run in
other processes isn't measured; the tests that reach one, by starting it or by a socket, are noted.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

_DATA = Path(os.environ["MUTANTS_BASELINE"])
_WORKER = os.environ.get("PYTEST_XDIST_WORKER")
_coverage = coverage.Coverage(
    data_file=str(_DATA / f"{_WORKER}.coverage"), config_file=False, source=["mockserver", "contract_tests"]
)
_coverage.set_option("run:relative_files", True)
_seconds: dict[str, float] = {}
_failed: set[str] = set()
_outside: set[str] = set()
_running: list[str] = []


def _note(event: str, _: object) -> None:
    if _running and event in ("socket.connect", "subprocess.Popen"):
        _outside.add(_running[-1])


if _WORKER:
    sys.addaudithook(_note)
    _coverage.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Count what runs from now on, the fixtures of the test too, as run by this test."""
    _coverage.switch_context(item.nodeid)
    _running.append(item.nodeid)
    before = _processor_time()
    try:
        return (yield)
    finally:
        _seconds[item.nodeid] = _processor_time() - before
        _running.pop()
        _coverage.switch_context("")


def _processor_time() -> float:
    return sum(os.times()[:4])


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember which tests failed."""
    if report.failed:
        _failed.add(report.nodeid)


def pytest_unconfigure() -> None:
    """Write all down, in each process that ran tests."""
    if _WORKER:
        _coverage.stop()
        _coverage.save()
        passed = {test: seconds for test, seconds in _seconds.items() if test not in _failed}
        (_DATA / f"{_WORKER}.json").write_text(json.dumps(passed), encoding="utf-8")
        (_DATA / f"{_WORKER}.outside").write_text("\n".join(sorted(_outside)), encoding="utf-8")
