"""Conversion of OpenAPI schemas: what 3.0 adds, what depends on the direction, what documents get wrong."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.generate import generate

NULLABLE = {"type": "string", "nullable": True}
USER = {
    "type": "object",
    "required": ["id", "name", "password"],
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "name": {"type": "string"},
        "password": {"type": "string", "writeOnly": True},
    },
}
PET = {
    "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
    "discriminator": {"propertyName": "kind", "mapping": {"woof": "#/components/schemas/Dog", "bow": "Dog"}},
}
COMPONENTS = {
    "Cat": {"type": "object", "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}},
    "Dog": {"type": "object", "required": ["bark"], "properties": {"kind": {"type": "string"}, "lives": False}},
    "Pet": PET,
    "User": USER,
    "Tree": {
        "type": "object",
        "properties": {"leaves": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
        "additionalProperties": False,
    },
    "Loop": {"allOf": [{"$ref": "#/components/schemas/Loop2"}]},
    "Loop2": {"allOf": [{"$ref": "#/components/schemas/Loop"}], "type": "object"},
    "Secret": {"type": "string", "writeOnly": True},
}


def problems(load: Any, schema: Any, value: Any, version: str = "3.1.0", *, writing: bool = False) -> list[str]:
    """The violations of a value, each as place and message."""
    contract = load(None, version, components={"schemas": COMPONENTS | {"It": schema}})
    it = contract.document.root["components"]["schemas"]["It"]
    violations = contract.violations(it, value, place="body", writing=writing)
    return [f"{violation.place} {violation.message}" for violation in violations]


@pytest.mark.parametrize(
    ("version", "schema", "value", "fits"),
    [
        ("3.0.3", NULLABLE, None, True),
        ("3.0.3", NULLABLE, 5, False),
        ("3.1.0", NULLABLE, None, False),
        ("3.0.3", {"nullable": True, "allOf": [{"type": "string"}]}, None, True),
        ("3.0.3", {"type": "string", "enum": ["a"], "nullable": True}, None, False),
        ("3.0.3", {"type": "number", "minimum": 5, "exclusiveMinimum": True}, 5, False),
        ("3.0.3", {"type": "number", "minimum": 5, "exclusiveMinimum": False}, 5, True),
        ("3.0.3", {"type": "number", "maximum": 5, "exclusiveMaximum": True}, 5, False),
        ("3.1.0", {"type": "number", "exclusiveMinimum": 5}, 5, False),
        ("3.0.3", {"$ref": "#/components/schemas/Cat", "maxProperties": 0}, {"kind": "x"}, True),
        ("3.1.0", {"$ref": "#/components/schemas/Cat", "maxProperties": 0}, {"kind": "x"}, False),
        ("3.1.0", {"const": 5}, 6, False),
        ("3.1.0", {"type": ["string", "null"]}, None, True),
        ("3.1.0", {"prefixItems": [{"type": "string"}], "items": False}, ["a", "b"], False),
        ("3.1.0", {"if": {"type": "string"}, "then": {"minLength": 2}}, "a", False),
        ("3.1.0", {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False}, {"b": 1}, False),
        ("3.1.0", {"dependentRequired": {"a": ["b"]}}, {"a": 1}, False),
        ("3.1.0", True, {"any": "thing"}, True),
        ("3.1.0", False, 5, False),
        ("3.1.0", {"type": "integer"}, 5.0, True),
        ("3.1.0", {"type": "integer", "format": "int32"}, 2**31, False),
        ("3.1.0", {"type": "integer", "format": "int32", "minimum": 1}, 0, False),
        ("3.1.0", {"type": "integer", "format": "int64"}, 2**63, False),
        ("3.1.0", {"multipleOf": 0.01}, 19.99, True),
        ("3.1.0", {"type": "string", "format": "date-time"}, "2019-08-24T14:15:22Z", True),
        ("3.1.0", {"type": "string", "format": "date-time"}, "2019-08-24 14:15:22", False),
        ("3.1.0", {"type": "string", "format": "date"}, "2019-02-30", False),
        ("3.1.0", {"type": "string", "format": "email"}, "a@", False),
        ("3.1.0", {"type": "string", "format": "ipv4"}, "1.2.3.256", False),
        ("3.1.0", {"type": "string", "format": "uri"}, "/a", False),
        ("3.1.0", {"type": "string", "format": "byte"}, "aGk=", True),
        ("3.1.0", {"type": "string", "format": "made-up"}, "x", True),
        ("3.1.0", {"pattern": r"^\d+$"}, "٣", False),
        ("3.1.0", {"pattern": r"^[\w-.]+$"}, "a-b.c", True),
        ("3.1.0", {"pattern": r"^a\Z"}, "ab", False),
        ("3.1.0", {"pattern": "(?<=a)b(?!c)"}, "abd", True),
        ("3.1.0", {"$ref": "#/components/schemas/Tree"}, {"leaves": [{"leaves": []}]}, True),
        ("3.1.0", {"$ref": "#/components/schemas/Tree"}, {"leaves": [{"leaf": []}]}, False),
        ("3.1.0", {"$ref": "#/components/schemas/Loop"}, {}, True),
    ],
)
def test_schemas_judge(load: Any, version: str, schema: Any, value: Any, fits: bool) -> None:
    """What fits and what does not, by version."""
    assert (problems(load, schema, value, version) == []) is fits


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize(
    ("writing", "value", "expected"),
    [
        (True, {"name": "x", "password": "y"}, []),
        (True, {"id": "1", "name": "x", "password": "y"}, []),
        (True, {"id": "1", "name": "x"}, ["body.password is required"]),
        (False, {"id": "1", "name": "x"}, []),
        (False, {"name": "x"}, ["body.id is required"]),
        (False, {"id": "1", "name": "x", "password": "y"}, ["body.password must not be here"]),
    ],
)
@pytest.mark.parametrize(
    "schema",
    [
        USER,
        {"$ref": "#/components/schemas/User"},
        {"allOf": [{"$ref": "#/components/schemas/User"}, {"type": "object"}]},
        {"allOf": [{"properties": USER["properties"]}, {"required": USER["required"]}]},
        {"required": USER["required"], "allOf": [{"properties": USER["properties"]}]},
    ],
    ids=["inline", "reference", "allOf", "apart", "outer"],
)
def test_direction_matters(load: Any, version: str, writing: bool, value: Any, expected: Any, schema: Any) -> None:
    """`readOnly` need not be sent, `writeOnly` must not be answered, wherever `required` stands."""
    assert problems(load, schema, value, version, writing=writing) == expected


def test_a_reference_may_lead_to_what_is_write_only(load: Any) -> None:
    """The mark counts where the property's schema has it."""
    schema = {"type": "object", "properties": {"s": {"$ref": "#/components/schemas/Secret"}}}
    assert problems(load, schema, {"s": "x"}) == ["body.s must not be here"]
    assert problems(load, schema, {"s": "x"}, writing=True) == []


OVERLAP = (
    "body fits more than one of the alternatives of which it must fit exactly one: {}. To mend the contract, give each "
    "alternative {}, or write anyOf"
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"kind": "Cat", "lives": 9}, []),
        ({"kind": "Dog"}, []),
        ({"kind": "Cow"}, []),
        ({}, []),
        (
            {"kind": "Dog", "bark": 1},
            [OVERLAP.format("Cat and Dog", "its own const for 'kind', as its discriminator decides nothing")],
        ),
        ({"kind": "Dog", "lives": "9"}, ["body.bark is required", "body.lives must not be here"]),
        ({"kind": "woof", "lives": "9"}, ["body.bark is required", "body.lives must not be here"]),
        ({"kind": "Cat", "lives": "9"}, ['body.lives must be an integer, not "9"']),
        ({"kind": 5}, ["body fits none of 2 alternatives; the nearest: kind must be a string, not 5"]),
    ],
)
def test_a_discriminator_chooses_the_message_alone(load: Any, value: Any, expected: list[str]) -> None:
    """The verdict is that of `oneOf`; the violations are those of the schema that the value names."""
    assert problems(load, {"$ref": "#/components/schemas/Pet"}, value) == expected


@pytest.mark.parametrize(
    ("members", "value", "expected"),
    [
        ({"A": {"enum": ["ask"]}, "B": {"const": "tell"}}, {"kind": "tell", "n": 1}, []),
        ({"A": {"enum": ["ask", "beg"]}, "B": {"const": "tell"}}, {"kind": "beg"}, []),
        (
            {"A": {"enum": ["ask"]}, "B": {"const": "tell"}},
            {"kind": "A"},
            ['body fits none of 2 alternatives; the nearest: kind must be one of "ask"'],
        ),
        ({"A": {"enum": ["ask", "A"]}, "B": {"const": "tell"}}, {"kind": "ask"}, []),
        ({"A": {"enum": ["ask"]}, "B": {"type": "string"}}, {"kind": "ask"}, []),
        ({"A": {"enum": ["ask"]}, "B": {"enum": ["ask"]}}, {"kind": "ask", "n": 1}, []),
    ],
)
def test_alternatives_that_no_name_could_pick_are_named_by_their_values(
    load: Any, members: dict[str, Any], value: Any, expected: list[str]
) -> None:
    """Without a mapping, where every alternative declares values of the property other than its name."""
    schemas = {
        name: {"type": "object", "required": ["kind", *(["n"] if name == "B" else [])], "properties": {"kind": kind}}
        for name, kind in members.items()
    }
    schemas["A"]["properties"]["n"] = False
    options = [{"$ref": f"#/components/schemas/{name}"} for name in schemas]
    contract = load(
        components={"schemas": {**schemas, "It": {"oneOf": options, "discriminator": {"propertyName": "kind"}}}}
    )
    it = contract.document.root["components"]["schemas"]["It"]
    found = [f"{one.place} {one.message}" for one in contract.violations(it, value, place="body")]
    assert [one.partition(", not")[0] for one in found] == expected


def test_inline_alternatives_are_tried_one_by_one(load: Any) -> None:
    """An inline schema has no name for a discriminator to pick it by."""
    schema = {"oneOf": [{"type": "object", "required": ["a"]}, {"type": "object", "required": ["b"]}]}
    schema["discriminator"] = {"propertyName": "kind"}  # type: ignore[assignment]
    assert problems(load, schema, {"a": 1}) == []
    assert len(problems(load, schema, {})) == 1


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "text"},
        {"minimum": "0"},
        {"required": True},
        {"pattern": "["},
        {"pattern": 5},
        {"maxLength": -1},
        {"maxLength": 1.5},
        {"multipleOf": 0},
        {"format": 5},
        {"uniqueItems": "yes"},
        {"items": [{"type": "string"}, {"type": "string"}]},
        {"properties": {"a": 5}},
        {"additionalProperties": "no"},
        {"type": []},
    ],
)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_a_keyword_that_cannot_be_read_judges_nothing(load: Any, version: str, schema: Any) -> None:
    """The rest of the schema still does; a note says so."""
    contract = load(None, version, components={"schemas": {"It": schema | {"maximum": 3}}})
    it = contract.document.root["components"]["schemas"]["It"]
    assert contract.violations(it, [1.5], place="body") == ()
    assert len(contract.violations(it, 4, place="body")) == 1
    assert contract.notes


def test_names_of_properties_are_no_keywords(load: Any) -> None:
    """A property may be called like a keyword."""
    names = ["example", "default", "enum", "properties", "$ref", "type", "required"]
    schema = {"type": "object", "properties": {name: {"type": "integer"} for name in names}}
    for name in names:
        assert problems(load, schema, {name: 1}) == []
        assert problems(load, schema, {name: "x"}) == [f'body.{name} must be an integer, not "x"']


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"additionalProperties": False}, {"a": 1, "b": 2}, ["a", "b"]),
        ({"items": {"required": ["id"]}}, [{"id": 1}, {}], ["[1].id"]),
        ({"properties": {"200": {"type": "string"}}}, {"200": 5}, [".200"]),
        ({"propertyNames": {"maxLength": 1}}, {"ab": 5}, [""]),
    ],
)
def test_places_are_read_by_people(load: Any, schema: Any, value: Any, expected: list[str]) -> None:
    """`body.items[1].id`: names after dots, positions in brackets."""
    places = [problem.split(" ")[0].removeprefix("body") for problem in problems(load, schema, value)]
    assert places == [f".{name}" if name and name[0] not in "[." else name for name in expected]


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"const": "a"}, "b", 'must be "a", not "b"'),
        ({"minItems": 2}, [1], "must have at least 2 items, not 1"),
        ({"maxProperties": 1}, {"a": 1, "b": 2}, "must have at most 1 property, not 2"),
        ({"uniqueItems": True}, [1, 1], "must hold no item twice"),
        ({"not": {"type": "string"}}, "a", "is of a kind that the contract rules out"),
        ({"exclusiveMaximum": 5}, 5, "must be less than 5, not 5"),
        ({"multipleOf": 2}, 3, "must be a multiple of 2, not 3"),
        ({"contains": {"type": "string"}}, [1], "holds no item of the kind that it must contain"),
        ({"type": "integer"}, "x" * 100, f'must be an integer, not "{"x" * 60}…" (100 characters)'),
        ({"type": "integer"}, {"a": 1}, "must be an integer, not an object of 1"),
        (
            {"oneOf": [{"type": "integer"}, {"type": "string"}, {"minimum": 2}]},
            5,
            OVERLAP.format("alternative 1 and alternative 3", "what the others refuse").removeprefix("body "),
        ),
        (
            {"anyOf": [{"type": "integer"}, {"properties": {"a": {"type": "integer"}}, "type": "object"}]},
            {"a": "x"},
            'fits none of 2 alternatives; the nearest: a must be an integer, not "x"',
        ),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"c": 1}, "needs one of a, b"),
        (
            {"oneOf": [{"type": "integer"}, {"type": "object", "required": ["name"]}]},
            {"nam": 1},
            "fits none of 2 alternatives; the nearest: must be an integer, not an object of 1",
        ),
        (
            {"oneOf": [{"properties": {"in": {"required": ["name"]}}}, {"type": "integer"}]},
            {"in": {"nam": 1}},
            "fits none of 2 alternatives; the nearest: in.name is required; you sent in.nam",
        ),
    ],
)
def test_messages_are_sentences(load: Any, schema: Any, value: Any, message: str) -> None:
    """What it must be, and what it is, shortened."""
    (problem,) = problems(load, schema, value)
    assert problem.startswith(f"body {message}")


def test_violations_point_into_the_document(load: Any) -> None:
    """Through references, to the keyword that refuses."""
    contract = load(None, components={"schemas": COMPONENTS | {"It": {"items": {"$ref": "#/components/schemas/Tree"}}}})
    schema = contract.document.root["components"]["schemas"]["It"]
    (violation,) = contract.violations(schema, [{"leaves": 5}], place="body")
    assert violation.pointer == "/components/schemas/Tree/properties/leaves/type"


@pytest.mark.parametrize("version", ["3.1.0", "3.2.0"])
@pytest.mark.parametrize("filler", [0, 70_000])
@pytest.mark.parametrize(
    ("beside", "good", "bad"),
    [
        ({"not": {"required": ["zz"]}}, {"id": 1}, {"zz": 1}),
        ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"a": 1}, {"a": 1, "b": 1}),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"b": 1}, {"id": 1}),
        ({"contains": {"type": "integer"}}, {"id": 1}, ["x"]),
        ({"unevaluatedProperties": {"type": "string"}}, {"id": 1, "s": "x"}, {"s": 1}),
        ({"dependentSchemas": {"a": {"required": ["b"]}}}, {"a": 1, "b": 1}, {"a": 1}),
    ],
)
def test_assertions_beside_a_reference_hold(
    load: Any, version: str, filler: int, beside: Any, good: Any, bad: Any
) -> None:
    """At the root of a body as anywhere, whatever its size is."""
    schema = {"$ref": "#/components/schemas/Base", **beside}
    contract = load(None, version, components={"schemas": {"Base": {"properties": {"id": {"type": "integer"}}}}})
    padding = {"pad": "x" * filler} if filler and isinstance(bad, dict) else {}
    for wrap, inner in ((lambda value: value, schema), (lambda value: {"p": value}, {"properties": {"p": schema}})):
        assert contract.violations(inner, wrap({**good, **padding}), place="body") == ()
        wrong = {**bad, **padding} if isinstance(bad, dict) else bad
        assert contract.violations(inner, wrap(wrong), place="body") != ()


@pytest.mark.parametrize(("version", "violations"), [("3.0.3", 0), ("3.1.0", 1), ("3.2.0", 1)])
def test_an_empty_enum_fits_nothing(load: Any, version: str, violations: int) -> None:
    """Since 3.1; in 3.0 it is no keyword's value, so it is ignored with a note."""
    contract = load(None, version)
    assert len(contract.violations({"enum": []}, 1, place="body")) == violations
    assert ("enum: [] cannot be read and is ignored" in contract.notes) is (violations == 0)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"04": {"n": "x"}}, "body.04.n"),
        ({"4": {"n": "x"}}, "body.4.n"),
        ({"+4": {"n": "x"}}, "body.+4.n"),
        ({"0" * 40 + "4": {"n": "x"}}, f"body.{'0' * 40}4.n"),
        ({"-4": {"n": "x"}}, "body.-4.n"),
        ({"": {"n": "x"}}, "body..n"),
        ({"a": {"": "x"}}, "body.a."),
        ({"a": {"": 1, "list": [{"": "x"}]}}, "body.a.list[0]."),
        ({"a": {"list": [{"": 1}, {"": 1}, {"007": {"": "x"}}]}}, "body.a.list[2].007."),
    ],
)
def test_every_name_of_a_member_is_a_name(load: Any, value: Any, place: str) -> None:
    """Numbers with leading zeros, and the empty name, at every depth."""
    number = {"type": "integer"}
    inner = {"additionalProperties": {"properties": {"": number}}, "properties": {"": number}}
    member = {"properties": {"n": number, "": number, "list": {"items": inner}}}
    (violation,) = load(None).violations({"additionalProperties": member}, value, place="body")
    assert violation.place == place


@pytest.mark.parametrize(
    ("other", "is_alike"),
    [
        ({"properties": {"code": {"type": "string", "default": "EMPTY"}}, "title": "empty"}, True),
        ({"$ref": "#/components/schemas/Fault"}, True),
        ({"properties": {"code": {"type": "string", "maxLength": 5}}}, False),
        ({"properties": {"title": {"type": "string"}}}, False),
    ],
)
def test_alternatives_that_accept_the_same_are_one(load: Any, other: Any, is_alike: bool) -> None:
    """Of which nothing would fit just one; what nobody checks tells no two apart."""
    fault = {"properties": {"code": {"type": "string"}}}
    schema = {"oneOf": [fault, other, {"type": "integer"}]}
    contract = load(None, "3.1.0", components={"schemas": {"Fault": fault, "It": schema}})
    it = contract.document.root["components"]["schemas"]["It"]
    assert (not contract.violations(it, {"code": "abc"}, place="body")) is is_alike
    if is_alike:
        made = generate({**it, "type": "object"}, view=contract.view, seed="1")
        assert not contract.violations(it, made, place="body")


def test_a_list_of_one_for_the_items_is_that_one(load: Any) -> None:
    """As drafts before 2020-12 write it; of a longer one nothing is read."""
    text = {"type": "string"}
    assert problems(load, {"type": "array", "items": [text]}, ["a", 5]) == ["body[1] must be a string, not 5"]
    assert problems(load, {"type": "array", "items": [text, text]}, ["a", 5]) == []


def test_an_enumeration_of_names_beside_the_type_of_numbers_is_meant(load: Any) -> None:
    """As servers write out their enumerations, of which no value would fit both."""
    schema = {"type": "integer", "format": "int32", "enum": ["Unknown", "Busy"]}
    assert [bool(problems(load, schema, value)) for value in ("Busy", "Other", 1)] == [False, True, True]
    assert generate(schema, view=load(None, "3.1.0").view, seed="1") in schema["enum"]
    assert problems(load, {"type": ["integer", "null"], "enum": ["a", None]}, "a") != []


def test_closing_a_reference_to_what_requires_properties_is_not_meant(load: Any) -> None:
    """It would forbid them all, so that nothing fits; where the reference requires none, an empty object does."""
    base = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
    contract = load(None, "3.1.0", components={"schemas": {"Base": base, "Open": {**base, "required": []}}})
    closed = {"$ref": "#/components/schemas/Base", "additionalProperties": False}
    verdicts = [bool(contract.violations(closed, value, place="body")) for value in ({"id": 1}, {"id": "a"}, {})]
    assert verdicts == [False, True, True]
    assert generate(closed, view=contract.view, seed="1").keys() == {"id"}
    strict = {"$ref": "#/components/schemas/Open", "additionalProperties": False}
    assert [bool(contract.violations(strict, value, place="body")) for value in ({}, {"id": 1})] == [False, True]
    named = {**closed, "properties": {"id": True}}
    assert [bool(contract.violations(named, value, place="body")) for value in ({"id": 1}, {"id": 1, "a": 1})] == [
        False,
        True,
    ]
