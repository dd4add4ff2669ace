"""Responses are checked by what the operation declares."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract.operations.operation import ABSENT

JSON = {"application/json": {"schema": {"type": "object", "required": ["a"]}}}
RESPONSES = {
    "200": {
        "description": "",
        "content": JSON | {"text/plain": {"schema": {"type": "string", "maxLength": 3}}, "image/*": {}},
        "headers": {
            "X-Count": {"required": True, "schema": {"type": "integer"}},
            "X-Tags": {"schema": {"type": "array", "items": {"enum": ["a", "b"]}}},
        },
    },
    "204": {"description": ""},
    "4XX": {"description": "", "content": {"application/problem+json": {"schema": {"required": ["title"]}}}},
}
COUNT = ("X-Count", "5")


@pytest.mark.parametrize(
    ("status", "headers", "content_type", "value", "expected"),
    [
        (200, [COUNT], "application/json", {"a": 1}, []),
        (200, [COUNT], "application/json; charset=utf-8", {"a": 1}, []),
        (200, [("x-count", "5"), ("X-Tags", "a,b")], "application/json", {"a": 1}, []),
        (200, [COUNT], "application/json", {}, ["body.a is required"]),
        (200, [], "application/json", {"a": 1}, ["header.X-Count is required"]),
        (200, [("X-Count", "x")], "application/json", {}, ["header.X-Count must be", "body.a is required"]),
        (200, [COUNT, ("X-Tags", "a,c")], "application/json", {"a": 1}, ["header.X-Tags[1] must be one of"]),
        (200, [COUNT, ("X-Tags", "a, b"), ("x-tags", "b")], "application/json", {"a": 1}, []),
        (200, [COUNT, ("X-Tags", "c"), ("X-Tags", "a")], "application/json", {"a": 1}, ["header.X-Tags[0] must be"]),
        (200, [COUNT], "text/plain", "abc", []),
        (200, [COUNT], "text/plain", "abcd", ["body must have at most 3 characters"]),
        (200, [COUNT], "image/png", b"\x89", []),
        (200, [COUNT], "text/html", "x", ["header.Content-Type is text/html; declared is application/json"]),
        (200, [COUNT], None, {"a": 1}, ["header.Content-Type is missing"]),
        (200, [COUNT], None, ABSENT, ["body is missing; declared is application/json"]),
        (204, [], None, ABSENT, []),
        (404, [], "application/problem+json", {"title": "x"}, []),
        (404, [], "application/problem+json", {}, ["body.title is required"]),
        (500, [], "application/json", {"a": 1}, ["status 500 is not declared; declared: 200, 204, 4XX"]),
    ],
)
def test_responses_are_checked(
    load: Any, status: int, headers: Any, content_type: str | None, value: Any, expected: list[str]
) -> None:
    """Status, headers, media type and body."""
    contract = load({"/a": {"get": {"responses": RESPONSES}}})
    operation = contract.operations["GET /a"]
    for _ in range(2):  # the second time by the validator that is kept
        problems = contract.check_response(operation, status, headers, content_type, value)
        assert len(problems) == len(expected)
        for problem, start in zip(problems, expected, strict=True):
            assert f"{problem.place} {problem.message}".startswith(start)


def test_the_default_response_stands_for_every_status(load: Any) -> None:
    """A status that is not declared is checked by `default`."""
    contract = load({"/a": {"get": {"responses": {"default": {"description": "", "content": JSON}}}}})
    operation = contract.operations["GET /a"]
    assert contract.check_response(operation, 418, (), "application/json", {"a": 1}) == ()
    assert len(contract.check_response(operation, 418, (), "application/json", {})) == 1
