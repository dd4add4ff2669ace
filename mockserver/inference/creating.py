"""Behaviours that create a record: of what is sent, below another record, as a copy, or as a member."""

from __future__ import annotations

from mockserver.inference.below import Below
from mockserver.inference.metadata import beside_key
from mockserver.inference.places import Data, Places, because_of
from mockserver.inference.resources import Resource
from mockserver.inference.results import result_of
from mockserver.inference.routes import Route, Shape
from mockserver.inference.sending import Sending, short
from mockserver.inference.showing import LeftToExample, Showing, shows_key, shows_record
from mockserver.inference.uploads import files_of


class Creating:
    """Writes behaviours that make a record."""

    def __init__(self, places: Places, sending: Sending, showing: Showing) -> None:
        self.places, self.sending, self.showing = places, sending, showing
        self.resources, self.schemas = places.resources, places.schemas

    def create(self, route: Route, resource: Resource, base: Shape) -> Data:
        """Create a record of what is sent. Raises LeftToExample."""
        in_paths = [self.schemas.at(f"{one.pointer}/schema", one.schema) for one in resource.values if one.schema]
        if resource.key in resource.private and any(self.schemas.has_any(one, "enum") for one in in_paths):
            raise LeftToExample("POST on the collection, whose keys are a few words that no record shows")
        many = self.sending.many(route.operation, resource)
        shown = self.showing.record(route.operation, resource) if many is None else {}
        shown = shown or self.showing.several(route.operation, resource)
        if many is not None and not shown:
            shown = self.showing.last(route.operation, resource, self.schemas.members(many.schema))
        sent = self.sending.sent(route.operation, resource)
        takes_anything = sent is None and self.sending.takes_anything(route.operation)
        if sent is None and (shows_record(shown) or (takes_anything and shows_key(shown, resource.key))):
            sent = self.sending.alike(route.operation, resource)
        if sent is None and shown and files_of(route.operation, self.schemas) is not None:
            sent = self.sending.by_name(route.operation, resource)
        if sent is None:
            raise LeftToExample("POST on the collection, and neither what is sent nor the answer is such a record")
        result = result_of(route.operation, resource, self.schemas)
        fields = {**sent, **self.sending.stamps(resource, making=True), **dict(result.state)}
        beside, identities = beside_key(route, resource, base, self.schemas)
        created = short({**fields, **beside, **self.places.under_parent(route, resource, base)}, "*")
        shown = self.places.shown_parent(route, resource, base) or shown
        because = because_of("POST on a collection creates a record")
        unsent = [name for name in self.sending.unsent(route.operation, resource) if name not in fields]
        unsent = [*(name for name in unsent if name not in result.fields), *(f"{name}!" for name in result.fields)]
        fills = {"fills": [*unsent, *identities]} if unsent or identities else {}
        return {**because, **self.places.parent(route, base), "create": {resource.name: created}, **fills, **shown}

    def create_below(self, route: Route, below: Below) -> Data:
        """Create a record of a collection that refers to the record above. Raises LeftToExample."""
        made = self.create(route, below.resource, route.shape)
        fields = made["create"][below.resource.name]
        fields = {**(fields if isinstance(fields, dict) else {"*": fields}), below.member: below.value}
        because = because_of("POST below a record creates one that refers to it")
        found = self.places.find(route, below.parent, route.shape[:-1])
        return {**made, **because, **found, "create": {below.resource.name: fields}}

    def copy(self, route: Route, resource: Resource, shape: Shape) -> Data | None:
        """Create another record with the fields of the one that a path names; None where it has no key of its own."""
        if "." in resource.key or resource.chosen or not self.showing.acted(route.operation, resource):
            return None
        sent = self.sending.by_name(route.operation, resource)
        fields = {"*": "$record", resource.key: "$absent", **sent, **self.sending.stamps(resource, making=True)}
        because = because_of(f"{route.shape[-1]} makes a record like the one that is there")
        shown = self.showing.acted(route.operation, resource)
        return {**because, **self.places.find(route, resource, shape), "create": {resource.name: fields}, **shown}

    def join(self, route: Route, resource: Resource, key: str) -> Data:
        """Make a record of another collection one of this, too: a user a member of the team that the path names."""
        base = route.shape if route.shape in self.resources else route.shape[:-1]
        place = {**self.places.named_parent(route, resource, base), **self.places.scope(route, resource, base)}
        because = because_of(f"{route.method} adds a record of {resource.copies} to {resource.name}")
        created = {"*": "$record", resource.key: key, **place}
        shown = self.showing.acted(route.operation, resource)
        return {**because, "find": {resource.copies: {resource.key: key}}, "create": {resource.name: created}, **shown}
