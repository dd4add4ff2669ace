"""Which queries the contract forbids, whatever a generator calls them."""

from __future__ import annotations

import pytest

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
    assert contract.allows_query(contract.operation("list"), f"http://t/things?{query}") is fits
