"""Which changes of a contract break its clients."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from docs_to_openapi.contract.compare import compare

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


def _request_and_response(document: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    operation = document["paths"]["/x"]["post"]
    return operation["requestBody"]["content"]["j"]["schema"], operation["responses"]["200"]["content"]["j"]["schema"]


@pytest.mark.parametrize(
    ("edit", "text", "breaks"),
    [
        (
            lambda request, _: request["properties"].update(n={"type": "string"}),
            "added property of POST /x request .n",
            False,
        ),
        (lambda request, _: request.update(required=["a"]), "changed required of POST /x request .a", True),
        (lambda request, _: request["properties"].pop("a"), "removed property of POST /x request .a", False),
        (
            lambda _, response: response["properties"].update(n={"type": "string"}),
            "added property of POST /x 200 .n",
            False,
        ),
        (lambda _, response: response["properties"].pop("c"), "removed property of POST /x 200 .c", True),
        (
            lambda _, response: response["properties"]["b"].update(type="integer"),
            "changed type of POST /x 200 .b",
            True,
        ),
        (lambda _, response: response["properties"]["b"]["enum"].append("R"), "changed enum of POST /x 200 .b", True),
        (lambda _, response: response["properties"]["b"]["enum"].pop(), "changed enum of POST /x 200 .b", False),
        (lambda _, response: response.update(required=[]), "changed required of POST /x 200 .b", True),
        (
            lambda _, response: response["properties"]["c"].update(nullable=True),
            "added nullable of POST /x 200 .c",
            True,
        ),
    ],
)
def test_a_change(edit: Edit, text: str, breaks: bool) -> None:
    """One edit is one change, and the change states whether clients break."""
    after = copy.deepcopy(BEFORE)
    edit(*_request_and_response(after))
    [change] = compare(BEFORE, after)
    assert str(change).startswith(text)
    assert bool(change.breaks) is breaks


def test_equal_documents_have_no_changes() -> None:
    """Descriptions, order and the two ways to write null make no difference."""
    after = copy.deepcopy(BEFORE)
    _, response = _request_and_response(after)
    response["properties"] = dict(reversed(response["properties"].items()))
    response["description"] = "other words"
    assert compare(BEFORE, after) == []
    _, first = _request_and_response(both := copy.deepcopy(BEFORE))
    first["properties"]["c"] = {"type": "object", "nullable": True}
    response["properties"]["c"] = {"type": ["object", "null"]}
    assert compare(both, after) == []


def test_a_removed_operation_is_one_breaking_change() -> None:
    """The parts of a removed operation aren't listed in addition."""
    [change] = compare(BEFORE, {"paths": {}})
    assert str(change).startswith("removed operation of POST /x")
    assert change.breaks
