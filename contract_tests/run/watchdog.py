"""Enforces the budget: if anything hangs, the run ends with the results so far."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

from contract_tests.core.errors import InternalError, described


class Watchdog:
    """Ends the process when the budget is over, after `on_timeout` has written the reports."""

    def __init__(self, seconds: float, on_timeout: Callable[[], int], leave: Callable[[int], None] = os._exit) -> None:
        self._on_timeout, self._leave = on_timeout, leave
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Watchdog:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        code = InternalError.exit_code
        try:
            code = self._on_timeout()
        except Exception as error:  # noqa: BLE001 - the process ends here, whatever happened
            print(f"internal error: {described(error)}", file=sys.stderr)
        finally:
            self._leave(code)
