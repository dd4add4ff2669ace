"""What requests give to records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from mockserver.contract.operations.operation import Body, Operation, Parameter
from mockserver.contract.schemas.naming import plain, words
from mockserver.contract.schemas.times import is_stamp
from mockserver.inference.asking import queried
from mockserver.inference.envelopes import Placement, is_wrapper, list_in, record_in
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import alike, find_alike, find_own, names_record, sayable
from mockserver.inference.resources import Resource
from mockserver.state.references import EACH

Data = dict[str, Any]
_NAMES: Final = frozenset({"name", "slug", "login", "username", "email", "title", "code", "tag", "topic", "label"})
"""Last words of keys by which records are named alone."""
_CREATED: Final = ("created", "inserted", "creation")


class Sending:
    """Reads bodies and queries as fields of records: the whole body (`*`), or field by field."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas

    def sent(self, operation: Operation, resource: Resource) -> Data | None:
        """The fields that a request gives a record; None when it gives none."""
        body = self.schemas.body(operation.body)
        known = self.schemas.members(resource.record)
        if body is None:
            return self._asked(operation, resource) or None
        placement = self._placement(body, resource)
        if placement is None:
            return None
        base = ".".join(("$body", *placement.path))
        if placement == self.names(body, resource) or (placement.path and placement == self._anythings(body, resource)):
            return {"*": base}
        if not self.schemas.share(placement.schema, resource.record):
            names, inside = self._alike(placement, resource), self._inside(body, resource)
            enough = 2 * len(names) >= min(len(self.schemas.members(placement.schema)), len(known)) > 0
            key = self._key_sent(placement, resource, resource.key)
            enough = enough or bool(key) or any(words(name)[-1:] and words(name)[-1] in _NAMES for name in names)
            return {**self._asked(operation, resource), **names, **inside, **key} if enough or inside else None
        shared = {name: schema for name, schema in self.schemas.members(placement.schema).items() if name in known}
        only_sent = {
            name: f"{base}.{name}"
            for name, schema in shared.items()
            if sayable(name) and name != resource.key and self._only_sent(schema, known[name])
        }
        asked = self._asked(operation, resource, self.schemas.members(placement.schema))
        return {"*": base, **only_sent, **asked, **self._key_sent(placement, resource)}

    def _key_sent(self, placement: Placement, resource: Resource, *names: str) -> Data:
        """The key of a new record that clients send under the name that the path has for it: `roleName`."""
        sent = self.schemas.members(placement.schema)
        asked = (one.name for one in resource.values if not alike(one.name, resource.key))
        called = (find_alike(one, sent) for one in (*names, *(one for one in asked if words(one)[-1:] != ("id",))))
        name = next((one for one in called if one is not None and sayable(one)), None)
        if name is None or "." in resource.key or not self.schemas.is_scalar(sent[name]):
            return {}
        if self._is_read_only(sent[name]):
            return {}
        own = self.schemas.members(resource.record).get(resource.key)
        fits = own is None or self.schemas.types(own) == self.schemas.types(sent[name])
        return {resource.key: ".".join(("$body", *placement.path, name))} if fits else {}

    def _asked(self, operation: Operation, resource: Resource, sent: Iterable[str] = ()) -> Data:
        """The fields that a query gives a record, beside those that are `sent` in the body."""
        known, given = self.schemas.members(resource.record), set(map(plain, sent))
        asked = (one for one in queried(operation) if plain(one.name) not in given)
        pairs = ((find_own(one.name, known, resource.name), one) for one in asked)
        return {
            field: f"$query.{one.name}"
            for field, one in pairs
            if field is not None and field != resource.key and sayable(field) and self._fits(one, known[field])
        }

    def named(self, operation: Operation, expression: str) -> LocatedSchema | None:
        """The schema of the value that an expression names: of a parameter, or of a member of the body."""
        root, _, name = expression[1:].partition(".")
        if root == "body":
            body = self.schemas.body(operation.body)
            return self.schemas.members(body).get(name) if body is not None else None
        known = (one for one in operation.parameters if (one.location, one.name) == (root, name) and one.schema)
        return next((self.schemas.at(f"{one.pointer}/schema", one.schema) for one in known), None)

    def _fits(self, one: Parameter, field: LocatedSchema) -> bool:
        types, kept = (
            self.schemas.types(self.schemas.at(f"{one.pointer}/schema", one.schema)),
            self.schemas.types(field),
        )
        return self.schemas.is_scalar(field) and (not types or bool(types & kept))

    def _inside(self, body: LocatedSchema, resource: Resource) -> Data:
        """The member of the record that has the schema of a body, or of one that the body extends: its `spec`."""
        parts = {id(part.node) for part in self.schemas.branches(body)}
        members = self.schemas.members(resource.record).items()
        objects = (name for name, one in members if self.schemas.is_object(one) and id(one.node) in parts)
        return {name: "$body" for name in list(objects)[:1] if sayable(name) and name != resource.key}

    def changed(self, operation: Operation, resource: Resource) -> Data | None:
        """The same of a PUT or PATCH: any object may be one, and for PATCH a list of operations (RFC 6902)."""
        sent = self.sent(operation, resource)
        if sent is not None or operation.body is None:
            return sent
        body = self.schemas.body(operation.body)
        if operation.method == "PATCH" and self._is_json_patch(operation.body, body):
            return {"*": "$body"}
        if body is None or self.schemas.is_list(body):
            return None
        known, given = self.schemas.members(resource.record), self.schemas.members(body)
        return {"*": "$body"} if given.keys() & known.keys() else self._anything(body, resource)

    def _is_json_patch(self, declared: Body, body: LocatedSchema | None) -> bool:
        if body is None:
            return self.schemas.takes_json_patch(declared)
        items = self.schemas.items(body) if self.schemas.is_list(body) else None
        return items is not None and {"op", "path"} <= self.schemas.members(items).keys()

    def _anything(self, body: LocatedSchema, resource: Resource) -> Data | None:
        """All of a body of which nothing is said, or what is in its envelope."""
        if self.schemas.says_nothing(body) or self._may_be_any(body, resource):
            return {"*": "$body"}
        inside = self.schemas.members(body).items()
        names = (name for name, one in inside if self.schemas.says_nothing(one) and is_wrapper((name,), resource.name))
        return next(({"*": f"$body.{name}"} for name in names if sayable(name)), None)

    def takes_anything(self, operation: Operation) -> bool:
        """Whether a request sends an object of which nothing is said."""
        body = self.schemas.body(operation.body)
        return body is not None and self.schemas.says_nothing(body) and bool(self.schemas.types(body))

    def _may_be_any(self, body: LocatedSchema, resource: Resource) -> bool:
        """Whether records have members of any name, as what is sent."""
        named = self.schemas.members(body)
        return not named and all(self.schemas.open_values(one) is not None for one in (body, resource.record))

    def alike(self, operation: Operation, resource: Resource) -> Data:
        """The fields that a request gives a record by names alike, however few of all that it sends."""
        body = self.schemas.body(operation.body)
        anything = self._anything(body, resource) if body is not None else None
        if anything is not None or body is None:
            return {**(anything or {}), **self.by_name(operation, resource)}
        return self.by_name(operation, resource) or self._version(body, resource)

    def _version(self, body: LocatedSchema, resource: Resource) -> Data:
        """The list of a record whose items are what is sent: the first of its versions."""
        for name, member in self.schemas.members(resource.record).items():
            items = self.schemas.items(member) if self.schemas.is_list(member) and sayable(name) else None
            if items is not None and self.schemas.is_object(body) and self.schemas.share(body, items):
                return {name: ["$body"]}
        return {}

    def by_name(self, operation: Operation, resource: Resource) -> Data:
        """The fields of a record that a request has under their own names."""
        body, asked = self.schemas.body(operation.body), self._asked(operation, resource)
        placement = self._placement(body, resource) if body is not None and not self.schemas.is_list(body) else None
        return {**asked, **self._alike(placement, resource)} if placement is not None else asked

    def part(self, operation: Operation, resource: Resource, name: str) -> Data:
        """What is sent to a path below a record: the field of its name, or fields of which the record has every one."""
        body, known = self.schemas.body(operation.body), self.schemas.members(resource.record)
        if body is None:
            return {}
        given, field = self.schemas.members(body), find_alike(name, known)
        if field is not None and field in given:
            return {field: f"$body.{field}"}
        if operation.method == "PATCH" and self.schemas.says_nothing(body):
            return {"*": "$body"}
        if not given or not given.keys() <= known.keys():
            return {}
        objects = {
            name: f"$body.{name}" for name, one in given.items() if self.schemas.is_object(one) and sayable(name)
        }
        return {"*": objects if objects and not self.schemas.same(body, resource.record) else "$body"}

    def _only_sent(self, sent: LocatedSchema, shown: LocatedSchema) -> bool:
        """Whether answers mark as readOnly what this request may send: each has a schema of its own."""
        return self._is_read_only(shown) and not self._is_read_only(sent)

    def _is_read_only(self, schema: LocatedSchema) -> bool:
        return any(value is True for value in self.schemas.each(schema, "readOnly"))

    def _placement(self, body: LocatedSchema, resource: Resource) -> Placement | None:
        one = record_in(body, self.schemas, resource.name, resource.key, resource.record)
        if one is not None and self.schemas.share(one.schema, resource.record):
            return one
        return self._listed(body, resource) or one

    def _listed(self, body: LocatedSchema, resource: Resource) -> Placement | None:
        """Where a body has a list of records, as requests that act on many do."""
        names = self.names(body, resource)
        many = names or list_in(body, self.schemas, resource.name, resource.record) or self._mapped(body)
        if many is None or many is names or self.schemas.share(many.schema, resource.record):
            return many
        return self._anythings(body, resource)

    def _anythings(self, body: LocatedSchema, resource: Resource) -> Placement | None:
        """Where a body has a list of objects of which nothing is said, and records may have members of any name."""
        many = list_in(body, self.schemas, resource.name, resource.record) or self._mapped(body)
        anything = many is not None and self.schemas.says_nothing(many.schema)
        return many if anything and self._is_open(resource.record) else None

    def _mapped(self, body: LocatedSchema) -> Placement | None:
        """The values of a map, whatever their names: `{"mail": {...}, "web": {...}}`."""
        value = self.schemas.values(body)
        return Placement((EACH,), value) if value is not None and self.schemas.is_object(value) else None

    def _is_open(self, record: LocatedSchema) -> bool:
        """Whether a schema says that records have members of any name."""
        return any(value is True or value == {} for value in self.schemas.each(record, "additionalProperties"))

    def names(self, body: LocatedSchema, resource: Resource) -> Placement | None:
        """Where a body has a list of the names of records, which are their keys: the labels of an issue."""
        key = self.schemas.members(resource.record).get(resource.key)
        if key is None or self.schemas.types(key) != {"string"} or words(resource.key)[-1] not in _NAMES:
            return None
        if find_alike(resource.key, self.schemas.members(body)) is not None:
            return None  # one record, and a list of its own
        branches = self.schemas.branches(body)
        inside = [((name,), one) for part in branches for name, one in self.schemas.members(part).items()]
        lists = [(path, self.schemas.items(one)) for path, one in [((), body), *inside] if self.schemas.is_list(one)]
        named = {path: Placement(path, one) for path, one in lists if one is not None and self._is_text(one)}
        return next(iter(named.values())) if len(named) == 1 or () in named else None

    def _is_text(self, schema: LocatedSchema) -> bool:
        types = self.schemas.types(schema)
        return "string" in types and types <= {"string", "object", "null"}

    def many(self, operation: Operation, resource: Resource) -> Placement | None:
        """Where a request has a list of records; None where it has one record, or none."""
        body = self.schemas.body(operation.body)
        placement = self._placement(body, resource) if body is not None else None
        return placement if body is not None and placement == self._listed(body, resource) else None

    def placed(self, operation: Operation, resource: Resource) -> Placement | None:
        """Where a request has a record, or a list of them; None where it has none."""
        body = self.schemas.body(operation.body)
        return self._placement(body, resource) if body is not None else None

    def keys(self, operation: Operation, resource: Resource) -> str | None:
        """The expression for the keys of records that a body names: its list, one in it, or those of its records."""
        body = self.schemas.body(operation.body)
        if body is None or "." in resource.key:
            return None
        if (many := self.many(operation, resource)) is not None and many != self.names(body, resource):
            key = find_alike(resource.key, self.schemas.members(many.schema))
            return ".".join(("$body", *many.path, key)) if key is not None else None
        if self._is_list_of_keys(body):
            return "$body"
        lists = [name for name, one in self.schemas.members(body).items() if self._is_list_of_keys(one)]
        return f"$body.{lists[0]}" if len(lists) == 1 and sayable(lists[0]) else None

    def key(self, operation: Operation, resource: Resource) -> str | None:
        """The expression for the key of the record that a body names: `userId` or `id`; None where it names none."""
        body = self.schemas.body(operation.body)
        members = self.schemas.members(body) if body is not None else {}
        scalars = [name for name, one in members.items() if sayable(name) and self.schemas.is_scalar(one)]
        named = [one for one in scalars if alike(one, resource.key) or names_record(one, resource.copies)]
        return f"$body.{named[0]}" if len(named) == 1 else None

    def _is_list_of_keys(self, schema: LocatedSchema) -> bool:
        items = self.schemas.items(schema) if self.schemas.is_list(schema) else None
        return items is not None and self.schemas.is_scalar(items)

    def _alike(self, placement: Placement, resource: Resource) -> Data:
        """`friendly_name` of the record from `FriendlyName` of the body."""
        known = self.schemas.members(resource.record)
        base = ".".join(("$body", *placement.path))
        pairs = ((find_own(name, known, resource.name), name) for name in self.schemas.members(placement.schema))
        return {
            field: f"{base}.{name}"
            for field, name in pairs
            if field is not None and sayable(name) and sayable(field) and field != resource.key
        }

    def stamps(self, resource: Resource, *, making: bool) -> Data:
        """The fields for the time of a record's creation or change."""
        members = self.schemas.members(resource.record).items()
        forms = {name: self.schemas.form(name, member) for name, member in members if is_stamp(name)}
        return {
            name: f"$now.{form}" if form else "$now"
            for name, form in forms.items()
            if form is not None and (making or not any(word in name.lower() for word in _CREATED))
        }

    def unsent(self, operation: Operation, resource: Resource) -> list[str]:
        """The fields of a new record that no request can give it: the server sets them."""
        placement = self.placed(operation, resource)
        sent = self.schemas.members(placement.schema) if placement is not None else {}
        if operation.body is not None and not sent:
            return []
        away = {resource.key, *self.stamps(resource, making=True), *(field for _, field in self._parents(resource))}
        return [
            name
            for name, member in self.schemas.members(resource.record).items()
            if name not in away and sayable(name) and find_alike(name, sent) is None
            if self.schemas.is_scalar(member) or self.schemas.is_list(member) or self._is_state(name, member)
            if not any(value is True for value in self.schemas.each(member, "writeOnly"))
        ]

    def _is_state(self, name: str, member: LocatedSchema) -> bool:
        """Whether an object says in which state a record is."""
        return words(name)[-1:] in (("state",), ("status",)) and self.schemas.is_object(member)

    @staticmethod
    def _parents(resource: Resource) -> list[tuple[object, str]]:
        return [(base, link.field) for base, link in resource.links.items()]


def short(fields: Data, word: str) -> Any:
    """`$body` for what is nothing but `{word: $body}`."""
    return fields[word] if list(fields) == [word] else fields


def written_by(behaviour: Data) -> Iterable[str]:
    """The collections of which a behaviour makes a record, or else changes one."""
    return behaviour.get("create") or ("set" in behaviour and behaviour["find"]) or ()
