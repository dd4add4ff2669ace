"""What is known of requests and their answers, whatever keeps it: the journals of all worlds of one app."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import msgspec

from mockserver.contract.messages.secrets import Secrets
from mockserver.exchange.exchange import Exchange
from mockserver.state.world import World

ENTRIES = 1000
"""How many entries a world keeps; the oldest go first."""


class Note(msgspec.Struct, frozen=True):
    """An event of a world that is not a request: `world` when a control call changed it, `removed`."""

    type: str
    world: str
    place: int = 0  #: in the journals of all worlds together
    at: int = 0  #: the world's clock after it
    changes: tuple[Any, ...] = ()  #: of records, where streams may follow these
    weight: int = 0  #: the bytes of these


Kind = tuple[str | None, int, tuple[str, ...]]
"""Operation, status, and the states of the record that the operation was about."""
Tally = dict[Kind, int]
"""How many entries of each kind there were."""


class Keeping(Protocol):
    """An entry on its way into a store."""

    def wait(self) -> None:
        """Return once it is kept, or can't be."""

    def later(self, then: Callable[[], object]) -> None:
        """Call `then` once it is kept, or can't be, in whatever thread."""

    def finish(self) -> None:
        """Complete the exchange, once it is kept. Raises StoreLost, or Outrun where the request must be answered
        again."""


class Journals(ABC):
    """The journals of all worlds of one app: each world's entries have numbers, and all events together a place."""

    kind: Callable[[Exchange], Kind]  #: sorts entries, so that they can be counted
    secrets: Secrets  #: what is not shown of entries
    listeners: list[Callable[[Exchange], None]]  #: called with each entry that this process keeps

    @abstractmethod
    def next_number(self, world: str) -> int:
        """The number of the world's next entry; each number is given once. 0 where it is given with the entry."""

    @abstractmethod
    def keep(self, exchange: Exchange) -> Keeping | None:
        """Keep an exchange as an entry of its world; it is only counted where that world is gone. None once it is kept.

        What the request has staged in its world is kept with it.
        """

    @abstractmethod
    def before(self, exchange: Exchange) -> World | None:
        """The world just before an entry; None where it isn't known any more."""

    @abstractmethod
    def entries(self, world: str) -> Iterator[Exchange]:
        """The entries of a world, oldest first."""

    @abstractmethod
    def entry(self, world: str, number: int) -> Exchange | None:
        """The entry of this number; None when there is none, or no more."""

    @abstractmethod
    def last(self, world: str) -> int:
        """The number of the world's newest entry; 0 before the first."""

    @property
    @abstractmethod
    def total(self) -> int:
        """How many entries and notes there have been in all worlds."""

    @property
    @abstractmethod
    def weight(self) -> int:
        """The bytes that the entries of all worlds take. Raises StoreLost."""

    @abstractmethod
    def note(self, note: Note) -> None:
        """Keep a note for those who follow what happens."""

    @abstractmethod
    def after(self, place: int) -> list[Exchange | Note]:
        """What happened in all worlds after the first `place` events, as far as it is known."""

    @abstractmethod
    def tally(self, world: str | None = None) -> Tally:
        """How many entries of each kind there were, those that are gone among them: of a world, or of all on None."""

    @abstractmethod
    def clear(self, world: str) -> None:
        """Forget the entries of a world; its numbers go on, and its kinds are counted for all worlds together."""

    @abstractmethod
    def forget(self, world: str) -> None:
        """Forget all of a world that is gone."""

    def left(self, world: str) -> None:
        """A world is gone: its journal goes too, and its listeners are notified."""
        self.forget(world)
        self.note(Note("removed", world))
