"""Several documents as one: each stands in a place of its own, its paths below the path that it is served at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mockserver.contract.document import pointers
from mockserver.contract.document.document import METHODS, Document, Part
from mockserver.contract.document.newer import in_newer_words
from mockserver.contract.document.references import EMBEDDED, holds_names, is_data
from mockserver.contract.document.sources import Source
from mockserver.errors import DocumentError

_SCHEMES = "securitySchemes"


@dataclass(frozen=True)
class Joined(Document):
    """Several documents as one. Every place in it is known by the name of its document, and as that has it."""

    @property
    def name(self) -> str:
        """The sources as users call them."""
        return ", ".join(part.document.name for part in self.parts.values())

    @property
    def files(self) -> tuple[Path, ...]:
        """Every local file that was read."""
        return tuple(chain.from_iterable(part.document.files for part in self.parts.values()))

    def at(self, pointer: str) -> Any:
        """The node at a JSON Pointer, also where its author has it; `LookupError` where there is none."""
        try:
            return super().at(pointer)
        except LookupError:
            part, inner = self.inside(pointer)
            if part is None:
                raise
            return part.written.at(inner)

    def as_written(self, pointer: str) -> str:
        """The pointer of a node where its author wrote it, behind the place of its document."""
        moved = super().as_written(pointer)
        part, inner = self.inside(moved)
        return part.place + part.document.as_written(inner) if part is not None else moved

    def sources(self, operation: str) -> frozenset[str]:
        """The pointers of the parts of an operation, where their authors wrote them, if these were moved into it."""
        part, inner = self.inside(super().as_written(operation))
        return frozenset(part.place + one for one in part.document.sources(inner)) if part is not None else frozenset()

    def external(self, pointer: str, reference: str) -> Source:
        """The file that the node at a pointer names, as `externalValue` does."""
        part, inner = self.inside(super().as_written(pointer))
        return part.document.external(inner, reference) if part is not None else super().external(pointer, reference)

    def locate(self, pointer: str) -> str:
        """`file:line` of a node, for people to read; the pointer itself where the line is not known."""
        part, inner = self.inside(super().as_written(pointer))
        return part.document.locate(inner) if part is not None else super().locate(pointer)


@dataclass(frozen=True)
class Names:
    """What the operations and security schemes of each document are called beside those of the others."""

    operations: Mapping[tuple[str, str], str]  #: by document and `operationId`
    schemes: Mapping[tuple[str, str], str]  #: by document and own name


def joined(parts: Iterable[Part], note: Callable[[str], None]) -> Joined:
    """One document of several, each already in the words of OpenAPI 3; `DocumentError` where two declare one path."""
    known = {part.name: part for part in parts}
    version = max(part.document.version for part in known.values())
    names = _names(known.values(), note)
    root = _head(known.values(), version)
    origins: dict[str, str] = {}
    for part in known.values():
        moving = _Moving(part, newer=version != part.document.version == "3.0")
        root[EMBEDDED][part.name] = moving.rest()
        paths, served = part.document.root.get("paths"), root["paths"]
        for template in paths if isinstance(paths, Mapping) else ():
            if template.startswith("/"):
                pointer, item = moving.item(template, names)
                served[part.path + template] = item
                origins[pointers.join("/paths", part.path + template)] = part.place + pointer
        for name, item in _webhooks(part):
            root.setdefault("webhooks", {}).setdefault(name, item)
        for own, scheme in _schemes(part).items():
            name = names.schemes[part.name, own]
            root["components"][_SCHEMES].setdefault(name, moving.moved(scheme))
            origins.setdefault(
                pointers.join("/components", _SCHEMES, name),
                part.place + pointers.join("/components", _SCHEMES, own),
            )
    first = next(iter(known.values())).document
    return Joined(root, first.source, version, origins=origins, access=first.access, parts=known)


def _head(parts: Iterable[Part], version: str) -> dict[str, Any]:
    known = list(parts)
    infos = [info for part in known if isinstance(info := part.document.root.get("info"), Mapping)]
    versions = dict.fromkeys(str(info.get("version", "")) for info in infos)
    declared = [part.document.root.get("servers") for part in known]
    return {
        "openapi": f"{version}.0",
        "info": {"title": ", ".join(part.title for part in known), "version": ", ".join(versions)},
        "servers": [server for servers in declared if isinstance(servers, list) for server in servers],
        "paths": {},
        "components": {_SCHEMES: {}},
        EMBEDDED: {},
    }


def _webhooks(part: Part) -> Iterator[tuple[str, dict[str, str]]]:
    """The webhooks of a document by name, as references to where they are; of two with one name, the first is kept."""
    declared = part.document.root.get("webhooks")
    for name in declared if isinstance(declared, Mapping) else ():
        pointer = pointers.join("", EMBEDDED, part.name, "webhooks", name)
        yield name, {"$ref": f"#{quote(pointer, safe='/~')}"}


class _Moving:
    """Copies the nodes of one document, with every reference as a pointer into the whole."""

    def __init__(self, part: Part, *, newer: bool) -> None:
        self.part, self.document, self.newer = part, part.document, newer

    def rest(self) -> dict[str, Any]:
        """The document without its paths."""
        return {key: self.moved(value) for key, value in self.document.root.items() if key != "paths"}

    def item(self, template: str, names: Names) -> tuple[str, Any]:
        """The pointer of a path item in its document, and a copy whose operations say what the document says for all of
        them."""
        pointer = pointers.join("/paths", template)
        node = self.document.root["paths"][template]
        try:
            pointer, node = self.document.resolved(pointer, node)
        except DocumentError:
            return pointer, self.moved(node)
        item = self.moved(node)
        for operation in _operations(item):
            self.fill(operation, names)
        return pointer, item

    def fill(self, operation: dict[str, Any], names: Names) -> None:
        """Gives an operation the security of its document, and the names that hold for all documents."""
        name = self.part.name
        security = operation.get("security", self.document.root.get("security"))
        if isinstance(security, list):
            operation["security"] = [
                {names.schemes.get((name, own), own): scopes for own, scopes in one.items()}
                for one in security
                if isinstance(one, Mapping)
            ]
        if isinstance(own := operation.get("operationId"), str):
            operation["operationId"] = names.operations.get((name, own), own)

    def moved(self, node: Any, *, data: bool = False, named: bool = False) -> Any:
        """A copy of a node."""
        if isinstance(node, list):
            return [self.moved(item, data=data) for item in node]
        if not isinstance(node, dict):
            return node
        copy = {
            key: self.moved(value, data=data or is_data(key, value, named=named), named=holds_names(key, named=named))
            for key, value in node.items()
        }
        if data:
            return copy
        if isinstance(reference := node.get("$ref"), str):
            copy["$ref"] = self.reference(reference)
        if isinstance(node.get("discriminator"), dict) and isinstance(node["discriminator"].get("mapping"), dict):
            mapping = node["discriminator"]["mapping"].items()
            copy["discriminator"] = {**copy["discriminator"], "mapping": {key: self.aim(aim) for key, aim in mapping}}
        return in_newer_words(copy) if self.newer and not named else copy

    def aim(self, aim: Any) -> Any:
        """A value of a discriminator's mapping: a reference, or the name of a schema."""
        if not isinstance(aim, str):
            return aim
        return self.reference(aim if "#" in aim else f"#{pointers.join('/components/schemas', aim)}")

    def reference(self, reference: str) -> str:
        """A reference of the document as one of the whole."""
        return "#" + placed(self.part, reference)


def placed(part: Part, reference: str) -> str:
    """The pointer in the whole of what a reference of one document names."""
    try:
        pointer = part.document.target(reference)[0]
    except DocumentError:
        pointer = pointers.of_reference(reference)
    if not pointer.startswith("/paths/"):
        return part.place + pointer
    _, _, template, *rest = pointer.split("/")
    path = part.path.replace("~", "~0").replace("/", "~1")
    return "/".join(["", "paths", path + template, *rest])


def _operations(item: Any) -> Iterator[dict[str, Any]]:
    """The operations of a path item."""
    if isinstance(item, dict):
        more = item.get("additionalOperations")
        declared = (*(item.get(method) for method in METHODS), *(more.values() if isinstance(more, dict) else ()))
        yield from (one for one in declared if isinstance(one, dict))


def _schemes(part: Part) -> Mapping[str, Any]:
    components = part.document.root.get("components")
    schemes = components.get(_SCHEMES) if isinstance(components, Mapping) else None
    return schemes if isinstance(schemes, Mapping) else {}


def _names(parts: Iterable[Part], note: Callable[[str], None]) -> Names:
    """Names that several documents have get the document's own in front, unless they mean the same."""
    schemes = {(part.name, own): node for part in parts for own, node in _schemes(part).items()}
    operations = dict.fromkeys((part.name, own) for part in parts for own in _operation_ids(part))
    return Names(
        _apart(operations, note, "operationId"),
        _apart(schemes, note, "security scheme", lambda one, other: schemes[one] == schemes[other]),
    )


def _operation_ids(part: Part) -> Iterator[str]:
    paths = part.document.root.get("paths")
    for item in paths.values() if isinstance(paths, Mapping) else ():
        try:
            found = _operations(part.document.resolve(item))
        except DocumentError:
            continue
        yield from (one["operationId"] for one in found if isinstance(one.get("operationId"), str))


_Own = tuple[str, str]


def _apart(
    owned: Iterable[_Own],
    note: Callable[[str], None],
    kind: str,
    same: Callable[[_Own, _Own], bool] = lambda _one, _other: False,
) -> dict[_Own, str]:
    owners: dict[str, list[_Own]] = {}
    for one in owned:
        owners.setdefault(one[1], []).append(one)
    names = {}
    for name, those in owners.items():
        apart = any(not same(those[0], other) for other in those[1:])
        names.update({one: f"{one[0]}.{name}" if apart else name for one in those})
        if apart:
            note(f"{kind} {name!r} is in several documents: {', '.join(names[one] for one in those)}")
    return names
