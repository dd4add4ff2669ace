"""Generated bodies have the one fault that they were given."""

from __future__ import annotations

from typing import Any

import pytest
from schemathesis.transport.serialization import Binary

from contract_tests.core.mending import with_one_fault
from tests.contract_tests.conftest import ContractOf

FIELDS = {
    "name": {"type": "string", "minLength": 1},
    "day": {"type": ["string", "null"], "format": "date"},
    "size": {"type": "integer"},
}
SCHEMA = {"allOf": [{"properties": FIELDS}], "required": ["name"], "unevaluatedProperties": False}


@pytest.mark.parametrize(
    ("body", "about", "kept"),
    [
        ({"name": "a", "day": "", "size": "x"}, "size: Incorrect type", {"name": "a", "size": "x"}),
        ({"name": "", "day": ""}, "name: String smaller than minLength", {"name": ""}),
        ({"day": "", "size": 1}, "Missing required property: name", {"size": 1}),
        ({"name": "a", "day": ""}, "day: Invalid format", {"name": "a", "day": ""}),
        ({"name": "", "day": ""}, "", {"name": "", "day": ""}),
    ],
)
def test_the_faults_beside_the_meant_one_are_mended(
    contract_of: ContractOf, body: dict[str, Any], about: str, kept: dict[str, Any]
) -> None:
    """What the generator speaks of stays wrong, the rest becomes valid; nothing changes where it says nothing."""
    content = {"application/json": {"schema": SCHEMA}}
    post = {"operationId": "make", "requestBody": {"content": content}, "responses": {"201": {"description": "Made"}}}
    contract = contract_of({"openapi": "3.1.0", "info": {}, "paths": {"/things": {"post": post}}})
    mended = with_one_fault(contract, contract.operation("make"), body, about, 0)
    assert {name: value for name, value in mended.items() if name in kept} == kept
    assert kept == body or mended["day"] != ""


def test_a_body_with_the_contents_of_a_file_is_left_alone(contract_of: ContractOf) -> None:
    """The generator has bytes as a kind of text, which no validator of JSON takes."""
    content = {"application/json": {"schema": SCHEMA}}
    post = {"operationId": "make", "requestBody": {"content": content}, "responses": {"201": {"description": "Made"}}}
    contract = contract_of({"openapi": "3.1.0", "info": {}, "paths": {"/things": {"post": post}}})
    body = {"name": [Binary(b"x")], "day": ""}
    assert with_one_fault(contract, contract.operation("make"), body, "name: Incorrect type", 0) is body


def test_what_is_no_object_is_left_alone(contract_of: ContractOf) -> None:
    """A list, or an operation without a body of JSON."""
    get = {"operationId": "list", "responses": {"200": {"description": "All"}}}
    contract = contract_of({"openapi": "3.1.0", "info": {}, "paths": {"/things": {"get": get}}})
    assert with_one_fault(contract, contract.operation("list"), [1], "", 0) == [1]
