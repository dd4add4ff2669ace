"""Where worlds are kept: loaded with a version, committed by compare-and-swap, bounded in number and idle time."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from time import time
from typing import TYPE_CHECKING, Any

import msgspec

from mockserver.errors import Refused
from mockserver.state.world import World

if TYPE_CHECKING:
    from mockserver.state.log import Change

MAIN = "main"
"""The world of a caller who names none."""
SWEPT = 1.0
"""Seconds between two looks for idle worlds."""


class Outrun(Exception):
    """A request was answered from a world that others have changed meanwhile: it must be answered again.

    `seen` is what the store had of that world while the request was under way.
    """

    def __init__(self, seen: Any = None) -> None:
        super().__init__()
        self.seen = seen


class Store(ABC):
    """A keeper of worlds by name."""

    kind: str  #: what keeps them, as people read it
    most: int  #: how many worlds there may be
    on_removed: list[Callable[[str], None]]  #: called with the name of each world that is removed
    on_conflict: Callable[[], None] | None = None  #: called when a commit came second

    @abstractmethod
    def load(self, name: str) -> tuple[World, int]:
        """The world of this name and its version; made from the base on first use."""

    @abstractmethod
    def find(self, name: str) -> tuple[World, int] | None:
        """The world of this name and its version; None when there is none."""

    @abstractmethod
    def commit(self, name: str, version: int, world: World) -> bool:
        """Keep this world as the next version; False, and nothing kept, when another commit came first."""

    @abstractmethod
    def begin(self, name: str, seen: Any = None) -> tuple[World, Any]:
        """The world that a request is answered from, and its version; made from the base on first use.

        A store that others share may give the world as this process last saw it, or as the request has `seen` it: then
        it finds out whether that was the newest one when the request is kept in the journal.
        """

    @abstractmethod
    def stage(self, name: str, version: Any, world: World, changes: Iterable[Change] = ()) -> Any:
        """Have a request make this world the next version; that version, or None when another commit came first.

        Memory commits at once, other stores together with the journal entry. `changes` are those that the behaviour
        made, as far as it knows them.
        """

    @abstractmethod
    def add(self, name: str, world: World | None = None, *, replace: bool = False) -> World | None:
        """Keep a new world, forked from the base or as given; None when the name is taken and not to be replaced."""

    @abstractmethod
    def remove(self, name: str) -> bool:
        """Give up the world of this name; False when there is none."""

    @abstractmethod
    def was_removed(self, name: str) -> bool:
        """Whether the world of this name was removed on purpose, and has not been made anew since."""

    @abstractmethod
    def rebase(self, base: Callable[[], World], change: Callable[[World], World]) -> None:
        """Make new worlds from another base, and put what `change` makes of each world in use in its place."""

    @abstractmethod
    def names(self) -> Iterator[str]:
        """The names of the worlds in use, the last used first."""

    @abstractmethod
    def used(self, name: str) -> float | None:
        """The machine's time of the world's last use, in seconds since 1970."""

    @abstractmethod
    def __len__(self) -> int:
        """How many worlds there are."""

    @abstractmethod
    def _fresh(self) -> World:
        """The world that a new one starts as."""

    @abstractmethod
    def check(self) -> None:
        """Whether worlds can be read. Raises StoreLost."""

    def update(self, name: str, change: Callable[[World], World]) -> World:
        """Commit what `change` makes of the world of this name, however many others commit meanwhile."""
        world, version = self.load(name)
        while True:
            after = change(world)
            if after is world or self.commit(name, version, after):
                return after
            self.note_conflict()
            world, version = self.load(name)

    def again(self, name: str) -> tuple[World, Any]:
        """The world that a request is answered from once more, and its version, after a commit that came second."""
        self.note_conflict()
        return self.begin(name)

    def note_conflict(self) -> None:
        """Count a commit that came second."""
        if self.on_conflict is not None:
            self.on_conflict()

    def reset(self, name: str, keep: tuple[str, ...] = ("clock",)) -> World:
        """Put the world of this name back to what the base gives now, but for the parts to keep."""

        def fresh(world: World) -> World:
            kept: dict[str, Any] = {part: getattr(world, part) for part in keep}
            return msgspec.structs.replace(self._fresh(), name=name, **kept)

        return self.update(name, fresh)


def too_many(most: int, ttl: float | None) -> Refused:
    """The refusal of one world more than there may be."""
    idle = "none of them idle for so long" if ttl is not None else "and none expires without --world-ttl"
    reason = f"there are {most} worlds already, {idle}: remove some, or start with a higher --max-worlds"
    return Refused(429, reason, own=True)


class MemoryStore(Store):
    """Worlds in the memory of this process; `base` gives the world that a new one starts as.

    A world that was not used for `ttl` seconds is removed, except `main`. When there are `most` worlds, a new
    one is refused with 429.
    """

    kind = "memory"

    def __init__(
        self,
        base: Callable[[], World],
        *,
        most: int = 10_000,
        ttl: float | None = None,
        clock: Callable[[], float] = time,
    ) -> None:
        self._base, self.most, self.ttl, self._clock = base, most, ttl, clock
        self._kept: dict[str, tuple[World, int]] = {}
        self._used: dict[str, float] = {}
        self._removed: dict[str, None] = {}  # names, the first removed first; at most `most` of them
        self._generation, self._swept = 0, 0.0
        self._lock = threading.Lock()
        self.on_removed = []

    def load(self, name: str) -> tuple[World, int]:
        """The world of this name and its version; forked from the base on first use, in O(1)."""
        self._used[name] = self._clock()
        return self._kept.get(name) or self._made(name)

    def find(self, name: str) -> tuple[World, int] | None:
        """The world of this name and its version; None when there is none."""
        return self._kept.get(name)

    def begin(self, name: str, seen: Any = None) -> tuple[World, Any]:  # noqa: ARG002 - memory always has the newest
        """The world that a request is answered from, and its version; made from the base on first use."""
        self._used[name] = self._clock()
        return self._kept.get(name) or self._made(name)

    def stage(self, name: str, version: Any, world: World, changes: Iterable[Change] = ()) -> Any:  # noqa: ARG002 - memory keeps the world itself
        """Commit what a request makes of a world; the next version, or None when another commit came first."""
        with self._lock:
            current = self._kept.get(name)
            if current is None or current[1] != version:
                return None
            following = version + 1
            self._kept[name] = (world, following)
            return following

    def commit(self, name: str, version: int, world: World) -> bool:
        """Keep this world as the next version; False, and nothing kept, when another commit came first."""
        return self.stage(name, version, world) is not None

    def add(self, name: str, world: World | None = None, *, replace: bool = False) -> World | None:
        """Keep a new world, forked from the base or as given; None when the name is taken and not to be replaced."""
        with self._lock:
            if name in self._kept and not replace:
                return None
            return self._keep(name, world)[0]

    def remove(self, name: str) -> bool:
        """Give up the world of this name; False when there is none."""
        with self._lock:
            if not self._remove(name):
                return False
            self._removed[name] = None
            if len(self._removed) > self.most:
                del self._removed[next(iter(self._removed))]
            return True

    def was_removed(self, name: str) -> bool:
        """Whether the world of this name was removed on purpose, and has not been made anew since."""
        return name in self._removed

    def rebase(self, base: Callable[[], World], change: Callable[[World], World]) -> None:
        """Make new worlds from another base, and put what `change` makes of each world in use in its place."""
        with self._lock:
            self._base = base
            self._kept = {name: (change(world), version + 1) for name, (world, version) in self._kept.items()}

    def names(self) -> Iterator[str]:
        """The names of the worlds in use, the last used first."""
        with self._lock:
            self._sweep()
            return iter(sorted(self._kept, key=self._last_use, reverse=True))

    def used(self, name: str) -> float | None:
        """The machine's time of the world's last use, in seconds since 1970."""
        return self._used.get(name)

    def __len__(self) -> int:
        return len(self._kept)

    def check(self) -> None:
        """Memory can always be read."""

    def _fresh(self) -> World:
        return self._base()

    def _last_use(self, name: str) -> float:
        return self._used.get(name, 0.0)

    def _made(self, name: str) -> tuple[World, int]:
        with self._lock:
            return self._kept.get(name) or self._keep(name, None)

    def _keep(self, name: str, world: World | None) -> tuple[World, int]:
        current = self._kept.get(name)
        if current is None:
            self._make_room(name)
        version = self._generation << 32 if current is None else current[1] + 1
        made = (msgspec.structs.replace(world or self._base(), name=name), version)
        self._used[name] = self._clock()  # again, for a removal may just have taken away what `load` set
        self._kept[name] = made
        self._removed.pop(name, None)
        return made

    def _make_room(self, name: str) -> None:
        self._sweep(full=len(self._kept) >= self.most)
        if len(self._kept) >= self.most and name != MAIN:
            self._used.pop(name, None)
            raise too_many(self.most, self.ttl)

    def _sweep(self, *, full: bool = False) -> None:
        """Remove idle worlds; at most once a second, or when there are too many."""
        now = self._clock()
        if self.ttl is None or (not full and 0 <= now - self._swept < SWEPT):
            return
        self._swept = now
        for name in [name for name in self._kept if name != MAIN and now - self._last_use(name) > self.ttl]:
            self._remove(name)

    def _remove(self, name: str) -> bool:
        removed = self._kept.pop(name, None) is not None
        self._used.pop(name, None)  # in this order: a request that sets it earlier still gets that world
        if not removed:
            return False
        self._generation += 1  # a later world of the same name has other versions
        for listener in self.on_removed:
            listener(name)
        return True
