"""One run of a behaviour: the only place where records change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from mockserver.behaviour.callers import meant, own_record
from mockserver.behaviour.listing import part_of, sorted_by
from mockserver.behaviour.notifying import Notice, Notification, Planned, Subscribers, addresses_in, fields_of
from mockserver.behaviour.records import RecordShape
from mockserver.behaviour.values import MISSING, Scope, Value, dig, laid_at
from mockserver.behaviour.vocabulary import Behaviour, Behaviours, Change, Changed, Creation, Page, Query
from mockserver.contract.operations.operation import ABSENT, EMPTY
from mockserver.errors import Refused
from mockserver.state.becoming import plain, stamped, steps_of
from mockserver.state.collection import Filters, Record, identity_of, text_of
from mockserver.state.references import EACH, Reference, referring
from mockserver.state.rules import CollectionRules
from mockserver.state.world import Collections, World

Fields = tuple[tuple[str, Value], ...]
"""Fields of a record, each with the expression that gives its value."""
UNKNOWN, EXPIRED, FOREIGN = "unknown", "expired", "another user's"
"""Why a record is not found."""


class Run(msgspec.Struct):
    """One run of a behaviour: the collections so far, and the changes made."""

    world: World
    collections: Collections
    scope: Scope
    behaviours: Behaviours
    changes: list[Changed]
    operation: str = ""
    planned: tuple[Planned, ...] = ()  #: when the records that were stored enter a state that sends a webhook

    def find(self, query: Query) -> Record:
        scope, filters = self.scope, self._filters(query)
        record = None if filters is None else self.collections[query.collection].first(filters, scope.now)
        if record is None:
            record = self._in_another_way(query, filters)
        scope.record = record
        return record

    def names_nothing(self, query: Query) -> bool:
        """Whether a request leaves out what names the record, as it may: nothing of that is in its path."""
        return self._filters(query) is None and all(value.root in ("body", "query") for _, value in query.filters)

    def _in_another_way(self, query: Query, filters: Filters | None) -> Record:
        """The record that no filter finds: the caller's own, or one that is there once it is asked for."""
        scope, rules = self.scope, self.behaviours.collections[query.collection]
        if filters is not None:
            if rules.mine:
                own = own_record(self.collections[query.collection], rules.key, filters, scope.caller, scope.now)
                if own is not None:
                    return own
            if query.adopts or self._is_implied(query, filters):
                return self._adopt_below(query)
        scope.record = MISSING
        miss = self._miss(query)
        but = "" if miss == UNKNOWN else f", but for one that is {miss}"
        raise Refused(404, f"no record of {query.collection} has {_words(query, scope)}{but}", miss=miss)

    def _adopt_below(self, query: Query) -> Record:
        """The record that a query asks for, made up like those above it that aren't there."""
        for one in query.above:
            above = self._filters(one)
            if above is not None and self.collections[one.collection].first(above, self.scope.now) is None:
                self._adopt(one)
        return self._adopt(query)

    def _adopt(self, query: Query) -> Record:
        """The record that a query asks for, made up but for what the query says of it."""
        fills = tuple(sorted(self.behaviours.shapes[query.collection].declared))
        return self._create_one(Creation(query.collection, None, query.filters, fills), {})

    def _is_implied(self, query: Query, filters: Filters) -> bool:
        """Whether the record is there as soon as it is asked for: it is `implicit`, and what it belongs to exists."""
        rules, given = self.behaviours.collections[query.collection], dict(filters)
        above = [(one.collection, ((one.field, given[one.path[0]]),)) for one in rules.refers if one.path[0] in given]
        return rules.implicit and all(self.collections[name].first(key, self.scope.now) for name, key in above)

    def _miss(self, query: Query) -> str:
        """Why no record matches: it has expired, belongs to another user, or does not exist."""
        filters = [(name, value.evaluate(self.scope)) for name, value in query.filters]
        if any(value is MISSING for _, value in filters):
            return UNKNOWN
        collection = self.collections[query.collection]
        if collection.matching((*filters, *self._owned(query.collection))):
            return EXPIRED
        return FOREIGN if collection.matching(tuple(filters)) else UNKNOWN

    def create(self, creation: Creation) -> None:
        base = creation.base.evaluate(self.scope) if creation.base else {}
        parent = self.scope.parent = self.scope.record
        created = []
        if creation.base is not None and creation.base.names == (EACH,) and isinstance(base, list):
            shape = self.behaviours.shapes[creation.collection]
            base = [shape.called(one, name) for name, one in zip(self.scope.inputs.body, base, strict=False)]
        items = base if isinstance(base, list) and (base or not creation.shows_one) else None
        for one in self._each(creation.base, items) if creation.base and items is not None else [base]:
            self.scope.record = parent  # the fields of a new record may refer to the record that `find` selected
            created.append(self._create_one(creation, one))
        self.scope.records, self.scope.total = created, len(created)
        self.scope.record = created[-1] if created else MISSING
        if creation.lists and isinstance(base, list):
            self.scope.record = created

    def _each(self, base: Value, items: Sequence[Any]) -> Iterator[Any]:
        """The items of a list that the body has; while one is at hand, it stands in the place of the list."""
        scope, inputs = self.scope, self.scope.inputs
        beside = inputs.body if base.root == "body" and len(base.names) == 1 and type(inputs.body) is dict else None
        for item in items:
            if base.root == "body":
                body = laid_at(base.names, item)
                scope.inputs = msgspec.structs.replace(inputs, body=body if beside is None else {**beside, **body})
            yield item
        scope.inputs = inputs

    def set_each(self, behaviour: Behaviour) -> bool:
        """Find and set a record for each item of the list that the body has; False where it has one object."""
        query, change = behaviour.find, behaviour.set
        items = change.base.evaluate(self.scope) if change is not None and change.base is not None else None
        if query is None or change is None or change.base is None or not isinstance(items, list):
            return False
        records = []
        for _ in self._each(change.base, items):
            self.find(query)
            self.set(query.collection, change)
            records.append(self.scope.record)
        self.scope.records, self.scope.total = records, len(records)
        return True

    def _create_one(self, creation: Creation, base: Any) -> Record:
        name = creation.collection
        shape, collection = self.behaviours.shapes[name], self.collections[name]
        copied = creation.base is not None and creation.base.root == "record"  # with fields that no client may send
        sent = dict(base) if copied else shape.sent(base)
        if creation.carried is not None and creation.carried.defaults and isinstance(base, Mapping):
            sent = shape.with_defaults(sent, creation.carried.defaults)
        fields = _laid_over(sent, creation.fields, self.scope, shape)
        fields |= dict(self._owned(name))
        rules, seed, now, fills = shape.rules, self._seed(), self.scope.now, creation.fills
        if not rules.plain and "." in rules.key:
            fields = rules.beside_key(fields)
        before = None if rules.key_of(fields) is ABSENT else collection.get(identity_of(rules, fields))
        if before is None:
            record = self._referring(rules, shape.created(fields, collection, seed, now, fills), fields)
        elif isinstance(base, str):  # the name of a record that is there
            record = {**before, **fields}
        elif any(field == rules.key for field, _ in creation.fields):
            record = shape.replaced(before, fields, seed, now, creation.carried)
        elif creation.conflicts:
            raise Refused(409, f"{name} already has a record with {rules.key} {_short(rules.key_of(fields))}")
        else:
            before, record = None, shape.created(fields, collection, seed, now, fills)
        if shape.misfits is not None:
            record = self._settled(shape, record, before or {}, creation.fields, fields)
        return self._store(name, record)

    def _referring(self, rules: CollectionRules, record: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """A new record whose made-up references lead to records that exist."""
        for reference in rules.refers:
            if reference.path[0] in record and reference.path[0] not in given:
                collection = self.collections.get(reference.collection)
                known = collection.listed((), self.scope.now) if collection is not None else ()
                if known:
                    record = referring(record, reference, lambda number, known=known: known[number % len(known)])  # type: ignore[misc]
        return record

    def set(self, name: str, change: Change) -> None:
        shape, before = self.behaviours.shapes[name], self.scope.record
        after, touched = before, change.touches
        if change.base is not None:
            body = self.scope.inputs.body
            # A JSON patch is a list, wherever the body of other media types has the record.
            base = body if type(body) is list and not change.replaces else change.base.evaluate(self.scope)
            if change.replaces:
                after = shape.replaced(after, base, self._seed(), self.scope.now, change.carried)
            else:
                after = shape.merged(after, base)
        after = _laid_over({**after, **change.constants}, change.others, self.scope, shape, before)
        if shape.misfits is not None:
            given = [name for name, value in after.items() if before.get(name, ABSENT) is not value]
            after, touched = self._settled(shape, after, before, change.fields, given), None
        self._store(name, after, before, touched)

    def remove(self, query: Query) -> None:
        filters = self._filters(query)
        made = {id(one.after) for one in self.changes if one.before is None} | set(map(id, self.scope.records))
        tests = [test for one in query.conditions if (test := one.test(self.scope)) is not None]
        for record in () if filters is None else self.collections[query.collection].matching(filters):
            if id(record) in made or not all(test(record) for test in tests):  # others are removed
                continue
            self.drop(query.collection, record)
            self.scope.total += 1

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

    def make(self, name: str, sent: Mapping[str, Any], fields: Mapping[str, Any], fills: tuple[str, ...]) -> Record:
        """Create a record of what a client sent inside another; a key that is taken is not kept."""
        shape, collection = self.behaviours.shapes[name], self.collections[name]
        record = shape.sent(sent) | dict(fields)
        key = shape.rules.key_of(record)
        if key is not ABSENT and collection.get(identity_of(shape.rules, record)) is not None:
            record = {field: value for field, value in record.items() if field != shape.rules.key}
        made = shape.created(record, collection, self._seed(), self.scope.now, fills)
        return self.put(name, shape.settled(made, {}, lambda: fields, self._seed(), self.scope.now))

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

    def list(self, query: Query, page: Page) -> None:
        as_meant = partial(self._meant, query.collection)
        filters_given = [(name, as_meant(name, value.evaluate(self.scope))) for name, value in query.filters]
        filters = tuple((name, value) for name, value in filters_given if value is not MISSING)
        name = query.collection
        matches = self.collections[name].listed(filters + self._owned(name), self.scope.now)
        tests = [test for one in query.conditions if (test := one.test(self.scope, as_meant)) is not None]
        if tests:
            matches = [record for record in matches if all(test(record) for test in tests)]
        matches = sorted_by(page, self.scope, matches)
        part = self.scope.part = part_of(page, self.scope, matches, self.behaviours.collections[name])
        self.scope.total, self.scope.records = part.total, part.records
        self.scope.next = part.key_of_last() if part.more else ABSENT

    def notices(self, notifications: Iterable[Notification]) -> tuple[Notice, ...]:
        """What is sent to whom, about the record that the behaviour is about, or the last one that it changed."""
        scope = self.scope
        if scope.record is MISSING and self.changes:
            last = self.changes[-1]
            scope.record = last.after if last.after is not None else last.before
        record = None if scope.record is MISSING else scope.record
        return tuple(
            Notice(one.event, tuple(dict.fromkeys(self._addresses(one.to))), record, fields_of(one.body, scope))
            for one in notifications
        )

    def followed(self, query: Query) -> Filters:
        """The values that records have which a stream is about, the owner's among them; a missing one filters
        nothing."""
        given = ((name, value.evaluate(self.scope)) for name, value in query.filters)
        return (*((name, value) for name, value in given if value is not MISSING), *self._owned(query.collection))

    def _addresses(self, to: Value | Subscribers) -> Iterator[str]:
        if isinstance(to, Value):
            yield from addresses_in(to.evaluate(self.scope))
            return
        query: Query = to.query
        filters = self._filters(query)
        tests = [test for one in query.conditions if (test := one.test(self.scope)) is not None]
        for record in () if filters is None else self.collections[query.collection].visible(filters, self.scope.now):
            if all(test(record) for test in tests):
                yield from addresses_in(dig(record, to.field))

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

    def _meant(self, name: str, field: str, wanted: Any) -> Any:
        """The value that a filter compares: a word such as `me` in a reference to people is the caller's key."""
        rules, scope = self.behaviours.collections[name], self.scope
        return meant(rules, field, wanted, self.collections, scope.caller, scope.now) if rules.refers else wanted

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

    def _seed(self) -> str:
        return f"{self.world.seed}/{self.world.name}/{self.world.step}/{len(self.changes)}"

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


def _laid_over(
    record: dict[str, Any], fields: Fields, scope: Scope, shape: RecordShape, before: Record = EMPTY
) -> dict[str, Any]:
    for name, value in fields:
        wanted = value.constant
        if wanted is MISSING:
            wanted = value.evaluate(scope)
            if value.root == "body":
                wanted = shape.sent_field(name, wanted, before.get(name, ABSENT))
        if wanted is ABSENT:
            record.pop(name, None)
        elif wanted is not MISSING:
            record[name] = wanted
    return record


def _fixed(fields: Fields, scope: Scope) -> list[str]:
    """The fields whose value did not come from the client's content."""
    own = (one for one in fields if one[1].root not in ("body", "query"))
    return [name for name, value in own if value.evaluate(scope) is not MISSING]


def _words(query: Query, scope: Scope) -> str:
    return " and ".join(f"{name} {_short(value.evaluate(scope))}" for name, value in query.filters)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
