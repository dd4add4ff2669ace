"""What the filters of a list promise: which records have the value that was asked for, and which must not be listed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from contract_tests.core.model import Query, dig, root, split
from contract_tests.core.operation import Operation
from contract_tests.suites.records.comparing import instant, same

EQUAL: Final = "is"
BOUNDS: Final = {"min": "at least", "max": "at most", "above": "above", "below": "below"}
MET: Final = re.compile(r"min|max|[gl]te|least|most|inclusive|or equal|>=|<=", re.IGNORECASE)
"""Words by which a bound is met by a value that equals it."""

EXACT: Final = re.compile(r"exact|equal|\b(this|that|the given|the same|whose|identical)\b", re.IGNORECASE)
"""Words by which a filter has a value as a whole."""

PART: Final = re.compile(r"part|contain|prefix|start|begin|search|like|substring", re.IGNORECASE)
"""Words by which it may have a piece of a value."""

EVERYTHING: Final = "*"  #: the field of a search in all texts of a record
LENGTH_OF_A_DAY: Final = 10
ROOM: Final = 60  # characters of a value in a query


@dataclass(frozen=True)
class Filter:
    """A query parameter that chooses records by one of their fields, and the test that it makes."""

    parameter: str
    field: str
    test: str
    said: str = ""  #: the parameter's name and what the contract says of it

    @property
    def words(self) -> str:
        """The test in words."""
        return {EQUAL: "is", "among": "is", "contains": "contains", "not": "is not", **BOUNDS}.get(self.test, self.test)

    @property
    def is_exact(self) -> bool:
        """Whether the contract says that it chooses records by the whole value."""
        return self.test == EQUAL and bool(EXACT.search(self.said)) and not PART.search(self.said)

    def of(self, record: Mapping[str, Any]) -> Any:
        """What a record has in the field."""
        return dig(record, split(self.field))

    def chooses(self, record: Mapping[str, Any], value: Any) -> bool | None:
        """Whether a record belongs in the list; None where it can't be told."""
        held = self.of(record)
        if held is None:
            return None
        if self.test in BOUNDS:
            return self._is_within(held, value)
        if self.test == "contains":
            return value.casefold() in held.casefold() if is_plain_text(held) and isinstance(value, str) else None
        pairs = [(one, item) for one in as_list(value) for item in as_list(held)]
        is_met = any(is_equal(one, item) for one, item in pairs)
        if not is_met and any(str(one).casefold() == str(item).casefold() for one, item in pairs):
            return None
        return is_met != (self.test == "not")

    def _is_within(self, held: Any, value: Any) -> bool | None:
        mine, bound = rank(held), rank(value)
        if mine is None or bound is None or mine[0] != bound[0]:
            return None
        if mine == bound:
            return True if self.test in {"min", "max"} and MET.search(self.said) else None
        return (mine > bound) == (self.test in {"min", "above"})


def filters_of(operation: Operation, query: Query | None) -> Iterator[Filter]:
    """The filters of a list that a query parameter stands for, but for the search in all texts."""
    if query is None:
        return
    tests = [(field, {EQUAL: expression}) for field, expression in query.filters.items()]
    for field, conditions in [*tests, *query.conditions.items()]:
        for test, expression in conditions.items():
            place, name = root(expression)
            if place == "query" and field != EVERYTHING and test in {EQUAL, "among", "contains", "not", *BOUNDS}:
                yield Filter(name, field, test, said_of(operation, name))


def searches_of(operation: Operation, query: Query | None) -> Iterator[Filter]:
    """The search in all texts of a record, where the list has one."""
    for test, expression in (query.conditions.get(EVERYTHING, {}) if query else {}).items():
        place, name = root(expression)
        if test == "contains" and place == "query":
            yield Filter(name, EVERYTHING, test, said_of(operation, name))


def said_of(operation: Operation, name: str) -> str:
    """The name of a query parameter, and its description."""
    found = next((one for one in operation.parameters if one.name == name and one.location == "query"), None)
    return f"{name} {found.raw.get('description', '') if found else ''}"


def values_to_ask(chosen: Filter, records: list[Mapping[str, Any]]) -> list[Any]:
    """Values of the records that fit into a query; of a bound, those in the middle first, which divide the records."""
    items = [item for record in records for item in as_list(chosen.of(record)) if is_filter(item)]
    found = list({repr(item): item for item in items if "," not in str(item)}.values())
    if chosen.test not in BOUNDS:
        return found
    ranked = sorted((place, one) for one in found if (place := rank(one)) is not None)
    middle = len(ranked) // 2
    return [one for _, one in (*ranked[middle:], *ranked[:middle])]


def as_list(value: Any) -> list[Any]:
    """The items of a list, else the value alone."""
    return value if isinstance(value, list) else [value]


def is_equal(one: Any, other: Any) -> bool:
    """Whether a value is that of a query, where all are texts."""
    return same(other, one) or same(str(other), str(one))


def is_filter(value: Any) -> bool:
    """Whether a value can stand in a query as it is."""
    return isinstance(value, bool | int | float) or (
        isinstance(value, str) and bool(value.strip()) and len(value) < ROOM
    )


def is_plain_text(value: Any) -> bool:
    """Whether a value is a text that means no instant."""
    return isinstance(value, str) and instant(value) is None


def rank(value: Any) -> tuple[str, float] | None:
    """Where a number, a day or an instant stands among others of its kind."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return "number", float(value)
    if isinstance(value, str) and (moment := instant(value)) is not None:
        return "instant", moment.timestamp()
    try:
        is_day = isinstance(value, str) and len(value) == LENGTH_OF_A_DAY
        return ("day", float(date.fromisoformat(value).toordinal())) if is_day else None
    except ValueError:
        return None
