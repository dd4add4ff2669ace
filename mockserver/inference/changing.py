"""Behaviours that change records: the one of a path, the one that a body names, or each of a list."""

from __future__ import annotations

from mockserver.inference.described import keeps_the_rest
from mockserver.inference.envelopes import Placement, record_in
from mockserver.inference.names import find_alike
from mockserver.inference.places import Data, Places, because_of
from mockserver.inference.resources import Resource
from mockserver.inference.routes import VALUE, Route
from mockserver.inference.sending import Sending, short
from mockserver.inference.showing import LeftToExample, Showing, shows_record


class Changing:
    """Writes behaviours that change or replace records."""

    def __init__(self, places: Places, sending: Sending, showing: Showing) -> None:
        self.places, self.sending, self.showing = places, sending, showing
        self.resources, self.schemas = places.resources, places.schemas

    def change(self, route: Route, resource: Resource, method: str, find: Data) -> Data:
        """Change or replace the record that `find` finds. Raises LeftToExample."""
        read = self.sending.changed if method in ("PUT", "PATCH") else self.sending.sent
        sent = read(route.operation, resource)
        if sent is None and shows_record(self.showing.acted(route.operation, resource)):
            sent = self.sending.alike(route.operation, resource) or None
        if method == "PUT" and self._makes_missing(route, resource):
            return self._upsert(route, resource, sent or {})
        if sent is None:
            because = f"{method} on a record that is there; what is sent is no such record, and changes nothing"
            return {**because_of(because), **find, **self.showing.acted(route.operation, resource)}
        stamps = self.sending.stamps(resource, making=False)
        if method == "PUT" and "*" in sent and not keeps_the_rest(route.operation):
            because = "PUT on a record replaces it"
            changed = {"=" if name == "*" else name: value for name, value in sent.items()} | self.places.kept_parent(
                route, resource
            )
        else:
            because = f"{method} on a record changes the fields that are sent"
            link = resource.link(route.shape[:-1])  # the path says to whom it belongs
            changed = {name: value for name, value in sent.items() if link is None or name != link.field}
        shown = self.places.shown_owner(route, resource) or self.showing.record(route.operation, resource)
        return {**because_of(because), **find, "set": short({**changed, **stamps}, "="), **shown}

    def _upsert(self, route: Route, resource: Resource, sent: Data) -> Data:
        if not self._can_be_key(route, resource):
            raise LeftToExample(f"PUT creates a record, and the value in the path cannot be its {resource.key}")
        created = {**sent, **self._keyed(route, resource)}
        return {
            **because_of("PUT on a record makes or replaces it: it never answers 404"),
            **self.places.parent(route, route.shape[:-1]),
            "create": {resource.name: created},
            **self.showing.record(route.operation, resource),
        }

    def _can_be_key(self, route: Route, resource: Resource) -> bool:
        """Whether the value that names a record has a type that the key of a record may have."""
        key = self.schemas.members(resource.record).get(resource.key)
        sent = self.sending.named(route.operation, route.expression(route.shape))
        if key is None or sent is None:
            return True
        parameter_types, key_types = self.schemas.types(sent), self.schemas.types(key)
        loose = key_types | {"integer"} if "number" in key_types else key_types
        return not parameter_types or not key_types or bool(parameter_types & loose)

    def _keyed(self, route: Route, resource: Resource) -> Data:
        keyed = {resource.key: route.expression(route.shape)}
        return keyed | self.places.under_parent(route, resource, route.shape[:-1])

    @staticmethod
    def _makes_missing(route: Route, resource: Resource) -> bool:
        """Whether a PUT on a path creates what is not there: it can respond with 201, only its path has the key, or
        nothing else creates records."""
        declared = route.operation.responses
        if route.shape[-1] != VALUE or "404" in declared:
            return False
        return "201" in declared or resource.key in resource.private or resource.put_alone

    def change_by_body(self, route: Route, resource: Resource, method: str) -> Data:
        """Change the record whose key the body holds, or each of a list. Raises LeftToExample."""
        many = self.sending.many(route.operation, resource)
        if many is not None:
            return self._change_many(route, resource, method, many)
        body = self.schemas.body(route.operation.body)
        placement = (
            record_in(body, self.schemas, resource.name, resource.key, resource.record) if body is not None else None
        )
        key = find_alike(resource.key, self.schemas.members(placement.schema)) if placement is not None else None
        if placement is None or key is None:
            raise LeftToExample(
                f"{method} on a collection, and what is sent does not name a record by its {resource.key}"
            )
        find = {"find": {resource.name: {resource.key: "$body." + ".".join((*placement.path, key))}}}
        return self.change(route, resource, method, find)

    def _change_many(self, route: Route, resource: Resource, method: str, many: Placement) -> Data:
        """Change, or make and replace, each record of a list; without their keys, PUT replaces them all."""
        base = route.shape if route.shape in self.resources else route.shape[:-1]
        body = self.schemas.body(route.operation.body)
        named = body is not None and many == self.sending.names(body, resource)
        list_sent = ".".join(("$body", *many.path))
        key = None if named else find_alike(resource.key, self.schemas.members(many.schema))
        shown = self.showing.several(route.operation, resource)
        if method == "PATCH":
            if key is None:
                raise LeftToExample(f"PATCH on a collection, and what is sent has no {resource.key}")
            parent = self.places.named_parent(route, resource, base)
            found = {resource.key: f"{list_sent}.{key}", **parent, **self.places.scope(route, resource, base)}
            changed = {"*": list_sent, **self.sending.stamps(resource, making=False)}
            because = because_of("PATCH on a collection changes each record that is sent")
            return {**because, "find": {resource.name: found}, "set": changed, **shown}
        below = self.places.under_parent(route, resource, base)
        keyed = {resource.key: f"{list_sent}.{key}"} if key is not None else {}
        made = {"create": {resource.name: {"*": list_sent, **keyed, **below}}}
        above = {field: value.replace("$record.", "$parent.") for field, value in below.items()}
        rest = {"remove": {resource.name: above}} if key is None else {}
        what = "makes or replaces each record that is sent" if key else "replaces its records by those that are sent"
        return {**because_of(f"PUT on a collection {what}"), **self.places.parent(route, base), **made, **rest, **shown}
