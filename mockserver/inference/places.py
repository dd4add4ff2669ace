"""Where the records of an operation are: below which parent, and found by which values of the path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.inference.located_schemas import Schemas
from mockserver.inference.names import asked_by
from mockserver.inference.resources import Resource
from mockserver.inference.routes import VALUE, Route, Shape
from mockserver.inference.showing import Showing

Data = dict[str, Any]


class Places:
    """Writes what the path of an operation says of its records."""

    def __init__(self, resources: Mapping[Shape, Resource], schemas: Schemas, showing: Showing) -> None:
        self.resources, self.schemas, self.showing = resources, schemas, showing

    def find(self, route: Route, resource: Resource, shape: Shape) -> Data:
        """Find the record that a path names, below its parent where it has one."""
        base = shape[:-1]
        parent, scope = self.named_parent(route, resource, base), self.scope(route, resource, base)
        value = route.expression(shape)
        fields = self.schemas.scalars(resource.record)
        by = asked_by(value.rpartition(".")[2], base[-1], fields, resource.key)
        return {"find": {resource.name: {by: value, **parent, **scope}}}

    def single(self, route: Route, resource: Resource) -> Data:
        """Find the one record of a path, below its parent where it has one."""
        parent, scope = self.named_parent(route, resource, route.shape), self.scope(route, resource, route.shape)
        return {"find": {resource.name: {**parent, **scope}}}

    @staticmethod
    def scope(route: Route, resource: Resource, base: Shape) -> Data:
        """The values of a path that no collection has, in the fields that hold them."""
        return {field: route.expression(place) for place, field in resource.scope(base)}

    def owner(self, resource: Resource, base: Shape) -> Resource | None:
        """The one thing of the path above, whose list these records are."""
        above = self.resources.get(base[:-1])
        embeds = above is not None and above.single and any(name == resource.name for _, name, _ in above.embeds)
        return above if embeds else None

    def parent(self, route: Route, base: Shape) -> Data:
        """Find the parent of the records at a base path: without it there is no list and no new record."""
        owner = self.owner(self.resources[base], base) if base in self.resources else None
        if owner is not None:
            return {"find": {owner.name: {}}}
        link = self.resources[base].link(base) if base in self.resources else None
        return self.find(route, self.resources[link.base], (*link.base, VALUE)) if link is not None else {}

    def under_parent(self, route: Route, resource: Resource, base: Shape) -> Data:
        """The fields that put a record below its parent and the other values of the path."""
        link = resource.link(base)
        below = {} if link is None else {link.field: f"$record.{link.by or self.resources[link.base].key}"}
        return below | self.scope(route, resource, base)

    @staticmethod
    def named_parent(route: Route, resource: Resource, base: Shape) -> Data:
        """The field of the parent, and the value of the path that names it."""
        link = resource.link(base)
        return {} if link is None else {link.field: route.expression((*link.base, VALUE))}

    def kept_parent(self, route: Route, resource: Resource) -> Data:
        """The field of the parent that the path names, which a body may leave out."""
        link = resource.link(route.shape[:-1])
        declared = link is not None and link.field in self.schemas.members(resource.record)
        return {link.field: f"$record.{link.field}"} if link is not None and declared else {}

    def shown_parent(self, route: Route, resource: Resource, base: Shape) -> Data:
        """The reply that shows the parent of a new record, where the response has that instead."""
        link, owner = resource.link(base), self.owner(resource, base)
        parent = self.resources[link.base] if link is not None else owner
        if parent is None or self.showing.acted(route.operation, resource):
            return {}
        return self.showing.acted(route.operation, parent, "$parent")

    def shown_owner(self, route: Route, resource: Resource) -> Data:
        """The reply that shows the record in whose list a record is, where the response has that instead."""
        base = route.shape[:-1]
        link, owner = resource.link(base), self.owner(resource, base)
        parent = self.resources[link.base] if link is not None else owner
        if parent is None or all(name != resource.name for _, name, _ in parent.embeds):
            return {}
        return self.shown_parent(route, resource, base)


def because_of(text: str) -> Data:
    """The reason of a behaviour, which stands in the file with it."""
    return {"because": text}
