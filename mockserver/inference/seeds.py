"""A few records for each inferred collection, generated from its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT, Parameter
from mockserver.contract.schemas.times import in_order, is_ended
from mockserver.contract.schemas.view import at_path, has_any, members, required, types
from mockserver.generate import Generator, Unsatisfiable, fresh_key
from mockserver.inference.connecting import connected
from mockserver.inference.documented import Documented
from mockserver.inference.inference import Inferred
from mockserver.inference.resources import Resource
from mockserver.state.lazy import Lazy
from mockserver.state.references import member_at

Links = tuple[str, list[Any]]
"""A field, and the values that it has in turn."""
Records = Mapping[str, list[dict[str, Any]]]
_ROOM: Final = 40
_DEEPEST: Final = 3
_KEY_ATTEMPTS: Final = 20
A_FEW: Final = 3
"""How many records a collection has at first."""
MANY: Final = 300
"""How many collections of a contract make a few records of each too many to wait for: then one stands in each."""


def seed_records(contract: Contract, inferred: Inferred, seed: str | int = "0") -> Records:
    """A few records for each collection, the same for the same seed; keys are unique, children have parents.

    There are fewer where the schema admits no record, or no further key, and one where collections are many. Those of
    a collection, and of the others that they refer to, are made when they are first asked for.
    """
    return _Seeds(contract, inferred, seed).all_of()


class _Seeds:
    """The records of one contract as they are made: alone, connected, and with the lists that they show."""

    def __init__(self, contract: Contract, inferred: Inferred, seed: str | int) -> None:
        self.inferred, self.seed, used = inferred, seed, inferred.behaviours["collections"]
        self.count = A_FEW if len(used) <= MANY else 1
        self.resources = {one.name: one for one in inferred.resources.values() if one.name in used}
        self.generator = Generator(contract.view, room=_ROOM, deepest=_DEEPEST)
        documented = Documented(contract, inferred)
        self.makers = Lazy(self.resources, lambda name: _Maker(self.generator, self.resources[name], seed, documented))
        ordered = _parents_first(self.resources, inferred)
        self.order = {resource.name: place for place, resource in enumerate(ordered)}
        self.made = Lazy(self.resources, self._made)
        self.connected = connected(
            self.made,
            inferred.references,
            {name: _parents(inferred, resource) for name, resource in self.resources.items()},
            lambda name, before, record: self.makers[name].stays_valid(before, record),
        )
        self.places = {name: place for place, name in enumerate(self.resources)}
        self.shown = Lazy(self.resources, self._shown)

    def all_of(self) -> Records:
        """The records of all collections in use."""
        used = self.inferred.behaviours["collections"]
        return Lazy([name for name in used if name in self.resources], self.shown.__getitem__)

    def _made(self, name: str) -> list[dict[str, Any]]:
        resource, order = self.resources[name], self.order
        number = 1 if resource.single else self.count
        above = _parent_names(resource, self.inferred) & order.keys()
        records = {one: self.made[one] for one in above if order[one] < order[name]}
        links = [*_links(self.inferred, resource, records),
                 *_scopes(self.inferred, resource, self.generator, self.seed)]  # fmt: skip
        if resource.copies in records:
            return list(_members(records[resource.copies][:number], links))
        return list(self.makers[name].records(number, links))

    def _shown(self, name: str) -> list[dict[str, Any]]:
        records = self.connected[name]
        for field, items, link in self.resources[name].embeds:
            earlier = self.places.get(items, len(self.places)) < self.places[name]
            inside = records if items == name else (self.shown if earlier else self.connected).get(items, [])
            records = [self.makers[name].listing(one, field, inside, link) for one in records]
        return records


def _parents(inferred: Inferred, resource: Resource) -> list[tuple[str, str]]:
    """The fields that hold a parent's key, each with the collection of the parent."""
    return [(link.field, inferred.resources[link.base].name) for link in resource.links.values()]


def _parents_first(resources: Mapping[str, Resource], inferred: Inferred) -> Iterator[Resource]:
    done: set[str] = set()
    waiting = list(resources.values())
    while waiting:
        ready = [one for one in waiting if _parent_names(one, inferred) & resources.keys() <= done] or waiting[:1]
        yield from ready
        done.update(one.name for one in ready)
        waiting = [one for one in waiting if one.name not in done]


def _parent_names(resource: Resource, inferred: Inferred) -> set[str]:
    names = {inferred.resources[link.base].name for link in resource.links.values()} - {resource.name}
    return names | {resource.copies} if resource.copies else names


def _links(inferred: Inferred, resource: Resource, records: Records) -> list[Links]:
    """The fields that hold a parent's key, each with the keys that there are."""
    parents = [(link, inferred.resources[link.base]) for link in resource.links.values()]
    return [
        (link.field, [member_at(record, (link.by or parent.key).split(".")) for record in records.get(parent.name, ())])
        for link, parent in parents
    ]


def _members(originals: list[dict[str, Any]], links: list[Links]) -> Iterator[dict[str, Any]]:
    """Records of another collection that also belong to a parent."""
    for index, record in enumerate(originals):
        yield {**record, **{field: keys[index % len(keys)] for field, keys in links if keys}}


def _scopes(inferred: Inferred, resource: Resource, generator: Generator, seed: str | int) -> Iterator[Links]:
    """The fields that hold values of paths, each with the contract's example of that value, or a generated one."""
    for base in resource.bases:
        for place, field in resource.scope(base):
            parameter = inferred.parameters.get(place)
            if parameter is not None:
                yield field, [_value(parameter, generator, seed)]


def _value(parameter: Parameter, generator: Generator, seed: str | int) -> Any:
    given = parameter.example()
    if given is not ABSENT or parameter.schema is None:
        return given if given is not ABSENT else parameter.name
    try:
        return Generator(generator.view, writing=True).value(parameter.schema, seed, sparse=True)
    except Unsatisfiable:
        return parameter.name


class _Maker:
    """Makes the records of one collection."""

    def __init__(self, generator: Generator, resource: Resource, seed: str | int, documented: Documented) -> None:
        self.generator, self.resource, self.seed = generator, resource, f"{seed}/{resource.name}"
        declared = [{"$ref": schema.reference} for schema in (resource.record, *resource.also)]
        self.schema = {"allOf": declared}
        self.narrow = (
            {"allOf": [*declared, {"properties": choices}]} if (choices := documented.choices(resource)) else None
        )
        self.reserved = documented.keys(resource)
        self.path = tuple(resource.key.split("."))
        self.inner = at_path(self.schema, self.path, generator.view)
        self.keys: set[str] = set()

    def records(self, count: int, links: list[Links]) -> Iterator[dict[str, Any]]:
        """The first record has the values of the examples, the others vary."""
        for index in range(count):
            linked = {field: keys[index % len(keys)] for field, keys in links if keys}
            try:
                record = next((one for one in self.drafts(index, linked) if self.is_valid(one)), None)
            except Unsatisfiable:
                continue
            if record is not None:
                self.keys.add(str(member_at(record, self.path)))
                yield record

    def drafts(self, index: int, linked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """A record that lasts and whose times follow one another, and the same as it was drawn."""
        made = self.drawn(index, self.resource.name.rpartition("_")[2])
        if not isinstance(made, dict):
            raise Unsatisfiable("a record is an object, and its schema admits none")
        for record in (in_order(self.lasting(made, index)), made):
            yield {**self.keyed(record, index), **linked}

    def keyed(self, record: dict[str, Any], index: int) -> dict[str, Any]:
        *above, last = self.path
        inner = record
        for name in above:
            inner = inner.setdefault(name, {}) if isinstance(inner.get(name, {}), dict) else {}
        inner[last] = self.key(inner.get(last), index)
        return record

    def drawn(self, index: int, subject: str) -> Any:
        """A value with what filters can ask for, where the schema admits that."""
        for schema in [self.narrow, self.schema] if self.narrow is not None else [self.schema]:
            try:
                return self.generator.value(schema, f"{self.seed}/{index}", varied=index > 0, subject=subject)
            except Unsatisfiable:
                if schema is self.schema:
                    raise
        return None

    def lasting(self, record: dict[str, Any], index: int) -> dict[str, Any]:
        """The record without what says that it is over; one of a few may be deleted."""
        if index >= A_FEW - 1:
            return record
        inner = members(self.schema, self.generator.view)
        over = {name for name in record if is_ended(name) and not isinstance(record[name], bool)}
        null = {name: None for name in over if "null" in types(inner.get(name, {}), self.generator.view)}
        return {name: value for name, value in record.items() if name not in over} | null

    def is_valid(self, record: Mapping[str, Any]) -> bool:
        """Whether the record fits its schema with the key and its parent's key."""
        shown = {name: value for name, value in record.items() if name not in self.resource.private}
        return self.generator.fits(self.schema, shown)

    def stays_valid(self, before: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
        """Whether a valid record is still valid with other members; without alternatives, those alone decide."""
        view = self.generator.view
        if has_any(self.schema, ("oneOf", "anyOf", "not", "if"), view):
            return self.is_valid(record)
        if not before.keys() >= record.keys() >= required(self.schema, view):
            return self.is_valid(record)
        inner = members(self.schema, view)
        changed = (name for name, value in record.items() if value is not before[name] and name in inner)
        return all(self.generator.fits(inner[name], record[name]) for name in changed)

    def listing(self, record: dict[str, Any], field: str, items: list[dict[str, Any]], link: str) -> dict[str, Any]:
        """The record with a list of the records that belong to it, if it is valid so."""
        key = member_at(record, self.path)
        known = members(at_path(self.schema, (field,), self.generator.view) or {}, self.generator.view)
        own = [one for one in items if not link or one.get(link) == key]
        shown = [{name: value for name, value in one.items() if name in known or not known} for one in own]
        listing = {**record, field: shown}
        return listing if self.stays_valid(record, listing) else record

    def key(self, value: Any, index: int) -> Any:
        """The generated key where a path can hold it, else the next number, else one that a path can hold."""
        if isinstance(value, str) and self.is_free(value) and value:
            return value
        first = fresh_key(
            self.schema if len(self.path) == 1 else {"properties": {self.resource.key: self.inner or {}}},
            self.resource.key, view=self.generator.view, seed=f"{self.seed}/{index}",
            taken=lambda key: str(key) in self.keys or str(key) in self.reserved, first=index + 1,
        )  # fmt: skip
        return first if self.is_free(first) else self.key_in_path(index)

    def is_free(self, key: Any) -> bool:
        """Whether no record has the key, and a path can hold it."""
        fits = self.generator.fits
        fit = all(fits(value.schema, key) or fits(value.schema, str(key)) for value in self.resource.values)
        return fit and str(key) not in self.keys and str(key) not in self.reserved and "/" not in str(key)

    def key_in_path(self, index: int) -> Any:
        """A key by the schema of the path value, written as the record writes keys."""
        schemas = [value.schema for value in self.resource.values if value.schema is not None]
        written = [self.inner] if self.inner is not None else []
        for attempt in range(_KEY_ATTEMPTS):
            place = f"{self.seed}/{index}/key/{attempt}"
            try:
                key = self.generator.value({"allOf": [*written, *schemas]}, place, varied=True)
            except Unsatisfiable:
                key = str(self.generator.value({"allOf": schemas}, place, varied=True))
            if self.is_free(key):
                return key
        raise Unsatisfiable("found no key that a path can hold", f"/{self.resource.key}")
