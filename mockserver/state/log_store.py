"""Worlds in a store that outlives this process: kept as logs, and read as far as this process has not seen them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from time import monotonic, time
from typing import NamedTuple

import msgspec

from mockserver.errors import StoreLost
from mockserver.state.ledger import Full, Ledger, Place, Tail
from mockserver.state.log import Change, Log, Touched, note_touched, pack
from mockserver.state.store import MAIN, SWEPT, Store, too_many
from mockserver.state.world import Past, World

_CHANGES, _BYTES = 100, 16 * 1024
"""How many entries and bytes of them a log has, at least, between two snapshots."""
_HELD = 10_000
"""How many worlds this process holds; those that it has held longest are read again when they are used."""


_ANY = 2**31
"""More worlds than there can be: `main` is always made."""


class Held(NamedTuple):
    """A world as this process last saw it."""

    place: Place
    world: World
    touched: Touched
    entries: int = 0  #: since the last snapshot
    size: int = 0  #: bytes of these
    snapshot: int = 0  #: bytes of that one

    @property
    def version(self) -> int:
        """The place as one number."""
        return self.place.generation << 32 | self.place.sequence


class LogStore(Store):
    """Worlds that all processes with the same store share.

    Each load asks the store, so that an answer never shows less than what was committed before it was asked for.
    """

    def __init__(self, ledger: Ledger, log: Log, *, most: int = 10_000, ttl: float | None = None) -> None:
        self.on_removed = []
        self.ledger, self.log, self.most, self.ttl = ledger, log, most, ttl
        self._held: dict[str, Held] = {}
        self._lock, self._local = threading.RLock(), threading.local()
        self.kind, self._swept = ledger.kind, 0.0

    def check(self) -> None:
        """Whether the store answers. Raises StoreLost."""
        self.ledger.check()

    def load(self, name: str) -> tuple[World, int]:
        """The world of this name and its version; forked from the base on first use."""
        held = self._current(name) or self._made(name)
        self._local.seen = held
        return held.world, held.version

    def find(self, name: str) -> tuple[World, int] | None:
        """The world of this name and its version; None when there is none."""
        held = self._current(name)
        return None if held is None else (held.world, held.version)

    def commit(self, name: str, version: int, world: World, changes: Iterable[Change] | None = None) -> bool:
        """Keep this world as the next version; False, and nothing kept, when another commit came first."""
        held = self._held.get(name)
        if held is None or held.version != version:
            return False
        data, snapshot, following = self._following(held, world, changes or ())
        number = self.ledger.append(name, held.place, data, snapshot, numbered=changes is not None)
        if number is None:
            return False
        self._hold(name, following)
        if changes is not None:
            self._local.number = (name, held.place.generation, number)
        return True

    def _following(self, held: Held, world: World, changes: Iterable[Change]) -> tuple[bytes, bytes | None, Held]:
        """The entry of a commit, a snapshot where one is due, and what this process holds once it is kept."""
        entry = self.log.change(held.world, world, changes)
        data, snapshot = pack(entry), None
        entries, size = held.entries + 1, held.size + len(data)
        with self._lock:
            touched = note_touched(held.touched, entry)
            if entry.base is not None:
                snapshot = data
            elif entries >= _CHANGES and size >= max(held.snapshot, _BYTES):
                snapshot = pack(self.log.whole(world, touched))
        since = (entries, size, held.snapshot) if snapshot is None else (0, 0, len(snapshot))
        place = Place(held.place.generation, held.place.sequence + 1)
        return data, snapshot, Held(place, world, touched, *since)

    def add(self, name: str, world: World | None = None, *, replace: bool = False) -> World | None:
        """Keep a new world, forked from the base or as given; None when the name is taken and not to be replaced."""
        made = msgspec.structs.replace(world or self.log.bases(), name=name)
        if self._create(name, made) is not None:
            return made
        return self.update(name, lambda _: made) if replace else None

    def remove(self, name: str) -> bool:
        """Give up the world of this name; False when there is none."""
        return self._removed(name)

    def was_removed(self, name: str) -> bool:
        """Whether the world of this name was removed on purpose, and has not been made anew since."""
        return name != MAIN and self.ledger.was_removed(name)

    def rebase(self, base: Callable[[], World], change: Callable[[World], World]) -> None:  # noqa: ARG002
        """Make worlds from other fixtures: each is read again, as its changes to these."""
        self.log.bases = base  # type: ignore[assignment]  # an engine's base is one
        self._held = {}

    def names(self) -> Iterator[str]:
        """The names of the worlds in use, the last used first."""
        self._sweep()
        return iter(self.ledger.names())

    def used(self, name: str) -> float | None:
        """The time of the world's last use in any process, in seconds since 1970."""
        return self.ledger.used(name)

    def __len__(self) -> int:
        return self.ledger.count()

    def _fresh(self) -> World:
        return self.log.bases()

    def seen(self, name: str) -> Held | None:
        """The world as this thread last loaded it."""
        held: Held | None = getattr(self._local, "seen", None)
        return held if held is not None and held.world.name == name else None

    def take_number(self, name: str) -> int:
        """The number that this thread's last commit in a world gave its request, once; else the next one."""
        name_of_last, generation, number = getattr(self._local, "number", ("", 0, 0))
        self._local.number = ("", 0, 0)
        held = self.seen(name)
        if held is None:
            return 0
        if name_of_last == name and generation == held.place.generation:
            return int(number)
        return self.ledger.next_number(name, held.place.generation)

    def past(self, name: str, past: Past) -> World | None:
        """A world as it was; None where the log no longer has it."""
        place = Place(past.version >> 32, past.version & 0xFFFFFFFF)
        tail = self.ledger.past(name, place)
        if tail is None:
            return None
        world = self._followed(name, None, tail).world
        return world if past.faults is None else msgspec.structs.replace(world, faults=past.faults)

    def _current(self, name: str) -> Held | None:
        """The world as it is now; None where there is none."""
        held = self._held.get(name)
        tail = self.ledger.read(name, Place() if held is None else held.place)
        if tail is None:
            self._held.pop(name, None)
            return None
        if held is not None and tail.place == held.place:
            return held
        held = self._followed(name, held, tail)
        self._hold(name, held)
        return held

    def _followed(self, name: str, held: Held | None, tail: Tail) -> Held:
        """What a world becomes by the rest of its log."""
        world, touched, sizes = (None, {}, (0, 0, 0)) if held is None else (held.world, held.touched, held[3:])
        if tail.snapshot is not None:
            world, touched = self._applied(name, None, {}, tail.snapshot)
            sizes = (0, 0, len(tail.snapshot))
        for data in tail.entries:
            world, touched = self._applied(name, world, touched, data)
            sizes = (sizes[0] + 1, sizes[1] + len(data), sizes[2])
        if world is None:
            raise StoreLost(f"the store has lost a part of the world {name!r}; remove that world")
        return Held(tail.place, world, touched, *sizes)

    def _applied(self, name: str, world: World | None, touched: Touched, data: bytes) -> tuple[World, Touched]:
        try:
            entry = self.log.read(data)
            after = self.log.applied(name, world, entry)
        except (ValueError, KeyError, TypeError, msgspec.MsgspecError) as error:
            raise StoreLost(f"the log of the world {name!r} can't be read: {error}") from error
        with self._lock:
            return after, note_touched(touched, entry)

    def _hold(self, name: str, held: Held) -> None:
        with self._lock:
            before = self._held.get(name)
            if before is None or before.place < held.place:
                self._held[name] = held
            if len(self._held) > _HELD:
                del self._held[next(iter(self._held))]

    def _made(self, name: str) -> Held:
        """The world of this name, made from the base unless another process makes it first."""
        while True:
            made = self._create(name, msgspec.structs.replace(self.log.bases(), name=name)) or self._current(name)
            if made is not None:
                return made

    def _create(self, name: str, world: World) -> Held | None:
        entry = self.log.whole(world)
        snapshot = pack(entry)
        try:
            generation = self.ledger.create(name, snapshot, self._most_for(name))
        except Full:
            self._sweep(full=True)
            try:
                generation = self.ledger.create(name, snapshot, self._most_for(name))
            except Full:
                raise too_many(self.most, self.ttl) from None
        if generation is None:
            return None
        held = Held(Place(generation, 0), world, note_touched({}, entry), snapshot=len(snapshot))
        self._hold(name, held)
        return held

    def _most_for(self, name: str) -> int:
        return _ANY if name == MAIN else self.most

    def _sweep(self, *, full: bool = False) -> None:
        """Remove idle worlds; at most once a second, or when there are too many."""
        now = monotonic()
        if self.ttl is None or (not full and now - self._swept < SWEPT):
            return
        self._swept = now
        since = time() - self.ttl
        for name in self.ledger.names(since):
            if name != MAIN:
                self._removed(name, since)

    def _removed(self, name: str, idle_since: float | None = None) -> bool:
        if not self.ledger.remove(name, idle_since):
            return False
        self._held.pop(name, None)
        for listener in self.on_removed:
            listener(name)
        return True
