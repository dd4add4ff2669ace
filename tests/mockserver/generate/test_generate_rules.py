"""What holds of every generated value, over all schemas."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.contract.schemas.view import SchemaView
from mockserver.generate import Generator, Unsatisfiable, generate
from mockserver.generate.checker import Checker
from tests.mockserver.generate.schemas import SCHEMAS, VALUES, satisfied_by

CALM = settings(
    deadline=None, derandomize=True, database=None, max_examples=150, suppress_health_check=list(HealthCheck)
)


VIEW = SchemaView(lambda reference: (reference, True))
"""No schema here has a `$ref`."""


def accepts(schema: Any, value: Any) -> bool:
    """The verdict of an independent validator, formats included."""
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value)


@CALM
@given(SCHEMAS, st.integers(0, 3))
def test_a_generated_value_satisfies_its_schema(schema: Any, seed: int) -> None:
    """Whatever the schema, a generated value is valid; a contradictory schema is refused with a place."""
    value = attempt(schema, seed)
    if isinstance(value, Unsatisfiable):
        assert value.place.startswith("/")
        assert value.problem
    else:
        assert accepts(schema, value), (schema, value)


@settings(CALM, max_examples=60)
@given(st.data())
def test_a_schema_that_some_value_satisfies_gets_one(data: st.DataObject) -> None:
    """A schema built around a value is never called unsatisfiable."""
    schema = data.draw(VALUES.flatmap(satisfied_by))
    for varied in (False, True):
        value = Generator(VIEW).value(schema, 1, varied=varied)
        assert accepts(schema, value), (schema, value)


@CALM
@given(SCHEMAS, VALUES)
def test_the_checker_agrees_with_an_independent_validator(schema: Any, value: Any) -> None:
    """A value fits a schema exactly when jsonschema-rs accepts it."""
    assert Checker(VIEW).fits(schema, value) == accepts(schema, value), (schema, value)


@CALM
@given(SCHEMAS, st.integers(0, 3))
def test_the_same_seed_gives_the_same_bytes(schema: Any, seed: int) -> None:
    """Generation depends on schema and seed alone."""
    first, second = (attempt(schema, seed) for _ in range(2))
    assert as_bytes(first) == as_bytes(second)


def attempt(schema: Any, seed: int) -> Any:
    """A generated value, or the refusal."""
    try:
        return generate(schema, view=VIEW, seed=seed)
    except Unsatisfiable as error:
        return error


def as_bytes(value: Any) -> str:
    """A value or a refusal as text."""
    return str(value) if isinstance(value, Unsatisfiable) else json.dumps(value)


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ({"kind": "Cat", "lives": 9}, True),
        ({"kind": "Dog", "lives": 9}, True),
        ({"kind": "cat", "lives": 9}, True),
        ({"kind": "hound", "lives": "x"}, False),
        ({"lives": 9}, False),
    ],
)
def test_a_discriminator_decides_nothing(keyword: str, value: Any, verdict: bool) -> None:
    """Whatever value it has: `oneOf` and `anyOf` alone decide."""
    schemas = {
        "#/Cat": {"required": ["kind"], "properties": {"lives": {"type": "integer"}}},
        "#/Dog": {"required": ["kind"], "properties": {"lives": False}},
    }
    schema = {
        keyword: [{"$ref": "#/Cat"}, {"$ref": "#/Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {"hound": "#/Dog"}},
    }
    followed = Generator(SchemaView(lambda reference: (reference, schemas[reference])))
    assert followed.fits(schema, value) is verdict


@pytest.mark.parametrize("nullable", [True, False])
def test_nullable_is_a_word_of_one_version(nullable: bool) -> None:
    """In OpenAPI 3.0 an example of null fits; since 3.1 `nullable` says nothing, and another value is generated."""
    schema = {"type": "string", "nullable": True, "example": None}
    value = generate(schema, view=SchemaView(VIEW.target, legacy=nullable), seed=1)
    assert (value is None) is nullable
