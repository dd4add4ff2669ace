"""The part of a list that is returned, and how to request the parts around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from operator import itemgetter
from typing import Any, Final
from urllib.parse import unquote_plus, urlencode

import msgspec

from mockserver.contract.operations.operation import EMPTY
from mockserver.state.collection import Record, text_of
from mockserver.state.listed import InOrder

_MARK: Final = re.compile("[0-9a-f]{16}")
Key = Callable[[Record], Any]
RELATIONS: Final = ("first", "previous", "next", "last")
"""The parts that can be requested, seen from one of them."""
_STARTS: Final = frozenset({"", "*", "0", "-1", "1", "null", "start", "first", "begin"})
"""Cursors with which clients request the first part."""


class Part(msgspec.Struct, frozen=True):
    """Records of a list from `start` on, of `total`; `names` are the parameters by which parts are requested."""

    records: Sequence[Record] = ()
    total: int = 0
    start: int = 0
    size: int | None = None  #: how many records a part has at most; None where nothing limits it
    base: int = 1  #: the number of the first part
    origin: int = 0  #: the offset of the first record
    key: Key = itemgetter("id")  #: gives the key of a record
    names: Mapping[str, str] = EMPTY  #: of `number`, `offset`, `after` and `before`, as clients write them

    def key_of_first(self) -> str:
        """The key of the first record, as text."""
        return text_of(self.key(self.records[0]))

    def key_of_last(self) -> str:
        """The key of the last record, as text."""
        return text_of(self.key(self.records[-1]))

    def mark_of_last(self) -> str:
        """What stands for the last record where a key would not be taken."""
        return mark_of(self.key_of_last())

    @property
    def count(self) -> int:
        """How many records this part has."""
        return len(self.records)

    @property
    def end(self) -> int:
        """The place of the last record, counted from 1; 0 where there is none."""
        return self.start + self.count

    @property
    def more(self) -> bool:
        """Whether records follow."""
        return self.count > 0 and self.end < self.total

    @property
    def pages(self) -> int:
        """How many parts there are."""
        return -(-self.total // self.size) if self.size else min(self.total, 1)

    @property
    def number(self) -> int:
        """The number of this part."""
        return self.base + (self.start // self.size if self.size else 0)

    def parameters(self, relation: str) -> Mapping[str, str | None] | None:
        """The parameters that request another part, None for one to leave out; None where there is no such part."""
        if (relation == "next" and not self.more) or (relation == "previous" and self.start == 0):
            return None
        for kind, make in (("number", self._by_number), ("offset", self._by_offset), ("after", self._by_key)):
            if kind in self.names:
                return make(relation)
        return None

    def _by_number(self, relation: str) -> Mapping[str, str | None]:
        last = self.base + max(self.pages, 1) - 1
        numbers = {"first": self.base, "previous": min(self.number - 1, last), "next": self.number + 1, "last": last}
        return {self.names["number"]: str(numbers[relation])}

    def _by_offset(self, relation: str) -> Mapping[str, str | None]:
        size = self.size or max(self.total, 1)
        last = (max(self.total, 1) - 1) // size * size
        places = {"first": 0, "previous": max(min(self.start, self.total) - size, 0), "next": self.end, "last": last}
        return {self.names["offset"]: str(self.origin + places[relation])}

    def _by_key(self, relation: str) -> Mapping[str, str | None] | None:
        after, before = self.names["after"], self.names.get("before")
        away: dict[str, str | None] = {name: None for name in (after, before) if name}
        if relation == "first":
            return away
        if relation == "next":
            return {**away, after: self.key_of_last()}
        if relation == "previous" and before and self.records:
            return {**away, before: self.key_of_first()}
        return None


def query_of(part: Part, relation: str, query: str) -> str | None:
    """The query string with which a client that sent `query` gets another part; None where there is no such part."""
    changed = part.parameters(relation)
    if changed is None:
        return None
    kept = [pair for pair in query.split("&") if pair and unquote_plus(pair.partition("=")[0]) not in changed]
    new = {name: text for name, text in changed.items() if text is not None}
    return "&".join([*kept, *([urlencode(new, safe="[]")] if new else [])])


def cut(
    matches: Sequence[Record],
    key: Key,
    *,
    size: int | None,
    start: int,
    after: str | None = None,
    before: str | None = None,
) -> tuple[int, Sequence[Record]]:
    """The place of the first record of a part, and its records; an unknown cursor leads to the end of the list."""
    stop = len(matches)
    if after is not None:
        place = _place(matches, key, after)
        start = place + 1 if place is not None else start if after in _STARTS else stop
    if before is not None and (place := _place(matches, key, before)) is not None:
        stop, start = place, max(place - size, 0) if size is not None else 0
    return start, matches[start : stop if size is None else min(start + size, stop)]


def _place(matches: Sequence[Record], key: Key, wanted: str) -> int | None:
    """The place of the record that a cursor names, by its key or by what stands for that."""
    if isinstance(matches, InOrder) and matches.has_unique_keys:
        known = matches.place_of(wanted)
    else:
        known = next((place for place, record in enumerate(matches) if text_of(key(record)) == wanted), None)
    if known is not None or _MARK.fullmatch(wanted) is None:
        return known
    return next((place for place, record in enumerate(matches) if mark_of(text_of(key(record))) == wanted), None)


def mark_of(key: str) -> str:
    """Sixteen letters and digits that stand for a key: a cursor that nearly every pattern takes."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


Evaluate = Callable[[Part], Any]
PART: Final[Mapping[str, Evaluate]] = {
    "number": lambda part: part.number,
    "size": lambda part: part.count if part.size is None else part.size,
    "count": lambda part: part.count,
    "pages": lambda part: part.pages,
    "offset": lambda part: part.origin + part.start,
    "start": lambda part: part.start + 1 if part.count else None,
    "end": lambda part: part.end if part.count else None,
    "first": lambda part: part.start == 0,
    "last": lambda part: not part.more,
    "empty": lambda part: part.count == 0,
    "earlier": lambda part: part.start > 0,
    "next": lambda part: part.number + 1 if part.more else None,
    "previous": lambda part: part.number - 1 if part.start > 0 else None,
    "following": lambda part: part.origin + part.end if part.more else None,
    "cursor": lambda part: part.key_of_last() if part.more else None,
    "token": lambda part: part.key_of_last() if part.more else "",
    "mark": lambda part: part.mark_of_last() if part.more else None,
    "opens": lambda part: part.key_of_first() if part.count else None,
    "none": lambda _: None,
    "closes": lambda part: part.key_of_last() if part.count else None,
}
"""What `$page.NAME` gives."""
