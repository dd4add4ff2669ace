"""The order of a list, as clients write it: `-age`, `age:desc`, `name,asc`, `created_desc`, `newest`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from mockserver.behaviour.conditions import measure
from mockserver.state.collection import WRAPPERS, Record, text_of, values_at

_DOWN: Final = frozenset({"desc", "descending", "descend", "dsc", "down", "reverse", "-1", "-", "true", "newest"})
_UP: Final = frozenset({"asc", "ascending", "ascend", "up", "1", "+", "false", "oldest"})
_AGES: Final = {"newest": True, "latest": True, "recent": True, "mostrecent": True, "oldest": False}
_TIMES: Final = ("at", "on", "date", "time", "timestamp")
_CREATED: Final = ("created", "createdat", "createddate", "datecreated", "creationdate", "timestamp", "date",
                   "publishedat", "published", "postedat", "startedat", "time", "updatedat", "updated")  # fmt: skip
_KEY: Final = re.compile(r"(?P<sign>[-+])?(?P<name>[^\s:|]+)(?:[\s:|]+(?P<word>[-+\w]+))?")
_CALL: Final = re.compile(r"(?P<word>asc|desc)\((?P<name>[^()]+)\)", re.IGNORECASE)
_ENDED: Final = re.compile(r"(?P<name>.+?)[_\-. ]?(?P<word>asc|desc|ascending|descending)", re.IGNORECASE)

Order = tuple[str, bool]
"""The path of a field, and whether the greatest comes first."""


def in_order(records: Sequence[Record], sort: Any, order: Any) -> Sequence[Record]:
    """The records as `sort` (a text, a list, or an object of directions) and `order` (a direction) ask for them.

    Records without the field come last. What names no field changes nothing.
    """
    if sort is None and order is None:
        return records
    down = _is_down(order)
    records = list(records)
    fields = _fields_of(records)
    orders = list(_orders(sort, down, fields))
    if not orders:
        return list(reversed(records)) if down and not _texts(sort) else records
    for path, reverse in reversed(orders):
        records = _sorted(records, path, reverse=reverse)
    return records


def _fields_of(records: Sequence[Record]) -> Mapping[str, None]:
    """The fields of records, and those of the object that has most of them."""
    fields = dict.fromkeys(chain.from_iterable(records))
    for wrapper in WRAPPERS:
        if wrapper in fields:
            inner = (record.get(wrapper) for record in records)
            names = dict.fromkeys(chain.from_iterable(one for one in inner if isinstance(one, Mapping)))
            fields |= dict.fromkeys(f"{wrapper}.{name}" for name in names)
    return fields


def _is_down(order: Any) -> bool:
    first = order[0] if isinstance(order, list) and order else order
    return first is True or (isinstance(first, str | int) and text_of(first).casefold() in _DOWN)


def _texts(sort: Any) -> list[str]:
    if isinstance(sort, Mapping):
        return [f"{name} {text_of(word)}" for name, word in sort.items()]
    values = sort if isinstance(sort, list) else [sort]
    return [part.strip() for value in values if isinstance(value, str) for part in value.split(",") if part.strip()]


def _orders(sort: Any, down: bool, fields: Mapping[str, None]) -> Iterator[Order]:
    found: list[Order] = []
    for text in _texts(sort):
        if found and text.casefold() in (*_UP, *_DOWN):  # `name,desc`: the direction of the field before it
            found[-1] = (found[-1][0], text.casefold() in _DOWN)
        elif (order := _order(text, down, fields)) is not None:
            found.append(order)
    yield from found


def _order(text: str, down: bool, fields: Mapping[str, None]) -> Order | None:
    match = _CALL.fullmatch(text) or _KEY.fullmatch(text)
    if match is None:
        return None
    name, word = match["name"], (match["word"] or "").casefold()
    sign = match.groupdict().get("sign")
    if _plain(name) in _AGES:
        path = next((known for wanted in _CREATED for known in fields if _plain(known) == wanted), None)
        return None if path is None else (path, _AGES[_plain(name)])
    path = _field(name, fields)
    ended = _ENDED.fullmatch(name) if path is None else None
    if ended is not None:
        path, word = _field(ended["name"], fields), ended["word"].casefold()
    if path is None:
        return None
    return path, (word in _DOWN if word in (*_UP, *_DOWN) else sign == "-" if sign else down)


def _field(name: str, fields: Mapping[str, None]) -> str | None:
    """The field that a name means: written alike, or a time such as `created_at` for `created`."""
    head, _, rest = name.partition(".")
    if name in fields or (rest and head in fields):
        return name
    wanted = _plain(name)
    alike = {_plain(_bare(field)): field for field in reversed(list(fields))}
    times = (alike.get(wanted + ending) for ending in _TIMES)
    return alike.get(wanted) or next((field for field in times if field), alike.get("date" + wanted))


def _bare(field: str) -> str:
    head, _, rest = field.partition(".")
    return rest if head in WRAPPERS and rest else field


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _sorted(records: Sequence[Record], path: str, *, reverse: bool) -> list[Record]:
    names = path.split(".")
    first = [record.get(path) for record in records]
    if len(names) > 1 or any(type(value) is list for value in first):
        first = [next(iter(values_at(record, names)), None) for record in records]
    present = [value for value in first if value is not None]
    numeric = all(measure(value) is not None for value in present)
    ranks: list[Any] = [None if value is None else _rank(value, numeric) for value in first]
    places = [place for place, value in enumerate(first) if value is not None]
    places.sort(key=ranks.__getitem__, reverse=reverse)
    absent = [place for place, value in enumerate(first) if value is None]
    return [records[place] for place in (*places, *absent)]


def _rank(value: Any, numeric: bool) -> Any:
    if numeric:
        return measure(value)
    return text_of(value).casefold()
