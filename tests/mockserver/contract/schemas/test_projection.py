"""What the contract does not declare never leaves, at any depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.schemas.projection import REMEMBERED, projector, stored_projector
from mockserver.contract.schemas.view import SchemaView

NAMES = st.sampled_from(["a", "b", "c", "d"])
VALUES = st.recursive(
    st.none() | st.integers(0, 3) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=15,
)
SCHEMAS = st.recursive(
    st.just({"type": "string"}),
    lambda inner: (
        st.builds(lambda items: {"type": "array", "items": items}, inner)
        | st.builds(
            lambda members: {"type": "object", "properties": members}, st.dictionaries(NAMES, inner, min_size=1)
        )
    ),
    max_leaves=8,
)


VIEW = SchemaView(lambda reference: (reference, True))


def _undeclared(value: Any, schema: Mapping[str, Any]) -> list[str]:
    """Members of a value that a closed schema does not declare: the model's own reading."""
    if isinstance(value, list) and "items" in schema:
        return [name for inner in value for name in _undeclared(inner, schema["items"])]
    if not isinstance(value, Mapping) or "properties" not in schema:
        return []
    undeclared = [name for name in value if name not in schema["properties"]]
    return undeclared + [
        name
        for member, inner in value.items()
        if member in schema["properties"]
        for name in _undeclared(inner, schema["properties"][member])
    ]


@given(SCHEMAS, VALUES)
def test_an_undeclared_member_never_leaves(schema: Any, value: Any) -> None:
    """Whatever is stored, what shows has declared members only; the stored value stays as it was."""
    before = repr(value)
    assert _undeclared(projector(schema, VIEW)(value), schema) == []
    assert repr(value) == before


@given(SCHEMAS, VALUES)
def test_showing_is_idempotent(schema: Any, value: Any) -> None:
    """What shows, shows again as it is."""
    show = projector(schema, VIEW)
    assert show(show(value)) == show(value)


CLOSED = {"type": "object", "properties": {"a": {"type": "string"}}}
OTHER = {"type": "object", "properties": {"b": {"type": "string"}}}
BOTH_IN = {"in": {"a": 1, "b": 2, "c": 3}}


@pytest.mark.parametrize(
    ("schema", "value", "shown"),
    [
        (CLOSED, {"a": "x", "secret": 1}, {"a": "x"}),
        (CLOSED, {"secret": 1}, {}),
        (CLOSED, [1], [1]),
        ({**CLOSED, "additionalProperties": True}, {"a": "x", "more": 1}, {"a": "x", "more": 1}),
        ({**CLOSED, "additionalProperties": {"type": "integer"}}, {"more": 1}, {"more": 1}),
        ({**CLOSED, "additionalProperties": False}, {"a": "x", "more": 1}, {"a": "x"}),
        ({"type": "object"}, {"any": 1}, {"any": 1}),
        ({}, {"any": 1}, {"any": 1}),
        (True, {"any": 1}, {"any": 1}),
        (None, {"any": 1}, {"any": 1}),
        ({"properties": {"a": {}, "p": {"writeOnly": True}}}, {"a": 1, "p": "word"}, {"a": 1}),
        (
            {"properties": {"a": {}, "p": {"allOf": [{"writeOnly": True}]}}, "additionalProperties": True},
            {"a": 1, "p": "word", "more": 2},
            {"a": 1, "more": 2},
        ),
        ({"allOf": [CLOSED, {"properties": {"b": {}}}]}, {"a": "x", "b": 1, "c": 2}, {"a": "x", "b": 1}),
        ({"oneOf": [CLOSED, {"type": "null"}]}, {"a": "x", "c": 2}, {"a": "x"}),
        ({"oneOf": [CLOSED, {"type": "null"}]}, None, None),
        ({"type": "array", "items": CLOSED}, [{"a": "x", "c": 2}, {}], [{"a": "x"}, {}]),
        ({"properties": {"in": CLOSED}}, {"in": {"a": "x", "c": 2}}, {"in": {"a": "x"}}),
        (
            {"properties": {"in": {"type": "array", "items": CLOSED}}},
            {"in": [{"a": "x", "c": 2}]},
            {"in": [{"a": "x"}]},
        ),
        ({"type": "array", "items": {"type": "array", "items": CLOSED}}, [[{"c": 2}]], [[{}]]),
        ({"oneOf": [{"properties": {"in": CLOSED}}, {"properties": {"in": OTHER}}]}, BOTH_IN, {"in": {"a": 1, "b": 2}}),
        ({"oneOf": [{"properties": {"in": OTHER}}, {"properties": {"in": CLOSED}}]}, BOTH_IN, {"in": {"a": 1, "b": 2}}),
        ({"oneOf": [{"items": CLOSED}, {"items": OTHER}]}, [{"a": 1, "b": 2, "c": 3}], [{"a": 1, "b": 2}]),
        ({"oneOf": [{"properties": {"in": CLOSED}}, {"properties": {"in": {"type": "object"}}}]}, BOTH_IN, BOTH_IN),
        (
            {"oneOf": [{"properties": {"in": {"type": "string"}}}, {"properties": {"in": CLOSED}}]},
            BOTH_IN,
            {"in": {"a": 1}},
        ),
        (
            {"allOf": [{"properties": {"a": {}, "p": {}}}, {"properties": {"p": {"writeOnly": True}}}]},
            {"a": 1, "p": "word"},
            {"a": 1},
        ),
    ],
)
def test_what_shows(schema: Any, value: Any, shown: Any) -> None:
    """Declared members show, in unions as well; open schemas show everything but what is write-only."""
    assert projector(schema, VIEW)(value) == shown


def test_a_schema_that_holds_itself_shows_every_depth() -> None:
    """Recursion ends with the value."""
    root: dict[str, Any] = {"Tree": {"properties": {"name": {}, "kids": {"type": "array", "items": {"$ref": "Tree"}}}}}

    value = {"name": 1, "x": 0, "kids": [{"name": 2, "x": 0, "kids": [{"name": 3, "x": 0}]}]}
    shown = {"name": 1, "kids": [{"name": 2, "kids": [{"name": 3}]}]}
    assert projector({"$ref": "Tree"}, SchemaView(lambda name: (name, root[name])))(value) == shown


def test_what_is_required_is_shown_though_nobody_declares_it() -> None:
    """Without it the answer would break the contract; what is declared as writeOnly stays hidden all the same."""
    schema = {
        "properties": {"a": {"type": "string"}, "secret": {"type": "string", "writeOnly": True}},
        "required": ["b", "secret"],
    }
    shown = projector(schema, VIEW)({"a": "x", "b": [1], "secret": "s", "other": 2})
    assert shown == {"a": "x", "b": [1]}


@given(VALUES, SCHEMAS)
def test_what_is_stored_shows_alike_and_once(value: Any, schema: Any) -> None:
    """A list of records shows what any list does; a record that is there still is not looked at again."""
    show, again = projector(schema, VIEW), stored_projector(schema, VIEW)
    assert again(value) == again(value) == show(value)


def test_a_record_in_the_place_of_another_shows_anew() -> None:
    """A changed record is another value, however much it resembles the one before."""
    schema = {"items": {"properties": {"a": {}}}}
    show, record = stored_projector(schema, VIEW), {"a": 1, "private": 2}
    first = show([record])
    assert show([record])[0] is first[0]
    assert show([{**record, "a": 3}]) == [{"a": 3}]


def test_few_records_are_remembered() -> None:
    """However many records pass, no more than some are held."""
    show = stored_projector({"items": {"properties": {"a": {}}}}, VIEW)
    record = {"a": 1}
    first = show([record])[0]
    show([{"a": number} for number in range(REMEMBERED)])
    assert show([record]) == [first]
    assert show([record])[0] is not first
