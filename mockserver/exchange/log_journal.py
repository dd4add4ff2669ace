"""The journal of all worlds in a store that outlives this process, shared by all processes that use it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import msgspec

from mockserver.background import attempt
from mockserver.behaviour.vocabulary import Changed
from mockserver.contract.messages.secrets import Secrets
from mockserver.exchange.exchange import Exchange, numbered
from mockserver.exchange.journals import Journals, Keeping, Kind, Note, Tally
from mockserver.exchange.keeping import packed, unpacked
from mockserver.exchange.weight import lightened
from mockserver.state.following import Turn
from mockserver.state.ledger import Kept
from mockserver.state.log import pack, unpacker
from mockserver.state.log_store import LogStore
from mockserver.state.settling import Settler, Slot
from mockserver.state.world import Past, World


@lru_cache(maxsize=10_000)
def _written(kind: Kind) -> str:
    return msgspec.json.encode(kind).decode()


class _NoteForm(msgspec.Struct, array_like=True):
    """A note as it is written."""

    type: str
    world: str
    at: int = 0
    changes: tuple[Changed, ...] = ()


_note = unpacker(_NoteForm)
_LARGEST_NOTE = 64 * 1024
"""Bytes of a note; the changes of a larger one aren't kept."""
_kind = msgspec.json.Decoder(Kind).decode


class LogJournal(Journals):
    """Keeps entries in the ledger that has the worlds. What it bounds, the ledger bounds: entries and bytes."""

    def __init__(self, store: LogStore, memory: int, secrets: Secrets, kind: Callable[[Exchange], Kind]) -> None:
        self._store, self._ledger, self._heaviest = store, store.ledger, memory // 2
        self.kind, self.secrets = kind, secrets
        self.listeners: list[Callable[[Exchange], None]] = []

    @property
    def total(self) -> int:
        """The place of the newest entry or note of all worlds."""
        return self._ledger.total()

    @property
    def weight(self) -> int:
        """The bytes that the entries of all worlds take in the store. Raises StoreLost."""
        return self._ledger.weight()

    def next_number(self, world: str) -> int:  # noqa: ARG002 - whatever the world
        """None yet: the ledger numbers entries as it keeps them."""
        return 0

    def keep(self, exchange: Exchange) -> Keeping | None:
        """Have an exchange kept as an entry of its world, with what it made of that."""
        turn: Turn = exchange.version
        exchange.past = Past(turn.held.version)
        data = packed(exchange)
        if len(data) > self._heaviest:
            lightened(exchange)
            data = packed(exchange)
        exchange.weight, kind = len(data), _written(self.kind(exchange))
        slot = self._store.settle(turn, kind, data)
        return _Keeping(self._store.settler, slot, exchange, self.listeners)

    def before(self, exchange: Exchange) -> World | None:
        """The world just before an exchange; None where it isn't kept."""
        return None if exchange.past is None else self._store.past(exchange.world, exchange.past)

    def entries(self, world: str) -> Iterator[Exchange]:
        """The entries of a world, oldest first."""
        return (_exchange(kept) for kept in self._ledger.entries(world))

    def entry(self, world: str, number: int) -> Exchange | None:
        """The entry of this number; None when there is none, or no more."""
        kept = self._ledger.entry(world, number)
        return None if kept is None else _exchange(kept)

    def last(self, world: str) -> int:
        """The number of the world's newest entry; 0 before the first."""
        return self._ledger.last(world)

    def note(self, note: Note) -> None:
        """Keep a note for those who follow what happens."""
        data = pack(_NoteForm(note.type, note.world, note.at, note.changes))
        if len(data) > _LARGEST_NOTE:
            data = pack(_NoteForm(note.type, note.world, note.at))
        self._ledger.note(note.world, data)

    def after(self, place: int) -> list[Exchange | Note]:
        """What happened in all worlds after a place, as far as it is known."""
        return [_event(kept) for kept in self._ledger.after(place)]

    def tally(self, world: str | None = None) -> Tally:
        """How many entries of each kind there were, those that are gone among them: of a world, or of all on None."""
        return {_kind(kind): times for kind, times in self._ledger.tally(world).items()}

    def clear(self, world: str) -> None:
        """Forget the entries of a world; its numbers go on, and its kinds are counted for all worlds together."""
        self._ledger.clear(world)

    def forget(self, world: str) -> None:
        """Nothing: the ledger removes the journal with its world."""


class _Keeping:
    """An entry whose slot in the ledger's queue is known."""

    __slots__ = ("_exchange", "_listeners", "_settler", "_slot")

    def __init__(
        self, settler: Settler, slot: Slot, exchange: Exchange, listeners: Iterable[Callable[[Exchange], None]]
    ) -> None:
        self._settler, self._slot, self._exchange, self._listeners = settler, slot, exchange, listeners

    def wait(self) -> None:
        """Return once it is kept, or can't be."""
        self._settler.wait(self._slot)

    def later(self, then: Callable[[], object]) -> None:
        """Call `then` once it is kept, or can't be, in whatever thread."""
        self._settler.later(self._slot, then)

    def finish(self) -> None:
        """Complete the exchange, once it is kept. Raises StoreLost or Outrun."""
        exchange = self._exchange
        exchange.number, exchange.place = self._slot.result()
        exchange.answer, exchange.version = numbered(exchange.answer, exchange.world, exchange.number), None
        for listener in self._listeners:
            attempt("request", listener, exchange)


def _exchange(kept: Kept) -> Exchange:
    return unpacked(kept.world, kept.number, kept.place, kept.data)


def _event(kept: Kept) -> Exchange | Note:
    if kept.number:
        return _exchange(kept)
    form = _note(kept.data)
    return Note(form.type, form.world, kept.place, form.at, form.changes)
