"""The records of one kind, by key and by the value of each indexed field, as an immutable value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

import msgspec
from immutables import Map
from msgspec.structs import force_setattr

from mockserver.contract.operations.operation import ABSENT, EMPTY
from mockserver.state.listed import InOrder
from mockserver.state.ordered import Ordered
from mockserver.state.rules import CollectionRules

Record = Mapping[str, Any]
"""One stored record: a mapping that is never changed in place."""
Filters = tuple[tuple[str, Any], ...]
"""Field and value pairs that a record must have, all of them."""
Stored = tuple[int, Record]
"""A record and its place in the order of first storing."""
Keys: TypeAlias = "str | Ordered"
"""The keys of some records: one alone, as of a unique field, or several in their order."""
Index: TypeAlias = "Map[str, Keys]"
Indexes = Mapping[str, Index]
"""By field and the text of its value: the keys of the records that have it."""
WRAPPERS = ("attributes", "properties", "fields")
"""Members that have the fields of a record, where the record itself has little more than its key."""
_SHORT_ID = re.compile(r"[0-9a-f-]{7,64}")
_IS_ID = re.compile(r"(^|[a-z._])([Ii][Dd]|sha|hash|digest)$")
_ORDER = itemgetter(0)
"""The place of a stored record."""
MANY = 1000
"""How many records are put into their order only once; to sort fewer takes less than to keep them in it."""


def text_of(value: Any) -> str:
    """A JSON value as the text by which it is looked up: `7` and `"7"` are one key, as a path writes both alike."""
    if type(value) is bool:  # a flag is written far more often than any other value that is no text
        return "true" if value else "false"
    return value if type(value) is str else msgspec.json.encode(value).decode()


def identity_of(rules: CollectionRules, record: Record) -> str:
    """The text under which a record is stored: its key, below the values that it is unique within."""
    if rules.plain and type(plain := record.get(rules.key)) is str:
        return plain
    key = rules.key_of(record)
    own = "" if key is ABSENT else text_of(key)
    return "/".join((*(text_of(record.get(name, "")) for name in rules.within), own)) if rules.within else own


def holds(record: Record, field: str, wanted: Any) -> bool:
    """Whether a record's field has the value, or one of the values when either is a list.

    A dotted field walks objects, and through lists of objects.
    """
    if type(wanted) is str:
        value = record.get(field)
        if type(value) is str:
            return value == wanted
    texts = {text_of(value) for value in (wanted if isinstance(wanted, list) else [wanted])}
    return any(text_of(value) in texts for value in values_at(record, field.split(".")))


def values_at(value: Any, names: list[str]) -> Iterator[Any]:
    """The values at a path of member names; a list on the way has one for each item."""
    if isinstance(value, list):
        for inner in value:
            yield from values_at(inner, names)
    elif not names:
        yield value
    elif isinstance(value, Mapping) and names[0] in value:
        yield from values_at(value[names[0]], names[1:])


class Collection(msgspec.Struct, frozen=True, gc=False):
    """The records of one kind: by key, and by the value of each indexed field."""

    rules: CollectionRules
    records: Map[str, Stored] = Map()
    indexes: Indexes = EMPTY
    next: int = 0  #: the place in the order of the record that is stored next
    order: Ordered | None = None  #: all keys in their order, once a list has asked for them

    @classmethod
    def of(cls, rules: CollectionRules, records: Iterable[Record]) -> Collection:
        """A collection of many records at once; of two with one key, the later is kept."""
        stored = {identity_of(rules, record): (order, record) for order, record in enumerate(records)}
        indexes = {name: index for name in rules.indexed if (index := _index_of(name, stored))}
        return cls(rules, Map(stored), indexes, max((order for order, _ in stored.values()), default=-1) + 1)

    def get(self, key: Any) -> Record | None:
        """The record with this key."""
        stored = self.records.get(key if type(key) is str else text_of(key))
        return stored[1] if stored else None

    def put(self, record: Record) -> Collection:
        """This collection with the record added, or put in the place of the one with the same key."""
        key = identity_of(self.rules, record)
        return self.stored(key, self.records.get(key), record)

    def stored(self, key: str, old: Stored | None, record: Record, touched: frozenset[str] | None = None) -> Collection:
        """This collection with the record under its key, where `old` is now.

        `touched` names the only fields in which the two differ, where that is known: most changes touch no index.
        """
        rules, place, indexes = self.rules, self.next, self.indexes
        order = place if old is None else old[0]
        new = (order, record)
        if old is None or touched is None or not rules.indexed.isdisjoint(touched):
            indexes = self._reindexed(key, old, new)
        records = self.records.set(key, new)
        sequence = self.order if old is not None else self._reordered(key, None, new)
        return Collection(rules, records, indexes, place if order < place else order + 1, sequence)

    def drop(self, record: Record) -> Collection:
        """This collection without the record."""
        return self.laid(identity_of(self.rules, record), None)

    def laid(self, key: str, stored: Stored | None) -> Collection:
        """This collection with a record and its place under a key, as a log has them, or without the record there."""
        old = self.records.get(key)
        if stored is None and old is None:
            return self
        records = self.records.delete(key) if stored is None else self.records.set(key, stored)
        indexes, order = self._reindexed(key, old, stored), self._reordered(key, old, stored)
        return Collection(self.rules, records, indexes, self.next, order)

    def _reindexed(self, key: str, old: Stored | None, new: Stored | None) -> Indexes:
        indexes = self.indexes
        was_at, was = old or (-1, EMPTY)
        is_at, becomes = new or (-1, EMPTY)
        for field in self.rules.indexed:
            before, after = was.get(field, ABSENT), becomes.get(field, ABSENT)
            # The common case: a change that does not touch the field.
            if before is after and (was_at == is_at or before is ABSENT):
                continue
            index = indexes.get(field) or Map()
            for text in _texts(before):
                index = _without(index, text, was_at, key)
            for text in _texts(after):
                index = index.set(text, self._with(index.get(text), is_at, key))
            indexes = {**indexes, field: index}
        return indexes

    def _with(self, keys: Keys | None, order: int, key: str) -> Keys:
        if keys is None or keys == key:
            return key
        several = Ordered.of([(self.records[keys][0], keys)]) if isinstance(keys, str) else keys
        return several.put(order, key)

    def _reordered(self, key: str, old: Stored | None, new: Stored | None) -> Ordered | None:
        order = self.order
        if order is None or (old and new and old[0] == new[0]):
            return order
        without = order.drop(old[0], key) if old else order
        return without.put(new[0], key) if new else without

    def first(self, filters: Filters, now: int) -> Record | None:
        """The first record that matches and has not expired at `now`, as it shows at that instant."""
        rules = self.rules
        if rules.moving and not rules.moving.isdisjoint([name for name, _ in filters]):
            return next(iter(self._moved(filters, now)), None)
        candidates, used = self._candidates(filters)
        for _, record in candidates:
            if _has(record, filters, used):
                shown = rules.shown_at(record, now) if rules.timed else record
                if shown is not None:
                    return shown
        return None

    def visible(self, filters: Filters, now: int) -> list[Record]:
        """The records that match and have not expired at `now`, as they show at that instant."""
        rules = self.rules
        if rules.moving and not rules.moving.isdisjoint([name for name, _ in filters]):
            return self._moved(filters, now)
        records = self.matching(filters)
        if not rules.timed:
            return records
        shown_at = rules.shown_at
        return [shown for record in records if (shown := shown_at(record, now)) is not None]

    def _moved(self, filters: Filters, now: int) -> list[Record]:
        """The records that match as they show at an instant, where a filter asks for what time changes."""
        rules = self.rules
        lasting = tuple(pair for pair in filters if pair[0] not in rules.moving)
        asked = [pair for pair in filters if pair[0] in rules.moving]
        shown = (rules.shown_at(record, now) for record in self.matching(lasting))
        return [one for one in shown if one is not None and all(holds(one, *pair) for pair in asked)]

    def listed(self, filters: Filters, now: int) -> Sequence[Record]:
        """The same as `visible`; of many records, those that aren't looked at cost nothing where one index knows all
        that match and none of them expires."""
        rules, records = self.rules, self.records
        if len(records) < MANY or len(filters) > 1 or rules.expires is not None:
            return self.visible(filters, now)
        keys: Keys | None = self._ordered() if not filters else None
        for name, value in filters:
            lasts = name in rules.indexed and name != rules.direct and name not in rules.moving
            index = self.indexes.get(name) if lasts else None
            keys = index.get(text_of(value)) if index is not None and type(value) is not list else None
        if not isinstance(keys, Ordered):
            return self.visible(filters, now)
        return InOrder(keys, records, rules, now)

    def matching(self, filters: Filters) -> list[Record]:
        """The records that have all these values, in the order in which they were first stored."""
        candidates, used = self._candidates(filters)
        if used is not None and len(filters) == 1:
            return [record for _, record in candidates]
        return [record for _, record in candidates if _has(record, filters, used)]

    def _candidates(self, filters: Filters) -> tuple[Sequence[Stored], tuple[str, Any] | None]:
        """As few records as one filter alone can tell, in their order, and that filter; all and None when none can."""
        rules, best, used = self.rules, None, None
        for pair in filters:
            name, value = pair
            if type(value) is str:
                text = value
            elif type(value) is list:
                continue
            else:
                text = text_of(value)
            if name == rules.direct:
                stored = self.records.get(text)
                if stored is None and rules.aliases:
                    return self._by_alias(text), pair
                return ((stored,) if stored else ()), pair
            if name in rules.indexed:
                index = self.indexes.get(name)
                keys = index.get(text) if index is not None else None
                if keys is None:
                    return (), pair
                if type(keys) is str:  # no other filter can tell fewer
                    return (self.records[keys],), pair
                if best is None or len(keys) < len(best):
                    best, used = keys, pair
        records = self.records
        return ([records[key] for key in best] if best is not None else self._all()), used

    def _all(self) -> Sequence[Stored]:
        records = self.records
        if len(records) < MANY:
            return sorted(records.values(), key=_ORDER)
        return [records[key] for key in self._ordered()]

    def _ordered(self) -> Ordered:
        """All keys in their order, which what is made of this collection inherits."""
        if self.order is None:
            made = Ordered.of((order, key) for key, (order, _) in self.records.items())
            force_setattr(self, "order", made)  # a value still: the same for all who ask
            return made
        return self.order

    def _by_alias(self, text: str) -> Sequence[Stored]:
        """The records that another field than their key identifies, the first one first."""
        pairs = [(name, text) for name in self.rules.aliases]
        named = (one for one in self.records.values() if any(holds(one[1], *pair) for pair in pairs))
        return sorted(named, key=_ORDER) or self._by_beginning(text)

    def _by_beginning(self, text: str) -> Sequence[Stored]:
        """The only record whose generated key begins so, as short ids do."""
        if not _SHORT_ID.fullmatch(text) or not _IS_ID.search(self.rules.key):
            return ()
        found = [stored for key, stored in self.records.items() if key.startswith(text)]
        return found if len(found) == 1 else ()


def _index_of(field: str, stored: Mapping[str, Stored]) -> Index:
    keys: dict[str, list[tuple[int, str]]] = {}
    for key, (order, record) in stored.items():
        for text in _texts(record.get(field, ABSENT)):
            keys.setdefault(text, []).append((order, key))
    return Map({text: Ordered.of(some) if len(some) > 1 else some[0][1] for text, some in keys.items()})


def _texts(value: Any) -> Iterable[str]:
    """The texts under which the index of a field names a record: one, or one for each value of a list."""
    if value is ABSENT:
        return ()
    return {text_of(inner): None for inner in values_at(value, [])} if isinstance(value, list) else (text_of(value),)


def _has(record: Record, filters: Filters, known: tuple[str, Any] | None) -> bool:
    """Whether a record has all these values, of which one is known already."""
    for pair in filters:
        if pair is not known:
            name, value = pair
            own = record.get(name)
            if type(value) is str and type(own) is str:  # the common case, without a call
                if own != value:
                    return False
            elif not holds(record, name, value):
                return False
    return True


def _without(index: Index, value: str, order: int, key: str) -> Index:
    keys = index[value]
    if isinstance(keys, str):
        return index.delete(value)
    rest = keys.drop(order, key)
    return index.set(value, rest if len(rest) > 1 else next(iter(rest)))
