"""The order of events of several kinds: a stream begins with what starts it, and ends with what completes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mockserver.contract.schemas.naming import words
from mockserver.contract.schemas.view import SchemaView, each, members

_KINDS: Final = ("type", "event", "kind", "object")
"""The members that say of which kind an event is."""
_STARTS: Final = frozenset({"created", "start", "started", "begin", "open", "opened", "init"})
_ENDS: Final = frozenset({"completed", "complete", "done", "end", "ended", "stop", "finished", "final", "closed"})
_MOST: Final = 12
"""Kinds above which a stream has three of them."""
_NUMBERS: Final = ("sequence_number", "sequenceNumber", "sequence", "seq")


def in_order(schema: Any, view: SchemaView) -> list[Any]:
    """The schemas of the events of a stream, in the order in which they come; empty where nothing tells."""
    node = view.resolve(schema)
    listed = (node.get("oneOf") or node.get("anyOf")) if isinstance(node, Mapping) else None
    kinds = {kind: one for one in listed or () if (kind := _kind(one, view)) is not None}
    starts = sorted((one for one in kinds if not _STARTS.isdisjoint(words(one)[-1:])), key=_length)
    ends = sorted((one for one in kinds if not _ENDS.isdisjoint(words(one)[-1:])), key=_length, reverse=True)
    if not starts or not ends:
        return []
    between = [one for one in kinds if one not in starts and one not in ends and "error" not in words(one)]
    if len(kinds) > _MOST:
        starts, between, ends = starts[:1], _texts(between), ends[-1:]
    return [kinds[one] for one in (*starts, *between, *ends)]


def numbered(value: Any, number: int) -> Any:
    """An event with its number in the stream, where it has one."""
    if not isinstance(value, dict):
        return value
    return {name: number if name in _NUMBERS and isinstance(one, int) else one for name, one in value.items()}


def _texts(kinds: Iterable[str]) -> list[str]:
    """The kind that brings the next piece of a text."""
    deltas = [one for one in kinds if "delta" in words(one)]
    return sorted(deltas, key=lambda one: ("text" not in words(one), _length(one)))[:1]


def _length(kind: str) -> int:
    return len(words(kind))


def _kind(schema: Any, view: SchemaView) -> str | None:
    """The one value of the member that says of which kind an event is."""
    declared = members(schema, view)
    for name in (name for name in _KINDS if name in declared):
        offered = [[value] for value in each(declared[name], "const", view)] + list(each(declared[name], "enum", view))
        if offered and len(offered[0]) == 1 and isinstance(offered[0][0], str):
            return offered[0][0]
    return None
