"""The Swagger 2.0 document while it is converted, and what is to be told of the conversion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from mockserver.contract.document import pointers
from mockserver.contract.document.place import Place
from mockserver.contract.document.references import EMBEDDED

Written = Callable[[str], str]
"""Where a part stood before it was put in its place: what several places refer to is one part."""


class Original:
    """The document, where the parts of the new one come from, and what 3.0 has no word for."""

    def __init__(self, root: Mapping[str, Any], written: Written = str) -> None:
        self.root, self.written = Place("", root), written
        self.origins: dict[str, str] = {}  #: pointers in the original by pointers in the new document
        self.notes: dict[str, None] = {}

    def moved(self, new: str, old: str) -> None:
        """Keeps where a part of the new document comes from."""
        if new != old:
            self.origins[new] = old

    def note(self, place: Place, sentence: str) -> None:
        """Keeps what people should know of a part."""
        self.notes[f"{place.pointer}: {sentence}"] = None

    def resolved(self, place: Place) -> Place:
        """The place itself, or the one that its `$ref` leads to in the end."""
        seen: set[str] = set()
        while isinstance(place.node, dict) and isinstance(reference := place.node.get("$ref"), str):
            if reference in seen:
                return place
            seen.add(reference)
            place = self.at(pointers.of_reference(reference)) or Place(place.pointer, {})
        written = self.written(place.pointer)
        return place if written == place.pointer else self.at(written) or place

    def at(self, pointer: str) -> Place | None:
        """The place of a pointer; None where there is none."""
        try:
            return Place(pointer, pointers.follow(self.root.node, pointers.parts_of(pointer)))
        except LookupError:
            return None


class Components:
    """The parts of one kind that are referred to: each stands once under `components`, with a name of its own."""

    def __init__(self, original: Original, kind: str, named: Place | None) -> None:
        self.original, self.kind = original, kind
        self.names: dict[str, str] = {}  #: by pointer in the original
        self.places: dict[str, Place] = {}
        self.aliases: dict[str, str] = {}
        for name, place in named.members() if named else ():
            self.add(name, place)

    def add(self, name: str, place: Place) -> None:
        """A part that its author named; a mere reference to another named part stays one."""
        end = self.original.resolved(place)
        if end.pointer in self.names:
            self.aliases[name] = end.pointer
        else:
            self.names[end.pointer], self.places[name] = name, end

    def reference(self, reference: str) -> str:
        """The reference as the new document has it."""
        place = self.original.resolved(Place("", {"$ref": reference}))
        if place.pointer not in self.names:
            self.add(self.free_name(place.pointer), place)
        return self.written(place.pointer)

    def written(self, pointer: str) -> str:
        """The reference to a part that has a name."""
        return "#" + self.place_of(self.names[pointer]).replace("%", "%25")

    def place_of(self, name: str) -> str:
        """The pointer of a component."""
        return pointers.join("", "components", self.kind, name)

    def free_name(self, pointer: str) -> str:
        """The last part of a pointer, or the name of a whole file, with a number where it is taken."""
        parts = pointers.parts_of(pointer)
        stem = PurePosixPath(parts[1]).stem if len(parts) == 2 and parts[0] == EMBEDDED else (parts or ["document"])[-1]
        names = (stem, *(f"{stem}-{number}" for number in range(2, len(self.names) + 3)))
        return next(name for name in names if name not in self.places and name not in self.aliases)

    def contents(self, converted: Callable[[Place, str], Any]) -> dict[str, Any]:
        """All components, also those which the conversion of others refers to."""
        contents: dict[str, Any] = {}
        while len(contents) < len(self.places):
            for name, place in list(self.places.items())[len(contents) :]:
                self.original.moved(self.place_of(name), place.pointer)
                contents[name] = converted(place, self.place_of(name))
        return contents | {name: {"$ref": self.written(pointer)} for name, pointer in self.aliases.items()}
