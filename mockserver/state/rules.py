"""What behaviours say of a collection: its key, its owner, and what time does to its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import force_setattr

from mockserver.clock import parse_instant
from mockserver.contract.operations.operation import ABSENT
from mockserver.state.becoming import Becoming, moved, plain, steps_of
from mockserver.state.references import Reference


class Embedded(msgspec.Struct, frozen=True):
    """A list in records that has the records of another collection: those whose `link` holds the key of its record,
    or all of them where there is no link."""

    field: str
    collection: str
    link: str = ""


class CollectionRules(msgspec.Struct, frozen=True):
    """The rules of one collection.

    `key` is a field, or the path to one inside the record (`metadata.name`). With `within`, it is unique only
    among the records that have the same values in those fields. `aliases` also identify a record where its key is
    asked for, and the words in `mine` that of the caller. `owner` names the field that holds the user who alone
    sees the record, `expires` the field whose instant ends it, `lapses` the values that show once the instant in a
    field has passed, and `becomes` the states that move on by themselves. `refers` names the fields that lead to
    records of other collections. A record of an `implicit` collection is there as soon as it is asked for, as the
    settings of a user are. `addresses` are the paths of members that hold the record's own address. `embeds` names
    the lists that show the records of another collection. No two records have the same values in the fields of
    one tuple of `unique`.
    """

    name: str
    key: str = "id"
    owner: str | None = None
    expires: str | None = None
    lapses: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    indexed: frozenset[str] = frozenset()
    within: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    mine: tuple[str, ...] = ()
    refers: tuple[Reference, ...] = ()
    implicit: bool = False
    embeds: tuple[Embedded, ...] = ()
    becomes: tuple[Becoming, ...] = ()
    addresses: tuple[tuple[str, ...], ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    timed: bool = False  #: whether time changes what shows of the records
    moving: frozenset[str] = frozenset()  #: the fields that change with time, and that queries ask for
    plain: bool = True  #: whether the key is one field of the record, and unique
    direct: str = ""  #: the key, where its value alone finds a record

    def __post_init__(self) -> None:
        force_setattr(self, "timed", self.expires is not None or bool(self.lapses or self.becomes))
        force_setattr(self, "moving", self.indexed.intersection(_moving(self)) if self.timed else frozenset())
        force_setattr(self, "plain", "." not in self.key and not self.within)
        force_setattr(self, "direct", "" if self.within else self.key)

    def key_of(self, record: Mapping[str, Any]) -> Any:
        """The value of the record's key; ABSENT where it has none."""
        value: Any = record
        for name in self.key.split("."):
            value = value.get(name, ABSENT) if isinstance(value, Mapping) else ABSENT
        return value

    def keyed(self, record: Mapping[str, Any], key: Any) -> dict[str, Any]:
        """The record with this key."""
        return self.placed(record, self.key, key)

    def beside_key(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The record whose fields are written as paths into the member that has its key (`metadata.uid`)."""
        above = f"{self.key.rpartition('.')[0]}."
        result = {name: value for name, value in record.items() if not name.startswith(above)}
        for name, value in record.items():
            if name.startswith(above):
                result = self.placed(result, name, value)
        return result

    @staticmethod
    def placed(record: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
        """The record with a value at a path, in objects of its own."""
        *above, last = path.split(".")
        result: dict[str, Any] = dict(record)
        inner = result
        for name in above:
            below = inner.get(name)
            inner[name] = dict(below) if isinstance(below, Mapping) else {}
            inner = inner[name]
        inner[last] = value
        return result

    def shown_at(self, record: Mapping[str, Any], now: int) -> Mapping[str, Any] | None:
        """The record as it shows at an instant; None once it has expired."""
        if self.expires is not None and passed(record, self.expires, now):
            return None
        if self.becomes:
            record = plain(moved(record, self.becomes, now))
        for field, values in self.lapses:
            if passed(record, field, now):
                record = {k: v for k, v in {**record, **values}.items() if v is not ABSENT}
        return record

    def moments(self, record: Mapping[str, Any], after: int) -> Iterator[int]:
        """The instants after another at which time changes what shows of a stored record, in no order."""
        yield from (step.at for step in steps_of(record, self.becomes, after))
        for field in (self.expires, *(field for field, _ in self.lapses)):
            at = None if field is None else instant_in(record, field)
            if at is not None and at > after:
                yield at


def _moving(rules: CollectionRules) -> Iterator[str]:
    for _, values in rules.lapses:
        yield from values
    for one in rules.becomes:
        yield one.field
        for move in one.moves.values():
            yield from move.sets
            yield from move.failing.sets if move.failing is not None else ()


def passed(record: Mapping[str, Any], field: str, now: int) -> bool:
    """Whether the instant in this field lies at or before `now`; no instant there never passes."""
    at = instant_in(record, field)
    return at is not None and at <= now


def instant_in(record: Mapping[str, Any], field: str) -> int | None:
    """The instant in a field; None where there is none."""
    value = record.get(field)
    if type(value) is not str:
        return None
    try:
        return parse_instant(value)
    except ValueError:
        return None
