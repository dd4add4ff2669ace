"""Requests that the running mock will answer well: its own records put where behaviours look them up."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import msgspec

from mockserver.behaviour.vocabulary import Behaviour
from mockserver.contract.operation import Operation
from mockserver.engine import Engine
from mockserver.state.store import MAIN

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


def samples(engine: Engine, behaviour: Behaviour) -> list[Sample]:
    """Requests for one operation, made of records that the first user sees in the main world."""
    query = behaviour.find
    operation = engine.contract.operations[behaviour.operation]
    if query is None:
        return [Sample(operation)]
    users, rules = engine.fixtures.users, engine.behaviours.collections[query.collection]
    owned = ((rules.owner, users[0].id),) if users and rules.owner else ()
    world, _ = engine.store.load(MAIN)
    found = []
    for record in world.visible(query.collection, owned, world.clock.now(engine.pipeline.clock)):
        sample = _sample(operation, behaviour, record)
        if sample is not None and sample not in found:
            found.append(sample)
    return _spread(found, operation)


def _sample(operation: Operation, behaviour: Behaviour, record: Mapping[str, Any]) -> Sample | None:
    places: dict[str, dict[str, Any]] = {"path": {}, "body": {}}
    assert behaviour.find is not None  # noqa: S101 - the caller looked
    for name, value in behaviour.find.filters:
        if value.root in places and len(value.names) == 1:
            if name not in record:
                return None
            places[value.root][value.names[0]] = record[name]
    return Sample(operation, places["path"], places["body"])


def _spread(found: list[Sample], operation: Operation) -> list[Sample]:
    """A few of the samples; operations that end a record take the last ones, so that others keep theirs."""
    return found[-SAMPLES:][::-1] if operation.method == "DELETE" else found[:SAMPLES]


def best_sample(engine: Engine) -> Sample | None:
    """The request that shows most: a write that names a record in its body, else any that needs no more than a path."""
    ranked: list[tuple[bool, bool, int, Sample]] = []
    for behaviour in engine.behaviours.operations.values():
        for sample in samples(engine, behaviour)[:1]:
            complete = all(
                f"{{{name}}}" not in sample.operation.template or name in sample.path
                for name in _template_names(sample.operation)
            )
            if complete and bool(sample.body) == (sample.operation.body is not None):
                ranked.append((bool(sample.body), sample.operation.method == "GET", -len(ranked), sample))
    return max(ranked, key=lambda entry: entry[:3])[3] if ranked else None


def _template_names(operation: Operation) -> list[str]:
    return [parameter.name for parameter in operation.parameters if parameter.location == "path"]
