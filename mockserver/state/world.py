"""A world: all that one user of the mock can see and change, as an immutable value.

A change gives a new world that shares everything untouched with the old one, so that a fork, a snapshot and a rewind
are a reference, whatever the number of records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from rpds import HashTrieMap

from mockserver.clock import WorldClock
from mockserver.state.rules import CollectionRules

Record = Mapping[str, Any]
"""One stored record: a mapping that nobody changes in place."""
Filters = tuple[tuple[str, Any], ...]
"""Field and value pairs that a record must have, all of them."""


def text_of(value: Any) -> str:
    """A JSON value as the text by which it is looked up: `7` and `"7"` are one key, as a path writes both alike."""
    return value if type(value) is str else msgspec.json.encode(value).decode()


def holds(record: Record, field: str, wanted: Any) -> bool:
    """Whether a record's field has the value, or one of the values when a list is wanted or held.

    A dotted field walks objects, and through lists of objects.
    """
    if type(wanted) is str:
        held = record.get(field)
        if type(held) is str:
            return held == wanted
    texts = {text_of(value) for value in (wanted if isinstance(wanted, list) else [wanted])}
    return any(text_of(value) in texts for value in _values_at(record, field.split(".")))


def _values_at(value: Any, names: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for inner in value:
            yield from _values_at(inner, names)
    elif not names:
        yield value
    elif isinstance(value, Mapping) and names[0] in value:
        yield from _values_at(value[names[0]], names[1:])


class Collection(msgspec.Struct, frozen=True):
    """The records of one kind: by key, and by the value of each indexed field."""

    rules: CollectionRules
    records: HashTrieMap[Any, tuple[int, Record]] = HashTrieMap()
    indexes: HashTrieMap[str, HashTrieMap[Any, HashTrieMap[Any, int]]] = HashTrieMap()
    next: int = 0  #: the place in the order of the record that is stored next

    def get(self, key: Any) -> Record | None:
        """The record with this key."""
        found = self.records.get(text_of(key))
        return found[1] if found else None

    def put(self, record: Record) -> Collection:
        """This collection with the record added, or put in the place of the one with the same key."""
        key = text_of(record[self.rules.key])
        old = self.records.get(key)
        order = old[0] if old else self.next
        indexes = self._reindexed(key, old[1] if old else None, record, order)
        return Collection(self.rules, self.records.insert(key, (order, record)), indexes, max(self.next, order + 1))

    def drop(self, record: Record) -> Collection:
        """This collection without the record."""
        key = text_of(record[self.rules.key])
        return Collection(self.rules, self.records.remove(key), self._reindexed(key, record, None, 0), self.next)

    def _reindexed(
        self, key: Any, old: Record | None, new: Record | None, order: int
    ) -> HashTrieMap[str, HashTrieMap[Any, HashTrieMap[Any, int]]]:
        indexes = self.indexes
        for field in self.rules.indexed:
            before, after = _texts(old, field), _texts(new, field)
            if before == after:
                continue
            index = indexes.get(field) or HashTrieMap()
            for text in before:
                index = _without(index, text, key)
            for text in after:
                index = index.insert(text, (index.get(text) or HashTrieMap()).insert(key, order))
            indexes = indexes.insert(field, index)
        return indexes

    def matching(self, filters: Filters) -> Iterator[Record]:
        """The records that have all these values, in the order in which they were first stored."""
        for _, record in self._candidates(filters):
            if all(holds(record, name, value) for name, value in filters):
                yield record

    def _candidates(self, filters: Filters) -> Iterable[tuple[int, Record]]:
        for name, value in filters:
            if name == self.rules.key and not isinstance(value, list):
                found = self.records.get(text_of(value))
                return (found,) if found else ()
        best: HashTrieMap[Any, int] | None = None
        for name, value in filters:
            if name in self.rules.indexed and not isinstance(value, list):
                index = self.indexes.get(name)
                keys = index.get(text_of(value)) if index else None
                if keys is None:
                    return ()
                if best is None or len(keys) < len(best):
                    best = keys
        found_records = self.records.values() if best is None else [self.records[key] for key in best]
        return sorted(found_records, key=_order)


def _order(stored: tuple[int, Record]) -> int:
    return stored[0]


def _texts(record: Record | None, field: str) -> Iterable[str]:
    """The texts under which the index of a field names a record: one, or one for each value of a list."""
    if record is None or field not in record:
        return ()
    value = record[field]
    return {text_of(inner): None for inner in _values_at(value, [])} if isinstance(value, list) else (text_of(value),)


def _without(
    index: HashTrieMap[Any, HashTrieMap[Any, int]], value: Any, key: Any
) -> HashTrieMap[Any, HashTrieMap[Any, int]]:
    rest = index[value].remove(key)
    return index.insert(value, rest) if rest else index.remove(value)


class World(msgspec.Struct, frozen=True):
    """Records by collection, the clock, the faults, the seed, and how many changes made it (`step`)."""

    name: str
    collections: HashTrieMap[str, Collection]
    clock: WorldClock = WorldClock()
    faults: tuple[Any, ...] = ()
    seed: str = "0"
    step: int = 0

    def visible(self, collection: str, filters: Filters, now: int) -> Iterator[Record]:
        """The records of a collection that match and have not expired at `now`, as they show at that instant."""
        held = self.collections[collection]
        rules = held.rules
        for record in held.matching(filters):
            shown = rules.shown_at(record, now)
            if shown is not None:
                yield shown

    def put(self, collection: str, record: Record) -> World:
        """This world with the record stored."""
        return self._with(collection, self.collections[collection].put(record))

    def drop(self, collection: str, record: Record) -> World:
        """This world without the record."""
        return self._with(collection, self.collections[collection].drop(record))

    def stepped(self) -> World:
        """This world, one step on: a request has changed it."""
        return msgspec.structs.replace(self, step=self.step + 1)

    def _with(self, name: str, collection: Collection) -> World:
        return msgspec.structs.replace(self, collections=self.collections.insert(name, collection))
