"""The parts of the mutation run that need no process: the draw, the choice of tests, the arguments and the table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.mutants import equivalents
from tests.mutants.baseline import Baseline
from tests.mutants.choosing import BUDGET, stages
from tests.mutants.mutant import Change, Mutant, sample
from tests.mutants.report import Outcome, survivor, table

SOURCE = "def total(values):\n    if values:\n        return sum(values)\n    return 0\n"
MUTANT = Mutant("mockserver/state/sums.py", "total", "0", "1", 0, 3, range(4, 5))
CHANGE = Change(MUTANT, SOURCE, SOURCE.replace("return 0", "return 1"))


def test_a_seed_draws_the_same_mutants_after_an_edit_elsewhere() -> None:
    """Mutants that an edit adds or moves change neither the rank nor the choice of the others."""
    mutants = [replace(MUTANT, number=number) for number in range(100)]
    drawn = sample(mutants, 10, seed=0)
    moved = [replace(mutant, index=mutant.index + 7, lines=range(9, 10)) for mutant in mutants]
    assert [mutant.number for mutant in sample(moved, 10, seed=0)] == [mutant.number for mutant in drawn]
    assert sample(mutants[:50], 50, seed=0) == [mutant for mutant in sample(mutants, 100, seed=0) if mutant.number < 50]


def test_another_seed_draws_other_mutants() -> None:
    """The seed decides the draw."""
    mutants = [replace(MUTANT, number=number) for number in range(100)]
    assert sample(mutants, 10, seed=0) != sample(mutants, 10, seed=1)


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("mockserver/state/sums.py", "mockserver/state"),
        ("contract_tests/suites/oracle/judge.py", "contract_tests/suites"),
        ("mockserver/clock.py", "mockserver"),
    ],
)
def test_a_room_is_the_top_folder_of_its_package(path: str, room: str) -> None:
    """Modules at the top of a package have the package for a room."""
    assert replace(MUTANT, path=path).room == room


def test_a_change_names_its_lines() -> None:
    """A change knows the first line that differs, what stood there and what stands there now."""
    assert (CHANGE.line, CHANGE.removed, CHANGE.added) == (4, ("return 0",), ("return 1",))


def test_tests_that_mirror_the_module_come_first_and_nothing_runs_twice(tmp_path: Path) -> None:
    """The mirroring file is first, led by its tests that run the line; all others that run it follow, nearest first."""
    own, room = "tests/mockserver/state/test_sums.py", "tests/mockserver/state/test_world.py"
    top = "tests/test_story.py"
    (tmp_path / own).parent.mkdir(parents=True)
    for file in (own, room, top):
        (tmp_path / file).touch()
    running = frozenset({f"{top}::a", f"{room}::b", f"{own}::slow"})
    baseline = Baseline(
        {f"{own}::fast": 0.1, f"{own}::slow": 2, f"{room}::b": 3, f"{top}::a": 1, f"{top}::other": 1},
        {MUTANT.path: {4: running}},
    )
    first, then = stages(tmp_path, MUTANT, baseline)
    assert (first.files, first.tests) == ((own,), (f"{own}::slow", f"{own}::fast"))
    assert (then.files, then.tests) == ((room, top), (f"{room}::b", f"{top}::a"))


def test_a_line_that_runs_at_import_is_tried_with_the_tests_of_its_module(tmp_path: Path) -> None:
    """No test runs it by itself; those that run other lines of the module are asked."""
    test = "tests/test_story.py::a"
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_story.py").touch()
    baseline = Baseline({test: 1, "tests/test_docs.py::b": 1}, {MUTANT.path: {9: frozenset({test})}})
    (stage,) = stages(tmp_path, MUTANT, baseline)
    assert stage.tests == (test,)


def test_a_module_that_no_test_runs_is_tried_with_its_room(tmp_path: Path) -> None:
    """Code that runs in another process is tried with the nearest folder of tests."""
    near = "tests/mockserver/state/test_world.py::b"
    (tmp_path / near).parent.mkdir(parents=True)
    (tmp_path / near.partition("::")[0]).touch()
    (stage,) = stages(tmp_path, MUTANT, Baseline({near: 3, "tests/test_story.py::a": 1}, {}))
    assert stage.tests == (near,)


def test_a_line_that_no_test_runs_is_tried_by_those_that_reach_another_process(tmp_path: Path) -> None:
    """Where the module's other lines are run by tests too; not where some test runs the line itself."""
    live, own = "tests/test_faults.py::live", "tests/mockserver/state/test_other.py::own"
    for test in (live, own):
        (tmp_path / test.partition("::")[0]).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / test.partition("::")[0]).touch()
    seconds = {live: 1.0, own: 1.0, "tests/test_docs.py::far": 1.0}
    for line, chosen in ((9, (own, live)), (4, (own,))):
        baseline = Baseline(seconds, {MUTANT.path: {line: frozenset({own})}}, frozenset({live}))
        (stage,) = stages(tmp_path, MUTANT, baseline)
        assert stage.tests == chosen


def test_a_mutant_costs_no_more_than_its_budget(tmp_path: Path) -> None:
    """Tests that no longer fit are left out, the longest ones first."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_story.py").touch()
    running = {f"tests/test_story.py::{seconds}": float(seconds) for seconds in range(1, 30)}
    (stage,) = stages(tmp_path, MUTANT, Baseline(running, {MUTANT.path: {4: frozenset(running)}}))
    assert stage.seconds <= BUDGET
    assert stage.tests == tuple(running)[: len(stage.tests)]


def test_an_argument_is_matched_by_what_it_says_of_the_code(tmp_path: Path) -> None:
    """Module, function, line and change must agree; the line may stand anywhere."""
    file = tmp_path / "equivalents.yaml"
    entry = {"module": MUTANT.path, "function": "total", "line": "return 0", "becomes": "return 1", "reason": "why"}
    file.write_text(yaml.safe_dump([entry]))
    argued = equivalents.load(file)
    moved = Change(MUTANT, "\n\n" + CHANGE.original, "\n\n" + CHANGE.mutated)
    assert equivalents.key(moved) in argued
    assert equivalents.key(replace(CHANGE, mutant=replace(MUTANT, function="other"))) not in argued
    assert equivalents.outdated(argued.values(), {MUTANT.path: SOURCE}) == []
    assert equivalents.outdated(argued.values(), {MUTANT.path: CHANGE.mutated}) == list(argued.values())


def test_the_arguments_kept_are_complete() -> None:
    """Every entry has a reason, and none stands there twice."""
    entries = equivalents.load()
    assert all(entry.reason for entry in entries.values())
    assert equivalents.FILE.read_text(encoding="utf-8").count("- module:") == len(entries)


def test_the_table_counts_by_room() -> None:
    """Equivalent mutants are counted and do not lower the share."""
    other = replace(MUTANT, path="mockserver/clock.py")
    shown = table(Outcome([MUTANT, MUTANT, other], [CHANGE], [other])).splitlines()
    assert [line.split() for line in shown[1:]] == [
        ["mockserver", "1", "0", "1", "100.0%"],
        ["mockserver/state", "2", "1", "0", "66.7%"],
        ["all", "3", "1", "1", "75.0%"],
    ]


def test_a_survivor_is_shown_with_its_place_and_difference() -> None:
    """Enough to write the test that is missing."""
    assert survivor(CHANGE) == "mockserver/state/sums.py:4 in total\n  - return 0\n  + return 1"


def test_code_outside_of_functions_and_under_decorators_is_mutated(tmp_path: Path) -> None:
    """Tables and properties have mutants; sentences, annotations, names of types and lists of exports have none."""
    pytest.importorskip("mutmut", reason="needs the dependency group mutation")
    from tests.mutants import maker

    method = '    @property\n    def full(self, at: int = 7) -> "str":\n        return "a sentence"\n'
    types = '__all__ = ["Box"]\nSize = dict[str, int]\nT = TypeVar("T", bound=int)\n_Kind = Literal["a"] | None\n'
    source = f"{types}LIMIT = 3\n\nclass Box:\n{method}"
    (tmp_path / "box.py").write_text(source)
    made = [(mutant.function, mutant.before, mutant.after) for mutant in maker.mutants_of(tmp_path, "box.py")]
    assert made == [("", "LIMIT = 3", "LIMIT = None"), ("", "3", "4"), ("Box.full", "7", "8")]
    changed = maker.change(tmp_path, maker.mutants_of(tmp_path, "box.py")[1])
    assert (changed.removed, changed.added) == (("LIMIT = 3",), ("LIMIT = 4",))
