"""A few records for each inferred collection, made from its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockserver.behaviour.infer.collections import Resource
from mockserver.behaviour.infer.inference import Inferred
from mockserver.contract.contract import Contract
from mockserver.generate import Generator, Unsatisfiable, fresh_key

Records = dict[str, list[dict[str, Any]]]
_ROOM: Final = 80
_DEEPEST: Final = 3


def seed_records(contract: Contract, inferred: Inferred, count: int = 3, seed: str | int = "0") -> Records:
    """`count` records for each collection, the same for the same seed; keys are unique, children have parents."""
    used = inferred.behaviours["collections"]
    resources = {one.name: one for one in inferred.resources.values() if one.name in used}
    made: Records = {}
    for resource in _parents_first(resources, inferred):
        made[resource.name] = list(_records(contract, inferred, resource, made, count, seed))
    return {name: made[name] for name in used}


def _parents_first(resources: Mapping[str, Resource], inferred: Inferred) -> Iterator[Resource]:
    done: set[str] = set()
    waiting = list(resources.values())
    while waiting:
        ready = [one for one in waiting if _parent_names(one, inferred) & resources.keys() <= done] or waiting[:1]
        yield from ready
        done.update(one.name for one in ready)
        waiting = [one for one in waiting if one.name not in done]


def _parent_names(resource: Resource, inferred: Inferred) -> set[str]:
    return {inferred.resources[link.base].name for _, link in resource.links} - {resource.name}


def _records(
    contract: Contract, inferred: Inferred, resource: Resource, made: Records, count: int, seed: str | int
) -> Iterator[dict[str, Any]]:
    spots = (resource.record, *resource.also)
    schema = {"allOf": [{"$ref": spot.reference} for spot in spots]}
    keys: set[str] = set()
    for index in range(count):
        place = f"{seed}/{resource.name}/{index}"
        generator = Generator(contract.resolve, varied=index > 0, room=_ROOM, deepest=_DEEPEST)
        try:
            record = generator.value(schema, place)
            if not isinstance(record, dict):
                return
            record.update(_links(inferred, resource, made, index))
            record[resource.key] = _key(contract, resource, schema, record, index, keys, place)
        except Unsatisfiable:  # no such record, or no further key: what there is must do
            return
        keys.add(str(record[resource.key]))
        yield record


def _key(
    contract: Contract, resource: Resource, schema: Any, record: dict[str, Any], index: int, keys: set[str], place: str
) -> Any:
    """The key of a record: its example for the first one, else as made where it is text, else the next number."""
    made = record.get(resource.key)
    if isinstance(made, str) and made and made not in keys and "/" not in made:
        return made
    return fresh_key(
        schema,
        resource.key,
        resolve=contract.resolve,
        seed=place,
        taken=lambda key: str(key) in keys,
        first=index + 1,
    )


def _links(inferred: Inferred, resource: Resource, made: Records, index: int) -> dict[str, Any]:
    """The keys of the parents, one parent after the other."""
    found = {}
    for _, link in resource.links:
        parent = inferred.resources[link.base]
        parents = made.get(parent.name) or []
        if parents:
            found[link.field] = parents[index % len(parents)][parent.key]
    return found
