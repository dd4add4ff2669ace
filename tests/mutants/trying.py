"""Tries mutants with their tests: side by side, each in a process forked from this one and in a tree of its own."""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from pathlib import Path

import pytest

from tests.mutants.baseline import QUIET, Baseline, paths
from tests.mutants.choosing import Stage
from tests.mutants.mutant import Change
from tests.mutants.tree import PACKAGES, mutated

LIBRARIES = ("flask", "granian", "hypothesis", "immutables", "jsonschema_rs", "msgspec", "openapi_core", "schemathesis")
"""Imported once, before the processes are forked."""
START = 20.0
"""Seconds of processor time that a run may need besides its tests."""
ARGUMENTS = (*QUIET, "-x", "--tb=no", "-W", "ignore::pytest.PytestAssertRewriteWarning")
"""The warning is about the libraries: some are plugins of pytest, which rewrites the assertions of plugins."""
PATIENCE = 10.0
"""Seconds that a run may take to end once it was interrupted."""

Choose = Callable[[Change], Sequence[Stage]]
"""The stages of a mutant."""

_fork = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Result:
    """What became of a mutant; `by` names the test that failed, or says how the run ended."""

    change: Change
    by: str | None

    @property
    def killed(self) -> bool:
        """Whether the tests noticed."""
        return self.by is not None


@dataclass
class _Trial:
    """A mutant in a tree, and the run of one of its stages."""

    change: Change
    tree: Path
    stages: Iterator[Stage]
    undo: contextlib.ExitStack
    process: ForkProcess = field(init=False)
    deadline: float = field(init=False)
    interrupted: bool = False


class Workshop:
    """Trees and the runs in them, one each."""

    def __init__(self, trees: Sequence[Path], baseline: Baseline) -> None:
        self._free, self._known = list(trees), frozenset(baseline.seconds)
        self._trials: list[_Trial] = []
        for library in LIBRARIES:
            importlib.import_module(library)

    def results(self, changes: Sequence[Change], choose: Choose) -> Iterator[Result]:
        """Try all; each result comes as soon as it is known. Whatever still runs is ended on the way out."""
        waiting = list(changes)
        try:
            while waiting or self._trials:
                while waiting and self._free:
                    change = waiting.pop(0)
                    if not self._begin(change, choose(change)):
                        yield Result(change, None)
                yield from self._ended()
        finally:
            for trial in self._trials:
                _end(trial.process)
                trial.undo.close()

    def _begin(self, change: Change, stages: Sequence[Stage]) -> bool:
        if not stages:
            return False
        tree, undo = self._free.pop(), contextlib.ExitStack()
        undo.enter_context(mutated(tree, change.mutant.path, change.mutated))
        trial = _Trial(change, tree, iter(stages), undo)
        self._trials.append(trial)
        return self._next_stage(trial)

    def _next_stage(self, trial: _Trial) -> bool:
        stage = next(trial.stages, None)
        if stage is None:
            return False
        trial.process = _fork.Process(target=_run, args=(trial.tree, stage, self._known))
        trial.process.start()
        trial.deadline = time.monotonic() + 10 * (START + stage.seconds)
        return True

    def _ended(self) -> Iterator[Result]:
        soonest = min(trial.deadline for trial in self._trials)
        wait([trial.process.sentinel for trial in self._trials], max(0, soonest - time.monotonic()))
        for trial in list(self._trials):
            late = time.monotonic() > trial.deadline
            if late or not trial.process.is_alive():
                _end(trial.process)
                by = "out of time" if late else _reason(trial)
                if by is not None or not self._next_stage(trial):
                    yield self._finish(trial, by)

    def _finish(self, trial: _Trial, by: str | None) -> Result:
        trial.undo.close()
        self._trials.remove(trial)
        self._free.append(trial.tree)
        return Result(trial.change, by)


def _reason(trial: _Trial) -> str | None:
    """Why a run that ended by itself counts as failed; None where it did not fail."""
    if trial.process.exitcode in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return None
    report = _failure(trial.tree)
    return report.read_text(encoding="utf-8") if report.exists() else f"exit code {trial.process.exitcode}"


def _failure(tree: Path) -> Path:
    return tree.with_suffix(".failure")


def _end(process: ForkProcess) -> None:
    """Interrupt a run, so that its fixtures end the processes that they started; then end what is left of its group."""
    assert process.pid is not None
    with contextlib.suppress(ProcessLookupError):
        if process.is_alive():
            os.kill(process.pid, signal.SIGINT)
            process.join(PATIENCE)
        os.killpg(process.pid, signal.SIGKILL)
    process.join()


def _run(tree: Path, stage: Stage, known: frozenset[str]) -> None:
    """The forked process: run the tests of a stage on the packages of this tree."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGXCPU):
        signal.signal(number, signal.default_int_handler)
    limit = int(START + 3 * stage.seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + int(PATIENCE)))
    _enter(tree)
    os._exit(pytest.main([*ARGUMENTS, *stage.files], plugins=[_Chosen(tree, stage, known)]))


def _enter(tree: Path) -> None:
    _failure(tree).unlink(missing_ok=True)
    output = os.open(tree.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ |= paths(tree) | {"PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    here = str(Path.cwd())
    sys.path[:] = [str(tree), *(path for path in sys.path if path not in ("", here))]
    os.chdir(tree)
    for name in [name for name in sys.modules if name.partition(".")[0] in (*PACKAGES, "spec", "tests")]:
        del sys.modules[name]


@dataclass(eq=False)
class _Chosen:
    """A pytest plugin: runs the tests of a stage in its order, and notes the first that fails."""

    tree: Path
    stage: Stage
    known: frozenset[str]

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the other tests out."""
        ranks = {test: number for number, test in enumerate(self.stage.tests, 1)}
        items[:] = [item for item in items if item.nodeid in ranks or item.nodeid not in self.known]
        items.sort(key=lambda item: ranks.get(item.nodeid, 0))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The run ends with the first failure."""
        if report.failed:
            _failure(self.tree).write_text(report.nodeid, encoding="utf-8")
