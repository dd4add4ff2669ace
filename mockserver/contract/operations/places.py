"""Nodes of a document with their pointers, `$ref` followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from mockserver.contract.document import pointers
from mockserver.contract.document.document import Document
from mockserver.errors import DocumentError

T = TypeVar("T")


class Place(msgspec.Struct, frozen=True):
    """A node of the document and its pointer."""

    pointer: str
    node: Any

    def __truediv__(self, part: str | int) -> Place:
        return Place(pointers.join(self.pointer, part), self.node[part])

    def get(self, part: str) -> Place | None:
        """The child of that name, None where it is absent or null."""
        return self / part if isinstance(self.node, Mapping) and self.node.get(part) is not None else None


class Places:
    """Goes through the nodes of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.shared: dict[tuple[str, str], Any] = {}

    def once(self, place: Place, key: str, read: Callable[[Place], T]) -> T:
        """What stands at a place, or at the end of its `$ref`; a component is read once."""
        if not isinstance(place.node, Mapping) or "$ref" not in place.node:
            return read(self.resolved(place))
        known = key, str(place.node["$ref"])
        if known not in self.shared:
            self.shared[known] = read(self.resolved(place))
        value: T = self.shared[known]
        return value

    def resolved(self, place: Place) -> Place:
        """The place of an object: itself, or the one that its `$ref` leads to."""
        target = Place(*self.document.resolved(place.pointer, place.node))
        if not isinstance(target.node, Mapping):
            raise DocumentError(f"{target.pointer} must be an object", place=self.document.locate(target.pointer))
        return target

    def items(self, place: Place | None) -> Iterator[Place]:
        """The children of a list."""
        if place and isinstance(place.node, list):
            yield from (place / index for index in range(len(place.node)))

    def named(self, place: Place | None) -> Iterator[tuple[str, Place]]:
        """All children of a mapping whose names are not the document's own: a header may be called `x-total`."""
        if place and isinstance(place.node, Mapping):
            yield from ((name, place / name) for name, node in place.node.items() if isinstance(node, Mapping))

    def entries(self, place: Place | None) -> Iterator[tuple[str, Place]]:
        """The children of a mapping, but for extensions."""
        if place and isinstance(place.node, Mapping):
            yield from ((name, place / name) for name in place.node if not name.startswith("x-"))
