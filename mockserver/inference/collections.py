"""Collections of a contract: where records are listed, created and read, and what they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from mockserver.contract.operations.operation import Operation, Parameter
from mockserver.contract.schemas.naming import words
from mockserver.inference.described import MINE, speaks_of_mine
from mockserver.inference.envelopes import list_in, record_in
from mockserver.inference.fitting import Fitting
from mockserver.inference.keys import Keys, Named
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_alike, key_field, names_people, sayable, without
from mockserver.inference.readings import Readings
from mockserver.inference.routes import VALUE, Route, Shape, segment_of

Routes = Mapping[Shape, Mapping[str, Route]]
Scope = tuple[tuple[Shape, str], ...]
"""Values of a path, each with the field that holds it."""
_CHANGING: Final = ("POST", "PUT", "PATCH", "DELETE")
_FIRST: Final = Readings()


@dataclass(frozen=True, slots=True)
class Link:
    """How records of a nested path belong to a parent: its base path, and the field that holds the parent's key."""

    base: Shape  #: of the parent
    field: str
    by: str = ""  #: the field of the parent that is held, where it is another than the key


@dataclass(frozen=True, slots=True)
class Resource:
    """One collection: `bases` are the paths under which its records are listed and created."""

    name: str
    bases: tuple[Shape, ...]
    key: str
    record: LocatedSchema
    listed: LocatedSchema | None = None  #: as its list shows it
    also: tuple[LocatedSchema, ...] = ()  #: further schemas that every record must satisfy, as the lists show them
    links: Mapping[Shape, Link] = field(default_factory=dict)  #: by base
    private: tuple[str, ...] = ()  #: fields that no schema declares
    values: tuple[Parameter, ...] = ()  #: the path values that hold the key
    single: bool = False  #: one record, read and changed at its base, such as `/profile`
    keys: tuple[str, ...] = ()  #: all fields that may be the key, the best one first
    aliases: tuple[str, ...] = ()  #: fields that identify a record as well
    mine: bool = False  #: whether `me` in the place of a key means the caller's own record
    chosen: bool = False  #: whether clients choose the keys of new records
    embeds: tuple[tuple[str, str, str], ...] = ()  #: lists of other records: field, collection, and the link there
    makes: bool = False  #: whether a POST at its base sends the fields of a new record
    copies: str = ""  #: the collection whose records these are too, as the members of a team are users
    put_alone: bool = False  #: whether nothing but a PUT could create the records that a GET reads
    scopes: Mapping[Shape, Scope] = field(default_factory=dict)  #: by base

    @property
    def within(self) -> tuple[str, ...]:
        """The fields within whose values a key is unique, where clients choose it below other path values."""
        if not self.chosen:
            return ()
        links = self.links
        fields = [
            (*(field for _, field in self.scope(base)), *([links[base].field] if base in links else []))
            for base in self.bases
        ]
        return fields[0] if len(set(fields)) == 1 else ()

    def scope(self, base: Shape) -> Scope:
        """The values of a base path that no collection has, each with the field that holds it."""
        return self.scopes.get(base, ())

    def link(self, base: Shape) -> Link | None:
        """The link of the records under a base path to their parent."""
        return self.links.get(base)


def find_resources(routes: Routes, schemas: Schemas, fitting: Fitting, readings: Readings = _FIRST) -> list[Resource]:
    """The collections that paths and schemas show, one for each base path, and the records that stand alone."""
    finder = _Finder(routes, schemas, fitting, readings)
    bases = [base for base in finder.bases() if base not in readings.forgotten]
    resources = [one for base in bases if (one := finder.resource(base)) is not None]
    taken = {base for one in resources for base in one.bases} | readings.forgotten.keys()
    singles = (one for base in finder.alone() if base not in taken and (one := finder.single(base)) is not None)
    return resources + [one for one in singles if not _is_of_caller(one, resources, schemas)]


def _is_of_caller(single: Resource, resources: list[Resource], schemas: Schemas) -> bool:
    """Whether one record at a path of its own, such as `/me`, is one of a collection of people."""
    people = (one for one in resources if one.mine)
    return single.name in MINE and any(schemas.same(single.record, one.record) for one in people)


def _names_records(segment: str) -> bool:
    """Whether a segment may name a collection: it is fixed, not empty, and no version of the API."""
    return segment != "" and VALUE not in segment and re.fullmatch(r"v?\d[\w.]*", segment) is None


def locates(operation: Operation) -> bool:
    """Whether a success says in `Location` where the new record is."""
    good = (one for status, one in operation.responses.items() if status.startswith("2"))
    return any(name.lower() == "location" for one in good for name in one.headers)


def _last_value(route: Route) -> Parameter | None:
    where, name = route.last[1:].split(".", 1) if route.last else ("path", route.names[-1])
    named = (one for one in route.operation.parameters if one.location == where and one.name == name)
    return next(named, None)


class _Finder:
    def __init__(self, routes: Routes, schemas: Schemas, fitting: Fitting, readings: Readings) -> None:
        self.routes, self.schemas, self.fitting, self.readings = routes, schemas, fitting, readings
        self.keys = Keys(schemas)
        self._listed: dict[tuple[Shape, int], LocatedSchema | None] = {}

    def bases(self) -> Iterator[Shape]:
        """The paths that may be collections: a fixed last segment, with single records below or POST and GET at it."""
        seen: dict[Shape, None] = {}
        for shape, methods in self.routes.items():
            if len(shape) > 1 and shape[-1] == VALUE and (_names_records(shape[-2]) or self.is_compound(shape)):
                seen[shape[:-1]] = None
            elif shape and _names_records(shape[-1]) and {"GET", "POST"} <= methods.keys():
                seen[shape] = None
        yield from seen

    def is_compound(self, shape: Shape) -> bool:
        """Whether two values in succession identify what a path reads and makes: `/things/{namespace}/{name}`."""
        if len(shape) < 3 or shape[-2:] != (VALUE, VALUE) or not _names_records(shape[-3]):
            return False
        above, own = self.routes.get(shape[:-1], {}), self.routes[shape]
        return "GET" in own and above.keys() <= {"GET", "POST"} and ("POST" in above or "PUT" in own)

    def alone(self) -> Iterator[Shape]:
        """The paths, with none below that holds a value next, at which one thing is read and changed: `/profile`,
        `/users/{id}/settings`."""
        above = {shape[:place] for shape in self.routes for place, segment in enumerate(shape) if segment == VALUE}
        for shape, methods in self.routes.items():
            fixed = shape and _names_records(shape[-1]) and shape not in above
            if fixed and "GET" in methods and (methods.keys() & {"PUT", "PATCH"} or self.contents(shape)):
                yield shape

    def single(self, base: Shape) -> Resource | None:
        """The one record of a path whose GET shows what its PUT or PATCH takes."""
        at_base = self.routes[base]
        answer = self.schemas.answer(at_base["GET"].operation)
        holds = self.contents(base)
        if answer is None or (list_in(answer, self.schemas, base[-1]) is not None and not holds):
            return None
        placement = record_in(answer, self.schemas, base[-1], "")
        bodies = [self.schemas.body(at_base[method].operation.body) for method in ("PUT", "PATCH") if method in at_base]
        taken = placement is not None and any(
            body is not None and self.takes(body, placement.schema, base) for body in bodies
        )
        if placement is None or not (taken or holds):
            return None
        if VALUE in base and self.is_part(placement.schema, base):
            return None
        key = key_field("id", base[-1], self.scalars(placement.schema))
        return Resource(base[-1], (base,), key or "id", placement.schema, private=() if key else ("id",), single=True)

    def contents(self, shape: Shape) -> bool:
        """Whether what a fixed path shows has a list of the records that are made right below it: a cart its items."""
        if "GET" not in self.routes.get(shape, {}):
            return False
        return any(self.contained(base) is not None for base in self.made_below.get(shape, ()))

    @cached_property
    def made_below(self) -> Mapping[Shape, list[Shape]]:
        """The paths with a POST, by the path above."""
        below: dict[Shape, list[Shape]] = {}
        for base, methods in self.routes.items():
            if "POST" in methods and VALUE not in base:
                below.setdefault(base[:-1], []).append(base)
        return below

    def contained(self, base: Shape) -> LocatedSchema | None:
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

    def is_part(self, schema: LocatedSchema, base: Shape) -> bool:
        """Whether a path below a record shows nothing but fields of that record, which it would keep twice."""
        if base[-2] != VALUE:
            return False
        above = self.record(base[:-2], self.named(base[:-2]))
        known = self.schemas.members(above) if above is not None else {}
        return find_alike(base[-1], known) is not None or self.schemas.members(schema).keys() <= known.keys()

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
        named = self.named(base)
        record = self.record(base, named)
        if record is None:
            return None
        keys, hidden = self.keys.sure(named, record), self.is_hidden(base, named.parameter)
        if not at_item and not keys and not self.creates(at_base, record):
            return None
        address = self.keys.address(record) if "GET" in at_item and not self.chooses(base, "") else None
        keys, hidden = [one for one in keys if one != address], hidden or address is not None
        likely = self.keys.likely(named, record) if (at_item or self.sends_map(at_base)) and not keys else []
        if likely and address is None and "POST" in at_base and not self.learns(at_base, at_item, named.parameter):
            hidden = False  # nobody puts a record that a POST makes
        if not (at_item and hidden):
            keys = keys or likely
        keys = keys[self.readings.keys.get(base, 0) :]
        if at_item and not keys and not hidden and not (lists and self.creates(at_base, record)):
            return None  # no answer would ever tell a client which records there are
        shown = find_alike(named.parameter, self.schemas.members(record)) is not None
        sent = self.sent_key(named, at_base, keys) if at_item and not shown else None
        keys = [] if sent else keys
        key = sent or (keys[0] if keys else self.hidden(named, record, at_base, at_item))
        listed = self.listed(base, record)
        also = self.also(record, listed)
        private = () if keys else (key,)
        values = tuple(value for route in at_item.values() if (value := _last_value(route)) is not None)
        return Resource(
            segment_of(base), (base,), key, record, listed, also, {}, private, values,
            keys=tuple(keys),
            aliases=tuple(self.keys.aliases(named, record) if keys else ()),
            mine=speaks_of_mine(named.description) or names_people(named.collection),
            chosen=self.chooses(base, key),
            makes=self.creates(at_base, record),
            put_alone="POST" not in at_base and "GET" in at_item,
        )  # fmt: skip

    def sent_key(self, named: Named, at_base: Mapping[str, Route], keys: Sequence[str]) -> str | None:
        """The member by which clients name a new record, where paths have that name and no record shows it."""
        body = self.schemas.body(at_base["POST"].operation.body) if "POST" in at_base else None
        members = self.schemas.members(body) if body is not None else {}
        name, last = find_alike(named.parameter, members), words(named.parameter)[-1:]
        if name is None or not sayable(name) or not self.keys.identifies(members[name]) or last == ("id",):
            return None
        return None if any(words(key)[-1:] == last for key in keys) else name

    def named(self, base: Shape) -> Named:
        """What the paths of single records say of their keys."""
        routes = self.routes.get((*base, VALUE), {}).values()
        parameters = [one for route in routes if (one := _last_value(route)) is not None]
        name = next((route.key for route in routes), "id")
        description = next((text for one in parameters if isinstance(text := one.raw.get("description"), str)), "")
        schema = next((self.schemas.at(one.pointer + "/schema", one.schema) for one in parameters if one.schema), None)
        return Named(name, segment_of(base), schema, description)

    def is_hidden(self, base: Shape, parameter: str) -> bool:
        """Whether clients learn keys that no record shows: they put them into a path, or creating answers them."""
        at_base, at_item = self.routes.get(base, {}), self.routes.get((*base, VALUE), {})
        return self.puts_missing(at_item) or self.learns(at_base, at_item, parameter)

    def learns(self, at_base: Mapping[str, Route], at_item: Mapping[str, Route], parameter: str) -> bool:
        """Whether what creating answers may tell a key that no record shows."""
        return self.tells(at_base, parameter) or self.leaves_open(at_base, at_item)

    def hidden(
        self, named: Named, record: LocatedSchema, at_base: Mapping[str, Route], at_item: Mapping[str, Route]
    ) -> str:
        """The name of a key that no schema declares: where answers may show anything, what is left of the parameter's
        name without that of the records, as `id` of `page_id`."""
        if named.parameter == self.keys.address(record):
            return f"path_{named.parameter}"
        rest = "_".join(without(words(named.parameter), named.collection))
        free = rest and self.leaves_open(at_base, at_item) and rest not in self.schemas.members(record)
        return rest if free else named.parameter

    def leaves_open(self, at_base: Mapping[str, Route], at_item: Mapping[str, Route]) -> bool:
        """Whether creating may answer any record, with its key."""
        return "GET" in at_item and "POST" in at_base and self.answers_anything(at_base["POST"])

    def answers_anything(self, route: Route) -> bool:
        """Whether nothing is said of what an operation answers, or of what stands in the envelope of its answer."""
        answer = self.schemas.answer(route.operation)
        placement = record_in(answer, self.schemas, segment_of(route.shape), "") if answer is not None else None
        return self.schemas.is_free(route.operation) or (
            placement is not None and self.schemas.says_nothing(placement.schema)
        )

    def chooses(self, base: Shape, key: str) -> bool:
        """Whether clients choose the key of a new record: they send it, or put it into the path."""
        at_base, at_item = self.routes.get(base, {}), self.routes.get((*base, VALUE), {})
        body = self.schemas.body(at_base["POST"].operation.body) if "POST" in at_base else None
        placement = record_in(body, self.schemas, segment_of(base), key) if body is not None else None
        sent = self.keys.member(placement.schema, key) if placement is not None else None
        writable = sent is not None and True not in self.schemas.each(sent, "readOnly")
        return self.puts_missing(at_item) or (writable and words(key)[-1:] != ("id",))

    @staticmethod
    def puts_missing(at_item: Mapping[str, Route]) -> bool:
        return "PUT" in at_item and "404" not in at_item["PUT"].operation.responses

    def tells(self, at_base: Mapping[str, Route], parameter: str) -> bool:
        """Whether what POST on the collection answers has the key, though records do not."""
        answer = self.schemas.answer(at_base["POST"].operation) if "POST" in at_base else None
        return ("POST" in at_base and locates(at_base["POST"].operation)) or (
            answer is not None
            and self.schemas.key_alone(answer, parameter, segment_of(at_base["POST"].shape)) is not None
        )

    def scalars(self, record: LocatedSchema) -> list[str]:
        """The fields that can be a key."""
        members = self.schemas.members(record).items()
        return [name for name, one in members if self.schemas.is_scalar(one) and not self.schemas.forbids(record, name)]

    def sends_map(self, at_base: Mapping[str, Route]) -> bool:
        """Whether POST on the collection sends records by their names: `{"mail": {...}, "web": {...}}`."""
        body = self.schemas.body(at_base["POST"].operation.body) if "POST" in at_base else None
        value = self.schemas.values(body) if body is not None else None
        return value is not None and self.schemas.is_object(value)

    def creates(self, at_base: Mapping[str, Route], record: LocatedSchema) -> bool:
        body = self.schemas.body(at_base["POST"].operation.body) if "POST" in at_base else None
        inside = self.schemas.items if body is not None and self.schemas.is_list(body) else self.schemas.values
        body = (inside(body) or body) if body is not None else None
        return body is not None and bool(self.schemas.members(body).keys() & self.schemas.members(record).keys())

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
        if listed is None and "GET" not in at_item and (contained := self.contained(base)) is not None:
            return contained
        read = self.answered(at_item.get("GET"), base, parameter, listed)
        if read is not None and (listed is None or self.schemas.share(read, listed)):
            return read
        if listed is not None:
            return listed
        changes = [at_item.get("PUT"), at_item.get("PATCH"), at_base.get("POST")]
        for route in changes:
            answered = self.answered(route, base, parameter)
            if answered is not None and self.keys.sure(named, answered):
                return answered
        return self.sent([at_item.get("PUT"), at_base.get("POST"), at_item.get("PATCH")], base, parameter)

    def answered(
        self, route: Route | None, base: Shape, parameter: str, known: LocatedSchema | None = None
    ) -> LocatedSchema | None:
        answer = self.schemas.answer(route.operation) if route else None
        placement = record_in(answer, self.schemas, segment_of(base), parameter, known) if answer else None
        return placement.schema if placement and not self.schemas.says_nothing(placement.schema) else None

    def sent(self, changes: Sequence[Route | None], base: Shape, parameter: str) -> LocatedSchema | None:
        for route in changes:
            body = self.schemas.body(route.operation.body) if route else None
            placement = record_in(body, self.schemas, segment_of(base), parameter) if body else None
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
