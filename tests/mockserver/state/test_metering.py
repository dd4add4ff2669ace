"""Every step of a ledger is counted, also one that fails."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.errors import StoreLost
from mockserver.state.metering import STEPS, metered
from mockserver.state.sqlite import SqliteLedger


class _Failing:
    """A ledger that is lost: some steps raise that, and `settle` returns it for each of its steps."""

    kind = "lost"

    def settle(self, steps: Any) -> list[Any]:
        return [None, StoreLost("gone")]

    def __getattr__(self, name: str) -> Any:
        def step(*_: Any) -> None:
            raise StoreLost("gone")

        return step


def test_each_failure_is_counted() -> None:
    """Whether it is raised or returned; the ledger's other members are its own."""
    seen: list[tuple[str, bool]] = []
    ledger: Any = metered(_Failing(), lambda name, _, lost: seen.append((name, lost is not None)))  # type: ignore[arg-type]
    with pytest.raises(StoreLost):
        ledger.check()
    assert len(ledger.settle([])) == 2
    assert seen == [("check", True), ("settle", True)]
    assert ledger.kind == "lost"


def test_every_step_of_the_protocol_is_counted() -> None:
    """And each of them is a step of the ledgers that there are."""
    assert {"read", "append", "settle", "create", "remove", "check"} <= set(STEPS)
    assert not [name for name in STEPS if not callable(getattr(SqliteLedger, name))]
