"""A PUT replaces what its body can hold, and keeps the rest."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.behaviour.carrying import Carried
from mockserver.contract.schemas.view import SchemaView

VIEW = SchemaView(lambda reference: (reference, True))
TEXT = {"type": "string"}


def _object(more: Any = None, **properties: Any) -> Any:
    return {"type": "object", "properties": properties, **(more or {})}


@pytest.mark.parametrize(
    ("schema", "old", "new", "result"),
    [
        (_object(a=TEXT), {"a": "1", "b": "2"}, {"a": "3"}, {"a": "3", "b": "2"}),
        (_object(a=TEXT, b=TEXT), {"a": "1", "b": "2"}, {"a": "3"}, {"a": "3"}),
        (_object(a=TEXT, b={**TEXT, "readOnly": True}), {"a": "1", "b": "2"}, {}, {"b": "2"}),
        (_object(x=_object(a=TEXT)), {"x": {"a": "1", "b": "2"}}, {"x": {"a": "3"}}, {"x": {"a": "3", "b": "2"}}),
        (_object(x={"type": "object"}), {"x": {"a": "1", "b": "2"}}, {"x": {"a": "3"}}, {"x": {"a": "3"}}),
        (
            _object(x=_object({"additionalProperties": TEXT}, a=TEXT)),
            {"x": {"a": "1", "b": "2"}},
            {"x": {"a": "3"}},
            {"x": {"a": "3"}},
        ),
        ({"type": "object"}, {"a": "1"}, {"b": "2"}, {"b": "2"}),
        (_object({"additionalProperties": True}, a=TEXT), {"a": "1", "b": "2"}, {"a": "3"}, {"a": "3", "b": "2"}),
    ],
)
def test_what_a_body_cannot_hold_stays(schema: Any, old: Any, new: Any, result: Any) -> None:
    """Members that its schema does not declare or marks as readOnly, at every depth; a map holds anything."""
    assert Carried(schema, VIEW).replacing(old, new) == result
