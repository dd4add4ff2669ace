"""From fixtures to a world: every record checked against the contract, date math resolved when a world is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import msgspec

from mockserver.clock import format_instant, parse_date_math
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT, EMPTY
from mockserver.contract.schemas.view import has_format, item, members
from mockserver.errors import FixtureError, did_you_mean
from mockserver.state.becoming import stamped
from mockserver.state.collection import Collection, Record, identity_of
from mockserver.state.fixtures import Fixtures, Source, place_of
from mockserver.state.lazy import Lazy
from mockserver.state.rules import CollectionRules
from mockserver.state.world import World

Place = tuple[str | int, ...]
"""Where a value lies in a record: member names and list places."""
Moments = tuple[tuple[Place, str], ...]
"""The date math in a record, by place."""
DEEPEST = 4
"""How many levels of objects and lists inside a record may hold date math."""
Finder = Callable[[Any, Place], list[tuple[Place, str]]]


class Seeded(msgspec.Struct, frozen=True):
    """Checked fixtures: the records of each collection, with the date math that they hold."""

    rules: Mapping[str, CollectionRules]
    records: Mapping[str, tuple[tuple[Record, Moments], ...]]
    seed: str = "0"
    made: Mapping[str, Collection] = EMPTY  #: collections of made-up records, which hold no date math

    @property
    def moving(self) -> int:
        """How many records hold date math: what it costs to make the world anew."""
        begun = sum(len(self.records.get(name, ())) for name, rules in self.rules.items() if rules.becomes)
        return begun + sum(bool(moments) for records in self.records.values() for _, moments in records)

    def at(self, now: int) -> World:
        """The world with every date math resolved at `now`."""
        instants = Instants(now)
        collections = {
            name: Collection.of(rules, _begun(rules, self.records.get(name, ()), instants))
            for name, rules in self.rules.items()
            if name not in self.made
        }
        whole = Lazy(self.rules, self.made.__getitem__, collections) if self.made else collections
        return World("main", whole, seed=self.seed, base=now if self.moving else 0)


def _begun(rules: CollectionRules, records: Sequence[tuple[Record, Moments]], instants: Instants) -> list[Record]:
    """The records of fixtures, their date math resolved; their states begin with the world that has them."""
    whole = [resolved(*one, instants) for one in records]
    return [stamped(one, rules.becomes, None, instants.now) for one in whole] if rules.becomes else whole


def seed_world(
    fixtures: Fixtures,
    rules: Mapping[str, CollectionRules],
    schemas: Mapping[str, list[Any]],
    contract: Contract,
    *,
    now: int,
    seed: str = "0",
) -> Seeded:
    """Check every record against the schemas that show it; made-up ones when they are first asked for.

    Raises FixtureError with file, line, record and field.
    """
    records = {}
    for name, entries in fixtures.records.items():
        source = fixtures.sources.get(name)
        if name not in rules:
            fix = did_you_mean(name, rules)
            raise FixtureError(f"unknown collection {name!r}", place=place_of(source, f"/{name}"), fix=fix)
        records[name] = tuple(
            _Checker(name, rules[name], schemas.get(name) or [], contract, source, now).given(entries)
        )
    return Seeded(rules, records, seed, _made(fixtures.made, rules, schemas, contract))


def _made(
    made: Mapping[str, list[Any]],
    rules: Mapping[str, CollectionRules],
    schemas: Mapping[str, list[Any]],
    contract: Contract,
) -> Lazy[Collection]:
    """Collections of those of the made-up records that hold."""
    shown = [schema for name in made for schema in schemas.get(name) or ()]
    accepts = cache(lambda: contract.joint_validator(shown))

    def collection(name: str) -> Collection:
        check = _Checker(name, rules[name], schemas.get(name) or [], contract, None, 0)
        return Collection.of(rules[name], check.made(made[name], accepts()))

    return Lazy(made, collection)


class _Checker:
    """Checks the records of one collection."""

    def __init__(
        self, name: str, rules: CollectionRules, schemas: list[Any], contract: Contract, source: Source | None, now: int
    ) -> None:
        self.name, self.rules, self.contract = name, rules, contract
        self.source, self.instants = source, Instants(now)
        self.schemas = [(schema, frozenset(members(schema, contract.view))) for schema in schemas]
        self.keys: set[str] = set()

    def given(self, records: Sequence[Any]) -> Iterator[tuple[Record, Moments]]:
        """Check the records that somebody wrote; their date math is returned with them. Raises FixtureError."""
        find = moment_finder([schema for schema, _ in self.schemas], self.contract)
        for place, record in enumerate(records):
            self.use_key(place, record)
            moments = tuple(find(record, ())) if find is not None else ()
            value = resolved(record, moments, self.instants)
            for schema, shown in self.shown(value):
                for violation in self.contract.violations(schema, shown, place=""):
                    raise self.wrong(place, violation.place.strip("."), violation.message)
            yield record, moments

    def made(self, records: Sequence[Any], accepts: Callable[[Any, Any], bool]) -> Iterator[Record]:
        """Those of the made-up records that hold; they know no date math."""
        for place, record in enumerate(records):
            if all(accepts(schema, shown) for schema, shown in self.shown(record)):
                with suppress(FixtureError):
                    self.use_key(place, record)
                    yield record

    def use_key(self, place: int, record: Record) -> None:
        """Take the record's key, which no other may have."""
        key = self.rules.key_of(record)
        if key is None or key is ABSENT:
            raise self.wrong(place, "", f"has no {self.rules.key}", "give each record its own")
        text = identity_of(self.rules, record)
        if text in self.keys:
            raise self.wrong(place, self.rules.key, f"{text} is used twice", "each record needs its own")
        self.keys.add(text)

    def shown(self, record: Record) -> Iterator[tuple[Any, Record]]:
        """Each schema that shows the record, with what it shows of it."""
        for schema, declared in self.schemas:
            yield schema, {name: record[name] for name in record if name in declared} if declared else record

    def wrong(self, place: int, name: str, problem: str, fix: str = "") -> FixtureError:
        pointer = f"/{self.name}/{place}" + (f"/{name.replace('.', '/')}" if name else "")
        where = f"{self.name}[{place}]" + (f".{name}" if name else "")
        return FixtureError(f"{where} {problem}", place=place_of(self.source, pointer), fix=fix)


def moment_finder(schemas: Sequence[Any], contract: Contract, depth: int = DEEPEST) -> Finder | None:
    """A function that finds the date math in a value, where one of the schemas says `date-time`; None if nowhere."""
    view = contract.view
    if depth == 0:
        return None
    if any(has_format(schema, "date-time", view) for schema in schemas):
        return _moment
    parts: dict[str, list[Any]] = {}
    for schema in schemas:
        for name, part in members(schema, view).items():
            parts.setdefault(name, []).append(part)
    inner = {name: moment_finder(schemas_of, contract, depth - 1) for name, schemas_of in parts.items()}
    finders = {name: find for name, find in inner.items() if find is not None}
    each = [one for schema in schemas if (one := item(schema, view)) is not None]
    of_items = moment_finder(each, contract, depth - 1) if each else None
    return _nested(finders, of_items) if finders or of_items else None


def _moment(value: Any, at: Place) -> list[tuple[Place, str]]:
    is_math = isinstance(value, str) and value.startswith("now") and parse_date_math(value, 0) is not None
    return [(at, value)] if is_math else []


def _nested(finders: Mapping[str, Finder], of_items: Finder | None) -> Finder:
    def find(value: Any, at: Place) -> list[tuple[Place, str]]:
        if isinstance(value, Mapping):
            return [
                pair for name, inner in finders.items() if name in value for pair in inner(value[name], (*at, name))
            ]
        if isinstance(value, list) and of_items is not None:
            return [pair for place, one in enumerate(value) for pair in of_items(one, (*at, place))]
        return []

    return find


class Instants(dict[str, str]):
    """The instants that date math names at `now`, each worked out once."""

    def __init__(self, now: int) -> None:
        super().__init__()
        self.now = now

    def __missing__(self, text: str) -> str:
        instant = self[text] = format_instant(parse_date_math(text, self.now) or 0)
        return instant


def resolved(record: Record, moments: Moments, instants: Instants) -> Record:
    """The record with its date math resolved; the record itself where it has none."""
    if not moments:
        return record
    result: Any = dict(record)
    for place, text in moments:
        if len(place) == 1:
            result[place[0]] = instants[text]
        else:
            result = _replaced(result, place, instants[text])
    return result  # type: ignore[no-any-return]  # an object stays one


def _replaced(value: Any, at: Place, new: Any) -> Any:
    if not at:
        return new
    if isinstance(value, list):
        return [_replaced(inner, at[1:], new) if place == at[0] else inner for place, inner in enumerate(value)]
    return {**value, at[0]: _replaced(value[at[0]], at[1:], new)}
