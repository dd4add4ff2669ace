"""How a request was handled, step by step: from its journal entry, and from its behaviour run once more on the world
as it was before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec

from mockserver.behaviour.conditions import Condition
from mockserver.behaviour.ignoring import without_effect
from mockserver.behaviour.runner import run
from mockserver.behaviour.values import MISSING, Scope
from mockserver.behaviour.vocabulary import Behaviour, Query
from mockserver.contract.operations.media import declared_for
from mockserver.contract.operations.styles import query_values
from mockserver.contract.schemas.view import members
from mockserver.contract.schemas.wording import nearest
from mockserver.errors import Refused
from mockserver.exchange.engine import Engine
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.shown import hiding
from mockserver.insight.sent import sent_steps
from mockserver.insight.step import Step
from mockserver.messages import Inputs
from mockserver.state.becoming import plain
from mockserver.state.collection import Record, identity_of, text_of
from mockserver.upstream.route import BACKEND

_KEYS = 5
_NAMES = 100
"""How many names of a request are checked."""


def steps(engine: Engine, entry: Exchange) -> Iterator[Step]:
    """The steps of an entry, in order."""
    if entry.by:
        yield Step("forward" if entry.by == BACKEND else "choose", f"the {entry.by}, because {entry.because}")
    if entry.fault:
        yield Step("disturb", entry.fault)
    if entry.by == BACKEND:
        return
    for place, near in _ignored_names(engine, entry):
        yield Step("ignore", f"{place}, which the contract doesn't declare; did you mean {near}?")
    for name in _idle_names(engine, entry):
        yield Step("ignore", f"query.{name}, which the contract declares and on which the mock doesn't act")
    behaviour = engine.behaviours.operations.get(entry.operation or "")
    not_found = isinstance(entry.selected, str)
    if entry.verdict == "refused" and not not_found:
        yield Step(_stage(engine, entry), hiding(entry, engine.journal.secrets)(entry.reason))
    elif entry.verdict in ("kept", "refused", "fault") and behaviour is not None and _behaviour_ran(entry):
        yield from _Replay(engine, entry, behaviour).steps()
    yield from sent_steps(engine, entry)


def _ignored_names(engine: Engine, entry: Exchange) -> Iterator[tuple[str, str]]:
    """Names that an accepted request sent without effect, probably misspelt: the place, and the likely name."""
    operation = engine.contract.operations.get(entry.operation or "")
    if operation is None or entry.verdict not in ("kept", "fault"):
        return
    parameters = [parameter.name for parameter in operation.parameters if parameter.location == "query"]
    yield from _misspelt("query", query_values(entry.request.query), parameters)
    if operation.body is not None:
        media = declared_for(operation.body.media_types, entry.request.headers.get("content-type", ""))
        known = members(media.schema, engine.contract.view) if media is not None else {}
        yield from _misspelt("body", _object(entry.request.body), known)


def _idle_names(engine: Engine, entry: Exchange) -> list[str]:
    """The declared query parameters of an accepted request that have no effect."""
    operation = engine.contract.operations.get(entry.operation or "")
    if operation is None or entry.verdict not in ("kept", "fault"):
        return []
    sent = query_values(entry.request.query)
    idle = without_effect(operation, engine.behaviours.operations.get(operation.id))
    return [name for name in idle if name in sent]


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _misspelt(place: str, sent: Mapping[str, Any], known: Collection[str]) -> Iterator[tuple[str, str]]:
    free = [name for name in known if name not in sent]
    for name in islice(sent, _NAMES):
        near = nearest(name, free) if name not in known else None
        if near is not None:
            yield f"{place}.{name}", near


def _behaviour_ran(entry: Exchange) -> bool:
    return entry.selected is not None or bool(entry.changes) or (entry.verdict == "kept" and not entry.steering.wishes)


def _stage(engine: Engine, entry: Exchange) -> str:
    if entry.operation is None:
        return "sign in" if engine.pipeline.provides(entry.request.path) else "route"
    if entry.user is None:
        return "admit"
    return "validate" if entry.violations else "behave"


class _Replay:
    """The verbs of one behaviour as they ran for one entry."""

    def __init__(self, engine: Engine, entry: Exchange, behaviour: Behaviour) -> None:
        self.engine, self.entry, self.behaviour = engine, entry, behaviour
        self.secrets = engine.journal.secrets
        self.scope = self._replayed()

    def _replayed(self) -> Scope | None:
        """The values of the behaviour's expressions; None where the request can't be read with the current contract."""
        entry, engine = self.entry, self.engine
        before = None if self.behaviour.call is not None else engine.journal.before(entry)
        if before is None:
            return None
        try:
            match = engine.contract.route(entry.request.method, entry.request.path, entry.request)
            inputs: Inputs = engine.contract.read_inputs(match, entry.request)
        except Refused:
            return None
        user = next((user for user in engine.fixtures.users if user.name == entry.user), None)
        caller = {"id": user.id if user else None, "name": entry.user, "world": entry.world}
        scope = Scope(inputs, caller, entry.at, engine.behaviours.periods)
        try:
            run(self.behaviour, before, scope, engine.behaviours)
        except Refused:
            scope.record = MISSING
        return scope

    def steps(self) -> Iterator[Step]:
        """The verbs in their order."""
        behaviour, not_found = self.behaviour, isinstance(self.entry.selected, str)
        if behaviour.call is not None:
            yield Step("call", behaviour.call.name)
        if behaviour.find is not None:
            yield Step("find", self._lookup(behaviour.find))
        if not_found:
            return
        if behaviour.create is not None:
            yield from (Step("create", f"{name} {key}") for name, key in self._created())
        if behaviour.set is not None:
            yield from (Step("set", text) for text in self._set())
        for query in behaviour.remove:
            yield Step("remove", self._removed(query.collection))
        if behaviour.list is not None:
            yield Step("list", self._listed(behaviour.list))
        for path, value in behaviour.reply:
            yield Step("reply", f"{'.'.join(path)} = {value.text}")

    def _key(self, collection: str, record: Record) -> str:
        return identity_of(self.engine.behaviours.collections[collection], record)

    def _lookup(self, query: Query) -> str:
        query_text = f"{query.collection} where {self._words(query)}" if query.filters else query.collection
        record = self.entry.selected
        if isinstance(record, Mapping):
            return f"{query_text}: {self._key(query.collection, record)}"
        return f"{query_text}: none" + (f", but one that is {record}" if record not in (None, "unknown") else "")

    def _words(self, query: Query) -> str:
        equal = [f"{name} is {self._value(value)}" for name, value in query.filters]
        tests = [f"{one.field} {one.word} {self._value(one.value)}" for one in query.conditions if self._counts(one)]
        return " and ".join([*equal, *tests])

    def _counts(self, condition: Condition) -> bool:
        """Whether a condition keeps records out of this list."""
        return self.scope is not None and condition.test(self.scope) is not None

    def _value(self, value: Any) -> str:
        if self.scope is None or value.root in ("record", "parent"):
            return str(value.text)
        result = value.evaluate(self.scope)
        hidden = self.secrets.member(value.names[-1] if value.names else "", result)
        return str(value.text) if result is MISSING else f"{_short(hidden)} ({value.text})"

    def _created(self) -> Iterator[tuple[str, str]]:
        for change in self.entry.changes:
            if change.before is None and change.after is not None:
                yield change.collection, self._key(change.collection, change.after)

    def _set(self) -> Iterator[str]:
        for change in self.entry.changes:
            if change.before is not None and change.after is not None:
                before, after = plain(change.before), plain(change.after)
                names = [name for name in {**before, **after} if before.get(name, MISSING) != after.get(name, MISSING)]
                changed = [f"{name} {self._shown(before, name)} -> {self._shown(after, name)}" for name in names]
                differences = ", ".join(changed) or "unchanged"
                yield f"{change.collection} {self._key(change.collection, change.after)}: {differences}"

    def _shown(self, record: Record, name: str) -> str:
        return _short(self.secrets.member(name, record[name])) if name in record else "(none)"

    def _removed(self, collection: str) -> str:
        changes = [change for change in self.entry.changes if change.collection == collection and change.after is None]
        removed = [self._key(collection, change.before) for change in changes if change.before is not None]
        more = f" and {len(removed) - _KEYS} more" if len(removed) > _KEYS else ""
        return f"{collection}: {', '.join(removed[:_KEYS]) or 'none'}{more}"

    def _listed(self, query: Query) -> str:
        words = self._words(query)
        query_text = f"{query.collection} where {words}" if words else query.collection
        if self.scope is None:
            return query_text
        total, page = self.scope.total, len(self.scope.records)
        return f"{query_text}: {total} records" + (f", {page} of them on this page" if page != total else "")


def _short(value: Any) -> str:
    text = text_of(value)
    return text if len(text) <= 60 else text[:57] + "..."
