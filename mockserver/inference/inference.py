"""From paths, methods and schemas to behaviours: create, read, list, replace, patch and remove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockserver.contract.contract import Contract
from mockserver.inference.behaviours import Behaviours
from mockserver.inference.collections import Resource, find_resources
from mockserver.inference.fitting import Fitting
from mockserver.inference.links import related
from mockserver.inference.located_schemas import Schemas
from mockserver.inference.routes import Shape, route_of, routes_by_shape
from mockserver.inference.showing import LeftToExample


@dataclass(frozen=True, slots=True)
class Inferred:
    """What was inferred: behaviours as `behaviours.yaml` has them, and why each other keeps to its example."""

    behaviours: Mapping[str, Any]
    reasons: Mapping[str, str]  #: by operation id
    resources: Mapping[Shape, Resource] = field(default_factory=dict, repr=False)


def infer(contract: Contract) -> Inferred:
    """The behaviours that the contract's paths and schemas show."""
    schemas = Schemas(contract)
    fitting = Fitting(schemas)
    routes = routes_by_shape(contract.operations.values())
    resources = related(find_resources(routes, schemas, fitting), schemas)
    behaviours_of = Behaviours(resources, schemas, fitting)
    behaviours: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for operation in contract.operations.values():
        try:
            behaviours[operation.id] = behaviours_of.behaviour(route_of(operation))
        except LeftToExample as reason:
            reasons[operation.id] = str(reason)
    used = _collections_used(behaviours)
    collections = {one.name: _collection(one) for one in resources.values() if one.name in used}
    return Inferred({"collections": collections, "operations": behaviours}, reasons, resources)


def _collections_used(behaviours: Mapping[str, Any]) -> set[str]:
    verbs = ("find", "create", "remove", "list")
    return {name for behaviour in behaviours.values() for verb in verbs for name in behaviour.get(verb, ())}


def _collection(resource: Resource) -> dict[str, Any]:
    pointers = [schema.reference for schema in (resource.record, *resource.also)]
    rules: dict[str, Any] = {"key": resource.key, "schema": pointers[0] if len(pointers) == 1 else pointers}
    return {**rules, "private": list(resource.private)} if resource.private else rules
