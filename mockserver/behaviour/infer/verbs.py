"""The behaviour of each operation on the collections, by its place among their paths and by its method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mockserver.behaviour.infer.collections import Resource, Routes
from mockserver.behaviour.infer.envelopes import Held, is_wrapper, list_in, record_in
from mockserver.behaviour.infer.fitting import Fitting
from mockserver.behaviour.infer.names import find_alike
from mockserver.behaviour.infer.paging import Data, filters, page, queried, reply_path, surroundings
from mockserver.behaviour.infer.routes import VALUE, Route, Shape
from mockserver.behaviour.infer.spots import Schemas, Spot
from mockserver.contract.operation import Operation
from mockserver.generate.generator import is_stamp

_CREATED: Final = ("created", "inserted")


class LeftToExample(Exception):
    """Why an operation gets no behaviour."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request gives a record: all of it, or each field by itself, without those that have another form there."""

    all: Data
    each: Data
    odd: tuple[str, ...] = ()  #: sent in a form that the record's field does not have


class Verbs:
    """Derives the behaviours of the operations of one contract."""

    def __init__(self, resources: Mapping[Shape, Resource], routes: Routes, schemas: Schemas, fitting: Fitting) -> None:
        self.resources, self.routes, self.schemas, self.fitting = resources, routes, schemas, fitting

    def behaviour(self, route: Route) -> Data:
        """The behaviour of one operation. Raises LeftToExample."""
        if any("." in name for name in route.names):
            raise LeftToExample("a value in its path has a dot in its name, which no expression can say")
        shape, method = route.shape, route.operation.method
        if shape in self.resources:
            return self._at_base(route, self.resources[shape], method)
        if shape and shape[-1] == VALUE and shape[:-1] in self.resources:
            return self._at_item(route, self.resources[shape[:-1]], method)
        return self._elsewhere(route, method)

    def _at_base(self, route: Route, resource: Resource, method: str) -> Data:
        if method == "GET":
            return self._list(route, resource, route.shape, "GET on a collection lists it")
        if method == "POST":
            return self._create(route, resource, route.shape)
        if method in ("PUT", "PATCH"):
            return self._change_by_body(route, resource, method)
        if method == "DELETE" and route.operation.body is None:
            found = self._parent(route, route.shape)
            chosen = {
                **self._under_parent(resource, route.shape),
                **filters(route.operation, resource, self.schemas, {}),
            }
            return {
                **_because("DELETE on a collection removes its records"),
                **found,
                "remove": {resource.name: chosen},
            }
        raise LeftToExample(f"{method} on a collection has no agreed meaning")

    def _at_item(self, route: Route, resource: Resource, method: str) -> Data:
        find = self._find(route, resource, route.shape)
        if method == "GET":
            return {**_because("GET on a record reads it"), **find, **self._shown(route, resource, must=True)}
        if method == "DELETE":
            gone = self._gone(resource)
            return {
                **_because("DELETE on a record removes it, and what is its own"),
                **find,
                "remove": gone,
                **self._shown(route, resource),
            }
        if method in ("PUT", "PATCH", "POST"):
            return self._change(route, resource, method, find)
        raise LeftToExample(f"{method} on a record has no agreed meaning")

    def _elsewhere(self, route: Route, method: str) -> Data:
        base = route.shape[:-1]
        if method == "GET" and route.shape and route.shape[-1] != VALUE:
            resource = self._listed_here(route)
            if resource is not None:
                return self._list(route, resource, base, "GET that answers a list of the records of a collection")
        if method == "POST" and base in self.resources and self._takes_many(route, self.resources[base]):
            return self._create(route, self.resources[base], base)
        return self._on_found(route)

    def _listed_here(self, route: Route) -> Resource | None:
        """The one collection whose records this answer lists: told by the very schema, or by the path above it."""
        answer = self.schemas.answer(route.operation)
        if answer is None:
            return None
        above = self.resources.get(route.shape[:-1])
        for resource in [above] if above is not None else self._owners(answer):
            held = list_in(answer, self.schemas, resource.name, resource.record)
            if held is not None and self._is_record(held.spot, resource) and is_wrapper(held.path, resource.name):
                return resource
        return None

    def _owners(self, answer: Spot) -> list[Resource]:
        """The only collection with records of the schema that an answer lists; none when there are several."""
        held = list_in(answer, self.schemas, "")
        if held is None:
            return []
        owners = {one.name: one for one in self.resources.values() if self._is_record(held.spot, one)}
        return list(owners.values()) if len(owners) == 1 else []

    def _is_record(self, spot: Spot, resource: Resource) -> bool:
        return self.schemas.same(spot, resource.record) or any(
            self.schemas.same(spot, other) for other in resource.also
        )

    def _takes_many(self, route: Route, resource: Resource) -> bool:
        body = self.schemas.body(route.operation.body)
        items = self.schemas.items(body) if body is not None and self.schemas.is_list(body) else None
        return items is not None and self.schemas.share(items, resource.record)

    def _on_found(self, route: Route) -> Data:
        """An action on one record: it must be there; what the action does to it, the contract does not say."""
        for end in range(len(route.shape) - 1, 1, -1):
            shape = route.shape[:end]
            if shape[-1] == VALUE and shape[:-1] in self.resources:
                resource = self.resources[shape[:-1]]
                found = self._find(route, resource, shape)
                return {
                    **_because("only a record that is there can be acted on"),
                    **found,
                    **self._acted(route, resource),
                }
        raise LeftToExample(_no_place(route))

    def _acted(self, route: Route, resource: Resource) -> Data:
        answer = self.schemas.answer(route.operation)
        held = record_in(answer, self.schemas, resource.name, "", resource.record) if answer is not None else None
        if held is None or not self._is_record(held.spot, resource) or not is_wrapper(held.path, resource.name):
            return {}
        return {"reply": _reply(held.path, "$record")}

    # the verbs

    def _find(self, route: Route, resource: Resource, shape: Shape) -> Data:
        """Find the record that a path names, below its parent where it has one."""
        chosen = {resource.key: f"$path.{route.value(shape)}"}
        link = resource.link(shape[:-1])
        if link is not None:
            chosen[link.field] = f"$path.{route.value((*link.base, VALUE))}"
        return {"find": {resource.name: chosen}}

    def _parent(self, route: Route, base: Shape) -> Data:
        """Find the parent of the records at a base path: without it there is no list and no new record."""
        link = self.resources[base].link(base) if base in self.resources else None
        return self._find(route, self.resources[link.base], (*link.base, VALUE)) if link is not None else {}

    def _under_parent(self, resource: Resource, base: Shape) -> Data:
        link = resource.link(base)
        return {} if link is None else {link.field: f"$record.{self.resources[link.base].key}"}

    def _list(self, route: Route, resource: Resource, base: Shape, because: str) -> Data:
        answer = self.schemas.answer(route.operation)
        held = list_in(answer, self.schemas, resource.name, resource.record) if answer is not None else None
        if answer is None or held is None:
            raise LeftToExample("what it answers holds no list of records")
        self._must_fit(resource, held)
        paging = page(route.operation, resource, self.schemas)
        chosen = filters(route.operation, resource, self.schemas, paging)
        data = {
            **_because(because),
            **self._parent(route, base),
            "list": {resource.name: {**self._under_parent(resource, base), **chosen}},
            **({"page": paging} if paging else {}),
        }
        around = dict(surroundings(answer, held.path, self.schemas, route.operation))
        return {**data, "reply": _reply(held.path, "$records", around)}

    def _create(self, route: Route, resource: Resource, base: Shape) -> Data:
        sent = self._sent(route, resource)
        if sent is None:
            raise LeftToExample("POST on the collection, and what is sent is no such record")
        fields = {**sent.all, **dict.fromkeys(sent.odd, "$absent")}
        fields.update(self._stamps(resource, making=True))
        data = {**_because("POST on a collection creates a record"), **self._parent(route, base)}
        created = {**fields, **self._under_parent(resource, base)}
        return {**data, "create": {resource.name: _short(created, "*")}, **self._shown(route, resource)}

    def _change(self, route: Route, resource: Resource, method: str, find: Data) -> Data:
        sent = self._sent(route, resource)
        if sent is None and method != "POST":
            raise LeftToExample(f"{method} on a record, and what is sent is no such record")
        if sent is None:
            return {**_because("only a record that is there can be acted on"), **find, **self._acted(route, resource)}
        if method == "PUT" and self._makes_missing(route.operation, private=resource.key in resource.private):
            return self._upsert(route, resource, sent)
        stamps = self._stamps(resource, making=False)
        if method == "PUT" and "*" in sent.all:
            because, word = "PUT on a record replaces it", "="
            changed = {"=": sent.all["*"], **{name: f"$record.{name}" for name in sent.odd}}
        else:
            because, word = f"{method} on a record changes the fields that are sent", ""
            changed = dict(sent.all if not sent.odd else sent.each)
        return {**_because(because), **find, "set": _short({**changed, **stamps}, word), **self._shown(route, resource)}

    def _upsert(self, route: Route, resource: Resource, sent: Sent) -> Data:
        created = {**sent.all, **dict.fromkeys(sent.odd, "$absent"), **self._keyed(route, resource)}
        return {
            **_because("PUT on a record makes or replaces it: it never answers 404"),
            **self._parent(route, route.shape[:-1]),
            "create": {resource.name: created},
            **self._shown(route, resource),
        }

    def _keyed(self, route: Route, resource: Resource) -> Data:
        link = resource.link(route.shape[:-1])
        keyed = {resource.key: f"$path.{route.value(route.shape)}"}
        return {**keyed, link.field: f"$record.{self.resources[link.base].key}"} if link is not None else keyed

    @staticmethod
    def _makes_missing(operation: Operation, *, private: bool) -> bool:
        """Whether a PUT creates what is not there: it can answer 201, or nothing else could tell the key; and never 404."""
        return "404" not in operation.responses and ("201" in operation.responses or private)

    def _change_by_body(self, route: Route, resource: Resource, method: str) -> Data:
        body = self.schemas.body(route.operation.body)
        held = record_in(body, self.schemas, resource.name, resource.key, resource.record) if body is not None else None
        key = find_alike(resource.key, self.schemas.members(held.spot)) if held is not None else None
        if held is None or key is None:
            raise LeftToExample(
                f"{method} on a collection, and what is sent does not name a record by its {resource.key}"
            )
        find = {"find": {resource.name: {resource.key: "$body." + ".".join((*held.path, key))}}}
        return self._change(route, resource, method, find)

    def _gone(self, resource: Resource) -> Data:
        """The record itself, and the records below it."""
        gone = {resource.name: {resource.key: f"$record.{resource.key}"}}
        for base in resource.bases:
            for child in self.resources.values():
                for _, link in child.links:
                    if link.base == base:
                        gone[child.name] = {link.field: f"$record.{resource.key}"}
        return gone

    def _sent(self, route: Route, resource: Resource) -> Sent | None:
        """The fields that a request gives a record; None when it gives none."""
        body = self.schemas.body(route.operation.body)
        known = self.schemas.members(resource.record)
        if body is None:
            given = {one.name: f"$query.{one.name}" for one in queried(route.operation)}
            fields = {name: value for name, value in given.items() if name in known and name != resource.key}
            return Sent(fields, fields) if fields else None
        many = self.schemas.items(body) if self.schemas.is_list(body) else None
        held = record_in(many or body, self.schemas, resource.name, resource.key, resource.record)
        if held is None or not self.schemas.share(held.spot, resource.record):
            return None
        base = ".".join(("$body", *held.path))
        shared = {name: spot for name, spot in self.schemas.members(held.spot).items() if name in known}
        odd = tuple(name for name, spot in shared.items() if self.fitting.misfit(spot, known[name]))
        each = {
            name: f"{base}.{name}" for name in shared if name not in odd and "." not in name and name != resource.key
        }
        return Sent({"*": base}, each, odd)

    def _stamps(self, resource: Resource, *, making: bool) -> Data:
        """The fields that say when a record was made or changed."""
        stamps = (
            name
            for name, member in self.schemas.members(resource.record).items()
            if is_stamp(name) and "date-time" in self.schemas.each(member, "format")
        )
        return {name: "$now" for name in stamps if making or not any(word in name.lower() for word in _CREATED)}

    def _shown(self, route: Route, resource: Resource, *, must: bool = False) -> Data:
        """How the record stands in the answer; nothing where the answer does not show it."""
        answer = self.schemas.answer(route.operation)
        if answer is None:
            if must:
                raise LeftToExample("what it answers is no JSON of a known form")
            return {}
        if self.schemas.is_list(answer):
            if must:
                raise LeftToExample("what it answers is a list where one record is meant")
            return {}
        held = record_in(answer, self.schemas, resource.name, resource.key, resource.record)
        problem = "they are none" if held is None else self._problem(resource, held.spot)
        if held is None or problem is not None:
            if must:
                raise LeftToExample(f"its answer does not fit the records of {resource.name}: {problem}")
            return self._key_alone(answer, resource)
        return {"reply": _reply(held.path, "$record")}

    def _key_alone(self, answer: Spot, resource: Resource) -> Data:
        """The key of the record, where the answer tells that and not the record."""
        members, known = self.schemas.members(answer), self.schemas.members(resource.record)
        name = find_alike(resource.key, members)
        if name is None or not self.schemas.is_scalar(members[name]):
            return {}
        misfits = resource.key in known and self.fitting.misfit(known[resource.key], members[name])
        return {} if misfits else {"reply": {reply_path((name,)): f"$record.{resource.key}"}}

    def _must_fit(self, resource: Resource, held: Held) -> None:
        problem = self._problem(resource, held.spot)
        if problem is not None:
            raise LeftToExample(f"its items do not fit the records of {resource.name}: {problem}")

    def _problem(self, resource: Resource, shown: Spot) -> str | None:
        if any(self.schemas.same(shown, other) for other in (resource.record, *resource.also)):
            return None
        if not self.schemas.share(shown, resource.record):
            return "they have other fields"
        return self.fitting.misfit(resource.record, shown)


def _because(text: str) -> Data:
    return {"because": text}


def _reply(path: tuple[str, ...], value: str, around: Data | None = None) -> Any:
    if not path and not around:
        return value
    return {reply_path(path): value, **(around or {})}


def _short(fields: Data, word: str) -> Any:
    """`$body` for what is nothing but `{word: $body}`."""
    return fields[word] if list(fields) == [word] else fields


def _no_place(route: Route) -> str:
    if VALUE in route.shape:
        return "its path leads to no record of a collection that could be told"
    return "its path is no collection: nothing there is listed, created or found by a key"
