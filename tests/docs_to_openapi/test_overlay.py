"""Overlay 1.0: targets, updates, removals, order, marks."""

from __future__ import annotations

from typing import Any

import pytest

from docs_to_openapi.contract.overlay import apply, parse_overlay
from docs_to_openapi.errors import OverlayError


def _applied(document: dict[str, Any], *actions: dict[str, Any]) -> dict[str, Any]:
    completed = [{"x-id": "C-01", "x-kind": "correction"} | action for action in actions]
    return apply(document, parse_overlay({"overlay": "1.0.0", "actions": completed}))


def test_an_update_merges_objects_and_replaces_values() -> None:
    """Objects merge key by key; a value in the update replaces the one in the document."""
    result = _applied({"a": {"b": 1, "c": {"d": 1}}}, {"target": "$.a", "update": {"b": 2, "c": {"e": 3}}})
    assert result == {"a": {"b": 2, "c": {"d": 1, "e": 3}}}


def test_an_array_target_gets_the_update_as_an_entry() -> None:
    """An update of an array is appended to it."""
    assert _applied({"tags": [1]}, {"target": "$.tags", "update": 2}) == {"tags": [1, 2]}


def test_an_array_in_an_update_is_appended() -> None:
    """Arrays inside an update are joined to those of the document."""
    assert _applied({"x": {"required": ["a"]}}, {"target": "$.x", "update": {"required": ["b"]}}) == {
        "x": {"required": ["a", "b"]}
    }


def test_remove_deletes_every_match() -> None:
    """A removal deletes all matches, also in arrays, and has precedence over an update."""
    document = {"items": [1, 2, 3, 4], "keep": True}
    assert _applied(document, {"target": "$.items[?@ > 2]", "remove": True, "update": {}}) == {
        "items": [1, 2],
        "keep": True,
    }


def test_actions_apply_in_order() -> None:
    """A later action sees what an earlier one wrote."""
    first = {"target": "$", "update": {"a": {"b": 1}}}
    assert _applied({}, first, {"target": "$.a", "update": {"b": 2}}) == {"a": {"b": 2}}


def test_the_original_document_is_not_changed() -> None:
    """Applying works on a copy."""
    document: dict[str, Any] = {"a": {}}
    _applied(document, {"target": "$.a", "update": {"b": 1}})
    assert document == {"a": {}}


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"target": "$.ghost", "update": {}}, "matches nothing"),
        ({"target": "$.[", "update": {}}, "isn't valid JSONPath"),
        ({"target": "$.a.b", "update": {"c": 1}}, "neither an object nor an array"),
        ({"target": "$.a", "update": 1}, "so the update must be an object"),
        ({"target": "$.a", "x-kind": "opinion"}, "x-kind"),
        ({"update": {}}, "has no target"),
    ],
)
def test_a_wrong_action_is_an_error(action: dict[str, Any], message: str) -> None:
    """An action that cannot be applied is an error that names the action and the reason."""
    with pytest.raises(OverlayError, match=message):
        _applied({"a": {"b": 1}}, action)


ASSUMED = {"x-id": "A-01", "x-kind": "assumption"}


@pytest.mark.parametrize(
    ("document", "action", "expected"),
    [
        ({"a": {}}, {"target": "$.a", "update": {}}, {"a": {"x-assumed": "A-01"}}),
        ({"a": {}}, {"target": "$.a", "update": {"type": "x"}}, {"a": {"type": "x", "x-assumed": "A-01"}}),
        (
            {"paths": {}},
            {"target": "$.paths", "update": {"/p": {"description": "d"}}},
            {"paths": {"/p": {"description": "d", "x-assumed": "A-01"}}},
        ),
        (
            {"responses": {}},
            {"target": "$.responses", "update": {"400": {"$ref": "#/c"}}},
            {"responses": {"400": {"$ref": "#/c"}}},
        ),
        (
            {"r": {"content": {"json": {}}}},
            {"target": "$.r", "update": {"content": {"json": {"example": {"a": 1}}}}},
            {"r": {"content": {"json": {"example": {"a": 1}}}, "x-assumed": "A-01"}},
        ),
        ({"a": {"x-assumed": "A-09"}}, {"target": "$.a", "update": {}}, {"a": {"x-assumed": ["A-01", "A-09"]}}),
    ],
)
def test_an_assumption_marks_what_it_changes(document: Any, action: dict[str, Any], expected: Any) -> None:
    """An added object is marked itself, any other change marks the target, and example data is never marked."""
    assert _applied(document, action | ASSUMED) == expected
