"""Texts that stand for objects, as a label is sent by its name and shown as an object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from mockserver.behaviour.settling import NAMING, Path
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.view import SchemaView, at_path, branches, item, members, required, types
from mockserver.state.collection import Record
from mockserver.state.references import Reference

_NUMBERS: Final = frozenset({"integer", "number"})
_OF_ALL: Final = ("name", "login", "username", "title", "slug", "label")
"""The members by which alone an object is known, where a text may stand in its place."""
_CONTENTS: Final = ("text", "content")
"""The members that hold what an object is about."""
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
        if isinstance(value, list):
            return self._around(place, value, seed, referred)
        schema = within(self.schema, place, self.view)
        declared = members(schema, self.view) if schema is not None else {}
        wanted = {"string"} if isinstance(value, str) else _NUMBERS
        path = tuple(step for step in place if isinstance(step, str))
        reference = next((one for one in self.refers if one.path == path), None)
        names = (*((reference.field,) if reference is not None else ()), *NAMING)
        name = next((one for one in names if one in declared and types(declared[one], self.view) & wanted), None)
        known = referred(reference, value) if reference is not None and name == reference.field else None
        shown = {one: known[one] for one in declared if one in known} if known is not None else {}
        if name is not None:
            return self._completed(schema, {name: value, **shown}, seed)
        return self._part_of(place, value, seed)

    def _part_of(self, place: Path, value: Any, seed: str) -> Any:
        """The object that has a text as its contents, as a part of a message: `{type: text, text: …}`."""
        schema = within(self.schema, place, self.view)
        declared = members(schema, self.view) if schema is not None else {}
        name = next((one for one in _CONTENTS if one in declared), None)
        if name is None or not isinstance(value, str):
            return ABSENT
        inner = value if "string" in types(declared[name], self.view) else self.object_of((*place, name), value, seed)
        having = (part for part in branches(schema, self.view) if name in required(part, self.view))
        return ABSENT if inner is ABSENT else self._completed(next(having, schema), {name: inner}, seed)

    def _around(self, place: Path, values: list[Any], seed: str, referred: Referred) -> Any:
        """The object that shows a list which was sent as it is: `{data: […], has_more: false}`."""
        schema = within(self.schema, place, self.view)
        declared = members(schema, self.view) if schema is not None else {}
        lists = [name for name, one in declared.items() if "array" in types(one, self.view)]
        if len(lists) != 1:
            return ABSENT
        name = lists[0]
        items = [self._item((*place, name, number), one, seed, referred) for number, one in enumerate(values)]
        more = {flag: False for flag, one in declared.items() if types(one, self.view) == {"boolean"}}
        return self._completed(schema, {**more, name: items}, seed)

    def _item(self, place: Path, value: Any, seed: str, referred: Referred) -> Any:
        """An item of such a list with what it must have, and with objects in place of what names them."""
        schema = within(self.schema, place, self.view)
        if schema is None or not isinstance(value, Mapping):
            return value
        declared = members(schema, self.view)
        named = {
            name: self.object_of((*place, name), one, seed, referred)
            for name, one in value.items()
            if name in declared
            and isinstance(one, str | int)
            and types(declared[name], self.view) <= {"object", "null"}
        }
        known = {**value, **{name: one for name, one in named.items() if one is not ABSENT}}
        whole = self._completed(schema, known, f"{seed}/{place[-1]}")
        return value if whole is ABSENT else whole

    def _completed(self, schema: Any, known: dict[str, Any], seed: str) -> Any:
        from mockserver.generate import Unsatisfiable, complete

        try:
            return complete(schema, known, view=self.view, seed=seed, key="")
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
