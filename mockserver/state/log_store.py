"""Worlds in a store that outlives this process: kept as logs, and read as far as this process has not seen them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from time import monotonic, time
from typing import Any

import msgspec

from mockserver.state.following import Follower, Held, Turn
from mockserver.state.ledger import Full, Ledger, Outcome, Place, Settled, Step
from mockserver.state.log import Change, Log, pack
from mockserver.state.settling import Settler, Slot
from mockserver.state.store import MAIN, SWEPT, Outrun, Store, too_many
from mockserver.state.world import Past, World

_HELD = 10_000
"""How many worlds this process holds; those that it has held longest are read again when they are used."""
_ANY = 2**31
"""More worlds than there can be: `main` is always made."""


class LogStore(Store):
    """Worlds that all processes with the same store share.

    A request is answered from the newest world that this process knows, and what other requests here have added to the
    log counts before it is kept. The step that keeps the request in the journal finds out whether another process has
    been faster. Nothing is acknowledged before it is kept, nor what was answered from it.
    """

    def __init__(self, ledger: Ledger, log: Log, *, most: int = 10_000, ttl: float | None = None) -> None:
        self.on_removed = []
        self.ledger, self.log, self.most, self.ttl = ledger, log, most, ttl
        self._known: dict[str, Held] = {}  # as the store has them
        self._newest: dict[str, Held] = {}  # with what is on its way there
        self._lock, self._follower = threading.RLock(), Follower(log)
        self.settler = Settler(ledger.settle, self._lost)
        self.kind, self._swept = ledger.kind, 0.0

    def check(self) -> None:
        """Whether the store answers. Raises StoreLost."""
        self.ledger.check()

    def load(self, name: str) -> tuple[World, int]:
        """The world of this name and its version; forked from the base on first use."""
        held = self._current(name) or self._made(name)
        return held.world, held.version

    def find(self, name: str) -> tuple[World, int] | None:
        """The world of this name and its version; None when there is none."""
        held = self._current(name)
        return None if held is None else (held.world, held.version)

    def commit(self, name: str, version: int, world: World) -> bool:
        """Keep this world as the next version; False, and nothing kept, when another commit came first."""
        held = self._known.get(name)
        if held is None or held.version != version:
            return False
        addition, following = self._follower.following(held, world, None)
        if not self.ledger.append(name, held.place, addition):
            return False
        self._hold(name, following)
        return True

    def begin(self, name: str, seen: Any = None) -> tuple[World, Any]:
        """The newest world of this name that this process knows, or that the request has seen, and the turn of that
        request."""
        if seen is not None and seen.world.name == name:
            return seen.world, seen
        held = self._newest.get(name)
        if held is not None:
            return held.world, Turn(held, False, held.world)
        held = self._current(name) or self._made(name)
        return held.world, Turn(held, True, held.world)

    def stage(self, name: str, version: Any, world: World, changes: Iterable[Change] = ()) -> Any:  # noqa: ARG002 - the turn names it
        """Have a turn make this world, once it is settled."""
        turn: Turn = version
        return Turn(turn.held, turn.asked, world, (*turn.changes, *changes))

    def settle(self, turn: Turn, kind: str, data: bytes) -> Slot:
        """Have what a turn makes of its world kept together with its journal entry; the slot says when, or raises
        Outrun."""
        held, known = turn.held, None
        name, changed = held.world.name, turn.world is not held.world
        exact, addition, following = changed or not turn.asked, None, None
        with self._lock:
            known = self._known.get(name)
            if exact and (known is None or self._newest.get(name) is not held):
                self.note_conflict()
                return Slot(None, self._unsettled, Outrun())
            if changed:
                addition, following = self._follower.following(held, turn.world, turn.changes)
                self._newest[name] = following
            step = Step(name, held.place, known.place if known else Place(), exact, addition, kind, data)
            slot = Slot(step, partial(self._settled, turn, known, following))
            self.settler.put(slot)
        return slot

    def _lost(self, step: Step) -> None:
        """The store has failed: it isn't known what it has of a world."""
        with self._lock:
            self._newest.pop(step.world, None)

    @staticmethod
    def _unsettled(_: Outcome) -> Settled:
        raise Outrun

    def _settled(self, turn: Turn, known: Held | None, following: Held | None, outcome: Outcome) -> Settled:
        """What became of a turn. Raises Outrun where it must be taken again."""
        name = turn.held.world.name
        if isinstance(outcome, Settled):
            if following is not None:
                self._hold(name, following)
            return outcome
        if outcome is None:
            if turn.asked and following is None:  # it was there while the request was answered
                return Settled(0, 0)
            self._forget(name)
            self.note_conflict()
            raise Outrun
        with self._lock:
            newest = self._newest.get(name)
            if newest is not None and newest.chain == turn.held.chain:
                del self._newest[name]
        held = self._follower.followed(name, known, outcome)
        self._hold(name, held)
        self.note_conflict()
        raise Outrun(Turn(held, True, held.world))

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
        with self._lock:
            self._known, self._newest = {}, {}

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

    def past(self, name: str, past: Past) -> World | None:
        """A world as it was; None where the log no longer has it."""
        place = Place(past.version >> 32, past.version & 0xFFFFFFFF)
        tail = self.ledger.past(name, place)
        if tail is None:
            return None
        return self._follower.followed(name, None, tail).world

    def _current(self, name: str) -> Held | None:
        """The world as it is now; None where there is none."""
        held = self._known.get(name)
        tail = self.ledger.read(name, Place() if held is None else held.place)
        if tail is None:
            self._forget(name)
            return None
        if held is None or tail.place != held.place:
            held = self._follower.followed(name, held, tail)
        self._hold(name, held)
        return held

    def _hold(self, name: str, held: Held) -> None:
        """Note what the store has of a world; requests go on from there where they don't know of more."""
        with self._lock:
            known, newest = self._known.get(name), self._newest.get(name)
            if known is None or known.place[:2] < held.place[:2]:
                self._known[name] = held
            else:
                held = known
            if newest is None or newest is known or newest.place[:2] < held.place[:2]:
                self._newest[name] = held
            if len(self._known) > _HELD:
                oldest = next(iter(self._known))
                del self._known[oldest]
                self._newest.pop(oldest, None)

    def _forget(self, name: str) -> None:
        with self._lock:
            self._known.pop(name, None)
            self._newest.pop(name, None)

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
        held = self._follower.made(world, generation, entry, len(snapshot))
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
        self._forget(name)
        for listener in self.on_removed:
            listener(name)
        return True
