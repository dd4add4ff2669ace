"""Paths that name what they do: `/things/create`, `/things.list`, `/things/{id}/delete`, `/createThing`.

They are read as the method and path that would say the same, where other paths show that there is such a collection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from mockserver.contract.schemas.naming import names_one_of, plain, words
from mockserver.inference.envelopes import list_in, record_in
from mockserver.inference.located_schemas import Schemas
from mockserver.inference.names import names_record, sayable, without
from mockserver.inference.routes import VALUE, Route, Shape

_VERBS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("create", "add", "new", "insert", "createnew", "addnew"), "create"),
    **dict.fromkeys(("list", "all", "getall", "findall", "listall", "fetchall", "getlist"), "list"),
    **dict.fromkeys(("get", "read", "info", "show", "retrieve", "detail", "details", "find", "view", "getbyid",
                     "findbyid", "byid", "getone", "findone", "fetch"), "read"),
    **dict.fromkeys(("update", "edit", "modify", "change", "patch", "updatebyid", "editbyid"), "update"),
    **dict.fromkeys(("delete", "remove", "destroy", "del", "deletebyid", "removebyid"), "remove"),
}  # fmt: skip
_METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "create": ("POST", "PUT"),
    "list": ("GET", "POST", "QUERY"),
    "read": ("GET", "POST", "QUERY"),
    "update": ("POST", "PUT", "PATCH"),
    "remove": ("POST", "DELETE", "PUT"),
}
_FORMAT: Final = "json"
"""A last segment that says how a GET answers."""


def without_verbs(routes: Iterable[Route], schemas: Schemas) -> list[Route]:
    """The routes, those with a verb in their path as the method and path that say the same."""
    routes = list(routes)
    reader = _Reader(routes, schemas)
    taken = {(route.shape, route.method) for route in routes}
    read = [reader.read(route, taken) for route in routes]
    return [one or route for one, route in zip(read, routes, strict=True)]


class _Reader:
    def __init__(self, routes: list[Route], schemas: Schemas) -> None:
        self.schemas = schemas
        self.shapes = {route.shape for route in routes}
        self.verbs: dict[Shape, set[str]] = defaultdict(set)
        self.of: dict[Shape, list[tuple[Route, str]]] = defaultdict(list)
        self.nouns = {noun for route in routes for _, noun in _verb_first(route)}
        self.splits = {route.operation.id: list(self.split(route)) for route in routes}
        for route in routes:
            for base, verb, _ in self.splits[route.operation.id]:
                self.verbs[base].add(verb)
                self.of[base].append((route, verb))

    def read(self, route: Route, taken: set[tuple[Shape, str]]) -> Route | None:
        """The route as a method at a collection or record; None where it has no verb, or nothing else agrees."""
        for base, verb, tail in self.splits[route.operation.id]:
            if not self.is_collection(base, verb):
                continue
            plain = self.plain(route, base, verb, tail)
            if plain is not None and (plain.shape, plain.method) not in taken:
                taken.add((plain.shape, plain.method))
                return plain
        return self.acting(route)

    def acting(self, route: Route) -> Route | None:
        """`/things.rename` as an action on the record that the request names; None where it names none."""
        noun, dot, action = route.shape[-1].rpartition(".") if route.shape else ("", "", "")
        base = (*route.shape[:-1], noun)
        if not dot or not noun or not self.is_collection(base, ""):
            return None
        key = self.key(route, base)
        return replace(route, shape=(*base, VALUE, action), last=key) if key else None

    def called(self, base: Shape) -> frozenset[str]:
        """What one of a collection is called: by its path, and by the member of an answer that has it, as a `channel`
        of the conversations."""
        names = {name for route, verb in self.of.get(base, ()) for name in self.member_of(route, verb)}
        return frozenset((base[-1], *names))

    def member_of(self, route: Route, verb: str) -> Iterator[str]:
        answer = self.schemas.answer(route.operation)
        if answer is None or verb not in ("create", "list", "read"):
            return
        placement = list_in(answer, self.schemas, "") if verb == "list" else record_in(answer, self.schemas, "", "")
        if placement is not None:
            yield from placement.path[-1:]

    def split(self, route: Route) -> Iterator[tuple[Shape, str, Shape]]:
        """Collection, verb, and whether a value follows: each way to read the path."""
        shape = route.shape
        if not shape:
            return
        if shape[-1] != VALUE:
            base, tail = (shape[:-2], (VALUE,)) if shape[-2:-1] == (VALUE,) else (shape[:-1], ())
            noun, dot, last = shape[-1].rpartition(".")
            if dot and noun and (spoken := _VERBS.get(plain(last))):
                yield (*shape[:-1], noun), spoken, ()
            as_format = shape[-1] == _FORMAT and route.method == "GET"
            verb = ("read" if tail else "list") if as_format else _verb(shape[-1], base[-1]) if base else None
            if base and base[-1] != VALUE and verb:
                yield base, verb, tail
        elif len(shape) > 2 and VALUE not in shape[-3:-1] and (verb := _verb(shape[-2], shape[-3])):
            yield shape[:-2], verb, (VALUE,)
        for verb, noun in _verb_first(route):
            above, tail = (shape[:-2], (VALUE,)) if shape[-1] == VALUE else (shape[:-1], ())
            yield (*above, self.plural(noun)), verb, tail

    def plural(self, noun: str) -> str:
        """The longest name that a verb stands before which this may be one of: `things` for `thing`."""
        return max((one for one in self.nouns if names_one_of(noun, one)), key=len, default=noun)

    def is_collection(self, base: Shape, verb: str) -> bool:
        """Whether another path speaks of the same collection."""
        return base in self.shapes or (*base, VALUE) in self.shapes or bool(self.verbs[base] - {verb})

    def plain(self, route: Route, base: Shape, verb: str, tail: Shape) -> Route | None:
        if route.method not in _METHODS[verb]:
            return None
        item = (*base, VALUE)
        if verb in ("read", "list") and self.schemas.answers_file(route.operation):
            return None
        if verb in ("create", "list"):
            return replace(route, shape=base, method="POST" if verb == "create" else "GET") if not tail else None
        method = {"read": "GET", "remove": "DELETE"}.get(verb, "PUT" if route.method == "PUT" else "PATCH")
        if tail:
            return replace(route, shape=item, method=method)
        key = self.key(route, base)
        return replace(route, shape=item, method=method, last=key) if key else None

    def key(self, route: Route, base: Shape) -> str:
        """The expression of the value by which a request names a record; empty where it names none."""
        called = self.called(base)
        body = self.schemas.body(route.operation.body)
        members = self.schemas.members(body) if body is not None else {}
        given = [("query", one.name) for one in route.operation.parameters if one.location == "query" and one.required]
        given += [("body", name) for name, member in members.items() if self.schemas.is_scalar(member)]
        given += [("query", one.name) for one in route.operation.parameters if one.location == "query"]
        named = [one for one in given if any(names_record(one[1], noun) for noun in called) and sayable(one[1])]
        best = [one for one in named if any(without(words(one[1]), noun) != words(one[1]) for noun in called)]
        return next((f"${where}.{name}" for where, name in (*best, *named)), "")


def _verb(segment: str, collection: str) -> str | None:
    """What a segment beside a collection says is done: `create`, `getAll`, `deleteThing`."""
    spoken = words(segment)
    return _VERBS.get("".join(spoken)) or (
        _VERBS.get("".join(without(spoken, collection))) if len(spoken) > 1 else None
    )


def _verb_first(route: Route) -> Iterator[tuple[str, str]]:
    """Verb and noun of a segment such as `createThing`."""
    segment = next((one for one in reversed(route.shape) if one != VALUE), "")
    spoken = words(segment)
    for count in (2, 1):
        verb = _VERBS.get("".join(spoken[:count]))
        noun = "".join(spoken[count:])
        if verb is not None and noun and noun not in _VERBS:
            all_of = verb == "read" and route.shape[-1] != VALUE and noun.endswith("s")
            yield ("list" if all_of else verb), noun
            return
