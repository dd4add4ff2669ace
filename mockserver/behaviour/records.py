"""Makes new and changed records valid against the schema of their collection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import msgspec

from mockserver.behaviour.carrying import Carried
from mockserver.behaviour.json_patch import is_json_patch, patched
from mockserver.behaviour.keys import FreshKeys, keys_of
from mockserver.behaviour.naming import Namesakes, Referred, nothing, within
from mockserver.behaviour.read_only import ReadOnly
from mockserver.behaviour.settling import NAMING, Misfits, Path, Repair, at, place_of
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.view import (
    SchemaView,
    at_path,
    is_marked,
    members,
    required,
    required_somewhere,
    types,
    with_subtypes,
)
from mockserver.errors import Refused
from mockserver.state.collection import Collection
from mockserver.state.rules import CollectionRules


class RecordShape(msgspec.Struct, frozen=True):
    """How the contract describes a collection's records; without a schema, nothing is filled in or left out."""

    rules: CollectionRules
    schema: Any
    view: SchemaView
    keys: FreshKeys
    declared: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    kept_null: frozenset[str] = frozenset()  #: fields in which a patch stores null, where it would remove another
    misfits: Misfits | None = None  #: the breaches that keep a record from being shown through its schema
    namesakes: Namesakes | None = None  #: which texts name objects; None without a schema
    inner: ReadOnly | None = None  #: what inside the fields only the server sets; None without a schema

    def created(
        self, fields: Mapping[str, Any], collection: Collection, seed: str, now: int, fills: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """The record with a generated key where none was given, and with the required fields and `fills` filled in."""
        record = dict(fields)
        if self.rules.key_of(record) is ABSENT:
            record = self.rules.keyed(record, self.keys.fresh(collection, seed, record))
        for path in fills if "." in self.rules.key else ():
            above, dot, name = path.rpartition(".")
            if dot and at(record, (above, name)) is ABSENT:
                record = self.rules.placed(record, path, self.keys.identity(path, seed))
        return self._completed(record, seed, now, fills)

    def called(self, sent: Any, name: str) -> Any:
        """What a map has under a name, which is its key where that may be any text and isn't sent."""
        key = self.rules.key
        if not isinstance(sent, Mapping) or key not in self.declared or key in sent:
            return sent
        return {**sent, key: name} if types(at_path(self.schema, (key,), self.view), self.view) == {"string"} else sent

    def merged(self, old: Mapping[str, Any], patch: Any) -> dict[str, Any]:
        """The record with a patch applied: a list is a JSON patch, an object a merge patch (RFC 7396), in which null
        removes a field unless it must be there."""
        if is_json_patch(patch):
            return self._patched(old, patch)
        if not isinstance(patch, Mapping):
            return dict(old)
        patched = {name: value for name, value in patch.items() if name not in self._own}
        merged = merge_patch(old, {k: v for k, v in patched.items() if not (v is None and k in self.kept_null)})
        return self._still(
            {**merged, **{k: None for k, v in patched.items() if v is None and k in self.kept_null}}, old
        )

    def _patched(self, old: Mapping[str, Any], operations: list[Any]) -> dict[str, Any]:
        """The record with a JSON patch applied (RFC 6902); key, owner and read-only fields stay."""
        result = patched(old, operations)
        if not isinstance(result, Mapping):
            raise Refused(400, "the patch leaves no object where the record was")
        own = {name: old[name] for name in self._own & old.keys()}
        sent = {name: value for name, value in result.items() if name not in self._own or name in own}
        return self._still({**sent, **own}, old)

    def replaced(
        self, old: Mapping[str, Any], new: Any, seed: str, now: int, carried: Carried | None = None
    ) -> dict[str, Any]:
        """The new value in the record's place. What `carried` cannot hold stays, as do key, owner, read-only and
        private fields, and those that a record must have."""
        if not isinstance(new, Mapping):
            return dict(old)
        from mockserver.contract.schemas.times import is_stamp

        fixed = {k for k in old if k in self._own or (self.declared and k not in self.declared)}
        loose = {k for k in new if k not in self._own and k not in self.rules.indexed}
        lasting = {k: v for k, v in old.items() if k in self.required or is_stamp(k)}
        sent = {k: v for k, v in new.items() if k not in self._own}
        whole = carried.replacing(old, sent) if carried is not None else sent
        kept = {**lasting, **whole, **{k: old[k] for k in fixed - loose}}
        return self._still(self._beside_key(self._completed(kept, seed, now), old), old)

    def _beside_key(self, record: dict[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
        """The record with what was beside its key, where that lies inside another field: a new value leaves it out."""
        above, dot, _ = self.rules.key.partition(".")
        new, known = record.get(above), old.get(above)
        if not dot or not isinstance(new, Mapping) or not isinstance(known, Mapping):
            return record
        lasting = {name: value for name, value in known.items() if not isinstance(value, Mapping | list)}
        return {**record, above: {**lasting, **new}}

    def _still(self, record: dict[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
        """The record with the key that it had, where that lies inside another field, and what is read-only there."""
        key = self.rules.key_of(old) if "." in self.rules.key else ABSENT
        record = record if key is ABSENT else self.rules.keyed(record, key)
        return record if self.inner is None or not self.inner.has_inner else self.inner.inside(record, old)

    def sent_field(self, name: str, value: Any, old: Any) -> Any:
        """What is stored of the value that a client sends for one field."""
        if self.inner is None or not isinstance(value, Mapping | list):
            return value
        return self.inner.of_member(name, value, old)

    def settled(
        self,
        record: dict[str, Any],
        before: Mapping[str, Any],
        fixed: Callable[[], Iterable[str]],
        seed: str,
        now: int,
        referred: Referred = nothing,
        sent: frozenset[str] = frozenset(),
    ) -> dict[str, Any]:
        """The record in a form that responses can show, with every sent value that its schema admits.

        What is left out keeps its old value, or is generated as if it had not been sent. Fields that `fixed` returns
        were not sent by the client, and stay; those in `sent` were, though answers mark them as readOnly. `referred`
        finds the record that a key in a reference leads to.
        """
        if self.misfits is None:
            return record
        record = self.namesakes.whole(record, before, seed, referred) if self.namesakes is not None else record
        if not self.misfits(record):
            return record
        spared = (self._own - (sent & self.read_only)).union(fixed())
        return self._repair(self.misfits, before, spared, seed, now, referred).settled(record)

    def shown(self, record: Mapping[str, Any], seed: str, now: int) -> dict[str, Any]:
        """The record as it can be shown by this schema, with as few changes as that takes; it is stored as it is."""
        whole = dict(record)
        return self._repair(self.misfits, {}, frozenset(), seed, now).settled(whole) if self.misfits else whole

    def sent(self, base: Any) -> dict[str, Any]:
        """The fields of a new record that a client may set."""
        named = base if isinstance(base, Mapping) else self._named(base)
        fields = {k: v for k, v in named.items() if k not in self.read_only}
        return fields if self.inner is None or not self.inner.has_inner else self.inner.inside(fields, {})

    def with_defaults(self, sent: dict[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a new record with the declared defaults of those that the client left out; a key has none."""
        taken = {name: value for name, value in defaults.items() if name not in sent and name not in self._own}
        return {**taken, **sent} if taken else sent

    def _named(self, value: Any) -> dict[str, Any]:
        """The field that a text names a new record by: its key, or its name; none where the field can't hold it."""
        if not isinstance(value, str) or self.schema is None:
            return {}
        declared = members(self.schema, self.view)
        texts = (
            one for one in (self.rules.key, *NAMING) if one in declared and "string" in types(declared[one], self.view)
        )
        name = next(texts, None)
        if name is None:
            return {}
        breaches = self.misfits({name: value}) if self.misfits is not None else ()
        return {} if any(place_of(one)[:1] == (name,) for one in breaches) else {name: value}

    @property
    def _own(self) -> frozenset[str]:
        owner = (self.rules.owner,) if self.rules.owner else ()
        return self.read_only.union((self.rules.key, *owner))

    def _repair(
        self,
        misfits: Misfits,
        before: Mapping[str, Any],
        spared: frozenset[str],
        seed: str,
        now: int,
        referred: Referred = nothing,
    ) -> Repair:
        made, namesakes = partial(self._made, seed=seed), self.namesakes or Namesakes(self.schema, self.view)
        named = partial(namesakes.object_of, seed=seed, referred=referred)
        return Repair(misfits, before, spared, made, named, partial(self._completed, seed=seed, now=now))

    def _made(self, place: Path, seed: str) -> Any:
        """A value for a member that the schema requires inside a field; ABSENT where there is none."""
        from mockserver.generate import Unsatisfiable, generate

        schema = within(self.schema, place, self.view)
        try:
            where = f"{seed}/{place}" if len(place) > 1 else seed
            return ABSENT if schema is None else generate(schema, view=self.view, seed=where, sparse=True)
        except Unsatisfiable:
            return ABSENT

    def _completed(self, record: dict[str, Any], seed: str, now: int, fills: tuple[str, ...] = ()) -> dict[str, Any]:
        if self.schema is None:
            return record
        from mockserver.generate import Unsatisfiable, complete

        try:
            completed: dict[str, Any] = complete(
                self.schema,
                record,
                view=self.view,
                seed=seed,
                key=self.rules.key,
                now=now,
                fills=fills,
            )
        except Unsatisfiable:  # stored as it was sent; responses that show it are checked like any other
            return record
        return completed


def shape_of(
    rules: CollectionRules,
    schema: Any,
    view: SchemaView,
    misfits: Misfits | None = None,
    *,
    key: Any = None,
) -> RecordShape:
    """The shape of a collection's records by their schema (None where none is known); `key` is the schema of the path
    parameter that holds their key, for records that don't show it."""
    if schema is None:
        return RecordShape(rules, None, view, FreshKeys(rules, None, view))
    declared = members(with_subtypes(schema, view), view)
    takes_null = {name for name, inner in declared.items() if "null" in types(inner, view)}
    read_only = {name for name, inner in declared.items() if is_marked(inner, "readOnly", view)}
    return RecordShape(
        rules,
        schema,
        view,
        keys_of(rules, schema, view, key),
        frozenset(declared),
        frozenset(read_only),
        required(schema, view),
        required_somewhere(schema, view) | takes_null,
        misfits,
        namesakes=Namesakes(schema, view, rules.refers),
        inner=ReadOnly(schema, view),
    )


def merge_patch(target: Any, patch: Any) -> Any:
    """A value with a JSON merge patch applied (RFC 7396, section 2)."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), value)
    return result
