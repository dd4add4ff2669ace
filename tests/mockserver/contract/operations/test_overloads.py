"""Operations of one path and method that differ by what stands behind it."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract.operations.overloads import has_more, path_of, unsendable
from tests.mockserver.inference.lists import contract


def _value(name: str, location: str = "path") -> dict[str, Any]:
    return {"name": name, "in": location, "required": True, "schema": {"type": "string"}}


@pytest.mark.parametrize(
    ("template", "path", "more"),
    [
        ("/a/{b}", "/a/{b}", False),
        ("/a?x=1", "/a", True),
        ("/a#x", "/a", True),
        ("/a?x=1#y", "/a", True),
        ("/a#y?x", "/a", True),
    ],
)
def test_a_template_may_hold_more_than_a_path(template: str, path: str, more: bool) -> None:
    """A query, a fragment, or both."""
    assert (path_of(template), has_more(template)) == (path, more)


def test_a_value_behind_the_fragment_alone_can_t_be_sent() -> None:
    """One that stands before it too, and one of a query, can."""
    get = {"parameters": [_value("a"), _value("b"), _value("c", "query")], "responses": {"200": {"description": ""}}}
    known = contract({"/x/{a}#{a}/{b}": {"get": get}})
    assert [unsendable(operation) for operation in known.operations.values()] == [["b"]]
