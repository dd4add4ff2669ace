"""The part of a run's time in which inputs are generated."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from contract_tests.conftest import GENERATING, generating
from contract_tests.core.gate import Tally
from contract_tests.core.limits import Limits
from contract_tests.run.run import Run


def of(
    paths: int, *, seconds: float, sent: int = 100, rate: float | None = None, workers: int = 1, ago: float = 1
) -> float:
    """The part for a contract of so many paths, after so many answers that took so many seconds together."""
    limits = Limits(rate, deadline=time.monotonic() + 100)
    gate = SimpleNamespace(tally=Tally(sent, seconds), limits=limits)
    operations = [SimpleNamespace(path=f"/{number}") for number in range(paths)]
    given: dict[str, Any] = {"operations": operations, "settings": SimpleNamespace(workers=workers)}
    return generating(cast("Run", SimpleNamespace(target=lambda: SimpleNamespace(gate=gate), started=ago, **given)))


def test_a_slow_start_takes_no_time_from_generated_inputs() -> None:
    """Starting a mock and drawing inputs isn't the pace of the requests that come afterwards."""
    assert of(120, seconds=0.4, ago=time.monotonic() - 60) > 0.9 * GENERATING
    assert of(1, seconds=0.0, sent=0) == pytest.approx(GENERATING)


@pytest.mark.parametrize(
    "slow",
    [{"seconds": 3.0}, {"seconds": 0.1, "rate": 25}, {"seconds": 0.1, "rate": 25, "workers": 4}],
    ids=["slow answers", "a rate", "a rate, which all workers share"],
)
def test_what_comes_afterwards_keeps_its_time(slow: dict[str, Any]) -> None:
    """Where each request takes long, fewer inputs are generated, and never none."""
    assert 0.3 * GENERATING < of(100, **slow) < 0.65 * GENERATING


def test_workers_need_less_time_afterwards() -> None:
    """They send at a time."""
    assert of(100, seconds=3.0) < of(100, seconds=3.0, workers=4)
