"""Work that takes too long is ended, wherever it is."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from contract_tests.core.alarm import Alarm, TimeOver, lost_quietly
from tests.support import SPANS, TIMEOUT

SOON = 0.05  # seconds


def work_on(seconds: float = TIMEOUT) -> None:
    """Python code without an end of its own, or with one so far away that a test would fail by then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            sum(range(100))
        except Exception:  # noqa: BLE001 - as the code of others does it
            continue


def test_endless_work_ends() -> None:
    """Also where it handles every ordinary exception."""
    with pytest.raises(TimeOver):
        Alarm(time.monotonic() + SOON).during(work_on)


def test_work_in_silence_is_done_first() -> None:
    """What must not be interrupted ends by itself; then the alarm rings."""
    assert any(is_done_first_in(20 * SOON * longer) for longer in SPANS)


def is_done_first_in(seconds: float) -> bool:
    """Whether silent work that takes longer than an alarm comes to its end; it has to begin in time for that."""
    done: list[bool] = []
    alarm = Alarm(time.monotonic() + seconds)

    def work() -> None:
        with alarm.silent():
            work_on(seconds + 4 * SOON)
            done.append(True)
        work_on()

    with pytest.raises(TimeOver):
        alarm.during(work)
    return bool(done)


def test_nothing_rings_after_the_work() -> None:
    """An alarm that was not needed is forgotten, also one that would ring just then."""
    for seconds in (0.0, 0.0005, 0.001, 0.002, SOON, float("inf")):
        with suppress(TimeOver):
            Alarm(time.monotonic() + seconds).during(lambda: work_on(0.001))
        work_on(5 * SOON)


def test_it_is_lost_quietly(capfd: pytest.CaptureFixture[str]) -> None:
    """Where memory is freed, Python only prints what is raised; other exceptions are printed as ever."""

    class Freed:
        def __init__(self, error: BaseException) -> None:
            self.error = error

        def __del__(self) -> None:
            raise self.error

    before = sys.unraisablehook
    sys.unraisablehook = sys.__unraisablehook__
    try:
        with lost_quietly():
            Freed(TimeOver())
            Freed(ValueError("other"))
    finally:
        sys.unraisablehook = before
    printed = capfd.readouterr().err
    assert "TimeOver" not in printed
    assert "ValueError: other" in printed


UNDER_A_PROFILER = """
import cProfile, sys, time
from contextlib import suppress
from contract_tests.core.alarm import Alarm, TimeOver
profile = cProfile.Profile()
profile.enable()
with suppress(TimeOver):
    Alarm(time.monotonic() + float(sys.argv[1])).during(lambda: sum(range(20_000_000)))
(lambda: print("went on"))()
"""


@pytest.mark.parametrize("seconds", [0.05, 1000])
def test_a_profiled_run_goes_on(seconds: float) -> None:
    """After an alarm that has rung, and after one that has not: CPython must have nothing left to look for."""
    command = [sys.executable, "-c", UNDER_A_PROFILER, str(seconds)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=TIMEOUT)
    assert ended.stdout == "went on\n"


def test_it_rings_in_the_thread_that_set_it() -> None:
    """Several threads work at a time, each with an alarm of its own."""
    ended, rung = list[str](), threading.Event()

    def work(name: str, seconds: float, task: Callable[[], object]) -> None:
        try:
            Alarm(time.monotonic() + seconds).during(task)
        except TimeOver:
            ended.append(name)
            rung.set()

    given = (("short", SOON, work_on), ("long", 2 * TIMEOUT, lambda: rung.wait(TIMEOUT)))
    threads = [threading.Thread(target=work, args=each) for each in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == ["short"]
