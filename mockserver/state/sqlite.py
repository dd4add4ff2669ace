"""A ledger in a SQLite file, which the processes of one machine share."""

from __future__ import annotations

from time import time
from typing import Any, Final

from mockserver.errors import StoreLost, Unavailable
from mockserver.state.ledger import ENTRIES, Full, Kept, Ledger, Place, Tail, Writing
from mockserver.state.sqlite_file import Run, SqliteFile

_GONE: Final = 0
"""The world under which is counted what no world counts any more."""
_FRESH: Final = 1.0
"""Seconds after which a use of a world is written down again."""
_PLACE: Final = "SELECT id, sequence, used FROM world WHERE namespace = ? AND name = ?"
_CHANGES: Final = "SELECT data FROM change WHERE world = ? AND sequence > ? AND sequence <= ? ORDER BY sequence"
_SNAPSHOT: Final = (
    "SELECT sequence, data FROM snapshot WHERE world = ? AND sequence <= ? ORDER BY sequence DESC LIMIT 1"
)
_APPEND: Final = (
    "UPDATE world SET sequence = ?, number = number + ? WHERE id = ? AND sequence = ? RETURNING number, used"
)
_TALLY: Final = "INSERT INTO tally VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1"
_TALLY_DROPPED: Final = (
    "INSERT INTO tally SELECT namespace, ?, kind, count(*) FROM entry WHERE {} GROUP BY namespace, kind"
    " ON CONFLICT DO UPDATE SET times = times + excluded.times"
)
_TALLY_AS_GONE: Final = (
    "INSERT INTO tally SELECT namespace, 0, kind, times FROM tally WHERE namespace = ? AND world = ?"
    " ON CONFLICT DO UPDATE SET times = times + excluded.times"
)
_SIZE: Final = "INSERT INTO size VALUES (?, ?) ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes RETURNING bytes"
_NEXT: Final = "UPDATE place SET last = last + 1 RETURNING last"
_ENTRY: Final = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_ENTRIES: Final = (
    "SELECT place, entry.name, entry.number, data FROM entry JOIN world ON entry.world = world.id"
    " WHERE world.namespace = ? AND world.name = ?"
)
_LAST: Final = (
    "SELECT max(newest, ifnull((SELECT max(number) FROM entry WHERE entry.world = world.id AND number NOT NULL), 0))"
    " FROM world WHERE namespace = ? AND name = ?"
)
_DROPPED_AT_ONCE: Final = 64
"""How many entries more than are shown a world may have, so that old ones need not be dropped one by one."""
_FOREVER: Final = float("inf")


class SqliteLedger(Ledger):
    """One namespace in a file. Each step is a transaction; `memory` bounds the bytes of the journals of all worlds."""

    kind = "SQLite"

    def __init__(self, file: str, namespace: str, *, timeout: float = 1.0, memory: int = 256_000_000) -> None:
        self.namespace, self._memory = namespace, memory
        self._places: dict[str, tuple[Place, float]] = {}  # with the last use that is written down
        self._file = SqliteFile(file, timeout, self._places.clear)

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
            run("SELECT count(*) FROM size").fetchone()

    def read(self, world: str, seen: Place) -> Tail | None:
        """What the log has after a place. Where no other process has written, nothing is read."""
        with self._file.looking():
            known = self._places.get(world)
        now = time()
        if known is not None and known[0] == seen and now - known[1] < _FRESH:
            return Tail(seen, None, [])
        with self._file.reading() as run:
            row = run(_PLACE, (self.namespace, world)).fetchone()
            if row is None:
                self._places.pop(world, None)
                return None
            place, used = Place(row[0], row[1]), row[2]
            self._places[world] = (place, used)
            tail = self._tail(run, place, seen)
        if now - used >= _FRESH:
            self._use(world, place, now)
        return tail

    def _use(self, world: str, place: Place, now: float) -> None:
        with self._file.writing() as run:
            run("UPDATE world SET used = ? WHERE id = ?", (now, place.generation))
            self._places[world] = (place, now)

    @staticmethod
    def _tail(run: Run, place: Place, seen: Place) -> Tail:
        """The log up to a place, after what is known of it; from a snapshot on where that is no longer there."""
        world, until = place
        if seen == place:
            return Tail(place, None, [])
        if seen.generation == world:
            entries = [data for (data,) in run(_CHANGES, (world, seen.sequence, until))]
            if len(entries) == until - seen.sequence:
                return Tail(place, None, entries)
        since, snapshot = run(_SNAPSHOT, (world, until)).fetchone() or (0, None)
        entries = [data for (data,) in run(_CHANGES, (world, since, until))]
        return Tail(place, snapshot if len(entries) == until - since else None, entries)

    def past(self, world: str, place: Place) -> Tail | None:
        """The log up to a place, from a snapshot on; None where it isn't kept."""
        with self._file.reading() as run:
            row = run(_PLACE, (self.namespace, world)).fetchone()
            if row is None or row[0] != place.generation:
                return None
            tail = self._tail(run, place, Place())
            return None if tail.snapshot is None else tail

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

    def append(self, world: str, at: Place, entry: bytes, snapshot: bytes | None, *, numbered: bool) -> int | None:
        """Add an entry at a place; None, and nothing is added, where the log is elsewhere."""
        following = at.sequence + 1
        with self._file.writing() as run:
            row = run(_APPEND, (following, int(numbered), at.generation, at.sequence)).fetchone()
            if row is None:
                self._places.pop(world, None)
                return None
            run("INSERT INTO change VALUES (?, ?, ?)", (at.generation, following, entry))
            if snapshot is not None:
                run("INSERT INTO snapshot VALUES (?, ?, ?)", (at.generation, following, snapshot))
                self._trim(run, at.generation)
        self._places[world] = (Place(at.generation, following), row[1])
        return int(row[0]) if numbered else 0

    @staticmethod
    def _trim(run: Run, world: int) -> None:
        """Drop the log behind what can be rewound to: the world before the oldest journal entry."""
        (oldest,) = run("SELECT min(before) FROM entry WHERE world = ? AND before IS NOT NULL", (world,)).fetchone()
        bound, values = ("", (world,)) if oldest is None else (" AND sequence <= ?", (world, oldest))
        query = f"SELECT max(sequence) FROM snapshot WHERE world = ?{bound}"  # noqa: S608 - no values in it
        (floor,) = run(query, values).fetchone()
        run("DELETE FROM snapshot WHERE world = ? AND sequence < ?", (world, floor or 0))
        run("DELETE FROM change WHERE world = ? AND sequence <= ?", (world, floor or 0))

    def remove(self, world: str, idle_since: float | None = None) -> bool:
        """Remove a world with its journal, or only if it was not used since."""
        with self._file.writing() as run:
            query = "DELETE FROM world WHERE namespace = ? AND name = ? AND used <= ? RETURNING id"
            limit = _FOREVER if idle_since is None else idle_since
            row = run(query, (self.namespace, world, limit)).fetchone()
            self._places.pop(world, None)
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
        return None if row is None else row[2]

    def next_number(self, world: str, generation: int) -> int:  # noqa: ARG002 - the generation names the world
        """The number of the next journal entry of a world; 0 where that world is gone."""
        with self._file.writing() as run:
            row = run("UPDATE world SET number = number + 1 WHERE id = ? RETURNING number", (generation,)).fetchone()
        return 0 if row is None else int(row[0])

    def keep(self, entry: Writing) -> int:
        """Keep a journal entry, or count it where its world is gone; the place among all entries."""
        with self._file.writing() as run:
            if run("SELECT 1 FROM world WHERE id = ?", (entry.generation,)).fetchone() is None:
                run(_TALLY, (self.namespace, _GONE, entry.kind))
                return 0
            ((place,), (size,)) = (run(_NEXT).fetchone(), run(_SIZE, (self.namespace, len(entry.data))).fetchone())
            world, number = entry.generation, entry.number
            run(_ENTRY, (place, self.namespace, entry.world, world, number, entry.before, entry.kind, entry.data))
            if number % _DROPPED_AT_ONCE == 0 and number > ENTRIES:
                self._drop(run, "world = ? AND number <= ?", world, number - ENTRIES)
            if size > self._memory:
                self._drop_oldest(run, size)
        return int(place)

    def _drop(self, run: Run, which: str, world: int, *values: Any) -> None:
        """Drop entries of a world, and count them on."""
        run(_TALLY_DROPPED.format(which), (world, world, *values))
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
            (place,) = run(_NEXT).fetchone()
            run(_ENTRY, (place, self.namespace, world, None, None, None, None, data))
            if place % _DROPPED_AT_ONCE == 0:
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
            return int(run("SELECT last FROM place").fetchone()[0])

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
        (newest,) = run("SELECT max(number) FROM entry WHERE world = ? AND number NOT NULL", (world,)).fetchone()
        run("UPDATE world SET newest = max(newest, ?) WHERE id = ?", (newest or 0, world))
        self._drop(run, "world = ? AND number NOT NULL", world)
        run("DELETE FROM entry WHERE namespace = ? AND name = ? AND number IS NULL", (self.namespace, name))
        run(_TALLY_AS_GONE, (self.namespace, world))
        run("DELETE FROM tally WHERE namespace = ? AND world = ?", (self.namespace, world))
