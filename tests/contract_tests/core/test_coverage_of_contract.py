"""Which parts of the contract were reached."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract
from contract_tests.core.coverage import Coverage, Part, constrained, described, shown
from contract_tests.core.document import Place
from tests.contract_tests.conftest import ContractOf


@pytest.fixture
def coverage(contract: Contract) -> Coverage:
    """Nothing reached yet."""
    return Coverage(contract, contract.operations)


def answer(operation: str, status: int, body: Any, sent: Any = None) -> Answer:
    """An answer as the gate shows it."""
    content = b"" if sent is None else json.dumps(sent).encode()
    return Answer(
        Sent("POST", "http://t", "/x", {}, content), status, {}, json.dumps(body).encode(), operation_id=operation
    )


def test_properties_and_enum_values_are_reached(coverage: Coverage) -> None:
    """What the answer shows, and nothing else."""
    coverage.saw(answer("listDevices", 200, {"devices": [{"id": "x", "deviceType": "MOBILE"}]}))
    for what in ("", "/devices", "/devices/*", "/devices/*/id", '/devices/*/deviceType = "MOBILE"'):
        assert Part("listDevices", "200", what) in coverage.reached
    assert Part("listDevices", "200", '/devices/*/deviceType = "TABLET"') in coverage.missing()


def test_every_reached_part_is_a_part(coverage: Coverage) -> None:
    """Reaching never invents."""
    coverage.saw(answer("trustDevice", 400, {"success": False, "error": "x"}, {"fingerprint": 7}))
    coverage.saw(answer("trustDevice", 404, {"success": False, "error": "x"}, {"fingerprint": "x"}))
    assert coverage.reached <= {*coverage.parts}


def test_constraints_count_when_their_breach_was_refused(coverage: Coverage) -> None:
    """A wrong type that was refused reaches the constraint; one that was accepted does not."""
    part = Part("trustDevice", "request", "/fingerprint type")
    coverage.saw(answer("trustDevice", 200, {}, {"fingerprint": 7}))
    assert part in coverage.missing()
    coverage.saw(answer("trustDevice", 400, {}, {"fingerprint": 7}))
    assert part not in coverage.missing()


def test_what_only_the_server_can_bring_about_is_out_of_reach(coverage: Coverage) -> None:
    """Failures and rate limits count neither way, and say why they are missing."""
    assert all(part.status not in {"429", "500"} for part in coverage.in_reach)
    assert coverage.missing()[Part("listDevices", "500")] == "only a failing server returns it"
    assert 0 <= coverage.percent < 1


@pytest.mark.parametrize(
    ("schema", "parts"),
    [
        ({"type": "string", "const": "a"}, {"/ const", "/ type"}),
        ({"minLength": 2, "maxLength": 3, "pattern": "a"}, {"/ maxLength", "/ minLength", "/ pattern"}),
        ({"minimum": 2, "maximum": 4, "multipleOf": 2}, {"/ maximum", "/ minimum", "/ multipleOf"}),
        ({"exclusiveMinimum": 2, "exclusiveMaximum": 4}, {"/ exclusiveMaximum", "/ exclusiveMinimum"}),
        ({"minItems": 2, "maxItems": 3, "uniqueItems": False}, {"/ maxItems", "/ minItems", "/ uniqueItems"}),
        ({"enum": ["a"], "format": "uuid"}, {"/ enum", "/ format"}),
        ({"required": ["a"], "additionalProperties": False}, {"/ additionalProperties", "/ required"}),
        ({"required": [], "additionalProperties": True, "title": "T"}, set()),
        ({"properties": {"a": {"type": "string"}, "b": {"readOnly": True}}}, {"/a", "/a type"}),
        ({"items": {"type": "string"}}, {"/* type"}),
        ({"allOf": [{"type": "string"}], "anyOf": [{"const": "a"}], "oneOf": [{"enum": [1]}]},
         {"/ type", "/ const", "/ enum"}),
    ],
)  # fmt: skip
def test_every_constraint_of_an_input_is_a_part(contract: Contract, schema: Any, parts: set[str]) -> None:
    """Unless it constrains nothing; what only the server writes is no part of an input."""
    assert {*constrained(contract, Place(schema, ""))} == parts


@pytest.mark.parametrize(
    ("schema", "value", "parts"),
    [
        ({"enum": [1, 2]}, 1, ["/ = 1"]),
        ({"enum": [1, 2]}, 3, []),
        ({"properties": {"a": {"enum": ["x"]}, "b": {}}}, {"a": "x"}, ["/a", '/a = "x"']),
        ({"properties": {"a": {"writeOnly": True}, "b": {}}}, {"a": 1, "b": 2}, ["/b"]),
        ({"items": {"properties": {"a": {}}}}, [{"a": 1}, {}], ["/*", "/*/a"]),
        ({"items": {}}, {"a": 1}, []),
        ({"allOf": [{"properties": {"a": {}}}], "oneOf": [{"enum": [7]}]}, {"a": 1}, ["/a"]),
    ],
)
def test_a_value_reaches_what_it_shows(contract: Contract, schema: Any, value: Any, parts: list[str]) -> None:
    """Its properties, its items and its values of enums, in all branches."""
    assert [*shown(contract, Place(schema, ""), [value])] == parts


def test_the_parts_of_a_schema_within_itself_count_once(contract_of: ContractOf) -> None:
    """A tree has as many parts as its node, however deep trees grow."""
    node = {"$ref": "#/components/schemas/Node"}
    tree = {"type": "object", "properties": {"name": {}, "left": node, "all": {"items": node}}}
    contract = contract_of({"openapi": "3.0.3", "paths": {}, "components": {"schemas": {"Node": tree}}})
    parts = ["/name", "/left", "/all", "/all/*"]
    assert list(described(contract, Place(node))) == parts
    value = {"name": "a", "left": {"name": "b", "left": {}}, "all": [{"name": "c"}]}
    assert list(shown(contract, Place(node), [value])) == parts
    assert [part for part in constrained(contract, Place(node)) if part != "/ type"] == ["/name", "/left", "/all"]
