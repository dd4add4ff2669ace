"""Reading Type cells."""

from __future__ import annotations

from typing import Any

import pytest

from docs_to_openapi.tables.type_cells import parse_type, schema_of

REF = {"$ref": "#/components/schemas/Pet"}


@pytest.mark.parametrize(
    ("cell", "schema"),
    [
        ("string", {"type": "string"}),
        ("string(date-time)", {"type": "string", "format": "date-time"}),
        ("**string**", {"type": "string"}),
        ("*string*", {"type": "string"}),
        ("`string(date-time)`", {"type": "string", "format": "date-time"}),
        ("string\\(date-time\\)", {"type": "string", "format": "date-time"}),
        ("[object]", {"type": "array", "items": {"type": "object"}}),
        ("array[integer]", {"type": "array", "items": {"type": "integer"}}),
        ("any", {}),
        ("[any]", {"type": "array", "items": {}}),
        ("[oneOf]", {"type": "array", "items": {}}),
        ("integer(int64)¦null", {"type": ["integer", "null"], "format": "int64"}),
        ("string | null", {"type": ["string", "null"]}),
        ("[Pet](#schemapet)", REF),
        ("[[Pet](#schemapet)]", {"type": "array", "items": REF}),
        ("[Pet](#schemapet)¦null", {"anyOf": [REF, {"type": "null"}]}),
        ("Pet", REF),
        ("[Ghost](#schemaghost)", None),
    ],
)
def test_a_type_cell(cell: str, schema: dict[str, Any] | None) -> None:
    """A type cell gives the schema that it states; a name that no page describes gives None."""
    parsed = parse_type(cell)
    assert parsed is not None
    assert schema_of(parsed, frozenset({"Pet"})) == schema


@pytest.mark.parametrize("cell", ["", "string(date", "When it ends", "»", "true false"])
def test_not_a_type(cell: str) -> None:
    """A cell that is cut off or contains prose isn't a type."""
    assert parse_type(cell) is None


def test_a_schema_may_be_called_string() -> None:
    """The text of a link is always the name of a schema."""
    parsed = parse_type("[String](#schemastring)")
    assert parsed is not None
    assert parsed.schema == "String"
