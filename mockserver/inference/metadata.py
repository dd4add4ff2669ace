"""What the server puts beside a key in the metadata of a record: `metadata.namespace`, `.uid` and its time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockserver.contract.schemas.naming import words
from mockserver.contract.schemas.times import is_stamp
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import UNIQUE, find_alike, sayable
from mockserver.inference.resources import Resource
from mockserver.inference.routes import VALUE, Route, Shape


def beside_key(route: Route, resource: Resource, base: Shape, schemas: Schemas) -> tuple[dict[str, Any], list[str]]:
    """Fields with the values of the path and the time, and fields that identify a record as its key does, by path."""
    above, _, own = resource.key.rpartition(".")
    holder = schemas.members(resource.record).get(above)
    if holder is None:
        return {}, []
    known = {name: one for name, one in schemas.members(holder).items() if sayable(name) and name != own}
    pairs = (*_places(route, resource, base, known), *_times(known, schemas))
    fields = {f"{above}.{name}": value for name, value in pairs}
    identities = [name for name in known if words(name)[-1:] and words(name)[-1] in UNIQUE]
    return fields, [f"{above}.{name}" for name in identities if schemas.is_scalar(known[name])]


def _places(
    route: Route, resource: Resource, base: Shape, known: dict[str, LocatedSchema]
) -> Iterator[tuple[str, str]]:
    """The members that have the name of a value of the path."""
    link = resource.link(base)
    places = [place for place, _ in resource.scope(base)] + ([(*link.base, VALUE)] if link is not None else [])
    for place in places:
        name = find_alike(route.value(place), known)
        if name is not None:
            yield name, route.expression(place)


def _times(known: dict[str, LocatedSchema], schemas: Schemas) -> Iterator[tuple[str, str]]:
    """The members for the time of a record's creation or change."""
    for name, one in known.items():
        form = schemas.form(name, one) if is_stamp(name) else None
        if form is not None:
            yield name, f"$now.{form}" if form else "$now"
