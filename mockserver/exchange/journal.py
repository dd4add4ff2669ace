"""Journals in the memory of one process, bounded in entries of a world, and in bytes over all worlds together."""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Callable, Iterator
from itertools import count

import msgspec

from mockserver.background import attempt
from mockserver.contract.messages.secrets import LISTED, Secrets
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.journals import ENTRIES, Journals, Kind, Note, Tally
from mockserver.exchange.memory import give_back
from mockserver.exchange.weight import lightened, weight_of, weight_of_changes
from mockserver.settings import JOURNAL_MEMORY
from mockserver.state.world import World

_MANY_BYTES = 16 * 1024 * 1024
"""How much must have been dropped before the operating system is given memory back, which takes milliseconds."""

_FOR_NOTES = 16
"""Which part of the budget the changes of notes may take besides."""
_REPEATED = 256
"""The size from which a repeated body is kept once."""


class _WorldLog(msgspec.Struct):
    """The journal of one world."""

    entries: deque[Exchange] = msgspec.field(default_factory=deque)
    numbers: Iterator[int] = msgspec.field(default_factory=lambda: count(1))
    newest: int = 0  #: the highest number kept
    dropped: Tally = msgspec.field(default_factory=dict)


class Journal(Journals):
    """The journals in the memory of this process.

    `memory` bounds the bytes of all of them together: the oldest entries go first, whatever world they are of. `kind`
    sorts entries, so that they can be counted when they are gone. `exists` says whether there is a world of a name: a
    request that ends after its world was removed is counted, and not kept.
    """

    def __init__(
        self,
        entries: int = ENTRIES,
        memory: int = JOURNAL_MEMORY,
        secrets: Secrets = LISTED,
        kind: Callable[[Exchange], Kind] = lambda entry: (entry.operation, entry.answer.status, ()),
        exists: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._worlds: dict[str, _WorldLog] = {}
        self._gone: Tally = {}
        self._entries, self._memory, self._heaviest = entries, memory, memory // 2
        self._weight, self._freed = 0, 0
        self._lock = threading.Lock()
        self._recent: deque[Exchange | Note] = deque(maxlen=entries)  # of all worlds
        self._total = 0
        self.kind, self._exists = kind, exists
        self.secrets = secrets
        self.listeners = []

    @property
    def total(self) -> int:
        """How many entries and notes there have been in all worlds."""
        return self._total

    @property
    def weight(self) -> int:
        """The bytes that the entries of all worlds take."""
        return self._weight

    def before(self, exchange: Exchange) -> World | None:
        """The world just before an entry."""
        return exchange.before

    def next_number(self, world: str) -> int:
        """The number of the world's next entry; each number is given once."""
        log = self._worlds.get(world)
        return next(log.numbers) if log is not None else self._first_number(world)

    def _first_number(self, world: str) -> int:
        with self._lock:
            log = self._log_of(world)
            return 1 if log is None else next(log.numbers)

    def _log_of(self, world: str) -> _WorldLog | None:
        """The log of a world, made on first use; None where there is no such world."""
        if world not in self._worlds and self._exists(world):
            self._worlds[world] = _WorldLog()
        return self._worlds.get(world)

    def keep(self, exchange: Exchange) -> None:
        """Keep an exchange as the newest entry of its world; it is only counted where that world is gone."""
        exchange.version = None
        exchange.weight = weight = weight_of(exchange)
        if weight > self._heaviest:
            lightened(exchange)
            exchange.weight = weight = weight_of(exchange)
        with self._lock:
            self._total = exchange.place = self._total + 1
            log = self._worlds.get(exchange.world) or self._log_of(exchange.world)
            if log is None:
                self._count(exchange, self._gone)
            else:
                if len(exchange.answer.body) > _REPEATED:
                    _share_body(exchange, log.entries)
                self._recent.append(exchange)
                log.entries.append(exchange)
                if exchange.number > log.newest:
                    log.newest = exchange.number
                self._weight += weight
                if len(log.entries) > self._entries:
                    self._drop(log)
                if self._weight > self._memory:
                    self._drop_oldest()
        for listener in self.listeners:
            attempt("request", listener, exchange)

    def _drop(self, log: _WorldLog) -> int:
        """Drop the oldest entry of a log; its place."""
        exchange = log.entries.popleft()
        self._weight -= exchange.weight
        self._freed += exchange.weight
        self._count(exchange, log.dropped)
        return exchange.place

    def _count(self, exchange: Exchange, tally: Tally) -> None:
        kind = self.kind(exchange)
        tally[kind] = tally.get(kind, 0) + 1

    def _drop_oldest(self) -> None:
        """Drop the oldest entries of all worlds, a sixteenth more than must be, so that it need not be done often."""
        oldest = [(log.entries[0].place, name) for name, log in self._worlds.items() if log.entries]
        heapq.heapify(oldest)
        place = 0
        while self._weight > self._memory - self._memory // 16:
            log = self._worlds[oldest[0][1]]
            place = self._drop(log)
            if log.entries:
                heapq.heapreplace(oldest, (log.entries[0].place, oldest[0][1]))
            else:
                heapq.heappop(oldest)
        while self._recent and self._recent[0].place <= place:
            self._recent.popleft()

    def entries(self, world: str) -> Iterator[Exchange]:
        """The entries of a world, oldest first."""
        log = self._worlds.get(world)
        return iter(tuple(log.entries) if log is not None else ())

    def entry(self, world: str, number: int) -> Exchange | None:
        """The entry of this number; None when there is none, or no more."""
        return next((entry for entry in self.entries(world) if entry.number == number), None)

    def last(self, world: str) -> int:
        """The number of the world's newest entry; 0 before the first."""
        log = self._worlds.get(world)
        return log.newest if log is not None else 0

    def note(self, note: Note) -> None:
        """Keep a note for those who follow what happens."""
        weight = weight_of_changes(note.changes)
        if weight > self._memory // _FOR_NOTES:
            note, weight = msgspec.structs.replace(note, changes=()), 0
        with self._lock:
            self._total += 1
            if weight:
                self._make_room(weight)
            self._recent.append(msgspec.structs.replace(note, place=self._total, weight=weight))

    def _make_room(self, weight: int) -> None:
        """Forget the changes of the notes so far, where there is no room for more."""
        if weight + sum(one.weight for one in self._recent if isinstance(one, Note)) > self._memory // _FOR_NOTES:
            light = (
                msgspec.structs.replace(one, changes=(), weight=0) if isinstance(one, Note) else one
                for one in self._recent
            )
            self._recent = deque(light, maxlen=self._entries)

    def after(self, place: int) -> list[Exchange | Note]:
        """What happened in all worlds after the first `place` events, as far as it is known."""
        with self._lock:
            return [event for event in self._recent if event.place > place]

    def tally(self, world: str | None = None) -> Tally:
        """How many entries of each kind there were, those that are gone among them: of a world, or of all on None."""
        with self._lock:
            logs = [log for name, log in self._worlds.items() if world in (None, name)]
            tallies = [*(log.dropped for log in logs), *([self._gone] if world is None else [])]
            entries = [entry for log in logs for entry in log.entries]
        counted: Tally = {}
        for tally in tallies:
            _add(counted, tally)
        for entry in entries:
            kind = self.kind(entry)
            counted[kind] = counted.get(kind, 0) + 1
        return counted

    def clear(self, world: str) -> None:
        """Forget the entries of a world; its numbers go on, and its kinds are counted for all worlds together."""
        with self._lock:
            self._clear(world)
        self._give_back()

    def forget(self, world: str) -> None:
        """Forget all of a world that is gone."""
        with self._lock:
            self._clear(world)
            self._worlds.pop(world, None)
        self._give_back()

    def _clear(self, world: str) -> None:
        log = self._worlds.get(world) or _WorldLog()
        while log.entries:
            self._drop(log)
        _add(self._gone, log.dropped)
        log.dropped = {}
        kept = [event for event in self._recent if event.world != world]
        self._recent = deque(kept, maxlen=self._entries)

    def _give_back(self) -> None:
        if self._freed > _MANY_BYTES:
            self._freed = 0
            give_back()


def _share_body(exchange: Exchange, entries: deque[Exchange]) -> None:
    """Keep a body once that is sent twice in succession: a client that polls receives the same one each time."""
    last = entries[-1].answer.body if entries else b""
    if last == exchange.answer.body:
        exchange.answer = msgspec.structs.replace(exchange.answer, body=last)


def _add(tally: Tally, other: Tally) -> None:
    for kind, times in other.items():
        tally[kind] = tally.get(kind, 0) + times
