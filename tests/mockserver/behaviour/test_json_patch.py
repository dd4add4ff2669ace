"""JSON Patch: every operation of RFC 6902, and what refuses a patch."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.behaviour.json_patch import is_json_patch, patched
from mockserver.errors import Refused

OLD = {"a": {"b": 1}, "list": [1, 2]}


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ({"op": "add", "path": "/list/1", "value": 9}, {"a": {"b": 1}, "list": [1, 9, 2]}),
        ({"op": "add", "path": "/list/-", "value": 9}, {"a": {"b": 1}, "list": [1, 2, 9]}),
        ({"op": "remove", "path": "/a/b"}, {"a": {}, "list": [1, 2]}),
        ({"op": "replace", "path": "/a", "value": None}, {"a": None, "list": [1, 2]}),
        ({"op": "move", "from": "/a/b", "path": "/c"}, {"a": {}, "list": [1, 2], "c": 1}),
        ({"op": "copy", "from": "/a", "path": "/c"}, {**OLD, "c": {"b": 1}}),
        ({"op": "test", "path": "/a/b", "value": 1}, OLD),
    ],
)
def test_each_operation(operation: Any, result: Any) -> None:
    """RFC 6902, section 4; the record itself is left as it was."""
    before = repr(OLD)
    assert patched(OLD, [operation]) == result
    assert repr(OLD) == before


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ({"op": "test", "path": "/a/b", "value": 2}, 409),
        ({"op": "remove", "path": "/nothing"}, 409),
        ({"op": "replace", "path": "/list/7", "value": 2}, 409),
        ({"op": "jump", "path": "/a"}, 400),
        ({"op": "add", "path": "/a"}, 400),
        ({"op": "move", "path": "/a"}, 400),
        ({"op": "add", "path": 7, "value": 1}, 400),
    ],
)
def test_what_refuses_a_patch(operation: Any, status: int) -> None:
    """A record that isn't as the patch assumes is a conflict, a malformed patch a bad request (RFC 5789, 2.2)."""
    with pytest.raises(Refused) as refused:
        patched(OLD, [operation])
    assert refused.value.status == status


def test_a_patch_cannot_grow_a_record_without_bound() -> None:
    """Thirty copies of a list into itself would be a billion items."""
    doubling = [{"op": "copy", "from": "", "path": f"/{name}"} for name in range(30)]
    with pytest.raises(Refused) as refused:
        patched({"a": "x" * 1000}, doubling)
    assert refused.value.status == 413


@pytest.mark.parametrize("value", [{"op": "add", "path": "/a"}, [{"name": "a"}], [1], None])
def test_other_bodies_are_no_json_patch(value: Any) -> None:
    """It is a list of objects that each have an operation and a path."""
    assert not is_json_patch(value)
