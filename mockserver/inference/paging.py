"""What the query of a list means: filters by equally named fields, and which part of the list is requested."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mockserver.contract.operations.operation import Operation, Parameter
from mockserver.inference.collections import Resource
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_alike, words

_LIMITS: Final = (
    "limit",
    "pagesize",
    "perpage",
    "maxresults",
    "pagelimit",
    "resultsperpage",
    "itemsperpage",
    "maxitems",
)
_WEAK_LIMITS: Final = ("size", "count", "top", "rows", "take", "num", "max")
_OFFSETS: Final = ("offset", "skip", "startat", "pageoffset")
_NUMBERS: Final = ("page", "pagenumber", "pageno", "pageindex", "pagenum", "currentpage")
_AFTERS: Final = ("after", "startingafter", "cursor", "pagetoken", "nexttoken", "nextpagetoken", "marker", "pageafter",
                  "pagecursor", "continuationtoken", "nextcursor")  # fmt: skip
_TOTALS: Final = ("total", "totalcount", "totalitems", "totalresults", "totalelements", "totalrecords", "totalentries",
                  "totalhits", "odatacount", "totalsize")  # fmt: skip
_NEXTS: Final = ("next", "nextpage", "nextpagetoken", "nexttoken", "nextcursor", "nextlink", "odatanextlink", "nexturl",
                 "nextpageuri", "nextpageurl")  # fmt: skip
_MORES: Final = ("hasmore", "hasnext", "hasnextpage", "moreresults")

Data = dict[str, Any]


def queried(operation: Operation) -> list[Parameter]:
    """The query parameters that an expression can name."""
    return [
        one for one in operation.parameters if one.location == "query" and "." not in one.name and " " not in one.name
    ]


def page(operation: Operation, resource: Resource, schemas: Schemas) -> Data:
    """The `page` of a list, by the names of its query parameters."""
    fields = schemas.members(resource.record)
    parts: Data = {}
    for parameter in queried(operation):
        meaning = _meaning(parameter, parameter.name in fields, schemas)
        if meaning is not None and meaning not in parts:
            parts[meaning] = f"$query.{parameter.name}"
            if meaning == "number" and _counts_from_zero(parameter, schemas):
                parts["first"] = 0
    return parts if parts.keys() - {"first"} != {"number"} else {}


def _meaning(parameter: Parameter, is_field: bool, schemas: Schemas) -> str | None:
    name = _plain(parameter.name)
    types = schemas.types(schemas.at(parameter.pointer + "/schema", parameter.schema))
    if name in _AFTERS:
        return "after"
    if types and not types & {"integer", "number"}:
        return None
    if name in _LIMITS or (name in _WEAK_LIMITS and not is_field):
        return "limit"
    if name in _OFFSETS:
        return "offset"
    return "number" if name in _NUMBERS else None


def _is_number(parameter: Parameter, schemas: Schemas) -> bool:
    types = schemas.types(schemas.at(parameter.pointer + "/schema", parameter.schema))
    return bool(types) and types <= {"integer", "number"}


def _counts_from_zero(parameter: Parameter, schemas: Schemas) -> bool:
    schema = schemas.at(parameter.pointer + "/schema", parameter.schema)
    return any(value == 0 for word in ("default", "minimum") for value in schemas.each(schema, word)) and not any(
        value == 1 for value in schemas.each(schema, "default")
    )


def filters(operation: Operation, resource: Resource, schemas: Schemas, taken: Data) -> Data:
    """The filters of a list: query parameters that are named as a field of the records."""
    fields = schemas.members(resource.record)
    used = set(map(str, taken.values()))
    filters: Data = {}
    for parameter in queried(operation):
        value = f"$query.{parameter.name}"
        field = find_alike(_unwrapped(parameter.name), fields) if value not in used else None
        path = (
            _compared(field, fields[field], schemas.at(parameter.pointer, parameter.schema), schemas) if field else None
        )
        if path is not None:
            filters[path] = value
    return filters


def _compared(field: str, member: LocatedSchema, parameter: LocatedSchema, schemas: Schemas) -> str | None:
    """The field to compare, as a path; None when a query value cannot be compared with it."""
    items = schemas.items(member) if schemas.is_list(member) else None
    asked = schemas.items(parameter) if schemas.is_list(parameter) else parameter
    if asked is None or not (schemas.is_scalar(asked) or not schemas.types(asked)):
        return None
    path = field.replace(".", "\\.")
    if schemas.is_scalar(member) or (items is not None and schemas.is_scalar(items)):
        return path if "." not in field else None
    if items is not None and "name" in schemas.members(items) and "." not in field:
        return f"{path}.name"
    return None


def surroundings(
    answer: LocatedSchema, path: tuple[str, ...], schemas: Schemas, operation: Operation
) -> Iterator[tuple[str, str]]:
    """What the envelope of a list has beside it: how many there are, whether and where more follow, what was asked."""
    asked = {_plain(one.name): one for one in queried(operation) if _is_number(one, schemas)}
    for names, schema in _beside(answer, path, schemas):
        name, types = _plain(names[-1]), schemas.types(schema)
        if name in _TOTALS and types <= {"integer", "number"}:
            yield reply_path(names), "$total"
        elif name in _MORES and types <= {"boolean"}:
            yield reply_path(names), "$more"
        elif name in _NEXTS and not _is_required(answer, names, schemas):
            yield reply_path(names), "$next" if _follows(operation) and _is_free_text(schema, schemas) else "$absent"
        elif name in asked and name in (*_LIMITS, *_OFFSETS, *_NUMBERS) and types and types <= {"integer", "number"}:
            parameter = asked[name]
            if _always_has_value(parameter, schemas) or not _is_required(answer, names, schemas):
                yield reply_path(names), f"$query.{parameter.name}"


def _is_free_text(schema: LocatedSchema, schemas: Schemas) -> bool:
    """Whether any text will do: the next page is named by the key of a record, which isn't a URL."""
    return schemas.types(schema) <= {"string"} and not any(
        True for word in ("format", "pattern", "enum") for _ in schemas.each(schema, word)
    )


def _always_has_value(parameter: Parameter, schemas: Schemas) -> bool:
    """Whether a parameter has a value in every request."""
    schema = schemas.at(parameter.pointer + "/schema", parameter.schema)
    return parameter.required or any(True for _ in schemas.each(schema, "default"))


def _beside(
    answer: LocatedSchema, path: tuple[str, ...], schemas: Schemas
) -> Iterator[tuple[tuple[str, ...], LocatedSchema]]:
    """The members beside the list, on each level of its path, and those of one object such as `meta` or `links`."""
    schema = answer
    for depth in range(len(path)):
        for name, member in schemas.members(schema).items():
            if name != path[depth]:
                yield (*path[:depth], name), member
                if schemas.is_object(member) and (name in schemas.required(schema) or not schemas.required(member)):
                    yield from (((*path[:depth], name, inner), one) for inner, one in schemas.members(member).items())
        schema = schemas.members(schema)[path[depth]]


def _is_required(answer: LocatedSchema, names: tuple[str, ...], schemas: Schemas) -> bool:
    schema = answer
    for name in names[:-1]:
        schema = schemas.members(schema)[name]
    return names[-1] in schemas.required(schema)


def _follows(operation: Operation) -> bool:
    return any(_plain(one.name) in _AFTERS for one in queried(operation))


def reply_path(names: tuple[str, ...]) -> str:
    """Names as a dotted path."""
    return ".".join(name.replace(".", "\\.") for name in names)


def _plain(name: str) -> str:
    return "".join(words(name))


def _unwrapped(name: str) -> str:
    """`status` of `filter[status]`."""
    return name[name.index("[") + 1 : -1] if name.startswith("filter[") and name.endswith("]") else name
