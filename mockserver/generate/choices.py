"""Alternatives: which of `anyOf`, `oneOf` and `if` are still open, what deciding for one of them demands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mockserver.generate.demands import Demands, Flattener
from mockserver.generate.errors import Unsatisfiable
from mockserver.generate.fits import Judge

_UNLIKELY: Final[tuple[Any, ...]] = (0, "unlike", True, None, [], {})


@dataclass(frozen=True, slots=True)
class Choice:
    """One open decision: the schema that poses it, by which keyword, between which options."""

    part: Mapping[str, Any]
    keyword: str
    options: tuple[Any, ...]


def unmade_choice(demands: Demands, made: tuple[Choice, ...]) -> Choice | None:
    """The first decision among the demands that has not been made yet."""
    done = {(id(choice.part), choice.keyword) for choice in made}
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


def spoiled(demands: Demands, value: Any, judge: Judge, flatten: Flattener) -> Iterator[Any]:
    """The value with a member that keeps it out of an alternative: objects often fit several by accident."""
    if not isinstance(value, dict):
        return
    unwanted = [*demands.each("not"), *(option for options in demands.each("oneOf") for option in options)]
    for schema in unwanted:
        if judge.fits(schema, value):
            others = (
                {**value, name: odd} for name in _members(schema, flatten) if name not in value for odd in _UNLIKELY
            )
            yield from (other for other in others if not judge.fits(schema, other))


def _members(option: Any, flatten: Flattener) -> list[str]:
    try:
        return flatten([option]).property_names()
    except Unsatisfiable:
        return []
