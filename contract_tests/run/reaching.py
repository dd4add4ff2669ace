"""Before anything is looked at closely, each operation is called once, as far as a valid call of it is known."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence, Set
from typing import Final

from contract_tests.core.calls import Call, Calls
from contract_tests.core.contract import Operation
from contract_tests.core.discovery import Discovery
from contract_tests.core.errors import Broken, BudgetSpent, NotChecked
from contract_tests.core.making import Records
from contract_tests.core.side_by_side import lanes_of, side_by_side
from contract_tests.core.target import Target

ORDER: Final = ("POST", "PUT", "PATCH", "DELETE")
"""Of the writes to one kind of record: what makes one comes first, what removes it last."""
REACHING: Final = 0.3
"""The part of the time that these writes may take: other promises call the operations as well."""


def reach(
    target: Target,
    operations: tuple[Operation, ...],
    records: Records,
    reached: Set[str],
    *,
    writes: bool,
    workers: int,
) -> None:
    """Read one record of each kind, also by QUERY and whatever else only reads, then write once to a record of this run
    by each operation that was not `reached`.

    The answers are judged as all others are; other promises say what could not be called.
    """
    found = Discovery(target.contract, operations, most=1)
    found.explore(target, workers)
    calls = Calls(found, records.seed, records if writes else None)
    for one in operations:
        if not one.is_write and one.method != "GET":
            send_one(target, calls, one, lambda _: True)
    if not writes or not records.own.makers:
        return
    left = [one for one in operations if one.is_write and not one.acts_on_everything and one.id not in reached]
    end = time.monotonic() + target.gate.limits.left() * REACHING
    lanes = [in_order(lane) for lane in lanes_of(target.contract, left)]

    def call_once(operation: Operation) -> None:
        if time.monotonic() <= end:
            send_one(target, calls, operation, lambda call: is_about_own(call, records))

    side_by_side(workers, lanes, call_once)


def send_one(target: Target, calls: Calls, operation: Operation, may_go: Callable[[Call], bool]) -> None:
    """Make a valid call of an operation, where one is known that may be made."""
    try:
        call = calls.of(operation)
        if may_go(call):
            call.send(target)
    except BudgetSpent:
        raise
    except (NotChecked, Broken):
        return


def in_order(lane: Sequence[Operation]) -> list[Operation]:
    """Writes about the same records, those that remove them last."""
    return sorted(lane, key=lambda one: ORDER.index(one.method) if one.method in ORDER else len(ORDER))


def is_about_own(call: Call, records: Records) -> bool:
    """Whether a call makes a record, or names one that this run has made."""
    makers = {maker.operation.id for maker in records.own.makers}
    return call.operation.id in makers or records.own.holds(call.path.partition("?")[0])
