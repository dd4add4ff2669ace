"""Whether a value is what its discriminator calls it.

A discriminator names the alternative that readers take a value for (OpenAPI 3.1.1, section 4.8.25). It decides nothing
about which alternatives the value fits, so a value may fit one of them and call itself another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.core.contract import Contract
from contract_tests.core.document import Place
from contract_tests.core.schemas import (
    combined,
    declared_members,
    discriminated,
    entry_of,
    fits,
    item_of,
    mismatches,
    named_schema,
    place_of,
    possible_members,
    subtypes_of,
)

Way = tuple[str | int, ...]


@dataclass(frozen=True)
class Misnamed:
    """A value that isn't what it calls itself; `expected` is what its discriminator asks for."""

    place: str  #: JSON Pointer into the whole value
    expected: str
    got: str
    name: str  #: what it calls itself


def misnamed(
    contract: Contract, schema: Any, value: Any, way: Way = (), *, writing: bool = False
) -> Iterator[Misnamed]:
    """Every part of a value, which fits the schema as part of a request (`writing`) or of an answer, that calls itself
    something else than it is."""
    if isinstance(value, list):
        item = item_of(contract, schema)
        for at, one in enumerate(value if item is not None else ()):
            yield from misnamed(contract, item, one, (*way, at), writing=writing)
    if not isinstance(value, Mapping) or not isinstance(schema, Mapping):
        return
    found = wrong_name(Names(contract, writing), schema, value)
    if found is not None:
        yield Misnamed(place_of(way), *found)
        return
    members, entry = possible_members(contract, schema), entry_of(contract, schema)
    for name, one in value.items():
        yield from misnamed(contract, members.get(name, entry), one, (*way, name), writing=writing)


@dataclass(frozen=True)
class Names:
    """The contract, and the direction in which a value travels."""

    contract: Contract
    writing: bool

    def fits(self, schema: Any, value: Any) -> bool:
        """Whether a value matches a schema."""
        return fits(self.contract, Place(schema), value, writing=self.writing)


def wrong_name(
    names: Names, schema: Any, value: Mapping[str, Any], seen: frozenset[int] = frozenset()
) -> tuple[str, str, str] | None:
    """What an object should be by its discriminator, what it is instead, and what it calls itself; None where there is
    nothing to say. `seen` are the parts around the schema, which an alternative may be built on."""
    for part in (one for one in combined(names.contract, schema) if id(one) not in seen):
        for keyword in ("oneOf", "anyOf"):
            if isinstance(options := part.get(keyword), list):
                found = among(names, part, keyword, options, value, seen | {id(part)})
                if found is not None:
                    return found
    whole = names.contract.look_up(Place(schema))
    return of_subtype(names, whole.value, value) if whole else None


def among(
    names: Names,
    part: Mapping[str, Any],
    keyword: str,
    options: list[Any],
    value: Mapping[str, Any],
    seen: frozenset[int],
) -> tuple[str, str, str] | None:
    """The same for alternatives: for those without a discriminator, where each one that the object fits has one."""
    property_name = name_of(part)
    if property_name is None:
        inner = [wrong_name(names, one, value, seen) for one in options if names.fits(one, value)]
        return inner[0] if inner and all(inner) else None
    named, picks = value.get(property_name), discriminated(names.contract, part, keyword)
    if not isinstance(named, str) or not picks:
        return None
    if named in picks:
        option = options[picks[named]]
        return unfit(names, option, Place(option), property_name, named, value)
    mapping = part["discriminator"].get("mapping")
    if isinstance(mapping, Mapping) and {picks[one] for one in mapping if one in picks} == {*range(len(options))}:
        expected = f"to have one of {', '.join(sorted(mapping))} as its {property_name}, as the discriminator maps"
        return expected, repr(named), named
    return None


def of_subtype(names: Names, base: Any, value: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """The same for a schema with a discriminator on which others are built: where the object has what only another one
    of them has."""
    contract = names.contract
    property_name, subtypes = name_of(base) if isinstance(base, Mapping) else None, subtypes_of(contract, base)
    named = value.get(property_name) if property_name and subtypes else None
    if property_name is None or not isinstance(named, str):
        return None
    mapping = base["discriminator"].get("mapping")
    aim = str(mapping.get(named, named)) if isinstance(mapping, Mapping) else named
    found = named_schema(contract, aim)
    if found is None or not any(found.value is one for one in subtypes):
        return None
    own = declared_members(contract, found.value)
    others = [one for one in subtypes if one is not found.value and names.fits(one, value)]
    if any(value.keys() & declared_members(contract, one).keys() - own.keys() for one in others):
        return unfit(names, {"$ref": aim}, found, property_name, named, value)
    return None


def unfit(
    names: Names, schema: Any, place: Place, property_name: str, named: str, value: Mapping[str, Any]
) -> tuple[str, str, str] | None:
    """What a value should be that calls itself so, and why it isn't that; None where it is."""
    problem = next(mismatches(names.contract, place, value, writing=names.writing), None)
    if problem is None:
        return None
    what = str(schema.get("$ref", "")).rpartition("/")[2] or "the alternative"
    where = f"{problem.place}: " if problem.place else ""
    expected = f"to be {what}, which its {property_name} {named!r} names"
    return expected, f"an object that isn't: {where}{problem.problem}", named


def name_of(schema: Mapping[str, Any]) -> str | None:
    """The member that names the alternative; None where there is no discriminator."""
    found = schema.get("discriminator")
    name = found.get("propertyName") if isinstance(found, Mapping) else None
    return name if isinstance(name, str) else None


def has_any(node: Any) -> bool:
    """Whether any schema of a document has a discriminator."""
    if isinstance(node, Mapping):
        return "discriminator" in node or any(has_any(one) for one in node.values())
    return isinstance(node, list) and any(has_any(one) for one in node)
