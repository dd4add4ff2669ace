"""Threads of the mock's own: an exception in one becomes a line on standard error, and the thread goes on."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any


def start(name: str, work: Callable[..., object], *arguments: Any) -> threading.Thread:
    """Run `work` in a thread that ends with the process; an exception ends it with one line."""
    thread = threading.Thread(target=attempt, args=(name, work, *arguments), name=name, daemon=True)
    thread.start()
    return thread


def attempt(name: str, work: Callable[..., object], *arguments: Any) -> None:
    """Call `work`; an exception is reported as an internal error of the thread `name`, and goes no further."""
    try:
        work(*arguments)
    except Exception as error:  # noqa: BLE001 - whatever it is, the thread's next work must be done
        report(f"internal error in the {name} thread: {type(error).__name__}: {error}", error)


def report(problem: str, error: Exception) -> None:
    """Write one line, with the place that raised the error or its cause; MOCKSERVER_DEBUG=1 adds the traceback."""
    last = traceback.extract_tb((error.__cause__ or error).__traceback__)[-1:]
    warn(problem + "".join(f" ({frame.filename}:{frame.lineno})" for frame in last))
    if os.environ.get("MOCKSERVER_DEBUG"):
        traceback.print_exception(error)


def warn(text: str) -> None:
    """Write one line to standard error; where it cannot be written, nothing happens."""
    with suppress(OSError, ValueError):
        if sys.stderr is not None:
            print(f"mockserver: {' '.join(text.split())}", file=sys.stderr, flush=True)
