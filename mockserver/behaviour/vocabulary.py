"""Behaviours as values: eight verbs in one fixed order, no conditionals.

find a record · create one · set its fields · remove others · list some · stream changes · reply · notify others
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import force_setattr

from mockserver.behaviour.calls import Call
from mockserver.behaviour.carrying import Carried
from mockserver.behaviour.conditions import Condition
from mockserver.behaviour.notifying import Moment, Notification, Schedule
from mockserver.behaviour.records import RecordShape
from mockserver.behaviour.values import MISSING, Value
from mockserver.contract.operations.operation import ABSENT, EMPTY
from mockserver.state.collection import Record
from mockserver.state.references import Reference
from mockserver.state.rules import CollectionRules, Embedded

Field = tuple[tuple[str, ...], Value]
"""A path in a response, and the value there."""
VERBS = ("find", "create", "set", "remove", "list", "stream", "reply", "notify")
"""The verbs, in the order in which they run."""


class Query(msgspec.Struct, frozen=True):
    """Records of a collection whose fields have these values, and, where they are listed or removed, meet these
    conditions."""

    collection: str
    filters: tuple[tuple[str, Value], ...] = ()
    adopts: bool = False  #: whether the record is made where there is none (`--unknown-parents adopt`)
    conditions: tuple[Condition, ...] = ()
    above: tuple[Query, ...] = ()  #: the records that are made as well where this one is, the outermost first

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the query compares for equality."""
        return tuple(name for name, _ in self.filters)


class Creation(msgspec.Struct, frozen=True):
    """New records: `base` (an object, usually the body, or a list of objects) with `fields` laid over each."""

    collection: str
    base: Value | None = None  #: written `"*": $body`
    fields: tuple[tuple[str, Value], ...] = ()
    fills: tuple[str, ...] = ()  #: fields that the server sets, and every new record has
    conflicts: bool = True  #: whether what another record has is refused (409); with its key, that one is replaced
    existing: Mapping[str, int] = EMPTY  #: the references that must lead to a record, with the status where none is
    carried: Carried | None = None  #: what the body can hold, where `base` comes from it
    lists: bool = False  #: whether `$record` in the reply may be the list of them, where `base` is one
    shows_one: bool = False  #: whether the reply shows one record, so that an empty list as `base` makes one, too


class Change(msgspec.Struct, frozen=True):
    """New values for the selected record: `base` merged into it, or put in its place, with `fields` laid over."""

    base: Value | None = None  #: written `"*": $body` (merge patch, RFC 7396) or `"=": $body` (replaces)
    replaces: bool = False
    carried: Carried | None = None  #: what the body can hold, where `base` comes from it
    fields: tuple[tuple[str, Value], ...] = ()
    touches: frozenset[str] | None = None  #: the only fields that change, where no `base` may change others
    constants: Mapping[str, Any] = EMPTY  #: the literal values
    conflicts: bool = True  #: whether what another record has is refused (409)
    existing: Mapping[str, int] = EMPTY  #: the references that must lead to a record, with the status where none is
    others: tuple[tuple[str, Value], ...] = ()  #: the fields whose values come from the request, or that are removed

    def __post_init__(self) -> None:
        if self.base is None:
            force_setattr(self, "touches", frozenset(name for name, _ in self.fields))
        constants = {name: one.constant for name, one in self.fields if one.constant not in (MISSING, ABSENT)}
        force_setattr(self, "constants", constants)
        force_setattr(self, "others", tuple(pair for pair in self.fields if pair[0] not in constants))


class Changed(msgspec.Struct, frozen=True):
    """One record before and after; `None` where it was not there."""

    collection: str
    before: Record | None
    after: Record | None


class Page(msgspec.Struct, frozen=True):
    """Which part of a list is returned, in which order; a value that is absent or isn't a number sets no limit."""

    limit: Value | None = None
    offset: Value | None = None
    number: Value | None = None  #: number of the page
    first: int = 1  #: the number of the first page
    after: Value | None = None  #: key of the last record that the client has seen
    before: Value | None = None  #: key of the first record that the client has seen
    end: Value | None = None  #: the offset at which the page ends
    size: int | None = None  #: how many records a page has where the request doesn't say
    most: int | None = None  #: how many records a page has at most, however many the request asks for
    origin: int = 0  #: the offset of the first record
    sort: Value | None = None  #: the fields to sort by
    order: Value | None = None  #: the direction
    names: Mapping[str, str] = EMPTY  #: how clients write the parameters of number, offset, after and before

    @property
    def values(self) -> tuple[Value, ...]:
        """The expressions of the page."""
        parts = (self.limit, self.offset, self.number, self.after, self.before, self.end, self.sort, self.order)
        return tuple(value for value in parts if value is not None)


class Behaviour(msgspec.Struct, frozen=True):
    """What one operation does to the stored records, and the documented sentence that it is based on."""

    operation: str
    find: Query | None = None
    create: Creation | None = None
    set: Change | None = None
    remove: tuple[Query, ...] = ()
    list: Query | None = None
    page: Page = Page()
    stream: Query | None = None
    reply: tuple[tuple[tuple[str, ...], Value], ...] = ()
    notify: tuple[Notification, ...] = ()
    expand: Value | None = None  #: the names of fields that the reply shows with the records whose keys they hold
    call: Call | None = None
    because: str = ""
    assumed: tuple[str, ...] = ()
    place: str = ""  #: file:line, for messages
    shows_parent: bool = False  #: whether the reply has `$parent`
    each: bool = False  #: `find` and `set` may run for each item of a list that the body has
    must_find: bool = True  #: whether the contract has an answer for a request that names no record

    def __post_init__(self) -> None:
        force_setattr(self, "shows_parent", any(value.root == "parent" for _, value in self.reply))
        base = self.set.base if self.set is not None else None
        if self.find is not None and base is not None and base.root == "body":
            named = (value.names[:-1] for _, value in self.find.filters if value.root == "body")
            force_setattr(self, "each", base.names in named)


class Embedding(msgspec.Struct, frozen=True):
    """A list in the records of `owner` that has the records of another collection."""

    owner: str
    list: Embedded
    fills: tuple[str, ...] = ()  #: fields of a new record in the list that the server sets


class Lead(msgspec.Struct, frozen=True):
    """A member of an example that names a record: one of a collection, or the one that a value of the path names."""

    reference: Reference
    parameter: str = ""


class Behaviours(msgspec.Struct, frozen=True):
    """All behaviours of one contract, with their collections and periods."""

    operations: Mapping[str, Behaviour]
    collections: Mapping[str, CollectionRules]
    periods: Mapping[str, int] = EMPTY  #: milliseconds by name
    shapes: Mapping[str, RecordShape] = EMPTY
    inferred: bool = False  #: nobody wrote them: an answer that they get wrong is adapted instead of withheld
    answered: Mapping[str, RecordShape] = EMPTY  #: by operation: of records that its answer shows by another schema
    embeddings: tuple[Embedding, ...] = ()
    echoes: Mapping[str, tuple[Field, ...]] = EMPTY  #: by operation: what its example says of the request
    leads: Mapping[str, tuple[Lead, ...]] = EMPTY  #: by operation: which records its example names
    schedule: Schedule = Schedule()  #: of deliveries
    moments: tuple[Moment, ...] = ()  #: what is sent when records become something
    lists: Mapping[str, tuple[Embedding, ...]] = EMPTY  #: the embeddings by the collections on both of their sides

    def __post_init__(self) -> None:
        lists: dict[str, tuple[Embedding, ...]] = {}
        for one in self.embeddings:
            for name in dict.fromkeys((one.owner, one.list.collection)):
                lists[name] = (*lists.get(name, ()), one)
        force_setattr(self, "lists", lists)

    @property
    def notifications(self) -> Iterator[Notification]:
        """All that operations send, at once or later."""
        for behaviour in self.operations.values():
            yield from behaviour.notify
        for moment in self.moments:
            yield from moment.notify

    @property
    def followed(self) -> frozenset[str]:
        """The collections that streams of changes follow."""
        return frozenset(one.stream.collection for one in self.operations.values() if one.stream is not None)

    def starts_jobs(self, operation: str) -> bool:
        """Whether an operation stores records of a collection whose jobs can fail."""
        one = self.operations.get(operation)
        if one is None:
            return False
        names = [one.create.collection] if one.create is not None else []
        names += [one.find.collection] if one.find is not None and one.set is not None else []
        return any(becoming.fails for name in names for becoming in self.collections[name].becomes)

    def shown_by(self, behaviour: Behaviour, value: Value) -> str:
        """The collection of the record, or of the records, that an expression of a reply is; empty where it is none."""
        found = behaviour.find.collection if behaviour.find is not None else ""
        if value.names or value.root not in ("record", "records", "parent"):
            return ""
        if value.root == "parent" and behaviour.create is None:
            return next((one.owner for one in self.embeddings if one.list.collection == found), "")
        if value.root == "records" and behaviour.list is not None:
            return behaviour.list.collection
        return behaviour.create.collection if behaviour.create is not None and value.root != "parent" else found
