"""The journal of all worlds in a store that outlives this process, shared by all processes that use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from mockserver.background import attempt
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.journal import Journals, Kind, Note, Tally
from mockserver.exchange.keeping import FaultForms, packed, unpacked
from mockserver.exchange.secrets import Secrets
from mockserver.exchange.weight import lightened
from mockserver.state.ledger import Kept, Writing
from mockserver.state.log import pack, unpacker
from mockserver.state.log_store import LogStore
from mockserver.state.world import Past, World

_note = unpacker(tuple[str, str])
_kind = msgspec.json.Decoder(Kind).decode


class LogJournal(Journals):
    """Keeps entries in the ledger that has the worlds. What it bounds, the ledger bounds: entries and bytes."""

    def __init__(
        self, store: LogStore, memory: int, secrets: Secrets, kind: Callable[[Exchange], Kind], faults: FaultForms
    ) -> None:
        self._store, self._ledger, self._heaviest, self._faults = store, store.ledger, memory // 2, faults
        self.kind, self.secrets = kind, secrets
        self.listeners: list[Callable[[Exchange], None]] = []

    @property
    def total(self) -> int:
        """The place of the newest entry or note of all worlds."""
        return self._ledger.total()

    def next_number(self, world: str) -> int:
        """The number of the world's next entry; each number is given once."""
        return self._store.take_number(world)

    def keep(self, exchange: Exchange) -> None:
        """Keep an exchange as an entry of its world; it is only counted where that world is gone."""
        held = self._store.seen(exchange.world)
        before, generation, sequence = exchange.before, 0, 0
        if held is not None and before is not None:
            generation, sequence = held.place
            own = None if before.faults is held.world.faults else self._faults.pack(before.faults)
            exchange.past = Past(held.version, own)  # type: ignore[arg-type]  # plain values, to be written
        data = packed(exchange)
        if len(data) > self._heaviest:
            lightened(exchange)
            data = packed(exchange)
        exchange.weight, kind = len(data), msgspec.json.encode(self.kind(exchange)).decode()
        writing = Writing(exchange.world, generation, exchange.number, sequence, kind, data)
        exchange.place = self._ledger.keep(writing)
        for listener in self.listeners:
            attempt("request", listener, exchange)

    def before(self, exchange: Exchange) -> World | None:
        """The world just before an exchange; None where it isn't kept."""
        past = exchange.past
        if past is None:
            return None
        if past.faults is not None:
            past = Past(past.version, self._faults.unpack(list(past.faults)))
        return self._store.past(exchange.world, past)

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
        self._ledger.note(note.world, pack((note.type, note.world)))

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


def _exchange(kept: Kept) -> Exchange:
    return unpacked(kept.world, kept.number, kept.place, kept.data)


def _event(kept: Kept) -> Exchange | Note:
    if kept.number:
        return _exchange(kept)
    kind, world = _note(kept.data)
    return Note(kind, world, kept.place)
