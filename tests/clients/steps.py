"""What a flow in Python imports: the address of the mock, and the steps."""

from __future__ import annotations

import json
import os
import signal
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

URL = os.environ["MOCK_URL"]
LIMIT = 30
"""Seconds that a step may take."""
_RECORD = Path(os.environ["STEPS"])


class TooSlow(BaseException):
    """The step took too long: no exception that a library would catch and retry, as it does with TimeoutError."""


class Skipped(Exception):
    """The step needs the result of one that failed."""


class Missing:
    """The result of a step that failed: whoever uses it is skipped."""

    def __init__(self, step: str) -> None:
        self.__dict__["step"] = step

    def __getattr__(self, name: str) -> Any:
        raise Skipped(self.__dict__["step"])

    def __getitem__(self, key: Any) -> Any:
        raise Skipped(self.__dict__["step"])

    def __str__(self) -> str:
        raise Skipped(self.__dict__["step"])


def step(name: str) -> Callable[[Callable[[], Any]], Any]:
    """Run the function at once, record whether it passed, and put its result in its place."""

    def decorate(function: Callable[[], Any]) -> Any:
        signal.signal(signal.SIGALRM, _too_slow)
        signal.alarm(LIMIT)
        try:
            result = function()
        except Skipped as skipped:
            _write(name, "skipped", f"because {skipped} failed")
        except (Exception, TooSlow) as error:  # noqa: BLE001 - every exception of an SDK is a result
            _write(name, "failed", _reason(error))
        else:
            _write(name, "passed", "")
            return result
        finally:
            signal.alarm(0)
        return Missing(name)

    return decorate


def same(actual: Any, expected: Any) -> None:
    """Check that two values are equal."""
    if actual != expected:
        raise AssertionError(f"got {actual!r}, expected {expected!r}")


def raised(kind: type[BaseException], function: Callable[[], Any]) -> Any:
    """The exception that a call raises."""
    try:
        result = function()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}; got {result!r:.200}")


def _reason(error: BaseException) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site" not in frame.filename]
    own = [frame for frame in frames if not frame.filename.endswith("steps.py")]
    place = f"line {own[-1].lineno}: " if own else ""
    return f"{place}{type(error).__name__}: {str(error)[:500]}"


def _too_slow(*_: object) -> None:
    raise TooSlow(f"not finished after {LIMIT} s")


def _write(name: str, state: str, reason: str) -> None:
    with _RECORD.open("a", encoding="utf-8") as record:
        record.write(json.dumps({"name": name, "state": state, "reason": reason}) + "\n")
