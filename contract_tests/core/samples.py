"""Plain valid inputs, as Hypothesis strategies: no odd texts, which a correct implementation may trim or refuse."""

from __future__ import annotations

import math
import re
import string
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import deepcopy
from typing import Any, Final, TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException, InvalidArgument
from hypothesis.strategies import SearchStrategy

from contract_tests.core.contract import Contract, Operation
from contract_tests.core.document import Place
from contract_tests.core.schemas import declared_members, expression, merged_keywords

DEEPEST = 5  # levels of nested objects; what is optional further down is left out
LETTERS = string.ascii_lowercase
Drawn = TypeVar("Drawn")

FORMATS: Final[Mapping[str, SearchStrategy[str]]] = {
    "date-time": st.integers(1, 28).map(lambda day: f"2021-03-{day:02}T08:30:00Z"),
    "date": st.integers(1, 28).map(lambda day: f"2021-03-{day:02}"),
    "time": st.integers(10, 23).map(lambda hour: f"{hour}:30:00Z"),
    "uuid": st.uuids(version=4).map(str),
    "email": st.text(LETTERS, min_size=3, max_size=8).map(lambda name: f"{name}@example.com"),
    "uri": st.text(LETTERS, min_size=3, max_size=8).map(lambda name: f"https://example.com/{name}"),
    "url": st.text(LETTERS, min_size=3, max_size=8).map(lambda name: f"https://example.com/{name}"),
    "hostname": st.text(LETTERS, min_size=3, max_size=8).map(lambda name: f"{name}.example.com"),
    "ipv4": st.integers(1, 254).map(lambda number: f"192.0.2.{number}"),
    "byte": st.sampled_from(["YWJj", "ZGVm"]),
}  # fmt: skip

SPANS: Final = {
    "2031": re.compile(r"start|begin|since|not_?before|valid_?from|\bfrom\b", re.IGNORECASE),
    "2041": re.compile(r"end|until|expir|due|finish|stop|deadline|not_?after|valid_?to|\bto\b", re.IGNORECASE),
}
"""Years for what a span of time begins and ends with, by name: in this order, and not in the past."""


def drawn(strategy: SearchStrategy[Drawn], count: int, seed: int) -> list[Drawn]:
    """That many examples, the same ones for the same seed; fewer where the schema allows no more."""
    found: list[Drawn] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @hypothesis.given(strategy)
    def take(value: Drawn) -> None:
        found.append(value)

    take._hypothesis_internal_database_key = b""  # type: ignore[attr-defined]  # noqa: SLF001 - else it reads its source
    with suppress(
        HypothesisException, InvalidArgument, OverflowError, RecursionError
    ):  # a schema that nothing satisfies
        take()
    return found


class Samples:
    """Strategies for the inputs of the contract's operations, and what was drawn from them: to draw takes long."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract

    def some(self, place: Place, count: int, seed: int) -> list[Any]:
        """Values that fit a schema, as `drawn` gives them."""
        about = place.pointer, repr(place.value)
        return self._once(about, lambda: self.values(place), count, seed)

    def bodies(self, operation: Operation, count: int, seed: int) -> list[Any] | None:
        """JSON bodies, as `drawn` gives them; None where the operation takes no JSON."""
        schema = next(self.contract.json_request_schemas(operation), None)
        return None if schema is None else self.some(self._under(schema), count, seed)

    def queries(self, operation: Operation, seed: int) -> list[dict[str, Any]]:
        """One with the query parameters that an operation can't do without; none where no value fits them."""
        optional = frozenset(one.name for one in operation.parameters if not one.required)
        return self._once(("query", operation.id), lambda: self.query(operation, optional), 1, seed)

    def _once(
        self, about: tuple[str, str], strategy: Callable[[], SearchStrategy[Drawn]], count: int, seed: int
    ) -> list[Drawn]:
        """What is drawn for a part of the contract, and was drawn before with that count and seed."""
        key, kept = (*about, count, seed), self.contract.drawn
        if key not in kept:
            kept[key] = drawn(strategy(), count, seed)
        return deepcopy(kept[key])  # for whoever changes it

    def body(self, operation: Operation) -> SearchStrategy[Any] | None:
        """JSON bodies; None where the operation takes no JSON."""
        schema = next(self.contract.json_request_schemas(operation), None)
        return None if schema is None else self.values(self._under(schema))

    def form(self, operation: Operation) -> SearchStrategy[Any] | None:
        """Members of a form; None where the operation takes none."""
        schema = next(self.contract.form_request_schemas(operation), None)
        return None if schema is None else self.values(self._under(schema))

    def query(
        self, operation: Operation, without: frozenset[str] = frozenset(), wanted: frozenset[str] = frozenset()
    ) -> SearchStrategy[dict[str, Any]]:
        """Query parameters that must be there or are wanted, and some that may be."""
        chosen: dict[bool, dict[str, SearchStrategy[Any]]] = {True: {}, False: {}}
        for parameter in operation.parameters:
            if parameter.location == "query" and parameter.name not in without:
                place = self._under(Place({"type": "string"} if parameter.schema is None else parameter.schema))
                chosen[parameter.required or parameter.name in wanted][parameter.name] = self.values(place)
        return st.fixed_dictionaries(chosen[True], optional=chosen[False])

    def values(self, place: Place, depth: int = 0) -> SearchStrategy[Any]:
        """Values that fit a schema."""
        schema = place.value if isinstance(place.value, Mapping) else {}
        if "const" in schema or "enum" in schema:
            return st.sampled_from(list(schema["enum"] if "enum" in schema else [schema["const"]]))
        for keyword in ("oneOf", "anyOf"):
            if schema.get(keyword):
                first = self.contract.look_up(place, keyword)
                return self._branch(first, depth) if first else st.none()
        if schema.get("allOf") and not declared_members(self.contract, schema):
            merged = {name: value for name, value in merged_keywords(self.contract, schema).items() if name != "allOf"}
            if merged.get("type", "object") != "object" or {"enum", "const", "oneOf", "anyOf"} & merged.keys():
                return self.values(Place(merged, place.pointer), depth)
        return self._typed(place, schema, depth)

    def _branch(self, branches: Place, depth: int) -> SearchStrategy[Any]:
        plain = [b for b in branches.value if not (isinstance(b, Mapping) and b.get("type") == "null")]
        return self.values(self._under(Place(plain[0] if plain else {}, branches.pointer)), depth)

    def _typed(self, place: Place, schema: Mapping[str, Any], depth: int) -> SearchStrategy[Any]:
        kinds = schema.get("type")
        kind = next((one for one in kinds if one != "null"), None) if isinstance(kinds, list) else kinds
        if kind is None:
            kind = "object" if {"properties", "allOf"} & schema.keys() else "array" if "items" in schema else "string"
        if kind == "object":
            return self._objects(place, depth)
        return self._arrays(place, schema, depth) if kind == "array" else scalars(str(kind), schema)

    def _objects(self, place: Place, depth: int) -> SearchStrategy[Any]:
        members, required = self._members(place)
        inner = {
            name: self._member(name, part, depth + 1)
            for name, part in members.items()
            if not (isinstance(part.value, Mapping) and part.value.get("readOnly"))
            and (name in required or depth < DEEPEST)
        }
        must = {name: strategy for name, strategy in inner.items() if name in required}
        optional = {name: strategy for name, strategy in inner.items() if name not in must}  # no set: in one order
        return st.fixed_dictionaries(must, optional=optional)

    def _member(self, name: str, place: Place, depth: int) -> SearchStrategy[Any]:
        form = place.value.get("format") if isinstance(place.value, Mapping) else None
        year = next((year for year, pattern in SPANS.items() if pattern.search(name)), None)
        if year is None or form not in ("date", "date-time"):
            return self.values(place, depth)
        return FORMATS[form].map(lambda text: text.replace("2021", year))

    def _members(self, place: Place) -> tuple[dict[str, Place], set[str]]:
        """The properties of an object schema and which of them are required, `allOf` taken in."""
        members: dict[str, Place] = {}
        required = set(place.value.get("required", ()))
        for part in place.value.get("allOf", ()):
            more, needed = self._members(self._under(Place(part, place.pointer)))
            members |= more
            required |= needed
        for name in place.value.get("properties", ()):
            found = self.contract.look_up(place, "properties", name)
            members[name] = found or Place({})
        return members, required

    def _under(self, place: Place) -> Place:
        return self.contract.look_up(place) or Place({})

    def _arrays(self, place: Place, schema: Mapping[str, Any], depth: int) -> SearchStrategy[Any]:
        items = self.contract.look_up(place, "items") or Place({})
        least = int(schema.get("minItems", 0))
        most = min(int(schema.get("maxItems", least + 2)), least + 2)
        unique = repr if schema.get("uniqueItems") else None
        if depth >= DEEPEST:
            most = least
        return st.lists(self.values(items, depth + 1), min_size=least, max_size=most, unique_by=unique)


def scalars(kind: str, schema: Mapping[str, Any]) -> SearchStrategy[Any]:
    """Values of a simple type."""
    makers: dict[str, Callable[[Mapping[str, Any]], SearchStrategy[Any]]] = {"integer": integers, "number": numbers}
    plain: dict[str, SearchStrategy[Any]] = {"boolean": st.booleans(), "null": st.none()}
    if kind in plain:
        return plain[kind]
    return makers[kind](schema) if kind in makers else texts(schema)


def texts(schema: Mapping[str, Any]) -> SearchStrategy[str]:
    """Texts by format, pattern or length: letters, never empty where that is allowed."""
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    if (pattern := expression(schema.get("pattern"))) is not None:
        return st.from_regex(pattern, fullmatch=True, alphabet=st.characters(codec="ascii"))
    least = max(int(schema.get("minLength", 1)), min(3, int(schema.get("maxLength", 3))))
    return st.text(LETTERS, min_size=least, max_size=min(int(schema.get("maxLength", least + 8)), least + 8))


def integers(schema: Mapping[str, Any]) -> SearchStrategy[int]:
    """Integers, small and positive where that is allowed, so that every number type holds them."""
    return bounded(schema, int(schema.get("multipleOf", 1)) or 1)


def numbers(schema: Mapping[str, Any]) -> SearchStrategy[float]:
    """Numbers without a fraction, which every number type holds; with one only where the bounds leave no other."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None and math.ceil(low) > math.floor(high):
        return st.floats(low, high)
    return bounded(schema, int(schema.get("multipleOf", 1)) or 1).map(float)


def bounded(schema: Mapping[str, Any], step: int) -> SearchStrategy[int]:
    """Multiples of `step` within the schema's bounds."""
    low, high = schema.get("minimum"), schema.get("maximum")
    over, under = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if isinstance(over, int | float):
        low = over + 1 if not isinstance(over, bool) else (low or 0) + int(over)
    if isinstance(under, int | float):
        high = under - 1 if not isinstance(under, bool) else (high if high is not None else 0) - int(under)
    least = low if low is not None else (1 if high is None or high >= 1 else high - 1000)
    most = high if high is not None else max(least, 0) + 1000
    first, last = math.ceil(least / step), math.floor(most / step)
    return st.integers(first, max(first, last)).map(lambda number: number * step)
