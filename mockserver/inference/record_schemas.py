"""The schemas of the records that are listed, read and created below a path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from mockserver.inference.envelopes import list_in, record_in
from mockserver.inference.keys import Keys, Named
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_alike
from mockserver.inference.routes import VALUE, Route, Routes, Shape, segment_of


class RecordSchemas:
    """Finds what the operations of a path say of its records."""

    def __init__(self, routes: Routes, schemas: Schemas, keys: Keys) -> None:
        self.routes, self.schemas, self.keys = routes, schemas, keys
        self._listed: dict[tuple[Shape, int], LocatedSchema | None] = {}

    def listed(self, base: Shape, known: LocatedSchema | None = None) -> LocatedSchema | None:
        """The schema of the items that GET on the base path lists."""
        known_here = (base, id(known.node) if known is not None else 0)
        if known_here not in self._listed:
            self._listed[known_here] = self._items_listed(base, known)
        return self._listed[known_here]

    def _items_listed(self, base: Shape, known: LocatedSchema | None) -> LocatedSchema | None:
        route = self.routes.get(base, {}).get("GET")
        answer = self.schemas.answer(route.operation) if route else None
        placement = list_in(answer, self.schemas, segment_of(base), known) if answer else None
        return placement.schema if placement and not self.schemas.says_nothing(placement.schema) else None

    def record(self, base: Shape, named: Named) -> LocatedSchema | None:
        """The schema of one record: as it is read, listed, answered by a change, or at least sent."""
        parameter = named.parameter
        at_base, at_item = self.routes.get(base, {}), self.routes.get((*base, VALUE), {})
        listed = self.listed(base)
        if listed is None and "GET" not in at_item and (contained := self._contained(base)) is not None:
            return contained
        read = self._answered(at_item.get("GET"), base, parameter, listed)
        if read is not None and (listed is None or self.schemas.share(read, listed)):
            return read
        if listed is not None:
            return listed
        changes = [at_item.get("PUT"), at_item.get("PATCH"), at_base.get("POST")]
        for route in changes:
            answered = self._answered(route, base, parameter)
            if answered is not None and self.keys.sure(named, answered):
                return answered
        return self._sent([at_item.get("PUT"), at_base.get("POST"), at_item.get("PATCH")], base, parameter)

    def _answered(
        self, route: Route | None, base: Shape, parameter: str, known: LocatedSchema | None = None
    ) -> LocatedSchema | None:
        answer = self.schemas.answer(route.operation) if route else None
        placement = record_in(answer, self.schemas, segment_of(base), parameter, known) if answer else None
        return placement.schema if placement and not self.schemas.says_nothing(placement.schema) else None

    def _sent(self, changes: Sequence[Route | None], base: Shape, parameter: str) -> LocatedSchema | None:
        for route in changes:
            body = self.schemas.body(route.operation.body) if route else None
            placement = record_in(body, self.schemas, segment_of(base), parameter) if body else None
            if placement is not None:
                return placement.schema
        return None

    def contents(self, shape: Shape) -> bool:
        """Whether what a fixed path shows has a list of the records that are made right below it: a cart its items."""
        if "GET" not in self.routes.get(shape, {}):
            return False
        return any(self._contained(base) is not None for base in self._made_below.get(shape, ()))

    @cached_property
    def _made_below(self) -> Mapping[Shape, list[Shape]]:
        """The paths with a POST, by the path above."""
        below: dict[Shape, list[Shape]] = {}
        for base, methods in self.routes.items():
            if "POST" in methods and VALUE not in base:
                below.setdefault(base[:-1], []).append(base)
        return below

    def _contained(self, base: Shape) -> LocatedSchema | None:
        """The items of a list of the thing above a path, which what is done at the path answers instead of a record."""
        above = self.routes.get(base[:-1], {}).get("GET")
        answer = self.schemas.answer(above.operation) if above is not None else None
        route = self.routes.get(base, {}).get("POST")
        shown = self.schemas.answer(route.operation) if route is not None else None
        if answer is None or route is None or shown is None or not self.schemas.same(answer, shown):
            return None
        name = find_alike(base[-1], self.schemas.members(answer))
        items = self.schemas.items(self.schemas.members(answer)[name]) if name is not None else None
        body = self.schemas.body(route.operation.body)
        known = self.schemas.members(items).keys() if items is not None else set()
        return items if body is not None and known & self.schemas.members(body).keys() else None

    def scalars(self, record: LocatedSchema) -> list[str]:
        """The fields that can be a key."""
        members = self.schemas.members(record).items()
        return [name for name, one in members if self.schemas.is_scalar(one) and not self.schemas.forbids(record, name)]

    def creates(self, at_base: Mapping[str, Route], record: LocatedSchema) -> bool:
        body = self.schemas.body(at_base["POST"].operation.body) if "POST" in at_base else None
        inside = self.schemas.items if body is not None and self.schemas.is_list(body) else self.schemas.values
        body = (inside(body) or body) if body is not None else None
        return body is not None and bool(self.schemas.members(body).keys() & self.schemas.members(record).keys())

    def sends_map(self, at_base: Mapping[str, Route]) -> bool:
        """Whether POST on the collection sends records by their names: `{"mail": {...}, "web": {...}}`."""
        body = self.schemas.body(at_base["POST"].operation.body) if "POST" in at_base else None
        value = self.schemas.values(body) if body is not None else None
        return value is not None and self.schemas.is_object(value)
