"""Which members of records refer to records of other collections: by their name, or by the schema of what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from mockserver.contract.document.references import EMBEDDED
from mockserver.contract.schemas.naming import plain, words
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import find_alike, sayable
from mockserver.inference.resources import Resource
from mockserver.inference.routes import VALUE
from mockserver.state.references import EACH, Place, Reference

_DEEPEST: Final = 5
_MOST: Final = 40  #: references of one collection
_KEYS: Final = frozenset({"id", "ids", "uuid", "uuids", "uid", "guid", "gid", "key", "sid", "pk"})
_PEOPLE: Final = ("user", "person", "member", "employee", "account", "contact", "profile", "customer", "staff")
_READ: Final = ("name", "full_name", "display_name", "username", "login", "email")
_ROLES: Final = frozenset(
    [
        *("owner", "author", "creator", "assignee", "reviewer", "approver", "manager", "user", "person", "member"),
        *(
            "employee",
            "sender",
            "recipient",
            "receiver",
            "reporter",
            "requester",
            "lead",
            "leader",
            "editor",
            "uploader",
        ),
        *("publisher", "responsible", "supervisor", "submitter", "initiator", "modifier", "updater", "admin", "actor"),
        *("participant", "attendee", "follower", "subscriber", "watcher", "agent", "operator", "winner", "mentor"),
    ]
)
_DONE_BY: Final = ("edby", "enby")
"""Ends of `createdby` and `writtenby` in one word; `hobby` names nobody."""
_RELATIVES: Final = frozenset(
    [
        *(
            "parent",
            "previous",
            "prev",
            "next",
            "related",
            "root",
            "original",
            "source",
            "target",
            "linked",
            "duplicate",
        ),
        *(
            "from",
            "preferred",
            "prefered",
            "current",
            "main",
            "primary",
            "default",
            "downstream",
            "upstream",
            "alternate",
        ),
        *("base", "template", "child", "sibling", "superior", "subordinate", "reply", "replied", "forked", "cloned"),
    ]
)
"""Words for another record of the same collection; an id with another word before it is that of another system."""
_AFFIXES: Final = re.compile(
    r"(dto|response|model|read|out|output|entity|resource|schema|view|public|detail|details|summary|base|full|object|"
    r"item|record|data|info|get|simple)$"
)
_SPEAKS_OF_KEYS: Final = re.compile(r"(?i)\b(ids?|identifiers?|uuid|guid|unique)\b")
_IRREGULAR: Final = {"people": "person", "children": "child", "men": "man", "women": "woman", "staff": "staff"}


class References:
    """Finds the references of the collections of one contract; of several APIs in it, each refers to itself alone."""

    def __init__(self, resources: Iterable[Resource], schemas: Schemas) -> None:
        self.schemas = schemas
        self.resources = [one for one in resources if not one.single]
        by_api: dict[str, list[Resource]] = {}
        for one in self.resources:
            by_api.setdefault(schemas.api(one.record), []).append(one)
        self._apart = {name: References(those, schemas) for name, those in by_api.items() if len(by_api) > 1}
        self._named: dict[str, list[Resource]] = {}
        self._shown: dict[int, list[Resource]] = {}
        self._found: dict[str, list[Reference]] = {}  # by collection
        for resource in self.resources:
            for name in dict.fromkeys(_names(resource)):
                self._named.setdefault(name, []).append(resource)
            for schema in (resource.record, *resource.also):
                self._shown.setdefault(id(schema.node), []).append(resource)

    def of(self, resource: Resource) -> list[Reference]:
        """The references in the records of a collection."""
        if self._apart:
            apart = self._apart.get(self.schemas.api(resource.record))
            return apart.of(resource) if apart is not None else []
        if resource.name not in self._found:
            found = self._within(resource.record, (), resource, _DEEPEST, frozenset())
            self._found[resource.name] = list(islice(found, _MOST))
        return self._found[resource.name]

    def within(self, schema: LocatedSchema) -> list[Reference]:
        """The references in the part of a response that isn't a record."""
        if self._apart:
            apart = self._apart.get(self.schemas.api(schema))
            return apart.within(schema) if apart is not None else []
        nobody = Resource("", (), "", schema)
        return list(islice(self._within(schema, (), nobody, _DEEPEST, frozenset()), _MOST))

    def _within(
        self, schema: LocatedSchema, path: Place, owner: Resource, deeper: int, around: frozenset[int]
    ) -> Iterator[Reference]:
        for name, member in self.schemas.members(schema).items():
            if not sayable(name) or (not path and name == owner.key):
                continue
            place, inner = (*path, name), self.schemas.items(member) if self.schemas.is_list(member) else member
            if inner is not None and (values := self.schemas.values(inner)) is not None:
                place, inner = (*place, EACH), values
            if inner is None or id(inner.node) in around:
                continue
            own = self._back(words(name), inner, owner)
            spoken = path[-1] if name == "data" and path and path[-1] != EACH else name
            target = own or self._target(spoken, inner, owner)
            if target is not None:
                yield Reference(place, *target, own is not None)
            elif deeper > 1 and self.schemas.members(inner):
                yield from self._within(inner, place, owner, deeper - 1, around | {id(inner.node)})

    def _back(self, spoken: tuple[str, ...], schema: LocatedSchema, owner: Resource) -> tuple[str, str] | None:
        """`dag_id` inside a record of the dags is the key of that record."""
        if len(spoken) < 2 or spoken[-1] not in _KEYS:
            return None
        called = next((self._named[form] for form in _singular("".join(spoken[:-1])) if form in self._named), [])
        return self._fitting([owner], schema, "") if called and called[0] is owner else None

    def _target(self, name: str, schema: LocatedSchema, owner: Resource) -> tuple[str, str] | None:
        members = self.schemas.members(schema)
        if members:
            one = self._shown_by(name, schema) or self._person(words(name))
            return (one.name, one.key) if one is not None and find_alike(one.key, members) is not None else None
        if not self.schemas.is_scalar(schema) or self.schemas.has_any(schema, "enum"):
            return None
        spoken = words(name)
        return (
            self._by_key(spoken, schema, owner)
            or self._by_person(spoken, schema)
            or (None if self._counts(spoken, schema) else self._by_name(spoken, schema, owner))
        )

    def _counts(self, spoken: tuple[str, ...], schema: LocatedSchema) -> bool:
        """Whether a number is how many there are: `comments` of an issue, where `comment` would be one of them."""
        return (
            self.schemas.types(schema) <= {"integer", "number"}
            and "".join(spoken) not in _singular("".join(spoken))[:1]
        )

    def _shown_by(self, name: str, schema: LocatedSchema) -> Resource | None:
        """The collection whose records an object is one of: by its schema, then by its name."""
        candidates = self._shown.get(id(schema.node), [])
        named = self._called(words(name))
        chosen = next((one for one in candidates if one in named), None) or next(iter(candidates), None)
        if chosen is not None:
            return chosen
        return next((one for one in named if self.schemas.share(schema, one.record)), None)

    def _person(self, spoken: tuple[str, ...]) -> Resource | None:
        """The collection of people, where an object is one by its role: `created_by`, `owner`."""
        if not spoken or (spoken[-1] not in _ROLES and not (len(spoken) > 1 and spoken[-1] == "by")):
            return None
        return next((self._named[name][0] for name in _PEOPLE if name in self._named), None)

    def _called(self, spoken: tuple[str, ...]) -> list[Resource]:
        """The collections that a name is for: `customer` and `billing_customer` of the customers."""
        for start in range(len(spoken)):
            for form in _singular("".join(spoken[start:])):
                if form in self._named:
                    return self._named[form]
        return []

    def _by_key(self, spoken: tuple[str, ...], schema: LocatedSchema, owner: Resource) -> tuple[str, str] | None:
        """`customer_id` names a customer by the key, `country_code` a country by its code."""
        if len(spoken) < 2:
            return None
        head, tail = spoken[:-1], spoken[-1]
        if head[-1:] == ("parent",) and tail in _KEYS:
            return self._fitting([owner], schema, "")
        several = [one for one in self._called(head) if one is not owner or _RELATIVES.intersection(head)]
        if tail in _KEYS:
            return self._fitting(several, schema, "") or self._people(head[-1], schema)
        return self._fitting(several, schema, tail) if tail in ("code", "slug", "name", "number", "email") else None

    def _people(self, role: str, schema: LocatedSchema) -> tuple[str, str] | None:
        """A person by the key, or by what people read where the key is of another type."""
        if role not in _ROLES and role != "by" and not role.endswith(_DONE_BY):
            return None
        several = [one for name in _PEOPLE for one in self._named.get(name, ())]
        alike = [one for one in several if self._same_type(schema, self.schemas.members(one.record).get(one.key))]
        found = (self._fitting(alike, schema, ""), *(self._fitting(several, schema, name) for name in _READ))
        return next((one for one in found if one), None)

    def _same_type(self, schema: LocatedSchema, key: LocatedSchema | None) -> bool:
        return key is None or self.schemas.types(schema) == self.schemas.types(key)

    def _by_person(self, spoken: tuple[str, ...], schema: LocatedSchema) -> tuple[str, str] | None:
        """`created_by` and `assignee` name a person."""
        by = len(spoken) > 1 and (spoken[-1] == "by" or spoken[-2:] in (("by", "id"), ("by", "uuid")))
        return self._people("by" if by else spoken[-1] if spoken else "", schema)

    def _by_name(self, spoken: tuple[str, ...], schema: LocatedSchema, owner: Resource) -> tuple[str, str] | None:
        """`customer` names a customer by the key, or by its name where the key is of another type."""
        name = "".join(spoken)
        several = [one for form in _singular(name) for one in self._named.get(form, ()) if one is not owner]
        exact = [one for one in several if self._same_kind(schema, one)]
        return self._fitting(exact, schema, "") or self._fitting(several, schema, "name")

    def _same_kind(self, schema: LocatedSchema, one: Resource) -> bool:
        """Whether a member without `id` in its name holds a key all the same, and not a text of people."""
        key = self.schemas.members(one.record).get(one.key)
        if key is None or self.schemas.types(schema) != self.schemas.types(key):
            return False
        formats = [set(self.schemas.each(each, "format")) - _LOOSE for each in (schema, key)]
        if formats[0] != formats[1]:
            return False
        if formats[0] or self.schemas.types(schema) == {"integer"} or words(one.key)[-1:] == ("name",):
            return True
        return any(_SPEAKS_OF_KEYS.search(str(text)) for text in self.schemas.each(schema, "description"))

    def _fitting(self, several: list[Resource], schema: LocatedSchema, field: str) -> tuple[str, str] | None:
        """The first collection whose key, or other field, may stand in a member of this schema."""
        for one in several:
            members = self.schemas.members(one.record)
            name = find_alike(field, members) if field else one.key
            if name is not None and self._alike(schema, members.get(name)):
                return one.name, name
        return None

    def _alike(self, schema: LocatedSchema, key: LocatedSchema | None) -> bool:
        if key is None:
            return True
        own, other = self.schemas.types(schema), self.schemas.types(key)
        if own and other and not own & other and not (own == {"string"} and other == {"integer"}):
            return False
        formats = [set(self.schemas.each(one, "format")) - _LOOSE for one in (schema, key)]
        return not formats[0] or not formats[1] or bool(formats[0] & formats[1])


_NAMED: Final = re.compile(rf"(/{EMBEDDED}/[^/]*)?/components/schemas/(?P<name>[^/]*)")
"""The pointer of a schema that has a name, in one document or one of several."""
_LOOSE: Final = frozenset({"int32", "int64", "double", "float"})


def _names(resource: Resource) -> Iterator[str]:
    """What one record of a collection is called: by its path, and by the name of its schema."""
    for base in resource.bases:
        fixed = next((segment for segment in reversed(base) if segment != VALUE), "")
        yield from _singular(plain(fixed))
    pointer = resource.record.pointer
    if (match := _NAMED.fullmatch(pointer)) is not None:
        name = plain(match["name"])
        yield from _singular(name)
        short = _AFFIXES.sub("", name)
        if short and short != name:
            yield from _singular(short)


def _singular(name: str) -> list[str]:
    """A name, and what may be its singular; both occur in the document, so a wrong guess matches nothing."""
    forms = [_IRREGULAR[name]] if name in _IRREGULAR else []
    if name.endswith("ies") and len(name) > 4:
        forms.append(f"{name[:-3]}y")
    if name.endswith("es") and len(name) > 4:
        forms.append(name[:-2])
    if name.endswith("s") and not name.endswith("ss") and len(name) > 3:
        forms.append(name[:-1])
    return [*dict.fromkeys([*forms, name])] if name else []
