"""From paths, methods and schemas to behaviours: create, read, list, replace, patch and remove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mockserver.contract.contract import Contract
from mockserver.contract.document.document import Document
from mockserver.contract.operations.operation import Parameter
from mockserver.inference.behaviours import Behaviours
from mockserver.inference.collections import Resource, find_resources
from mockserver.inference.described import MINE
from mockserver.inference.envelopes import record_in
from mockserver.inference.fitting import Fitting
from mockserver.inference.flags import find_flags
from mockserver.inference.keys import Keys
from mockserver.inference.links import related
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.readings import Readings
from mockserver.inference.references import References
from mockserver.inference.routes import VALUE, Route, Shape, route_of, routes_by_shape
from mockserver.inference.rpc import without_verbs
from mockserver.inference.showing import LeftToExample
from mockserver.inference.uploads import CONTENT, Uploads, find_contents
from mockserver.state.references import Reference

Data = dict[str, Any]
_FIRST: Final = Readings()


@dataclass(frozen=True, slots=True)
class Inferred:
    """What was inferred: behaviours as `behaviours.yaml` has them, and why each other keeps to its example."""

    behaviours: Mapping[str, Any]
    reasons: Mapping[str, str]  #: by operation id
    resources: Mapping[Shape, Resource] = field(default_factory=dict, repr=False)
    parameters: Mapping[Shape, Parameter] = field(default_factory=dict, repr=False)  #: of the values in paths, by place
    references: Mapping[str, Sequence[Reference]] = field(default_factory=dict, repr=False)  #: by collection
    claims: Mapping[Shape, str] = field(default_factory=dict)  #: base paths where an example claims a new record


def infer(contract: Contract, readings: Readings = _FIRST) -> Inferred:
    """The behaviours that the contract's paths and schemas show; `readings` is what a proof showed of earlier ones."""
    schemas = Schemas(contract)
    fitting = Fitting(schemas)
    read = without_verbs(map(route_of, contract.operations.values()), schemas)
    routes = routes_by_shape(read)
    names = {route.shape[: place + 1]: route.names for route in reversed(read) for place in range(len(route.shape))}
    resources = related(find_resources(routes, schemas, fitting, readings), schemas, names)
    flags = find_flags(routes, {one.name for one in resources.values()})
    taken = {one.name for one in resources.values()} | {one.name for one in flags.values()}
    contents = find_contents({shape: one for shape, one in routes.items() if shape not in resources}, taken)
    behaviours_of = Behaviours(resources, flags, schemas, fitting, contents, routes)
    behaviours: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for route in read:
        why = readings.broken.get(route.operation.id) or readings.why_forgotten(route.shape)
        try:
            if why:
                raise LeftToExample(why)
            behaviours[route.operation.id] = behaviours_of.behaviour(route)
        except LeftToExample as reason:
            reasons[route.operation.id] = str(reason)
    uploads = Uploads(schemas, resources)
    behaviours = uploads.stored(behaviours, read)
    used = _collections_used(behaviours)
    collections = {one.name: _collection(one, contract.document) for one in resources.values() if one.name in used}
    collections |= {one.name: one.rules for one in flags.values() if one.name in used}
    kept = [one for one in contents.values() if one.name in used]
    collections |= {one.name: one.rules | {"private": [*one.rules["private"], CONTENT]} for one in kept}
    for shape, content in contents.items():
        if content.name in used and "404" not in routes[shape]["GET"].operation.responses:
            collections[content.name]["implicit"] = True
    for name in uploads.collections & collections.keys():
        collections[name] = {**collections[name], "private": [*collections[name].get("private", ()), CONTENT]}
    found = _references({one.name: one for one in resources.values() if one.name in used}, schemas)
    for name, references in found.items():
        collections[name]["refers"] = {".".join(one.path): {one.collection: one.field} for one in references}
    for one in (one for one in resources.values() if one.single and VALUE in one.bases[0] and one.name in used):
        collections[one.name] |= _implicit(one, resources, collections)
    inferred = {"collections": collections, "operations": behaviours}
    claims = dict(_claims(read, reasons, resources, schemas))
    return Inferred(inferred, reasons, resources, _parameters(read), found, claims)


def _implicit(resource: Resource, resources: Mapping[Shape, Resource], collections: Mapping[str, Any]) -> Data:
    """The rules of a record that each record above it has."""
    above = {link.field: resources[link.base] for _, link in resource.links}
    refers = {field: {parent.name: parent.key} for field, parent in above.items() if parent.name in collections}
    return {"implicit": True, "refers": {**collections[resource.name].get("refers", {}), **refers}}


def _references(resources: Mapping[str, Resource], schemas: Schemas) -> dict[str, list[Reference]]:
    """The references between records, by collection."""
    known = References(resources.values(), schemas)
    found = {name: known.of(resource) for name, resource in resources.items()}
    return {name: references for name, references in found.items() if references}


def _claims(
    routes: Sequence[Route], reasons: Mapping[str, str], resources: Mapping[Shape, Resource], schemas: Schemas
) -> Iterator[tuple[Shape, str]]:
    """The collections of which a POST answers an example that shows the key of a record, and creates none."""
    for route in routes:
        resource, why = resources.get(route.shape), reasons.get(route.operation.id)
        answer = schemas.answer(route.operation)
        if route.method != "POST" or resource is None or why is None or resource.single or answer is None:
            continue
        placement = record_in(answer, schemas, resource.name, resource.key, resource.record)
        shown = placement is not None and Keys(schemas).member(placement.schema, resource.key) is not None
        if shown or schemas.key_alone(answer, resource.key, resource.name) is not None:
            yield route.shape, f"{route.operation.id} answers a record that it can't create: {why}"


def _parameters(routes: Sequence[Route]) -> dict[Shape, Parameter]:
    """The parameters of the values in paths, by the path up to each."""
    parameters: dict[Shape, Parameter] = {}
    for route in routes:
        declared = {one.name: one for one in route.operation.parameters if one.location == "path"}
        places = (route.shape[: place + 1] for place, segment in enumerate(route.shape) if segment == VALUE)
        for place, name in zip(places, route.names, strict=False):
            if name in declared:
                parameters.setdefault(place, declared[name])
    return parameters


def _collections_used(behaviours: Mapping[str, Any]) -> set[str]:
    verbs = ("find", "create", "remove", "list")
    return {name for behaviour in behaviours.values() for verb in verbs for name in behaviour.get(verb, ())}


def _collection(resource: Resource, document: Document) -> dict[str, Any]:
    records = (resource.record, *resource.also)
    pointers = [LocatedSchema(document.as_written(one.pointer), one.node).reference for one in records]
    rules: dict[str, Any] = {"key": resource.key, "schema": pointers[0] if len(pointers) == 1 else pointers}
    mine = MINE if resource.mine else ()
    more = {"within": resource.within, "aliases": resource.aliases, "mine": mine, "private": resource.private}
    return rules | {name: list(fields) for name, fields in more.items() if fields}
