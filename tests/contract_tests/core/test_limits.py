"""How fast a run goes, and how long it takes."""

from __future__ import annotations

import time

import pytest

from contract_tests.core.limits import Limits


@pytest.mark.parametrize(("left", "spare", "seconds"), [(100, 40, 10), (100, 0, 2.5), (100, -50, 2.5), (20, 0, 0.5)])
def test_a_piece_of_work_has_its_part_of_the_time_or_of_what_is_to_spare(
    left: float, spare: float, seconds: float
) -> None:
    """A quarter of what is to spare, so that the first pieces leave enough for the others."""
    now = time.monotonic()
    limits = Limits(deadline=now + left, spare_until=now + spare)
    assert limits.share(0.025) == pytest.approx(seconds, abs=0.5)
