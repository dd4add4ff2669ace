"""`$dynamicRef` as `$ref`: a schema is copied for each way in which it is reached, if that decides what it means.

A `$dynamicRef` leads to the outermost schema resource on the way that has a `$dynamicAnchor` of its name (JSON Schema
2020-12 core, section 8.2.3.2). The ways are known when the document is read, so whatever reads schemas meets plain
references alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.contract.document import pointers
from mockserver.contract.document.references import COPIES, holds_names, is_data, mappings, with_reference

Anchors = Mapping[str, str]
"""Pointers by the names of dynamic anchors."""


class DynamicReferences:
    """Replaces the dynamic references of a document, whose other references are pointers already."""

    def __init__(self, root: dict[str, Any], resources: Mapping[str, Anchors]) -> None:
        self.root, self.resources = root, resources
        self.name_of = {pointer: name for anchors in resources.values() for name, pointer in anchors.items()}
        self.copies: dict[tuple[str, frozenset[tuple[str, str]]], str] = {}
        self.origins: dict[str, str] = {}  #: pointers of what was copied, by those of the copies
        self.waiting: list[tuple[str, str, Anchors]] = []

    def whole(self) -> dict[str, Any]:
        """The document with the copies that it needs."""
        whole = self.replaced(self.root, "", {}, named=False)
        contents: dict[str, Any] = {}
        while self.waiting:
            name, pointer, anchors = self.waiting.pop()
            contents[name] = self.replaced(self.at(pointer), pointer, anchors, named=False)
        return {**whole, COPIES: contents} if contents else dict(whole)

    def at(self, pointer: str) -> Any:
        """The node at a pointer; a reference may lead nowhere, which is reported elsewhere."""
        try:
            return pointers.follow(self.root, pointers.parts_of(pointer))
        except LookupError:
            return {}

    def replaced(self, node: Any, pointer: str, anchors: Anchors, *, named: bool) -> Any:
        """A copy of a node that is reached with these anchors in its dynamic scope."""
        if isinstance(node, list):
            return [self.replaced(one, pointers.join(pointer, at), anchors, named=False) for at, one in enumerate(node)]
        if not isinstance(node, dict):
            return node
        anchors = {**self.resources.get(pointer, {}), **anchors}
        copy = {
            key: value
            if is_data(key, value, named=named)
            else self.replaced(value, pointers.join(pointer, key), anchors, named=holds_names(key, named=named))
            for key, value in node.items()
        }
        if isinstance(reference := node.get("$ref"), str):
            copy["$ref"] = self.aim(pointers.of_reference(reference), anchors)
        if isinstance(dynamic := node.get("$dynamicRef"), str):
            del copy["$dynamicRef"]
            first = pointers.of_reference(dynamic)
            copy = with_reference(copy, self.aim(anchors.get(self.name_of.get(first, ""), first), anchors))
        return copy

    def aim(self, pointer: str, anchors: Anchors) -> str:
        """The reference to a schema: itself, or its copy for these anchors."""
        reached = {**self.resources.get(self.resource(pointer), {}), **anchors}
        names = self.names(pointer)
        wanted = frozenset((name, reached[name]) for name in names if name in reached)
        static = self.static(pointer)
        if wanted == {(name, static[name]) for name in names if name in static}:
            return f"#{pointer}"
        if (pointer, wanted) not in self.copies:
            last = pointers.parts_of(pointer)[-1] if pointer else "document"
            self.copies[pointer, wanted] = name = f"{last}-{len(self.copies) + 1}"
            self.origins[pointers.join("", COPIES, name)] = pointer
            self.waiting.append((name, pointer, dict(wanted)))
        return "#" + pointers.join("", COPIES, self.copies[pointer, wanted])

    def resource(self, pointer: str) -> str:
        """The pointer of the schema resource around a node."""
        return next(self._around(pointer), "")

    def static(self, pointer: str) -> dict[str, str]:
        """The anchors of the resources around a node: the outer ones come first."""
        anchors: dict[str, str] = {}
        for resource in self._around(pointer):
            anchors |= self.resources[resource]
        return anchors

    def _around(self, pointer: str) -> Iterator[str]:
        while True:
            if pointer in self.resources:
                yield pointer
            if not pointer:
                return
            pointer = pointer.rpartition("/")[0]

    def names(self, pointer: str) -> set[str]:
        """The anchors that decide what a schema means: those of the dynamic references which it leads to."""
        names: set[str] = set()
        seen, waiting = set(), [pointer]
        while waiting:
            start = waiting.pop()
            if start in seen:
                continue
            seen.add(start)
            for _, node in mappings(self.at(start)):
                if isinstance(reference := node.get("$ref"), str):
                    waiting.append(pointers.of_reference(reference))
                if isinstance(dynamic := node.get("$dynamicRef"), str):
                    waiting.append(pointers.of_reference(dynamic))
                    if name := self.name_of.get(pointers.of_reference(dynamic)):
                        names.add(name)
                        waiting += [anchors[name] for anchors in self.resources.values() if name in anchors]
        return names
