"""Requests that the running mock server answers successfully, built from its own records."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import quote, unquote, urlencode

import msgspec

from mockserver.behaviour.runner import run
from mockserver.behaviour.values import MISSING, Scope, dig
from mockserver.behaviour.vocabulary import Behaviour, Query
from mockserver.contract.operations.operation import ABSENT, Operation, Parameter
from mockserver.contract.operations.overloads import has_more
from mockserver.errors import Refused
from mockserver.exchange.engine import Engine
from mockserver.messages import Inputs, Request
from mockserver.state.collection import Record, identity_of, text_of
from mockserver.state.store import MAIN

SAMPLES = 3
"""How many sample requests one operation gets."""
_TRIED = 50
"""How many requests are tried to find one for the banner."""


class Sample(msgspec.Struct, frozen=True):
    """One request: the values of its parameters, and the fields of its body."""

    operation: Operation
    path: Mapping[str, Any] = msgspec.field(default_factory=dict)
    body: Mapping[str, Any] = msgspec.field(default_factory=dict)
    query: Mapping[str, str] = msgspec.field(default_factory=dict)
    header: Mapping[str, str] = msgspec.field(default_factory=dict)

    @property
    def address(self) -> str:
        """The path with its values in it, percent-encoded."""
        path = self.operation.template
        for name, value in self.path.items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        return path

    @property
    def decoded_address(self) -> str:
        """The path as a server passes it."""
        return unquote(self.address)

    def curl(self, url: str, credentials: Sequence[tuple[str, str, str]] = ()) -> str:
        """The request as a curl line, with credentials as location, name and value."""
        query = {**self.query, **{name: value for location, name, value in credentials if location == "query"}}
        words = ["curl"] + ([] if self.operation.method == "GET" else ["-X", self.operation.method])
        words.append(f"{url}{self.address}" + (f"?{urlencode(query)}" if query else ""))
        for name, text in self.header.items():
            words += ["-H", f"{name}: {text}"]
        for location, name, value in credentials:
            if location == "header":
                words += ["-H", f"{'Authorization' if name == 'authorization' else name}: {value}"]
            elif location == "cookie":
                words += ["-b", f"{name}={value}"]
        if self.body:
            words += ["-H", "Content-Type: application/json", "-d", msgspec.json.encode(self.body).decode()]
        return shlex.join(words)


def samples(engine: Engine) -> dict[str, list[Sample]]:
    """Requests for each operation that has a behaviour, built from records of the first user in the main world.

    Each is run on a fork first. An operation that removes records gets one that no other sample needs, starting with
    the last, so that all samples succeed in any order.
    """
    plan = _Plan(engine)
    behaviours = sorted(engine.behaviours.operations.values(), key=lambda behaviour: bool(behaviour.remove))
    return {behaviour.operation: plan.samples(behaviour) for behaviour in behaviours}


class _Plan:
    """Assigns records to operations: `needed` records stay, `lost` records are removed by a sample."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.world, _ = engine.store.load(MAIN)
        self.now = self.world.clock.now(engine.pipeline.clock)
        user = engine.fixtures.users[0] if engine.fixtures.users else None
        self.caller = {"id": user.id if user else None, "name": user.name if user else "anyone", "world": MAIN}
        self.needed: set[tuple[str, str]] = set()
        self.lost: set[tuple[str, str]] = set()

    def samples(self, behaviour: Behaviour) -> list[Sample]:
        operation = self.engine.contract.operations[behaviour.operation]
        if behaviour.find is None:
            return [Sample(operation)]
        records = self.visible(behaviour.find)
        found: list[Sample] = []
        for record in reversed(records) if behaviour.remove else records:
            sample = _sample(operation, behaviour.find, record)
            if sample is not None and sample not in found and self.taken(behaviour, sample, record):
                found.append(sample)
            if len(found) == (1 if behaviour.remove else SAMPLES):
                break
        return found

    def visible(self, query: Query) -> list[Record]:
        rules = self.engine.behaviours.collections[query.collection]
        owned = ((rules.owner, self.caller["id"]),) if rules.owner and self.caller["id"] is not None else ()
        return self.world.visible(query.collection, owned, self.now)

    def taken(self, behaviour: Behaviour, sample: Sample, record: Record) -> bool:
        """Whether the request succeeds without breaking another sample; then its record is reserved."""
        scope = Scope(Inputs(path=sample.path, body=sample.body), self.caller, self.now, self.engine.behaviours.periods)
        try:
            outcome = run(behaviour, self.world, scope, self.engine.behaviours)
        except Refused:
            return False
        gone = {self.key(c.collection, c.before) for c in outcome.changes if c.before is not None and c.after is None}
        own = self.key(behaviour.find.collection, record) if behaviour.find else ("", "")
        if gone & self.needed or own in self.lost:
            return False
        self.needed |= gone | {own}
        self.lost |= gone
        return True

    def key(self, collection: str, record: Record) -> tuple[str, str]:
        return collection, identity_of(self.engine.behaviours.collections[collection], record)


def _sample(operation: Operation, query: Query, record: Record) -> Sample | None:
    places: dict[str, dict[str, Any]] = {"path": {}, "body": {}}
    for name, value in query.filters:
        if value.root in places and len(value.names) == 1:
            here = dig(record, tuple(name.split(".")))
            if here is MISSING:
                return None
            places[value.root][value.names[0]] = here
    return Sample(operation, places["path"], places["body"])


def best_sample(engine: Engine) -> Sample | None:
    """The best request to show: a write that refers to a record in its body, else a read; with all that it requires."""
    tried = islice(_ranked(engine), _TRIED)
    return next((whole for sample in tried if (whole := _completed(engine, sample)) is not None), None)


def read_samples(engine: Engine, most: int) -> Iterator[Sample]:
    """Reads with all that they require, those of stored records first, after trying so many."""
    for sample in islice((one for one in _ranked(engine) if one.operation.method == "GET"), most):
        if (whole := _completed(engine, sample)) is not None:
            yield whole


def _ranked(engine: Engine) -> Iterator[Sample]:
    """Lazily: for a large contract the first ones are enough."""
    plan, operations = _Plan(engine), engine.contract.operations

    def rank(behaviour: Behaviour) -> tuple[bool, bool]:
        filters = behaviour.find.filters if behaviour.find is not None else ()
        names_in_body = any(value.root == "body" for _, value in filters)
        return not names_in_body, operations[behaviour.operation].method != "GET"

    for behaviour in sorted(engine.behaviours.operations.values(), key=rank):
        yield from plan.samples(behaviour)[:1]
    others = (one for one in operations.values() if one.id not in engine.behaviours.operations)
    yield from (Sample(one) for one in others if one.method == "GET")


def _completed(engine: Engine, sample: Sample) -> Sample | None:
    """The request with all that its operation requires; None where that doesn't fit into a short line."""
    body, template = sample.operation.body, sample.operation.template
    if (body is not None and body.required and not sample.body) or has_more(template):
        return None
    places: dict[str, dict[str, Any]] = {"path": dict(sample.path), "query": {}, "header": {}}
    for parameter in sample.operation.parameters:
        if parameter.required and parameter.name not in places.get(parameter.location, {}):
            value = _value_of(engine, parameter)
            if value is None or parameter.location not in places:
                return None
            places[parameter.location][parameter.name] = value
    whole = msgspec.structs.replace(sample, path=places["path"], query=places["query"], header=places["header"])
    return whole if _is_read(engine, whole) else None


def _value_of(engine: Engine, parameter: Parameter) -> str | None:
    """The contract's example, or a value generated from the schema; None where it isn't plain text."""
    given = parameter.example()
    value = _made(engine, parameter) if given is ABSENT else given
    if isinstance(value, list) and len(value) > 0:
        value = value[0]
    return None if value is None or isinstance(value, dict | list) else text_of(value).strip() or None


def _made(engine: Engine, parameter: Parameter) -> Any:
    from mockserver.generate import Unsatisfiable, generate  # few contracts need it, and no start waits for it

    try:
        return generate(
            parameter.schema, view=engine.contract.view, seed=engine.settings.seed, writing=True, sparse=True
        )
    except Unsatisfiable:
        return None


def _is_read(engine: Engine, sample: Sample) -> bool:
    """Whether the contract finds nothing wrong with the request."""
    headers = {name.lower(): text for name, text in sample.header.items()}
    body = msgspec.json.encode(sample.body) if sample.body else b""
    if body:
        headers |= {"content-type": "application/json", "content-length": str(len(body))}
    request = Request(sample.operation.method, sample.decoded_address, urlencode(sample.query), headers, body)
    try:
        match = engine.contract.route(request.method, request.path)
        engine.contract.read_inputs(match, request)
    except Refused:
        return False
    return match.operation is sample.operation
