"""Collections of a contract: where records are listed, created and read, and what they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mockserver.contract.operations.operation import Parameter
from mockserver.inference.envelopes import list_in, record_in
from mockserver.inference.fitting import Fitting
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_alike, key_field
from mockserver.inference.routes import VALUE, Route, Shape

Routes = Mapping[Shape, Mapping[str, Route]]
_CHANGING: Final = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Link:
    """How records of a nested path belong to a parent: its base path, and the field that holds the parent's key."""

    base: Shape  #: of the parent
    field: str


@dataclass(frozen=True, slots=True)
class Resource:
    """One collection: `bases` are the paths under which its records are listed and created."""

    name: str
    bases: tuple[Shape, ...]
    key: str
    record: LocatedSchema
    also: tuple[LocatedSchema, ...] = ()  #: further schemas that every record must satisfy, as the lists show them
    links: tuple[tuple[Shape, Link], ...] = ()  #: by base
    private: tuple[str, ...] = ()  #: fields that no schema declares
    values: tuple[Parameter, ...] = ()  #: the path values that hold the key
    single: bool = False  #: one record, read and changed at its base, such as `/profile`

    def link(self, base: Shape) -> Link | None:
        """The link of the records under a base path to their parent."""
        return dict(self.links).get(base)


def find_resources(routes: Routes, schemas: Schemas, fitting: Fitting) -> list[Resource]:
    """The collections that paths and schemas show, one for each base path, and the records that stand alone."""
    finder = _Finder(routes, schemas, fitting)
    resources = [one for base in finder.bases() if (one := finder.resource(base)) is not None]
    taken = {base for one in resources for base in one.bases}
    return resources + [
        one for base in finder.alone() if base not in taken and (one := finder.single(base)) is not None
    ]


def _names_records(segment: str) -> bool:
    """Whether a segment may name a collection: it is fixed, not empty, and no version of the API."""
    return segment != "" and VALUE not in segment and re.fullmatch(r"v?\d[\w.]*", segment) is None


def _last_value(route: Route) -> Parameter | None:
    named = (one for one in route.operation.parameters if one.location == "path" and one.name == route.names[-1])
    return next(named, None)


class _Finder:
    def __init__(self, routes: Routes, schemas: Schemas, fitting: Fitting) -> None:
        self.routes, self.schemas, self.fitting = routes, schemas, fitting

    def bases(self) -> Iterator[Shape]:
        """The paths that may be collections: a fixed last segment, with single records below or POST and GET at it."""
        seen: dict[Shape, None] = {}
        for shape, methods in self.routes.items():
            if len(shape) > 1 and shape[-1] == VALUE and _names_records(shape[-2]):
                seen[shape[:-1]] = None
            elif shape and _names_records(shape[-1]) and {"GET", "POST"} <= methods.keys():
                seen[shape] = None
        yield from seen

    def alone(self) -> Iterator[Shape]:
        """The fixed paths, with none below that holds a value next, at which something is read and changed."""
        above = {shape[:place] for shape in self.routes for place, segment in enumerate(shape) if segment == VALUE}
        for shape, methods in self.routes.items():
            fixed = shape and VALUE not in shape and _names_records(shape[-1]) and shape not in above
            if fixed and "GET" in methods and methods.keys() & {"PUT", "PATCH"}:
                yield shape

    def single(self, base: Shape) -> Resource | None:
        """The one record of a path whose GET shows what its PUT or PATCH takes."""
        at_base = self.routes[base]
        answer = self.schemas.answer(at_base["GET"].operation)
        if answer is None or list_in(answer, self.schemas, base[-1]) is not None:
            return None
        placement = record_in(answer, self.schemas, base[-1], "")
        bodies = [self.schemas.body(at_base[method].operation.body) for method in ("PUT", "PATCH") if method in at_base]
        if placement is None or not any(
            body is not None and self.takes(body, placement.schema, base) for body in bodies
        ):
            return None
        key = key_field("id", base[-1], self.scalars(placement.schema))
        return Resource(base[-1], (base,), key or "id", placement.schema, private=() if key else ("id",), single=True)

    def takes(self, body: LocatedSchema, record: LocatedSchema, base: Shape) -> bool:
        placement = record_in(body, self.schemas, base[-1], "", record)
        return placement is not None and self.schemas.share(placement.schema, record)

    def resource(self, base: Shape) -> Resource | None:
        at_base, at_item = self.routes.get(base, {}), self.routes.get((*base, VALUE), {})
        lists = "GET" in at_base and self.listed(base) is not None
        changes = any(method in at_item for method in _CHANGING) or "POST" in at_base
        if not lists and not (changes and at_item):
            return None
        if not at_item and not (lists and "POST" in at_base):
            return None
        parameter = next((route.names[-1] for route in at_item.values()), "id")
        record = self.record(base, parameter)
        if record is None:
            return None
        listed = self.listed(base, record)
        key = key_field(parameter, base[-1], self.scalars(record))
        if not at_item and key is None and not self.creates(at_base, record):
            return None
        if key is None and not self.puts_missing(at_item) and not self.tells(at_base, parameter):
            return None  # no answer would ever tell a client which records there are
        also = self.also(record, listed)
        private = () if key else (parameter,)
        values = tuple(value for route in at_item.values() if (value := _last_value(route)) is not None)
        return Resource(base[-1], (base,), key or parameter, record, also, (), private, values)

    @staticmethod
    def puts_missing(at_item: Mapping[str, Route]) -> bool:
        return "PUT" in at_item and "404" not in at_item["PUT"].operation.responses

    def tells(self, at_base: Mapping[str, Route], parameter: str) -> bool:
        """Whether what POST on the collection answers has the key, though records do not."""
        answer = self.schemas.answer(at_base["POST"].operation) if "POST" in at_base else None
        return answer is not None and find_alike(parameter, self.scalars(answer)) is not None

    def scalars(self, record: LocatedSchema) -> list[str]:
        """The fields that can be a key."""
        members = self.schemas.members(record).items()
        return [name for name, one in members if self.schemas.is_scalar(one) and not self.schemas.forbids(record, name)]

    def creates(self, at_base: Mapping[str, Route], record: LocatedSchema) -> bool:
        body = self.schemas.body(at_base["POST"].operation.body) if "POST" in at_base else None
        return body is not None and bool(self.schemas.members(body).keys() & self.schemas.members(record).keys())

    def listed(self, base: Shape, known: LocatedSchema | None = None) -> LocatedSchema | None:
        """The schema of the items that GET on the base path lists."""
        route = self.routes.get(base, {}).get("GET")
        answer = self.schemas.answer(route.operation) if route else None
        placement = list_in(answer, self.schemas, base[-1], known) if answer else None
        return placement.schema if placement else None

    def record(self, base: Shape, parameter: str) -> LocatedSchema | None:
        """The schema of one record: as it is read, listed, answered by a change, or at least sent."""
        at_base, at_item = self.routes.get(base, {}), self.routes.get((*base, VALUE), {})
        listed = self.listed(base)
        read = self.answered(at_item.get("GET"), base, parameter, listed)
        if read is not None and (listed is None or self.schemas.share(read, listed)):
            return read
        if listed is not None:
            return listed
        changes = [at_item.get("PUT"), at_item.get("PATCH"), at_base.get("POST")]
        for route in changes:
            answered = self.answered(route, base, parameter)
            if answered is not None and self.has_key(answered, parameter, base):
                return answered
        return self.sent([at_item.get("PUT"), at_base.get("POST"), at_item.get("PATCH")], base, parameter)

    def answered(
        self, route: Route | None, base: Shape, parameter: str, known: LocatedSchema | None = None
    ) -> LocatedSchema | None:
        answer = self.schemas.answer(route.operation) if route else None
        placement = record_in(answer, self.schemas, base[-1], parameter, known) if answer else None
        return placement.schema if placement else None

    def has_key(self, record: LocatedSchema, parameter: str, base: Shape) -> bool:
        return key_field(parameter, base[-1], self.scalars(record)) is not None

    def sent(self, changes: Sequence[Route | None], base: Shape, parameter: str) -> LocatedSchema | None:
        for route in changes:
            body = self.schemas.body(route.operation.body) if route else None
            placement = record_in(body, self.schemas, base[-1], parameter) if body else None
            if placement is not None:
                return placement.schema
        return None

    def also(self, record: LocatedSchema, listed: LocatedSchema | None) -> tuple[LocatedSchema, ...]:
        """The items' schema, when records must satisfy it too in order to be listed."""
        if listed is None or self.fitting.misfit(record, listed) is None:
            return ()
        closed = any(
            branch.node.get("additionalProperties") is False
            for one in (record, listed)
            for branch in self.schemas.branches(one)
        )
        both = self.schemas.members(record).keys() & self.schemas.members(listed).keys()
        clash = any(
            self.fitting.misfit(self.schemas.members(record)[name], self.schemas.members(listed)[name]) for name in both
        )
        return () if closed or clash else (listed,)
