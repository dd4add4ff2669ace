"""The states that a record can be in: the flags and choices that behaviours change, and the instants that pass.

They are the third dimension of coverage: which operations were called with a record in which state.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import force_setattr

from mockserver.behaviour.names import record_schemas
from mockserver.behaviour.run import EXPIRED, FOREIGN, UNKNOWN
from mockserver.behaviour.vocabulary import Behaviours, Change
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.view import branches, members
from mockserver.state.collection import text_of
from mockserver.state.rules import CollectionRules, passed

MOST = 4
"""How many fields of a collection define its states: the number of states is their product."""
MOST_KNOWN = 1_000
"""How many combinations of states are cached as text."""
AHEAD, PASSED, NONE = "ahead", "passed", "none"


class Facet(msgspec.Struct, frozen=True):
    """A field that defines states: by its known values, or by whether its instant has passed."""

    field: str
    values: tuple[str, ...]
    instant: bool = False

    def state(self, mark: Any) -> str:
        """The state in words, e.g. `isOpen: true` or `dueAt: passed`."""
        return f"{self.field}: {NONE if mark is ABSENT else text_of(mark)}"

    def states(self) -> tuple[str, ...]:
        """All known states of this field."""
        return tuple(f"{self.field}: {value}" for value in self.values)


class Facets(msgspec.Struct, frozen=True):
    """The states of the record that an operation finds, and the reasons why it may find none."""

    collection: str
    facets: tuple[Facet, ...]
    misses: tuple[str, ...]  #: why there may be no such record
    fields: tuple[str, ...] = ()
    instants: tuple[int, ...] = ()  #: which of the fields hold instants
    known: dict[Any, tuple[str, ...]] = msgspec.field(default_factory=dict)  #: the states in words, by their marks

    def states_of(self, record: Any, now: int) -> tuple[str, ...]:
        """The states of a record; `record` may be the reason why there is none, or None."""
        if record is None or type(record) is str:
            return () if record is None else (record,)
        marks = []
        for field in self.fields:
            marks.append(record.get(field, ABSENT))  # noqa: PERF401 - one call less for each journaled request
        for place in self.instants:
            if marks[place] is not ABSENT:
                marks[place] = PASSED if passed(record, self.fields[place], now) else AHEAD
        key = tuple(marks)
        try:
            return self.known.get(key) or self._remembered(key)
        except TypeError:  # a value that is a list or an object
            return self._in_words(key)

    def __post_init__(self) -> None:
        force_setattr(self, "fields", tuple(facet.field for facet in self.facets))
        force_setattr(self, "instants", tuple(place for place, facet in enumerate(self.facets) if facet.instant))

    def _remembered(self, marks: tuple[Any, ...]) -> tuple[str, ...]:
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        states = self.known[marks] = self._in_words(marks)
        return states

    def _in_words(self, marks: tuple[Any, ...]) -> tuple[str, ...]:
        return tuple([facet.state(mark) for facet, mark in zip(self.facets, marks, strict=True)])


def facets_of(behaviours: Behaviours, contract: Contract) -> dict[str, Facets]:
    """The states by operation, for each operation that finds a record."""
    schemas = record_schemas(behaviours, contract)
    setting: dict[str, list[Change]] = {}
    for behaviour in behaviours.operations.values():
        if behaviour.find is not None and behaviour.set is not None:
            setting.setdefault(behaviour.find.collection, []).append(behaviour.set)
    known = {
        name: Facets(name, tuple(_facets(rules, setting.get(name, []), schemas[name], contract))[:MOST], _misses(rules))
        for name, rules in behaviours.collections.items()
    }
    operations = behaviours.operations.values()
    return {
        behaviour.operation: known[behaviour.find.collection] for behaviour in operations if behaviour.find is not None
    }


def _misses(rules: CollectionRules) -> tuple[str, ...]:
    expires = (EXPIRED,) if rules.expires is not None else ()
    return (UNKNOWN, *expires, *((FOREIGN,) if rules.owner is not None else ()))


def _facets(rules: CollectionRules, setting: list[Change], schemas: list[Any], contract: Contract) -> Iterator[Facet]:
    for field, _ in rules.lapses:
        yield Facet(field, (AHEAD, PASSED, NONE), instant=True)
    declared: dict[str, Any] = {}
    for schema in schemas:
        declared |= members(schema, contract.view)
    changed = _changed(rules, setting, frozenset(declared))
    for field, schema in declared.items():
        values = _values(schema, contract) if field in changed else ()
        if values:
            yield Facet(field, values)


def _changed(rules: CollectionRules, setting: list[Change], declared: frozenset[str]) -> frozenset[str]:
    """The fields that change by behaviours or with time."""
    lapsing = frozenset(name for _, values in rules.lapses for name in values)
    lapsing |= {one.field for one in rules.becomes}
    return lapsing.union(*(_set_by(change, declared) for change in setting))


def _set_by(change: Change, declared: frozenset[str]) -> frozenset[str]:
    return declared if change.base is not None else frozenset(name for name, _ in change.fields)


def _values(schema: Any, contract: Contract) -> tuple[str, ...]:
    for part in branches(schema, contract.view):
        if part.get("type") == "boolean":
            return ("true", "false")
        if part.get("enum"):
            return tuple(text_of(value) for value in part["enum"])
    return ()
