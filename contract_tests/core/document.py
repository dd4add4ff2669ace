"""The document of a contract, read for checking: what it says of itself, and walks through its parts.

Documents are read by `mockserver.contract`; this module, `contract`, `discovery`, `operation`, `outgoing` and `schemas`
import it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from contract_tests.core.answer import names_in
from contract_tests.core.errors import UsageError
from mockserver.contract.contract import Contract as Reader
from mockserver.contract.contract import DocumentError, load_contract
from mockserver.contract.document import pointers
from mockserver.contract.document.document import METHODS, OWN_FOLDER, parsed
from mockserver.contract.document.embedding import Access
from mockserver.contract.document.sources import Source
from mockserver.contract.operations.base_paths import addresses

__all__ = ["METHODS", "OWN_FOLDER", "Access", "Document", "Place", "bundled", "marks", "read_yaml"]


@dataclass(frozen=True)
class Place:
    """A part of the contract: its value, its JSON Pointer, and the assumptions on the way to it."""

    value: Any
    pointer: str = ""
    assumed: tuple[str, ...] = ()


class Document:
    """The document that a contract is read from."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._walked: dict[tuple[int, str, tuple[str, ...], tuple[str, ...]], tuple[Any, Place | None]] = {}

    @classmethod
    def load(cls, source: Path | str, access: Access = OWN_FOLDER) -> Self:
        """Read a document from a file or URL, with all that it refers to; raises `UsageError` with file and line."""
        try:
            return cls(load_contract(source, access))
        except DocumentError as error:
            raise UsageError(str(error)) from None

    @property
    def document(self) -> Mapping[str, Any]:
        """The whole document; every `$ref` in it is local."""
        return self.reader.document.root

    @property
    def as_written(self) -> Mapping[str, Any]:
        """The same in the version of its authors, for readers of their own: a Swagger 2.0 document is not converted."""
        return self.reader.written.root

    @property
    def left_out(self) -> tuple[str, ...]:
        """The invalid parts of the document, each with the operations that can't be checked because of it."""
        return self.reader.left_out

    @property
    def name(self) -> str:
        """The file name of the document."""
        return self.reader.document.name.rpartition("/")[2]

    @property
    def title(self) -> str:
        """The title of the API, or the file name."""
        return str((self.document.get("info") or {}).get("title") or self.name)

    @property
    def version(self) -> str:
        """The version of the document."""
        return str((self.document.get("info") or {}).get("version") or "")

    @property
    def digest(self) -> str:
        """What tells the document from others, whatever they are called, and wherever it is served."""
        parts = {name: part for name, part in self.document.items() if name != "servers"}
        return sha256(json.dumps(parts, default=str).encode("utf-8", "replace")).hexdigest()[:16]

    @property
    def addresses(self) -> tuple[str, ...]:
        """The absolute base URLs that the document names."""
        return addresses(self.document)

    @property
    def base_paths(self) -> tuple[str, ...]:
        """The paths of the servers; none where a server has no path, for then any path may be one of an operation."""
        urls = [str(one.get("url", "")) for one in self.document.get("servers") or () if isinstance(one, Mapping)]
        is_bare = not urls or any(not urlsplit(url).path.strip("/") for url in urls)
        return () if is_bare else self.reader.base_paths

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the document is ignored or repaired, as far as it was used."""
        return self.reader.notes

    def look_up(self, start: Place, *steps: str) -> Place | None:
        """Walk from a place, following `$ref`, collecting `x-assumed`; None when the part is missing."""
        key = id(start.value), start.pointer, start.assumed, steps
        if key not in self._walked:
            self._walked[key] = start.value, self._walk(start, steps)  # with the value, whose id is then no other's
        return self._walked[key][1]

    def _walk(self, start: Place, steps: tuple[str, ...]) -> Place | None:
        place = self._resolved(start)
        for step in steps:
            try:
                value = pointers.follow(place.value, [step])
            except LookupError:
                return None
            place = self._resolved(Place(value, pointers.join(place.pointer, step), place.assumed))
        return place

    def _resolved(self, place: Place) -> Place:
        value, pointer, assumed, seen = place.value, place.pointer, [*place.assumed, *marks(place.value)], set[str]()
        while isinstance(value, Mapping) and isinstance(reference := value.get("$ref"), str) and reference not in seen:
            seen.add(reference)
            pointer, value = self.reader.document.target(reference, pointer)
            assumed += marks(value)
        return Place(value, pointer, tuple(assumed))

    def nearest_assumption(self, schema: Place, way: tuple[str | int, ...]) -> tuple[str, ...]:
        """The assumption nearest to a keyword, on the way to it from a schema."""
        place = self._resolved(schema)
        nearest = place.assumed[-1:]
        for step in way:
            if step == "$ref":  # followed already
                continue
            found = self.look_up(Place(place.value, place.pointer), str(step))
            if found is None:
                break
            nearest, place = found.assumed[-1:] or nearest, found
        return nearest

    def members_in(self, start: Place) -> set[str]:
        """Every name that `properties` declare in a part of the contract, or an example has, however deep."""
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
                resolved = self.reader.resolve(node)
                waiting += [resolved] if resolved is not node else node.values()
                declared = node.get("properties")
                found |= declared.keys() if isinstance(declared, Mapping) else set()
                found.update(names_in([node[name] for name in ("example", "examples") if name in node]))
        return found


def marks(value: Any) -> tuple[str, ...]:
    """The assumption numbers that a part of the contract carries itself."""
    mark = value.get("x-assumed", ()) if isinstance(value, Mapping) else ()
    return (mark,) if isinstance(mark, str) else tuple(mark)


def read_yaml(text: str, name: str) -> Any:
    """The value of a YAML or JSON text; raises `UsageError` with `name` and line."""
    try:
        return parsed(text, Source(name))
    except DocumentError as error:
        raise UsageError(str(error)) from None


def bundled() -> Path:
    """The contract that comes with the package: the wheel's copy, else the clone's."""
    spec = find_spec("contract_tests")
    here = Path(spec.origin).parent if spec and spec.origin else Path(__file__).parent
    for root in (here.parent / "bundled_contract", here.parent):
        candidate = root / "spec" / "openapi.yaml"
        if candidate.is_file():
            return candidate
    raise UsageError("no contract is bundled", fix="give one with --spec FILE")
