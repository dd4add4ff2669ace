"""Nodes of a document with their pointers, `$ref` followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from mockserver.contract.document.document import Document
from mockserver.contract.document.place import Place
from mockserver.errors import DocumentError

T = TypeVar("T")


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
        yield from place.items() if place else ()

    def named(self, place: Place | None) -> Iterator[tuple[str, Place]]:
        """All children of a mapping whose names are not the document's own: a header may be called `x-total`."""
        members = place.members() if place else ()
        yield from ((name, child) for name, child in members if isinstance(child.node, Mapping))

    def entries(self, place: Place | None) -> Iterator[tuple[str, Place]]:
        """The children of a mapping, but for extensions."""
        members = place.members() if place else ()
        yield from ((name, child) for name, child in members if not name.startswith("x-"))
