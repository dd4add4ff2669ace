"""The suites on an implementation of another contract: defects are named, what a server may decide passes.

`python -m tests.contract_tests.crud` measures all of them.
"""

from __future__ import annotations

import pytest

from tests.contract_tests.crud.measuring import measured
from tests.contract_tests.crud.registry import DEFECTS, VARIANTS

LABELS = ("--only=/labels*", "--suite=records")
TASKS = ("--only=/projects*", "--suite=records")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("Sound", ("--suite=access",)),
        ("AnyMediaType", ("--only=/labels*", "--suite=conformance", "--examples=2")),
        ("FirstOffsetRefused", ("--only=listProjects", "--suite=conformance", "--examples=2")),
        ("LabelReplacedIs201", LABELS),
        ("LabelLost", LABELS),
        ("ReadsOfOthers", ("--suite=access",)),
        ("CursorSkips", TASKS),
        ("SearchIgnored", TASKS),
    ],
)
def test_it_is_judged_as_it_should_be(name: str, flags: tuple[str, ...]) -> None:
    """A defect ends the run with 1 and is named; a variant passes."""
    outcome = measured(name, *flags)
    assert not outcome.problem, outcome.output


def test_none_is_lost() -> None:
    """As many as there were."""
    assert (len(DEFECTS), len(VARIANTS)) == (148, 36)
