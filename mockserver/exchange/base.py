"""The world that new worlds start as."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from mockserver.background import start
from mockserver.state.rules import CollectionRules
from mockserver.state.seeding import Seeded
from mockserver.state.world import World

BASE_AGE = 60_000
"""How many milliseconds a base world may be old when another world forks from it: `now-2h` is that exact, and a fork
costs the same however many records there are."""
REMEMBERED = 20
"""How many bases of other instants are remembered, for worlds in a store that were made at those."""
MANY = 2_000
"""How many records with date math are resolved while somebody waits."""


class Base:
    """The world that new worlds start as: the fixtures, their date math resolved at most a minute ago.

    If many records have date math, a thread makes the next base while requests use the old one.
    """

    def __init__(self, seeded: Seeded, clock: Callable[[], int]) -> None:
        self._seeded, self._clock = seeded, clock
        self._known: dict[int, World] = {}  # by the instant of their date math, the newest last
        self._made = self._fresh()
        self._making = threading.Lock()

    def __call__(self) -> World:
        """The base as of now."""
        made, world = self._made
        if 0 <= self._clock() - made < BASE_AGE:
            return world
        if self._seeded.moving <= MANY:
            self._made = self._fresh()
        elif self._making.acquire(blocking=False):
            start("base", self._remake)
        return self._made[1]

    def at(self, instant: int) -> World:
        """The base whose date math was resolved at an instant, in this process or another."""
        made = self._made[1]
        if made.base == instant:
            return made
        known = self._known.get(instant)
        if known is None:
            known = self._known[instant] = self._seeded.at(instant)
            if len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]
        return known

    def renew(self) -> None:
        """Have the date math resolved anew now."""
        self._made = self._fresh()

    def kept(self, fresh: Base, rules: Mapping[str, CollectionRules]) -> Base:  # noqa: ARG002 - a saved state uses it
        """The base that another reading of the same files has."""
        return fresh

    def _remake(self) -> None:
        try:
            self._made = self._fresh()
        finally:
            self._making.release()

    def _fresh(self) -> tuple[int, World]:
        now = self._clock()
        return now, self._seeded.at(now)


class StateBase(Base):
    """A saved state: every new world starts with its records, and at the instant that its clock showed."""

    def __init__(self, begun: Callable[[], World]) -> None:
        self._begun = begun

    def __call__(self) -> World:
        """The world of the state, with a clock that begins now."""
        return self._begun()

    def at(self, instant: int) -> World:  # noqa: ARG002 - its date math is resolved
        """The world of the state."""
        return self._begun()

    def renew(self) -> None:
        """Nothing to do: it has no date math."""

    def kept(self, fresh: Base, rules: Mapping[str, CollectionRules]) -> Base:  # noqa: ARG002 - this base stays
        """The same state, kept by other rules."""
        begun = self._begun
        world = begun().with_rules(rules)
        return StateBase(lambda: replace(begun(), collections=world.collections))
