"""Alternatives: which of `anyOf`, `oneOf` and `if` are still open, what deciding for one of them demands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mockserver.contract.schemas.alike import are_alike
from mockserver.generate.checker import Checker
from mockserver.generate.demands import Demands, Flattener
from mockserver.generate.errors import Unsatisfiable

_DEEPEST: Final = 3  #: levels of a value at which something is sought that one alternative admits alone
_UNLIKELY: Final[tuple[Any, ...]] = (0, "unlike", True, None, [], {})


@dataclass(frozen=True, slots=True)
class Choice:
    """One open decision: the schema that poses it, by which keyword, between which options."""

    part: Mapping[str, Any]
    keyword: str
    options: tuple[Any, ...]


def open_choice(demands: Demands, choices: tuple[Choice, ...]) -> Choice | None:
    """The first open decision among the demands."""
    done = {(id(choice.part), choice.keyword) for choice in choices}
    for part in demands.parts:
        for keyword in ("oneOf", "anyOf", "if"):
            if keyword in part and (id(part), keyword) not in done:
                return Choice(part, keyword, _options(part, keyword))
    return None


def _options(part: Mapping[str, Any], keyword: str) -> tuple[Any, ...]:
    if keyword != "if":
        return tuple(part[keyword])
    holds = {"allOf": [part["if"], part.get("then", True)]}
    return (holds, {"allOf": [{"not": part["if"]}, part.get("else", True)]})


def alternatives(choice: Choice, option: Any) -> Iterator[list[Any]]:
    """The schemas to add for an option; first with its discriminator set right, then without."""
    name = _discriminator_value(choice, option)
    if name is not None:
        property_name = choice.part["discriminator"]["propertyName"]
        yield [option, {"properties": {property_name: {"const": name}}, "required": [property_name]}]
    yield [option]


def _discriminator_value(choice: Choice, option: Any) -> str | None:
    discriminator = choice.part.get("discriminator")
    if not isinstance(discriminator, Mapping) or not isinstance(option, Mapping) or "propertyName" not in discriminator:
        return None
    return discriminator_value(discriminator, option.get("$ref"))


def discriminator_value(discriminator: Mapping[str, Any], reference: Any) -> str | None:
    """The discriminating value of a schema: its key in the mapping, else its name (OpenAPI 3.1, 4.8.25)."""
    if not isinstance(reference, str):
        return None
    name = reference.rpartition("/")[2]
    mapping = discriminator.get("mapping") or {}
    return next((key for key, target in mapping.items() if target in (reference, name)), name)


def kept_out_of_others(demands: Demands, value: Any, checker: Checker, flatten: Flattener) -> Any:
    """The value with members that keep it out of the alternatives that were not chosen: objects often fit several.

    None when it cannot be kept out of one of them.
    """
    if not isinstance(value, dict):
        return None
    others = (option for options in demands.each("oneOf") for option in options)
    apart = (one for one in others if not any(are_alike(one, root, checker.follow) for root in demands.roots))
    unwanted = [*demands.each("not"), *apart]
    for schema in unwanted:
        if checker.fits(schema, value):
            value = _kept_out(schema, value, demands, checker, flatten)
            if value is None:
                return None
    return value


def _kept_out(
    schema: Any, value: dict[str, Any], demands: Demands, checker: Checker, flatten: Flattener, depth: int = 0
) -> Any:
    names = _members(schema, flatten)
    for name in names:
        if name not in value:
            for unlikely in _UNLIKELY:
                allowed = all(checker.fits(own, unlikely) for own in demands.of_property(name))
                if allowed and not checker.fits(schema, {**value, name: unlikely}):
                    return {**value, name: unlikely}
    for name in names if depth < _DEEPEST else ():
        inner = value.get(name)
        if inner and isinstance(inner, dict | list):
            theirs, own = flatten([schema]).of_property(name), demands.of_property(name)
            changed = _kept_out_below(theirs, inner, own, checker, flatten, depth + 1)
            if changed is not None and not checker.fits(schema, {**value, name: changed}):
                return {**value, name: changed}
    return None


def _kept_out_below(
    theirs: list[Any], value: Any, own: list[Any], checker: Checker, flatten: Flattener, depth: int
) -> Any:
    """A member, or the first item of a list, kept out of what other schemas ask of it."""
    try:
        demands = flatten(own)
        if isinstance(value, dict):
            return _kept_out({"allOf": theirs}, value, demands, checker, flatten, depth)
        theirs, own, first = flatten(theirs).of_item(0), demands.of_item(0), value[0]
        changed = _kept_out_below(theirs, first, own, checker, flatten, depth) if isinstance(first, dict) else None
    except Unsatisfiable:
        return None
    return None if changed is None else [changed, *value[1:]]


def _members(option: Any, flatten: Flattener) -> list[str]:
    try:
        return flatten([option]).property_names()
    except Unsatisfiable:
        return []
