"""New and changed records: keys are made, patches merged, what clients may not set stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.behaviour.records import merge_patch, shape_of
from mockserver.contract.schemas.compiled import Breach
from mockserver.contract.schemas.view import SchemaView
from mockserver.errors import Refused
from mockserver.state.collection import Collection
from mockserver.state.rules import CollectionRules
from tests.support import START

NOTE = {
    "type": "object",
    "required": ["id", "text"],
    "properties": {
        "id": {"type": "string"},
        "text": {"type": ["string", "null"]},
        "tag": {"type": "string"},
        "nick": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "born": {"type": "string", "readOnly": True},
    },
}
VIEW = SchemaView(lambda reference: (reference, True))
SHAPE = shape_of(CollectionRules("notes", owner="ownerId"), NOTE, VIEW)
BARE = shape_of(CollectionRules("notes"), None, VIEW)
OLD = {"id": "1", "ownerId": "ann", "text": "a", "tag": "t", "nick": "n", "born": "then", "secret": 7}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from("xy"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": None}, {}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": [1]}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": [2]}, {"a": [2]}),
        ({"a": {"b": 1}}, {"a": {"b": 2, "c": None}}, {"a": {"b": 2}}),
        ({"a": [{"b": 1}]}, {"a": [3]}, {"a": [3]}),
        ([1, 2], {"a": 1}, {"a": 1}),
        ({"a": 1}, [2], [2]),
        ({"a": 1}, None, None),
        ({}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
    ],
)
def test_a_merge_patch(target: Any, patch: Any, result: Any) -> None:
    """RFC 7396: members are taken in, null removes one, everything else is replaced."""
    assert merge_patch(target, patch) == result


@given(JSON, JSON)
def test_a_patch_applied_twice_changes_nothing_more(target: Any, patch: Any) -> None:
    """Merge patches are idempotent, and leave the target as it was."""
    before = repr(target)
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once
    assert repr(target) == before


@given(JSON)
def test_an_empty_patch_leaves_an_object_alone(target: Any) -> None:
    """Nothing sent, nothing changed."""
    if isinstance(target, dict):
        assert merge_patch(target, {}) == target


def test_a_patch_leaves_alone_what_is_not_the_client_s() -> None:
    """Key, owner and read-only fields stay; private ones are not the contract's, and a patch may not know them."""
    patched = SHAPE.merged(OLD, {"id": "2", "ownerId": "bob", "born": "now", "text": "b"})
    assert patched == {**OLD, "text": "b"}


def test_null_in_a_patch_removes_or_stores() -> None:
    """It removes a field, but is stored where the schema takes null or wants the field."""
    patched = SHAPE.merged(OLD, {"tag": None, "nick": None, "text": None})
    assert patched == {**{k: v for k, v in OLD.items() if k != "tag"}, "nick": None, "text": None}


@pytest.mark.parametrize("patch", [None, 5, "text", ["a"]])
def test_what_is_no_object_patches_nothing(patch: Any) -> None:
    """A record stays a record."""
    assert SHAPE.merged(OLD, patch) == OLD
    assert SHAPE.replaced(OLD, patch, "0", START) == OLD


def test_a_replacement_keeps_what_is_not_the_client_s() -> None:
    """Key, owner, read-only and private fields stay; declared fields that were not sent go."""
    replaced = SHAPE.replaced(OLD, {"id": "2", "ownerId": "bob", "born": "now", "text": "b"}, "0", START)
    assert replaced == {"id": "1", "ownerId": "ann", "text": "b", "born": "then", "secret": 7}


def test_a_new_record_gets_a_key_that_is_free() -> None:
    """The same seed makes the same key, and another one when that is taken."""
    none = Collection(BARE.rules)
    first = BARE.created({"text": "a"}, none, "seed", START)
    again = BARE.created({"text": "b"}, none, "seed", START)
    second = BARE.created({"text": "b"}, none.put(first), "seed", START)
    assert first["id"] == again["id"] != second["id"]
    assert BARE.created({}, none, "other seed", START)["id"] != first["id"]


def test_a_key_that_was_given_is_kept() -> None:
    """Who names the key gets it."""
    assert BARE.created({"id": "mine"}, Collection(BARE.rules), "0", START) == {"id": "mine"}


def test_a_key_of_few_is_free_below_another_parent() -> None:
    """What a path lists may come once below each parent; then there is no further one."""
    rules = CollectionRules("parts", key="side", within=("box",))
    shape = shape_of(
        rules, {"type": "object", "properties": {"box": {"type": "string"}}}, VIEW, key={"enum": ["a", "b"]}
    )
    parts = Collection(rules)
    for box in ("x", "y"):
        for _ in range(2):
            parts = parts.put(shape.created({"box": box}, parts, "seed", START))
    assert sorted((part["box"], part["side"]) for part in parts.visible((), START)) == [
        ("x", "a"), ("x", "b"), ("y", "a"), ("y", "b"),
    ]  # fmt: skip
    with pytest.raises(Refused, match="every side"):
        shape.created({"box": "x"}, parts, "seed", START)


def test_read_only_fields_of_a_new_record_are_not_the_client_s() -> None:
    """They are dropped from what was sent; what is no object sends nothing."""
    assert SHAPE.sent({"text": "a", "born": "now"}) == {"text": "a"}
    assert SHAPE.sent([1]) == {}


def _wrong(record: Mapping[str, Any]) -> list[Breach]:
    """Fields that are no text where they should be; a breach of the whole record for a forbidden pair."""
    result = [
        Breach((name,), "type", ["string"], record[name])
        for name in ("text", "tag")
        if not isinstance(record.get(name, ""), str)
    ]
    return result + ([Breach((), "not", {}, record)] if record.get("text") == record.get("tag") == "no" else [])


@pytest.mark.parametrize(
    ("sent", "fixed", "settled"),
    [
        ({"text": "b", "tag": "u"}, (), {"text": "b", "tag": "u"}),
        ({"text": "b", "tag": [7]}, (), {"text": "b", "tag": "t"}),
        ({"text": [7], "tag": [7]}, (), {"text": "a", "tag": "t"}),
        ({"text": 7, "tag": True}, (), {"text": "7", "tag": "true"}),
        ({"text": "no", "tag": "no"}, (), {"text": "a", "tag": "t"}),
        ({"text": "b", "tag": 7}, ("tag",), {"text": "b", "tag": 7}),
    ],
)
def test_what_no_answer_could_show_is_not_stored(sent: Any, fixed: tuple[str, ...], settled: Any) -> None:
    """Such a field stays as it was; where that is not enough all do. What nobody sent is left alone."""
    shape = shape_of(CollectionRules("notes"), NOTE, VIEW, _wrong)
    result = shape.settled({**OLD, **sent}, OLD, lambda: fixed, "s", 0)
    assert {name: result[name] for name in ("text", "tag")} == settled
    assert result["id"] == "1"


def test_a_new_record_is_made_without_what_no_answer_could_show() -> None:
    """What its schema requires is made instead."""
    shape = shape_of(CollectionRules("notes"), {**NOTE, "required": ["text"]}, VIEW, _wrong)
    made = shape.settled({"id": "1", "text": [7]}, {}, tuple, "s", 0)
    assert isinstance(made["text"], str) or made["text"] is None
