"""A node of a document, with its pointer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from mockserver.contract.document import pointers


class Place(msgspec.Struct, frozen=True):
    """A node of the document and its pointer."""

    pointer: str
    node: Any

    def __truediv__(self, part: str | int) -> Place:
        return Place(pointers.join(self.pointer, part), self.node[part])

    def get(self, part: str) -> Place | None:
        """The child of that name, None where it is absent or null."""
        return self / part if isinstance(self.node, Mapping) and self.node.get(part) is not None else None

    def items(self) -> Iterator[Place]:
        """The children of a list."""
        if isinstance(self.node, list):
            yield from (self / index for index in range(len(self.node)))

    def members(self) -> Iterator[tuple[str, Place]]:
        """The children of a mapping by name."""
        if isinstance(self.node, Mapping):
            yield from ((name, self / name) for name in self.node)
