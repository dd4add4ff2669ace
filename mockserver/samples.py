"""Requests that the running mock will answer well: its own records put where behaviours look them up."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import msgspec

from mockserver.behaviour.runner import run
from mockserver.behaviour.values import Scope
from mockserver.behaviour.vocabulary import Behaviour, Query
from mockserver.contract.operation import Operation
from mockserver.engine import Engine
from mockserver.errors import Refused
from mockserver.messages import Inputs
from mockserver.state.store import MAIN
from mockserver.state.world import Record, text_of

SAMPLES = 3
"""How many records stand as examples for one operation."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: path values, and the fields of its body."""

    operation: Operation
    path: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)

    def curl(self, url: str, token: str | None) -> str:
        """The request as a curl line."""
        path = self.operation.template
        for name, value in self.path.items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        words = ["curl"] + ([] if self.operation.method == "GET" else ["-X", self.operation.method])
        words.append(f"{url}{path}")
        if token is not None:
            words += ["-H", f"Authorization: Bearer {token}"]
        if self.body:
            words += ["-H", "Content-Type: application/json", "-d", msgspec.json.encode(self.body).decode()]
        return shlex.join(words)


def samples(engine: Engine) -> dict[str, list[Sample]]:
    """Requests for each operation that has a behaviour, made of records that the first user sees in the main world.

    Each is played on a fork first. What removes records takes one that no other sample needs, and the last ones first,
    so that all samples succeed whatever the order in which a tool sends them.
    """
    plan = _Plan(engine)
    behaviours = sorted(engine.behaviours.operations.values(), key=lambda behaviour: bool(behaviour.remove))
    return {behaviour.operation: plan.samples(behaviour) for behaviour in behaviours}


class _Plan:
    """Hands out records to operations: `needed` ones stay, `lost` ones go."""

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
        """Whether the request succeeds and harms no other sample; then its record is set aside for it."""
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
        return collection, text_of(record[self.engine.behaviours.collections[collection].key])


def _sample(operation: Operation, query: Query, record: Record) -> Sample | None:
    places: dict[str, dict[str, Any]] = {"path": {}, "body": {}}
    for name, value in query.filters:
        if value.root in places and len(value.names) == 1:
            if name not in record:
                return None
            places[value.root][value.names[0]] = record[name]
    return Sample(operation, places["path"], places["body"])


def best_sample(engine: Engine) -> Sample | None:
    """The request that shows most: a write that names a record in its body, else any that needs no more than a path."""
    ranked: list[tuple[bool, bool, int, Sample]] = []
    for found in samples(engine).values():
        for sample in found[:1]:
            complete = all(name in sample.path for name in _template_names(sample.operation))
            if complete and bool(sample.body) == (sample.operation.body is not None):
                ranked.append((bool(sample.body), sample.operation.method == "GET", -len(ranked), sample))
    return max(ranked, key=lambda entry: entry[:3])[3] if ranked else None


def _template_names(operation: Operation) -> list[str]:
    return [parameter.name for parameter in operation.parameters if parameter.location == "path"]
