"""Work on operations that several threads do at a time, where none can disturb another."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, TypeVar

from contract_tests.core.contract import Contract, Operation
from contract_tests.core.creation import kind, plain, singular
from contract_tests.core.operation import nameless

Item = TypeVar("Item")


@dataclass
class Crew(Generic[Item]):
    """Threads that take lanes from one queue, until it is empty or one of them meets an error."""

    work: Callable[[Item], None]
    lanes: deque[Sequence[Item]]
    errors: list[BaseException] = field(default_factory=list)

    def run(self) -> None:
        """What each thread does."""
        while self.lanes and not self.errors:
            with suppress(IndexError):  # another thread may have taken the last one meanwhile
                self._do(self.lanes.popleft())

    def _do(self, lane: Sequence[Item]) -> None:
        try:
            for item in lane:
                if self.errors:
                    return
                self.work(item)
        except BaseException as error:  # noqa: BLE001 - it is raised where the threads are waited for
            self.errors.append(error)


def side_by_side(workers: int, lanes: Iterable[Sequence[Item]], work: Callable[[Item], None]) -> None:
    """Do the work on all items: lanes side by side, the items of a lane one after another.

    Raises the first error, once every thread has ended; after an error nothing else begins.
    """
    crew = Crew(work, deque(lanes))
    if workers < 2:
        crew.run()
    else:
        threads = [threading.Thread(target=crew.run, daemon=True) for _ in range(min(workers, len(crew.lanes)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if crew.errors:
        raise crew.errors[0]


def lanes_of(contract: Contract, operations: Sequence[Operation]) -> list[list[Operation]]:
    """The operations in lanes: a read has one of its own, writes about the same records share one.

    Records are the same where paths name them alike, or where a member of a body leads to them (`petId`).
    """
    lanes = [[operation] for operation in operations if not operation.is_write]
    writes = [operation for operation in operations if operation.is_write]
    known = {word for operation in contract.operations for word in kinds_in_path(operation)}
    related: list[tuple[set[str], list[Operation]]] = []
    for operation in writes:
        words = kinds_in_path(operation) | (kinds_in_body(contract, operation) & known)
        joined = [one for one in related if one[0] & words]
        related = [one for one in related if one not in joined]
        members = [other for _, others in joined for other in others]
        related.append((words.union(*(other for other, _ in joined)), [*members, operation]))
    return lanes + [sorted(lane, key=writes.index) for _, lane in related]


def kinds_in_path(operation: Operation) -> set[str]:
    """The words for the records that a path names: each before a parameter, and the last one."""
    steps = [step for step in nameless(operation.path).split("/") if step]
    before = {one for one, two in pairwise(steps) if two == "{}" and one != "{}"}
    return {plain(singular(step)) for step in before} | {plain(kind(nameless(operation.path)))}


def kinds_in_body(contract: Contract, operation: Operation) -> set[str]:
    """The words for the records that members of its JSON bodies may lead to."""
    names = {plain(name) for schema in contract.json_request_schemas(operation) for name in contract.members_in(schema)}
    return {singular(name[: -len(ending)]) for name in names for ending in ("id", "ids") if name.endswith(ending)}
