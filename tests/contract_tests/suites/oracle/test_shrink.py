"""The shortest script, in the time that there is."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from contract_tests.suites.oracle.shrink import Patience, shrink

SCRIPTS = st.lists(st.integers(0, 9), min_size=1, max_size=6)


def patient(tries: int = 1000) -> Patience:
    """Time enough."""
    return Patience(1000, tries, clock=lambda: 0.0)


@given(SCRIPTS, st.data())
def test_what_is_needed_remains_and_nothing_else(script: list[int], data: st.DataObject) -> None:
    """Whichever steps the fault needs."""
    needed = set(data.draw(st.lists(st.sampled_from(script), max_size=2)))
    found = shrink(script, lambda steps: needed <= set(steps), patient())
    assert sorted(found.steps) == sorted(needed)
    assert found.again


@given(SCRIPTS)
def test_what_does_not_happen_again_keeps_its_script(script: list[int]) -> None:
    """A fault seen once is told with all that came before."""
    found = shrink(script, lambda _: False, patient())
    assert (found.steps, found.again) == (tuple(script), False)


@given(SCRIPTS, st.integers(0, 8))
def test_patience_bounds_the_tries(script: list[int], tries: int) -> None:
    """Each try is a call of the target."""
    asked: list[Sequence[int]] = []

    def shows(steps: Sequence[int]) -> bool:
        asked.append(steps)
        return len(steps) >= 2

    shrink(script, shows, patient(tries))
    assert len(asked) <= tries


def test_time_ends_it() -> None:
    """The best script until then is the result."""
    clock = iter(range(100))
    found = shrink(
        [1, 2, 3, 4], lambda steps: 1 in steps and 2 in steps, Patience(3.5, 99, clock=lambda: float(next(clock)))
    )
    assert {1, 2} <= set(found.steps)
