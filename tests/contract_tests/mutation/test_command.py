"""The order of a measurement: the unmodified mock, each mutant, and the unmodified mock once more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contract_tests.core.errors import InternalError
from contract_tests.mutation import command
from contract_tests.mutation.checking import CLEAN, Fate, Finding, Setup

HERE = Path("behaviours.yaml")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was done, in order: in this process, and without a mock."""
    done: list[Any] = []

    def check(setup: Setup, name: str, number: int) -> Finding:
        done.append((setup, name, number))
        return Finding(name, "", "", Fate.ASSERTION if name == "broken" else Fate.SURVIVED)

    mock = SimpleNamespace(url="http://mock", stop=lambda: done.append("stopped"))
    started = SimpleNamespace(start=lambda *arguments: done.append(arguments) or mock)
    monkeypatch.setattr(command, "MockProcess", started)
    monkeypatch.setattr(command, "check", check)
    monkeypatch.setattr(command, "ProcessPoolExecutor", lambda jobs, _: ThreadPoolExecutor(jobs))
    return done


def test_mutants_are_checked_between_two_runs_of_the_unmodified_mock(calls: list[Any]) -> None:
    """All with one mock, which is ended."""
    found = list(command.checked(HERE, ["broken", "kept"], 1))
    assert [(one.mutant, one.fate) for one in found] == [("broken", Fate.ASSERTION), ("kept", Fate.SURVIVED)]
    setup = Setup(HERE, "http://mock")
    assert calls == [
        ("--behaviours", str(HERE)), (setup, CLEAN, 0), (setup, "broken", 1), (setup, "kept", 2), (setup, CLEAN, 3),
        "stopped",
    ]  # fmt: skip


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_unmodified_mock_that_fails_measures_nothing(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Before the mutants or after them; the mock is ended all the same."""

    def check(setup: Setup, name: str, number: int) -> Finding:
        del setup
        fails = name == CLEAN and (number == 0) is (when == "before")
        return Finding(name, "", "", Fate.CRASH if fails else Fate.SURVIVED, "it broke")

    monkeypatch.setattr(command, "check", check)
    with pytest.raises(InternalError, match=f"fails the suite {when} the mutants: it broke"):
        list(command.checked(HERE, ["kept"], 1))
    assert calls[-1] == "stopped"
