"""References between records: which members name or contain a record of another collection, and how they are set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

import msgspec

Place = tuple[str, ...]
"""Names of members from a record down, through the items of lists."""


EACH = "*"
"""Stands for every member of a map."""


class Reference(msgspec.Struct, frozen=True):
    """A member that holds the `field` of a record of a collection, or that record itself."""

    path: Place
    collection: str
    field: str
    own: bool = False  #: whether it leads to the record that it is in


Pick = Callable[[int], Mapping[str, Any] | None]
"""The record that the reference with this number leads to; lists have several. None where there is none."""


def referring(record: Mapping[str, Any], reference: Reference, pick: Pick, *, distinct: bool = True) -> dict[str, Any]:
    """The record with one reference set to what `pick` chooses; null, and a member that isn't there, stay."""
    name = reference.path[0]
    if name not in record:
        return dict(record)
    changed = _set(record[name], reference.path[1:], reference.field, pick, count())
    return {**record, name: _distinct(changed) if distinct and isinstance(changed, list) else changed}


def led(value: Any, reference: Reference, records: Sequence[Mapping[str, Any]]) -> Any:
    """A value, or a list of them, with one reference set to each of the records in turn."""
    return _set(value, reference.path, reference.field, lambda number: records[number % len(records)], count())


def values_of(record: Mapping[str, Any], reference: Reference) -> Iterator[Any]:
    """What a record's reference holds: keys, or the objects that stand for records."""
    yield from _leaves(record, reference.path)


def _leaves(value: Any, path: Place) -> Iterator[Any]:
    if isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path)
    elif not path:
        yield value
    elif path[0] == EACH and isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner, path[1:])
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _leaves(value[path[0]], path[1:])


def _set(value: Any, path: Place, field: str, pick: Pick, numbers: Iterator[int]) -> Any:
    if isinstance(value, list):
        return [_set(inner, path, field, pick, numbers) for inner in value]
    if path:
        if path[0] == EACH and isinstance(value, Mapping):
            return {name: _set(inner, path[1:], field, pick, numbers) for name, inner in value.items()}
        if isinstance(value, Mapping) and path[0] in value:
            return {**value, path[0]: _set(value[path[0]], path[1:], field, pick, numbers)}
        return value
    record = pick(next(numbers)) if value is not None else None
    if record is None:
        return value
    return (
        overlaid(value, record)
        if isinstance(value, Mapping)
        else _written(member_at(record, field.split("."), value), value)
    )


def member_at(record: Mapping[str, Any], names: Iterable[str], otherwise: Any = None) -> Any:
    """The member of a record at a path of names; `otherwise` where there is none."""
    value: Any = record
    for name in names:
        if not isinstance(value, Mapping) or name not in value:
            return otherwise
        value = value[name]
    return value


def _distinct(values: list[Any]) -> list[Any]:
    """The values without repetitions: a list of references names each record once."""
    return [value for place, value in enumerate(values) if value not in values[:place]]


def _written(key: Any, like: Any) -> Any:
    """A key as the member writes it: numbers as text where that is a text."""
    return str(key) if isinstance(like, str) and isinstance(key, int) and not isinstance(key, bool) else key


def overlaid(value: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    """An object that stands for a record, with the record's values for the members that it shows."""
    return {name: _overlaid(inner, record[name]) if name in record else inner for name, inner in value.items()}


def _overlaid(value: Any, own: Any) -> Any:
    return overlaid(value, own) if isinstance(value, Mapping) and isinstance(own, Mapping) else own
