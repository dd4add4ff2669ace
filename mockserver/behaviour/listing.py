"""Which part of a list a request asks for, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockserver.behaviour.parts import Part, cut
from mockserver.behaviour.sorting import in_order
from mockserver.behaviour.values import MISSING, Scope, Value
from mockserver.behaviour.vocabulary import Page
from mockserver.state.collection import Record, text_of
from mockserver.state.rules import CollectionRules


def sorted_by(page: Page, scope: Scope, records: Sequence[Record]) -> Sequence[Record]:
    """The records in the order that the request names."""
    if page.sort is None and page.order is None:
        return records
    return in_order(records, *(_evaluated(part, scope) for part in (page.sort, page.order)))


def part_of(page: Page, scope: Scope, matches: Sequence[Record], rules: CollectionRules) -> Part:
    """The requested part of all matches."""
    limit, offset, number, end = (_count(part, scope) for part in (page.limit, page.offset, page.number, page.end))
    start = max((offset or 0) - page.origin, 0)
    size = page.size if limit is None or limit < 0 else limit
    if limit is None and end is not None:
        size = max(end - start, 0)
    if page.most is not None:
        size = page.most if size is None else min(size, page.most)
    if size is not None and number is not None:
        start = max(number - page.first, 0) * size
    after, before = (_cursor(part, scope) for part in (page.after, page.before))
    start, records = cut(matches, rules.key_of, size=size, start=start, after=after, before=before)
    return Part(records, len(matches), start, size, page.first, page.origin, rules.key_of, page.names)


def _evaluated(value: Value | None, scope: Scope) -> Any:
    result = value.evaluate(scope) if value is not None else None
    return None if result is MISSING else result


def _cursor(value: Value | None, scope: Scope) -> str | None:
    result = _evaluated(value, scope)
    return None if result is None else text_of(result)


def _count(value: Value | None, scope: Scope) -> int | None:
    number = _evaluated(value, scope)
    if isinstance(number, str) and number.isascii() and number.isdigit():
        number = int(number[:18])
    return int(number) if isinstance(number, int | float) else None
