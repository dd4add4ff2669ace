"""What the backend shows of records, in a world of the mock: mocked operations then act on the backend's records.

Each record is known in two states: as the backend last showed it, and as the world has it. They differ where mocked
operations have changed it; those changes stay when the backend shows the record again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from mockserver.behaviour.runner import run
from mockserver.behaviour.values import MISSING, Scope, Value, dig
from mockserver.behaviour.vocabulary import Behaviour, Behaviours, Changed, Query
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.projection import Show, projector
from mockserver.contract.schemas.view import SchemaView, at_path, item
from mockserver.errors import Refused
from mockserver.state.collection import Filters, Record, identity_of
from mockserver.state.world import World

_MOST_BYTES: Final = 64 * 1000 * 1000
"""How many bytes of records are known as the backend showed them; the worlds used least recently go first."""
_HEAD: Final = 300
"""What a record takes in addition to its text."""

Path = tuple[str, ...]
Key = tuple[str, str]
"""A collection, and the key of a record as text."""


class Place(msgspec.Struct, frozen=True):
    """Where an answer shows records: of which collection, at which path, and whether in a list."""

    collection: str
    path: Path
    listed: bool


def places(behaviours: Behaviours, behaviour: Behaviour) -> Iterator[Place]:
    """Where the answers of an operation show records."""
    for path, value in behaviour.reply:
        collection = behaviours.shown_by(behaviour, value)
        if collection:
            yield Place(collection, path, listed=value.root == "records")


class Seen:
    """Records as the backend last showed them, by world. Its dictionaries belong to it alone."""

    def __init__(self, most: int = _MOST_BYTES) -> None:
        self._worlds: dict[str, dict[Key, Record]] = {}
        self._sizes: dict[str, int] = {}
        self._most = most
        self._lock = threading.Lock()

    def of(self, world: str) -> Mapping[Key, Record]:
        """The records of a world."""
        return self._worlds.get(world, {})

    def note(self, world: str, records: Mapping[Key, Record | None]) -> None:
        """The backend has shown these records, or that they are gone (None)."""
        with self._lock:
            known = self._worlds.pop(world, {})
            size = self._sizes.pop(world, 0)
            for key, record in records.items():
                size -= _size(known.pop(key, None))
                if record is not None:
                    known[key] = record
                    size += _size(record)
            self._worlds[world], self._sizes[world] = known, size
            while sum(self._sizes.values()) > self._most and len(self._worlds) > 1:
                oldest = next(iter(self._worlds))
                del self._worlds[oldest], self._sizes[oldest]

    def forget(self, world: str) -> None:
        """A world has begun anew, or is gone."""
        with self._lock:
            self._worlds.pop(world, None)
            self._sizes.pop(world, None)


def _size(record: Record | None) -> int:
    return 0 if record is None else _HEAD + len(msgspec.json.encode(record, enc_hook=str))


class Mirror:
    """Puts what the backend answers to one operation into worlds."""

    def __init__(self, behaviours: Behaviours, behaviour: Behaviour, seen: Seen, schema: Any, view: SchemaView) -> None:
        self.behaviours, self.behaviour, self._seen = behaviours, behaviour, seen
        self.places = tuple(places(behaviours, behaviour))
        self._shows = {one: _projector(schema, one, view) for one in self.places}

    def shown(self, place: Place, record: Record) -> Record:
        """A record, or fields of one, as far as answers may show them at a place."""
        result: Record = self._shows[place](record)
        return result

    @property
    def is_of_use(self) -> bool:
        """Whether the operation shows or changes any record."""
        behaviour = self.behaviour
        return behaviour.call is None and bool(self.places or behaviour.set or behaviour.remove)

    def taken(self, world: World, value: Any, scope: Scope) -> tuple[World, dict[Key, Record | None]]:
        """The world with what an answer shows, and how the backend shows it."""
        noted: dict[Key, Record | None] = {}
        if self.behaviour.create is None and (self.behaviour.set is not None or self.behaviour.remove):
            world = self._performed(world, scope, noted)
        for place in self.places:
            world = self._shown(world, place, value, scope, noted)
        return world, noted

    def note(self, world: str, noted: Mapping[Key, Record | None]) -> None:
        """Remember how the backend shows records, once the world has them."""
        if noted:
            self._seen.note(world, noted)

    def _performed(self, world: World, scope: Scope, noted: dict[Key, Record | None]) -> World:
        """The world after the change that the backend has made, as the mock would make it."""
        try:
            outcome = run(self.behaviour, world, scope, self.behaviours)
        except Refused:  # nothing is known of the record
            return world
        for change in outcome.changes:
            noted[self._key(change)] = change.after
        return outcome.world

    def _key(self, change: Changed) -> Key:
        rules = self.behaviours.collections[change.collection]
        return change.collection, identity_of(rules, change.after or change.before or {})

    def _shown(self, world: World, place: Place, value: Any, scope: Scope, noted: dict[Key, Record | None]) -> World:
        records = self.records(place, value, scope)
        keys = set()
        seen = self._seen.of(world.name)
        rules = self.behaviours.collections[place.collection]
        for record in records:
            key = (place.collection, identity_of(rules, record))
            keys.add(key)
            before = noted[key] if key in noted else seen.get(key)
            noted[key] = {**(before or {}), **record}
            ours = world.collections[place.collection].get(key[1])
            if ours is None and before is not None:
                continue  # a mocked operation has removed it
            merged = laid(record, before, ours)
            if merged != ours:
                world = world.put(place.collection, merged)
        if place.listed and self.lists_all(scope):
            world = self._without_others(world, place.collection, keys, seen, scope, noted)
        return world

    def records(self, place: Place, value: Any, scope: Scope) -> list[dict[str, Any]]:
        """The records that an answer shows at a place, with the fields that only the request tells."""
        found = dig(value, place.path)
        items = found if isinstance(found, list) else [found]
        full = (self.full(place, item, scope) for item in items if isinstance(item, Mapping))
        return [record for record in full if record is not None]

    def full(self, place: Place, item: Mapping[str, Any], scope: Scope) -> dict[str, Any] | None:
        """A record that an answer shows, with the fields that only the request tells; None where it has no key."""
        inner = {one.path[len(place.path)] for one in self.places if self._is_inside(one, place)}
        told = dict(self.told(place, scope))
        record = {**told, **{name: one for name, one in item.items() if name not in inner}}
        return None if self.behaviours.collections[place.collection].key_of(record) is ABSENT else record

    @staticmethod
    def _is_inside(one: Place, place: Place) -> bool:
        return len(one.path) > len(place.path) and one.path[: len(place.path)] == place.path

    def told(self, place: Place, scope: Scope) -> Filters:
        """The fields of a record that an answer needn't show: its owner, and what the path says of it."""
        rules, fields = self.behaviours.collections[place.collection], {}
        owner = scope.caller.get("id")
        if rules.owner is not None and owner is not None:
            fields[rules.owner] = owner
        for query in filter(None, (self.behaviour.list, self.behaviour.find)):
            if query.collection == place.collection:
                values = ((name, value.evaluate(scope)) for name, value in _of_path(query))
                fields |= {name: value for name, value in values if value is not MISSING}
        return tuple(fields.items())

    def lists_all(self, scope: Scope) -> bool:
        """Whether a list has all records that the mock would list: the request asks for no page, and filters none."""
        query, page = self.behaviour.list, self.behaviour.page
        if query is None or page.size is not None or any(one.test(scope) is not None for one in query.conditions):
            return False
        values = (*page.values, *(value for _, value in query.filters if value.root not in ("path", "")))
        return all(value.evaluate(scope) in (MISSING, None) for value in values)

    def _without_others(
        self,
        world: World,
        collection: str,
        keys: set[Key],
        seen: Mapping[Key, Record],
        scope: Scope,
        noted: dict[Key, Record | None],
    ) -> World:
        """The world without the records that the backend's list doesn't have; what mocked operations made stays."""
        rules, made = self.behaviours.collections[collection], world.collections[collection]
        for record in made.matching(self.told(Place(collection, (), listed=True), scope)):
            key = (collection, identity_of(rules, record))
            if key not in keys and key in seen and seen[key] == record:  # what was changed here may be on a later page
                world = world.drop(collection, record)
                noted[key] = None
        return world


def laid(theirs: Record, before: Record | None, ours: Record | None) -> dict[str, Any]:
    """A record as the backend shows it now, with what has been changed since it showed it `before`, and with the fields
    that it doesn't show here."""
    result = {**(ours or {}), **theirs}
    if before is None or ours is None:
        return result
    for name in {**before, **ours}:
        mine = ours.get(name, ABSENT)
        if mine is ABSENT and name in before:
            result.pop(name, None)
        elif mine is not ABSENT and mine != before.get(name, ABSENT):
            result[name] = mine
    return result


def _projector(schema: Any, place: Place, view: SchemaView) -> Show:
    """What shows a record at a place of an answer with this schema; None where the contract has no schema."""
    at_place = at_path(schema, place.path, view) if schema is not None else None
    each = item(at_place, view) if at_place is not None else None
    return projector(at_place if each is None else each, view)


def _of_path(query: Query) -> Iterator[tuple[str, Value]]:
    return ((name, value) for name, value in query.filters if value.root == "path")
