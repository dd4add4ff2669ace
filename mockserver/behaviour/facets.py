"""The states that a record can be in: the flags and choices that behaviours change, and the instants that pass.

They make the third dimension of coverage: not only was the operation met, but met with a record in this state.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import force_setattr

from mockserver.behaviour.names import record_schemas
from mockserver.behaviour.runner import EXPIRED, FOREIGN, UNKNOWN
from mockserver.behaviour.vocabulary import Behaviours, Change
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.view import branches, members
from mockserver.state.collection import text_of
from mockserver.state.rules import CollectionRules, passed

MOST = 4
"""How many fields of a collection tell states apart, lest their product grow without end."""
MOST_KNOWN = 1_000
"""How many combinations of states are remembered in words."""
AHEAD, PASSED, NONE = "ahead", "passed", "none"


class Facet(msgspec.Struct, frozen=True):
    """A field that tells states apart: its known values, or whether its instant has passed."""

    field: str
    values: tuple[str, ...]
    instant: bool = False

    def state(self, mark: Any) -> str:
        """The state in words, e.g. `isOpen: true` or `dueAt: passed`."""
        return f"{self.field}: {NONE if mark is ABSENT else text_of(mark)}"

    def states(self) -> tuple[str, ...]:
        """All states that are known in this respect."""
        return tuple(f"{self.field}: {value}" for value in self.values)


class Facets(msgspec.Struct, frozen=True):
    """What tells the states apart of the record that an operation finds."""

    collection: str
    facets: tuple[Facet, ...]
    misses: tuple[str, ...]  #: why none may be found
    fields: tuple[str, ...] = ()
    instants: tuple[int, ...] = ()  #: which of the fields hold instants
    absent: tuple[Any, ...] = ()  #: as many marks of absence as there are fields
    known: dict[Any, tuple[str, ...]] = msgspec.field(default_factory=dict)  #: the states in words, by their marks

    def told(self, found: Any, now: int) -> tuple[str, ...]:
        """The states of a found record, or why none was found."""
        if found is None or type(found) is str:
            return () if found is None else (found,)
        marks = [*map(found.get, self.fields, self.absent)]
        for place in self.instants:
            if marks[place] is not ABSENT:
                marks[place] = PASSED if passed(found, self.fields[place], now) else AHEAD
        key = tuple(marks)
        try:
            return self.known.get(key) or self._remembered(key)
        except TypeError:  # a value that is a list or an object
            return self._said(key)

    def __post_init__(self) -> None:
        force_setattr(self, "fields", tuple(facet.field for facet in self.facets))
        force_setattr(self, "instants", tuple(place for place, facet in enumerate(self.facets) if facet.instant))
        force_setattr(self, "absent", (ABSENT,) * len(self.facets))

    def _remembered(self, marks: tuple[Any, ...]) -> tuple[str, ...]:
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        said = self.known[marks] = self._said(marks)
        return said

    def _said(self, marks: tuple[Any, ...]) -> tuple[str, ...]:
        return tuple([facet.state(mark) for facet, mark in zip(self.facets, marks, strict=True)])


def facets_of(behaviours: Behaviours, contract: Contract) -> dict[str, Facets]:
    """What tells states apart, for each operation that finds a record."""
    schemas = record_schemas(behaviours, contract)
    setting: dict[str, list[Change]] = {}
    for one in behaviours.operations.values():
        if one.find is not None and one.set is not None:
            setting.setdefault(one.find.collection, []).append(one.set)
    known = {
        name: Facets(name, tuple(_facets(rules, setting.get(name, []), schemas[name], contract))[:MOST], _misses(rules))
        for name, rules in behaviours.collections.items()
    }
    operations = behaviours.operations.values()
    return {one.operation: known[one.find.collection] for one in operations if one.find is not None}


def _misses(rules: CollectionRules) -> tuple[str, ...]:
    expires = (EXPIRED,) if rules.expires is not None else ()
    return (UNKNOWN, *expires, *((FOREIGN,) if rules.owner is not None else ()))


def _facets(rules: CollectionRules, setting: list[Change], schemas: list[Any], contract: Contract) -> Iterator[Facet]:
    for field, _ in rules.lapses:
        yield Facet(field, (AHEAD, PASSED, NONE), instant=True)
    declared: dict[str, Any] = {}
    for schema in schemas:
        declared |= members(schema, contract.resolve)
    changed = _changed(rules, setting, frozenset(declared))
    for field, schema in declared.items():
        values = _values(schema, contract) if field in changed else ()
        if values:
            yield Facet(field, values)


def _changed(rules: CollectionRules, setting: list[Change], declared: frozenset[str]) -> frozenset[str]:
    """The fields that behaviours change, or that time does."""
    lapsing = frozenset(name for _, values in rules.lapses for name in values)
    return lapsing.union(*(_set_by(change, declared) for change in setting))


def _set_by(change: Change, declared: frozenset[str]) -> frozenset[str]:
    return declared if change.base is not None else frozenset(name for name, _ in change.fields)


def _values(schema: Any, contract: Contract) -> tuple[str, ...]:
    for part in branches(schema, contract.resolve):
        if part.get("type") == "boolean":
            return ("true", "false")
        if part.get("enum"):
            return tuple(text_of(value) for value in part["enum"])
    return ()
