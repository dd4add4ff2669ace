"""Which inputs the contract forbids, whatever a generator calls them."""

from __future__ import annotations

import pytest

from contract_tests.core.answer import Sent
from tests.contract_tests.conftest import ContractOf

DOCUMENT = {
    "openapi": "3.0.3",
    "paths": {
        "/things": {
            "get": {
                "operationId": "list",
                "parameters": [
                    {"name": "state", "in": "query", "required": True, "schema": {"enum": ["on", "off"]}},
                    {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}},
                    {"name": "whole", "in": "query", "schema": {"type": "boolean"}},
                    {"name": "free", "in": "query", "schema": {}},
                ],
                "responses": {"200": {"description": "All"}},
            }
        }
    },
}


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("state=on", True),
        ("state=on&never-heard-of=42", True),
        ("state=on&tags=AAA", True),
        ("state=on&tags=a&tags=b&limit=3&whole=true&free=x", True),
        ("", False),
        ("state=onn", False),
        ("state=on&limit=0", False),
        ("state=on&limit=many", False),
        ("state=on&whole=maybe", False),
    ],
)
def test_only_what_the_contract_forbids_is_invalid(contract_of: ContractOf, query: str, fits: bool) -> None:
    """Unknown parameters and texts in place of lists are not; missing ones and values outside the schema are."""
    contract = contract_of(DOCUMENT)
    sent = Sent("GET", f"http://t/things?{query}", "/things", {})
    assert contract.allows(sent, "query") is fits


@pytest.mark.parametrize(
    ("media_type", "body", "allowed"),
    [
        ("application/json", b'{"name": "x"}', True),
        ("application/json", b'{"name": "x", "id": 7}', True),
        ("application/json", b'{"id": 7}', False),
        ("application/json", b"{", False),
        ("application/json", b"", False),
        ("text/plain", b"x", False),
    ],
)
def test_bodies_are_read_alike(contract_of: ContractOf, media_type: str, body: bytes, allowed: bool) -> None:
    """A `readOnly` field may be sent; another type is forbidden, and so is a body that isn't JSON."""
    properties = {"name": {"type": "string"}, "id": {"type": "integer", "readOnly": True}}
    schema = {"type": "object", "required": ["name"], "properties": properties}
    content = {"required": True, "content": {"application/json": {"schema": schema}}}
    post = {"operationId": "make", "requestBody": content, "responses": {"201": {"description": "Made"}}}
    contract = contract_of({"openapi": "3.1.0", "paths": {"/things": {"post": post}}})
    sent = Sent("POST", "http://t/things", "/things", {"Content-Type": media_type}, body)
    assert contract.allows(sent, "body") is allowed
