"""Which changes of a contract break its consumers."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from spec.builder.compare import compare

BEFORE: dict[str, Any] = {
    "paths": {
        "/x": {
            "post": {
                "requestBody": {"content": {"j": {"schema": {"properties": {"a": {"type": "string"}}}}}},
                "responses": {
                    "200": {
                        "content": {
                            "j": {
                                "schema": {
                                    "required": ["b"],
                                    "properties": {
                                        "b": {"type": "string", "enum": ["P", "Q"]},
                                        "c": {"type": "object"},
                                    },
                                }
                            }
                        }
                    }
                },
            }
        }
    }
}
Edit = Callable[[dict[str, Any], dict[str, Any]], Any]


def _request_and_answer(document: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    operation = document["paths"]["/x"]["post"]
    return operation["requestBody"]["content"]["j"]["schema"], operation["responses"]["200"]["content"]["j"]["schema"]


@pytest.mark.parametrize(
    ("edit", "told", "breaks"),
    [
        (
            lambda asked, _: asked["properties"].update(n={"type": "string"}),
            "added property of POST /x request .n",
            False,
        ),
        (lambda asked, _: asked.update(required=["a"]), "changed required of POST /x request .a", True),
        (lambda asked, _: asked["properties"].pop("a"), "removed property of POST /x request .a", False),
        (lambda _, given: given["properties"].update(n={"type": "string"}), "added property of POST /x 200 .n", False),
        (lambda _, given: given["properties"].pop("c"), "removed property of POST /x 200 .c", True),
        (lambda _, given: given["properties"]["b"].update(type="integer"), "changed type of POST /x 200 .b", True),
        (lambda _, given: given["properties"]["b"]["enum"].append("R"), "changed enum of POST /x 200 .b", True),
        (lambda _, given: given["properties"]["b"]["enum"].pop(), "changed enum of POST /x 200 .b", False),
        (lambda _, given: given.update(required=[]), "changed required of POST /x 200 .b", True),
        (lambda _, given: given["properties"]["c"].update(nullable=True), "added nullable of POST /x 200 .c", True),
    ],
)
def test_a_change(edit: Edit, told: str, breaks: bool) -> None:
    """One edit is one change, and it is told whether clients break."""
    after = copy.deepcopy(BEFORE)
    edit(*_request_and_answer(after))
    [change] = compare(BEFORE, after)
    assert str(change).startswith(told)
    assert bool(change.breaks) is breaks


def test_equal_documents_have_no_changes() -> None:
    """Words and order are no facts, and neither is the way in which null is written."""
    after = copy.deepcopy(BEFORE)
    _, given = _request_and_answer(after)
    given["properties"] = dict(reversed(given["properties"].items()))
    given["description"] = "other words"
    assert compare(BEFORE, after) == []
    _, first = _request_and_answer(both := copy.deepcopy(BEFORE))
    first["properties"]["c"] = {"type": "object", "nullable": True}
    given["properties"]["c"] = {"type": ["object", "null"]}
    assert compare(both, after) == []


def test_a_removed_operation_is_one_breaking_change() -> None:
    """What an operation consisted of is not told beside it."""
    [change] = compare(BEFORE, {"paths": {}})
    assert str(change).startswith("removed operation of POST /x")
    assert change.breaks
