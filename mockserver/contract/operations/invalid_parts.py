"""The operations that need a part of the document which is invalid: these alone are left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mockserver.contract.document import references
from mockserver.contract.document.document import Document
from mockserver.contract.document.place import Place
from mockserver.errors import DocumentError

_NAMED: Final = 3
"""Operations that a note names."""


class InvalidParts:
    """What is wrong with parts of a document, by their pointers as they were written, and which operations it costs."""

    def __init__(self, document: Document, problems: Mapping[str, str]) -> None:
        self.document = document
        self.problems = dict(problems)
        self.costs: dict[str, list[str]] = {pointer: [] for pointer in problems}
        self._aims: dict[str, frozenset[str]] = {}

    def cost(self, name: str, pointer: str, problem: str = "") -> None:
        """Leaves an operation or path out, for what is wrong at a pointer."""
        self.problems.setdefault(pointer, problem)
        self.costs.setdefault(pointer, []).append(name)

    def needed_by(self, *places: Place | None) -> str | None:
        """The first invalid part that something in these places is, holds or refers to."""
        if not self.problems:
            return None
        seen: set[str] = set()
        waiting = [place for place in places if place is not None]
        while waiting:
            place = waiting.pop()
            written = {self.document.as_written(place.pointer), *self.document.sources(place.pointer)}
            found = next((one for one in self.problems if any(_touch(one, other) for other in written)), None)
            if found is not None:
                return found
            for aim in self._referred(place) - seen:
                seen.add(aim)
                waiting.append(Place(aim, self.document.at(aim)))
        return None

    def within(self, place: Place) -> str | None:
        """The invalid part that a place itself is or lies in."""
        written = self.document.as_written(place.pointer)
        return next((one for one in self.problems if written == one or written.startswith(f"{one}/")), None)

    def _referred(self, place: Place) -> frozenset[str]:
        known = self._aims.get(place.pointer)
        if known is None:
            known = self._aims[place.pointer] = frozenset(self._followed(place.node))
        return known

    def _followed(self, node: Any) -> Iterator[str]:
        for _, reference in references.all_in(node):
            try:
                yield self.document.target(reference)[0]
            except DocumentError:
                continue

    def notes(self) -> Iterator[str]:
        """What is wrong with each part, and what it costs."""
        for pointer, names in self.costs.items():
            problem = self.problems[pointer]
            yield f"{problem}: {_listed(names)} left out" if names else f"{problem}: no operation needs it"


def _touch(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _listed(names: Iterable[str]) -> str:
    first = list(names)
    more = f" and {len(first) - _NAMED} more" if len(first) > _NAMED else ""
    return f"{', '.join(first[:_NAMED])}{more} {'is' if len(first) == 1 else 'are'}"
