"""Behaviours that list: the records of a path, those below a record, or their number."""

from __future__ import annotations

from mockserver.inference.below import Below
from mockserver.inference.filtering import filters
from mockserver.inference.paging import page
from mockserver.inference.places import Data, Places, because_of
from mockserver.inference.resources import Resource
from mockserver.inference.routes import Route, Shape
from mockserver.inference.sending import Sending
from mockserver.inference.showing import Showing


class Listing:
    """Lists and counts the records of a path."""

    def __init__(self, places: Places, sending: Sending, showing: Showing) -> None:
        self.places, self.sending, self.showing = places, sending, showing
        self.resources, self.schemas = places.resources, places.schemas

    def list(self, route: Route, resource: Resource, base: Shape, because: str) -> Data:
        """List the records of a path, filtered and paged by the query."""
        paging = page(route.operation, resource, self.schemas)
        shown = self.showing.listed(route.operation, resource, paging)
        chosen = self.places.under_parent(route, resource, base) | filters(
            route.operation, resource, self.schemas, paging
        )
        listed = {"list": {resource.name: chosen}, **({"page": paging} if paging else {})}
        return {**because_of(because), **self.places.parent(route, base), **listed, **shown}

    def count(self, route: Route, resource: Resource, base: Shape) -> Data:
        """Say how many records a list with the same query would have; empty where the response says no number."""
        shown = self.showing.counted(route.operation)
        chosen = self.places.under_parent(route, resource, base) | filters(route.operation, resource, self.schemas, {})
        because = because_of("GET that counts the records of a collection")
        return {**because, **self.places.parent(route, base), "list": {resource.name: chosen}, **shown} if shown else {}

    def list_below(self, route: Route, below: Below) -> Data:
        """List the records of a collection that refer to the record above."""
        paging = page(route.operation, below.resource, self.schemas)
        shown = self.showing.listed(route.operation, below.resource, paging)
        asked = filters(route.operation, below.resource, self.schemas, paging)
        chosen = {below.field: f"$record.{below.parent.key}"} | asked
        listed = {"list": {below.resource.name: chosen}, **({"page": paging} if paging else {})}
        because = because_of("GET below a record lists the records that refer to it")
        return {**because, **self.places.find(route, below.parent, route.shape[:-1]), **listed, **shown}
