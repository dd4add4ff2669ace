"""The contract as the judge reads it: operations, what each answer must look like, and what is only assumed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from contract_tests.core.errors import UsageError

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Operation:
    """One operation: `path` is the template; `definition` the resolved Operation Object; `pointer` its place."""

    id: str
    method: str
    path: str
    definition: Mapping[str, Any] = field(repr=False)
    pointer: tuple[str, ...] = field(repr=False, default=())
    secured: bool = True

    @property
    def label(self) -> str:
        """`METHOD /path`, as people call it."""
        return f"{self.method} {self.path}"

    @property
    def is_write(self) -> bool:
        """Whether the method may change something."""
        return self.method not in SAFE_METHODS

    @property
    def acts_on_everything(self) -> bool:
        """Whether it is a write that names no record: neither in its path nor in a body."""
        return self.is_write and not self.path_names and "requestBody" not in self.definition

    @cached_property
    def path_names(self) -> tuple[str, ...]:
        """Names of the path parameters, in order."""
        return tuple(re.findall(r"{([^}]+)}", self.path))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the raw paths of this operation; each group is a path parameter."""
        parts = re.split(r"{[^}]+}", self.path)
        return re.compile("([^/]+)".join(map(re.escape, parts)) + r"\Z")

    @property
    def statuses(self) -> tuple[str, ...]:
        """The documented statuses, as written (`200`, `4XX`, `default`)."""
        return tuple(str(status) for status in self.definition.get("responses", {}))


@dataclass(frozen=True)
class Place:
    """A part of the contract: its value, its pointer, and the assumptions met on the way to it."""

    value: Any
    pointer: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


class Contract:
    """An OpenAPI 3 document, read for judging."""

    def __init__(self, document: Mapping[str, Any], source: Path) -> None:
        self.document, self.source = document, source
        if not str(document.get("openapi", "")).startswith("3."):
            raise UsageError(f"{source}: this is no OpenAPI 3 document", fix="give one with --spec")
        self.operations = tuple(self._read_operations())

    @classmethod
    def load(cls, source: Path) -> Contract:
        """Read a YAML or JSON document; raises `UsageError` with file and line."""
        try:
            document = yaml.load(source.read_text(encoding="utf-8"), Loader=PlainLoader)  # noqa: S506 - a safe loader
        except OSError as error:
            raise UsageError(f"{source}: {error.strerror}", fix="check --spec") from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise UsageError(f"{source}: {' '.join(str(error).split())}") from None
        if not isinstance(document, dict):
            raise UsageError(f"{source}: this is no OpenAPI document")
        return cls(document, source)

    def operation(self, operation_id: str) -> Operation:
        """The operation of that id; raises `KeyError`."""
        return self._by_id[operation_id]

    def has(self, *operation_ids: str) -> bool:
        """Whether the contract has all these operations."""
        return all(name in self._by_id for name in operation_ids)

    def match(self, method: str, path: str) -> tuple[Operation, tuple[str, ...]] | None:
        """The operation that a raw path belongs to, literal paths first, and its decoded path values."""
        for operation in self._literal_first:
            if operation.method == method and (found := operation.pattern.match(path)):
                return operation, tuple(map(unquote, found.groups()))
        return None

    def methods_of(self, path: str) -> frozenset[str]:
        """The documented methods of a path template."""
        return frozenset(operation.method for operation in self.operations if operation.path == path)

    def look_up(self, start: Place, *steps: str) -> Place | None:
        """Walk from a place, following `$ref`, gathering `x-assumed`; None when there is no such part."""
        place = self._resolved(start)
        for step in steps:
            if not isinstance(place.value, Mapping) or step not in place.value:
                return None
            place = self._resolved(Place(place.value[step], (*place.pointer, step), place.assumed))
        return place

    def members_in(self, start: Place) -> set[str]:
        """Every name that `properties` declare in a part of the contract, however deep."""
        found: set[str] = set()
        seen: set[int] = set()
        waiting = [start.value]
        while waiting:
            node = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, list):
                waiting += node
            elif isinstance(node, Mapping):
                resolved = self._resolved(Place(node)).value
                waiting += [resolved] if resolved is not node else node.values()
                declared = node.get("properties")
                found |= declared.keys() if isinstance(declared, Mapping) else set()
        return found

    def response(self, operation: Operation, status: int) -> Place | None:
        """What the contract says of an answer with that status: exact, then range, then default."""
        here = Place(operation.definition, operation.pointer)
        for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if (place := self.look_up(here, "responses", key)) is not None:
                return place
        return None

    def _read_operations(self) -> Iterator[Operation]:
        for path in self.document.get("paths", {}):
            item = self.look_up(Place(self.document), "paths", path)
            assert item is not None  # noqa: S101 - the key was just read
            for method in METHODS:
                if method in item.value:
                    yield self._read_operation(path, method, item)

    def _read_operation(self, path: str, method: str, item: Place) -> Operation:
        definition = dict(item.value[method])
        shared = item.value.get("parameters", [])
        definition["parameters"] = [
            self._resolved(Place(p)).value for p in [*shared, *definition.get("parameters", [])]
        ]
        definition["responses"] = {str(key): value for key, value in definition.get("responses", {}).items()}
        name = definition.get("operationId") or f"{method.upper()} {path}"
        security = definition.get("security", self.document.get("security", []))
        secured = bool(security) and {} not in security
        return Operation(name, method.upper(), path, definition, (*item.pointer, method), secured)

    def _resolved(self, place: Place) -> Place:
        seen = 0
        while isinstance(place.value, Mapping) and isinstance(place.value.get("$ref"), str) and seen < 50:
            reference = place.value["$ref"]
            found = self._pointed(reference)
            place = Place(found, tuple(reference.lstrip("#/").split("/")), place.assumed)
            seen += 1
        return Place(place.value, place.pointer, (*place.assumed, *marks(place.value)))

    def _pointed(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            raise UsageError(
                f"{self.source}: $ref {reference!r} leads out of the document", fix="bundle it into one file"
            )
        value: Any = self.document
        for step in reference[2:].split("/"):
            try:
                value = value[unquote(step).replace("~1", "/").replace("~0", "~")]
            except (KeyError, TypeError):
                raise UsageError(f"{self.source}: $ref {reference!r} leads nowhere") from None
        return value

    @cached_property
    def key_headers(self) -> tuple[str, ...]:
        """Headers in which the contract's security schemes want a key."""
        schemes = self.look_up(Place(self.document), "components", "securitySchemes")
        found = [self.look_up(schemes, name) for name in schemes.value] if schemes else []
        return tuple(
            str(one.value["name"])
            for one in found
            if one and one.value.get("type") == "apiKey" and one.value.get("in") == "header"
        )

    @cached_property
    def _by_id(self) -> dict[str, Operation]:
        return {operation.id: operation for operation in self.operations}

    @cached_property
    def _literal_first(self) -> tuple[Operation, ...]:
        return tuple(
            sorted(self.operations, key=lambda operation: [part.startswith("{") for part in operation.path.split("/")])
        )


def marks(value: Any) -> tuple[str, ...]:
    """The assumption numbers that a part of the contract carries itself."""
    mark = value.get("x-assumed", ()) if isinstance(value, Mapping) else ()
    return (mark,) if isinstance(mark, str) else tuple(mark)


def bundled() -> Path:
    """The contract that comes with the judge: the wheel's copy, else the clone's."""
    spec = find_spec("contract_tests")
    here = Path(spec.origin).parent if spec and spec.origin else Path(__file__).parent
    for root in (here.parent / "bundled_contract", here.parent):
        candidate = root / "spec" / "openapi.yaml"
        if candidate.is_file():
            return candidate
    raise UsageError("no contract is bundled", fix="give one with --spec FILE")


class PlainLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that leaves times as the text they are; libyaml's where there is one, which is ten times faster."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
