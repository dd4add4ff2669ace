"""The logs of worlds in a SQLite file: read from a place on, shortened, and added to by steps that are kept at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from time import time
from typing import Any, Final

from mockserver.errors import StoreLost
from mockserver.state.ledger import Addition, Outcome, Place, Settled, Step, Tail
from mockserver.state.sqlite_file import Run

DROPPED_AT_ONCE: Final = 64
"""How many entries more than are shown a world may have, so that old ones need not be dropped one by one."""
_ROWS: Final = 50
"""How many rows one statement reads or writes at most. Each statement lets other threads run, which takes longer than
the statement itself."""
_LOG: Final = "SELECT name, id, sequence, stamp, number, used FROM world WHERE namespace = ? AND name IN ({})"
_CHANGES: Final = "SELECT data FROM change WHERE world = ? AND sequence > ? AND sequence <= ? ORDER BY sequence"
_SNAPSHOT: Final = (
    "SELECT sequence, data FROM snapshot WHERE world = ? AND sequence <= ? ORDER BY sequence DESC LIMIT 1"
)
_CHANGE: Final = "INSERT INTO change VALUES {}"
_GONE_ON: Final = (
    "INSERT INTO world (id, namespace, name, sequence, stamp, number, used) VALUES {} ON CONFLICT (id) DO UPDATE SET"
    " sequence = excluded.sequence, stamp = excluded.stamp, number = excluded.number"
)
_USED: Final = f"{_GONE_ON}, used = excluded.used"
"""It changes an index as well, which has a page of its own to be written."""
FRESH: Final = 1.0
"""Seconds after which a use of a world is written down again."""
_WHOLE: Final = "INSERT INTO snapshot VALUES (?, ?, ?)"
_OLDEST: Final = (
    "SELECT min(before) FROM (SELECT before FROM entry WHERE world = ? AND number IS NOT NULL ORDER BY number LIMIT 64)"
)
"""Reads that were under way while a change was kept have an entry behind it, and saw the world before."""
TALLY: Final = "INSERT INTO tally VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET times = times + excluded.times"
NEXT: Final = "UPDATE counted SET value = value + ? WHERE name = '' RETURNING value"
ENTRY: Final = "INSERT INTO entry VALUES {}"
_COUNT: Final = (
    "INSERT INTO counted VALUES ('', ?), (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value"
    " RETURNING name, value"
)


def tail(run: Run, place: Place, seen: Place) -> Tail:
    """The log up to a place, after what is known of it; from a snapshot on where that is no longer there.

    Raises StoreLost where a part of it is missing.
    """
    world, until, _ = place
    if seen[:2] == place[:2]:
        return Tail(place, None, [])
    if seen.generation == world:
        entries = [data for (data,) in run(_CHANGES, (world, seen.sequence, until))]
        if len(entries) == until - seen.sequence:
            return Tail(place, None, entries)
    since, snapshot = run(_SNAPSHOT, (world, until)).fetchone() or (0, None)
    entries = [data for (data,) in run(_CHANGES, (world, since, until))]
    if snapshot is None or len(entries) != until - since:
        raise StoreLost("the file has lost a part of a world's log; remove that world")
    return Tail(place, snapshot, entries)


def add(run: Run, world: int, sequence: int, addition: Addition) -> None:
    """Write an addition to a log; where it has a snapshot, the log is then shortened."""
    write(run, _CHANGE, [(world, sequence, addition.entry)])
    if addition.snapshot is not None:
        run(_WHOLE, (world, sequence, addition.snapshot))
        trim(run, world)


def write(run: Run, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Write rows by as few statements as may be."""
    for start in range(0, len(rows), _ROWS):
        part = rows[start : start + _ROWS]
        run(_with_rows(statement, len(part), len(part[0])), tuple(chain.from_iterable(part)))


@lru_cache(maxsize=1000)
def _with_rows(statement: str, rows: int, values: int) -> str:
    row = f"({', '.join('?' * values)})"
    return statement.format(", ".join([row] * rows))


def trim(run: Run, world: int) -> None:
    """Drop the log behind what can be rewound to: the world before the oldest journal entry."""
    (oldest,) = run(_OLDEST, (world,)).fetchone()
    bound, values = ("", (world,)) if oldest is None else (" AND sequence <= ?", (world, oldest))
    query = f"SELECT max(sequence) FROM snapshot WHERE world = ?{bound}"  # noqa: S608 - no values in it
    (floor,) = run(query, values).fetchone()
    run("DELETE FROM snapshot WHERE world = ? AND sequence < ?", (world, floor or 0))
    run("DELETE FROM change WHERE world = ? AND sequence <= ?", (world, floor or 0))


class _At:
    """Where a world's log and journal are while steps are added."""

    __slots__ = ("generation", "number", "sequence", "stamp", "used")

    def __init__(self, generation: int, sequence: int, stamp: int, number: int, used: float) -> None:
        self.generation, self.sequence, self.stamp, self.number = generation, sequence, stamp, number
        self.used = used

    @property
    def place(self) -> Place:
        """Where its log is."""
        return Place(self.generation, self.sequence, self.stamp)


class Batch:
    """Steps that are kept in one transaction: worlds, changes and entries are each read or written together."""

    def __init__(self, run: Run, namespace: str) -> None:
        self._run, self._namespace = run, namespace
        self._worlds: dict[str, _At] = {}
        self._entries: list[list[Any]] = []
        self._changes: list[tuple[int, int, bytes]] = []
        self._anew: list[tuple[int, int, bytes]] = []  # snapshots with which logs begin anew
        self._shortened: set[int] = set()
        self.gone: list[str] = []  #: the kinds of entries whose world is gone
        self.full: list[tuple[int, int]] = []  #: worlds that have old entries to drop, and their newest number
        self.size = 0  #: bytes of the journals of all worlds, once the batch is written

    def settle(self, steps: Sequence[Step]) -> list[Outcome | StoreLost]:
        """Keep steps in this order."""
        self._look_up(list({step.world for step in steps}))
        outcomes = [self._settled(step) for step in steps]
        places = iter(self._write() if self._entries else ())
        return [Settled(one, next(places)) if type(one) is int else one for one in outcomes]  # type: ignore[misc]

    def _look_up(self, names: list[str]) -> None:
        for start in range(0, len(names), _ROWS):
            part = names[start : start + _ROWS]
            rows = self._run(_LOG.format(", ".join("?" * len(part))), (self._namespace, *part))
            self._worlds.update({name: _At(*at) for name, *at in rows})

    def _settled(self, step: Step) -> int | Tail | StoreLost | None:
        """The number of a step's entry, or what became of the step instead."""
        at = self._worlds.get(step.world)
        if at is None or at.generation != step.at.generation:
            if not step.exact:
                self.gone.append(step.kind)
            return None
        if step.exact and at.stamp != step.at.stamp:
            self._write_changes()
            try:
                return tail(self._run, at.place, step.known)
            except StoreLost as lost:
                return lost
        at.number += 1
        if step.addition is not None:
            at.sequence, at.stamp = at.sequence + 1, step.addition.stamp
            self._changes.append((at.generation, at.sequence, step.addition.entry))
            if step.addition.snapshot is not None:
                self._anew.append((at.generation, at.sequence, step.addition.snapshot))
        self._entries.append(
            [0, self._namespace, step.world, at.generation, at.number, step.at.sequence, step.kind, step.data]
        )
        if at.number % DROPPED_AT_ONCE == 0:
            self.full.append((at.generation, at.number))
        return at.number

    def _write(self) -> Sequence[int]:
        """Write all; the places of the entries."""
        size, space, many = sum(len(entry[-1]) for entry in self._entries), self._namespace, len(self._entries)
        counted = dict(self._run(_COUNT, (many, space, size)).fetchall())
        last, self.size = counted[""], counted[space]
        places = range(last - many + 1, last + 1)
        for place, entry in zip(places, self._entries, strict=True):
            entry[0] = place
        self._write_changes()
        write(self._run, ENTRY, self._entries)
        self._write_worlds()
        for world in self._shortened:
            trim(self._run, world)
        return places

    def _write_worlds(self) -> None:
        now, space = time(), self._namespace
        rows = [
            (at.generation, space, name, at.sequence, at.stamp, at.number, now, at) for name, at in self._worlds.items()
        ]
        write(self._run, _GONE_ON, [row[:-1] for row in rows if now - row[-1].used < FRESH])
        write(self._run, _USED, [row[:-1] for row in rows if now - row[-1].used >= FRESH])

    def _write_changes(self) -> None:
        write(self._run, _CHANGE, self._changes)
        for snapshot in self._anew:
            self._run(_WHOLE, snapshot)
            self._shortened.add(snapshot[0])
        self._changes, self._anew = [], []
