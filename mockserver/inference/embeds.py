"""Lists in records that have the records of the collection below them: the `items` of an order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mockserver.inference.fitting import Fitting
from mockserver.inference.located_schemas import LocatedSchema, Schemas
from mockserver.inference.names import alike, sayable
from mockserver.inference.resources import Resource
from mockserver.inference.routes import VALUE, Shape


def with_embeds(resources: Mapping[Shape, Resource], schemas: Schemas, fitting: Fitting) -> dict[Shape, Resource]:
    """The collections, each with the lists of its records that show the records of another."""
    found: dict[str, dict[str, tuple[str, str, str]]] = {}
    for base, child in resources.items():
        for owner, field, link in _owners(base, child, resources, schemas, fitting):
            found.setdefault(owner.name, {}).setdefault(field, (field, child.name, link))
    lists = {name: tuple(fields.values()) for name, fields in found.items()}
    return {base: replace(one, embeds=lists[one.name]) if one.name in lists else one for base, one in resources.items()}


def _owners(
    base: Shape, child: Resource, resources: Mapping[Shape, Resource], schemas: Schemas, fitting: Fitting
) -> Iterator[tuple[Resource, str, str]]:
    """The collection right above a base path, with its list of these records and the field that links them to it."""
    if child.single or child.copies or not base:
        return
    above, link = (base[:-2], child.link(base)) if base[-2:-1] == (VALUE,) else (base[:-1], None)
    owner = resources.get(above)
    if link is not None and link.by:
        return  # what is listed belongs to the key
    if owner is None or owner is child or (link is None) != owner.single:
        return
    for field, member in schemas.members(owner.record).items():
        items = schemas.items(member) if schemas.is_list(member) else None
        if items is not None and sayable(field) and _has(field, items, base, child, schemas, fitting):
            yield owner, field, link.field if link is not None else ""


def _has(field: str, items: LocatedSchema, base: Shape, child: Resource, schemas: Schemas, fitting: Fitting) -> bool:
    """Whether a list has the records of a collection: by their schema, or by its name if it can show them."""
    if schemas.same(items, child.record):
        return True
    named = alike(field, base[-1]) and schemas.share(items, child.record)
    return named and fitting.misfit(child.record, items) is None
