"""The model of many mocks over Redis gives what can be calculated, where it can."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.scale_model import Costs, Setting, simulate

COSTS = Costs(mock=100e-6, redis=25e-6, common=10e-6, round_trip=50e-6, network=75e-6)


def test_one_client_waits_for_each_part_in_turn() -> None:
    """Mock, round trip, Redis and network, one after another."""
    said = simulate(COSTS, Setting(1, 1), 1.0)
    assert said.per_second == pytest.approx(1 / 250e-6, rel=0.02)
    assert said.p50 == pytest.approx(250e-6, rel=0.05)
    assert said.redis_use[0] == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize(("mocks", "most"), [(1, 10_000), (2, 20_000), (8, 40_000)])
def test_what_is_busiest_sets_the_limit(mocks: int, most: float) -> None:
    """The mocks first, which share the requests; then the one server, however many mocks there are."""
    said = simulate(COSTS, Setting(mocks, 100), 0.5)
    assert said.per_second == pytest.approx(most, rel=0.03)
    assert max(said.mock_use, *said.redis_use) == pytest.approx(1, abs=0.03)


def test_more_servers_share_all_but_what_is_for_all_worlds() -> None:
    """The server that has that is the next limit."""
    one, four = (simulate(COSTS, Setting(8, 200, servers=count), 0.5) for count in (1, 4))
    assert four.per_second > 1.5 * one.per_second
    common = four.per_second * COSTS.common
    own = four.per_second * (COSTS.redis - COSTS.common) / 4
    assert four.redis_use[0] == pytest.approx(common + own, rel=0.05)
    assert four.redis_use[1] == pytest.approx(own, rel=0.1)


def test_workers_that_think_send_less() -> None:
    """As long as nothing is busy, each sends a request in the time that it thinks and waits."""
    said = simulate(COSTS, Setting(4, 200, think=0.1), 2.0)
    assert said.per_second == pytest.approx(200 / 0.10025, rel=0.05)


def test_cores_that_are_shared_are_the_limit_of_all() -> None:
    """Clients, mocks and Redis together use no more than there are."""
    costs = replace(COSTS, client=25e-6)
    said = simulate(costs, Setting(2, 64, cores=1), 0.5)
    assert said.per_second == pytest.approx(1 / 150e-6, rel=0.03)


def test_a_run_can_be_repeated() -> None:
    """With the same result."""
    setting = Setting(3, 20, think=0.01)
    assert simulate(COSTS, setting, 0.2) == simulate(COSTS, setting, 0.2)
