"""What files say of behaviours and records: the files of one API, or those of several as one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from mockserver import plain_yaml
from mockserver.contract.contract import Contract, Served, load_contract, load_contracts
from mockserver.contract.document import pointers
from mockserver.contract.document.document import Part
from mockserver.contract.document.embedding import Access
from mockserver.contract.document.sources import Source
from mockserver.errors import BehaviourError
from mockserver.settings import Api, Settings
from mockserver.state.fixtures import Fixtures, read_fixtures, together

Locate = Callable[[str], str]
_BY_NAME: Final = ("periods", "collections")
_BY_OPERATION: Final = ("operations", "echoes", "leads")
_VERBS: Final = ("find", "create", "list", "remove")


def contract_of(settings: Settings, *, strict: bool = False) -> Contract:
    """The contract that the settings name; that of several documents where they name several APIs."""
    access = Access(remote=settings.allow_remote_refs, below=settings.allow_refs_below)
    if not settings.apis:
        return load_contract(settings.spec, access, strict=strict)
    names = names_of(settings.apis)
    sources = [Served(api.spec, name, api.path) for api, name in zip(settings.apis, names, strict=True)]
    return load_contracts(sources, access, strict=strict)


def names_of(apis: Sequence[Api]) -> list[str]:
    """What several APIs are called: by the path of each, else by its file; each differently."""
    names: list[str] = []
    for api in apis:
        name = _plain(api.path) or _plain(Path(api.spec).name.partition(".")[0]) or "api"
        count = sum(re.fullmatch(rf"{re.escape(name)}(-\d+)?", other) is not None for other in names)
        names.append(f"{name}-{count + 1}" if count else name)
    return names


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")


class Described(msgspec.Struct, frozen=True):
    """Behaviours that files declare, as data."""

    data: Mapping[str, Any]
    locate: Locate  #: from a pointer into the data to a file and a line
    operations: frozenset[str] = frozenset()  #: the operations of the APIs that have a file
    folder: Callable[[str], Path | None] = lambda _: None  #: by operation, where modules are looked for first
    files: tuple[Path, ...] = ()
    whole: bool = False  #: whether there is a file for each API, so that nothing has to be inferred


def described_by(settings: Settings, contract: Contract) -> Described:
    """What the files say that the settings name, in the names of the contract. Raises BehaviourError."""
    if settings.behaviours is not None:
        file = settings.behaviours
        every = frozenset(contract.operations)
        return Described(plain_yaml.read(file), locator(file), every, lambda _: file.parent, (file,), whole=True)
    files = {name: api.behaviours for name, api in _named(settings) if api.behaviours is not None}
    return _Merging(contract).of(files) if files else Described({}, str)


def with_inferred(described: Described, inferred: Mapping[str, Any]) -> dict[str, Any]:
    """What files say, and what was inferred for the other APIs. Raises BehaviourError."""
    whole = {section: dict(entries) for section, entries in inferred.items()}
    for section, entries in described.data.items():
        known = whole.setdefault(section, {})
        if section == "collections" and (both := known.keys() & entries.keys()):
            place = described.locate(pointers.join("", section, min(both)))
            problem = f"collection {min(both)!r} has the name of one that another API has"
            raise BehaviourError(problem, place=place, fix="give it another name in this file")
        known.update(entries)
    return whole


def fixtures_of(settings: Settings, contract: Contract, data: Any) -> Fixtures:
    """The fixtures that the settings name; those of one of several APIs use the names that its collections have alone.

    Raises UsageError or FixtureError.
    """
    collections = data.get("collections") if isinstance(data, Mapping) else None
    known = frozenset(collections) if isinstance(collections, Mapping) else frozenset()
    parts = [read_fixtures(settings.fixtures, known)]
    for name, api in _named(settings):
        used = _used(data, contract.owned.get(name, {}).values())
        parts.append(read_fixtures(api.fixtures, known, _naming(used)))
    return together(parts) if len(parts) > 1 else parts[0]


def _named(settings: Settings) -> Iterator[tuple[str, Api]]:
    return zip(names_of(settings.apis), settings.apis, strict=True)


def _used(data: Any, operations: Iterable[str]) -> frozenset[str]:
    """The collections that operations use."""
    declared = data.get("operations") if isinstance(data, Mapping) else None
    known = declared if isinstance(declared, Mapping) else {}
    behaviours = (one for name in operations if isinstance(one := known.get(name), Mapping))
    queries = (query for one in behaviours for verb in _VERBS if isinstance(query := one.get(verb), Mapping))
    return frozenset(name for query in queries for name in query)


def _naming(used: frozenset[str]) -> Callable[[str], str]:
    """What a collection is called whose API calls it by a name: paths in front of it tell equal ones apart."""

    def named(name: str) -> str:
        longer = [one for one in used if one.endswith(f"_{name}")]
        return longer[0] if name not in used and len(longer) == 1 else name

    return named


class _Merging:
    """The behaviours files of several APIs as one, in the names of their contract."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.data: dict[str, dict[str, Any]] = {}
        self.places: dict[str, tuple[Path, str]] = {}  #: file and pointer there, by the pointer of each entry

    def of(self, files: Mapping[str, Path]) -> Described:
        for name, file in files.items():
            self.add(self.contract.parts[name], file)
        described = {one: file.parent for name, file in files.items() for one in self.contract.owned[name].values()}
        whole = len(files) == len(self.contract.owned)
        operations = frozenset(described)
        return Described(self.data, self.locate, operations, described.get, tuple(files.values()), whole=whole)

    def add(self, part: Part, file: Path) -> None:
        data = plain_yaml.read(file) or {}
        if not isinstance(data, Mapping):
            raise BehaviourError("a behaviours file is a mapping", place=str(file))
        names = self.contract.owned[part.name]
        for section, entries in data.items():
            if section not in (*_BY_NAME, *_BY_OPERATION) or not isinstance(entries, Mapping):
                self.data[section], self.places[f"/{section}"] = entries, (file, f"/{section}")
                continue
            for name, entry in entries.items():
                known = names.get(name, name) if section in _BY_OPERATION else name
                self.enter(section, known, _moved(part, entry) if section == "collections" else entry, file, name)

    def enter(self, section: str, name: str, entry: Any, file: Path, own: str) -> None:
        pointer = pointers.join("", section, name)
        section_data = self.data.setdefault(section, {})
        if name in section_data and section_data[name] != entry:
            problem = f"{section[:-1]} {name!r} stands in {self.locate(pointer)} too"
            place = locator(file)(pointers.join("", section, own))
            raise BehaviourError(problem, place=place, fix="give it another name in one of the files")
        section_data[name] = entry
        self.places[pointer] = file, pointers.join("", section, own)

    def locate(self, pointer: str) -> str:
        """The file and the line of a pointer into the merged data."""
        outer = "/".join(pointer.split("/")[:3])
        outer = outer if outer in self.places else "/".join(pointer.split("/")[:2])
        if outer not in self.places:
            return f"behaviours, {pointer}"
        file, own = self.places[outer]
        return locator(file)(own + pointer[len(outer) :])


def _moved(part: Part, rules: Any) -> Any:
    """The rules of a collection, with the place of its schema in the whole contract."""
    schema = rules.get("schema") if isinstance(rules, Mapping) else None
    if not isinstance(schema, str | list):
        return rules
    from mockserver.contract.document.joined import placed

    known = [f"#{placed(part, one)}" if isinstance(one, str) else one for one in _listed(schema)]
    return {**rules, "schema": known if isinstance(schema, list) else known[0]}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def locator(path: Path) -> Locate:
    """What finds the line of a pointer into a file."""
    name = Source.of(path).name

    def locate(pointer: str) -> str:
        line = plain_yaml.line_of(path.read_text(encoding="utf-8"), pointer)
        return f"{name}:{line}" if line else name

    return locate
