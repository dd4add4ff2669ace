"""Behaviours that remove records: one with all that is its own, those that a request names, or all of a path."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.inference.described import removes_all
from mockserver.inference.filtering import filters
from mockserver.inference.places import Data, Places, because_of
from mockserver.inference.resources import Resource, Scope
from mockserver.inference.routes import Route, Shape
from mockserver.inference.sending import Sending
from mockserver.inference.showing import LeftToExample, Showing


class Removing:
    """Writes behaviours that remove records."""

    def __init__(self, places: Places, sending: Sending, showing: Showing) -> None:
        self.places, self.sending, self.showing = places, sending, showing
        self.resources, self.schemas = places.resources, places.schemas
        self.children = _children(self.resources)

    def clear(self, route: Route, resource: Resource) -> Data:
        """Remove every record of a path, or those whose keys the body has."""
        base = route.shape if route.shape in self.resources else route.shape[:-1]
        if removes_all(route.operation) and self.sending.keys(route.operation, resource) is None:
            return self._clear_all(route, resource, base)
        if route.operation.body is not None:
            keys = self.sending.keys(route.operation, resource)
            if keys is None:
                raise LeftToExample("DELETE on a collection, and what is sent names no records")
            chosen = {resource.key: keys, **self.places.under_parent(route, resource, base)}
            because = because_of("DELETE on a collection removes the records whose keys are sent")
            shown = self.showing.affected(route.operation, "$total")
            return {**because, **self.places.parent(route, base), "remove": {resource.name: chosen}, **shown}
        asked = self._asked(route, resource)
        optional = [one for one in route.operation.parameters if one.location == "query" and not one.required]
        if optional and (len(optional) > 1 or list(asked) != [resource.key]):  # without keys, nothing is removed
            raise LeftToExample("DELETE on a collection, by conditions that may be left out")
        chosen = self.places.under_parent(route, resource, route.shape) | asked
        if any(isinstance(value, dict) for value in chosen.values()):
            raise LeftToExample("DELETE on a collection, by conditions that only lists have")
        because = because_of("DELETE on a collection removes its records")
        shown = self.showing.affected(route.operation, "$total")
        return {**because, **self.places.parent(route, route.shape), "remove": {resource.name: chosen}, **shown}

    def _clear_all(self, route: Route, resource: Resource, base: Shape) -> Data:
        """Remove the records of a collection that satisfy what its query asks for, all where it asks for nothing."""
        asked = filters(route.operation, resource, self.schemas, {})
        tests = {path: value if isinstance(value, dict) else {"is": value} for path, value in asked.items()}
        because = because_of("DELETE on a collection removes its records, or those that the query selects")
        chosen = tests | self.places.under_parent(route, resource, base)
        shown = self.showing.affected(route.operation, "$total")
        return {**because, **self.places.parent(route, base), "remove": {resource.name: chosen}, **shown}

    def _asked(self, route: Route, resource: Resource) -> Data:
        """The conditions of a query, those of lists of values as values: `ids` removes the records with these keys."""
        lists = {
            f"$query.{one.name}"
            for one in route.operation.parameters
            if one.location == "query" and self.schemas.is_list(self.schemas.at(f"{one.pointer}/schema", one.schema))
        }
        found = filters(route.operation, resource, self.schemas, {})
        plain = {path: value["among"] for path, value in found.items()
                 if isinstance(value, dict) and list(value) == ["among"] and value["among"] in lists}  # fmt: skip
        return {**found, **plain}

    def removed(self, resource: Resource) -> Data:
        """The record itself, and the records below it."""
        own = {field: f"$record.{field}" for field in (*resource.within, resource.key)}
        gone = {resource.name: own}
        for base in filter(self.children.__contains__, resource.bases):
            scope = dict(resource.scope(base))
            for child, below, field, by in self.children[base]:
                shared = {name: f"$record.{scope[place]}" for place, name in below if place in scope}
                gone[child] = {field: f"$record.{by or resource.key}", **shared}
        return gone


def _children(resources: Mapping[Shape, Resource]) -> dict[Shape, list[tuple[str, Scope, str, str]]]:
    """The collections below the records of each base path: each with its path values, and the fields of the link."""
    children: dict[Shape, list[tuple[str, Scope, str, str]]] = {}
    for child in resources.values():
        for base, link in child.links.items():
            children.setdefault(link.base, []).append((child.name, child.scope(base), link.field, link.by))
    return children
