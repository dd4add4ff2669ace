"""Objects: which members are generated, under which names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mockserver.contract.schemas.patterns import sample
from mockserver.generate.choices import discriminator_value
from mockserver.generate.demands import Demands
from mockserver.generate.errors import Unsatisfiable
from mockserver.generate.place import Drawer, Where

_NAMES: Final = ("one", "two", "three", "four", "five", "six")
_ATTEMPTS: Final = 5


def make_object(draw: Drawer, demands: Demands, where: Where) -> dict[str, Any]:
    """An object with all that is required, and the optional members that there is room for."""
    required = dict.fromkeys(name for name in demands.required() if not _hidden(draw, demands, name))
    most = demands.least("maxProperties")
    least = max(len(required), demands.most("minProperties"))
    if most is not None and least > most:
        raise Unsatisfiable(f"it needs {least} properties and allows {most}", where.pointer)
    misnamed = next((name for name in required if not _may_be_named(draw, demands, name)), None)
    if misnamed is not None:
        raise Unsatisfiable(f"it requires {misnamed!r}, which its propertyNames refuse", where.pointer)
    members: dict[str, Any] = {}
    for name in _in_order(draw, demands, where, required):
        if name in required or most is None or len(members) + _missing(required, members) < most:
            _add(draw, demands, where, members, name, name in required)
    _complete(draw, demands, where, members, most)
    return members


def _missing(required: Iterable[str], members: Mapping[str, Any]) -> int:
    return sum(name not in members for name in required)


def _hidden(draw: Drawer, demands: Demands, name: str) -> bool:
    return any(draw.checker.hides(schema) for schema in demands.of_property(name))


def _in_order(draw: Drawer, demands: Demands, where: Where, required: Mapping[str, None]) -> Iterator[str]:
    """The members to make: those declared in the order of the document, then what is required beyond them."""
    names = _with_dependents(demands, [*required, *_optional(draw, demands, where, required)])
    declared = demands.property_names()
    yield from (name for name in declared if name in names)
    yield from (name for name in names if name not in declared)


def _optional(draw: Drawer, demands: Demands, where: Where, required: Mapping[str, None]) -> Iterator[str]:
    for name in dict.fromkeys([*demands.property_names(), *(where.given or ())]):
        if name in required or not _may_be_named(draw, demands, name) or _hidden(draw, demands, name):
            continue
        place = where.inside(name, demands.targets)
        if name in (where.given or ()) or draw.includes(demands.of_property(name), place):
            yield name


def _with_dependents(demands: Demands, names: list[str]) -> dict[str, None]:
    complete = dict.fromkeys(names)
    for name in names:  # grows while it is walked: what one member brings along may bring along more
        for dependents in demands.each("dependentRequired"):
            names.extend(other for other in dependents.get(name, ()) if other not in complete)
            complete.update(dict.fromkeys(dependents.get(name, ())))
    return complete


def _add(draw: Drawer, demands: Demands, where: Where, members: dict[str, Any], name: str, needed: bool) -> None:
    if where.given is not None and name in where.given:
        members[name] = where.given[name]
        return
    schemas, place = demands.of_property(name), where.inside(name, demands.targets)
    tries = [[*schemas, more] for more in _discriminating(demands, name)] + [schemas]
    for asked in tries:
        try:
            members[name] = draw.value(asked, place)
        except Unsatisfiable:
            if needed and asked is schemas:
                raise
        else:
            return


def _discriminating(demands: Demands, name: str) -> Iterator[Any]:
    """What a discriminator of a parent schema asks of its property: the name of the schema that is being generated."""
    if not demands.has("discriminator"):
        return
    for part in demands.parts:
        discriminator = part.get("discriminator")
        if (
            not isinstance(discriminator, Mapping)
            or discriminator.get("propertyName") != name
            or "oneOf" in part
            or "anyOf" in part
        ):
            continue
        names = [discriminator_value(discriminator, reference) for reference in demands.names[:1]]
        known = discriminator.get("mapping") or {}
        yield {"enum": [value for value in names if value in known or not known] or list(known)}


def _complete(draw: Drawer, demands: Demands, where: Where, members: dict[str, Any], most: int | None) -> None:
    """Add members that no schema names: as many as `minProperties` asks, and one to show what a map holds."""
    least = demands.most("minProperties")
    shows = 0 if demands.property_names() or draw.wants or not draw.includes(_values(demands), where) else 1
    goal = max(least, shows if most is None else min(shows, most))
    names = _undeclared(draw, demands)
    while len(members) < goal:
        name = next(names, None)
        if name is None:
            if len(members) >= least:
                return
            raise Unsatisfiable(f"found no names for its {least} properties", where.pointer)
        if name not in members and not _hidden(draw, demands, name):
            _add(draw, demands, where, members, name, needed=False)


def _values(demands: Demands) -> list[Any]:
    """The schemas of a map's values; `false` when it isn't a map."""
    patterns = [schema for schemas in demands.each("patternProperties") for schema in schemas.values()]
    additional = [schema for schema in demands.each("additionalProperties") if isinstance(schema, Mapping)]
    return [*patterns, *additional] or [False]


def _undeclared(draw: Drawer, demands: Demands) -> Iterator[str]:
    names = list(demands.each("propertyNames"))
    for _ in range(_ATTEMPTS):
        yield from _named_by_pattern(draw, demands)
        yield from (name for name in demands.property_names() if _may_be_named(draw, demands, name))
        if names:
            yield from _named_by_schema(draw, names)
        yield from (name for name in _NAMES if _may_be_named(draw, demands, name))
        number = draw.random.randrange(10**6)
        yield from (name for name in (f"name{number}",) if _may_be_named(draw, demands, name))


def _named_by_pattern(draw: Drawer, demands: Demands) -> Iterator[str]:
    for schemas in demands.each("patternProperties"):
        for pattern in schemas:
            name = sample([pattern], draw.random)
            if name is not None and _may_be_named(draw, demands, name):
                yield name


def _named_by_schema(draw: Drawer, schemas: list[Any]) -> Iterator[str]:
    try:
        name = draw.value([{"type": "string"}, *schemas], Where(varied=True))
    except Unsatisfiable:
        return
    yield name


def _may_be_named(draw: Drawer, demands: Demands, name: str) -> bool:
    return all(draw.checker.fits(schema, name) for schema in demands.each("propertyNames"))
