"""Recorded records that a contract forbids."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockserver.contract.contract import Contract, load_contract
from mockserver.insight.fitted import Fitting

THING = {
    "type": "object",
    "required": ["id", "kind"],
    "properties": {
        "id": {"type": "integer"},
        "kind": {"enum": ["a", "b"]},
        "note": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """A contract with one schema of records."""
    path = tmp_path_factory.mktemp("things") / "things.json"
    content = {"application/json": {"schema": THING}}
    get = {"operationId": "get", "responses": {"200": {"description": "ok", "content": content}}}
    document = {"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}, "paths": {"/thing": {"get": get}}}
    path.write_text(json.dumps(document))
    return load_contract(path)


@pytest.mark.parametrize(
    ("record", "kept", "says"),
    [
        ({"id": 1, "kind": "b", "note": "x"}, {"id": 1, "kind": "b", "note": "x"}, []),
        (
            {"id": 1, "kind": "c", "more": 1},
            {"id": 1, "kind": "a", "more": 1},
            ['kind must be one of "a", "b", not "c": "a" instead'],
        ),
        ({"id": 1, "kind": "a", "note": 5}, {"id": 1, "kind": "a"}, ["note must be a string, not 5: left out"]),
        ({"id": 1}, {"id": 1, "kind": "a"}, ['kind is required: "a" instead']),
        ({"id": 1, "kind": "a", "tags": ["x", 1]}, {"id": 1, "kind": "a"}, ["tags"]),
    ],
)
def test_records_are_made_as_the_contract_has_them(
    record: dict[str, Any], kept: dict[str, Any], says: list[str], contract: Contract
) -> None:
    """What is optional is left out, what is required gets a value; each change is named."""
    fitted, changes = Fitting(contract, [THING]).fitted("things 1", record)
    assert fitted == kept
    assert len(changes) == len(says)
    for change, words in zip(changes, says, strict=True):
        assert str(change).startswith(f"things 1: {words}")
