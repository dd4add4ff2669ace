"""Independent operations are checked side by side, others one after another."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest

from contract_tests.core import limits, shares
from contract_tests.core.contract import Contract
from contract_tests.core.errors import BudgetSpent
from contract_tests.core.limits import Limits
from contract_tests.core.shares import Shares
from contract_tests.core.side_by_side import lanes_of, side_by_side
from tests.contract_tests.conftest import ContractOf
from tests.support import TIMEOUT

DONE = {"responses": {"200": {"description": "Done"}}}


def with_body(*names: str) -> dict[str, object]:
    """An operation whose JSON body has these members."""
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    return {**DONE, "requestBody": {"content": {"application/json": {"schema": schema}}}}


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> float:
    """The instant at which time stands still for what divides it."""
    now = 1000.0
    for module in (limits, shares):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now))
    return now


@pytest.fixture
def shop(contract_of: ContractOf) -> Contract:
    """Pets and their toys, orders of pets, and lamps."""
    return contract_of({"openapi": "3.0.3", "paths": {
        "/v1/pets": {"get": DONE, "post": with_body("name")},
        "/v1/pets/{id}": {"get": DONE, "delete": DONE},
        "/v1/pets/{id}/toys": {"post": with_body("name")},
        "/v1/orders": {"post": with_body("pet_id", "colour")},
        "/v1/lamps": {"post": with_body("watts", "grid")},
        "/v1/lamps/{id}": {"put": with_body("watts")},
    }})  # fmt: skip


def test_reads_are_independent_and_writes_follow_their_records(shop: Contract) -> None:
    """Paths that share a kind of record, and members that lead to one, keep writes in one lane."""
    lanes = [[operation.label for operation in lane] for lane in lanes_of(shop, shop.operations)]
    assert sorted(lanes) == [
        ["GET /v1/pets"],
        ["GET /v1/pets/{id}"],
        ["POST /v1/lamps", "PUT /v1/lamps/{id}"],
        ["POST /v1/pets", "DELETE /v1/pets/{id}", "POST /v1/pets/{id}/toys", "POST /v1/orders"],
    ]


def test_lanes_run_side_by_side_and_their_items_in_order() -> None:
    """Both lanes have begun before either goes on; within a lane the order stays."""
    begun, seen = threading.Barrier(2), list[str]()

    def work(item: str) -> None:
        if item.endswith("1"):
            begun.wait(TIMEOUT)
        seen.append(item)

    side_by_side(2, [["a1", "a2", "a3"], ["b1", "b2"]], work)
    assert [item for item in seen if item[0] == "a"] == ["a1", "a2", "a3"]
    assert [item for item in seen if item[0] == "b"] == ["b1", "b2"]


@pytest.mark.parametrize("workers", [1, 3])
def test_an_error_ends_all_lanes(workers: int) -> None:
    """It is raised, and what has not begun is left."""
    seen, ends = list[int](), threading.Event()

    def work(item: int) -> None:
        if item == 0:
            ends.wait(0.0 if workers == 1 else TIMEOUT)
            raise Spent
        seen.append(item)
        if len(seen) == workers - 1:  # all other threads have begun, and go on when the error is known
            ends.set()
        known.wait(TIMEOUT)

    known = threading.Event()

    class Spent(BudgetSpent):
        """Known when the thread in which it was raised has ended."""

        def __init__(self) -> None:
            super().__init__("the budget is spent")
            threading.Thread(target=follow, args=(threading.current_thread(),), daemon=True).start()

    def follow(thread: threading.Thread) -> None:
        if thread is not threading.main_thread():
            thread.join(TIMEOUT)
        known.set()

    with pytest.raises(BudgetSpent):
        side_by_side(workers, [[0, 1], *([number] for number in range(2, 400))], work)
    assert 1 not in seen
    assert len(seen) == workers - 1


def test_what_one_part_does_not_use_is_for_the_others(still: float) -> None:
    """Forty parts of 60 of 100 seconds have 1.5 each; the last one that begins at once has all that is left."""
    divided = Shares(Limits(deadline=still + 100), 0.6, 40)
    lengths = [divided.take() - still for _ in range(40)]
    assert lengths == pytest.approx([60 / parts for parts in range(40, 0, -1)])


@pytest.mark.parametrize(
    ("parts", "workers", "first"), [(4, 1, 37.5), (20, 1, 12), (4, 2, 37.5), (40, 2, 3), (1, 1, 60)]
)
def test_one_of_a_few_parts_may_borrow(still: float, parts: int, workers: int, first: float) -> None:
    """As long as half of an equal part is left for each of the others, and four times an equal part at most."""
    divided = Shares(Limits(deadline=still + 100), 0.6, parts, workers)
    assert divided.take() - still == pytest.approx(first)


def test_the_rate_is_that_of_all_threads() -> None:
    """Six requests at 100 a second take five hundredths, whoever sends them."""
    at_rate = Limits(rate=100, deadline=time.monotonic() + TIMEOUT)
    started = time.monotonic()
    side_by_side(3, [[0], [1], [2], [3], [4], [5]], lambda _: at_rate.pace())
    assert time.monotonic() - started >= 0.05
