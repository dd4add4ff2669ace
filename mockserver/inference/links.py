"""How collections relate: which paths are of one collection, which collection is whose parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mockserver.inference.collections import Link, Resource
from mockserver.inference.located_schemas import Schemas
from mockserver.inference.names import find_alike, names_one_of, words
from mockserver.inference.routes import VALUE, Shape


def related(resources: list[Resource], schemas: Schemas) -> dict[Shape, Resource]:
    """The collections by base path: each with a name of its own, and with the links to its parents."""
    return _linked(_named(_joined(resources, schemas)), schemas)


def _joined(resources: list[Resource], schemas: Schemas) -> list[Resource]:
    """One resource for paths that end alike and hold the same records: `/owners/{id}/pets` and `/pets`."""
    joined: list[Resource] = []
    for resource in sorted(resources, key=lambda one: len(one.bases[0])):
        overload = next(
            (
                place
                for place, other in enumerate(joined)
                if other.name == resource.name
                and not (other.single or resource.single)
                and schemas.same(other.record, resource.record)
            ),
            None,
        )
        if overload is None:
            joined.append(resource)
        else:
            bases, values = (*joined[overload].bases, *resource.bases), (*joined[overload].values, *resource.values)
            joined[overload] = replace(joined[overload], bases=bases, values=values)
    return joined


def _named(resources: list[Resource]) -> list[Resource]:
    """Resources with a name each of its own: the last segment, with as many fixed segments before it as it takes."""
    named: dict[str, Resource] = {}
    for resource in resources:
        fixed = [segment for segment in resource.bases[0] if segment != VALUE]
        names = ["_".join(fixed[-count:]) for count in range(1, len(fixed) + 1)]
        names += [f"{names[-1]}_{count}" for count in range(2, len(resources) + 2)]
        name = next(name for name in names if name not in named)
        named[name] = replace(resource, name=name)
    return list(named.values())


def _linked(resources: list[Resource], schemas: Schemas) -> dict[Shape, Resource]:
    bases = {base: resource for resource in resources for base in resource.bases}
    linked = {}
    for resource in resources:
        links = tuple(
            (base, link) for base in resource.bases if (link := _link(base, resource, bases, schemas)) is not None
        )
        fields = dict.fromkeys(link.field for _, link in links if link.field not in schemas.members(resource.record))
        whole = replace(resource, links=links, private=(*resource.private, *fields))
        linked.update(dict.fromkeys(resource.bases, whole))
    return linked


def _link(base: Shape, child: Resource, bases: Mapping[Shape, Resource], schemas: Schemas) -> Link | None:
    for place in reversed([index for index, segment in enumerate(base) if segment == VALUE]):
        parent = bases.get(base[:place])
        if parent is not None and parent is not child:
            return Link(base[:place], _link_field(base[place - 1], child, parent, schemas))
    return None


def _link_field(segment: str, child: Resource, parent: Resource, schemas: Schemas) -> str:
    """The child's field that holds the parent's key: one that the schema declares, else a private one."""
    members = schemas.members(child.record)
    key = schemas.members(parent.record).get(parent.key)
    kinds = schemas.types(key) if key is not None else frozenset()
    for name, member in members.items():
        spoken = words(name)
        speaks = len(spoken) > 1 and spoken[-1:] == words(parent.key)[-1:] and name != child.key
        fits = schemas.is_scalar(member) and (not kinds or bool(kinds & schemas.types(member)))
        if speaks and fits and names_one_of("".join(spoken[:-1]), segment):
            return name
    private = f"{parent.name}_{parent.key}"
    return private if find_alike(private, members) is None else f"parent_{private}"
