"""The run of all unit tests without a mutant: it shows which test runs which line, and how long it takes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

TESTS = ("tests", "--ignore=tests/browser", "--ignore=tests/spec", "--ignore=tests/test_architecture.py")
"""All tests of the two packages but those with a browser, and those that read the source as text."""
QUIET = ("-q", "--no-header", "-p", "no:cacheprovider")


@dataclass(frozen=True)
class Baseline:
    """Seconds by test, the tests by line of each module, and those that reach another process."""

    seconds: Mapping[str, float]
    tests: Mapping[str, Mapping[int, frozenset[str]]]
    outside: frozenset[str] = frozenset()

    def of_lines(self, path: str, lines: Iterable[int]) -> frozenset[str]:
        """The tests that run one of these lines in their own process."""
        known = self.tests.get(path, {})
        return frozenset().union(*(known.get(line, ()) for line in lines))

    def of_module(self, path: str) -> frozenset[str]:
        """The tests that run any line of a module."""
        return frozenset().union(*self.tests.get(path, {}).values())


def measure(root: Path, jobs: int, kept: Path | None = None) -> Baseline:
    """Run all tests in this tree, or read what an earlier run kept. A test that fails without a mutant is left out."""
    if kept is not None and kept.exists():
        _run(root, "--collect-only", "-qq")  # writes the bytecode that all processes then share
        return read(kept)
    data = root.with_name("baseline")
    data.mkdir()
    _run(root, "-n", str(jobs), "--dist", "worksteal", "-p", "tests.mutants.recorder", MUTANTS_BASELINE=str(data))
    if kept is not None:
        shutil.copytree(data, kept)
    return read(data)


def _run(root: Path, *arguments: str, **environment: str) -> None:
    command = [sys.executable, "-m", "pytest", *QUIET, *arguments, *TESTS]
    ended = subprocess.run(command, cwd=root, env={**os.environ, **paths(root), **environment}, check=False)
    if ended.returncode not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        sys.exit("The tests could not be run without a mutant; see above.")


def paths(root: Path) -> dict[str, str]:
    """What has a process, and those that it starts, import the packages from this tree."""
    return {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": ""}


def read(data: Path) -> Baseline:
    """What the test processes wrote."""
    import coverage

    seconds: dict[str, float] = {}
    for file in data.glob("*.json"):
        seconds |= json.loads(file.read_text(encoding="utf-8"))
    lines: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for file in data.glob("*.coverage"):
        measured = coverage.CoverageData(str(file))
        measured.read()
        for name in measured.measured_files():
            for line, tests in measured.contexts_by_lineno(name).items():
                lines[name][line].update(seconds.keys() & tests)  # without those that failed
    outside = {test for file in data.glob("*.outside") for test in file.read_text(encoding="utf-8").splitlines()}
    tests = {path: {at: frozenset(of) for at, of in by.items()} for path, by in lines.items()}
    return Baseline(seconds, tests, frozenset(outside & seconds.keys()))
