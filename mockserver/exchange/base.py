"""The world that new worlds start as."""

from __future__ import annotations

import threading
from collections.abc import Callable

from mockserver.background import start
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

    def _remake(self) -> None:
        try:
            self._made = self._fresh()
        finally:
            self._making.release()

    def _fresh(self) -> tuple[int, World]:
        now = self._clock()
        return now, self._seeded.at(now)
