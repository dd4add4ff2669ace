"""What a type cell says."""

from __future__ import annotations

from typing import Any

import pytest

from spec.builder.type_cells import parse_type, schema_of

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
    """A type cell gives the schema that it states; a name that no page describes gives none."""
    read = parse_type(cell)
    assert read is not None
    assert schema_of(read, frozenset({"Pet"})) == schema


@pytest.mark.parametrize("cell", ["", "string(date", "When it ends", "»", "true false"])
def test_what_is_no_type(cell: str) -> None:
    """A cell that was cut, or is prose, is no type."""
    assert parse_type(cell) is None


def test_a_schema_may_be_called_string() -> None:
    """A link is the name of a schema, whatever the name."""
    read = parse_type("[String](#schemastring)")
    assert read is not None
    assert read.schema == "String"
