"""What has happened to the records of a collection, to one who has seen them up to a place and an instant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from operator import itemgetter
from typing import Final, Protocol

import msgspec

from mockserver.behaviour.vocabulary import Behaviours, Changed
from mockserver.contract.contract import Contract
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.journals import Journals, Note
from mockserver.exchange.pipeline import Pipeline
from mockserver.messages import Follow
from mockserver.outbound.happening import CHANGED, CREATED, REMOVED
from mockserver.state.becoming import plain
from mockserver.state.collection import Collection, Record, Stored, holds, identity_of
from mockserver.state.log import differing
from mockserver.state.rules import CollectionRules
from mockserver.state.store import Store
from mockserver.state.world import World

HEARTBEAT: Final = 15.0
"""Seconds of silence after which a comment shows that a stream is alive."""
_MOST: Final = 1000
"""How many changes of one control call, and how many events of one look at the clock, are shown."""


class Followed(Protocol):
    """The engine whose records are followed."""

    contract: Contract
    behaviours: Behaviours
    store: Store
    journal: Journals
    pipeline: Pipeline


News = tuple[frozenset[str], Record, str]
"""What has happened, to which record, and the id of the event."""


class Watch:
    """What one client has been shown: up to a place in the journals, and up to an instant.

    `pause` are the seconds until time changes one of the records.
    """

    def __init__(self, engine: Followed, follow: Follow) -> None:
        self._engine, self._follow = engine, follow
        self.place, self.pause = follow.place, HEARTBEAT
        self._seen = follow.since  #: the instant
        self._due: int | None = None  #: the next moment of a record, where it is known
        self._looks = True  #: whether that has to be worked out

    def news(self, world: World) -> list[News]:
        """What has happened since the last time, in a world as it is now."""
        journal, now = self._engine.journal, world.clock.now(self._engine.pipeline.clock)
        rules = self._engine.behaviours.collections[self._follow.collection]
        seen = now if self._seen is None else self._seen
        events = journal.after(self.place) if journal.total != self.place else []
        told: dict[str, int] = {}
        found = [one for event in events for one in self._of(event, rules, seen, told)]
        if events:
            self.place = events[-1].place
        if rules.timed:
            found += self._by_time(world, rules, seen, now, told)
            self._rest(world, now)
        self._seen = now
        return found

    def _of(self, event: Exchange | Note, rules: CollectionRules, seen: int, told: dict[str, int]) -> Iterator[News]:
        """What one event of the journal has changed."""
        if event.world != self._follow.world:
            return
        if isinstance(event, Note):
            self._looks = True
        for change in event.changes:
            if change.collection == self._follow.collection:
                key = identity_of(rules, change.before if change.after is None else change.after)
                before = self._shown(change.before, rules, told.get(key, seen))
                after = self._shown(change.after, rules, event.at)
                told[key] = event.at
                self._plan(change.after, rules, event.at)
                yield from _told(before, after, self._id(event.place, event.at, rules))

    def _by_time(
        self, world: World, rules: CollectionRules, seen: int, now: int, told: Mapping[str, int]
    ) -> Iterator[News]:
        """What time has done to the records since the last time; it may have been moved back."""
        if seen == now or not (self._looks or now < seen or (self._due is not None and self._due <= now)):
            return
        self._looks = True
        collection = world.collections[self._follow.collection]
        steps = (
            (at, order, before, after)
            for key, (order, record) in collection.records.items()
            for at, before, after in self._steps(record, rules, told.get(key, seen), now)
        )
        ordered = sorted(steps, key=itemgetter(0, 1))[:_MOST]
        following = (at for at, *_ in ordered[1:])
        for at, _, before, after in ordered:
            # Who comes again after one of several events of an instant has not seen that instant.
            until = at - 1 if next(following, None) == at else at
            yield from _told(before, after, self._id(self.place, until, rules))

    def _steps(
        self, record: Record, rules: CollectionRules, start: int, now: int
    ) -> Iterator[tuple[int, Record | None, Record | None]]:
        """A record before and after each moment in between."""
        moments = sorted({at for at in rules.moments(record, start) if at < now}) if start < now else []
        for first, second in pairwise((start, *moments, now)):
            before, after = self._shown(record, rules, first), self._shown(record, rules, second)
            if before != after:
                yield second, before, after

    def _plan(self, record: Record | None, rules: CollectionRules, at: int) -> None:
        """Note when time changes a record that has been stored."""
        if record is not None and rules.timed:
            known = () if self._due is None else (self._due,)
            self._due = min((*known, *rules.moments(record, at)), default=None)

    def _rest(self, world: World, now: int) -> None:
        """Work out how long nothing happens by itself."""
        if self._looks:
            collection: Collection = world.collections[self._follow.collection]
            moments = (at for _, record in collection.records.values() for at in collection.rules.moments(record, now))
            self._due, self._looks = min(moments, default=None), False
        stands = world.clock.frozen is not None or self._due is None
        self.pause = HEARTBEAT if stands or self._due is None else (self._due - now) / 1000

    def _shown(self, record: Record | None, rules: CollectionRules, now: int) -> Record | None:
        """A record as it shows to who follows; None where it isn't among those that are followed."""
        shown = None if record is None else rules.shown_at(record, now)
        return None if shown is None or not all(holds(shown, *one) for one in self._follow.filters) else plain(shown)

    @staticmethod
    def _id(place: int, at: int, rules: CollectionRules) -> str:
        return f"{place}-{at}" if rules.timed else str(place)


def _told(before: Record | None, after: Record | None, id_: str) -> Iterator[News]:
    """The event for a record as it showed before and shows now."""
    record = before if after is None else after
    if record is not None:
        yield CREATED if before is None else REMOVED if after is None else CHANGED, record, id_


def noted(note: Note, moves: Iterable[tuple[World, World]], names: Iterable[str], source: Callable[[], int]) -> Note:
    """A note with what a control call has changed of the records that streams may follow."""
    changes: list[Changed] = []
    at = 0
    for before, after in moves:
        at = after.clock.now(source)
        parts = differing(before.collections, {name: after.collections[name] for name in names})
        for name, (_, records) in parts.items():
            was = before.collections[name].records
            pairs = sorted(((was.get(key), stored) for key, stored in records.items()), key=_order)
            changes += [Changed(name, old and old[1], new and new[1]) for old, new in pairs]
    return msgspec.structs.replace(note, at=at, changes=tuple(changes[:_MOST]))


def _order(pair: tuple[Stored | None, Stored | None]) -> int:
    """The place of a record in its collection, before or after."""
    stored = pair[0] or pair[1]
    return -1 if stored is None else stored[0]
