"""Chooses the tests that a mutant is tried with, those first that stand nearest to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path, PurePosixPath

from tests.mutants.baseline import Baseline
from tests.mutants.mutant import Mutant

BUDGET = 20.0
"""Seconds of tests, by processor time in the baseline, that one stage of a mutant may take; the shortest go first."""


@dataclass(frozen=True)
class Stage:
    """The test files of one pytest run, and the tests of them to run, in this order.

    Tests that the baseline does not know are new, and run as well.
    """

    files: tuple[str, ...]
    tests: tuple[str, ...]
    seconds: float


def stages(root: Path, mutant: Mutant, baseline: Baseline) -> list[Stage]:
    """First the tests that mirror the module, then those elsewhere that run the changed line.

    A line that no test runs in its own process may run in another one: then those that reach one are tried too.
    """
    mirrors = mirror(mutant.path) if (root / mirror(mutant.path)).is_file() else None
    running = baseline.of_lines(mutant.path, mutant.lines)
    near = [test for test in baseline.seconds if file_of(test) == mirrors]
    module = baseline.of_module(mutant.path) or _of_room(mutant, baseline)
    others = (running or module | baseline.outside).difference(near)
    wide = [test for test in others if (root / file_of(test)).is_file()]  # a kept baseline may know files that are gone
    first = sorted(near, key=lambda test: (test not in running, baseline.seconds[test]))
    then = sorted(wide, key=lambda test: (-nearness(mutant.path, test), baseline.seconds[test]))
    chosen = [_stage([mirrors] if mirrors else [], first, baseline), _stage([], then, baseline)]
    return [stage for stage in chosen if stage.files]


def mirror(path: str) -> str:
    """Where the tests of a module stand: `a/b/c.py` has them in `tests/a/b/test_c.py`."""
    module = PurePosixPath("tests", path)
    return str(module.with_name(f"test_{module.name}"))


def file_of(test: str) -> str:
    """The file of a test."""
    return test.partition("::")[0]


def nearness(path: str, test: str) -> int:
    """How many folders a module and a test share."""
    pairs = zip(PurePosixPath("tests", path).parts, PurePosixPath(file_of(test)).parts, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _of_room(mutant: Mutant, baseline: Baseline) -> frozenset[str]:
    """The nearest folder of tests: for modules that run in other processes only."""
    best = max((nearness(mutant.path, test) for test in baseline.seconds), default=0)
    return frozenset(test for test in baseline.seconds if nearness(mutant.path, test) == best)


def _stage(files: Sequence[str], tests: Iterable[str], baseline: Baseline) -> Stage:
    chosen, seconds = [], 0.0
    for test in tests:
        if seconds + baseline.seconds[test] <= BUDGET:
            chosen.append(test)
            seconds += baseline.seconds[test]
    return Stage(tuple(dict.fromkeys([*files, *map(file_of, chosen)])), tuple(chosen), seconds)
