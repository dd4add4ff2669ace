"""What a violation says: the place in the message, the problem, and where the contract says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.contract import load_contract
from mockserver.errors import Violation

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
