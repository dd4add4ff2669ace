"""Values of keywords: what is read as it stands, what is repaired, what is nothing."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract.schemas.keywords import EFFECTIVE, READERS


@pytest.mark.parametrize(
    "keyword",
    [
        *("minLength", "maxLength", "minItems", "maxItems"),
        *("minProperties", "maxProperties", "minContains", "maxContains"),
    ],
)
@pytest.mark.parametrize(("value", "read"), [(0, (0,)), (3, (3,)), (-1, None), ("x", None), (None, None), ([], None)])
def test_a_count_is_a_number_from_zero_on(keyword: str, value: Any, read: Any) -> None:
    """Anything else is ignored."""
    assert READERS[keyword](value) == read


@pytest.mark.parametrize("keyword", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"])
@pytest.mark.parametrize(("value", "read"), [(-1.5, (-1.5,)), (0, (0,)), ("x", None), ([], None)])
def test_a_bound_is_a_number(keyword: str, value: Any, read: Any) -> None:
    """Anything else is ignored."""
    assert READERS[keyword](value) == read


@pytest.mark.parametrize(
    ("keyword", "value", "read"),
    [
        ("multipleOf", 2, (2,)),
        ("multipleOf", 0, None),
        ("multipleOf", -1, None),
        ("format", "uuid", ("uuid",)),
        ("format", 7, None),
        ("pattern", "^a", ("^a",)),
        ("pattern", 7, None),
        ("const", None, (None,)),
        ("dependentRequired", {"a": ["b"]}, ({"a": ["b"]},)),
        ("dependentRequired", {"a": "b"}, None),
        ("dependentRequired", ["a"], None),
    ],
)
def test_other_values(keyword: str, value: Any, read: Any) -> None:
    """A step is above zero, a format is a text, dependents are lists of names."""
    assert READERS[keyword](value) == read


def test_keywords_beside_a_reference_that_count() -> None:
    """All that admit or refuse values, or say in which direction they travel; not those that only describe."""
    for keyword in ("type", "properties", "allOf", "default", "discriminator", "readOnly", "writeOnly", "xml"):
        assert keyword in EFFECTIVE
    assert not {"description", "title", "example", "deprecated", "$comment"} & EFFECTIVE
