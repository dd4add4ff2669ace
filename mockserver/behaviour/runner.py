"""Performs a behaviour on a world: the only place where state changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mockserver.behaviour.values import MISSING, Scope, Value
from mockserver.behaviour.vocabulary import Behaviour, Behaviours, Creation, Page, Query
from mockserver.contract.operation import ABSENT
from mockserver.errors import Refused
from mockserver.state.world import Filters, Record, World


class Changed(NamedTuple):
    """One record before and after; `None` where it was not there."""

    collection: str
    before: Record | None
    after: Record | None


class Outcome(NamedTuple):
    """What a behaviour did: the next world, the fields of the reply by path, the records changed."""

    world: World
    fields: tuple[tuple[tuple[str, ...], Any], ...] = ()
    changes: tuple[Changed, ...] = ()


class _Run:
    """One behaviour at work: the world so far, and the changes made."""

    __slots__ = ("caller", "changes", "rules", "scope", "world")

    def __init__(self, world: World, scope: Scope, behaviours: Behaviours) -> None:
        self.world, self.scope, self.rules = world, scope, behaviours.collections
        self.caller = scope.caller.get("id")
        self.changes: list[Changed] = []

    def filters(self, query: Query) -> Filters | None:
        """The query's filters with their values, the owner's among them; None when a value is missing."""
        values = [(name, value.evaluate(self.scope)) for name, value in query.filters]
        if any(value is MISSING for _, value in values):
            return None
        return (*values, *self.owned(query.collection))

    def owned(self, collection: str) -> Filters:
        owner = self.rules[collection].owner
        return ((owner, self.caller),) if owner is not None and self.caller is not None else ()

    def find(self, query: Query) -> None:
        filters = self.filters(query)
        found = () if filters is None else self.world.visible(query.collection, filters, self.scope.now)
        self.scope.record = next(iter(found), MISSING)
        if self.scope.record is MISSING:
            raise Refused(404, f"no record of {query.collection} has {_words(query, self.scope)}")

    def create(self, creation: Creation) -> None:
        rules = self.rules[creation.collection]
        self.scope.new = rules.new_key(self.world)
        record = _laid_over(_base(creation.base, self.scope), creation.fields, self.scope)
        record.setdefault(rules.key, self.scope.new)
        record.update(self.owned(creation.collection))
        held = self.world.collections[creation.collection].get(record[rules.key])
        if held is not None:
            raise Refused(409, f"{creation.collection} already has a record with {rules.key} {record[rules.key]!r}")
        self.store(creation.collection, None, record)

    def set(self, collection: str, base: Value | None, fields: tuple[tuple[str, Value], ...]) -> None:
        shown = self.scope.record
        key = self.rules[collection].key
        before = self.world.collections[collection].get(shown[key])
        after = _laid_over({**(before or shown), **_base(base, self.scope)}, fields, self.scope)
        after[key] = shown[key]
        self.store(collection, before, after)

    def store(self, collection: str, before: Record | None, after: dict[str, Any]) -> None:
        self.world = self.world.put(collection, after)
        self.changes.append(Changed(collection, before, after))
        self.scope.record = after

    def remove(self, query: Query) -> None:
        filters = self.filters(query)
        for record in () if filters is None else list(self.world.collections[query.collection].matching(filters)):
            self.world = self.world.drop(query.collection, record)
            self.changes.append(Changed(query.collection, record, None))

    def list(self, query: Query, page: Page) -> None:
        values = [(name, value.evaluate(self.scope)) for name, value in query.filters]
        given = tuple((name, value) for name, value in values if value is not MISSING)
        found = tuple(
            self.world.visible(query.collection, (*given, *self.owned(query.collection)), self.scope.now)
        )
        self.scope.total = len(found)
        self.scope.records = found[_window(page, self.scope)]


def run(behaviour: Behaviour, world: World, scope: Scope, behaviours: Behaviours) -> Outcome:
    """Perform the six verbs in their order; `Refused(404)` when the record to find is not there.

    A world that changed has a `step` one higher than before; one that did not is the same object.
    """
    if behaviour.call is not None:
        return called(behaviour, world, scope, behaviours)
    at_work = _Run(world, scope, behaviours)
    if behaviour.find is not None:
        at_work.find(behaviour.find)
    if behaviour.create is not None:
        at_work.create(behaviour.create)
    if behaviour.set is not None and behaviour.find is not None:
        at_work.set(behaviour.find.collection, behaviour.set.base, behaviour.set.fields)
    for query in behaviour.remove:
        at_work.remove(query)
    if behaviour.list is not None:
        at_work.list(behaviour.list, behaviour.page)
    fields = tuple([(path, value.evaluate(scope)) for path, value in behaviour.reply])
    return Outcome(stepped(world, at_work.world), fields, tuple(at_work.changes))


def stepped(before: World, after: World) -> World:
    """The world after a behaviour: one step on when it changed."""
    return before if after is before else after.stepped()


def called(behaviour: Behaviour, world: World, scope: Scope, behaviours: Behaviours) -> Outcome:
    """Perform the Python function that stands for the verbs: `function(world, scope) -> (world, {path: value})`.

    It reads and changes the world by `visible`, `put` and `drop`, and refuses by raising `Refused`.
    """
    assert behaviour.call is not None  # noqa: S101 - the caller looked
    after, reply = behaviour.call(world, scope)
    fields = tuple((tuple(path.split(".")), value) for path, value in reply.items())
    return Outcome(stepped(world, after), fields)


def _base(base: Value | None, scope: Scope) -> dict[str, Any]:
    value = base.evaluate(scope) if base is not None else MISSING
    return dict(value) if isinstance(value, Mapping) else {}


def _laid_over(record: dict[str, Any], fields: tuple[tuple[str, Value], ...], scope: Scope) -> dict[str, Any]:
    for name, value in fields:
        given = value.evaluate(scope)
        if given is ABSENT:
            record.pop(name, None)
        elif given is not MISSING:
            record[name] = given
    return record


def _window(page: Page, scope: Scope) -> slice:
    limit, offset, number = (
        int(value) if isinstance(value, int | float) else None
        for value in (part.evaluate(scope) if part else None for part in (page.limit, page.offset, page.number))
    )
    start = max(offset or 0, 0)
    if limit is not None and number is not None:
        start = max(number - 1, 0) * max(limit, 0)
    return slice(start, None if limit is None else start + max(limit, 0))


def _words(query: Query, scope: Scope) -> str:
    pairs = ((name, value.evaluate(scope)) for name, value in query.filters)
    return " and ".join(f"{name} {_short(value)}" for name, value in pairs) or "been stored"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
