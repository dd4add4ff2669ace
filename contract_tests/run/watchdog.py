"""Enforces the budget, and ends a run in order when it is asked to end."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from contract_tests.core.errors import InternalError, TargetUnavailable, Terminated, described
from contract_tests.run.last_resort import LastResort

SIGNALS = (signal.SIGINT, signal.SIGTERM)
LATE = 1.0, 0.03  # seconds, or the share of the budget, after which the watchdog no longer comes by itself
LAST_WORDS = 10.0  # seconds that the reports may take, on a machine that is very busy


class Watchdog:
    """Ends the process when the time is over, after `on_timeout` has written the reports.

    Where that fails, because something keeps the interpreter to itself, the system ends the process a moment later,
    with the exit code of a run that was not completed.
    """

    def __init__(self, seconds: float, on_timeout: Callable[[], int], leave: Callable[[int], None] = os._exit) -> None:
        self._seconds, self._on_timeout, self._leave = max(seconds, 0.0), on_timeout, leave
        self._timer = threading.Timer(self._seconds, self._end)
        self._timer.daemon = True
        self._last_resort = LastResort(TargetUnavailable.exit_code)

    def __enter__(self) -> Watchdog:
        self._timer.start()
        self._last_resort.set(self._seconds + max(LATE[0], LATE[1] * self._seconds))
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._last_resort.close()

    def _end(self) -> None:
        code = InternalError.exit_code
        self._last_resort.set(LAST_WORDS)
        try:
            code = self._on_timeout()
        except Exception as error:  # noqa: BLE001 - the process ends here, whatever happened
            print(f"internal error: {described(error)}", file=sys.stderr)
        finally:
            self._leave(code)


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does; when either comes a second time, the process ends at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
