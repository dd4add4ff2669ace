"""A world: all that one user of the mock can see and change, as an immutable value.

A change gives a new world that shares everything untouched with the old one, so that a fork, a snapshot and a rewind
are a reference, whatever the number of records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mockserver.clock import RUNNING, WorldClock
from mockserver.contract.operations.operation import ABSENT, EMPTY
from mockserver.state.collection import Collection, Filters, Record
from mockserver.state.lazy import Lazy
from mockserver.state.rules import CollectionRules

Collections = dict[str, Collection] | Lazy[Collection]


class World(msgspec.Struct, frozen=True, gc=False):
    """Records by collection, the clock, the faults, the seed, and how many changes made it (`step`)."""

    name: str
    collections: Collections  #: never changed in place
    clock: WorldClock = RUNNING
    faults: tuple[Any, ...] = ()
    seed: str = "0"
    step: int = 0
    base: int = 0  #: the instant at which the date math of its fixtures was resolved; 0 where they have none
    aside: Mapping[str, Collection] = (
        EMPTY  #: what the mock itself remembers, such as who has signed in; no API shows it
    )

    def visible(self, collection: str, filters: Filters, now: int) -> list[Record]:
        """The records of a collection that match and have not expired at `now`, as they show at that instant."""
        return self.collections[collection].visible(filters, now)

    def put(self, collection: str, record: Record) -> World:
        """This world with the record stored."""
        return self._with(collection, self.collections[collection].put(record))

    def drop(self, collection: str, record: Record) -> World:
        """This world without the record."""
        return self._with(collection, self.collections[collection].drop(record))

    def with_rules(self, rules: Mapping[str, CollectionRules]) -> World:
        """This world with its collections kept by other rules; the records that these cannot keep are left out."""
        collections = {name: self._kept_by(name, rule) for name, rule in rules.items()}
        return msgspec.structs.replace(self, collections=collections)

    def moved(self, before: World, after: World, rules: Mapping[str, CollectionRules]) -> World:
        """This world on another base than that from which it forked: the collections that were changed stay, kept by
        other rules."""
        known = self.collections.known if isinstance(self.collections, Lazy) else self.collections
        changed = [name for name, one in known.items() if name in rules and one is not before.collections.get(name)]
        collections = after.collections | {name: self._kept_by(name, rules[name]) for name in changed}
        return msgspec.structs.replace(self, collections=collections)

    def _kept_by(self, name: str, rules: CollectionRules) -> Collection:
        collection = self.collections.get(name) or Collection(rules)
        if collection.rules == rules:
            return collection
        return Collection.of(
            rules, [record for record in collection.matching(()) if rules.key_of(record) is not ABSENT]
        )

    def stepped(self) -> World:
        """This world, one step on: a request has changed it."""
        return World(
            self.name, self.collections, self.clock, self.faults, self.seed, self.step + 1, self.base, self.aside
        )

    def holding(self, collections: Collections) -> World:
        """This world with other collections, one step on; itself where they are the same."""
        if collections is self.collections:
            return self
        return World(self.name, collections, self.clock, self.faults, self.seed, self.step + 1, self.base, self.aside)

    def _with(self, name: str, collection: Collection) -> World:
        collections = self.collections | {name: collection}
        return World(self.name, collections, self.clock, self.faults, self.seed, self.step, self.base, self.aside)


class Past(msgspec.Struct, frozen=True):
    """A world as it was: its version in the log."""

    version: int
