"""How collections relate: which paths are of one collection, which collection is whose parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain, count

from mockserver.contract.schemas.naming import names_one_of, words
from mockserver.inference.located_schemas import Schemas
from mockserver.inference.names import asked_by, find_alike
from mockserver.inference.resources import Link, Resource, Scope
from mockserver.inference.routes import VALUE, Shape

Names = Mapping[Shape, tuple[str, ...]]


def related(resources: list[Resource], schemas: Schemas, names: Names) -> dict[Shape, Resource]:
    """The collections by base path: each with a name of its own, and with the links to its parents.

    `names` are those of the values in each base path.
    """
    return _copied(_linked(_named(_joined(resources, schemas)), schemas, names))


def _joined(resources: list[Resource], schemas: Schemas) -> list[Resource]:
    """One resource for paths that end alike and hold the same records: `/owners/{id}/pets` and `/pets`."""
    joined: list[Resource] = []
    places: dict[tuple[str, str], list[int]] = {}  # by the name of a collection and its API
    for resource in sorted(resources, key=lambda one: len(one.bases[0])):
        alike = places.setdefault((resource.name, schemas.api(resource.record)), [])
        overload = next((place for test in (_have_one_record, _lists_less) for place in alike
                         if test(joined[place], resource, schemas)), None)  # fmt: skip
        if overload is None:
            alike.append(len(joined))
            joined.append(resource)
        else:
            first = joined[overload]
            bases, values = (*first.bases, *resource.bases), (*first.values, *resource.values)
            joined[overload] = replace(
                first,
                bases=bases,
                values=values,
                aliases=_aliases(first, resource),
                chosen=first.chosen or resource.chosen,
                put_alone=first.put_alone and resource.put_alone,
            )
    return joined


def _aliases(first: Resource, other: Resource) -> tuple[str, ...]:
    """The fields that identify the records of both as well: the key of the one where the other has another."""
    own = (other.key,) if other.values and "." not in other.key and other.key not in other.private else ()
    known = dict.fromkeys((*first.aliases, *other.aliases, *own))
    return tuple(name for name in known if name != first.key)


def _have_one_record(first: Resource, other: Resource, schemas: Schemas) -> bool:
    """Whether two collections of one name have the same records."""
    return not (first.single or other.single) and schemas.same(first.record, other.record)


def _lists_less(first: Resource, other: Resource, schemas: Schemas) -> bool:
    """Whether a path without single records lists less of each than that of another collection of its name."""
    alone = bool(first.values) and not other.values and first.key == other.key
    return alone and not (first.single or other.single) and schemas.share(other.record, first.record)


def _named(resources: list[Resource]) -> list[Resource]:
    """Resources with a name each of its own: the last segment, with as many fixed segments before it as it takes."""
    named: dict[str, Resource] = {}
    for resource in resources:
        fixed = [segment for segment in resource.bases[0] if segment != VALUE]
        names = ["_".join(fixed[-size:]) for size in range(1, len(fixed) + 1)]
        numbered = (f"{names[-1]}_{number}" for number in count(2))
        name = next(name for name in chain(names, numbered) if name not in named)
        named[name] = replace(resource, name=name)
    return list(named.values())


def _linked(resources: list[Resource], schemas: Schemas, names: Names) -> dict[Shape, Resource]:
    bases = {base: resource for resource in resources for base in resource.bases}
    linked = {}
    for resource in resources:
        found = ((base, _link(base, resource, bases, schemas, names)) for base in resource.bases)
        links = {base: link for base, link in found if link is not None}
        scopes = {base: _scope(base, resource, bases, schemas, names) for base in resource.bases}
        used = [link.field for link in links.values()] + [field for scope in scopes.values() for _, field in scope]
        fields = dict.fromkeys(field for field in used if field not in schemas.members(resource.record))
        whole = replace(resource, links=links, scopes=scopes, private=(*resource.private, *fields))
        linked.update(dict.fromkeys(resource.bases, whole))
    return linked


def _copied(resources: dict[Shape, Resource]) -> dict[Shape, Resource]:
    """The resources; those below others, which make no records of their own, with the only collection that does."""
    by_record: dict[int, set[str]] = {}
    originals = {one.name: one for one in resources.values() if not one.single and VALUE not in one.bases[0]}
    for one in originals.values():
        by_record.setdefault(id(one.record.node), set()).add(one.name)
    for base, one in resources.items():
        names = by_record.get(id(one.record.node), set()) - {one.name}
        if one.links and not (one.makes or one.single) and len(names) == 1:
            original = originals[next(iter(names))]
            if original.key == one.key:
                resources[base] = replace(one, copies=original.name)
    return resources


def _scope(base: Shape, resource: Resource, bases: Mapping[Shape, Resource], schemas: Schemas, names: Names) -> Scope:
    """The values of a path that no collection has, each with the field of the records that holds it."""
    places = [base[: place + 1] for place, segment in enumerate(base) if segment == VALUE]
    return tuple((place, _scope_field(names[base][index], resource, schemas))
                 for index, place in enumerate(places) if place[:-1] not in bases and index < len(names.get(base, ()))
                 and "version" not in words(names[base][index]))  # fmt: skip


def _scope_field(name: str, resource: Resource, schemas: Schemas) -> str:
    """A field of the value's own name, else a private one."""
    members = schemas.members(resource.record)
    own = find_alike(name, members)
    if own is not None and own != resource.key and len(words(name)) > 1 and schemas.is_scalar(members[own]):
        return own
    return f"path_{name}"


def _link(base: Shape, child: Resource, bases: Mapping[Shape, Resource], schemas: Schemas, names: Names) -> Link | None:
    for place in reversed([index for index, segment in enumerate(base) if segment == VALUE]):
        parent = bases.get(base[:place])
        if parent is not None and parent is not child:
            value = names[base][base[:place].count(VALUE)] if base in names else ""
            by = asked_by(value, base[place - 1], schemas.scalars(parent.record), parent.key)
            own = by if by != parent.key else ""
            return Link(base[:place], _link_field(base[place - 1], child, parent, schemas, by), own)
    return None


def _link_field(segment: str, child: Resource, parent: Resource, schemas: Schemas, by: str) -> str:
    """The child's field that holds the parent's key: one that the schema declares, else a private one."""
    members = schemas.members(child.record)
    key = schemas.members(parent.record).get(by)
    kinds = schemas.types(key) if key is not None else frozenset()
    named: list[str] = []
    for name, member in members.items():
        spoken = words(name)
        speaks = len(spoken) > 1 and spoken[-1:] == words(by)[-1:] and name != child.key
        fits = schemas.is_scalar(member) and (not kinds or bool(kinds & schemas.types(member)))
        if speaks and fits and names_one_of("".join(spoken[:-1]), segment):
            named.append(name)
    if named:
        return max(named, key=lambda name: len(words(name)))  # of the `dagRuns`, `dag_run_id` rather than `dag_id`
    private = f"{parent.name}_{by}".replace(".", "_")
    return private if find_alike(private, members) is None else f"parent_{private}"
