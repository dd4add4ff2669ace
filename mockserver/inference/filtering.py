"""The conditions of a list, by the names of its query parameters: a field, a bound of one, a search, some keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.naming import plain, words
from mockserver.inference.asking import Asked, asked
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_alike, sayable
from mockserver.inference.resources import Resource
from mockserver.state.collection import WRAPPERS, text_of

Data = dict[str, Any]
_SCALARS: Final = frozenset({"string", "integer", "number", "boolean"})
_EVERYTHING: Final = frozenset({"all", "any", "both", "everything", "*", "none specified", "all_types", "anything"})
_SEARCHES: Final = frozenset(
    [
        *("q", "query", "search", "searchterm", "searchtext", "searchquery", "searchstring", "searchkey", "keyword"),
        *("keywords", "term", "terms", "text", "fulltext", "freetext", "searchphrase", "phrase", "searchfor", "find"),
        *("globalsearch", "quicksearch", "searchvalue", "searchkeyword", "filtertext", "textsearch"),
    ]
)
_PREFIXES: Final = {
    "min": "min", "minimum": "min", "from": "min", "since": "min", "start": "min", "starting": "min", "after": "above",
    "gte": "min", "gt": "above", "least": "min", "lower": "min", "over": "above", "above": "above", "begin": "min",
    "max": "max", "maximum": "max", "to": "max", "until": "max", "till": "max", "end": "max", "ending": "max",
    "before": "below", "lte": "max", "lt": "below", "most": "max", "upper": "max", "under": "below", "below": "below",
    "exclude": "not", "not": "not", "search": "contains",
}  # fmt: skip
_SUFFIXES: Final = {
    **{word: test for word, test in _PREFIXES.items() if word not in ("exclude", "search", "most", "least", "over")},
    "ge": "min", "le": "max", "contains": "contains", "icontains": "contains", "like": "contains", "ilike": "contains",
    "includes": "contains", "search": "contains", "query": "contains", "in": "among", "eq": "is", "iexact": "is",
    "exact": "is", "equals": "is", "ne": "not", "neq": "not", "nin": "not",
}  # fmt: skip
_SIGNS: Final = ((">=", "min"), ("<=", "max"), (">", "min"), ("<", "max"))
_BOUNDS: Final = frozenset({"min", "max", "above", "below"})
_TIMES: Final = ("at", "on", "date", "time", "timestamp", "datetime", "utc")
_TIME_FORMATS: Final = frozenset({"date", "date-time", "unix-time", "timestamp", "epoch"})
_MOMENTS: Final = ("date", "timestamp", "time", "datetime", "occurredat", "createdat", "created", "creationdate",
                   "createddate", "datecreated", "createdon", "inserted", "insertedat", "publishedat", "startedat",
                   "startat", "starttime", "startdate", "updatedat", "updated", "modifiedat")  # fmt: skip
_CHANGES: Final = ("updatedat", "updated", "lastupdated", "modifiedat", "lastmodified", "dateupdated", "updatedon")


def filters(operation: Operation, resource: Resource, schemas: Schemas, taken: Data) -> Data:
    """The filters of a list: a value for equality, or an object of conditions."""
    used, reader = set(map(str, taken.values())), _Reader(resource, schemas)
    filters: Data = {}
    for one in asked(operation, schemas):
        if one.expression in used:
            continue
        for path, conditions in reader.read(one):
            known = filters.get(path)
            if known is None:
                filters[path] = conditions
            elif isinstance(known, dict) or isinstance(conditions, dict):
                filters[path] = {**_as_conditions(known), **_as_conditions(conditions)}
    return filters


def _as_conditions(value: Any) -> Data:
    return value if isinstance(value, dict) else {"is": value}


class _Reader:
    """Reads what the query of one collection's lists means."""

    def __init__(self, resource: Resource, schemas: Schemas) -> None:
        self.resource, self.schemas = resource, schemas
        self.fields = {name: one for name, one in schemas.members(resource.record).items() if sayable(name)}
        self.wrapped = {
            inner: (f"{name}.{inner}", one)
            for name, whole in self.fields.items()
            if name in WRAPPERS
            for inner, one in schemas.members(whole).items()
            if sayable(inner)
        }

    def read(self, one: Asked) -> Iterator[tuple[str, Any]]:
        """The path of the field that a value is compared with, and how; nothing where it means none."""
        name = _unwrapped(one.name)
        place = self._place(words(name)) if words(name) else None
        if place is not None and not _signed(one.name):
            equal = self._equal(one, *place)
            if equal is not None:
                yield equal
                return
        compared = self._bounded(one, name) or self._several(one, name) or self._selected(one)
        if compared is not None:
            yield compared
        elif one.plain in _SEARCHES and self._is_plain_text(one.schema):
            yield "*", {"contains": one.expression}

    def _place(self, name: tuple[str, ...]) -> tuple[str, LocatedSchema] | None:
        """The field of this name, or the member of an object or of those in a list: `author.id` for `author_id`."""
        field = find_alike("_".join(name), self.fields)
        if field is not None:
            return field, self.fields[field]
        for count in range(len(name) - 1, 0, -1):
            head = find_alike("_".join(name[:count]), self.fields) or self._list_of("_".join(name[:count]))
            if head is None:
                continue
            inner = self.fields[head]
            whole = self.schemas.items(inner) if self.schemas.is_list(inner) else inner
            members = self.schemas.members(whole) if whole is not None else {}
            tail = find_alike("_".join(name[count:]), members)
            if tail is not None and sayable(tail):
                return f"{head}.{tail}", members[tail]
            if name[count:] == ("id",) and self._kinds(inner) & _SCALARS:
                return head, inner
        wrapped = find_alike("_".join(name), self.wrapped)
        if wrapped is not None:
            return self.wrapped[wrapped]
        several = self._list_of("_".join(name))
        return (several, self.fields[several]) if several is not None else None

    def _list_of(self, name: str) -> str | None:
        """The list whose items a name is for: `tags` for `tag`."""
        lists = (field for field, one in self.fields.items() if "array" in self._kinds(one))
        return next((field for field in lists if _is_plural(field, name)), None)

    def _equal(self, one: Asked, path: str, member: LocatedSchema) -> tuple[str, Any] | None:
        """How a value is compared with a field for equality; None when it cannot be."""
        kinds, sent = self._kinds(member), self._kinds(one.schema)
        items = self.schemas.items(member) if "array" in kinds else None
        asked_items = self.schemas.items(one.schema) if "array" in sent else None
        inner = self._kinds(items) if items is not None else frozenset()
        if sent - {"array"} - _SCALARS:
            return (path, {"within": one.expression}) if kinds <= _SCALARS else None
        if "array" in sent and asked_items is not None and not self._kinds(asked_items) <= _SCALARS:
            return None
        if not (kinds | inner) & (_SCALARS | {"object"}):
            return None
        unless = self._free(one, member if items is None else items)
        if self._is_day_of(one, member):
            return path, {"contains": one.expression}
        commas = (asked_items is None and "array" in kinds) and "string" in sent
        if kinds <= _SCALARS or (kinds == {"array"} and inner and inner <= _SCALARS):
            plain = not unless and not commas and self._same_case(one, member)
            return path, one.expression if plain else {"among" if commas else "is": one.expression} | unless
        objects = items if items is not None else member
        if kinds == {"array"} and not commas and not unless and "name" in self.schemas.members(objects):
            return f"{path}.name", one.expression
        return path, {"among" if commas else "is": one.expression} | unless

    def _is_day_of(self, one: Asked, member: LocatedSchema) -> bool:
        """Whether a value is the day of a time."""
        sent, kept = (set(self.schemas.each(schema, "format")) for schema in (one.schema, member))
        return "date" in sent and "date-time" in kept

    def _free(self, one: Asked, member: LocatedSchema) -> Data:
        """The values of the parameter's enum that no record can have: they filter nothing."""
        possible = self._values(member)
        values = [value for value in self._values(one.schema) or () if value is not None]
        free = [
            value
            for value in values
            if (text_of(value).casefold() not in possible if possible else text_of(value).casefold() in _EVERYTHING)
        ]
        if len(free) == len(values) and possible:
            free = [value for value in free if text_of(value).casefold() in _EVERYTHING]
        return {"unless": free} if free else {}

    def _values(self, schema: LocatedSchema) -> list[Any] | None:
        """The values of an enum, those of records in small letters; None where any value will do."""
        items = self.schemas.items(schema) if self.schemas.is_list(schema) else None
        schema = items or schema
        named = [value for values in self.schemas.each(schema, "enum") if isinstance(values, list) for value in values]
        named += list(self.schemas.each(schema, "const"))
        if not named and self._kinds(schema) == {"boolean"}:
            named = [True, False]
        return _Folded(named) if named else None

    def _same_case(self, one: Asked, member: LocatedSchema) -> bool:
        own, sent = self._values(member), self._values(one.schema)
        return own is None or sent is None or any(value in list(own) for value in sent)

    def _bounded(self, one: Asked, name: str) -> tuple[str, Any] | None:
        """A bound of a field (`minAge`, `age_gte`, `created[lt]`), or of the record's time (`since`)."""
        spoken, sign = words(name), _signed(one.name)
        tries = [(sign, spoken)] if sign else []
        if spoken and spoken[-1] in _SUFFIXES and len(spoken) > 1:
            tries.append((_SUFFIXES[spoken[-1]], spoken[:-1]))
        if spoken and spoken[0] in _PREFIXES and len(spoken) > 1:
            tries.append((_PREFIXES[spoken[0]], spoken[1:]))
        if spoken and spoken[0] in ("is", "has") and len(spoken) > 2:
            tries += [(_SUFFIXES[spoken[-1]], spoken[1:-1])] if spoken[-1] in _SUFFIXES else []
        for test, rest in tries:
            place = self._place(rest) or self._timed(rest)
            if place is not None and self._comparable(one, test, *place):
                return place[0], {test: one.expression}
        test = _PREFIXES.get(one.plain, "") if len(spoken) == 1 else _PREFIXES.get(spoken[0], "") if spoken else ""
        rest = spoken[1:] or spoken
        if test in _BOUNDS and self._kinds(one.schema) & {"string", "integer", "number"}:
            alone = len(spoken) == 1 or rest[-1] in ("date", "time", "datetime", "timestamp", "day")
            moment = self._moment(one) if alone and self._is_time_like(one) else None
            return (moment, {test: one.expression}) if moment is not None else None
        return None

    def _comparable(self, one: Asked, test: str, path: str, member: LocatedSchema) -> bool:
        """Whether a test makes sense for a field: bounds do for numbers and times."""
        kinds = self._kinds(member)
        if test not in _BOUNDS:
            return bool(kinds & (_SCALARS | {"array"}))
        if kinds & {"integer", "number"}:
            return True
        timed = set(self.schemas.each(member, "format")) & _TIME_FORMATS or words(path)[-1] in (*_TIMES, *_MOMENTS)
        return "string" in kinds and bool(timed or self._kinds(one.schema) & {"integer", "number"})

    def _is_time_like(self, one: Asked) -> bool:
        formats = set(self.schemas.each(one.schema, "format"))
        if formats & _TIME_FORMATS:
            return True
        named = any(word in one.text for word in ("date", "time", "epoch", "iso", "day"))
        return named or self._kinds(one.schema) == {"string"}

    def _timed(self, name: tuple[str, ...]) -> tuple[str, LocatedSchema] | None:
        """The time that a name without its last word means: `created_at` for `created`."""
        bare = _untimed(name)
        for field, one in self.fields.items():
            if bare and _untimed(words(field)) == bare and words(field) != bare and self._kinds(one) & _SCALARS:
                return field, one
        return None

    def _moment(self, one: Asked) -> str | None:
        """The field with a record's time; that of its last change where the parameter speaks of changes."""
        changes = ("updat" in one.text or "modif" in one.text or "chang" in one.text) and "creat" not in one.text
        names = (*_CHANGES, *_MOMENTS) if changes else _MOMENTS
        known = {plain(name): name for name, field in self.fields.items() if self._kinds(field) & _SCALARS}
        return next((known[name] for name in names if name in known), None)

    def _several(self, one: Asked, name: str) -> tuple[str, Any] | None:
        """Some keys (`ids`), or some values of a field (`statuses`)."""
        spoken, sent = words(name), self._kinds(one.schema)
        if not spoken or not sent <= {"array", "string", "integer"}:
            return None
        place: tuple[str, LocatedSchema] | None = None
        if spoken == ("ids",) or (spoken[-1] == "ids" and self._is_own(spoken[:-1])):
            key = self.fields.get(self.resource.key)
            place = (self.resource.key, key) if key is not None else None
        elif spoken[-1] in ("ids", "keys", "codes", "slugs", "names", "uuids"):
            place = self._place((*spoken[:-1], spoken[-1][:-1]))
        if place is None:
            plain = "".join(spoken)
            field = next((field for field in self.fields if _is_plural(plain, field)), None)
            place = (field, self.fields[field]) if field is not None else None
        if place is None or not self._kinds(place[1]) & (_SCALARS | {"array"}):
            return None
        return place[0], {"among": one.expression} | self._free(one, place[1])

    def _selected(self, one: Asked) -> tuple[str, Any] | None:
        """A selection in one text: of labels, of fields, or an object of fields as JSON."""
        if not self._is_plain_text(one.schema):
            return None
        if one.plain == "fieldselector":
            return "*", {"selects": one.expression}
        if one.plain in ("labelselector", "selector", "labels", "label"):
            labels = next(self._labels(), None)
            return (labels, {"selects": one.expression}) if labels is not None else None
        if one.plain in ("filters", "filter", "where") and "json" in one.text:
            return "*", {"matches": one.expression}
        return None

    def _labels(self) -> Iterator[str]:
        """The maps of labels that records have, their own or those of their metadata."""
        for name, field in self.fields.items():
            if plain(name) in ("labels", "tags") and self.schemas.values(field) is not None:
                yield name
            inner = self.schemas.members(field).items() if name in ("metadata", "spec", "config") else ()
            yield from (
                f"{name}.{one}" for one, schema in inner if plain(one) == "labels" and self.schemas.values(schema)
            )

    def _is_own(self, head: tuple[str, ...]) -> bool:
        return bool(head) and _is_plural(self.resource.name.rpartition("_")[2], "_".join(head))

    def _is_plain_text(self, schema: LocatedSchema) -> bool:
        return self._kinds(schema) <= {"string"} and not self.schemas.has_any(schema, "enum")

    def _kinds(self, schema: LocatedSchema) -> frozenset[str]:
        """The types that a schema names, or those that its parts and values show."""
        types = self.schemas.types(schema)
        if types or not isinstance(schema.node, Mapping):
            return types
        if self.schemas.members(schema):
            return frozenset({"object"})
        return frozenset({"array"}) if self.schemas.items(schema) is not None else frozenset({"string"})


class _Folded(list[Any]):
    """Values of an enum, which are the same however they are written."""

    def __contains__(self, text: object) -> bool:
        return any(text_of(value).casefold() == text for value in self)


def _untimed(name: tuple[str, ...]) -> tuple[str, ...]:
    bare = [word for word in name if word not in _TIMES]
    return tuple(bare)


def _is_plural(many: str, one: str) -> bool:
    """Whether a name is the plural of another; both are in the document."""
    single, several = plain(one), plain(many)
    return bool(single) and several in (f"{single}s", f"{single}es", f"{single[:-1]}ies", f"{single}list")


def _signed(name: str) -> str:
    return next((test for sign, test in _SIGNS if name.endswith(sign)), "")


def _unwrapped(name: str) -> str:
    """`status` of `filter[status]` and of `where[status]`."""
    head, bracket, rest = name.partition("[")
    wraps = bracket and head in ("filter", "filters", "where", "search", "query") and rest.rstrip("]")
    return rest.replace("[", "_").replace("]", "") if wraps else name
