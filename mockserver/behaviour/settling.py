"""Fits what a client sent into the schema of the records: each value that a response can show is kept.

Schemas of requests are often wider than those of responses. A value that no response could show is kept in another
form with the same meaning (`10.5` as `"10.5"`); else only the part that is in the way is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import msgspec

from mockserver.contract.contract import Breach, Contract
from mockserver.contract.messages.casting import as_boolean, as_number
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas.projection import projector

Misfits = Callable[[Mapping[str, Any]], Sequence[Breach]]
"""The breaches that keep a record from being shown through its schema."""
Path = tuple[str | int, ...]
Record = dict[str, Any]

NAMING: Final = ("name", "login", "username", "title", "slug", "label", "code", "key", "value", "id")
"""The members by which a text or a number names an object, the likeliest first."""
_WRONG_TYPE: Final = 100
_HOPELESS: Final = 10_000
_MOST_REPAIRS: Final = 200
_CLOSING: Final = ("additionalProperties", "unevaluatedProperties")
_KINDS: Final = frozenset({"type", "enum", "const"})
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_DECIMAL: Final = re.compile(r"[+-]?\d{1,400}(\.\d{1,400})?")
_OF_URLS: Final = "!#$%&'()*+,/:;=?@[]~"
"""What a URL may contain unescaped, beside letters, digits and `-._` (RFC 3986, section 2.2)."""


class Repair(msgspec.Struct, frozen=True):
    """What a record is settled with: what shows its breaches, and where values in place of its own come from."""

    misfits: Misfits
    before: Mapping[str, Any]  #: the record as it was; empty for a new one
    spared: frozenset[str]  #: the fields that the client did not send
    made: Callable[[Path], Any]  #: a value for a member that the schema requires; ABSENT where there is none
    named: Callable[[Path, Any], Any]  #: an object that a text or a number names; ABSENT where there is none
    completed: Callable[[Record], Record]

    def settled(self, record: Record) -> Record:
        """The record without breaches where that is possible, with as few changes as that takes."""
        record, breaches = self._supplied(record, self.misfits(record))
        for _ in range(_MOST_REPAIRS):
            if not breaches:
                return record
            better = self._better(record, breaches)
            if better is None:
                break
            record, breaches = better
        return self._without_fields(record, breaches) if breaches else record

    def _supplied(self, record: Record, breaches: Sequence[Breach]) -> tuple[Record, Sequence[Breach]]:
        """The record with all that is missing inside its fields, in one step: a long list of objects, each of which
        lacks an id, would take more repairs than are made."""
        supplied = record
        for breach in breaches:
            place = place_of(breach)
            if breach.keyword == "required" and len(place) > 1 and place[0] not in self.spared:
                made = self.made(place)
                supplied = supplied if made is ABSENT else _with(supplied, place, made)
        if supplied is record:
            return record, breaches
        left = self.misfits(supplied)
        return (supplied, left) if _weight(left, self.spared) < _weight(breaches, self.spared) else (record, breaches)

    def _better(self, record: Record, breaches: Sequence[Breach]) -> tuple[Record, Sequence[Breach]] | None:
        """The record with one part repaired in the best way, and what is still wrong with it."""
        for make in (self._whole, self._declared, self._candidates):  # what a union admits, before anything is left out
            for breach in _single(breaches, self.spared):
                place = place_of(breach)
                if place[:1] and place[0] in self.spared:
                    continue
                for candidates in make(record, place, breach):
                    tried = [(one, self.misfits(one)) for one in candidates]
                    best = min(tried, key=lambda pair: _weight(pair[1], self.spared), default=None)
                    if best is not None and _weight(best[1], self.spared) < _weight(breaches, self.spared):
                        return best
        return None

    def _whole(self, record: Record, place: Path, breach: Breach) -> Iterator[list[Record]]:
        """The record with the object that a text or a number at a place names, with a list of it, or with the object
        that has a list."""
        value = at(record, place) if place else None
        meant = isinstance(value, str | int | list) and not isinstance(value, bool) and value != ""
        if breach.keyword != "type" or not meant:
            return
        if "object" in breach.expected:
            yield [_with(record, place, whole) for whole in (self.named(place, value),) if whole is not ABSENT]
        elif "array" in breach.expected:
            part = self.named((*place, 0), value)
            yield [_with(record, place, [value if part is ABSENT else part])]

    def _declared(self, record: Record, place: Path, breach: Breach) -> Iterator[list[Record]]:
        """The record without the members that a closed object doesn't declare."""
        names = [str(name) for name in breach.expected] if breach.keyword in _CLOSING else []
        whole = at(record, place)
        if isinstance(whole, Mapping) and names and (place or self.spared.isdisjoint(names)):
            rest = {name: value for name, value in whole.items() if name not in names}
            yield [_with(record, place, rest) if place else rest]

    def _candidates(self, record: Record, place: Path, breach: Breach) -> Iterator[list[Record]]:
        """The record with another value at a place, then with another in the place of what is around it."""
        if not place:
            return
        value = at(record, place)
        if value is ABSENT:
            yield [_with(record, place, made) for made in (self.made(place),) if made is not ABSENT]
            return
        yield [_with(record, place, form) for form in other_forms(value, breach)] + self._smaller(record, place)
        yield from (self._smaller(record, place[:end]) for end in range(len(place) - 1, 0, -1))

    def _smaller(self, record: Record, place: Path) -> list[Record]:
        """The record with the value as it was, without it, or with another."""
        old = at(self.before, place) if all(isinstance(step, str) for step in place) else ABSENT
        without = _with(record, place, ABSENT)
        made = self.made(place) if len(place) > 1 and isinstance(place[-1], str) else ABSENT
        return [
            *(_with(record, place, value) for value in (old,) if value is not ABSENT),
            self.completed(without) if len(place) == 1 else without,
            *(_with(record, place, value) for value in (made,) if value is not ABSENT),
        ]

    def _without_fields(self, record: Record, breaches: Sequence[Breach]) -> Record:
        """The record with whole fields as they were: those with a breach, and if that is not enough, all of them."""
        wrong = {str(place[0]) for place in map(place_of, breaches) if place} - self.spared
        for names in (wrong, record.keys() - self.spared):
            kept = {name: value for name, value in record.items() if name not in names}
            old = {name: self.before[name] for name in names if name in self.before}
            settled = self.completed({**kept, **old})
            if not self.misfits(settled):
                return settled
        return record


def misfits_of(contract: Contract, schema: Any) -> Misfits:
    """What keeps records from being shown through a schema of the contract."""
    show = projector(schema, contract.view)
    return lambda record: contract.breaches(schema, show(record))


def other_forms(value: Any, breach: Breach) -> Iterator[Any]:
    """The same meaning in another form: numbers and booleans as text and back, an instant for a date, a URL with its
    characters escaped, a word of an enumeration in capitals or small letters, what names an object for the object, and
    nothing (null, or no member at all) for an empty text or null."""
    if value == "" or value is None:
        yield None
        yield ABSENT
    elif breach.keyword == "format":
        yield from _formatted(value, breach.expected)
    elif breach.keyword in _KINDS:
        if isinstance(value, str) and isinstance(breach.expected, list):
            yield from (one for one in breach.expected if isinstance(one, str) and one.lower() == value.lower())
        yield from _as_number_or_flag(value) if isinstance(value, str) else _as_text(value)


def _formatted(value: Any, name: Any) -> Iterator[str]:
    if not isinstance(value, str):
        return
    if name == "date-time" and _DATE.fullmatch(value):
        yield f"{value}T00:00:00Z"
    elif name in ("uri", "uri-reference"):
        escaped = quote(value, safe=_OF_URLS)
        yield escaped
        yield f"https://{escaped.lstrip('/')}"


def _as_number_or_flag(text: str) -> Iterator[Any]:
    yield from (form for form in (as_number(text), as_boolean(text)) if not isinstance(form, str))
    if _DECIMAL.fullmatch(text):  # `007` and `+1` are numbers, though not in JSON
        yield float(text) if "." in text else int(text)


def _as_text(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from (value[name] for name in NAMING if name in value)
    if isinstance(value, float) and value.is_integer():
        yield str(int(value))
    if isinstance(value, bool | int | float):
        yield json.dumps(value)


def at(value: Any, place: Path) -> Any:
    """The part of a value at a path; ABSENT where there is none."""
    for step in place:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else ABSENT
        else:
            value = value.get(step, ABSENT) if isinstance(value, Mapping) else ABSENT
    return value


def _with(value: Any, place: Path, part: Any) -> Any:
    """A copy of a value with another part at a path; ABSENT removes it."""
    step, rest = place[0], place[1:]
    if rest:
        part = _with(value[step], rest, part)
    copy = list(value) if isinstance(value, list) else dict(value)
    if part is not ABSENT:
        copy[step] = part  # type: ignore[index]  # the step fits the kind of value
    else:
        del copy[step]  # type: ignore[arg-type]
    return copy


def _single(breaches: Sequence[Breach], spared: frozenset[str]) -> Iterator[Breach]:
    """Each breach alone, what is within a union before it, its nearest alternative first."""
    for breach in breaches:
        for alternative in sorted(breach.alternatives, key=lambda one: _weight(one, spared)):
            yield from _single(alternative, spared)
        yield breach


def place_of(breach: Breach) -> Path:
    """Where a value breaks its schema, or where a required member is missing."""
    return (*breach.path, str(breach.expected)) if breach.keyword == "required" else breach.path


def _weight(breaches: Sequence[Breach], spared: frozenset[str]) -> int:
    """How much is wrong; of a union, with its nearest alternative. What can't be repaired, and another type, are
    further off than what is missing."""
    return sum(_weight_of(breach, spared) for breach in breaches)


def _weight_of(breach: Breach, spared: frozenset[str]) -> int:
    if breach.alternatives:
        return min(_weight(one, spared) for one in breach.alternatives) or 1
    if breach.path and breach.path[0] in spared:
        return _HOPELESS
    if breach.keyword in _CLOSING and isinstance(breach.expected, Sequence):
        return max(len(breach.expected), 1)
    return _WRONG_TYPE if breach.keyword == "type" else 1
