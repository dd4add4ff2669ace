"""What a durable store is to the worlds and journals of one mock: logs, counters and entries as bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from mockserver.errors import StoreLost

FORMAT = 3
"""The version of what is written; a store that another version has written is refused."""
ENTRIES = 1000
"""How many journal entries and events are kept: of each world, and of all worlds together for those who follow."""


class Place(NamedTuple):
    """Where a world's log is: which of the worlds of one name, how many changes it has had, and which was the last."""

    generation: int = 0
    sequence: int = 0
    stamp: int = 0  #: of the last change, which no other one has: two processes may each have made a third change


class Tail(NamedTuple):
    """What a log has from some place on: a snapshot where one is needed, and the entries after it."""

    place: Place
    snapshot: bytes | None
    entries: list[bytes]


class Addition(NamedTuple):
    """What a commit adds to a log."""

    entry: bytes
    snapshot: bytes | None  #: the world as a whole, where the log is to begin anew
    stamp: int


class Kept(NamedTuple):
    """A journal entry, or a note about a world where it has no number."""

    place: int
    world: str
    number: int
    data: bytes


class Step(NamedTuple):
    """What a request leaves: a journal entry, and what it changed. Kept only where the log is as the request saw it."""

    world: str
    at: Place  #: where the request saw the log
    known: Place  #: up to where this process has what the store has
    exact: bool  #: whether the log must still be there; else its world must
    addition: Addition | None
    kind: str  #: under which the entry is counted
    data: bytes


class Settled(NamedTuple):
    """A step that is kept: the number of its journal entry, and the place of that among all entries."""

    number: int
    place: int


Outcome = Settled | Tail | None
"""What became of a step. It isn't kept where the log has gone on, which then follows, nor where the world is gone: then
its entry is counted, unless the step had to be exact."""


class Full(Exception):
    """There are as many worlds as there may be."""


class Ledger(Protocol):
    """Keeps the worlds and journals of one namespace for all processes that share it.

    Every call is one step that happens wholly or not at all, and shows what all steps before it did. Raises StoreLost.
    """

    kind: str  #: what it is, for messages

    def open(self) -> None:
        """Connect, and check that the store can be used. Raises Unavailable."""

    def check(self) -> None:
        """Whether the store answers. Raises StoreLost."""

    def read(self, world: str, seen: Place) -> Tail | None:
        """What the log has after a place; None where there is no such world. The world counts as used."""

    def past(self, world: str, place: Place) -> Tail | None:
        """The log up to a place, from a snapshot on; None where it isn't kept."""

    def create(self, world: str, snapshot: bytes, most: int) -> int | None:
        """The generation of a new world; None where there is one of that name. Raises Full."""

    def append(self, world: str, at: Place, addition: Addition) -> bool:
        """Add to a log at a place; False, and nothing is added, where the log is elsewhere."""

    def settle(self, steps: Sequence[Step]) -> list[Outcome | StoreLost]:
        """Keep what requests leave, in this order, together: one transaction or one round trip for all of them.

        A world's journal entries are numbered in the order in which they are kept. A world that the store has lost a
        part of doesn't stop the others.
        """

    def remove(self, world: str, idle_since: float | None = None) -> bool:
        """Remove a world with its journal, or only if it was not used since; False where it is not removed.

        A world that is removed on purpose, at any time, is remembered as removed.
        """

    def was_removed(self, world: str) -> bool:
        """Whether a world was removed on purpose, and not made anew."""

    def names(self, idle_since: float | None = None) -> list[str]:
        """The names of all worlds, or of those not used since, the last used first."""

    def count(self) -> int:
        """How many worlds there are."""

    def used(self, world: str) -> float | None:
        """When a world was last used, in seconds since 1970, to about a second."""

    def note(self, world: str, data: bytes) -> int:
        """Keep a note about a world; its place."""

    def entries(self, world: str) -> list[Kept]:
        """The journal of a world, oldest first."""

    def entry(self, world: str, number: int) -> Kept | None:
        """One entry of a world."""

    def last(self, world: str) -> int:
        """The number of the newest entry of a world; 0 before the first."""

    def after(self, place: int) -> list[Kept]:
        """The newest entries and notes of all worlds that come after a place, oldest first."""

    def total(self) -> int:
        """The place of the newest entry or note."""

    def weight(self) -> int:
        """The bytes of the journals of all worlds."""

    def tally(self, world: str | None) -> dict[str, int]:
        """How many entries of each kind there have been: of a world, or of all, removed ones among them."""

    def clear(self, world: str) -> None:
        """Forget the entries of a world; numbers go on, and its kinds are counted for all worlds together."""
