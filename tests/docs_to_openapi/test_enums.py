"""Enums of fields, from tables and from descriptions."""

from __future__ import annotations

import pytest

from docs_to_openapi.reading.enums import assign, from_description
from docs_to_openapi.reading.tree import Node
from docs_to_openapi.tables.type_cells import TypeRead


@pytest.mark.parametrize(
    ("description", "values"),
    [
        ("Kind (DESKTOP, MOBILE, TABLET)", ["DESKTOP", "MOBILE", "TABLET"]),
        ("Level: HIGH, MEDIUM or LOW", ["HIGH", "MEDIUM", "LOW"]),
        ("HIGH | LOW", ["HIGH", "LOW"]),
        ("One of: asc, desc", ["asc", "desc"]),
        ("Allowed values: `a`, `b`", ["a", "b"]),
        ("Kind (DESKTOP, MOBI", None),
        ("The ID or URL of it", None),
        ("Kind (DESKTOP)", None),
        ("Kind (DESKTOP, DESKTOP)", None),
        ("Place, for people to read", None),
    ],
)
def test_a_list_in_a_description(description: str, values: list[str] | None) -> None:
    """A list of words in capitals, or after words such as "one of", is an enum; other prose isn't."""
    assert from_description(description) == values


def _field(name: str, line: int, kind: str = "string") -> Node:
    return Node(name, line, 1, TypeRead(kind))


def test_values_go_to_the_field_of_that_name() -> None:
    """The values of a table go to the field of that name, converted to its type."""
    field, other = _field("size", 1, "integer"), _field("kind", 2)
    assign([(9, "size", "1"), (10, "size", "2")], [(field, None), (other, None)], lambda *_: None)
    assert field.enum == [1, 2]
    assert other.enum is None


def test_repeated_values_go_to_both_fields() -> None:
    """Two fields of one name each get a list that is repeated."""
    first, second = _field("kind", 1), _field("kind", 2)
    values = [(9, "kind", text) for text in ("cat", "dog", "cat", "dog")]
    assign(values, [(first, None), (second, None)], lambda *_: None)
    assert first.enum == second.enum == ["cat", "dog"]


def test_ambiguous_values_go_nowhere() -> None:
    """Values that can be divided between two fields in several ways are reported, not guessed."""
    first, second = _field("kind", 1), _field("kind", 2)
    reports: list[tuple[int, str]] = []
    assign(
        [(9, "kind", "cat"), (9, "kind", "dog")], [(first, None), (second, None)], lambda *each: reports.append(each)
    )
    assert (first.enum, second.enum) == (None, None)
    assert reports[0][0] == 9


def test_known_values_leave_the_rest_to_the_other_field() -> None:
    """A field of a named schema has its known values; the remaining values go to the other field."""
    known, other = _field("kind", 1), _field("kind", 2)
    values = [(9, "kind", text) for text in ("cat", "dog", "big", "small")]
    assign(values, [(known, ["cat", "dog"]), (other, None)], lambda *_: None)
    assert other.enum == ["big", "small"]
