"""What behaviours say of a collection: its key, its owner, and what time does to its records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import force_setattr

from mockserver.clock import parse_instant
from mockserver.contract.operations.operation import ABSENT


class CollectionRules(msgspec.Struct, frozen=True):
    """The rules of one collection.

    `owner` names the field that holds the user who alone sees the record, `expires` the field whose instant ends it,
    `lapses` the values that show once the instant in a field has passed.
    """

    name: str
    key: str = "id"
    owner: str | None = None
    expires: str | None = None
    lapses: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    indexed: frozenset[str] = frozenset()
    timed: bool = False  #: whether time changes what shows of the records

    def __post_init__(self) -> None:
        force_setattr(self, "timed", self.expires is not None or bool(self.lapses))

    def shown_at(self, record: Mapping[str, Any], now: int) -> Mapping[str, Any] | None:
        """The record as it shows at an instant; None once it has expired."""
        if self.expires is not None and passed(record, self.expires, now):
            return None
        for field, values in self.lapses:
            if passed(record, field, now):
                record = {k: v for k, v in {**record, **values}.items() if v is not ABSENT}
        return record


def passed(record: Mapping[str, Any], field: str, now: int) -> bool:
    """Whether the instant in this field lies at or before `now`; no instant there never passes."""
    value = record.get(field)
    if type(value) is not str:
        return False
    try:
        return parse_instant(value) <= now
    except ValueError:
        return False
