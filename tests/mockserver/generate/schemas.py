"""Hypothesis strategies for schemas: arbitrary ones, and ones that a known value satisfies."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b", "c", "name", "id", "x-y"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-20, 20),
    st.integers(-8, 8).map(lambda number: number / 4),
    st.sampled_from(["", "a", "ab", "abc", "b1", "long enough", "é"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
PATTERNS = st.sampled_from(["^a", "b$", "^[a-z]+$", r"^\d{2,4}$", "^(foo|bar)-[0-9]+$", "x", "^$", "^[^/]{1,5}$"])
FORMATS = st.sampled_from(
    ["date-time", "date", "time", "duration", "uuid", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference",
     "json-pointer", "regex"]
)  # fmt: skip
SIZES = st.integers(0, 4)


def _some(keywords: dict[str, st.SearchStrategy[Any]], **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(dict(fixed), optional=keywords)


STRINGS = _some({"minLength": SIZES, "maxLength": st.integers(2, 12), "pattern": PATTERNS}, type=st.just("string"))
FORMATTED = _some({}, type=st.just("string"), format=FORMATS)
NUMBERS = _some(
    {
        "minimum": st.integers(-20, 20),
        "maximum": st.integers(-10, 30),
        "exclusiveMinimum": st.integers(-20, 20),
        "exclusiveMaximum": st.integers(-10, 30),
        "multipleOf": st.sampled_from([1, 2, 3, 7, 0.5, 0.25, 0.01, 10]),
    },
    type=st.sampled_from(["integer", "number"]),
)
LEAVES = st.one_of(
    STRINGS,
    FORMATTED,
    NUMBERS,
    st.sampled_from([True, {}, {"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"]}]),
    st.lists(SCALARS, min_size=1, max_size=4).map(lambda values: {"enum": values}),
    SCALARS.map(lambda value: {"const": value}),
    VALUES.map(lambda value: {"type": ["string", "integer", "object"], "examples": [value], "default": value}),
)


def _arrays(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    optional = {
        "items": inner,
        "prefixItems": st.lists(inner, min_size=1, max_size=3),
        "contains": inner,
        "minItems": SIZES,
        "maxItems": st.integers(1, 6),
        "uniqueItems": st.booleans(),
    }
    return _some(optional, type=st.just("array"))


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    optional = {
        "properties": st.dictionaries(NAMES, inner, max_size=4),
        "required": st.lists(NAMES, max_size=3, unique=True),
        "additionalProperties": st.one_of(st.booleans(), inner),
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "^x-", "e$"]), inner, max_size=2),
        "propertyNames": st.sampled_from([{"pattern": "^[a-z]"}, {"maxLength": 4}, {"minLength": 2}]),
        "minProperties": SIZES,
        "maxProperties": st.integers(1, 6),
        "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, max_size=2, unique=True), max_size=1),
        "dependentSchemas": st.dictionaries(NAMES, inner, max_size=1),
        "unevaluatedProperties": st.booleans(),
    }
    return _some(optional, type=st.just("object"))


def _unions(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda parts: {"allOf": parts}),
        several.map(lambda parts: {"anyOf": parts}),
        several.map(lambda parts: {"oneOf": parts}),
        inner.map(lambda part: {"not": part}),
        st.tuples(inner, inner, inner).map(lambda parts: dict(zip(("if", "then", "else"), parts, strict=True))),
        st.tuples(inner, several).map(lambda pair: {"allOf": [pair[0]], "anyOf": pair[1]}),
    )


SCHEMAS = st.recursive(
    LEAVES, lambda inner: st.one_of(_objects(inner), _arrays(inner), _unions(inner), _objects(inner)), max_leaves=8
)
"""Any schema, contradictory ones among them."""


def satisfied_by(value: Any) -> st.SearchStrategy[Any]:
    """Schemas that the value satisfies."""
    return st.deferred(lambda: _unions_around(value, _plain(value)))


def _unions_around(value: Any, plain: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    other = st.sampled_from([{"type": "string", "pattern": "^zz"}, False, {"type": "object", "required": ["zz"]}])
    return st.one_of(
        plain,
        plain.map(lambda schema: {"allOf": [schema, {}]}),
        st.tuples(plain, other).map(lambda pair: {"oneOf": [pair[1], pair[0]]}),
        st.tuples(plain, other).map(lambda pair: {"anyOf": list(pair)}),
        st.tuples(plain, other).map(lambda pair: {**pair[0], "not": pair[1]}),
        st.tuples(plain, other).map(lambda pair: {"if": pair[1], "then": False, "else": pair[0]}),
    )


def _plain(value: Any) -> st.SearchStrategy[Any]:
    if isinstance(value, dict):
        return st.fixed_dictionaries({name: satisfied_by(inner) for name, inner in value.items()}).flatmap(_object_of)
    if isinstance(value, list):
        return st.tuples(*map(satisfied_by, value)).map(lambda items: _array_of(value, list(items)))
    return st.one_of(_scalar(value), st.just({"const": value}), st.just({"enum": [value]}))


def _object_of(properties: dict[str, Any]) -> st.SearchStrategy[Any]:
    names = sorted(properties)
    required = st.lists(st.sampled_from(names), unique=True) if names else st.just([])
    return st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.just(properties), "required": required},
        optional={"additionalProperties": st.just(False), "minProperties": st.just(len(names)),
                  "maxProperties": st.just(len(names)), "unevaluatedProperties": st.just(False)},
    )  # fmt: skip


def _array_of(value: list[Any], items: list[Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "array", "minItems": len(value), "maxItems": len(value)}
    return {**schema, "prefixItems": items} if items else schema


def _scalar(value: Any) -> st.SearchStrategy[Any]:
    if value is None or isinstance(value, bool):
        return st.just({"type": "null" if value is None else "boolean"})
    if isinstance(value, str):
        return st.integers(0, 3).map(
            lambda room: {"type": "string", "minLength": max(0, len(value) - room), "maxLength": len(value) + room}
        )
    return st.integers(0, 3).map(lambda room: {"type": "number", "minimum": value - room, "maximum": value + room})
