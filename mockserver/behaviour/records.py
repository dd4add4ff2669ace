"""How a new or changed record comes to fit the schema of its collection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import msgspec

from mockserver.clock import format_instant
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.view import Resolve, branches, members
from mockserver.state.collection import Collection
from mockserver.state.rules import CollectionRules

Misfits = Callable[[Mapping[str, Any]], frozenset[str]]

_NUMBERS = frozenset({"integer", "number"})
_IDS = "9c5b94b1-35ad-49bb-b118-8e8fc24abf80"
"""The name space of made-up keys: any fixed value gives the same keys on any machine."""


class RecordShape(msgspec.Struct, frozen=True):
    """What the contract says of a collection's records; without a schema nothing is filled in or left out."""

    rules: CollectionRules
    schema: Any
    resolve: Resolve
    declared: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    kept_null: frozenset[str] = frozenset()  #: fields in which a patch stores null, where it would remove another
    misfits: Misfits | None = None  #: the fields that keep a record from being shown through its schema
    nullable: bool = True  #: `nullable` counts, as in OpenAPI 3.0
    key_schema: Any = None  #: of new keys, where paths say more of them than the records' own schema
    key_is_text: bool = False  #: paths take a number where records write it as text

    def created(self, given: Mapping[str, Any], held: Collection, seed: str, now: int) -> dict[str, Any]:
        """The record with its key made new where nobody gave one, and what the schema wants filled in."""
        record = dict(given)
        if record.get(self.rules.key, ABSENT) is ABSENT:
            record[self.rules.key] = self._fresh_key(held, seed)
        return self._completed(record, seed, now)

    def merged(self, old: Mapping[str, Any], patch: Any) -> dict[str, Any]:
        """The record with a merge patch applied (RFC 7396): null removes a field, unless it must be there."""
        if not isinstance(patch, Mapping):
            return dict(old)
        sent = {name: value for name, value in patch.items() if name not in self._own}
        merged = merge_patch(old, {k: v for k, v in sent.items() if not (v is None and k in self.kept_null)})
        return {**merged, **{k: None for k, v in sent.items() if v is None and k in self.kept_null}}

    def replaced(self, old: Mapping[str, Any], new: Any, seed: str, now: int) -> dict[str, Any]:
        """The new value in the record's place; key, owner, read-only and private fields stay."""
        if not isinstance(new, Mapping):
            return dict(old)
        kept = {k: v for k, v in old.items() if k in self._own or (self.declared and k not in self.declared)}
        return self._completed({**{k: v for k, v in new.items() if k not in self._own}, **kept}, seed, now)

    def settled(
        self, record: dict[str, Any], before: Mapping[str, Any], fixed: Callable[[], Iterable[str]], seed: str, now: int
    ) -> dict[str, Any]:
        """The record without what no answer could show: schemas of requests are often wider than those of answers.

        Such a field stays as it was before, or is made as if it had not been sent; where that does not help, all
        fields do. Those that `fixed` gives were not sent, and stay.
        """
        if self.misfits is None or not (wrong := self.misfits(record)):
            return record
        own = self._own.union(fixed())
        for names in (wrong - own, record.keys() - own):
            kept = {name: value for name, value in record.items() if name not in names}
            old = {name: before[name] for name in names if name in before}
            settled = self._completed({**kept, **old}, seed, now)
            if not self.misfits(settled):
                return settled
        return record

    def sent(self, base: Any) -> dict[str, Any]:
        """What a client may set of a new record."""
        return {k: v for k, v in base.items() if k not in self.read_only} if isinstance(base, Mapping) else {}

    @property
    def _own(self) -> frozenset[str]:
        owner = (self.rules.owner,) if self.rules.owner else ()
        return self.read_only.union((self.rules.key, *owner))

    def _fresh_key(self, held: Collection, seed: str) -> Any:
        def taken(key: Any) -> bool:
            return held.get(key) is not None

        if self.schema is not None:
            return self._made_key(held, seed, taken)
        from uuid import UUID, uuid5

        tries = (str(uuid5(UUID(_IDS), f"{seed}/{self.rules.name}/{count}")) for count in range(1_000_000))
        return next(key for key in tries if not taken(key))

    def _made_key(self, held: Collection, seed: str, taken: Callable[[Any], bool]) -> Any:
        """A key by the schema of the records and by what paths say of it; where both cannot be had, by the former."""
        # Most mocks make no record: their start need not wait for it.
        from mockserver.generate import Unsatisfiable, fresh_key

        written = str if self.key_is_text else lambda key: key
        make = partial(fresh_key, key=self.rules.key, resolve=self.resolve, seed=seed, first=held.next + 1)
        if self.key_schema is not None:
            try:
                found = make({"properties": {self.rules.key: self.key_schema}}, taken=lambda key: taken(written(key)))
                return written(found)
            except Unsatisfiable:
                pass
        return make(self.schema, taken=taken)

    def _completed(self, record: dict[str, Any], seed: str, now: int) -> dict[str, Any]:
        if self.schema is None:
            return record
        from mockserver.generate import Unsatisfiable, complete

        try:
            made: dict[str, Any] = complete(
                self.schema,
                record,
                resolve=self.resolve,
                seed=seed,
                key=self.rules.key,
                now=format_instant(now),
                nullable=self.nullable,
            )
        except Unsatisfiable:  # it is stored as it was sent; an answer that shows it is judged like any other
            return record
        return made


def shape_of(
    rules: CollectionRules,
    schema: Any,
    resolve: Resolve,
    misfits: Misfits | None = None,
    *,
    nullable: bool = True,
    key: Any = None,
) -> RecordShape:
    """The shape of a collection's records by their schema (None where none is known); `key` is the form of their key
    in paths, for records that do not show it."""
    if schema is None:
        return RecordShape(rules, None, resolve)
    declared = {name: list(branches(inner, resolve)) for name, inner in members(schema, resolve).items()}
    required = {name for branch in branches(schema, resolve) for name in branch.get("required") or ()}
    takes_null = {name for name, parts in declared.items() if any(map(_takes_null, parts))}
    read_only = {name for name, parts in declared.items() if any(part.get("readOnly") for part in parts)}
    return RecordShape(
        rules,
        schema,
        resolve,
        frozenset(declared),
        frozenset(read_only),
        frozenset(required | takes_null),
        misfits,
        nullable,
        *_form_of_keys(declared.get(rules.key), key, resolve),
    )


def _form_of_keys(own: list[Any] | None, in_paths: Any, resolve: Resolve) -> tuple[Any, bool]:
    """The schema of new keys, and whether what it makes is written as text; None where records say it all."""
    if in_paths is None or own is None:
        return in_paths, False
    here, there = (_types(parts) for parts in (own, branches(in_paths, resolve)))
    if here == {"string"} and there and there <= _NUMBERS:
        return in_paths, True
    return ({"allOf": [*own, in_paths]}, False) if here == there == {"string"} else (None, False)


def _types(parts: Iterable[Any]) -> frozenset[str]:
    kinds = (part.get("type") or () for part in parts)
    return frozenset(name for kind in kinds for name in ([kind] if isinstance(kind, str) else kind))


def _takes_null(schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type")
    return bool(schema.get("nullable")) or kind == "null" or (isinstance(kind, list) and "null" in kind)


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
