"""Collections of a contract: where records are listed, created and read, and what they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mockserver.inference.described import MINE, speaks_of_mine
from mockserver.inference.envelopes import list_in, record_in
from mockserver.inference.fitting import Fitting
from mockserver.inference.keys import Keys, Named
from mockserver.inference.learned_keys import LearnedKeys, last_value
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_alike, key_field, names_people
from mockserver.inference.readings import Readings
from mockserver.inference.record_schemas import RecordSchemas
from mockserver.inference.resources import Resource
from mockserver.inference.routes import VALUE, Routes, Shape, segment_of

_CHANGING: Final = ("POST", "PUT", "PATCH", "DELETE")
_FIRST: Final = Readings()


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


class _Finder:
    def __init__(self, routes: Routes, schemas: Schemas, fitting: Fitting, readings: Readings) -> None:
        self.routes, self.schemas, self.fitting, self.readings = routes, schemas, fitting, readings
        self.keys = Keys(schemas)
        self.records = RecordSchemas(routes, schemas, self.keys)
        self.learned = LearnedKeys(routes, schemas, self.keys)

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
            if fixed and "GET" in methods and (methods.keys() & {"PUT", "PATCH"} or self.records.contents(shape)):
                yield shape

    def single(self, base: Shape) -> Resource | None:
        """The one record of a path whose GET shows what its PUT or PATCH takes."""
        at_base = self.routes[base]
        answer = self.schemas.answer(at_base["GET"].operation)
        holds = self.records.contents(base)
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
        key = key_field("id", base[-1], self.records.scalars(placement.schema))
        return Resource(base[-1], (base,), key or "id", placement.schema, private=() if key else ("id",), single=True)

    def is_part(self, schema: LocatedSchema, base: Shape) -> bool:
        """Whether a path below a record shows nothing but fields of that record, which it would keep twice."""
        if base[-2] != VALUE:
            return False
        above = self.records.record(base[:-2], self.learned.named(base[:-2]))
        known = self.schemas.members(above) if above is not None else {}
        return find_alike(base[-1], known) is not None or self.schemas.members(schema).keys() <= known.keys()

    def takes(self, body: LocatedSchema, record: LocatedSchema, base: Shape) -> bool:
        placement = record_in(body, self.schemas, base[-1], "", record)
        return placement is not None and self.schemas.share(placement.schema, record)

    def resource(self, base: Shape) -> Resource | None:
        at_base, at_item = self.routes.get(base, {}), self.routes.get((*base, VALUE), {})
        lists = self.lists(base)
        changes = any(method in at_item for method in _CHANGING) or "POST" in at_base
        if not lists and not (changes and at_item):
            return None
        if not at_item and not (lists and "POST" in at_base):
            return None
        named = self.learned.named(base)
        record = self.records.record(base, named)
        if record is None:
            return None
        found = self.key(base, named, record)
        if found is None:
            return None
        key, keys = found
        listed = self.records.listed(base, record)
        also = self.also(record, listed)
        private = () if keys else (key,)
        values = tuple(value for route in at_item.values() if (value := last_value(route)) is not None)
        return Resource(
            segment_of(base), (base,), key, record, listed, also, {}, private, values,
            keys=tuple(keys),
            aliases=tuple(self.keys.aliases(named, record) if keys else ()),
            mine=speaks_of_mine(named.description) or names_people(named.collection),
            chosen=self.learned.chooses(base, key),
            makes=self.records.creates(at_base, record),
            put_alone="POST" not in at_base and "GET" in at_item,
        )  # fmt: skip

    def lists(self, base: Shape) -> bool:
        """Whether GET on a path lists records."""
        return "GET" in self.routes.get(base, {}) and self.records.listed(base) is not None

    def key(self, base: Shape, named: Named, record: LocatedSchema) -> tuple[str, list[str]] | None:
        """The key of the records of a path, and all fields that may be it; None where no client learns one."""
        at_base, at_item = self.routes.get(base, {}), self.routes.get((*base, VALUE), {})
        keys, hidden = self.keys.sure(named, record), self.learned.is_hidden(base, named.parameter)
        if not at_item and not keys and not self.records.creates(at_base, record):
            return None
        address = self.keys.address(record) if "GET" in at_item and not self.learned.chooses(base, "") else None
        keys, hidden = [one for one in keys if one != address], hidden or address is not None
        is_sure = bool(keys)
        likely = self.keys.likely(named, record) if (at_item or self.records.sends_map(at_base)) and not keys else []
        learnt = self.learned.learns(at_base, at_item, named.parameter)
        if likely and address is None and "POST" in at_base and not learnt:
            hidden = False  # nobody puts a record that a POST makes
        if not (at_item and hidden):
            keys = keys or likely
        keys = keys[self.readings.keys.get(base, 0) :]
        if at_item and not keys and not hidden and not (self.lists(base) and self.records.creates(at_base, record)):
            return None
        shown = find_alike(named.parameter, self.schemas.members(record)) is not None
        sent = self.learned.sent_key(named, at_base, keys, is_sure) if at_item and not shown else None
        keys = [] if sent else keys
        return sent or (keys[0] if keys else self.learned.hidden(named, record, at_base, at_item)), keys

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
