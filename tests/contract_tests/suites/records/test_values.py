"""Values that sloppy servers change, each valid by its schema."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.core.document import Place
from contract_tests.core.schemas import fits
from contract_tests.suites.records.values import TURNS, Values
from tests.contract_tests.conftest import ContractOf


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "string", "maxLength": 6},
        {"type": "string", "minLength": 3, "maxLength": 3},
        {"type": "string", "pattern": "^[a-z]{2,4}$"},
        {"type": "string", "format": "date-time"},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "integer", "minimum": 5, "maximum": 9},
        {"type": "integer", "format": "int64"},
        {"type": "integer", "multipleOf": 4},
        {"type": "number", "multipleOf": 0.01, "minimum": 0},
        {"type": "array", "minItems": 2, "maxItems": 3, "items": {"type": "string"}},
        {"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b", "c"]}},
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "boolean"}, "b": {"type": "string"}}},
        {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    ],
)
def test_every_value_is_valid(contract_of: ContractOf, schema: dict[str, Any]) -> None:
    """Whatever the turn."""
    contract = contract_of({"openapi": "3.0.3"})
    place = Place(schema)
    assert all(fits(contract, place, Values(contract, 0).body(place, turn), writing=True) for turn in range(TURNS))


def test_texts_have_what_gets_lost(contract_of: ContractOf) -> None:
    """Capitals, accents, emoji, blanks around, no character at all, and the longest that the contract allows."""
    values = Values(contract_of({"openapi": "3.0.3"}), 0)
    texts = [values.body(Place({"type": "string", "maxLength": 60}), turn) for turn in range(TURNS)]
    assert "" in texts
    assert max(map(len, texts)) == 60
    assert any(text != text.strip() for text in texts)
    assert any("\U0001f98a" in text for text in texts)
    assert any(text != text.lower() for text in texts)


def test_integers_need_every_digit(contract_of: ContractOf) -> None:
    """A double would round the largest one."""
    values = Values(contract_of({"openapi": "3.0.3"}), 0)
    found = [values.body(Place({"type": "integer", "format": "int64"}), turn) for turn in range(TURNS)]
    assert any(int(float(number)) != number for number in found)
