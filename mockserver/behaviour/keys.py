"""Makes keys for new records, as their schema and the path parameters that hold them admit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from mockserver.contract.schemas.view import SchemaView, at_path, combined, types
from mockserver.errors import Refused
from mockserver.state.collection import Collection
from mockserver.state.rules import CollectionRules

_NUMBERS = frozenset({"integer", "number"})
_IDS = "9c5b94b1-35ad-49bb-b118-8e8fc24abf80"
"""The name space of generated keys: a fixed value gives the same keys on every machine."""


class FreshKeys(msgspec.Struct, frozen=True):
    """The keys of a collection; without a schema of its records, any UUID is one."""

    rules: CollectionRules
    schema: Any
    view: SchemaView
    in_paths: Any = None  #: their schema, where path parameters restrict them more than the records' schema
    is_text: bool = False  #: the key is a number in paths and its text in records

    def fresh(self, collection: Collection, seed: str, record: Mapping[str, Any]) -> Any:
        """A key that no other record has beside what `record` says of the records above it."""
        beside = tuple((name, record[name]) for name in self.rules.within if name in record)

        def is_taken(key: Any) -> bool:
            if self.rules.direct:
                return collection.get(key) is not None
            return bool(collection.matching(((self.rules.key, key), *beside)))

        if self.schema is not None:
            return self._made(collection, seed, is_taken)
        from uuid import UUID, uuid5

        tries = (str(uuid5(UUID(_IDS), f"{seed}/{self.rules.name}/{count}")) for count in range(1_000_000))
        return next(key for key in tries if not is_taken(key))

    def identity(self, path: str, seed: str) -> Any:
        """A value that no other record has at a path: a UUID where its schema lets it be."""
        from mockserver.generate import fresh_key

        schema = at_path(self.schema, tuple(path.split(".")), self.view) if self.schema is not None else None
        return fresh_key({"properties": {path: schema or {}}}, path, view=self.view, seed=seed, taken=lambda _: False)

    def _made(self, collection: Collection, seed: str, is_taken: Callable[[Any], bool]) -> Any:
        """A key that is valid against the schemas of records and path parameters, or at least of records."""
        # Imported late: most mock servers create no record before their first request.
        from mockserver.generate import Unsatisfiable, fresh_key

        written = str if self.is_text else lambda key: key
        make = partial(fresh_key, key=self.rules.key, view=self.view, seed=seed, first=collection.next + 1)
        if self.in_paths is not None:
            try:
                key = make({"properties": {self.rules.key: self.in_paths}}, taken=lambda key: is_taken(written(key)))
                return written(key)
            except Unsatisfiable:
                if at_path(self.schema, (self.rules.key,), self.view) is None and _is_choice(self.in_paths, self.view):
                    raise Refused(409, f"every {self.rules.key} that {self.rules.name} may have is taken") from None
        if "." not in self.rules.key:
            return make(self.schema, taken=is_taken)
        own = at_path(self.schema, tuple(self.rules.key.split(".")), self.view)
        return make({"properties": {self.rules.key: own or {}}}, taken=is_taken)


def keys_of(rules: CollectionRules, schema: Any, view: SchemaView, in_paths: Any) -> FreshKeys:
    """The keys of a collection by the schema of its records and that of the path parameter that holds its key."""
    own = at_path(schema, tuple(rules.key.split(".")), view)
    if in_paths is None or own is None:
        return FreshKeys(rules, schema, view, in_paths)
    here, there = (types(one, view) for one in (own, in_paths))
    if here == {"string"} and there and there <= _NUMBERS:
        return FreshKeys(rules, schema, view, in_paths, is_text=True)
    return FreshKeys(rules, schema, view, {"allOf": [own, in_paths]} if here == there == {"string"} else None)


def _is_choice(schema: Any, view: SchemaView) -> bool:
    """Whether a schema lists the values that it admits."""
    return any("enum" in part or "const" in part for part in combined(schema, view))
