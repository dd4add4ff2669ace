"""Records that are listed below one to which they refer: `/projects/{id}/tasks` where `/tasks` are a collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from mockserver.contract.schemas.naming import names_one_of, plain
from mockserver.inference.envelopes import list_in, record_in
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_alike, sayable
from mockserver.inference.references import References
from mockserver.inference.resources import Resource
from mockserver.inference.routes import VALUE, Route, Shape, segment_of
from mockserver.state.references import EACH, Reference

_ABOVE: Final = ("parent",)
"""Members for the record above of the same collection."""
_CHILDREN: Final = ("sub", "child", "replies", "descendants")
"""How the name of a list begins that has the records below one of the same collection."""


@dataclass(frozen=True, slots=True)
class Below:
    """The records of a collection that refer to one record: those where `field` has its key."""

    resource: Resource
    parent: Resource
    field: str  #: the path of the field, through objects and lists
    value: Any  #: what a new record has in its member `member`
    member: str


class Referring:
    """Finds what is listed and created below the records of the collections of one contract."""

    def __init__(self, resources: Mapping[Shape, Resource], schemas: Schemas) -> None:
        self.resources, self.schemas = resources, schemas
        self._showing: dict[int, dict[str, Resource]] = {}  # the collections by the schema of their records

    @cached_property
    def _references(self) -> References:
        read = {one.name: one for one in self.resources.values() if one.values}
        return References(read.values(), self.schemas)

    def listed(self, route: Route) -> Below | None:
        """The records that a GET below a record lists; None where it lists none of a known collection."""
        parent = self._parent(route)
        answer = self.schemas.answer(route.operation) if parent is not None else None
        placement = list_in(answer, self.schemas, route.shape[-1]) if answer is not None else None
        return self._below(parent, placement.schema, route) if parent is not None and placement is not None else None

    def created(self, route: Route, beside: Route | None) -> Below | None:
        """The record that a POST below a record creates; `beside` is the GET at the same path."""
        parent = self._parent(route)
        answer = self.schemas.answer(route.operation) if parent is not None else None
        if parent is None or answer is None or route.operation.body is None:
            return None
        found = self.listed(beside) if beside is not None else None
        if found is None and "201" not in route.operation.responses:
            return None  # an action on the record
        placement = record_in(answer, self.schemas, route.shape[-1], "")
        below = self._below(parent, placement.schema, route) if placement is not None else None
        if below is None or (found is not None and found.resource is not below.resource):
            return None
        return below if below.resource is not parent or found is not None else None

    def _parent(self, route: Route) -> Resource | None:
        shape = route.shape
        if len(shape) < 3 or shape[-1] == VALUE or shape[-2] != VALUE:
            return None
        parent = self.resources.get(shape[:-2])
        return parent if parent is not None and not parent.single else None

    def _below(self, parent: Resource, shown: LocatedSchema, route: Route) -> Below | None:
        for resource in self._collections(shown, route.shape[-1]):
            reference = self._reference(resource, parent, plain(route.shape[-1]))
            if reference is not None:
                return self._linked(resource, parent, reference)
        return None

    def _collections(self, shown: LocatedSchema, segment: str) -> list[Resource]:
        """The collections whose records a schema shows; the one that has the name of the path alone, if any."""
        several = self._showing.get(id(shown.node))
        if several is None:
            read = (one for one in self.resources.values() if one.values)
            several = self._showing[id(shown.node)] = {one.name: one for one in read if self._shows(shown, one)}
        named = [one for one in several.values() if any(segment_of(base) == segment for base in one.bases)]
        return named or (list(several.values()) if len(several) == 1 else [])

    def _shows(self, shown: LocatedSchema, resource: Resource) -> bool:
        known = (resource.record, *resource.also, *((resource.listed,) if resource.listed is not None else ()))
        return any(self.schemas.same(shown, schema) for schema in known)

    def _reference(self, resource: Resource, parent: Resource, segment: str) -> Reference | None:
        """The reference to the parent: the one that has its name, or the only one."""
        if resource is parent:
            return self._upward(resource) if segment.startswith(_CHILDREN) else None
        found = [one for one in self._references.of(resource) if one.collection == parent.name and EACH not in one.path]
        found = [one for one in found if one.field == parent.key]
        above = segment_of(parent.bases[0])
        named = [one for one in found if self._names(one, above)]
        return min(named, key=lambda one: len(one.path)) if named else found[0] if len(found) == 1 else None

    @staticmethod
    def _names(reference: Reference, segment: str) -> bool:
        name = reference.path[-1]
        return (
            names_one_of(name, segment)
            or find_alike(name, (segment,)) is not None
            or names_one_of(name.lower().removesuffix(reference.field.lower()), segment)
        )

    def _upward(self, resource: Resource) -> Reference | None:
        """The member that holds the record above of the same collection, or its key."""
        members = self.schemas.members(resource.record)
        names = (*_ABOVE, *(f"{name}_{resource.key}" for name in _ABOVE))
        name = next((found for one in names if (found := find_alike(one, members)) is not None), None)
        return Reference((name,), resource.name, resource.key) if name is not None else None

    def _linked(self, resource: Resource, parent: Resource, reference: Reference) -> Below | None:
        schema: LocatedSchema | None = resource.record
        several = False
        for name in reference.path:
            schema = self.schemas.members(schema).get(name) if schema is not None else None
            if schema is not None and self.schemas.is_list(schema):
                schema, several = self.schemas.items(schema), True
        if schema is None:
            return None
        members, known = self.schemas.members(schema), self.schemas.members(parent.record)
        shown = [name for name in members if name in known and self.schemas.is_scalar(members[name]) and sayable(name)]
        if members and reference.field not in members:
            return None
        value: Any = {name: f"$record.{name}" for name in shown} if members else f"$record.{reference.field}"
        field = ".".join((*reference.path, *((reference.field,) if members else ())))
        return Below(resource, parent, field, [value] if several else value, reference.path[0])
