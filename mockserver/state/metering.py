"""A ledger whose steps are counted and timed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from time import perf_counter_ns
from typing import Any, Final, cast

from mockserver.errors import StoreLost
from mockserver.state.ledger import Ledger

STEPS: Final = tuple(name for name, value in vars(Ledger).items() if callable(value) and not name.startswith("_"))
"""The names of a ledger's steps."""
Count = Callable[[str, int, StoreLost | None], None]
"""Called with the name of a step, how many microseconds it took, and why the store failed, where it did."""


def metered(ledger: Ledger, count: Count) -> Ledger:
    """The ledger, each step of which is counted."""
    return cast(Ledger, _Metered(ledger, count))


class _Metered:
    def __init__(self, ledger: Ledger, count: Count) -> None:
        self._ledger = ledger
        for name in STEPS:
            setattr(self, name, _counted(name, getattr(ledger, name), count))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


def _counted(name: str, step: Callable[..., Any], count: Count) -> Callable[..., Any]:
    @wraps(step)
    def counted(*arguments: Any, **options: Any) -> Any:
        began, failure = perf_counter_ns(), None
        try:
            result = step(*arguments, **options)
            if name == "settle":  # it returns the failure of each of its steps
                failure = next((one for one in result if isinstance(one, StoreLost)), None)
            return result
        except StoreLost as lost:
            failure = lost
            raise
        finally:
            count(name, (perf_counter_ns() - began) // 1000, failure)

    return counted
