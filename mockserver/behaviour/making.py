"""Makes records and changes them, as a behaviour says: the verbs `create` and `set`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from mockserver.behaviour.records import RecordShape
from mockserver.behaviour.storing import Fields, Storing
from mockserver.behaviour.values import MISSING, Scope, Value, laid_at
from mockserver.behaviour.vocabulary import Change, Creation
from mockserver.contract.operations.operation import ABSENT, EMPTY
from mockserver.errors import Refused
from mockserver.state.collection import Record, identity_of
from mockserver.state.references import EACH, referring, values_of
from mockserver.state.rules import CollectionRules


class Making(Storing):
    """What makes and changes records in a run."""

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

    def set(self, name: str, change: Change) -> None:
        shape, before = self.behaviours.shapes[name], self.scope.record
        after, touched, base = before, change.touches, None
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
        if change.existing:
            asked = {**base, **after} if isinstance(base, Mapping) else after
            self._must_lead(shape.rules, _changed(before, asked), change.existing)
        if shape.rules.unique and change.conflicts:
            changed = _changed(before, after).keys()
            self._must_be_alone(name, after, (one for one in shape.rules.unique if not changed.isdisjoint(one)))
        self._store(name, after, before, touched)

    def make(self, name: str, sent: Mapping[str, Any], fields: Mapping[str, Any], fills: tuple[str, ...]) -> Record:
        """Create a record of what a client sent inside another; a key that is taken is not kept."""
        shape, collection = self.behaviours.shapes[name], self.collections[name]
        record = shape.sent(sent) | dict(fields)
        key = shape.rules.key_of(record)
        if key is not ABSENT and collection.get(identity_of(shape.rules, record)) is not None:
            record = {field: value for field, value in record.items() if field != shape.rules.key}
        made = shape.created(record, collection, self._seed(), self.scope.now, fills)
        return self.put(name, shape.settled(made, {}, lambda: fields, self._seed(), self.scope.now))

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
            raise Refused(409, f"{name} already has a record with {rules.key} {short(rules.key_of(fields))}")
        else:
            before, record = None, shape.created(fields, collection, seed, now, fills)
        if shape.misfits is not None:
            record = self._settled(shape, record, before or {}, creation.fields, fields)
        if creation.existing:
            self._must_lead(rules, {**base, **fields} if isinstance(base, Mapping) else fields, creation.existing)
        if rules.unique and creation.conflicts:
            self._must_be_alone(name, record, (one for one in rules.unique if fields.keys() >= {*one}))
        return self._store(name, record)

    def _must_be_alone(self, name: str, record: Record, unique: Iterable[tuple[str, ...]]) -> None:
        """Refuse a record with values that are another's, in the fields in which no two have the same."""
        collection = self.collections[name]
        own = identity_of(collection.rules, record)
        for fields in unique:
            wanted = tuple((field, record.get(field)) for field in fields)
            if any(value in (None, "") for _, value in wanted):
                continue
            others = collection.visible(wanted, self.scope.now)
            if any(identity_of(collection.rules, one) != own for one in others):
                words = " and ".join(f"{field} {short(value)}" for field, value in wanted)
                raise Refused(409, f"{name} already has a record with {words}")

    def _must_lead(self, rules: CollectionRules, given: Mapping[str, Any], existing: Mapping[str, int]) -> None:
        """Refuse a reference to a record that isn't there, where the contract says that it is refused."""
        for reference in rules.refers:
            status, collection = existing.get(".".join(reference.path)), self.collections.get(reference.collection)
            if status is None or collection is None or reference.path[0] not in given:
                continue
            for value in values_of(given, reference):
                is_key = type(value) in (str, int) and value != ""
                if is_key and collection.first(((reference.field, value),), self.scope.now) is None:
                    words = f"{reference.field} {short(value)}"
                    raise Refused(status, f"no record of {reference.collection} has {words}")

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

    def _referring(self, rules: CollectionRules, record: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """A new record whose made-up references lead to records that exist."""
        for reference in rules.refers:
            if reference.path[0] in record and reference.path[0] not in given:
                collection = self.collections.get(reference.collection)
                known = collection.listed((), self.scope.now) if collection is not None else ()
                if known:
                    record = referring(record, reference, lambda number, known=known: known[number % len(known)])  # type: ignore[misc]
        return record


def _changed(before: Record, after: Record) -> dict[str, Any]:
    """The fields that have another value than before, with it."""
    return {name: value for name, value in after.items() if value != before.get(name, ABSENT)}


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


def short(value: Any) -> str:
    """A value as a message shows it."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
