"""Many records of a collection as a sequence of which only the part that is looked at costs anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

from mockserver.state.ordered import Ordered
from mockserver.state.rules import CollectionRules

Record = Mapping[str, Any]
Stored = tuple[int, Record]


class InOrder(Sequence[Record]):
    """Records in their order, as they show at an instant; each is looked up when it is asked for. None may expire."""

    __slots__ = ("_keys", "_now", "_records", "_rules")

    def __init__(self, keys: Ordered, records: Mapping[str, Stored], rules: CollectionRules, now: int) -> None:
        self._keys, self._records, self._rules, self._now = keys, records, rules, now

    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> list[Record]: ...
    def __getitem__(self, place: int | slice) -> Record | list[Record]:
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            return list(self._shown(self._keys.part(start, stop)))[::step]
        start = range(len(self))[place]
        return next(self._shown(self._keys.part(start, start + 1)))

    def __iter__(self) -> Iterator[Record]:
        return self._shown(self._keys)

    @property
    def has_unique_keys(self) -> bool:
        """Whether a key alone names a record."""
        return not self._rules.within

    def place_of(self, key: str) -> int | None:
        """Where the record with a unique key stands; None where it isn't among these."""
        stored = self._records.get(key)
        return None if stored is None else self._keys.rank(stored[0], key)

    def _shown(self, keys: Iterable[str]) -> Iterator[Record]:
        records, rules, now = self._records, self._rules, self._now
        for key in keys:
            record = records[key][1]
            shown = rules.shown_at(record, now) if rules.timed else record
            if shown is not None:
                yield shown
