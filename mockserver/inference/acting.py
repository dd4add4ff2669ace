"""Behaviours of a path below a record: an action on it, a part of it, or a record found by another field."""

from __future__ import annotations

from mockserver.inference.actions import Actions
from mockserver.inference.places import Data, Places, because_of
from mockserver.inference.resources import Resource
from mockserver.inference.routes import VALUE, Route, Shape
from mockserver.inference.sending import Sending
from mockserver.inference.showing import Showing

_GROUPS = frozenset({"actions", "action", "commands", "command", "operations", "transitions", "ops"})
"""Segments that stand before the verb of an action."""


class Acting:
    """Writes behaviours of paths below a record."""

    def __init__(self, places: Places, sending: Sending, showing: Showing) -> None:
        self.places, self.sending, self.showing = places, sending, showing
        self.resources, self.schemas = places.resources, places.schemas
        self.actions = Actions(self.schemas, sending)

    def act(self, route: Route, resource: Resource, shape: Shape) -> Data:
        """Find the record, and show it where the answer does."""
        find, changed = self.places.find(route, resource, shape), {}
        below = route.shape[len(shape) :]
        if below and below[-1] != VALUE and _GROUPS.issuperset(below[:-1]):
            part = self._part(route, resource) if len(below) == 1 else {}
            changed = {} if "*" in part else part
            changed = changed or self.actions.changes(route, resource) or part
        if not changed:
            because = because_of("only a record that is there can be acted on")
            shown = self.showing.acted(route.operation, resource)
            part = self.showing.part(route.operation, resource) if route.method == "GET" and not shown else {}
            return {**because, **find, **shown, **part}
        stamps = self.sending.stamps(resource, making=False)
        shown = self.showing.acted(route.operation, resource) or self.showing.part(route.operation, resource)
        shown = shown or self.showing.record(route.operation, resource)
        because = because_of(f"{route.shape[-1]} says what the record then is")
        return {**because, **find, "set": {**changed, **stamps}, **shown}

    def _part(self, route: Route, resource: Resource) -> Data:
        """What PUT or PATCH on a part of a record changes, where the answer shows that record: `/jobs/{id}/scale`."""
        if route.method not in ("PUT", "PATCH"):
            return {}
        shown = self.showing.acted(route.operation, resource) or self.showing.part(route.operation, resource)
        return self.sending.part(route.operation, resource, route.shape[-1]) if shown else {}

    def look_up(self, route: Route, resource: Resource, base: Shape, field: str, shown: Data) -> Data:
        """Find a record by another field than its key, and show it."""
        below = self.places.named_parent(route, resource, base) | self.places.scope(route, resource, base)
        because = because_of(f"GET finds the record whose {field} is in the path")
        return {**because, "find": {resource.name: {field: route.expression(route.shape), **below}}, **shown}
