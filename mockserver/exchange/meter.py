"""What a mock server has done, as numbers: in memory that its worker processes share, so that any of them shows all."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from mmap import mmap
from typing import Final, NamedTuple

from mockserver.errors import StoreLost
from mockserver.exchange.exchange import Exchange
from mockserver.state.metering import STEPS

BOUNDS: Final = (100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 250_000, 1_000_000)
"""Up to how many microseconds each bucket of a histogram reaches; the last bucket has no bound."""
_SUM: Final = len(BOUNDS) + 1
"""The place of the sum, behind the buckets."""
_TIMES: Final = _SUM + 1
_STATUSES: Final = 600
"""From 0, which stands for a connection that was closed, to 599."""
_ROW: Final = _TIMES + _STATUSES
_CONFLICTS: Final = 0
_STEP: Final = _TIMES + 1
"""How many cells a step of the store has: its times, and how often the store failed."""
_FIXED: Final = 1 + len(STEPS) * _STEP
"""How many cells come before the rows of operations."""
_BYTES: Final = 8


class Times(NamedTuple):
    """How long something took: how many in each bucket, and the sum in microseconds."""

    buckets: tuple[int, ...]
    total: int


class Meter:
    """Counts requests and steps of the store, each worker in a part of its own, which its successor goes on with.

    A request costs 1% of its instructions. Cells that are never used take no memory.
    """

    def __init__(self, operations: Iterable[str] = (), workers: int = 1) -> None:
        self._workers, self._lock = workers, threading.Lock()
        self._rows: dict[str | None, int] = {}
        self._steps = {name: 1 + place * _STEP for place, name in enumerate(STEPS)}
        self._size, self._slot, self._other = 0, 0, _FIXED
        self._cells = self._mine = memoryview(bytearray()).cast("Q")
        self.know((None, *operations))

    def know(self, operations: Iterable[str | None]) -> None:
        """Count these operations too. Only one process, which has not been forked, may come to know more."""
        new = [name for name in operations if name not in self._rows]
        if not new:
            return
        with self._lock:
            kept = self._cells
            self._rows |= {name: _FIXED + (len(self._rows) + place) * _ROW for place, name in enumerate(new)}
            self._size = _FIXED + len(self._rows) * _ROW
            self._cells = memoryview(mmap(-1, self._workers * self._size * _BYTES)).cast("Q")
            self._cells[: len(kept)] = kept
            self.work_as(self._slot)

    def work_as(self, slot: int) -> None:
        """Count in the part of this worker."""
        self._slot, self._mine = slot, self._cells[slot * self._size : (slot + 1) * self._size]

    def __call__(self, exchange: Exchange) -> None:
        """Count a request that was kept, and its time."""
        row, micros = self._rows.get(exchange.operation, self._other), exchange.micros
        status = row + _TIMES + min(exchange.answer.status, _STATUSES - 1)
        with self._lock:
            mine = self._mine
            mine[row + bisect_left(BOUNDS, micros)] += 1
            mine[row + _SUM] += micros
            mine[status] += 1

    def unavailable(self, operation: str | None) -> None:
        """Count a request that got a 503 and was not kept, because the store failed."""
        row = self._rows.get(operation, self._other)
        with self._lock:
            self._mine[row + _TIMES + 503] += 1

    def step(self, name: str, micros: int, lost: StoreLost | None) -> None:
        """Count a step of the store, which may have failed."""
        row = self._steps[name]
        with self._lock:
            mine = self._mine
            mine[row + bisect_left(BOUNDS, micros)] += 1
            mine[row + _SUM] += micros
            mine[row + _TIMES] += lost is not None

    def conflict(self) -> None:
        """Count a commit that another one came before."""
        with self._lock:
            self._mine[_CONFLICTS] += 1

    @property
    def conflicts(self) -> int:
        """How many commits had to be made again."""
        return self._added(_CONFLICTS, 1)[0]

    def requests(self) -> Iterator[tuple[str, dict[int, int], Times]]:
        """Each operation that was called: how often with which status, and its times; "" for paths of none."""
        for name, row in tuple(self._rows.items()):
            cells = self._added(row, _ROW)
            statuses = {status: times for status, times in enumerate(cells[_TIMES:]) if times}
            if statuses:
                yield name or "", statuses, _times(cells)

    def steps(self) -> Iterator[tuple[str, int, Times]]:
        """Each step of the store that was made: how often it failed, and its times."""
        for name, row in self._steps.items():
            cells = self._added(row, _STEP)
            if any(cells):
                yield name, cells[_TIMES], _times(cells)

    def _added(self, start: int, count: int) -> tuple[int, ...]:
        """Cells, added up over all workers."""
        starts = (worker * self._size + start for worker in range(self._workers))
        return tuple(map(sum, zip(*(self._cells[at : at + count] for at in starts), strict=True)))


def _times(cells: tuple[int, ...]) -> Times:
    return Times(cells[:_SUM], cells[_SUM])
