"""The verbs of a behaviour, written for one collection: find, list, create, set and remove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.inference.actions import Actions
from mockserver.inference.below import Below
from mockserver.inference.described import keeps_the_rest, removes_all
from mockserver.inference.envelopes import Placement, record_in
from mockserver.inference.filtering import filters
from mockserver.inference.fitting import Fitting
from mockserver.inference.located_schemas import Schemas
from mockserver.inference.metadata import beside_key
from mockserver.inference.names import asked_by, find_alike
from mockserver.inference.paging import page
from mockserver.inference.resources import Resource, Scope
from mockserver.inference.results import result_of
from mockserver.inference.routes import VALUE, Route, Shape
from mockserver.inference.sending import Sending
from mockserver.inference.showing import LeftToExample, Showing
from mockserver.inference.uploads import files_of

Data = dict[str, Any]
_GROUPS = frozenset({"actions", "action", "commands", "command", "operations", "transitions", "ops"})
"""Segments that stand before the verb of an action."""


class Verbs:
    """Writes the verbs for the operations of one contract."""

    def __init__(self, resources: Mapping[Shape, Resource], schemas: Schemas, fitting: Fitting) -> None:
        self.resources, self.schemas = resources, schemas
        self.children = _children(resources)
        self.sending, self.showing = Sending(schemas), Showing(schemas, fitting)
        self.actions = Actions(schemas, self.sending)

    def act(self, route: Route, resource: Resource, shape: Shape) -> Data:
        """Find the record, and show it where the answer does."""
        find, changed = self.find(route, resource, shape), {}
        below = route.shape[len(shape) :]
        if below and below[-1] != VALUE and _GROUPS.issuperset(below[:-1]):
            part = self._part(route, resource) if len(below) == 1 else {}
            changed = {} if "*" in part else part
            changed = changed or self.actions.changes(route, resource) or part
        if not changed:
            because = because_of("only a record that is there can be acted on")
            shown = self.showing.acted(route.operation, resource)
            part = self.showing.part(route.operation, resource) if route.method == "GET" and not shown else {}
            return {**because, **find, **shown, **part}
        stamps = self.sending.stamps(resource, making=False)
        shown = self.showing.acted(route.operation, resource) or self.showing.part(route.operation, resource)
        shown = shown or self.showing.record(route.operation, resource)
        because = because_of(f"{route.shape[-1]} says what the record then is")
        return {**because, **find, "set": {**changed, **stamps}, **shown}

    def _part(self, route: Route, resource: Resource) -> Data:
        """What PUT or PATCH on a part of a record changes, where the answer shows that record: `/jobs/{id}/scale`."""
        if route.method not in ("PUT", "PATCH"):
            return {}
        shown = self.showing.acted(route.operation, resource) or self.showing.part(route.operation, resource)
        return self.sending.part(route.operation, resource, route.shape[-1]) if shown else {}

    def find(self, route: Route, resource: Resource, shape: Shape) -> Data:
        """Find the record that a path names, below its parent where it has one."""
        base = shape[:-1]
        parent, scope = self._named_parent(route, resource, base), self._scope(route, resource, base)
        value = route.expression(shape)
        fields = self.schemas.scalars(resource.record)
        by = asked_by(value.rpartition(".")[2], base[-1], fields, resource.key)
        return {"find": {resource.name: {by: value, **parent, **scope}}}

    def single(self, route: Route, resource: Resource) -> Data:
        """Find the one record of a path, below its parent where it has one."""
        parent, scope = self._named_parent(route, resource, route.shape), self._scope(route, resource, route.shape)
        return {"find": {resource.name: {**parent, **scope}}}

    def look_up(self, route: Route, resource: Resource, base: Shape, field: str, shown: Data) -> Data:
        """Find a record by another field than its key, and show it."""
        below = self._named_parent(route, resource, base) | self._scope(route, resource, base)
        because = because_of(f"GET finds the record whose {field} is in the path")
        return {**because, "find": {resource.name: {field: route.expression(route.shape), **below}}, **shown}

    @staticmethod
    def _scope(route: Route, resource: Resource, base: Shape) -> Data:
        """The values of a path that no collection has, in the fields that hold them."""
        return {field: route.expression(place) for place, field in resource.scope(base)}

    def _owner(self, resource: Resource, base: Shape) -> Resource | None:
        """The one thing of the path above, whose list these records are."""
        above = self.resources.get(base[:-1])
        embeds = above is not None and above.single and any(name == resource.name for _, name, _ in above.embeds)
        return above if embeds else None

    def _parent(self, route: Route, base: Shape) -> Data:
        """Find the parent of the records at a base path: without it there is no list and no new record."""
        owner = self._owner(self.resources[base], base) if base in self.resources else None
        if owner is not None:
            return {"find": {owner.name: {}}}
        link = self.resources[base].link(base) if base in self.resources else None
        return self.find(route, self.resources[link.base], (*link.base, VALUE)) if link is not None else {}

    def _under_parent(self, route: Route, resource: Resource, base: Shape) -> Data:
        link = resource.link(base)
        below = {} if link is None else {link.field: f"$record.{link.by or self.resources[link.base].key}"}
        return below | self._scope(route, resource, base)

    def list(self, route: Route, resource: Resource, base: Shape, because: str) -> Data:
        """List the records of a path, filtered and paged by the query."""
        paging = page(route.operation, resource, self.schemas)
        shown = self.showing.listed(route.operation, resource, paging)
        chosen = self._under_parent(route, resource, base) | filters(route.operation, resource, self.schemas, paging)
        listed = {"list": {resource.name: chosen}, **({"page": paging} if paging else {})}
        return {**because_of(because), **self._parent(route, base), **listed, **shown}

    def count(self, route: Route, resource: Resource, base: Shape) -> Data:
        """Say how many records a list with the same query would have; empty where the response says no number."""
        shown = self.showing.counted(route.operation)
        chosen = self._under_parent(route, resource, base) | filters(route.operation, resource, self.schemas, {})
        because = because_of("GET that counts the records of a collection")
        return {**because, **self._parent(route, base), "list": {resource.name: chosen}, **shown} if shown else {}

    def list_below(self, route: Route, below: Below) -> Data:
        """List the records of a collection that refer to the record above."""
        paging = page(route.operation, below.resource, self.schemas)
        shown = self.showing.listed(route.operation, below.resource, paging)
        asked = filters(route.operation, below.resource, self.schemas, paging)
        chosen = {below.field: f"$record.{below.parent.key}"} | asked
        listed = {"list": {below.resource.name: chosen}, **({"page": paging} if paging else {})}
        because = because_of("GET below a record lists the records that refer to it")
        return {**because, **self.find(route, below.parent, route.shape[:-1]), **listed, **shown}

    def create_below(self, route: Route, below: Below) -> Data:
        """Create a record of a collection that refers to the record above. Raises LeftToExample."""
        made = self.create(route, below.resource, route.shape)
        fields = made["create"][below.resource.name]
        fields = {**(fields if isinstance(fields, dict) else {"*": fields}), below.member: below.value}
        because = because_of("POST below a record creates one that refers to it")
        found = self.find(route, below.parent, route.shape[:-1])
        return {**made, **because, **found, "create": {below.resource.name: fields}}

    def clear(self, route: Route, resource: Resource) -> Data:
        """Remove every record of a path, or those whose keys the body has."""
        base = route.shape if route.shape in self.resources else route.shape[:-1]
        if removes_all(route.operation) and self.sending.keys(route.operation, resource) is None:
            return self._clear_all(route, resource, base)
        if route.operation.body is not None:
            keys = self.sending.keys(route.operation, resource)
            if keys is None:
                raise LeftToExample("DELETE on a collection, and what is sent names no records")
            chosen = {resource.key: keys, **self._under_parent(route, resource, base)}
            because = because_of("DELETE on a collection removes the records whose keys are sent")
            shown = self.showing.affected(route.operation, "$total")
            return {**because, **self._parent(route, base), "remove": {resource.name: chosen}, **shown}
        asked = self._asked(route, resource)
        optional = [one for one in route.operation.parameters if one.location == "query" and not one.required]
        if optional and (len(optional) > 1 or list(asked) != [resource.key]):  # without keys, nothing is removed
            raise LeftToExample("DELETE on a collection, by conditions that may be left out")
        chosen = self._under_parent(route, resource, route.shape) | asked
        if any(isinstance(value, dict) for value in chosen.values()):
            raise LeftToExample("DELETE on a collection, by conditions that only lists have")
        because = because_of("DELETE on a collection removes its records")
        shown = self.showing.affected(route.operation, "$total")
        return {**because, **self._parent(route, route.shape), "remove": {resource.name: chosen}, **shown}

    def _clear_all(self, route: Route, resource: Resource, base: Shape) -> Data:
        """Remove the records of a collection that satisfy what its query asks for, all where it asks for nothing."""
        asked = filters(route.operation, resource, self.schemas, {})
        tests = {path: value if isinstance(value, dict) else {"is": value} for path, value in asked.items()}
        because = because_of("DELETE on a collection removes its records, or those that the query selects")
        chosen = tests | self._under_parent(route, resource, base)
        shown = self.showing.affected(route.operation, "$total")
        return {**because, **self._parent(route, base), "remove": {resource.name: chosen}, **shown}

    def _asked(self, route: Route, resource: Resource) -> Data:
        """The conditions of a query, those of lists of values as values: `ids` removes the records with these keys."""
        lists = {
            f"$query.{one.name}"
            for one in route.operation.parameters
            if one.location == "query" and self.schemas.is_list(self.schemas.at(f"{one.pointer}/schema", one.schema))
        }
        found = filters(route.operation, resource, self.schemas, {})
        plain = {path: value["among"] for path, value in found.items()
                 if isinstance(value, dict) and list(value) == ["among"] and value["among"] in lists}  # fmt: skip
        return {**found, **plain}

    def create(self, route: Route, resource: Resource, base: Shape) -> Data:
        """Create a record of what is sent. Raises LeftToExample."""
        many = self.sending.many(route.operation, resource)
        shown = self.showing.record(route.operation, resource) if many is None else {}
        shown = shown or self.showing.several(route.operation, resource)
        sent = self.sending.sent(route.operation, resource)
        takes_anything = sent is None and self.sending.takes_anything(route.operation)
        if sent is None and (_shows_record(shown) or (takes_anything and _shows_key(shown, resource.key))):
            sent = self.sending.alike(route.operation, resource)
        if sent is None and shown and files_of(route.operation, self.schemas) is not None:
            sent = self.sending.by_name(route.operation, resource)
        if sent is None:
            raise LeftToExample("POST on the collection, and neither what is sent nor the answer is such a record")
        result = result_of(route.operation, resource, self.schemas)
        fields = {**sent, **self.sending.stamps(resource, making=True), **dict(result.state)}
        beside, identities = beside_key(route, resource, base, self.schemas)
        created = _short({**fields, **beside, **self._under_parent(route, resource, base)}, "*")
        shown = self._shown_parent(route, resource, base) or shown
        because = because_of("POST on a collection creates a record")
        unsent = [name for name in self.sending.unsent(route.operation, resource) if name not in fields]
        unsent = [*(name for name in unsent if name not in result.fields), *(f"{name}!" for name in result.fields)]
        fills = {"fills": [*unsent, *identities]} if unsent or identities else {}
        return {**because, **self._parent(route, base), "create": {resource.name: created}, **fills, **shown}

    def copy(self, route: Route, resource: Resource, shape: Shape) -> Data | None:
        """Create another record with the fields of the one that a path names; None where it has no key of its own."""
        if "." in resource.key or resource.chosen or not self.showing.acted(route.operation, resource):
            return None
        sent = self.sending.by_name(route.operation, resource)
        fields = {"*": "$record", resource.key: "$absent", **sent, **self.sending.stamps(resource, making=True)}
        because = because_of(f"{route.shape[-1]} makes a record like the one that is there")
        shown = self.showing.acted(route.operation, resource)
        return {**because, **self.find(route, resource, shape), "create": {resource.name: fields}, **shown}

    def _shown_parent(self, route: Route, resource: Resource, base: Shape) -> Data:
        """The reply that shows the parent of a new record, where the response has that instead."""
        link, owner = resource.link(base), self._owner(resource, base)
        parent = self.resources[link.base] if link is not None else owner
        if parent is None or self.showing.acted(route.operation, resource):
            return {}
        return self.showing.acted(route.operation, parent, "$parent")

    def shown_owner(self, route: Route, resource: Resource) -> Data:
        """The reply that shows the record in whose list a record is, where the response has that instead."""
        base = route.shape[:-1]
        link, owner = resource.link(base), self._owner(resource, base)
        parent = self.resources[link.base] if link is not None else owner
        if parent is None or all(name != resource.name for _, name, _ in parent.embeds):
            return {}
        return self._shown_parent(route, resource, base)

    def change(self, route: Route, resource: Resource, method: str, find: Data) -> Data:
        """Change or replace the record that `find` finds. Raises LeftToExample."""
        read = self.sending.changed if method in ("PUT", "PATCH") else self.sending.sent
        sent = read(route.operation, resource)
        if sent is None and _shows_record(self.showing.acted(route.operation, resource)):
            sent = self.sending.alike(route.operation, resource) or None
        if method == "PUT" and self._makes_missing(route, resource):
            return self._upsert(route, resource, sent or {})
        if sent is None:
            because = f"{method} on a record that is there; what is sent is no such record, and changes nothing"
            return {**because_of(because), **find, **self.showing.acted(route.operation, resource)}
        stamps = self.sending.stamps(resource, making=False)
        if method == "PUT" and "*" in sent and not keeps_the_rest(route.operation):
            because = "PUT on a record replaces it"
            changed = {"=" if name == "*" else name: value for name, value in sent.items()} | self._kept_parent(
                route, resource
            )
        else:
            because = f"{method} on a record changes the fields that are sent"
            link = resource.link(route.shape[:-1])  # the path says to whom it belongs
            changed = {name: value for name, value in sent.items() if link is None or name != link.field}
        shown = self.shown_owner(route, resource) or self.showing.record(route.operation, resource)
        return {**because_of(because), **find, "set": _short({**changed, **stamps}, "="), **shown}

    def _kept_parent(self, route: Route, resource: Resource) -> Data:
        """The field of the parent that the path names, which a body may leave out."""
        link = resource.link(route.shape[:-1])
        declared = link is not None and link.field in self.schemas.members(resource.record)
        return {link.field: f"$record.{link.field}"} if link is not None and declared else {}

    def join(self, route: Route, resource: Resource, key: str) -> Data:
        """Make a record of another collection one of this, too: a user a member of the team that the path names."""
        base = route.shape if route.shape in self.resources else route.shape[:-1]
        place = {**self._named_parent(route, resource, base), **self._scope(route, resource, base)}
        because = because_of(f"{route.method} adds a record of {resource.copies} to {resource.name}")
        created = {"*": "$record", resource.key: key, **place}
        shown = self.showing.acted(route.operation, resource)
        return {**because, "find": {resource.copies: {resource.key: key}}, "create": {resource.name: created}, **shown}

    def _upsert(self, route: Route, resource: Resource, sent: Data) -> Data:
        if not self._can_be_key(route, resource):
            raise LeftToExample(f"PUT creates a record, and the value in the path cannot be its {resource.key}")
        created = {**sent, **self._keyed(route, resource)}
        return {
            **because_of("PUT on a record makes or replaces it: it never answers 404"),
            **self._parent(route, route.shape[:-1]),
            "create": {resource.name: created},
            **self.showing.record(route.operation, resource),
        }

    def _can_be_key(self, route: Route, resource: Resource) -> bool:
        """Whether the value that names a record has a type that the key of a record may have."""
        key = self.schemas.members(resource.record).get(resource.key)
        sent = self.sending.named(route.operation, route.expression(route.shape))
        if key is None or sent is None:
            return True
        parameter_types, key_types = self.schemas.types(sent), self.schemas.types(key)
        loose = key_types | {"integer"} if "number" in key_types else key_types
        return not parameter_types or not key_types or bool(parameter_types & loose)

    def _keyed(self, route: Route, resource: Resource) -> Data:
        keyed = {resource.key: route.expression(route.shape)}
        return keyed | self._under_parent(route, resource, route.shape[:-1])

    @staticmethod
    def _makes_missing(route: Route, resource: Resource) -> bool:
        """Whether a PUT on a path creates what is not there: it can respond with 201, only its path has the key, or
        nothing else creates records."""
        declared = route.operation.responses
        if route.shape[-1] != VALUE or "404" in declared:
            return False
        return "201" in declared or resource.key in resource.private or resource.put_alone

    def change_by_body(self, route: Route, resource: Resource, method: str) -> Data:
        """Change the record whose key the body holds, or each of a list. Raises LeftToExample."""
        many = self.sending.many(route.operation, resource)
        if many is not None:
            return self._change_many(route, resource, method, many)
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
        return self.change(route, resource, method, find)

    def _change_many(self, route: Route, resource: Resource, method: str, many: Placement) -> Data:
        """Change, or make and replace, each record of a list; without their keys, PUT replaces them all."""
        base = route.shape if route.shape in self.resources else route.shape[:-1]
        body = self.schemas.body(route.operation.body)
        named = body is not None and many == self.sending.names(body, resource)
        list_sent = ".".join(("$body", *many.path))
        key = None if named else find_alike(resource.key, self.schemas.members(many.schema))
        shown = self.showing.several(route.operation, resource)
        if method == "PATCH":
            if key is None:
                raise LeftToExample(f"PATCH on a collection, and what is sent has no {resource.key}")
            parent = self._named_parent(route, resource, base)
            found = {resource.key: f"{list_sent}.{key}", **parent, **self._scope(route, resource, base)}
            changed = {"*": list_sent, **self.sending.stamps(resource, making=False)}
            because = because_of("PATCH on a collection changes each record that is sent")
            return {**because, "find": {resource.name: found}, "set": changed, **shown}
        below = self._under_parent(route, resource, base)
        keyed = {resource.key: f"{list_sent}.{key}"} if key is not None else {}
        made = {"create": {resource.name: {"*": list_sent, **keyed, **below}}}
        above = {field: value.replace("$record.", "$parent.") for field, value in below.items()}
        rest = {"remove": {resource.name: above}} if key is None else {}
        what = "makes or replaces each record that is sent" if key else "replaces its records by those that are sent"
        return {**because_of(f"PUT on a collection {what}"), **self._parent(route, base), **made, **rest, **shown}

    @staticmethod
    def _named_parent(route: Route, resource: Resource, base: Shape) -> Data:
        link = resource.link(base)
        return {} if link is None else {link.field: route.expression((*link.base, VALUE))}

    def removed(self, resource: Resource) -> Data:
        """The record itself, and the records below it."""
        own = {field: f"$record.{field}" for field in (*resource.within, resource.key)}
        gone = {resource.name: own}
        for base in filter(self.children.__contains__, resource.bases):
            scope = dict(resource.scope(base))
            for child, below, field, by in self.children[base]:
                shared = {name: f"$record.{scope[place]}" for place, name in below if place in scope}
                gone[child] = {field: f"$record.{by or resource.key}", **shared}
        return gone


def _children(resources: Mapping[Shape, Resource]) -> dict[Shape, list[tuple[str, Scope, str, str]]]:
    """The collections below the records of each base path: each with its path values, and the fields of the link."""
    children: dict[Shape, list[tuple[str, Scope, str, str]]] = {}
    for child in resources.values():
        for base, link in child.links.items():
            children.setdefault(link.base, []).append((child.name, child.scope(base), link.field, link.by))
    return children


def because_of(text: str) -> Data:
    """The reason of a behaviour, which stands in the file with it."""
    return {"because": text}


def _shows_record(shown: Data) -> bool:
    """Whether a reply holds the record, and not its key alone."""
    reply = shown.get("reply")
    return "$record" in (reply.values() if isinstance(reply, dict) else (reply,))


def _shows_key(shown: Data, key: str) -> bool:
    """Whether a reply holds the key of the record."""
    reply = shown.get("reply")
    return f"$record.{key}" in (reply.values() if isinstance(reply, dict) else (reply,))


def _short(fields: Data, word: str) -> Any:
    """`$body` for what is nothing but `{word: $body}`."""
    return fields[word] if list(fields) == [word] else fields
