"""Texts that stand for objects, as a label is sent by its name and shown as an object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from mockserver.behaviour.settling import NAMING, Path
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.view import SchemaView, at_path, branches, item, members, types
from mockserver.state.collection import Record
from mockserver.state.references import Reference

_NUMBERS: Final = frozenset({"integer", "number"})
_OF_ALL: Final = ("name", "login", "username", "title", "slug", "label")
"""The members by which alone an object is known, where a text may stand in its place."""
_RESTRICTING: Final = ("enum", "const", "format", "pattern")


Referred = Callable[[Reference, Any], Record | None]
"""Finds the record that a reference leads to by the value that it holds; None where there is none."""


def nothing(*_: Any) -> None:
    """No record, where none can be looked up."""


class Namesakes(msgspec.Struct, frozen=True):
    """Which texts name objects, by the schema of the records that have them."""

    schema: Any
    view: SchemaView
    refers: tuple[Reference, ...] = ()  #: where they refer to records of collections
    known: dict[str, bool] = msgspec.field(default_factory=dict)  #: whether texts in a field name objects, cached

    def whole(self, record: dict[str, Any], before: Mapping[str, Any], seed: str, referred: Referred) -> dict[str, Any]:
        """The record with objects in place of new texts that can only be their names."""
        return {
            name: self._whole(name, value, seed, referred)
            if type(value) in (str, list) and value is not before.get(name) and self._names_objects(name)
            else value
            for name, value in record.items()
        }

    def object_of(self, place: Path, value: Any, seed: str, referred: Referred = nothing) -> Any:
        """The object that a text or a number names: by its key where the place refers to records of a collection, else
        by its name, as a label; ABSENT where none of its members can have it."""
        from mockserver.generate import Unsatisfiable, complete

        schema = within(self.schema, place, self.view)
        declared = members(schema, self.view) if schema is not None else {}
        wanted = {"string"} if isinstance(value, str) else _NUMBERS
        path = tuple(step for step in place if isinstance(step, str))
        reference = next((one for one in self.refers if one.path == path), None)
        names = (*((reference.field,) if reference is not None else ()), *NAMING)
        name = next((one for one in names if one in declared and types(declared[one], self.view) & wanted), None)
        known = referred(reference, value) if reference is not None and name == reference.field else None
        shown = {one: known[one] for one in declared if one in known} if known is not None else {}
        if name is None:
            return ABSENT
        try:
            return complete(schema, {**shown, name: value}, view=self.view, seed=seed, key="")
        except Unsatisfiable:
            return ABSENT

    def _whole(self, name: str, value: Any, seed: str, referred: Referred) -> Any:
        if type(value) is list:
            return [self._object_or_text((name, place), one, seed, referred) for place, one in enumerate(value)]
        return self._object_or_text((name,), value, seed, referred)

    def _object_or_text(self, place: Path, value: Any, seed: str, referred: Referred) -> Any:
        named = self.object_of(place, value, seed, referred) if type(value) is str else ABSENT
        return value if named is ABSENT else named

    def _names_objects(self, name: str) -> bool:
        if name not in self.known:
            schema = within(self.schema, (name,), self.view)
            self.known[name] = schema is not None and self._are_names(item(schema, self.view) or schema)
        return self.known[name]

    def _are_names(self, schema: Any) -> bool:
        """Whether a value is any text or an object, and the text the object's name: its id, if it has one, is none."""
        if not types(schema, self.view) >= {"string", "object"}:
            return False
        alternatives = branches(schema, self.view)
        if any(part.get("type") == "string" and any(word in part for word in _RESTRICTING) for part in alternatives):
            return False
        declared = members(schema, self.view)
        id_types = types(declared["id"], self.view) if "id" in declared else frozenset(("integer",))
        named = any("string" in types(declared[one], self.view) for one in _OF_ALL if one in declared)
        return named and bool(id_types) and "string" not in id_types


def within(schema: Any, place: Path, view: SchemaView) -> Any:
    """The schema of a part of the values of another; None where nothing is declared."""
    for step in place:
        schema = item(schema, view) if isinstance(step, int) else at_path(schema, (step,), view)
    return schema
