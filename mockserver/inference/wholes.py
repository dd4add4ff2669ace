"""Paths that hold no records: a map of any names (`/settings`, `/stores/{store}/{name}`), or a list of plain texts
(`/issues/{id}/tags`).

Of a map, the whole is kept; of a list, each text is a record of its own, which has nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mockserver.contract.schemas.naming import names_one_of
from mockserver.inference.described import removes_all
from mockserver.inference.envelopes import LISTS
from mockserver.inference.flags import Flag, flag_at
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import sayable
from mockserver.inference.routes import VALUE, Route, Routes, Shape
from mockserver.inference.showing import LeftToExample

Data = dict[str, Any]
_WRITING: Final = frozenset({"POST", "PUT", "DELETE"})
WHOLE: Final = "value"
"""The private field that holds the map, or the text."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What one path holds."""

    flag: Flag
    texts: bool  #: whether it is a list of texts, and not a map

    @property
    def name(self) -> str:
        """The collection."""
        return self.flag.name

    def rules(self, reading: Route) -> Data:
        """The rules of the collection; a map at a fixed path, without a declared 404, is there before it is put."""
        if self.texts:
            within = [field for _, field in self.flag.fields]
            return {"key": WHOLE, **({"within": within} if within else {}), "private": [*within, WHOLE]}
        chosen = reading.shape[-1] == VALUE or "404" in reading.operation.responses
        implicit = {} if chosen else {"implicit": True}
        return {**self.flag.rules, "private": [*self.flag.rules["private"], WHOLE], **implicit}


def find_texts(routes: Routes, schemas: Schemas) -> frozenset[Shape]:
    """The paths that list texts which a client can change, and of which none is read as an object."""
    return frozenset(shape for shape in routes if _changes_texts(shape, routes, schemas))


def find_wholes(routes: Routes, schemas: Schemas, texts: frozenset[Shape], taken: set[str]) -> dict[Shape, Whole]:
    """The paths that hold a map or one of these lists of texts, which a client can change."""
    wholes: dict[Shape, Whole] = {}
    for shape, methods in routes.items():
        if "GET" in methods and shape and (shape in texts or _is_map(methods, schemas)):
            flag = flag_at(shape, methods["GET"], taken)
            taken = {*taken, flag.name}
            wholes[shape] = Whole(flag, shape in texts)
    return wholes


def _changes_texts(shape: Shape, routes: Routes, schemas: Schemas) -> bool:
    methods, item = routes[shape], routes.get((*shape, VALUE), {})
    if "GET" not in methods or not shape or shape[-1] == VALUE or _lists_texts(methods, schemas) is None:
        return False
    read = schemas.answer(item["GET"].operation) if "GET" in item else None
    changing = methods.keys() & _WRITING or item.keys() & _WRITING
    return bool(changing) and (read is None or not schemas.is_object(read))


def _is_map(methods: Mapping[str, Route], schemas: Schemas) -> bool:
    """Whether GET answers a map, or anything, and PUT or PATCH takes one."""
    reading = methods["GET"].operation
    taken = [schemas.body(methods[one].operation.body) for one in ("PUT", "PATCH") if one in methods]
    shown = schemas.answer(reading)
    return (schemas.is_free(reading) if shown is None else _holds_any_name(shown, schemas)) and any(
        one is not None and _holds_any_name(one, schemas) for one in taken
    )


def _holds_any_name(schema: LocatedSchema, schemas: Schemas) -> bool:
    is_map = schemas.values(schema) is not None or schemas.says_nothing(schema)
    return schemas.types(schema) == {"object"} and not schemas.members(schema) and is_map


def _lists_texts(methods: Mapping[str, Route], schemas: Schemas) -> tuple[str, ...] | None:
    """Where GET answers a list of texts; None where it does not."""
    answer = schemas.answer(methods["GET"].operation) if "GET" in methods else None
    return texts_in(answer, schemas, methods["GET"].shape[-1]) if answer is not None else None


def texts_in(schema: LocatedSchema, schemas: Schemas, name: str) -> tuple[str, ...] | None:
    """Where a schema has a list of texts: at its top, or as the only list in an object; None where it has none."""
    if schemas.is_list(schema):
        return () if _is_text(schemas.items(schema), schemas) else None
    lists = [one for one, inner in schemas.members(schema).items() if schemas.is_list(inner) and sayable(one)]
    if len(lists) != 1 or not _is_text(schemas.items(schemas.members(schema)[lists[0]]), schemas):
        return None
    usual = lists[0] in LISTS or names_one_of(lists[0], name) or names_one_of(name, lists[0])
    return (lists[0],) if usual else None


def _is_text(schema: LocatedSchema | None, schemas: Schemas) -> bool:
    return schema is not None and schemas.types(schema) == {"string"}


class Wholes:
    """Derives the behaviours of the operations at such paths; `above` finds the record that they are below."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas

    def behaviour(self, route: Route, whole: Whole, above: Data) -> Data:
        """What an operation does at the path, or with one of its texts. Raises LeftToExample."""
        if not whole.texts:
            return self._at_map(route, whole.flag, above)
        place = {field: route.expression(place) for place, field in whole.flag.fields}
        if route.shape[-1] == VALUE:
            return self._at_text(route, {**place, WHOLE: route.expression(route.shape)}, whole.name, above)
        return self._at_list(route, place, whole.name, above)

    def _at_map(self, route: Route, flag: Flag, above: Data) -> Data:
        values, find = flag.values(route), {"find": {flag.name: flag.values(route)}}
        shown = self._shown_map(route)
        if route.method == "GET":
            return {"because": "GET answers the map that was put", **find, "reply": f"$record.{WHOLE}"}
        if route.method == "DELETE":
            return {"because": "DELETE removes the map that was put", **find, "remove": {flag.name: values}}
        if route.method == "PATCH":
            changed = {"set": {"*": {WHOLE: "$body"}}}
            return {"because": "PATCH changes the members that are sent", **find, **changed, **shown}
        if route.method != "PUT":
            raise LeftToExample(f"{route.method} on a map has no agreed meaning")
        return {"because": "PUT keeps the map", **above, "create": {flag.name: {**values, WHOLE: "$body"}}, **shown}

    def _shown_map(self, route: Route) -> Data:
        answer = self.schemas.answer(route.operation)
        is_map = answer is not None and _holds_any_name(answer, self.schemas)
        return {"reply": f"$record.{WHOLE}"} if is_map else {}

    def _at_text(self, route: Route, values: Data, name: str, above: Data) -> Data:
        """One text, which the path names."""
        find = {"find": {name: values}}
        if route.method == "GET":
            return {"because": "GET asks for a text of the list", **find}
        if route.method == "DELETE":
            finds = find if "404" in route.operation.responses else above
            return {"because": "DELETE takes a text out of the list", **finds, "remove": {name: values}}
        if route.method not in ("PUT", "POST"):
            raise LeftToExample(f"{route.method} on a text has no agreed meaning")
        return {"because": f"{route.method} adds a text to the list", **above, "create": {name: values}}

    def _at_list(self, route: Route, place: Data, name: str, above: Data) -> Data:
        """The list of the texts."""
        listed = self._shown(route, place, name)
        if route.method == "GET":
            return {"because": "GET lists the texts of a path", **above, **listed}
        sent = self._sent(route)
        if route.method == "DELETE":
            if sent is None and not removes_all(route.operation):
                raise LeftToExample("DELETE on a list of texts, and nothing says which of them")
            chosen = {name: {**place, **({WHOLE: sent} if sent is not None else {})}}
            return {"because": "DELETE takes texts out of the list", **above, "remove": chosen, **listed}
        if route.method not in ("POST", "PUT", "PATCH") or sent is None:
            raise LeftToExample(f"{route.method} on a list of texts, and what is sent has none")
        made = {"create": {name: {"*": sent, WHOLE: sent, **place}}}
        rest = {"remove": {name: place}} if route.method == "PUT" else {}
        what = "puts these texts in the place of the list" if rest else "adds texts to the list"
        return {"because": f"{route.method} {what}", **above, **made, **rest, **listed}

    def _shown(self, route: Route, place: Data, name: str) -> Data:
        """The list as it then is, where the answer has one."""
        answer = self.schemas.answer(route.operation)
        path = texts_in(answer, self.schemas, route.shape[-1]) if answer is not None else None
        if path is None:
            return {}
        shown = f"$records.{WHOLE}"
        return {"list": {name: place}, "reply": {".".join(path): shown} if path else shown}

    def _sent(self, route: Route) -> str | None:
        """The expression of the texts, or of the one text, that a request sends; None where it sends none."""
        body = self.schemas.body(route.operation.body)
        if body is None:
            return None
        if self.schemas.types(body) == {"string"}:
            return "$body"
        path = texts_in(body, self.schemas, route.shape[-1])
        if path is not None:
            return ".".join(("$body", *path))
        texts = list(self._texts(body))
        return f"$body.{texts[0]}" if len(texts) == 1 else None

    def _texts(self, body: LocatedSchema) -> Iterator[str]:
        return (
            name for name, one in self.schemas.members(body).items() if sayable(name) and _is_text(one, self.schemas)
        )
