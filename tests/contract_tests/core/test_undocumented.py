"""What answers show beyond the contract is counted and named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.undocumented import Undocumented, undeclared
from tests.contract_tests.conftest import ContractOf

NAMED = {"type": "object", "properties": {"name": {"type": "string"}}}
CLOSED = {**NAMED, "additionalProperties": False}
OPEN = {**NAMED, "additionalProperties": True}
SCHEMA: dict[str, Any] = {
    "allOf": [NAMED, {"properties": {"tags": {"type": "array", "items": NAMED}, "open": OPEN, "closed": CLOSED,
                                     "free": {"type": "object"}}}]
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body", "headers", "lines"),
    [
        (200, {"name": "a"}, {}, []),
        (200, {"name": "a", "color": "red"}, {}, ["the field /color: getThing 200 (1)"]),
        (200, {"tags": [{"name": "a"}, {"name": "b", "id": 1}]}, {}, ["the field /tags/*/id: getThing 200 (1)"]),
        (200, {"open": {"x": 1}, "free": {"x": 1}}, {}, []),
        (200, {"closed": {"x": 1}}, {}, []),  # that breaks the schema
        (200, {}, {"x-trace": "1", "date": "now", "x-rate": "1"}, ["the header x-trace: getThing 200 (1)"]),
        (418, {}, {}, ["the status: getThing 418 (1)"]),
    ],
)
def test_what_is_not_declared_is_named(
    contract_of: ContractOf, status: int, body: Any, headers: dict[str, str], lines: list[str]
) -> None:
    """Fields of objects that say nothing of others, headers that HTTP doesn't have, and statuses."""
    content = {"application/json": {"schema": SCHEMA}}
    response = {"description": "One", "headers": {"X-Rate": {"schema": {"type": "string"}}}, "content": content}
    get = {"operationId": "getThing", "responses": {"200": response}}
    found = Undocumented(contract_of({"openapi": "3.0.3", "paths": {"/thing": {"get": get}}}))
    sent = Sent("GET", "http://target/thing", "/thing", {})
    given = {"content-type": "application/json", **headers}
    found.saw(Answer(sent, status, given, json.dumps(body).encode(), operation_id="getThing"))
    assert found.lines() == lines


def test_one_part_of_many_operations_is_one_line(contract_of: ContractOf) -> None:
    """With the first of them by name."""
    get = {"responses": {"200": {"description": "One"}}}
    contract = contract_of({"openapi": "3.0.3", "paths": {f"/t{at}": {"get": get} for at in range(9)}})
    found = Undocumented(contract)
    for operation in contract.operations:
        sent = Sent("GET", f"http://target{operation.path}", operation.path, {})
        found.saw(Answer(sent, 200, {"x-trace": "1"}, b"", operation_id=operation.id))
    (line,) = found.lines()
    assert line.startswith("the header x-trace: ")
    assert line.endswith(" and 3 more")


def test_alternatives_that_lead_to_each_other_are_each_looked_at_once(contract_of: ContractOf) -> None:
    """However often they do: a page whose parts are pages has thousands of ways through a few schemas."""
    links = [{"$ref": f"#/components/schemas/S{at}"} for at in range(9)]
    schemas = {f"S{at}": {"anyOf": links, "properties": {f"p{at}": {}}} for at in range(9)}
    contract = contract_of({"openapi": "3.0.3", "paths": {}, "components": {"schemas": schemas}})
    found = contract.parts_of(links)
    assert sorted(name for one in found for name in one["properties"]) == [f"p{at}" for at in range(9)]


A, B = {"properties": {"a": {}}}, {"properties": {"b": {}}}
PET: dict[str, Any] = {"type": "object", "required": ["kind"], "discriminator": {"propertyName": "kind"}, **A}
OF_PET = {"$ref": "#/components/schemas/Pet"}
SHAPES: dict[str, tuple[dict[str, Any], Any]] = {
    "beside a reference": ({"$ref": "#/components/schemas/A", **B}, {"a": 1, "b": 1, "z": 1}),
    "on a condition": ({**A, "if": {"required": ["a"]}, "then": B}, {"a": 1, "b": 1, "z": 1}),
    "by a member": ({**A, "dependentSchemas": {"a": B}}, {"a": 1, "b": 1, "z": 1}),
    "required only": ({**A, "required": ["b"]}, {"a": 1, "b": 1, "z": 1}),
    "built on it": (OF_PET, {"kind": "Cat", "a": 1, "b": 1, "z": 1}),
    "built on it, which may be null": ({"allOf": [OF_PET]}, {"kind": "Cat", "a": 1, "b": 1, "z": 1}),
    "values of free names": ({"additionalProperties": A}, {"x": {"a": 1, "z": 1}}),
    "beside free names": ({**A, "additionalProperties": {"type": "integer"}}, {"a": 1, "y": 1}),
    "the first items": ({"type": "array", "prefixItems": [A]}, [{"a": 1, "z": 1}]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_whatever_a_schema_declares_is_documented(contract_of: ContractOf, shape: str) -> None:
    """Wherever it stands in the schema; the member z is declared nowhere."""
    schema, body = SHAPES[shape]
    named = {"A": A, "Pet": PET, "Cat": {"allOf": [OF_PET, B]}}
    contract = contract_of({"openapi": "3.1.0", "paths": {}, "components": {"schemas": named}})
    found = [*undeclared(contract, [schema], [body])]
    assert [pointer.rpartition("/")[2] for pointer in found] == ["z"] * ("z" in json.dumps(body))
