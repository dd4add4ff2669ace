"""The behaviour of each operation on the collections, by its place among their paths and by its method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.inference.collections import Resource
from mockserver.inference.envelopes import list_in, record_in
from mockserver.inference.fitting import Fitting
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_alike
from mockserver.inference.paging import filters, page
from mockserver.inference.routes import VALUE, Route, Shape
from mockserver.inference.sending import Sending, Sent
from mockserver.inference.showing import LeftToExample, Showing

Data = dict[str, Any]


class Verbs:
    """Derives the behaviours of the operations of one contract."""

    def __init__(self, resources: Mapping[Shape, Resource], schemas: Schemas, fitting: Fitting) -> None:
        self.resources, self.schemas = resources, schemas
        self.children = _children(resources)
        self.sending, self.showing = Sending(schemas, fitting), Showing(schemas, fitting)

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

    def _at_single(self, route: Route, resource: Resource, method: str) -> Data:
        find: Data = {"find": {resource.name: {}}}
        if method == "GET":
            shown = self.showing.record(route.operation, resource, must=True)
            return {**_because("GET on a path of one record reads it"), **find, **shown}
        if method in ("PUT", "PATCH"):
            return self._change(route, resource, method, find)
        raise LeftToExample(f"{method} on a path of one record has no agreed meaning")

    def _at_base(self, route: Route, resource: Resource, method: str) -> Data:
        if resource.single:
            return self._at_single(route, resource, method)
        if method == "GET":
            return self._list(route, resource, route.shape, "GET on a collection lists it")
        if method == "POST":
            return self._create(route, resource, route.shape)
        if method in ("PUT", "PATCH"):
            return self._change_by_body(route, resource, method)
        if method == "DELETE" and route.operation.body is None:
            return self._clear(route, resource)
        raise LeftToExample(f"{method} on a collection has no agreed meaning")

    def _at_item(self, route: Route, resource: Resource, method: str) -> Data:
        find = self._find(route, resource, route.shape)
        if method == "GET":
            shown = self.showing.record(route.operation, resource, must=True)
            return {**_because("GET on a record reads it"), **find, **shown}
        if method == "DELETE":
            because = _because("DELETE on a record removes it, and what is its own")
            return {**because, **find, "remove": self._gone(resource), **self.showing.record(route.operation, resource)}
        if method in ("PUT", "PATCH", "POST"):
            return self._change(route, resource, method, find)
        raise LeftToExample(f"{method} on a record has no agreed meaning")

    def _elsewhere(self, route: Route, method: str) -> Data:
        base = route.shape[:-1]
        if method == "GET" and route.shape and route.shape[-1] != VALUE:
            resource = self._listed_here(route)
            if resource is not None:
                return self._list(route, resource, base, "GET that answers a list of the records of a collection")
        above = self._collection(base)
        if method == "POST" and above is not None and self._takes_many(route, above):
            return self._create(route, above, base)
        return self._on_found(route)

    def _collection(self, base: Shape) -> Resource | None:
        found = self.resources.get(base)
        return found if found is not None and not found.single else None

    def _listed_here(self, route: Route) -> Resource | None:
        """The one collection whose records this answer lists: told by the very schema, or by the path above it."""
        answer = self.schemas.answer(route.operation)
        if answer is None:
            return None
        above = self._collection(route.shape[:-1])
        candidates = [above] if above is not None else self._owners(answer) if VALUE not in route.shape else []
        return next((one for one in candidates if self.showing.lists(answer, one) is not None), None)

    def _owners(self, answer: LocatedSchema) -> list[Resource]:
        """The only collection with records of the schema that an answer lists; none when there are several."""
        placement = list_in(answer, self.schemas, "")
        if placement is None:
            return []
        many = (one for one in self.resources.values() if not one.single)
        owners = {one.name: one for one in many if self.showing.is_record(placement.schema, one)}
        return list(owners.values()) if len(owners) == 1 else []

    def _takes_many(self, route: Route, resource: Resource) -> bool:
        body = self.schemas.body(route.operation.body)
        items = self.schemas.items(body) if body is not None and self.schemas.is_list(body) else None
        return items is not None and self.schemas.share(items, resource.record)

    def _on_found(self, route: Route) -> Data:
        """An action on one record: it must be there; what the action does to it, the contract does not say."""
        for end in range(len(route.shape) - 1, 1, -1):
            shape = route.shape[:end]
            if shape[-1] == VALUE and shape[:-1] in self.resources:
                return self._act(route, self.resources[shape[:-1]], shape)
        raise LeftToExample(_no_place(route))

    def _act(self, route: Route, resource: Resource, shape: Shape) -> Data:
        because = _because("only a record that is there can be acted on")
        return {**because, **self._find(route, resource, shape), **self.showing.acted(route.operation, resource)}

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
        shown = self.showing.listed(route.operation, resource)
        paging = page(route.operation, resource, self.schemas)
        chosen = self._under_parent(resource, base) | filters(route.operation, resource, self.schemas, paging)
        listed = {"list": {resource.name: chosen}, **({"page": paging} if paging else {})}
        return {**_because(because), **self._parent(route, base), **listed, **shown}

    def _clear(self, route: Route, resource: Resource) -> Data:
        if any(one.location == "query" and not one.required for one in route.operation.parameters):
            raise LeftToExample("DELETE on a collection, by conditions that may be left out")
        chosen = self._under_parent(resource, route.shape) | filters(route.operation, resource, self.schemas, {})
        because = _because("DELETE on a collection removes its records")
        return {**because, **self._parent(route, route.shape), "remove": {resource.name: chosen}}

    def _create(self, route: Route, resource: Resource, base: Shape) -> Data:
        shown = self.showing.record(route.operation, resource)
        sent = self.sending.sent(route.operation, resource)
        if sent is None and _shows_record(shown):
            sent = self.sending.alike(route.operation, resource)
        if sent is None:
            raise LeftToExample("POST on the collection, and neither what is sent nor the answer is such a record")
        fields = {**sent.all, **dict.fromkeys(sent.odd, "$absent"), **self.sending.stamps(resource, making=True)}
        created = _short({**fields, **self._under_parent(resource, base)}, "*")
        because = _because("POST on a collection creates a record")
        return {**because, **self._parent(route, base), "create": {resource.name: created}, **shown}

    def _change(self, route: Route, resource: Resource, method: str, find: Data) -> Data:
        sent = self.sending.sent(route.operation, resource)
        if sent is None and method == "POST":
            return self._act(route, resource, route.shape)
        if sent is None:
            raise LeftToExample(f"{method} on a record, and what is sent is no such record")
        if method == "PUT" and self._makes_missing(route, resource):
            return self._upsert(route, resource, sent)
        stamps = self.sending.stamps(resource, making=False)
        if method == "PUT" and "*" in sent.all:
            because = "PUT on a record replaces it"
            rest = {name: value for name, value in sent.all.items() if name != "*"}
            changed = {"=": sent.all["*"], **rest, **{name: f"$record.{name}" for name in sent.odd}}
        else:
            because = f"{method} on a record changes the fields that are sent"
            changed = dict(sent.all if not sent.odd else sent.each)
        shown = self.showing.record(route.operation, resource)
        return {**_because(because), **find, "set": _short({**changed, **stamps}, "="), **shown}

    def _upsert(self, route: Route, resource: Resource, sent: Sent) -> Data:
        if not self._can_be_key(route, resource):
            raise LeftToExample(f"PUT makes a record, and its {resource.key} cannot be what the path says")
        created = {**sent.all, **dict.fromkeys(sent.odd, "$absent"), **self._keyed(route, resource)}
        return {
            **_because("PUT on a record makes or replaces it: it never answers 404"),
            **self._parent(route, route.shape[:-1]),
            "create": {resource.name: created},
            **self.showing.record(route.operation, resource),
        }

    def _can_be_key(self, route: Route, resource: Resource) -> bool:
        """Whether a value of the path has a type that the key of a record may have."""
        key, name = self.schemas.members(resource.record).get(resource.key), route.value(route.shape)
        schema = next(
            (one.schema for one in route.operation.parameters if (one.location, one.name) == ("path", name)), None
        )
        if key is None or schema is None:
            return True
        given, wanted = self.schemas.types(self.schemas.at("", schema)), self.schemas.types(key)
        loose = wanted | {"integer"} if "number" in wanted else wanted
        return not given or not wanted or bool(given & loose)

    def _keyed(self, route: Route, resource: Resource) -> Data:
        link = resource.link(route.shape[:-1])
        keyed = {resource.key: f"$path.{route.value(route.shape)}"}
        return {**keyed, link.field: f"$record.{self.resources[link.base].key}"} if link is not None else keyed

    @staticmethod
    def _makes_missing(route: Route, resource: Resource) -> bool:
        """Whether a PUT on a path creates what is not there: it can answer 201, or nothing else tells the key."""
        declared = route.operation.responses
        if route.shape[-1] != VALUE or "404" in declared:
            return False
        return "201" in declared or resource.key in resource.private

    def _change_by_body(self, route: Route, resource: Resource, method: str) -> Data:
        body = self.schemas.body(route.operation.body)
        placement = (
            record_in(body, self.schemas, resource.name, resource.key, resource.record) if body is not None else None
        )
        key = find_alike(resource.key, self.schemas.members(placement.schema)) if placement is not None else None
        if placement is None or key is None:
            raise LeftToExample(
                f"{method} on a collection, and what is sent does not name a record by its {resource.key}"
            )
        find = {"find": {resource.name: {resource.key: "$body." + ".".join((*placement.path, key))}}}
        return self._change(route, resource, method, find)

    def _gone(self, resource: Resource) -> Data:
        """The record itself, and the records below it."""
        gone = {resource.name: {resource.key: f"$record.{resource.key}"}}
        for base in resource.bases:
            for child, field in self.children.get(base, {}).items():
                gone[child] = {field: f"$record.{resource.key}"}
        return gone


def _children(resources: Mapping[Shape, Resource]) -> dict[Shape, dict[str, str]]:
    """The collections below the records of each base path, with the field that holds the key of their parent."""
    found: dict[Shape, dict[str, str]] = {}
    for child in resources.values():
        for _, link in child.links:
            found.setdefault(link.base, {})[child.name] = link.field
    return found


def _because(text: str) -> Data:
    return {"because": text}


def _shows_record(shown: Data) -> bool:
    """Whether a reply holds the record, and not its key alone."""
    reply = shown.get("reply")
    return "$record" in (reply.values() if isinstance(reply, dict) else (reply,))


def _short(fields: Data, word: str) -> Any:
    """`$body` for what is nothing but `{word: $body}`."""
    return fields[word] if list(fields) == [word] else fields


def _no_place(route: Route) -> str:
    if VALUE in route.shape:
        return "its path leads to no record of a collection that could be told"
    return "its path is no collection: nothing there is listed, created or found by a key"
