"""What a list may ask of its records beyond equality: bounds, a part of a text, one of several values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from mockserver.behaviour.selecting import matching, selecting
from mockserver.behaviour.values import MISSING, Scope, Value
from mockserver.clock import parse_instant
from mockserver.contract.schemas.times import milliseconds
from mockserver.state.collection import Record, text_of, values_at

ANYWHERE: Final = "*"
"""Stands for every text of a record."""
_NAMING: Final = ("id", "uid", "uuid", "guid", "gid", "sid", "key", "code", "name", "slug", "login", "username",
                  "title", "label", "value", "email")  # fmt: skip
"""Members by whose value an object is known: `label=bug` finds the record with a label of that name."""
_NUMBER: Final = re.compile(r"[-+]?\d+(\.\d+)?")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d([Tt ].*)?")
_BOUNDS: Final = {
    "gt": "above", "gte": "min", "ge": "min", "from": "min", "since": "min", "after": "above", "min": "min",
    "lt": "below", "lte": "max", "le": "max", "to": "max", "until": "max", "before": "below", "max": "max",
    "eq": "is", "start": "min", "end": "max",
}  # fmt: skip


Meant = Callable[[str, Any], Any]
"""The value that a client means, by the field with which it is compared."""


class Condition(msgspec.Struct, frozen=True):
    """A test of one field; a value in `unless`, and one that is missing, lets every record pass."""

    field: str
    word: str
    value: Value
    unless: frozenset[str] = frozenset()

    def test(self, scope: Scope, meant: Meant | None = None) -> Callable[[Record], bool] | None:
        """The test with the value of this request, or what it means; None where it lets every record pass."""
        wanted = self.value.evaluate(scope)
        wanted = wanted if meant is None else meant(self.field, wanted)
        if wanted is MISSING or wanted is None or (not isinstance(wanted, Mapping) and self._is_free(wanted)):
            return None
        make = _MAKERS[self.word](wanted)
        if make is None:
            return None
        if self.field == ANYWHERE:
            return lambda record: make(_texts_in(record) if self.word == "contains" else [record])
        path = self.field.split(".")
        return lambda record: make(values_at(record, path))

    def _is_free(self, wanted: Any) -> bool:
        return any(text_of(one) in self.unless for one in (wanted if isinstance(wanted, list) else [wanted]))


Test = Callable[[Iterable[Any]], bool]


def _equal(wanted: Any) -> Test:
    texts = {text_of(value).casefold() for value in (wanted if isinstance(wanted, list) else [wanted])}
    return lambda values: any(text.casefold() in texts for value in values for text in _names_of(value))


def _other(wanted: Any) -> Test:
    equal = _equal(wanted)
    return lambda values: not equal(values)


def _among(wanted: Any) -> Test:
    """One of the values of a list, or of a text in which commas separate them."""
    values = wanted if isinstance(wanted, list) else [wanted]
    parts = [part.strip() for value in values if isinstance(value, str) for part in value.split(",")]
    return _equal([*values, *parts])


def _containing(wanted: Any) -> Test:
    """Every word of the value, wherever it stands and however it is written."""
    words = text_of(wanted).strip("%*").casefold().split()

    def test(values: Iterable[Any]) -> bool:
        text = "\n".join(text_of(value) for value in values).casefold()
        return all(word in text for word in words)

    return test


def _bound(compare: Callable[[Any, Any], bool]) -> Callable[[Any], Test | None]:
    def make(wanted: Any) -> Test | None:
        limit = measure(wanted)
        if limit is None:
            return None
        return lambda values: any(own is not None and compare(*_alike(own, limit)) for own in map(measure, values))

    return make


def _within(wanted: Any) -> Test | None:
    """A value, or an object of bounds such as `{gte: 5, lt: 9}`."""
    if not isinstance(wanted, Mapping):
        return _equal(wanted)
    tests = [_MAKERS[_BOUNDS[name]](value) for name, value in wanted.items() if name in _BOUNDS]
    chosen = [test for test in tests if test is not None]

    def test(values: Iterable[Any]) -> bool:
        known = list(values)
        return all(one(known) for one in chosen)

    return test


_MAKERS: Final[Mapping[str, Callable[[Any], Test | None]]] = {
    "is": _equal,
    "not": _other,
    "among": _among,
    "contains": _containing,
    "min": _bound(lambda own, limit: own >= limit),
    "max": _bound(lambda own, limit: own <= limit),
    "above": _bound(lambda own, limit: own > limit),
    "below": _bound(lambda own, limit: own < limit),
    "within": _within,
    "selects": selecting,
    "matches": matching,
}
CONDITIONS: Final = tuple(_MAKERS)
"""The words of conditions."""


def measure(value: Any) -> tuple[str, float] | None:
    """A value on a scale: a number, or an instant in milliseconds; None for what can't be compared."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if not isinstance(value, str):
        return "number", value
    if _NUMBER.fullmatch(value):
        return "number", float(value)
    if not _INSTANT.fullmatch(value):
        return None
    try:
        return "instant", parse_instant(value)
    except ValueError:
        return None


def _alike(own: tuple[str, float], limit: tuple[str, float]) -> tuple[float, float]:
    """Two values on one scale: a number beside an instant counts seconds or milliseconds since 1970."""
    if own[0] == limit[0]:
        return own[1], limit[1]
    return _milliseconds(own), _milliseconds(limit)


def _milliseconds(value: tuple[str, float]) -> float:
    return value[1] if value[0] == "instant" else milliseconds(value[1])


def _names_of(value: Any) -> Iterator[str]:
    """The texts that a value answers to: its own, or those of the members by which an object is known."""
    if isinstance(value, Mapping):
        yield from (text_of(value[name]) for name in _NAMING if isinstance(value.get(name), str | int))
    else:
        yield text_of(value)


def _texts_in(value: Any) -> Iterator[str]:
    """Every text in a value, at every depth; embedded data is none."""
    if isinstance(value, str):
        if not value.startswith("data:"):
            yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _texts_in(inner)
