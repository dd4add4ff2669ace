"""The logs of worlds in a SQLite file: read from a place on, shortened, and added to by steps that are kept at once."""

from __future__ import annotations

from collections.abc import Sequence
from time import time
from typing import Any, Final

from mockserver.errors import StoreLost
from mockserver.state.ledger import Addition, Outcome, Place, Settled, Step, Tail
from mockserver.state.sqlite_file import Run

DROPPED_AT_ONCE: Final = 64
"""How many entries more than are shown a world may have, so that old ones need not be dropped one by one."""
_LOG: Final = "SELECT id, sequence, stamp, number FROM world WHERE namespace = ? AND name = ?"
_CHANGES: Final = "SELECT data FROM change WHERE world = ? AND sequence > ? AND sequence <= ? ORDER BY sequence"
_SNAPSHOT: Final = (
    "SELECT sequence, data FROM snapshot WHERE world = ? AND sequence <= ? ORDER BY sequence DESC LIMIT 1"
)
_CHANGE: Final = "INSERT INTO change VALUES (?, ?, ?)"
_GONE_ON: Final = "UPDATE world SET sequence = ?, stamp = ?, number = ?, used = ? WHERE id = ?"
_OLDEST: Final = (
    "SELECT min(before) FROM (SELECT before FROM entry WHERE world = ? AND number IS NOT NULL ORDER BY number LIMIT 64)"
)
"""Reads that were under way while a change was kept have an entry behind it, and saw the world before."""
TALLY: Final = "INSERT INTO tally VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET times = times + excluded.times"
NEXT: Final = "UPDATE place SET last = last + ? RETURNING last"
ENTRY: Final = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_SIZE: Final = "INSERT INTO size VALUES (?, ?) ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes RETURNING bytes"


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
    """Write an addition to a log; where it has a snapshot, the log can then be shortened."""
    run(_CHANGE, (world, sequence, addition.entry))
    if addition.snapshot is not None:
        run("INSERT INTO snapshot VALUES (?, ?, ?)", (world, sequence, addition.snapshot))


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

    __slots__ = ("generation", "number", "sequence", "stamp")

    def __init__(self, generation: int, sequence: int, stamp: int, number: int) -> None:
        self.generation, self.sequence, self.stamp, self.number = generation, sequence, stamp, number

    @property
    def place(self) -> Place:
        """Where its log is."""
        return Place(self.generation, self.sequence, self.stamp)


class Batch:
    """Steps that are kept in one transaction: each world is looked up once and written once."""

    def __init__(self, run: Run, namespace: str) -> None:
        self._run, self._namespace = run, namespace
        self._worlds: dict[str, _At | None] = {}
        self._entries: list[list[Any]] = []
        self.gone: list[str] = []  #: the kinds of entries whose world is gone
        self.full: list[tuple[int, int]] = []  #: worlds that have old entries to drop, and their newest number
        self._anew: list[int] = []  # worlds whose log begins anew
        self.size = 0  #: bytes of the journals of all worlds, once the batch is written

    def settle(self, steps: Sequence[Step]) -> list[Outcome | StoreLost]:
        """Keep steps in this order."""
        outcomes = [self._settled(step) for step in steps]
        if not self._entries:
            return outcomes
        ((last,),) = self._run(NEXT, (len(self._entries),)).fetchall()
        place = last - len(self._entries)
        for entry in self._entries:
            place += 1
            entry[0] = place
            self._run(ENTRY, entry)
        size = sum(len(entry[-1]) for entry in self._entries)
        ((self.size,),) = self._run(_SIZE, (self._namespace, size)).fetchall()
        now, worlds = time(), [at for at in self._worlds.values() if at is not None]
        for at in worlds:
            self._run(_GONE_ON, (at.sequence, at.stamp, at.number, now, at.generation))
        for world in self._anew:
            trim(self._run, world)
        places = iter(entry[0] for entry in self._entries)
        return [
            Settled(outcome.number, next(places)) if isinstance(outcome, Settled) and outcome.number else outcome
            for outcome in outcomes
        ]

    def _settled(self, step: Step) -> Outcome | StoreLost:
        at = self._at(step.world)
        if at is None or at.generation != step.at.generation:
            if not step.exact:
                self.gone.append(step.kind)
            return None
        if step.exact and at.stamp != step.at.stamp:
            try:
                return tail(self._run, at.place, step.known)
            except StoreLost as lost:
                return lost
        at.number += 1
        if step.addition is not None:
            at.sequence, at.stamp = at.sequence + 1, step.addition.stamp
            add(self._run, at.generation, at.sequence, step.addition)
            if step.addition.snapshot is not None:
                self._anew.append(at.generation)
        self._entries.append(
            [0, self._namespace, step.world, at.generation, at.number, step.at.sequence, step.kind, step.data]
        )
        if at.number % DROPPED_AT_ONCE == 0:
            self.full.append((at.generation, at.number))
        return Settled(at.number, 0)

    def _at(self, world: str) -> _At | None:
        if world not in self._worlds:
            row = self._run(_LOG, (self._namespace, world)).fetchone()
            self._worlds[world] = None if row is None else _At(*row)
        return self._worlds[world]
