"""Runs a behaviour on a world: the only place where state changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from mockserver.behaviour.calls import Call
from mockserver.behaviour.embedding import follow, owner_of
from mockserver.behaviour.expanding import Expansion, asked
from mockserver.behaviour.notifying import Notice, Planned
from mockserver.behaviour.parts import Part
from mockserver.behaviour.run import Run
from mockserver.behaviour.values import MISSING, Scope, Value
from mockserver.behaviour.vocabulary import Behaviour, Behaviours, Changed, Field
from mockserver.contract.operations.operation import ABSENT
from mockserver.state.collection import Filters, Record
from mockserver.state.world import World


class Outcome(msgspec.Struct, frozen=True):
    """The result of a behaviour: next world, the reply's fields by path, changes, selected record, listed part."""

    world: World
    fields: tuple[tuple[tuple[str, ...], Any], ...] = ()
    changes: tuple[Changed, ...] = ()
    selected: Record | None = None
    part: Part | None = None
    whole: bool = False  #: whether the fields are laid over all of the example, and not over its required members
    notices: tuple[Notice, ...] = ()  #: what is sent once the request has succeeded
    planned: tuple[Planned, ...] = ()  #: and what is sent later, when records become something
    followed: Filters | None = None  #: which records a stream of changes is about


def run(behaviour: Behaviour, world: World, scope: Scope, behaviours: Behaviours) -> Outcome:
    """Run the verbs in their order; `Refused(404)` when `find` matches no record.

    A world that changed has a `step` one higher than before; one that did not is the same object.
    """
    if behaviour.call is not None:
        return _called(behaviour.call, world, scope)
    work, find = Run(world, world.collections, scope, behaviours, [], behaviour.operation), behaviour.find
    part = None
    if find is not None and not behaviour.must_find and behaviours.inferred and work.names_nothing(find):
        return Outcome(world)
    if behaviour.each and work.set_each(behaviour):
        record = scope.record or None
    else:
        record = None if find is None else work.find(find)
        if behaviour.create is not None:
            work.create(behaviour.create)
        if behaviour.set is not None and find is not None:
            work.set(find.collection, behaviour.set)
    for query in behaviour.remove:
        work.remove(query)
    if behaviours.embeddings and work.changes:
        own = len(work.changes)
        follow(work, behaviours.lists)
        work.changes = [*work.changes[own:], *work.changes[:own]]  # what the behaviour itself wrote comes last
    if behaviour.list is not None:
        work.list(behaviour.list, behaviour.page)
        part = scope.part
    if behaviour.shows_parent and scope.parent is MISSING and find is not None:
        scope.parent = owner_of(work, find.collection, scope.record)
    shown = _shown(behaviour, work)
    notices = work.notices(behaviour.notify) if behaviour.notify else ()
    after, changes = world.holding(work.collections), tuple(work.changes)
    followed = work.followed(behaviour.stream) if behaviour.stream is not None else None
    return Outcome(after, shown, changes, record, part, False, notices, work.planned, followed)


def _shown(behaviour: Behaviour, work: Run) -> tuple[tuple[tuple[str, ...], Any], ...]:
    """The reply's fields by path; a missing value is left out of the response."""
    fields = []
    for path, value in behaviour.reply:
        result = value.evaluate(work.scope) if behaviour.expand is None else _expanded(behaviour, work, value)
        fields.append((path, ABSENT if result is MISSING else result))
    return tuple(fields)


def _expanded(behaviour: Behaviour, work: Run, value: Value) -> Any:
    """What a reply shows, with the records for which the client asks in the place of their keys."""
    result = value.evaluate(work.scope)
    if value.root not in ("record", "records") or value.names:
        return result
    names = behaviour.expand.evaluate(work.scope) if behaviour.expand is not None else MISSING
    source = behaviour.list or behaviour.create or behaviour.find
    if names is MISSING or not names or source is None:
        return result
    return Expansion(work.collections, work.behaviours.shapes).of(result, source.collection, asked(names))


def echoed(outcome: Outcome, echo: Iterable[Field], scope: Scope) -> Outcome:
    """The outcome of an operation that leaves its response to the example, with what that says of the request."""
    values = [(path, value.evaluate(scope)) for path, value in echo]
    return msgspec.structs.replace(
        outcome, fields=tuple(one for one in values if one[1] is not MISSING and type(one[1]) is not bytes), whole=True
    )


def _called(call: Call, world: World, scope: Scope) -> Outcome:
    """The Python function that stands for the verbs: `function(world, scope) -> (world, {path: value})`.

    It reads and changes the world with `visible`, `put` and `drop`, and refuses a request by raising `Refused`.
    """
    after, reply = call(world, scope)
    after = world if after is world else after.stepped()
    return Outcome(after, tuple((tuple(path.split(".")), value) for path, value in reply.items()))
