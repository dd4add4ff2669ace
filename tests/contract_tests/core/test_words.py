"""Values in messages are those of JSON; a query has one notation."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.core.words import ABSENT, SHOWN, in_json, query_string


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


def test_a_blank_in_a_query_is_no_plus() -> None:
    """Servers read `%20` alike, whether the contract lets `+` stand for itself or not."""
    assert query_string({"name": " a b+", "tags": ["x/y", 1]}) == "name=%20a%20b%2B&tags=x%2Fy&tags=1"
