"""Fixtures: YAML or JSON files of `{collection: [records]}` and `users`, checked against the contract at load."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rpds import HashTrieMap

from mockserver import plain_yaml
from mockserver.clock import format_instant, parse_date_math
from mockserver.contract.contract import Contract
from mockserver.contract.shape import has_format, item, members
from mockserver.errors import FixtureError, UsageError, did_you_mean
from mockserver.state.rules import CollectionRules
from mockserver.state.world import Collection, World, text_of

_FILES = (".yaml", ".yml", ".json")
Path_ = tuple[str | int, ...]
"""Where a value lies in a record: member names and list places."""


@dataclass(frozen=True, slots=True)
class User:
    """Who may call: a name, the bearer token, and the id that owned records carry (the name unless given)."""

    name: str
    token: str
    id: str


@dataclass(frozen=True, slots=True)
class Fixtures:
    """Users and records as the files have them, date math unresolved, with the file that each collection came from."""

    users: tuple[User, ...] = ()
    records: Mapping[str, list[Any]] = field(default_factory=dict)
    sources: Mapping[str, Path] = field(default_factory=dict)
    files: tuple[Path, ...] = ()

    def fields(self) -> dict[str, frozenset[str]]:
        """The names of the fields that the records of each collection have."""
        return {name: frozenset(key for record in held for key in record) for name, held in self.records.items()}


def read_fixtures(paths: Iterable[Path]) -> Fixtures:
    """Read fixture files, and every YAML or JSON file of fixture folders. Raises UsageError or FixtureError."""
    files = tuple(file for path in paths for file in _files_of(path))
    users: list[User] = []
    records: dict[str, list[Any]] = {}
    sources: dict[str, Path] = {}
    for file in files:
        data = plain_yaml.read(file) or {}
        if not isinstance(data, Mapping):
            raise FixtureError("a fixture file maps collections to lists of records", place=str(file))
        for name, held in data.items():
            _must_be_records(held, name, file)
            if name == "users":
                users += _users(held, file, users)
            elif name in sources:
                raise FixtureError(f"{name} stand in {sources[name]} too", place=str(file), fix="keep them in one file")
            else:
                records[name], sources[name] = held, file
    return Fixtures(tuple(users), records, sources, files)


def _files_of(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if file.suffix in _FILES)
        if not found:
            raise UsageError("the folder holds no fixture file", place=str(path), fix="add a .yaml or .json file")
        return found
    if not path.exists():
        raise UsageError("no such file", place=str(path), fix="--fixtures names a file or a folder")
    return [path]


def _must_be_records(held: Any, name: str, file: Path) -> None:
    if not isinstance(held, list):
        raise FixtureError(f"{name} must be a list of records", place=_place(file, f"/{name}"))
    for place, record in enumerate(held):
        if not isinstance(record, Mapping):
            raise FixtureError(f"{name}[{place}] is no record", place=_place(file, f"/{name}/{place}"))


def _users(held: list[Any], file: Path, before: list[User]) -> list[User]:
    found: list[User] = []
    for place, said in enumerate(held):
        pointer = f"/users/{place}"
        unknown = set(said) - {"name", "token", "id"}
        if unknown:
            name = min(unknown)
            fix = did_you_mean(name, ("name", "token", "id"))
            raise FixtureError(f"users[{place}] has an unknown field {name!r}", place=_place(file, pointer), fix=fix)
        if not isinstance(said.get("name"), str) or not isinstance(said.get("token"), str) or not said["token"]:
            raise FixtureError(f"users[{place}] needs a name and a token", place=_place(file, pointer))
        if "~" in said["token"]:
            raise FixtureError("a token cannot hold '~': it parts token and world", place=_place(file, pointer))
        user = User(said["name"], said["token"], str(said.get("id", said["name"])))
        if any(user.token == other.token for other in (*before, *found)):
            problem = f"users[{place}] has a token that another user has"
            raise FixtureError(problem, place=_place(file, pointer), fix="a token names one user")
        found.append(user)
    return found


def _place(file: Path, pointer: str) -> str:
    line = plain_yaml.line_of(file.read_text(encoding="utf-8"), pointer)
    return f"{file}:{line}" if line else str(file)


@dataclass(frozen=True, slots=True)
class Seeded:
    """Checked fixtures: a world that holds them, and where date math has to be resolved when a world is made."""

    world: World
    moving: tuple[tuple[str, Any, tuple[tuple[Path_, str], ...]], ...]  #: collection, record, its date math by place

    def at(self, now: int) -> World:
        """The world with every date math resolved at `now`."""
        collections = self.world.collections
        for name, record, places in self.moving:
            resolved = record
            for place, text in places:
                resolved = _replaced(resolved, place, format_instant(parse_date_math(text, now) or 0))
            collections = collections.insert(name, collections[name].put(resolved))
        return World(self.world.name, collections, seed=self.world.seed)


def seed_world(
    fixtures: Fixtures,
    rules: Mapping[str, CollectionRules],
    schemas: Mapping[str, list[Any]],
    contract: Contract,
    *,
    now: int,
    seed: str = "0",
) -> Seeded:
    """Check every record against the schemas that show it, and put them into a world.

    Raises FixtureError with file, line, record and field.
    """
    collections = HashTrieMap({name: Collection(rule) for name, rule in rules.items()})
    moving = []
    for name, held in fixtures.records.items():
        source = fixtures.sources[name]
        if name not in rules:
            fix = did_you_mean(name, rules)
            raise FixtureError(f"unknown collection {name!r}", place=_place(source, f"/{name}"), fix=fix)
        check = _Checker(name, rules[name], schemas.get(name) or [], contract, source, now)
        collection = collections[name]
        for place, record in enumerate(held):
            moves = check.record(place, record, collection)
            if moves:
                moving.append((name, record, moves))
            collection = collection.put(record)
        collections = collections.insert(name, collection)
    return Seeded(World("main", collections, seed=seed), tuple(moving))


class _Checker:
    """Checks the records of one collection."""

    def __init__(
        self, name: str, rules: CollectionRules, schemas: list[Any], contract: Contract, source: Path, now: int
    ) -> None:
        self.name, self.rules, self.schemas, self.contract = name, rules, schemas, contract
        self.source, self.now = source, now
        self.declared = [frozenset(members(schema, contract.resolve)) for schema in schemas]

    def record(self, place: int, record: Any, before: Collection) -> tuple[tuple[Path_, str], ...]:
        """Check one record; where its date math stands is returned. Raises FixtureError."""
        key = record.get(self.rules.key)
        if key is None:
            raise self.wrong(place, "", f"has no {self.rules.key}")
        if before.get(key) is not None:
            raise self.wrong(place, self.rules.key, f"{self.rules.key} {text_of(key)} is used twice")
        moves = tuple(self.date_math(record))
        resolved = record
        for where, text in moves:
            resolved = _replaced(resolved, where, format_instant(parse_date_math(text, self.now) or 0))
        for schema, declared in zip(self.schemas, self.declared, strict=True):
            shown = {k: v for k, v in resolved.items() if k in declared} if declared else resolved
            for violation in self.contract.violations(schema, shown, place=""):
                raise self.wrong(place, violation.place.strip("."), violation.message)
        return moves

    def date_math(self, record: Any) -> Iterator[tuple[Path_, str]]:
        for schema in self.schemas:
            yield from _date_math(record, schema, self.contract, ())

    def wrong(self, place: int, name: str, problem: str) -> FixtureError:
        pointer = f"/{self.name}/{place}" + (f"/{name.replace('.', '/')}" if name else "")
        where = f"{self.name}[{place}]" + (f".{name}" if name else "")
        return FixtureError(f"{where} {problem}", place=_place(self.source, pointer))


def _date_math(value: Any, schema: Any, contract: Contract, at: Path_) -> Iterator[tuple[Path_, str]]:
    if isinstance(value, str):
        is_math = value.startswith("now") and parse_date_math(value, 0) is not None
        if is_math and has_format(schema, "date-time", contract.resolve):
            yield at, value
    elif isinstance(value, Mapping):
        declared = members(schema, contract.resolve)
        for name, inner in value.items():
            if name in declared:
                yield from _date_math(inner, declared[name], contract, (*at, name))
    elif isinstance(value, list):
        inner_schema = item(schema, contract.resolve)
        if inner_schema is not None:
            for place, inner in enumerate(value):
                yield from _date_math(inner, inner_schema, contract, (*at, place))


def _replaced(value: Any, at: Path_, new: Any) -> Any:
    if not at:
        return new
    if isinstance(value, list):
        return [_replaced(inner, at[1:], new) if place == at[0] else inner for place, inner in enumerate(value)]
    return {**value, at[0]: _replaced(value[at[0]], at[1:], new)}
