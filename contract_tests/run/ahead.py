"""Checks one promise for several operations at a time, for `--workers`; pytest itself runs one test after another."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from contract_tests.core.contract import Operation
from contract_tests.core.errors import SuiteError
from contract_tests.core.promises import Promise
from contract_tests.core.side_by_side import lanes_of, side_by_side
from contract_tests.run.run import Run


@dataclass(frozen=True)
class Done:
    """What became of a test: the error that it ended with, if any, its notes, and its seconds."""

    error: BaseException | None
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass
class Ahead:
    """With the first test of a function, does all of them; each of them then only says what came of it."""

    run: Run
    done: dict[str, Done] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def call(self, item: pytest.Function, promise: Promise) -> bool:
        """Whether the test is done hereby; raises what it ended with."""
        settings = self.run.settings
        if settings.workers < 2 or settings.fail_fast or not promise.side_by_side:
            return False
        if item.nodeid not in self.done:
            self._do_all(item)
        done = self.done[item.nodeid]
        self.seconds[item.nodeid] = done.seconds
        for note in done.notes:
            self.run.ledger.note(note)
        if done.error is not None:
            raise done.error
        return True

    def _do_all(self, first: pytest.Function) -> None:
        tests = [one for one in first.session.items if isinstance(one, pytest.Function) and is_same(one, first)]
        lanes = lanes_of(self.run.contract, [*dict.fromkeys(map(operation_of, tests))])
        about = {lane[0].id: [one for one in tests if operation_of(one) in lane] for lane in lanes}
        try:
            side_by_side(self.run.settings.workers, about.values(), lambda test: self._do(test, first.funcargs))
        except SuiteError as error:
            for test in tests:
                self.done.setdefault(test.nodeid, Done(error))

    def _do(self, test: pytest.Function, fixtures: dict[str, Any]) -> None:
        """Run one test with the fixtures of the first one, which all of them share, and its own parameters."""
        given = {**fixtures, **test.callspec.params}
        arguments = {name: given[name] for name in test._fixtureinfo.argnames}  # noqa: SLF001 - pytest has no other name for them
        started, error = time.monotonic(), None
        try:
            test.function(**arguments)
        except Exception as raised:  # noqa: BLE001 - the test raises it again, in its turn
            error = raised
        notes = self.run.ledger.take_notes()
        self.done[test.nodeid] = Done(error, notes, time.monotonic() - started)
        if isinstance(error, SuiteError):
            raise error


def is_same(one: pytest.Function, other: pytest.Function) -> bool:
    """Whether two tests are of one function."""
    return one.function is other.function


def operation_of(test: pytest.Function) -> Operation:
    """The operation that a test is about."""
    return next(value for value in test.callspec.params.values() if isinstance(value, Operation))
