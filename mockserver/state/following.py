"""Worlds as this process holds them: followed along their logs, and ahead of these by what it adds to them."""

from __future__ import annotations

import os
import threading
from itertools import count
from random import Random
from typing import NamedTuple

import msgspec

from mockserver.errors import StoreLost
from mockserver.state.ledger import Addition, Place, Tail
from mockserver.state.log import Change, Entry, Log, Touched, note_touched, pack
from mockserver.state.world import World

_CHANGES, _BYTES = 100, 16 * 1024
"""How many entries and bytes of them a log has, at least, between two snapshots."""

_stamps = Random()  # noqa: S311 - they need not be secret
"""A source of stamps that no code of users can seed, and that differs in each process: to ask the system for each would
let another thread run, in the middle of a request."""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_stamps.seed)


class Held(NamedTuple):
    """A world as this process last saw it, or will have made it once what it has added to the log is kept."""

    place: Place
    world: World
    touched: Touched
    entries: int = 0  #: since the last snapshot
    size: int = 0  #: bytes of these
    snapshot: int = 0  #: bytes of that one
    chain: int = 0  #: which reading of the store it goes back to

    @property
    def version(self) -> int:
        """The place as one number."""
        return self.place.generation << 32 | self.place.sequence


class Turn(NamedTuple):
    """What a request has seen of a world, and what it makes of it."""

    held: Held
    asked: bool  #: whether the store gave that while the request was under way
    world: World
    changes: tuple[Change, ...] = ()


class Follower:
    """Reads logs and writes what is added to them."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self._lock, self._chains = threading.Lock(), count(1)

    def made(self, world: World, generation: int, entry: Entry, size: int) -> Held:
        """A world whose log begins with an entry of so many bytes."""
        return Held(Place(generation), world, note_touched({}, entry), snapshot=size, chain=next(self._chains))

    def following(self, held: Held, world: World, changes: tuple[Change, ...] | None) -> tuple[Addition, Held]:
        """What a commit adds to the log, and what this process holds once it is kept. `changes` are those of a request
        in this world."""
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
        stamp = _stamps.getrandbits(63)
        place = Place(held.place.generation, held.place.sequence + 1, stamp)
        return Addition(data, snapshot, stamp), Held(place, world, touched, *since, held.chain)

    def followed(self, name: str, held: Held | None, tail: Tail) -> Held:
        """What a world becomes by the rest of its log."""
        world, touched, sizes = (None, {}, (0, 0, 0)) if held is None else (held.world, held.touched, held[3:6])
        if tail.snapshot is not None:
            world, touched = self._applied(name, None, {}, tail.snapshot)
            sizes = (0, 0, len(tail.snapshot))
        for data in tail.entries:
            world, touched = self._applied(name, world, touched, data)
            sizes = (sizes[0] + 1, sizes[1] + len(data), sizes[2])
        if world is None:
            raise StoreLost(f"the store has lost a part of the world {name!r}; remove that world")
        return Held(tail.place, world, touched, *sizes, next(self._chains))

    def _applied(self, name: str, world: World | None, touched: Touched, data: bytes) -> tuple[World, Touched]:
        try:
            entry = self.log.read(data)
            after = self.log.applied(name, world, entry)
        except (ValueError, KeyError, TypeError, msgspec.MsgspecError) as error:
            raise StoreLost(f"the log of the world {name!r} can't be read: {error}") from error
        with self._lock:
            return after, note_touched(touched, entry)
