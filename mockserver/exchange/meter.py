"""What a mock server has done, as numbers; worker processes keep theirs in shared memory, so that any shows all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableSequence
from functools import partial
from mmap import mmap
from typing import Final, NamedTuple, cast

from mockserver.errors import StoreLost
from mockserver.exchange.exchange import Exchange
from mockserver.state.metering import STEPS

BOUNDS: Final = tuple(2**power for power in range(6, 21))
"""Up to how many microseconds each bucket of a histogram reaches, 64 to 1,048,576; one more has no bound."""
_LEAST: Final = 6
_SUM: Final = 63
"""The place of the sum; before it is, at each length in bits, how many times were that long."""
_COUNTED: Final = 64
"""The place from which each status has a cell, from 0 for a closed connection to 599; of a step, 1 is a failure."""
OTHER: Final = 600
"""Stands for all other statuses, which a contract may declare although HTTP has none."""
_ROW: Final = _COUNTED + OTHER + 1
_BYTES: Final = 8

Row = MutableSequence[int]
Key = str | tuple[str, str] | None
"""An operation, None for paths of none, or a step of the store."""
_CONFLICTS: Final = ("store", "conflict")


class Times(NamedTuple):
    """How long something took: how many in each bucket, and the sum in microseconds."""

    buckets: tuple[int, ...]
    total: int


class Meter:
    """Counts requests and steps of the store; a worker that takes the place of another one goes on with its numbers.

    There is no lock, which would cost as much as the rest: CPython gives the interpreter to another thread only at
    calls and jumps, and there is none between reading and writing a cell.
    """

    def __init__(self, operations: Iterable[str] = (), workers: int = 1) -> None:
        self._shared: dict[Key, int] = {}  # the place of each row in shared memory
        self._all = [_Rows(lambda _: [0] * _ROW)]
        if workers > 1:
            names: tuple[Key, ...] = (None, *operations, *(("step", name) for name in STEPS), _CONFLICTS)
            self._shared = {name: place * _ROW for place, name in enumerate(names)}
            size = len(names) * _ROW
            cells = memoryview(mmap(-1, workers * size * _BYTES)).cast("Q")
            self._all = [_Rows(partial(self._part, cells, worker * size)) for worker in range(workers)]
        self._rows = self._all[0]

    def _part(self, cells: memoryview[int], start: int, name: Key) -> Row:
        start += self._shared.get(name, self._shared[None])
        return cast(Row, cells[start : start + _ROW])

    def work_as(self, slot: int) -> None:
        """Count as this worker."""
        self._rows = self._all[slot]

    def count(self, exchange: Exchange) -> None:
        """Count a request that was kept, and its time."""
        row, micros = self._rows[exchange.operation], exchange.micros
        row[micros.bit_length()] += 1
        row[_SUM] += micros
        try:
            row[_COUNTED + exchange.answer.status] += 1
        except IndexError:
            row[_COUNTED + OTHER] += 1

    def unavailable(self, operation: str | None) -> None:
        """Count a request that got a 503 and was not kept, because the store failed."""
        self._rows[operation][_COUNTED + 503] += 1

    def step(self, name: str, micros: int, lost: StoreLost | None) -> None:
        """Count a step of the store, which may have failed."""
        row = self._rows["step", name]
        row[micros.bit_length()] += 1
        row[_SUM] += micros
        row[_COUNTED + (lost is not None)] += 1

    def conflict(self) -> None:
        """Count a commit that another one came before."""
        self._rows[_CONFLICTS][_COUNTED] += 1

    @property
    def conflicts(self) -> int:
        """How many commits had to be made again."""
        return self._added(_CONFLICTS)[_COUNTED]

    def requests(self) -> Iterator[tuple[str, dict[int, int], Times]]:
        """Each operation that was called: how often with which status, and its times; "" for paths of none."""
        for name, row in self._used():
            if not isinstance(name, tuple):
                statuses = {status: times for status, times in enumerate(row[_COUNTED:]) if times}
                yield name or "", statuses, _times(row)

    def steps(self) -> Iterator[tuple[str, int, Times]]:
        """Each step of the store that was made: how often it failed, and its times."""
        for name, row in self._used():
            if isinstance(name, tuple) and name != _CONFLICTS:
                yield name[1], row[_COUNTED + 1], _times(row)

    def _used(self) -> Iterator[tuple[Key, tuple[int, ...]]]:
        """The rows in which something was counted."""
        for name in tuple(self._shared or self._rows):
            row = self._added(name)
            if any(row):
                yield name, row

    def _added(self, name: Key) -> tuple[int, ...]:
        """A row, added up over all workers."""
        return tuple(map(sum, zip(*(rows[name] for rows in self._all), strict=True)))


class _Rows(dict[Key, Row]):
    """Rows that are made when they are first used: most operations of a large contract never are."""

    def __init__(self, make: Callable[[Key], Row]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: Key) -> Row:
        return self.setdefault(name, self._make(name))


def _times(row: tuple[int, ...]) -> Times:
    short = sum(row[: _LEAST + 1])
    long = _LEAST + len(BOUNDS)
    return Times((short, *row[_LEAST + 1 : long], sum(row[long:_SUM])), row[_SUM])
