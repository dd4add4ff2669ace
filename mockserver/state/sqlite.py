"""A ledger in a SQLite file, which the processes of one machine share."""

from __future__ import annotations

from collections.abc import Sequence
from time import time
from typing import Any, Final

from mockserver.errors import StoreLost, Unavailable
from mockserver.state.ledger import ENTRIES, Addition, Full, Kept, Ledger, Outcome, Place, Step, Tail
from mockserver.state.sqlite_file import Run, SqliteFile
from mockserver.state.sqlite_log import DROPPED_AT_ONCE, ENTRY, FRESH, NEXT, TALLY, Batch, add, tail, write

_GONE: Final = 0
"""The world under which is counted what no world counts any more."""
_PLACE: Final = "SELECT id, sequence, stamp, used FROM world WHERE namespace = ? AND name = ?"
_APPEND: Final = (
    "UPDATE world SET sequence = ?, stamp = ?, used = ? WHERE id = ? AND sequence = ? AND stamp = ? RETURNING id"
)
_DROPPED: Final = "SELECT kind, count(*), sum(length(data)) FROM entry WHERE {} GROUP BY kind"
_LIGHTER: Final = "UPDATE counted SET value = value - ? WHERE name = ?"
_TALLY_AS_GONE: Final = (
    "INSERT INTO tally SELECT namespace, 0, kind, times FROM tally WHERE namespace = ? AND world = ?"
    " ON CONFLICT DO UPDATE SET times = times + excluded.times"
)
_ENTRIES: Final = (
    "SELECT place, entry.name, entry.number, data FROM entry JOIN world ON entry.world = world.id"
    " WHERE world.namespace = ? AND world.name = ?"
)
_COUNTED: Final = "SELECT value FROM counted WHERE name = ?"
_LAST: Final = "SELECT number FROM world WHERE namespace = ? AND name = ?"
_FOREVER: Final = float("inf")


class SqliteLedger(Ledger):
    """One namespace in a file. Each step is a transaction; `memory` bounds the bytes of the journals of all worlds."""

    kind = "SQLite"

    def __init__(self, file: str, namespace: str, *, timeout: float = 1.0, memory: int = 256_000_000) -> None:
        self.namespace, self._memory = namespace, memory
        self._file = SqliteFile(file, timeout)

    def open(self) -> None:
        """Make the tables of a new file, and check one that is there. Raises Unavailable."""
        try:
            self._file.prepare()
        except StoreLost as error:
            fix = "--store sqlite:FILE names a file that this user can write"
            raise Unavailable(f"the store can't be used: {error}", fix=fix) from None

    def check(self) -> None:
        """Whether the file can be read."""
        with self._file.looking() as run:
            run("SELECT count(*) FROM counted").fetchone()

    def read(self, world: str, seen: Place) -> Tail | None:
        """What the log has after a place; None where there is no such world. The world counts as used."""
        with self._file.reading() as run:
            row = run(_PLACE, (self.namespace, world)).fetchone()
            if row is None:
                return None
            *place, used = row
            found = tail(run, Place(*place), seen)
        now = time()
        if now - used >= FRESH:
            with self._file.writing() as run:
                run("UPDATE world SET used = ? WHERE id = ?", (now, place[0]))
        return found

    def past(self, world: str, place: Place) -> Tail | None:
        """The log up to a place, from a snapshot on; None where it isn't kept."""
        with self._file.reading() as run:
            row = run(_PLACE, (self.namespace, world)).fetchone()
            if row is None or row[0] != place.generation:
                return None
            try:
                return tail(run, place, Place())
            except StoreLost:
                return None

    def create(self, world: str, snapshot: bytes, most: int) -> int | None:
        """The generation of a new world; None where there is one of that name. Raises Full."""
        with self._file.writing() as run:
            if run("SELECT 1 FROM world WHERE namespace = ? AND name = ?", (self.namespace, world)).fetchone():
                return None
            if self._count(run) >= most:
                raise Full
            values = (self.namespace, world, time())
            made: int = run("INSERT INTO world (namespace, name, used) VALUES (?, ?, ?)", values).lastrowid or 0
            run("INSERT INTO snapshot VALUES (?, 0, ?)", (made, snapshot))
            run("DELETE FROM removed WHERE namespace = ? AND name = ?", (self.namespace, world))
        return made

    def append(self, world: str, at: Place, addition: Addition) -> bool:  # noqa: ARG002 - the generation names the world
        """Add to a log at a place; False, and nothing is added, where the log is elsewhere."""
        generation, sequence, stamp = at
        with self._file.writing() as run:
            values = (sequence + 1, addition.stamp, time(), generation, sequence, stamp)
            if run(_APPEND, values).fetchone() is None:
                return False
            add(run, generation, sequence + 1, addition)
        return True

    def settle(self, steps: Sequence[Step]) -> list[Outcome | StoreLost]:
        """Keep what requests leave, in this order, in one transaction."""
        with self._file.writing() as run:
            batch = Batch(run, self.namespace)
            outcomes = batch.settle(steps)
            for kind in batch.gone:
                run(TALLY, (self.namespace, _GONE, kind, 1))
            for world, number in batch.full:
                if number > ENTRIES:
                    self._drop(run, "world = ? AND number <= ?", world, number - ENTRIES)
            if batch.size > self._memory:
                self._drop_oldest(run, batch.size)
        return outcomes

    def remove(self, world: str, idle_since: float | None = None) -> bool:
        """Remove a world with its journal, or only if it was not used since."""
        with self._file.writing() as run:
            query = "DELETE FROM world WHERE namespace = ? AND name = ? AND used <= ? RETURNING id"
            limit = _FOREVER if idle_since is None else idle_since
            row = run(query, (self.namespace, world, limit)).fetchone()
            if row is None:
                return False
            self._clear(run, world, row[0])
            if idle_since is None:
                run("INSERT OR REPLACE INTO removed VALUES (?, ?, ?)", (self.namespace, world, time()))
        return True

    def was_removed(self, world: str) -> bool:
        """Whether a world was removed on purpose, and not made anew."""
        with self._file.looking() as run:
            query = "SELECT 1 FROM removed WHERE namespace = ? AND name = ?"
            return run(query, (self.namespace, world)).fetchone() is not None

    def names(self, idle_since: float | None = None) -> list[str]:
        """The names of all worlds, or of those not used since, the last used first."""
        limit = _FOREVER if idle_since is None else idle_since
        with self._file.looking() as run:
            query = "SELECT name FROM world WHERE namespace = ? AND used <= ? ORDER BY used DESC"
            return [name for (name,) in run(query, (self.namespace, limit))]

    def count(self) -> int:
        """How many worlds there are."""
        with self._file.looking() as run:
            return self._count(run)

    def _count(self, run: Run) -> int:
        return int(run("SELECT count(*) FROM world WHERE namespace = ?", (self.namespace,)).fetchone()[0])

    def used(self, world: str) -> float | None:
        """When a world was last used, in seconds since 1970, to about a second."""
        with self._file.looking() as run:
            row = run(_PLACE, (self.namespace, world)).fetchone()
        return None if row is None else row[3]

    def _drop(self, run: Run, which: str, world: int, *values: Any) -> None:
        """Drop entries of a world, and count them on."""
        dropped = run(_DROPPED.format(which), (world, *values)).fetchall()
        if not dropped:
            return
        for kind, times, _ in dropped:
            run(TALLY, (self.namespace, world, kind, times))
        run(_LIGHTER, (sum(size for *_, size in dropped), self.namespace))
        run(f"DELETE FROM entry WHERE {which}", (world, *values))  # noqa: S608 - a condition of ours

    def _drop_oldest(self, run: Run, size: int) -> None:
        """Drop the oldest entries of all worlds, a sixteenth more than must be, so that it need not be done often."""
        query = "SELECT place, world, length(data) FROM entry WHERE namespace = ? AND number NOT NULL ORDER BY place"
        last, worlds = 0, set()
        for place, world, length in run(query, (self.namespace,)):
            last, size = place, size - length
            worlds.add(world)
            if size <= self._memory - self._memory // 16:
                break
        for world in worlds:
            self._drop(run, "world = ? AND number NOT NULL AND place <= ?", world, last)

    def note(self, world: str, data: bytes) -> int:
        """Keep a note about a world; its place."""
        with self._file.writing() as run:
            (place,) = run(NEXT, (1,)).fetchone()
            write(run, ENTRY, [(place, self.namespace, world, None, None, None, None, data)])
            if place % DROPPED_AT_ONCE == 0:
                query = "DELETE FROM entry WHERE namespace = ? AND place <= ? AND number IS NULL"
                run(query, (self.namespace, place - ENTRIES))
        return int(place)

    def last(self, world: str) -> int:
        """The number of the newest entry of a world; 0 before the first."""
        with self._file.looking() as run:
            row = run(_LAST, (self.namespace, world)).fetchone()
        return 0 if row is None else int(row[0])

    def entries(self, world: str) -> list[Kept]:
        """The journal of a world, oldest first."""
        with self._file.looking() as run:
            kept = [Kept(*row) for row in run(f"{_ENTRIES} ORDER BY entry.number", (self.namespace, world))]
        return [one for one in kept if one.number > kept[-1].number - ENTRIES]

    def entry(self, world: str, number: int) -> Kept | None:
        """One entry of a world."""
        if number <= self.last(world) - ENTRIES:
            return None
        with self._file.looking() as run:
            row = run(f"{_ENTRIES} AND entry.number = ?", (self.namespace, world, number)).fetchone()
        return None if row is None else Kept(*row)

    def after(self, place: int) -> list[Kept]:
        """The newest entries and notes of all worlds that come after a place, oldest first."""
        query = "SELECT place, name, ifnull(number, 0), data FROM entry WHERE namespace = ? AND place > ?"
        with self._file.looking() as run:
            rows = run(f"{query} ORDER BY place DESC LIMIT ?", (self.namespace, place, ENTRIES)).fetchall()
        return [Kept(*row) for row in reversed(rows)]

    def total(self) -> int:
        """The place of the newest entry or note."""
        with self._file.looking() as run:
            return int(run(_COUNTED, ("",)).fetchone()[0])

    def weight(self) -> int:
        """The bytes of the journals of all worlds."""
        with self._file.looking() as run:
            row = run(_COUNTED, (self.namespace,)).fetchone()
        return 0 if row is None else int(row[0])

    def tally(self, world: str | None) -> dict[str, int]:
        """How many entries of each kind there have been: of a world, or of all, removed ones among them."""
        values, only = [self.namespace], ""
        if world is not None:
            values += [self.namespace, world]
            only = " AND world = (SELECT id FROM world WHERE namespace = ? AND name = ?)"
        dropped = f"SELECT kind, times FROM tally WHERE namespace = ?{only}"  # noqa: S608 - a condition of ours
        there = f"SELECT kind, 1 AS times FROM entry WHERE namespace = ? AND number NOT NULL{only}"  # noqa: S608
        query = f"SELECT kind, sum(times) FROM ({dropped} UNION ALL {there}) GROUP BY kind"  # noqa: S608
        with self._file.looking() as run:
            return dict(run(query, (*values, *values)).fetchall())

    def clear(self, world: str) -> None:
        """Forget the entries of a world; numbers go on, and its kinds are counted for all worlds together."""
        with self._file.writing() as run:
            row = run("SELECT id FROM world WHERE namespace = ? AND name = ?", (self.namespace, world)).fetchone()
            if row is not None:
                self._clear(run, world, row[0])

    def _clear(self, run: Run, name: str, world: int) -> None:
        self._drop(run, "world = ? AND number NOT NULL", world)
        run("DELETE FROM entry WHERE namespace = ? AND name = ? AND number IS NULL", (self.namespace, name))
        run(_TALLY_AS_GONE, (self.namespace, world))
        run("DELETE FROM tally WHERE namespace = ? AND world = ?", (self.namespace, world))
