"""Values for particular schemas: what is offered goes first, direction, recursion, unions, refusals."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from typing import Any

import pytest

from mockserver.clock import format_instant
from mockserver.contract.schemas.view import SchemaView
from mockserver.generate import Generator, Unsatisfiable, complete, fresh_key, generate
from tests.support import ROOT, START

DOCUMENT: dict[str, Any] = {
    "Node": {"type": "object", "properties": {"name": {"type": "string"}, "next": {"$ref": "Node"}}},
    "Tree": {
        "type": "object",
        "required": ["children", "value"],
        "properties": {"value": {"type": "integer"}, "children": {"type": "array", "items": {"$ref": "Tree"}}},
    },
    "Endless": {"type": "object", "required": ["again"], "properties": {"again": {"$ref": "Endless"}}},
    "Exit": {
        "oneOf": [
            {"type": "object", "required": ["exit"], "properties": {"exit": {"$ref": "Exit"}}},
            {"type": "integer"},
        ]
    },
    "Cat": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, "lives": {"const": 9}}},
    "Pin": {"type": "string", "writeOnly": True},
    "Dog": {"allOf": [{"$ref": "Animal"}, {"type": "object", "properties": {"barks": {"type": "boolean"}}}]},
    "Animal": {
        "type": "object",
        "required": ["kind"],
        "discriminator": {"propertyName": "kind", "mapping": {"hound": "Dog"}},
        "properties": {"kind": {"type": "string"}},
    },
}
for _level in range(12):  # twelve levels of twelve properties each: 12 ** 12 values if all were made
    DOCUMENT[f"Wide{_level}"] = {
        "type": "object",
        "properties": {f"p{place}": {"$ref": f"Wide{_level + 1}"} for place in range(12)},
    }
DOCUMENT["Wide12"] = {"type": "string"}


VIEW = SchemaView(lambda reference: (reference, DOCUMENT[reference]))


def make(schema: Any, seed: int = 1, writing: bool = False) -> Any:
    """A generated value."""
    return generate(schema, view=VIEW, seed=seed, writing=writing)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "example": "Rex"}, "Rex"),
        ({"type": "string", "examples": ["Rex", "Tom"]}, "Rex"),
        ({"type": "integer", "default": 7}, 7),
        ({"type": "string", "example": "Rex", "default": "Tom"}, "Rex"),
        ({"const": {"a": [1]}}, {"a": [1]}),
        ({"enum": ["b", "a"]}, "b"),
        ({"enum": [None, "a"]}, "a"),
        ({"type": "integer", "example": "ten", "default": 10}, 10),
        ({"type": "string", "maxLength": 2, "example": "Rex", "enum": ["Rex", "Bo"]}, "Bo"),
        ({"allOf": [{"type": "string"}, {"example": "Rex"}]}, "Rex"),
        ({"type": "integer", "multipleOf": 5, "examples": [6, 10]}, 10),
        ({"type": "number", "multipleOf": 0.1, "examples": [0.25, 0.3]}, 0.3),
        ({"type": "integer", "minimum": 4, "examples": [3, 4]}, 4),
        ({"type": "integer", "maximum": 4, "examples": [5, 4]}, 4),
        ({"type": "integer", "exclusiveMinimum": 4, "examples": [4, 5]}, 5),
        ({"type": "integer", "exclusiveMaximum": 4, "examples": [4, 3]}, 3),
        ({"type": "string", "minLength": 2, "examples": ["a", "bc"]}, "bc"),
        ({"type": "string", "maxLength": 2, "examples": ["abc", "bc"]}, "bc"),
        ({"type": "string", "pattern": "^b", "examples": ["abc", "bc"]}, "bc"),
        ({"type": "array", "minItems": 2, "examples": [[1], [1, 2]]}, [1, 2]),
        ({"type": "array", "maxItems": 1, "examples": [[1, 2], [1]]}, [1]),
        ({"type": "array", "uniqueItems": True, "examples": [[1, 1.0], [1, 2]]}, [1, 2]),
        ({"type": "array", "contains": {"const": 2}, "examples": [[1], [1, 2]]}, [1, 2]),
        ({"type": "array", "prefixItems": [{"const": 1}], "examples": [[2], [1, 2]]}, [1, 2]),
        ({"type": "array", "items": {"type": "string"}, "examples": [[1], ["a"]]}, ["a"]),
        ({"type": "object", "minProperties": 2, "examples": [{"a": 1}, {"a": 1, "b": 2}]}, {"a": 1, "b": 2}),
        ({"type": "object", "maxProperties": 1, "examples": [{"a": 1, "b": 2}, {"a": 1}]}, {"a": 1}),
        ({"type": "object", "propertyNames": {"maxLength": 1}, "examples": [{"ab": 1}, {"a": 1}]}, {"a": 1}),
        ({"type": "object", "additionalProperties": {"const": 2}, "examples": [{"a": 1}, {"a": 2}]}, {"a": 2}),
        ({"type": "object", "patternProperties": {"^a": {"const": 2}}, "examples": [{"a": 1}, {"a": 2}]}, {"a": 2}),
        ({"type": "object", "dependentRequired": {"a": ["b"]}, "examples": [{"a": 1}, {"b": 1}]}, {"b": 1}),
        ({"not": {"const": 1}, "examples": [1, 2]}, 2),
        ({"anyOf": [{"const": 1}, {"const": 2}], "examples": [3, 2]}, 2),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}], "examples": [1, 1.5]}, 1.5),
        ({"if": {"const": 1}, "then": False, "examples": [1, 2]}, 2),
        ({"if": {"const": 1}, "else": False, "examples": [2, 1]}, 1),
        ({"oneOf": [{"const": 5}], "type": "integer"}, 5),
        ({"type": "object", "example": {"a": 1}, "required": ["a"]}, {"a": 1}),
        ({"type": "null"}, None),
        ({"type": ["null", "boolean"], "enum": [None]}, None),
        ({"type": "integer", "minimum": 3, "maximum": 3}, 3),
        ({"type": "integer", "minimum": 2, "exclusiveMinimum": True, "maximum": 3}, 3),
        ({"type": "integer", "exclusiveMinimum": 2, "exclusiveMaximum": 4}, 3),
        ({"type": "number", "multipleOf": 0.1, "minimum": 0.25, "maximum": 0.35}, 0.3),
        ({"type": "integer", "multipleOf": 10, "exclusiveMinimum": -10, "exclusiveMaximum": 10}, 0),
        ({"type": "string", "minLength": 0, "maxLength": 0}, ""),
        ({"type": "array", "maxItems": 0, "items": {"type": "string"}}, []),
        ({"type": "array", "uniqueItems": True, "minItems": 2, "items": {"type": "boolean", "enum": [True, False]}},
         [True, False]),
    ],
)  # fmt: skip
def test_what_the_schema_settles_is_taken(schema: Any, value: Any) -> None:
    """A valid example, default, const or enum value is used, an invalid one is not; a single choice is used."""
    generated = make(schema)
    assert generated == value or sorted(map(str, generated)) == sorted(map(str, value))


def test_nothing_writable_only_is_answered_and_nothing_readable_only_is_sent() -> None:
    """`writeOnly` members never stand in answers, `readOnly` ones never in requests, required or not."""
    schema = {
        "type": "object",
        "required": ["id", "password"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "name": {"type": "string"},
            "password": {"type": "string", "writeOnly": True},
        },
    }
    assert make(schema).keys() == {"id", "name"}
    assert make(schema, writing=True).keys() == {"name", "password"}


@pytest.mark.parametrize("pin", [{"$ref": "Pin"}, {"allOf": [{"$ref": "Pin"}]}, {"allOf": [{"writeOnly": True}]}])
def test_a_mark_holds_through_references(pin: Any) -> None:
    """What a referenced schema says of its direction holds where it is referenced."""
    schema = {"type": "object", "required": ["pin", "name"], "properties": {"pin": pin, "name": {"type": "string"}}}
    assert make(schema).keys() == {"name"}
    assert make(schema, writing=True).keys() == {"pin", "name"}


def test_an_example_with_a_secret_is_not_answered() -> None:
    """An example that shows a `writeOnly` member is passed over for an answer, and used for a request."""
    secret = {"name": "Rex", "pin": "1234"}
    properties = {"name": {"type": "string"}, "pin": {"type": "string", "writeOnly": True}}
    schema = {"type": "object", "properties": properties, "example": secret}
    assert "pin" not in make(schema)
    assert make(schema, writing=True) == secret


@pytest.mark.parametrize("name", ["Node", "Tree", "Exit"])
def test_recursion_ends(name: str) -> None:
    """A schema that contains itself makes a small value."""
    assert len(json.dumps(make({"$ref": name}))) < 500


def test_an_optional_member_of_the_same_kind_is_left_out() -> None:
    """A value is not made inside a value of its own kind unless it must be."""
    assert make({"$ref": "Node"}).keys() == {"name"}


def test_recursion_without_an_end_is_refused_with_its_place() -> None:
    """A schema that requires itself admits no value; an optional member of that kind is left out."""
    with pytest.raises(Unsatisfiable) as refused:
        make({"$ref": "Endless"})
    assert "/again" in refused.value.place
    optional = {"type": "object", "properties": {"a": {"$ref": "Endless"}, "b": {"const": 1}}}
    assert make(optional) == {"b": 1}


def test_a_document_of_many_levels_stays_small_and_quick() -> None:
    """Twelve levels of twelve members are not multiplied out."""
    started = time.process_time()
    text = json.dumps(make({"$ref": "Wide0"}))
    assert len(text) < 50_000
    assert time.process_time() - started < 2


def test_a_discriminator_says_which_alternative_was_taken() -> None:
    """The property is the schema's name, or its key in the mapping."""
    union = {"oneOf": [{"$ref": "Cat"}], "discriminator": {"propertyName": "kind"}}
    assert make(union)["kind"] == "Cat"
    mapped = {"oneOf": [{"$ref": "Cat"}], "discriminator": {"propertyName": "kind", "mapping": {"tom": "Cat"}}}
    assert make(mapped)["kind"] == "tom"
    assert make({"$ref": "Dog"})["kind"] == "hound"


@pytest.mark.parametrize(
    ("discriminator", "kind"),
    [
        ({"propertyName": "kind"}, "Child"),
        ({"propertyName": "kind", "mapping": {"kid": "Child"}}, "kid"),
        ({"propertyName": "kind", "mapping": {"other": "Parent"}}, "other"),
    ],
)
def test_a_discriminator_of_a_parent_names_the_child(discriminator: Any, kind: str) -> None:
    """The name of the child or its key in the mapping; else one that the mapping knows."""
    parent = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}
    schemas = {"Parent": {**parent, "discriminator": discriminator}, "Child": {"allOf": [{"$ref": "Parent"}]}}
    view = SchemaView(lambda reference: (reference, schemas[reference]))
    assert generate({"$ref": "Child"}, view=view, seed=1)["kind"] == kind


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        ({"minProperties": 3, "propertyNames": {"pattern": "^k[0-9]$"}}, r"k\d"),
        ({"minProperties": 2, "propertyNames": {"enum": ["a", "b"]}}, "[ab]"),
        ({"minProperties": 3, "propertyNames": {"maxLength": 3}}, ".{1,3}"),
        ({"minProperties": 2, "patternProperties": {"^x-[a-z]$": {"type": "integer"}}}, "x-[a-z]|[a-z]+"),
        ({"minProperties": 4, "additionalProperties": {"type": "integer"}}, ".+"),
    ],
)
def test_members_without_names_get_names_that_are_allowed(schema: Any, names: str) -> None:
    """As many as the schema asks for, each of a name that it admits."""
    for seed in range(5):
        made = make({"type": "object", **schema}, seed)
        assert len(made) >= schema["minProperties"]
        assert all(re.fullmatch(names, name) for name in made), made


def test_members_bring_along_what_depends_on_them() -> None:
    """What one member requires is made too, and what that requires in turn."""
    schema = {
        "type": "object",
        "required": ["a"],
        "properties": {name: {"enum": [name]} for name in "abcd"},
        "dependentRequired": {"a": ["b"], "b": ["c"]},
    }
    made = generate(schema, view=VIEW, seed=1, sparse=True)
    assert made == {"a": "a", "b": "b", "c": "c"}


def test_overlapping_alternatives_are_told_apart() -> None:
    """Of a `oneOf` of objects that share values, exactly one fits what is made."""
    first = {"type": "object", "properties": {"a": {"type": "string"}}}
    second = {"type": "object", "properties": {"b": {"type": "integer"}}}
    generated = make({"oneOf": [first, second]})
    assert sum(Generator(VIEW).fits(one, generated) for one in (first, second)) == 1


@pytest.mark.parametrize("listed", [False, True])
def test_alternatives_that_only_an_inner_member_tells_apart(listed: bool) -> None:
    """What is made of the first holds within it what the second does not admit."""
    whole, text = {"x": {"type": "integer"}}, {"name": {"type": "string"}}
    objects: Any = [{"type": "object", "required": ["x"], "properties": {**whole, **more}} for more in ({}, text)]
    inner = [{"type": "array", "minItems": 1, "items": one} for one in objects] if listed else objects
    first, second = ({"type": "object", "required": ["in"], "properties": {"in": one}} for one in inner)
    generated = make({"oneOf": [first, second]})
    assert [Generator(VIEW).fits(one, generated) for one in (first, second)] == [True, False]


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        (False, "/"),
        ({"type": "integer", "minimum": 5, "maximum": 4}, "/"),
        ({"type": "string", "minLength": 5, "maxLength": 4}, "/"),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "/"),
        ({"type": "object", "required": ["a/b"], "properties": {"a/b": {"enum": [1], "minimum": 2}}}, "/a~1b"),
        ({"type": "array", "minItems": 3, "uniqueItems": True, "items": {"enum": [1, 2]}}, "/2"),
        ({"type": "object", "required": ["a"], "additionalProperties": False}, "/a"),
    ],
)
def test_a_contradiction_is_refused_with_its_place(schema: Any, place: str) -> None:
    """The error points at the value that cannot be made."""
    with pytest.raises(Unsatisfiable) as refused:
        make(schema)
    assert refused.value.place == place


def test_a_number_that_cannot_be_made_is_described() -> None:
    """By its bounds and its steps."""
    with pytest.raises(Unsatisfiable, match=r"between 1 and 5 that is a multiple of 7 and 11"):
        make({"type": "integer", "minimum": 1, "maximum": 5, "allOf": [{"multipleOf": 7}, {"multipleOf": 11}]})


def test_names_of_properties_give_plain_words() -> None:
    """A text without format or pattern suits the name of its property."""
    generated = make(
        {"type": "object", "properties": {name: {"type": "string"} for name in ("email", "homeCity", "webUrl")}}
    )
    assert generated["email"].endswith("@example.com")
    assert generated["homeCity"].istitle()
    assert generated["webUrl"].startswith("https://")


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    """Neither the order of hashes nor the time has a part in it."""
    schema = {"type": "object", "properties": {name: {"type": ["integer", "string"]} for name in "zyxw"},
              "additionalProperties": {"type": "string", "format": "uuid"}, "minProperties": 7}  # fmt: skip
    code = (
        "import json, sys; from mockserver.generate import generate;"
        "from mockserver.contract.schemas.view import SchemaView;"
        "print(json.dumps(generate(json.loads(sys.argv[1]), view=SchemaView(lambda name: (name, True)), seed='s')))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, json.dumps(schema)],
            cwd=ROOT, env={"PYTHONHASHSEED": hashing}, capture_output=True, text=True, check=True,
        ).stdout
        for hashing in ("1", "2")
    }  # fmt: skip
    assert len(outputs) == 1
    assert json.loads(outputs.pop()) == generate(schema, view=VIEW, seed="s")


RECORD = {
    "type": "object",
    "required": ["id", "name", "size"],
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "size": {"type": "integer", "minimum": 1},
        "status": {"type": "string", "default": "new"},
        "etag": {"type": "string", "readOnly": True},
        "note": {"type": "string"},
        "createdAt": {"type": "string", "format": "date-time"},
        "dueAt": {"type": "string", "format": "date-time"},
    },
}


def test_a_record_is_completed_around_what_is_given() -> None:
    """What is given stays, what is required, readOnly or has a default is added, the rest is not; times are now."""
    record = complete(RECORD, {"name": "Rex", "private": 1}, view=VIEW, seed=1, now=START)
    assert record.keys() == {"name", "private", "size", "status", "etag", "createdAt"}
    assert (record["name"], record["private"], record["status"]) == ("Rex", 1, "new")
    assert record["createdAt"] == format_instant(START)


@pytest.mark.parametrize("default", [None, [], {}, "", 0, False])
def test_an_empty_default_is_a_value(default: Any) -> None:
    """What an author declares as default is no absence, whatever it is; one that the schema refuses counts for none."""
    schema = {"type": "object", "properties": {"a": {"default": default}, "updatedAt": {"default": default}}}
    record = complete(schema, {}, view=VIEW, seed=1, now=START)
    assert record["a"] == default
    assert type(record["a"]) is type(default)
    assert default is not None or record["updatedAt"] is None
    assert generate({"type": "integer", "minimum": 1, "default": default}, view=VIEW, seed=1) >= 1


def test_a_record_is_completed_by_the_alternative_that_is_given() -> None:
    """Of several forms, the one is completed that what was given fits."""
    forms = [
        {
            "type": "object",
            "required": [kind, "kind"],
            "properties": {"kind": {"const": kind}, kind: {"type": "integer"}},
        }
        for kind in ("circle", "square")
    ]
    record = complete({"oneOf": forms}, {"kind": "square"}, view=VIEW, seed=1)
    assert record.keys() == {"kind", "square"}


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ({"type": "string"}, r"[0-9a-f]{8}-.*"),
        ({"type": "string", "format": "uuid"}, r"[0-9a-f]{8}-.*"),
        ({"type": "string", "maxLength": 10}, r"[0-9a-f]{8}"),
        ({"type": "string", "pattern": "^pet_[0-9]{6}$"}, r"pet_[0-9]{6}"),
        ({"type": "string", "format": "email"}, r"[a-z]+\.[a-z]+@example.com"),
    ],
)
def test_new_text_keys_are_of_the_form_that_the_schema_asks_for(schema: Any, pattern: str) -> None:
    """A hundred keys in a row differ, and each is of the declared form."""
    record, taken = {"type": "object", "properties": {"id": schema}}, set()
    for step in range(100):
        key = fresh_key(record, "id", view=VIEW, seed=step, taken=taken.__contains__)
        assert re.fullmatch(pattern, key)
        taken.add(key)
    assert len(taken) == 100


def test_new_integer_keys_count_on() -> None:
    """The next free number that the schema allows, from `first` on."""
    record = {"type": "object", "properties": {"id": {"type": "integer", "multipleOf": 5}}}
    assert fresh_key(record, "id", view=VIEW, seed=1, taken={5, 10}.__contains__) == 15
    assert fresh_key(record, "id", view=VIEW, seed=1, taken=set().__contains__, first=21) == 25


def test_a_key_that_cannot_be_new_is_refused() -> None:
    """When every value of an enum is taken, there is no further key."""
    record = {"type": "object", "properties": {"id": {"type": "string", "enum": ["a", "b"]}}}
    with pytest.raises(Unsatisfiable):
        fresh_key(record, "id", view=VIEW, seed=1, taken={"a", "b"}.__contains__)


def test_a_new_state_that_contains_itself_ends() -> None:
    """A record of a certificate whose issuer is a certificate: the fields of the first one are filled."""
    certificate = {"type": "object", "properties": {"subject": {"type": "string"}, "issuer": {"$ref": "#/certificate"}}}
    chained = {"type": "object", "properties": {"one": {"allOf": [{"$ref": "#/chained"}, {"description": "x"}]}}}
    schemas = {"#/certificate": certificate, "#/chained": chained}
    view = SchemaView(lambda reference: (reference, schemas[reference]))
    parts = {"certificate": {"$ref": "#/certificate"}, "chained": {"$ref": "#/chained"}}
    record = complete({"type": "object", "properties": parts}, {}, view=view, seed=1, now=START, fills=parts)
    assert record["certificate"]["subject"]
    assert record.keys() == parts.keys()
