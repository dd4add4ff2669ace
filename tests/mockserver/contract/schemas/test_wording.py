"""What a violation says: the place in the message, the problem, and where the contract says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.contract import load_contract
from mockserver.errors import Violation
from tests.mockserver.inference.lists import contract as of_schemas

PET = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "minProperties": 2,
    "properties": {
        "name": {"type": "string", "minLength": 2},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 1},
        "kind": {"enum": ["cat", "dog"]},
    },
}


@pytest.fixture
def violations(tmp_path: Path) -> Any:
    """The violations of a value by the schema of a pet."""
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "components": {"schemas": {"Pet": PET}}}
    (tmp_path / "api.json").write_text(json.dumps({**document, "paths": {}}), encoding="utf-8")
    contract = load_contract(tmp_path / "api.json")

    def found(value: Any) -> tuple[Violation, ...]:
        return contract.violations({"$ref": "#/components/schemas/Pet"}, value, place="body")

    return found


@pytest.mark.parametrize(
    ("value", "place", "says", "pointer"),
    [
        ({"kind": "cat", "tags": []}, "body.name", "is required", "/components/schemas/Pet/required"),
        ({"name": "Tom"}, "body", "2 properties, not 1", "/components/schemas/Pet/minProperties"),
        (
            {"name": "T", "kind": "cat"},
            "body.name",
            "2 characters",
            "/components/schemas/Pet/properties/name/minLength",
        ),
        (
            {"name": "Tom", "tags": ["a", "b"]},
            "body.tags",
            "1 item, not 2",
            "/components/schemas/Pet/properties/tags/maxItems",
        ),
        ({"name": "Tom", "kind": "cow"}, "body.kind", '"cat"', "/components/schemas/Pet/properties/kind/enum"),
        ({"name": "Tom", "colour": 1}, "body.colour", "", "/components/schemas/Pet/additionalProperties"),
        (
            {"name": "Tom", "tags": [1]},
            "body.tags[0]",
            "",
            "/components/schemas/Pet/properties/tags/items/type",
        ),
    ],
)
def test_a_violation_names_its_place_and_its_keyword(
    violations: Any, value: Any, place: str, says: str, pointer: str
) -> None:
    """The place as a client writes it, the keyword as a pointer into the contract."""
    [violation] = violations(value)
    assert (violation.place, violation.pointer) == (place, pointer)
    assert says in violation.message


@pytest.mark.parametrize(
    ("schema", "value", "says"),
    [
        ({'type': 'string'}, 1, 'body must be a string, not 1'),
        ({'type': 'integer'}, 'x', 'body must be an integer, not "x"'),
        ({'type': 'number'}, 'x', 'body must be a number, not "x"'),
        ({'type': 'boolean'}, 'x', 'body must be true or false, not "x"'),
        ({'type': 'array'}, 'x', 'body must be a list, not "x"'),
        ({'type': 'object'}, 'x', 'body must be an object, not "x"'),
        ({'type': 'null'}, 'x', 'body must be null, not "x"'),
        ({'type': ['string', 'null']}, 1, 'body must be null or a string, not 1'),
        ({'enum': ['red', 'green']}, 'gren', 'body must be one of "red", "green", not "gren"; did you mean "green"?'),
        ({'enum': [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}, 99,
         'body must be one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …, not 99; did you mean "9"?'),
        ({'const': 'a'}, 'b', 'body must be "a", not "b"'),
        ({'type': 'string', 'format': 'email'}, 'x', 'body must be an email, not "x"'),
        ({'type': 'string', 'format': 'uuid'}, 'x', 'body must be a uuid, not "x"'),
        ({'type': 'string', 'format': 'date'}, 'x', 'body must be a date, not "x"'),
        ({'type': 'string', 'format': 'ipv4'}, 'x', 'body must be an ipv4, not "x"'),
        ({'pattern': '^a$'}, 'b', 'body must match ^a$, not "b"'),
        ({'minimum': 3}, 1, 'body must be at least 3, not 1'),
        ({'maximum': 3}, 5, 'body must be at most 3, not 5'),
        ({'exclusiveMinimum': 3}, 3, 'body must be more than 3, not 3'),
        ({'exclusiveMaximum': 3}, 3, 'body must be less than 3, not 3'),
        ({'multipleOf': 3}, 4, 'body must be a multiple of 3, not 4'),
        ({'minLength': 2}, 'a', 'body must have at least 2 characters, not 1'),
        ({'minLength': 1}, '', 'body must have at least 1 character, not 0'),
        ({'maxLength': 1}, 'abc', 'body must have at most 1 character, not 3'),
        ({'minItems': 1}, [], 'body must have at least 1 item, not 0'),
        ({'maxItems': 2}, [1, 2, 3], 'body must have at most 2 items, not 3'),
        ({'minProperties': 1}, {}, 'body must have at least 1 property, not 0'),
        ({'maxProperties': 1}, {'a': 1, 'b': 2}, 'body must have at most 1 property, not 2'),
        ({'uniqueItems': True}, [1, 1], 'body must hold no item twice'),
        ({'contains': {'type': 'string'}}, [1], 'body holds no item of the kind that it must contain'),
        ({'not': {'type': 'string'}}, 'a', 'body is of a kind that the contract rules out'),
        ({'properties': {'a': False}}, {'a': 1}, 'body.a must not be here'),
        ({'propertyNames': {'maxLength': 1}}, {'abc': 1}, 'body has a property with a name that is not allowed: "abc"'),
        ({'required': ['petName']}, {'petname': 1}, 'body.petName is required; you sent body.petname'),
        ({'required': ['a']}, {}, 'body.a is required'),
        ({'unevaluatedProperties': False}, {'a': 1}, 'body.a is not a property that the contract knows'),
        ({'anyOf': [{'required': ['a']}, {'required': ['b']}]}, {}, 'body needs one of a, b'),
        ({'dependentRequired': {'a': ['b']}}, {'a': 1}, 'body.b is required'),
        ({'type': 'integer'}, [1, 2], 'body must be an integer, not a list of 2'),
        ({'type': 'integer'}, {'a': 1}, 'body must be an integer, not an object of 1'),
        ({'type': 'integer'}, None, 'body must be an integer, not null'),
        ({"pattern": "a" * 61}, "b", f"body must match {'a' * 60}…, not \"b\""),
        ({"type": "integer"}, "x" * 61, f"body must be an integer, not \"{'x' * 60}…\" (61 characters)"),
        ({"oneOf": [{"type": "integer"}, {"minimum": 1}]}, 5,
         "body fits more than one of the alternatives of which it must fit exactly one: alternative 1"),
        ({"anyOf": [{"type": "integer"}, {"properties": {"a": {"items": {"type": "string"}}}}]}, {"a": [1]},
         "body fits none of 2 alternatives; the nearest: a[0] must be a string, not 1"),
    ],
)  # fmt: skip
def test_each_keyword_has_its_sentence(schema: Any, value: Any, says: str) -> None:
    """With what is asked for and what was sent, shortened."""
    known = of_schemas({}, Asked=schema)
    violation, *_ = known.violations({"$ref": "#/components/schemas/Asked"}, value, place="body")
    said = f"{violation.place} {violation.message}"
    assert (said == says) if "oneOf" not in schema else said.startswith(says)
