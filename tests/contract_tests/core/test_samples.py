"""Plain valid inputs from schemas."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from contract_tests.core.contract import Contract
from contract_tests.core.document import Place, bundled
from contract_tests.core.samples import Samples, drawn
from contract_tests.core.schemas import described_values, fits
from tests.contract_tests.conftest import ContractOf

TO_TREE = {"$ref": "#/components/schemas/Tree"}
SCHEMAS: list[Any] = [
    {"type": "string"},
    {"type": "string", "minLength": 12, "maxLength": 13},
    {"type": "string", "maxLength": 1},
    {"type": "string", "pattern": "^[a-f]{3}-[0-9]+$"},
    *({"type": "string", "format": name} for name in ("date-time", "date", "uuid", "email", "uri", "ipv4", "hostname")),
    {"type": "integer", "minimum": 5, "maximum": 6},
    {"type": "integer", "maximum": -3},
    {"type": "integer", "exclusiveMinimum": 7, "multipleOf": 5},
    {"type": "number", "minimum": 0.5},
    {"type": "number", "minimum": 0.25, "maximum": 0.75},
    {"type": ["string", "null"]},
    {"enum": ["a", 1, None]},
    {"const": "x"},
    {"type": "boolean"},
    {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 3, "uniqueItems": True},
    {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": TO_TREE}},
    {"allOf": [{"required": ["a"], "properties": {"a": {"type": "integer"}}}, {"properties": {"b": {"const": 1}}}]},
    {"allOf": [{"type": "string", "pattern": "^[a-f]{3}$"}, {"description": "a name"}]},
    {"allOf": [{"type": "array", "items": TO_TREE, "minItems": 1}, {"description": "some trees"}]},
    {"allOf": [{"type": "string", "enum": ["A", "B"]}]},
    {"oneOf": [{"type": "null"}, {"type": "string"}]},
    TO_TREE,
]  # fmt: skip
TREE = {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Tree"}, "size": {"type": "integer"}}}


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_samples_fit_their_schema(contract_of: ContractOf, schema: Any) -> None:
    """Bounds, formats, patterns, references, recursion."""
    contract = contract_of({"openapi": "3.1.0", "components": {"schemas": {"Tree": TREE}}})
    place = contract.look_up(Place(schema))
    assert place is not None
    values = drawn(Samples(contract).values(place), 20, seed=1)
    assert values
    assert [value for value in values if not fits(contract, place, value, writing=True)] == []


def test_the_same_seed_draws_the_same() -> None:
    """And another one something else."""
    samples = Samples(Contract.load(bundled()))
    body = samples.body(samples.contract.operation("trustDevice"))
    assert body is not None
    assert drawn(body, 10, 1) == drawn(body, 10, 1) != drawn(body, 10, 2)


def test_read_only_members_are_not_sent(contract_of: ContractOf) -> None:
    """They are the server's."""
    contract = contract_of({"openapi": "3.1.0"})
    schema = {"type": "object", "properties": {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}}}
    assert all("id" not in value for value in drawn(Samples(contract).values(Place(schema)), 20, seed=0))


def test_texts_are_plain(contract_of: ContractOf) -> None:
    """Small letters, three or more, and no more than eight beyond the shortest."""
    samples = Samples(contract_of({"openapi": "3.1.0"}))
    for schema, sizes in (
        ({}, range(3, 12)),
        ({"minLength": 5}, range(5, 14)),
        ({"minLength": 2, "maxLength": 3}, (2, 3)),
    ):
        texts = drawn(samples.values(Place({"type": "string", **schema})), 60, seed=3)
        assert all(not text or (text.isascii() and text.isalpha() and text.islower()) for text in texts)
        assert {len(text) for text in texts} <= set(sizes)


def test_alternatives_are_drawn(contract_of: ContractOf) -> None:
    """Of `oneOf` and of `anyOf`."""
    samples = Samples(contract_of({"openapi": "3.1.0"}))
    for word in ("oneOf", "anyOf"):
        values = drawn(samples.values(Place({word: [{"const": "a"}, {"const": 7}]})), 30, seed=3)
        assert values
        assert {str(value) for value in values} <= {"a", "7"}


def test_a_span_of_time_begins_before_it_ends(contract_of: ContractOf) -> None:
    """By the names of its members, and neither is past; other times are."""
    time = {"type": "string", "format": "date-time"}
    names = ("startsAt", "endsAt", "valid_until", "seen")
    schema = {"type": "object", "required": list(names), "properties": dict.fromkeys(names, time)}
    samples = Samples(contract_of({"openapi": "3.1.0"}))
    for value in drawn(samples.values(Place(schema)), 20, seed=0):
        assert value["seen"] < value["startsAt"] < value["endsAt"]
        assert value["startsAt"] > "2031"
        assert value["valid_until"] > "2041"


def test_the_same_seed_draws_the_same_in_every_process() -> None:
    """Whatever order sets have there."""
    script = """if True:
        from contract_tests.core.contract import Contract
        from contract_tests.core.document import Place, bundled
        from contract_tests.core.samples import Samples, drawn
        members = {chr(97 + number): {"type": "integer"} for number in range(12)}
        place = Place({"type": "object", "required": ["a", "b"], "properties": members})
        print(drawn(Samples(Contract.load(bundled())).values(place), 5, 7))"""
    said = [
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] != b""


@pytest.mark.parametrize(
    ("description", "values"),
    [
        ("File format ('json', 'text', 'base64')", {"json", "text", "base64"}),
        ("one of null, 'text' or `base64`.", {"text", "base64"}),
        ('Either "on" or "off"', {"on", "off"}),
        ("'a' | 'b/c'", {"a", "b/c"}),
        ("a name, such as 'Ann' or 'Bob'", set()),
        ("e.g. 'Ann', 'Bob'", set()),
        ("the 'name' of the 'thing'", set()),
        ("'alone'", set()),
        ("", set()),
    ],
)
def test_values_that_a_description_lists(contract: Contract, description: str, values: set[str]) -> None:
    """Those of a text, unless they are examples, or a keyword says what it may be."""
    assert described_values(contract, {"type": "string", "description": description}) == values
    assert not described_values(contract, {"type": "string", "description": description, "enum": ["x"]})


@pytest.mark.parametrize("kind", ["values", "bodies", "queries"])
def test_nothing_is_drawn_twice(contract_of: ContractOf, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Equal schemas have the same values for the same count and seed, each time as a copy."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "array", "items": {"type": "string"}}}}
    query = {"name": "q", "in": "query", "required": True, "schema": schema}
    operation = {
        "operationId": "make",
        "parameters": [query],
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "responses": {},
    }
    contract = contract_of({"openapi": "3.1.0", "paths": {"/a": {"post": operation}}})
    counts: list[int] = []

    def counted(strategy: Any, count: int, seed: int) -> list[Any]:
        counts.append(count)
        return drawn(strategy, count, seed)

    monkeypatch.setattr("contract_tests.core.samples.drawn", counted)

    def found(seed: int) -> Any:
        samples, operation = Samples(contract), contract.operation("make")
        if kind == "values":
            return samples.some(Place(dict(schema)), 2, seed)
        return samples.bodies(operation, 2, seed) if kind == "bodies" else samples.queries(operation, seed)

    first = found(1)
    assert first
    first[0].clear()
    assert found(1)[0] != first[0]
    assert len(counts) == 1
    found(2)
    assert len(counts) == 2
