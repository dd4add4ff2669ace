"""Which part of a list its query requests, and in which order, by the names of parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.naming import plain
from mockserver.inference.asking import Asked, asked
from mockserver.inference.located_schemas import Schemas
from mockserver.inference.resources import Resource

LIMITS: Final = ("limit", "pagesize", "perpage", "maxresults", "pagelimit", "resultsperpage", "itemsperpage",
                 "maxitems", "maxpagesize", "recordsperpage", "maxrecords", "maxentries", "rowsperpage", "pagecount",
                 "limitnumber", "resultslimit", "numresults", "numitems", "batchsize")  # fmt: skip
_WEAK_LIMITS: Final = ("size", "count", "top", "rows", "take", "num", "max")
_WEAKER_LIMITS: Final = ("first", "length", "n", "results", "number")
OFFSETS: Final = ("offset", "skip", "startat", "pageoffset", "startindex", "startrow", "firstresult", "recordoffset",
                  "startoffset", "startposition")  # fmt: skip
_WEAK_OFFSETS: Final = ("start", "from", "begin")
NUMBERS: Final = ("page", "pagenumber", "pageno", "pageindex", "pagenum", "currentpage", "p", "pagenr", "pageid")
_AFTERS: Final = ("after", "startingafter", "cursor", "pagetoken", "nexttoken", "nextpagetoken", "marker", "pageafter",
                  "pagecursor", "continuationtoken", "nextcursor", "nextpagecursor", "afterid", "lastid", "startafter",
                  "exclusivestartkey", "nextmarker", "continuation", "scrollid", "bookmark", "startcursor",
                  "aftercursor", "startkey", "continue", "sinceid", "paginationtoken", "pagestate", "resumetoken",
                  "next", "nextkey", "cursormark", "startingtoken", "cursornext", "lastkey",
                  "lastevaluatedkey")  # fmt: skip
_BEFORES: Final = ("before", "endingbefore", "pagebefore", "beforecursor", "beforeid", "endbefore", "previouscursor",
                   "prevcursor", "previouspagetoken", "untilid")  # fmt: skip
_ENDS: Final = ("end", "stop", "endindex", "endat", "endrow")
_SORTS: Final = ("sort", "sortby", "orderby", "ordering", "sortfield", "sortcolumn", "sortkey", "sortkeys", "sorts",
                 "orderfield", "sortproperty", "pagesort", "sortorderby", "sorting", "sortname", "ordercolumn",
                 "orderbyfield", "sortfields", "sortparam", "sortexpression")  # fmt: skip
_ORDERS: Final = ("order", "direction", "sortorder", "sortdirection", "sortdir", "orderdirection", "orderdir", "dir",
                  "desc", "descending", "sortdesc", "orderbydirection", "reverse", "sorttype", "sortbydirection",
                  "sortmode", "ordertype", "sortorderdirection", "isdescending", "sortdescending")  # fmt: skip
_DIRECTIONS: Final = frozenset({"asc", "desc", "ascending", "descending", "ascend", "descend", "1", "-1"})
_WHOLE: Final = frozenset({"integer", "number"})
_FROM_ZERO: Final = re.compile(
    r"\b(zero|0)[- ]?(based|index)|(start|begin)\w* (from|at|with) (page )?`?0\b|\(0\.\.|"
    r"first page ?(is|=|:) ?`?0\b|\b0`? (is|=|for) the first"
)
_FROM_ONE: Final = re.compile(
    r"\b(one|1)[- ]?(based|index)|(start|begin)\w* (from|at|with) (page )?`?1\b|\(1\.\.|"
    r"first page ?(is|=|:) ?`?1\b|\b1`? (is|=|for) the first"
)
_KEYS: Final = re.compile(r"\b(ids?|cursor|key|object)\b")
SIZE: Final = 30
"""How many records a page has where pages are requested by number, and neither request nor document says how many."""

Data = dict[str, Any]

_NEWEST_FIRST: Final = re.compile(
    r"(?i)(most recent|newest|latest|recently created)[^.]{0,80}\bfirst\b|\b(reverse|descending) chronological|"
    r"newest to oldest"
)
"""Sentences that say in which order a list has its records, where no parameter does."""


def page(operation: Operation, resource: Resource, schemas: Schemas) -> Data:
    """The `page` of a list, by the names of its query parameters."""
    fields = {plain(name) for name in schemas.members(resource.record)}
    several = list(asked(operation, schemas))
    query = {one.expression: one for one in reversed(several)}
    parts = _with_weak_names(several, fields, _by_strong_names(several, fields, schemas), schemas)
    if "sort" not in parts and "order" in parts:
        parts = _order_alone(parts, query[parts["order"]], schemas)
    if not parts.keys() & {"sort", "order"} and _NEWEST_FIRST.search(str(operation.raw.get("description", ""))):
        parts["order"] = "desc"
    if "number" in parts:
        if _counts_from_zero(query[parts["number"]], _answered(operation, schemas), schemas):
            parts["first"] = 0
        limit = query[parts["limit"]] if "limit" in parts else None
        if limit is None or not schemas.has_any(limit.schema, "default"):
            parts["size"] = _size(limit, schemas)
    if "limit" in parts and (most := _most(operation, query[parts["limit"]], schemas)) is not None:
        parts["most"] = most
    if "offset" in parts and _counts_from_one(query[parts["offset"]], schemas):
        parts["origin"] = 1
    return parts


def _by_strong_names(query: Iterable[Asked], fields: set[str], schemas: Schemas) -> Data:
    """The parts whose parameters have a name that means nothing else."""
    parts: Data = {}
    for one in query:
        meaning = _meaning(one, fields, schemas)
        if meaning is not None:
            parts.setdefault(meaning, one.expression)
    return parts


def _with_weak_names(query: Iterable[Asked], fields: set[str], parts: Data, schemas: Schemas) -> Data:
    """The same with parameters that could mean anything else, such as `size` and `start`."""
    used = set(parts.values())
    parts = dict(parts)
    for one in query:
        if one.expression in used or not schemas.types(one.schema) & _WHOLE:
            continue
        weak = one.plain in _WEAK_LIMITS or (one.plain in _WEAKER_LIMITS and parts.keys() & {"after", "offset"})
        if weak and one.plain not in fields:
            parts.setdefault("limit", one.expression)
        elif one.plain in _WEAK_OFFSETS and one.plain not in fields and _is_place(one, schemas):
            parts.setdefault("offset", one.expression)
        elif one.plain in _ENDS and one.plain not in fields and "offset" in parts:
            parts.setdefault("end", one.expression)
    return parts


def _is_place(one: Asked, schemas: Schemas) -> bool:
    """Whether a `start` or `from` counts records, and is no time."""
    if any(word in one.text for word in ("time", "date", "epoch", "unix", "second")):
        return False
    return not any(name in ("unix-time", "timestamp") for name in schemas.each(one.schema, "format"))


def _meaning(one: Asked, fields: set[str], schemas: Schemas) -> str | None:
    name, types = one.plain, schemas.types(one.schema)
    formats = set(schemas.each(one.schema, "format"))
    if name in _SORTS and name not in fields and not types & {"boolean", "integer", "number"}:
        return "sort"
    if name in _ORDERS and name not in fields:
        return "order"
    if name in ("since", "until") and types & _WHOLE and _KEYS.search(one.text) and "time" not in one.text:
        return "after" if name == "since" else "before"
    if name in (*_AFTERS, *_BEFORES):
        if formats & {"date", "date-time"} or (name in ("after", "before") and _speaks_of_time(one)) or name in fields:
            return None
        return "after" if name in _AFTERS else "before"
    if types and not types & (_WHOLE | {"string"}):
        return None
    if types and not types & _WHOLE and (formats or schemas.has_any(one.schema, "enum")):
        return None
    if name in LIMITS:
        return "limit"
    if name in OFFSETS:
        return "offset"
    return "number" if name in NUMBERS and name not in fields else None


def _speaks_of_time(one: Asked) -> bool:
    return any(word in one.text for word in ("time", "date", "iso 8601", "epoch")) and not _KEYS.search(one.text)


def _order_alone(parts: Data, one: Asked, schemas: Schemas) -> Data:
    """`order` by itself names a field, unless its values are directions."""
    values = {str(value).lower() for values in schemas.each(one.schema, "enum") for value in values or ()}
    if one.plain != "order" or values & _DIRECTIONS or "descending" in one.text:
        return parts
    return {("sort" if part == "order" else part): value for part, value in parts.items()}


def _answered(operation: Operation, schemas: Schemas) -> set[str]:
    """The words of the members beside the list in the answer."""
    answer = schemas.answer(operation)
    return {plain(name) for name in schemas.members(answer)} if answer is not None else set()


def _counts_from_zero(one: Asked, beside: set[str], schemas: Schemas) -> bool:
    """Whether the first page is 0: by its default, its lowest value, its description, its example, or an envelope that
    numbers pages so by habit."""
    for word in ("default", "minimum"):
        values = [value for value in schemas.each(one.schema, word) if isinstance(value, int)]
        if values and min(values) <= 1:
            return min(values) <= 0
    if _FROM_ZERO.search(one.text) or _FROM_ONE.search(one.text):
        return _FROM_ZERO.search(one.text) is not None
    examples = (one.parameter.raw.get("example"), *schemas.each(one.schema, "example"))
    habit = {"number", "totalelements", "totalpages"} <= beside
    return habit or one.plain == "pageindex" or any(example == 0 and example is not False for example in examples)


def _counts_from_one(one: Asked, schemas: Schemas) -> bool:
    """Whether the first record has the offset 1."""
    lowest = [value for word in ("default", "minimum") for value in schemas.each(one.schema, word)]
    return 1 in lowest and 0 not in lowest


def _most(operation: Operation, limit: Asked, schemas: Schemas) -> int | None:
    """The size of a page that an answer can tell, where it tells it and a request may ask for more."""
    answer = schemas.answer(operation)
    beside = schemas.members(answer) if answer is not None else {}
    sizes = [one for name, one in beside.items() if plain(name) in LIMITS and schemas.types(one) <= _WHOLE]
    told = [value for one in sizes for value in schemas.each(one, "maximum") if isinstance(value, int) and value > 0]
    asked_for = [value for value in schemas.each(limit.schema, "maximum") if isinstance(value, int)]
    return min(told) if told and min(asked_for, default=min(told) + 1) > min(told) else None


def _size(limit: Asked | None, schemas: Schemas) -> int:
    most = [value for value in schemas.each(limit.schema, "maximum") if isinstance(value, int)] if limit else []
    return max(min([SIZE, *most]), 1)
