"""Fixtures: YAML or JSON files of `{collection: [records]}` and `users`, checked against the contract at load."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from mockserver import plain_yaml
from mockserver.contract.operations.operation import EMPTY
from mockserver.errors import FixtureError, UsageError
from mockserver.state.lazy import Lazy
from mockserver.state.users import User, is_caller, read_user

_FILES = (".yaml", ".yml", ".json")
_ONE_FILE = "keep them in one file"


class Written(msgspec.Struct, frozen=True):
    """A text in which records stand below a pointer."""

    name: str
    text: str
    below: str

    def place(self, pointer: str) -> str:
        """The name and the line of a JSON Pointer."""
        line = plain_yaml.line_of(self.text, self.below + pointer)
        return f"{self.name}:{line}" if line else self.name


Source = Path | Written


class Fixtures(msgspec.Struct, frozen=True):
    """Users and records as the files have them, date math unresolved, with the file that each collection came from."""

    users: tuple[User, ...] = ()
    records: Mapping[str, list[Any]] = msgspec.field(default_factory=dict)
    sources: Mapping[str, Source] = msgspec.field(default_factory=dict)
    files: tuple[Path, ...] = ()
    made: Mapping[str, list[Any]] = EMPTY  #: made-up records of further collections

    def with_generated(self, made: Mapping[str, list[Any]]) -> Fixtures:
        """These fixtures, and made-up records for the collections that they do not mention."""
        more = [name for name in made if name not in self.records]
        return msgspec.structs.replace(self, made=Lazy(more, made.__getitem__))

    def fields(self) -> dict[str, frozenset[str]]:
        """The names of the fields that the records of each collection have, beyond those of its schemas where records
        are made up from these; collections without records have none."""
        given = {name: frozenset().union(*records) for name, records in self.records.items() if records}
        return dict.fromkeys(self.made, frozenset()) | given


def together(parts: Iterable[Fixtures]) -> Fixtures:
    """The fixtures of several APIs: users that all of them have are the same. Raises FixtureError."""
    users: dict[str, User] = {}
    records: dict[str, list[Any]] = {}
    sources: dict[str, Source] = {}
    files: list[Path] = []
    for part in parts:
        for user in part.users:
            if users.setdefault(user.token, user) != user:
                problem = f"user {user.name!r} has the token of {users[user.token].name!r} in the files of another API"
                raise FixtureError(problem, place=str(part.files[0]), fix="a token names one user")
        for name in part.records.keys() & records.keys():
            raise FixtureError(f"{name} stand in {sources[name]} too", place=str(part.sources[name]), fix=_ONE_FILE)
        records |= part.records
        sources |= part.sources
        files += part.files
    return Fixtures(tuple(users.values()), records, sources, tuple(files))


def read_fixtures(
    paths: Iterable[Path], collections: Container[str] = (), named: Callable[[str], str] = str
) -> Fixtures:
    """Read fixture files, and every YAML or JSON file of fixture folders. Raises UsageError or FixtureError.

    `named` gives the collection that a file means by a name.

    `users` are those who may call; where one of the `collections` has that name too, those without a token are records,
    and so are those with further fields.
    """
    files = tuple(file for path in paths for file in _files_of(path))
    users: list[User] = []
    records: dict[str, list[Any]] = {}
    sources: dict[str, Source] = {}
    for file in files:
        data = plain_yaml.read(file) or {}
        if not isinstance(data, Mapping):
            raise FixtureError("a fixture file maps collections to lists of records", place=str(file))
        for own, entries in data.items():
            _must_be_records(entries, own, file)
            kept, name = entries, named(own)
            if own == "users":
                is_shared = name in collections
                callers = [(at, entry) for at, entry in enumerate(entries) if not is_shared or is_caller(entry)]
                users += _users(callers, file, users)
                kept = [entry for entry in entries if is_shared and not is_caller(entry)]
                if not kept:
                    continue
            if name in sources:
                raise FixtureError(f"{name} stand in {sources[name]} too", place=str(file), fix=_ONE_FILE)
            records[name], sources[name] = kept, file
    return Fixtures(tuple(users), records, sources, files)


def _files_of(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in _FILES)
        if not files:
            raise UsageError("the folder holds no fixture file", place=str(path), fix="add a .yaml or .json file")
        return files
    if not path.exists():
        raise UsageError("no such file", place=str(path), fix="--fixtures names a file or a folder")
    return [path]


def _must_be_records(entries: Any, name: str, file: Path) -> None:
    if not isinstance(entries, list):
        raise FixtureError(f"{name} must be a list of records", place=place_of(file, f"/{name}"))
    for place, record in enumerate(entries):
        if not isinstance(record, Mapping):
            raise FixtureError(f"{name}[{place}] is no record", place=place_of(file, f"/{name}/{place}"))


def _users(callers: list[tuple[int, Any]], file: Path, before: list[User]) -> list[User]:
    users: list[User] = []
    for place, entry in callers:
        located = partial(place_of, file, f"/users/{place}")
        user = read_user(entry, place, located)
        known = {text for other in (*before, *users) for text in other.credentials()}
        if any("~" in text for text in user.credentials()):
            raise FixtureError("a token cannot hold '~': it parts token and world", place=located())
        if not known.isdisjoint(user.credentials()):
            problem = f"users[{place}] has a token that another user has"
            raise FixtureError(problem, place=located(), fix="a token names one user")
        users.append(user)
    return users


def place_of(file: Source | None, pointer: str) -> str:
    """`file:line` of a JSON Pointer into a fixture file; empty for records that came in a request."""
    if file is None:
        return ""
    if isinstance(file, Written):
        return file.place(pointer)
    line = plain_yaml.line_of(file.read_text(encoding="utf-8"), pointer)
    return f"{file}:{line}" if line else str(file)
