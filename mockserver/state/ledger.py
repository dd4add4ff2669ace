"""What a durable store is to the worlds and journals of one mock: logs, counters and entries as bytes."""

from __future__ import annotations

from typing import NamedTuple, Protocol

FORMAT = 1
"""The version of what is written; a store that another version has written is refused."""
ENTRIES = 1000
"""How many journal entries and events are kept: of each world, and of all worlds together for those who follow."""


class Place(NamedTuple):
    """Where a world's log is: which of the worlds of one name, and how many changes it has had."""

    generation: int = 0
    sequence: int = 0


class Tail(NamedTuple):
    """What a log has from some place on: a snapshot where one is needed, and the entries after it."""

    place: Place
    snapshot: bytes | None
    entries: list[bytes]


class Kept(NamedTuple):
    """A journal entry, or a note about a world where it has no number."""

    place: int
    world: str
    number: int
    data: bytes


class Writing(NamedTuple):
    """A journal entry to keep."""

    world: str
    generation: int
    number: int
    before: int  #: the sequence of the world just before
    kind: str  #: under which it is counted
    data: bytes


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

    def append(self, world: str, at: Place, entry: bytes, snapshot: bytes | None, *, numbered: bool) -> int | None:
        """Add an entry at a place; None, and nothing is added, where the log is elsewhere.

        Where it is `numbered`, the number of the next journal entry is taken in the same step, and returned; else 0.
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

    def next_number(self, world: str, generation: int) -> int:
        """The number of the next journal entry of a world; 0 where that world is gone."""

    def keep(self, entry: Writing) -> int:
        """Keep a journal entry, or count it where its world is gone; the place among all entries."""

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

    def tally(self, world: str | None) -> dict[str, int]:
        """How many entries of each kind there have been: of a world, or of all, removed ones among them."""

    def clear(self, world: str) -> None:
        """Forget the entries of a world; numbers go on, and its kinds are counted for all worlds together."""
