"""What Hypothesis and Schemathesis do that takes long, and that the inputs of a run need less of, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from functools import cache
from types import ModuleType
from typing import Any, Final

from hypothesis.internal.conjecture import providers
from schemathesis.generation.hypothesis import examples
from schemathesis.specs.openapi import examples as openapi_examples
from schemathesis.specs.openapi.coverage import _schema

CANDIDATES: Final = 60  # of which one is nearly always outside a list of values; Schemathesis draws 1,400


class Enough(BaseException):
    """Ends a drawing; Hypothesis would try an ordinary exception again."""


@contextmanager
def sparing() -> Iterator[None]:
    """In this block, inputs are generated without what they don't need.

    Hypothesis reads the source of all modules that aren't installed, and draws some values from their constants. In a
    clone, that is the source of the suite: it would take seconds, and other inputs would come of every change to it.
    """
    nothing = type(providers.GLOBAL_CONSTANTS)()
    with (
        in_place_of(providers, "_get_local_constants", lambda _: lambda: nothing),
        in_place_of(_schema, "_invalid_enum_candidates", lambda _: first_candidates),
        in_place_of(openapi_examples, "_generate_single_example", remembering),
    ):
        yield


@contextmanager
def in_place_of(module: ModuleType, name: str, instead: Callable[[Any], object]) -> Iterator[None]:
    """Have something instead of a function of a module, where it has that: without it, all only takes longer."""
    before = getattr(module, name, None)
    if before is not None:
        setattr(module, name, instead(before))
    try:
        yield
    finally:
        if before is not None:
            setattr(module, name, before)


def remembering(draw: Callable[..., Any]) -> Callable[..., Any]:
    """Schemathesis's drawing of a value that completes an example, which has the same result for each of them, and for
    each operation of the same schema. Where the schema is hard to satisfy, it takes seconds."""
    known: dict[tuple[str, Any, type], Any] = {}

    def drawn(schema: Any, config: Any, validator: type) -> Any:
        key = repr(schema), repr(config), validator
        if key not in known:
            known[key] = draw(schema, config, validator)
        found = known[key]
        return deepcopy(found) if isinstance(found, dict | list) else found  # what stands for none is one object

    return drawn


@cache
def first_candidates() -> tuple[Any, ...]:
    """The first of the values that Schemathesis tries for what isn't in a list; where none will do, it draws its own,
    in the same order."""
    found: list[Any] = []

    def reject(value: Any) -> bool:
        if len(found) == CANDIDATES:
            raise Enough
        found.append(value)
        return False

    with suppress(Enough):
        examples.generate_one(_schema.INVALID_ENUM_STRATEGY.filter(reject))
    return tuple(found)
