"""Where worlds are kept: loaded with a version, committed by compare-and-swap."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import msgspec

from mockserver.state.rules import CollectionRules
from mockserver.state.world import World

MAIN = "main"
"""The world of a caller who names none."""


class Store(Protocol):
    """A keeper of worlds by name."""

    def load(self, name: str) -> tuple[World, int]:
        """The world of this name and its version; made from the base on first use."""

    def commit(self, name: str, version: int, world: World) -> bool:
        """Keep this world as the next version; False, and nothing kept, when another commit came first."""


class MemoryStore:
    """Worlds in the memory of this process; `base` gives the world that a new one starts as."""

    def __init__(self, base: Callable[[], World]) -> None:
        self._base = base
        self._kept: dict[str, tuple[World, int]] = {}
        self._lock = threading.Lock()

    def load(self, name: str) -> tuple[World, int]:
        """The world of this name and its version; forked from the base on first use, in O(1)."""
        return self._kept.get(name) or self._fork(name)

    def commit(self, name: str, version: int, world: World) -> bool:
        """Keep this world as the next version; False, and nothing kept, when another commit came first."""
        with self._lock:
            if self._kept[name][1] != version:
                return False
            self._kept[name] = (world, version + 1)
            return True

    def reset(self, name: str) -> World:
        """Put the world of this name back to what the base gives now."""
        world, version = self.load(name)
        while True:
            fresh = msgspec.structs.replace(self._base(), name=name, clock=world.clock)
            if self.commit(name, version, fresh):
                return fresh
            world, version = self.load(name)

    def rebase(self, base: Callable[[], World], rules: Mapping[str, CollectionRules]) -> None:
        """Make new worlds from another base, and have the worlds in use follow other rules; their records stay."""
        with self._lock:
            self._base = base
            self._kept = {name: (world.under(rules), version + 1) for name, (world, version) in self._kept.items()}

    def names(self) -> Iterator[str]:
        """The names of the worlds in use."""
        return iter(tuple(self._kept))

    def _fork(self, name: str) -> tuple[World, int]:
        fresh = msgspec.structs.replace(self._base(), name=name)
        with self._lock:
            return self._kept.setdefault(name, (fresh, 0))
