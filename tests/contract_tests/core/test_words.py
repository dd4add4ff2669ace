"""Values in messages are those of JSON."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.core.words import ABSENT, SHOWN, in_json


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "null"), (True, "true"), ("größer", '"größer"'), ({"a": [1, 2.5]}, '{"a": [1, 2.5]}'),
     (ABSENT, "field missing"),
     ({1, }, "{1}"), ("x" * 99, '"' + "x" * (SHOWN - 1) + "... (101 characters)")],
)  # fmt: skip
def test_a_value_is_shown_as_it_travelled(value: Any, text: str) -> None:
    """Null is not a field that is missing; what is long is cut."""
    assert in_json(value) == text
    assert not ABSENT
