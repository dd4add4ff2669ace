"""Stores and removes records in the collections of one run: the only place where records change."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

import msgspec

from mockserver.behaviour.callers import own_record
from mockserver.behaviour.notifying import Planned
from mockserver.behaviour.records import RecordShape
from mockserver.behaviour.values import MISSING, Scope, Value
from mockserver.behaviour.vocabulary import Behaviours, Changed, Query
from mockserver.state.becoming import plain, stamped, steps_of
from mockserver.state.collection import Filters, Record, identity_of, text_of
from mockserver.state.references import Reference
from mockserver.state.world import Collections, World

Fields = tuple[tuple[str, Value], ...]
"""Fields of a record, each with the expression that gives its value."""


class Storing(msgspec.Struct):
    """The collections of one run so far, and the changes made."""

    world: World
    collections: Collections
    scope: Scope
    behaviours: Behaviours
    changes: list[Changed]
    operation: str = ""
    planned: tuple[Planned, ...] = ()  #: when the records that were stored enter a state that sends a webhook

    def drop(self, name: str, record: Record) -> None:
        """Remove a record."""
        self.collections = self.collections | {name: self.collections[name].drop(record)}
        self.changes.append(Changed(name, record, None))

    def put(self, name: str, record: dict[str, Any]) -> Record:
        """Store a record beside the one that the behaviour is about."""
        selected = self.scope.record
        stored = self._store(name, record)
        self.scope.record = selected
        return stored

    def renew(self, name: str, old: Record, new: dict[str, Any]) -> None:
        """Store a record in the place of one that the scope may have."""
        written, scope = len(self.changes), self.scope
        stored = self.put(name, new)
        for place, change in enumerate(self.changes[:written]):
            if change.after is old:  # one change of a record, with what it is in the end
                self.changes[place] = Changed(name, change.before, stored)
                del self.changes[written:]
        scope.record = stored if scope.record is old else scope.record
        scope.parent = stored if scope.parent is old else scope.parent
        scope.records = [stored if one is old else one for one in scope.records]

    def _store(
        self, name: str, after: dict[str, Any], basis: Record | None = None, touched: frozenset[str] | None = None
    ) -> Record:
        """Store a record; `touched` names the only fields in which it can differ from `basis`."""
        stored = self.collections[name]
        rules = stored.rules
        key = after[rules.key] if rules.plain else identity_of(rules, after)
        if type(key) is not str:
            key = text_of(key)
        old = stored.records.get(key)
        before = None if old is None else old[1]
        if rules.becomes:
            return self._begin(name, key, after)
        # Fields that have lapsed stay lapsed: then more fields change than were set.
        collection = stored.stored(key, old, after, touched if before is basis else None)
        self.collections = self.collections | {name: collection}
        self.changes.append(Changed(name, before, after))
        self.scope.record = after
        return after

    def _begin(self, name: str, key: str, after: dict[str, Any]) -> Record:
        """Store a record whose states move: with the instants at which they began, which nothing shows."""
        stored, now = self.collections[name], self.scope.now
        old = stored.records.get(key)
        before = None if old is None else old[1]
        kept = stamped(after, stored.rules.becomes, before, now, fails=self.scope.fails)
        self.collections = self.collections | {name: stored.stored(key, old, kept)}
        self.changes.append(Changed(name, before, kept))
        told = [(one.field, one.value) for one in self.behaviours.moments if one.collection == name]
        if told:
            steps = steps_of(kept, stored.rules.becomes, now)
            coming = (Planned(name, key, one.field, one.value, one.at) for one in steps)
            self.planned += tuple(one for one in coming if (one.field, one.value) in told)
        self.scope.record = shown = plain(kept)
        return shown

    def _settled(
        self, shape: RecordShape, record: dict[str, Any], before: Record, fields: Fields, given: Iterable[str]
    ) -> dict[str, Any]:
        """The part of a record that can be stored; called only where a schema restricts it, since it takes a seed.

        Where the answer shows the record by another schema, what was not given satisfies both if that is possible.
        """
        seed, now, fixed = self._seed(), self.scope.now, partial(_fixed, fields, self.scope)
        sent = frozenset(name for name, value in fields if value.root in ("body", "query"))
        settled = shape.settled(record, before, fixed, seed, now, self._referred, sent)
        answered = self.behaviours.answered.get(self.operation)
        if answered is None or shape.misfits is None:
            return settled
        kept = {name for name in given if name in settled}
        both = answered.settled(settled, before, lambda: kept.union(fixed()), seed, now, self._referred, sent)
        return settled if shape.misfits(both) else both

    def _referred(self, reference: Reference, key: Any) -> Record | None:
        """The record that a reference leads to."""
        collection, named = self.collections.get(reference.collection), ((reference.field, key),)
        if collection is None:
            return None
        found = collection.first(named, self.scope.now)
        return found or own_record(collection, reference.field, named, self.scope.caller, self.scope.now)

    def _filters(self, query: Query) -> Filters | None:
        """The query's filters with their values, the owner's among them; None when a value is missing."""
        scope, pairs = self.scope, []
        for name, value in query.filters:
            wanted = value.evaluate(scope)
            if wanted is MISSING:
                return None
            pairs.append((name, wanted))
        owner, caller = self.behaviours.collections[query.collection].owner, scope.caller.get("id")
        if owner is not None and caller is not None:
            pairs.append((owner, caller))
        return tuple(pairs)

    def _owned(self, collection: str) -> Filters:
        field, owner = self.behaviours.collections[collection].owner, self.scope.caller.get("id")
        return ((field, owner),) if field is not None and owner is not None else ()

    def _seed(self) -> str:
        return f"{self.world.seed}/{self.world.name}/{self.world.step}/{len(self.changes)}"


def _fixed(fields: Fields, scope: Scope) -> list[str]:
    """The fields whose value did not come from the client's content."""
    own = (one for one in fields if one[1].root not in ("body", "query"))
    return [name for name, value in own if value.evaluate(scope) is not MISSING]
