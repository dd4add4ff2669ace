"""Calls about records: drawn as steps, bound to a record of the mock's, translated to the target's."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from contract_tests.core.answer import Sent
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.document import Place
from contract_tests.core.model import Behaviour, Model, root, with_member
from contract_tests.core.safety import Rules
from contract_tests.core.target import NOTHING, path_of
from contract_tests.core.words import ABSENT, query_string
from contract_tests.suites.oracle.correspondence import Correspondence
from contract_tests.suites.oracle.records import Name, Record

State = Mapping[str, list[Record]]
"""The mock's records by collection."""


@dataclass(frozen=True)
class Step:
    """A call before it is bound: the operation, which of the records at hand, or an unknown one, and the input."""

    operation: str
    pick: int = 0
    unknown: bool = False
    body: Any = NOTHING
    query: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A call as one side takes it; `subject` names the mock's record that it is about."""

    operation: Operation
    values: tuple[str, ...] = ()
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = NOTHING
    subject: Name | None = None

    @property
    def path(self) -> str:
        """The raw path with its query."""
        query = query_string([(name, as_query(value)) for name, value in self.query.items()])
        return path_of(self.operation, self.values) + (f"?{query}" if query else "")

    @property
    def sent(self) -> Sent:
        """The request, for the gate to judge before it is sent."""
        body = b"" if self.body is NOTHING else json.dumps(self.body).encode()
        path = self.path
        return Sent(self.operation.method, path, path.partition("?")[0], {"Content-Type": "application/json"}, body)

    @property
    def named(self) -> dict[str, str]:
        """The path values by name."""
        return dict(zip(self.operation.path_names, self.values, strict=True))


def as_query(value: Any) -> Any:
    """A value as the query of a URL has it: lists one by one, true and false in small letters."""
    if isinstance(value, list):
        return [as_query(item) for item in value]
    return value if isinstance(value, str) else json.dumps(value)


@dataclass(frozen=True)
class Binder:
    """Binds steps to records."""

    contract: Contract
    model: Model
    rules: Rules

    def bind(self, step: Step, state: State, pairs: Correspondence) -> tuple[Call, Call] | None:
        """The call for the mock and the one for the target; None when there is no record that it could be about."""
        behaviour, operation = self.model.behaviours[step.operation], self.contract.operation(step.operation)
        step = replace(step, body=self._with_own_keys(behaviour, step.body))
        if step.unknown:
            values = tuple(self._nobodys(operation, name) for name in operation.path_names)
            call = Call(operation, values, step.query, self._nobodys_body(behaviour, step.body))
            return call, call
        places = self.places(behaviour)
        queries = self._choosing(behaviour, step, state, pairs)
        if not places:
            calls = [Call(operation, (), query, step.body) for query in queries]
            return (calls[0], calls[1]) if not operation.path_names else None
        held = self._told_apart(behaviour, state)
        untouched = self.rules.protected | self.rules.reserved if operation.is_write else frozenset()
        found = [record for record in held if not untouched & {str(record[part]) for part in places}
                 and self._is_known(self._name(behaviour, record), pairs)]  # fmt: skip
        if not found:
            return None
        first = step.pick % len(found)
        both = [replace(step, query=query) for query in queries]
        turned = (self._about(behaviour, operation, record, both, pairs) for record in (*found[first:], *found[:first]))
        if not operation.is_write:
            return next(turned)
        return self._permitted([calls for calls in turned if calls])

    def _told_apart(self, behaviour: Behaviour, state: State) -> list[Record]:
        """The records that a call can be about: not those of which several have what it names one by, as a name that
        need not be unique. Which of them is meant, each server says for itself."""
        places = self.places(behaviour)
        held = [record for record in state.get(self.holder(behaviour), ()) if places.keys() <= record.keys()]
        if not behaviour.find:
            return held
        count = Counter(repr([record[part] for part in places]) for record in held)
        return [record for record in held if count[repr([record[part] for part in places])] == 1]

    def _permitted(self, calls: list[tuple[Call, Call]]) -> tuple[Call, Call] | None:
        """The first of these calls that may be sent; where none may, the gate will say why."""
        return next((one for one in calls if self.rules.allows(one[1].sent)), calls[0] if calls else None)

    def _choosing(
        self, behaviour: Behaviour, step: Step, state: State, pairs: Correspondence
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The query for either side: what a list chooses by is taken from a record, or as drawn where none has it."""
        query, mine, theirs = behaviour.list, dict(step.query), dict(step.query)
        if query is None or not step.pick:
            return mine, theirs
        key = self.model.collections[query.collection].key
        for name, expression in query.filters.items():
            kind, part = root(expression)
            held = [record for record in state.get(query.collection, ()) if isinstance(record.get(name), str | int)]
            if kind == "query" and part in mine and held:
                record = held[step.pick % len(held)]
                known = pairs.translated((query.collection, str(record.get(key, ""))), name, record[name])
                is_list = isinstance(step.query[part], list)
                mine[part], theirs[part] = ([record[name]], [known]) if is_list else (record[name], known)
        return mine, theirs

    def _with_own_keys(self, behaviour: Behaviour, body: Any) -> Any:
        """The body with keys that no record has, not even one that no read shows, in place of those drawn."""
        if behaviour.created is None:
            return body
        if isinstance(body, list):
            return [self._with_own_keys(behaviour, item) for item in body]
        key = self.model.collections[behaviour.created].key
        if not isinstance(body, Mapping) or key not in body:
            return body
        fresh = own(body[key])
        self.rules.own.fresh.add(str(fresh))
        return {**body, key: fresh}

    @staticmethod
    def _is_known(name: Name, pairs: Correspondence) -> bool:
        """Whether the target's id of the record is known, and the record was read if such records are."""
        collection, key = name
        was_read = collection not in pairs.whole or key in pairs.whole[collection] or name in pairs.made
        return was_read and name not in pairs.unpaired

    def _name(self, behaviour: Behaviour, record: Record) -> Name:
        collection = self.holder(behaviour)
        return collection, str(record.get(self.model.collections[collection].key, ""))

    def holder(self, behaviour: Behaviour) -> str:
        """The collection of the record that a call is about."""
        query = behaviour.find or behaviour.list
        return query.collection if query else ""

    def places(self, behaviour: Behaviour) -> dict[str, tuple[str, str]]:
        """Where the fields of the record that a call is about stand in it: `id` at (`path`, `petId`)."""
        query = behaviour.find or behaviour.list
        filters = query.filters if query else {}
        found = {name: root(expression) for name, expression in filters.items() if "." not in name}
        wanted = {"path", "body", "query"} if behaviour.find else {"path"}
        return {name: place for name, place in found.items() if place[0] in wanted and place[1]}

    def _about(
        self, behaviour: Behaviour, operation: Operation, record: Record, steps: Sequence[Step], pairs: Correspondence
    ) -> tuple[Call, Call] | None:
        collection = self.holder(behaviour)
        key = self.model.collections[collection].key
        name = self._name(behaviour, record)
        is_nameless = (collection, "None") in pairs.unpaired
        if (name in pairs.unpaired or is_nameless) and key in self.places(behaviour):
            return None  # nothing has shown how the target calls it
        mine, theirs = map(Inputs.of, steps)
        for part, place in self.places(behaviour).items():
            value = record[part]
            mine.put(place, value)
            theirs.put(place, pairs.target_key(name) if part == key else pairs.target_value(name, part, value), value)
        subject = name if behaviour.find else None
        if behaviour.created is None and isinstance(mine.body, Mapping) and key in mine.body:  # another would rename it
            mine.put(("body", key), record[key])
            theirs.put(("body", key), pairs.target_key(name), record[key])
        calls = [inputs.call(operation, subject) for inputs in (mine, theirs)]
        return (calls[0], calls[1]) if calls[0] and calls[1] else None

    def _nobodys(self, operation: Operation, name: str) -> str:
        schema = next((one.schema for one in operation.parameters if one.name == name), None)
        place = self.contract.look_up(Place(schema))
        keywords = place.value if place and isinstance(place.value, Mapping) else {}
        if keywords.get("format") == "uuid":  # another text is refused for its form, before anything is looked up
            return self.rules.mint_like([str(uuid4())])
        return str(self.rules.mint_number()) if keywords.get("type") in {"integer", "number"} else self.rules.mint()

    def _nobodys_body(self, behaviour: Behaviour, body: Any) -> Any:
        inputs = Inputs({}, {}, body)
        for place in self.places(behaviour).values():
            if place[0] == "body":
                inputs.put(place, self.rules.mint())
        return inputs.body


@dataclass
class Inputs:
    """The inputs of a call while they are put together."""

    path: dict[str, str]
    query: dict[str, Any]
    body: Any

    @classmethod
    def of(cls, step: Step) -> Inputs:
        """What the step brings."""
        return cls({}, dict(step.query), step.body)

    def put(self, place: tuple[str, str], value: Any, like: Any = ABSENT) -> None:
        """Put a value in its place; of the type of `like`, where a key is only known as text."""
        kind, name = place
        if isinstance(like, int) and isinstance(value, str) and value.lstrip("-").isdigit():
            value = int(value)
        if kind == "path":
            self.path[name] = str(value)
        elif kind == "query":
            self.query[name] = value
        else:
            self.body = with_member(self.body, name.split("."), value)

    def call(self, operation: Operation, subject: Name | None) -> Call | None:
        """The call; None when a path value is not known."""
        if not self.path.keys() >= set(operation.path_names):
            return None
        values = tuple(self.path[name] for name in operation.path_names)
        return Call(operation, values, self.query, self.body, subject)


def own(value: Any) -> Any:
    """A value like this one that is not in use."""
    if isinstance(value, str):
        return f"{value[:8]}{uuid4().hex[:12]}"
    return uuid4().int >> 98 if isinstance(value, int) and not isinstance(value, bool) else value


def reads(binder: Binder, queries: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[Step]:
    """Every read whose answer shows records, once for each of its queries; those about a record, without one."""
    for name, chosen in queries.items():
        if binder.model.behaviours[name].reply:
            yield from (Step(name, query=query) for query in chosen or [{}])
