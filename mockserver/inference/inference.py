"""From paths, methods and schemas to behaviours: create, read, list, replace, patch and remove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mockserver.contract.contract import Contract
from mockserver.contract.document.document import Document
from mockserver.contract.operations.operation import Parameter
from mockserver.inference.addresses import own_addresses
from mockserver.inference.behaviours import Behaviours
from mockserver.inference.collections import find_resources
from mockserver.inference.dangling import sent_references
from mockserver.inference.described import MINE
from mockserver.inference.echoing import echoes
from mockserver.inference.embeds import with_embeds
from mockserver.inference.envelopes import record_in
from mockserver.inference.expanding import with_expansions
from mockserver.inference.fitting import Fitting
from mockserver.inference.flags import Flag, find_flags
from mockserver.inference.keys import Keys
from mockserver.inference.leading import leads
from mockserver.inference.links import related
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.readings import Readings
from mockserver.inference.references import References
from mockserver.inference.resources import Resource
from mockserver.inference.routes import VALUE, Route, Shape, route_of, routes_by_shape
from mockserver.inference.rpc import without_verbs
from mockserver.inference.showing import LeftToExample
from mockserver.inference.unique import Uniqueness
from mockserver.inference.uploads import CONTENT, Uploads, find_contents
from mockserver.inference.wholes import find_texts, find_wholes
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
    routes: Sequence[Route] = field(default=(), repr=False)

    def without(self, broken: Mapping[str, str], contract: Contract) -> Inferred | None:
        """What `infer` finds if these operations, each with its reason, are left to their examples as well; None where
        a collection or an upload goes with them, so that everything has to be read anew."""
        uploads = any(CONTENT in str(self.behaviours["operations"].get(name, {}).get("create")) for name in broken)
        operations = {name: one for name, one in self.behaviours["operations"].items() if name not in broken}
        if uploads or _collections_used(operations) != self.behaviours["collections"].keys():
            return None
        schemas = Schemas(contract)
        left = [route for route in self.routes if route.operation.id in broken]
        said = {**self.behaviours.get("echoes", {}), **echoes(left, {}, schemas, Fitting(schemas))}
        known = {one.name: one for one in self.resources.values() if one.name in self.behaviours["collections"]}
        led = leads(left, {}, self.resources, References(known.values(), schemas), schemas)
        led = {**self.behaviours.get("leads", {}), **led}
        more = {name: one for name, one in (("echoes", said), ("leads", led)) if one}
        behaviours = {**self.behaviours, "operations": operations, **more}
        reasons = {**self.reasons, **broken}
        claims = {**self.claims, **dict(_claims(left, reasons, self.resources, schemas))}
        return replace(self, behaviours=behaviours, reasons=reasons, claims=claims)


def infer(contract: Contract, readings: Readings = _FIRST) -> Inferred:
    """The behaviours that the contract's paths and schemas show; `readings` is what a proof showed of earlier ones."""
    schemas = Schemas(contract)
    fitting = Fitting(schemas)
    operations = (one for one in contract.operations.values() if one.id not in readings.described)
    read = without_verbs(map(route_of, operations), schemas)
    routes = routes_by_shape(read)
    names = {route.shape[: place + 1]: route.names for route in reversed(read) for place in range(len(route.shape))}
    texts = find_texts(routes, schemas) - readings.forgotten.keys()
    of_records = {shape: one for shape, one in routes.items() if texts.isdisjoint((shape, shape[:-1]))}
    resources = related(find_resources(of_records, schemas, fitting, readings), schemas, names)
    resources = with_embeds(resources, schemas, fitting)
    flags = find_flags(routes, {one.name for one in resources.values()})
    taken = {one.name for one in resources.values()} | {one.name for one in flags.values()}
    contents = find_contents({shape: one for shape, one in routes.items() if shape not in resources}, taken)
    taken |= {one.name for one in contents.values()}
    known_shapes = resources.keys() | flags.keys() | contents.keys() | readings.forgotten.keys() | texts
    known_shapes = (known_shapes | {(*shape, VALUE) for shape in known_shapes}) - texts
    wholes = find_wholes(
        {shape: one for shape, one in routes.items() if shape not in known_shapes}, schemas, texts, taken
    )
    behaviours_of = Behaviours(resources, flags, schemas, fitting, contents, routes, wholes)
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
    known = {one.name: one for one in resources.values() if one.name in used}
    finder = References(known.values(), schemas)
    references = _references(known, finder)
    collections = {name: _collection(one, contract.document) for name, one in known.items()}
    collections |= {one.name: one.rules for one in flags.values() if one.name in used}
    collections |= {
        one.name: _of_files(one, routes[shape]["GET"]) for shape, one in contents.items() if one.name in used
    }
    collections |= {one.name: one.rules(routes[at]["GET"]) for at, one in wholes.items() if one.name in used}
    for name in uploads.collections & collections.keys():
        collections[name] = {**collections[name], "private": [*collections[name].get("private", ()), CONTENT]}
    sent = sent_references(contract, known, read, behaviours, finder, schemas)
    for name, one in known.items():
        collections[name] |= _relations(one, references.get(name, ()), resources, known, sent.get(name, {}))
        if addresses := list(own_addresses(one, routes, schemas)):
            collections[name]["addresses"] = addresses
    for name, unique in Uniqueness(contract, schemas).fields(known, read, behaviours).items():
        collections[name]["unique"] = unique
    records = {name: one.record for name, one in known.items()}
    behaviours = with_expansions(behaviours, read, references, records, schemas)
    inferred = {"collections": collections, "operations": behaviours}
    if said := echoes(read, behaviours, schemas, fitting):
        inferred["echoes"] = said
    if led := leads(read, behaviours, resources, finder, schemas):
        inferred["leads"] = led
    claims = dict(_claims(read, reasons, resources, schemas))
    return Inferred(inferred, reasons, resources, _parameters(read), references, claims, read)


def _of_files(content: Flag, reading: Route) -> Data:
    """The rules of files that are put at a path; without a declared 404 there is one before it was put."""
    implicit = {} if "404" in reading.operation.responses else {"implicit": True}
    return {**content.rules, "private": [*content.rules["private"], CONTENT], **implicit}


def _relations(
    resource: Resource,
    references: Sequence[Reference],
    resources: Mapping[Shape, Resource],
    known: Mapping[str, Resource],
    sent: Data,
) -> Data:
    """What the rules of a collection say of others: to which its records refer, belong, and which they show; `sent` are
    references that no record shows."""
    refers: Data = {".".join(one.path): {one.collection: one.field} for one in references} | sent
    implicit = resource.single and VALUE in resource.bases[0]  # each record above has one
    if implicit:
        above = {link.field: (resources[link.base], link.by) for link in resource.links.values()}
        refers |= {field: {one.name: by or one.key} for field, (one, by) in above.items() if one.name in known}
    embeds = {field: {name: link} if link else name for field, name, link in resource.embeds if name in known}
    rules: Data = {"refers": refers, "implicit": implicit, "embeds": embeds}
    return {name: value for name, value in rules.items() if value}


def _references(resources: Mapping[str, Resource], finder: References) -> dict[str, list[Reference]]:
    """The references between records, by collection."""
    found = {name: finder.of(resource) for name, resource in resources.items()}
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
