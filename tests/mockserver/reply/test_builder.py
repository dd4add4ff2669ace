"""Answers start from the contract's example, with the behaviour's fields laid over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.operations.operation import ABSENT
from mockserver.reply.builder import ReplyBuilder
from mockserver.reply.laying import lay_over
from mockserver.reply.reply import Reply, merged_headers
from tests.support import Ask, answers, document, json_body, path_parameter

OPEN: dict[str, Any] = {"type": "object", "additionalProperties": True}
NAMES = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple)


@pytest.mark.parametrize(
    ("value", "path", "given_", "result"),
    [
        ({"a": 1}, ("a",), 2, {"a": 2}),
        ({"a": 1}, ("b",), 2, {"a": 1, "b": 2}),
        ({"a": {"b": 1, "c": 2}}, ("a", "b"), 3, {"a": {"b": 3, "c": 2}}),
        ({}, ("a", "b"), 3, {"a": {"b": 3}}),
        ({"a": 5}, ("a", "b"), 3, {"a": {"b": 3}}),
        ({"a": 1, "b": 2}, ("a",), ABSENT, {"b": 2}),
        ({"b": 2}, ("a",), ABSENT, {"b": 2}),
        ({"a": 1}, (), [1], [1]),
        ("text", ("a",), 1, {"a": 1}),
    ],
)
def test_a_field_is_laid_over(value: Any, path: tuple[str, ...], given_: Any, result: Any) -> None:
    """One member is replaced, its parents made where they are missing; ABSENT takes it away."""
    assert lay_over(value, path, given_) == result


@given(NAMES, st.integers())
def test_what_was_laid_over_stands_there(path: tuple[str, ...], number: int) -> None:
    """Reading the path back gives the value, and objects further in are not changed in place."""
    inner: dict[str, Any] = {"b": {"c": 0}}
    value: Any = lay_over({"a": inner}, path, number)
    for name in path:
        value = value[name]
    assert value == number
    assert inner == {"b": {"c": 0}}


def test_headers_are_replaced_by_name_without_case() -> None:
    """One of each: the later one wins."""
    assert merged_headers((("A", "1"), ("B", "2")), (("a", "3"),)) == (("B", "2"), ("a", "3"))


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        (Reply(200, "application/json", {"é": 1}), '{"é":1}'.encode()),
        (Reply(200, "application/json", "text"), b'"text"'),
        (Reply(200, "application/hal+json", None), b"null"),
        (Reply(200, "text/plain", "é"), "é".encode()),
        (Reply(200, "image/png", b"\x89PNG"), b"\x89PNG"),
        (Reply(204, None, ABSENT), b""),
    ],
)
def test_a_value_is_written_in_its_media_type(reply: Reply, body: bytes) -> None:
    """JSON as JSON, text as UTF-8, bytes as they are, nothing as nothing."""
    assert reply.body() == body


def _builder(mock_of: Callable[..., Ask], responses: Any) -> tuple[ReplyBuilder, Any]:
    mock = mock_of(document({"/things": {"get": {"operationId": "op", "responses": responses}}}))
    return mock.engine.pipeline.builder, mock.engine.contract.operations["op"]


def test_the_example_speaks_first(mock_of: Callable[..., Ask]) -> None:
    """Without fields the answer is the contract's example; with fields they stand in it."""
    builder, operation = _builder(mock_of, answers(OPEN, {"success": True, "text": "Well done"}))
    assert builder.compose(operation, 200, ()).value == {"success": True, "text": "Well done"}
    composed = builder.compose(operation, 200, ((("text",), "new"), (("deep", "er"), 1)))
    assert composed.value == {"success": True, "text": "new", "deep": {"er": 1}}
    assert builder.compose(operation, 200, ()).value == {"success": True, "text": "Well done"}


def test_a_nested_example_is_not_changed_in_place(mock_of: Callable[..., Ask]) -> None:
    """One request's fields never show in the next answer."""
    builder, operation = _builder(mock_of, answers(OPEN, {"deep": {"er": 1}}))
    builder.compose(operation, 200, ((("deep", "er"), 2), (("deep", "more"), 3)))
    assert builder.compose(operation, 200, ()).value == {"deep": {"er": 1}}


def test_an_example_that_breaks_its_own_schema_is_not_used(mock_of: Callable[..., Ask]) -> None:
    """The next good one speaks."""
    media = {
        "schema": {"type": "object", "required": ["a"]},
        "examples": {"bad": {"value": {}}, "good": {"value": {"a": 1}}},
    }
    builder, operation = _builder(mock_of, {"200": {"description": "", "content": {"application/json": media}}})
    assert builder.compose(operation, 200, ()).value == {"a": 1}


def test_the_media_type_when_the_client_has_no_wish(mock_of: Callable[..., Ask]) -> None:
    """The first one answers if it has an example, else JSON, else the first; what is stored is JSON where it can be."""
    with_example, without = {"schema": {"type": "string"}, "example": "plain"}, {"schema": {"type": "string"}}
    json_ = {"schema": OPEN, "example": {"a": 1}}
    for content, media, stored in (
        ({"text/plain": with_example, "application/json": json_}, "text/plain", "application/json"),
        ({"text/plain": without, "application/json": json_}, "application/json", "application/json"),
        ({"application/json": {"schema": OPEN}, "text/plain": with_example}, "application/json", "application/json"),
        ({"text/plain": without, "application/json": {"schema": OPEN}}, "application/json", "application/json"),
        ({"text/plain": with_example, "text/html": with_example}, "text/plain", "text/plain"),
    ):
        builder, operation = _builder(mock_of, {"200": {"description": "", "content": content}})
        assert builder.compose(operation, 200, ()).media == media
        assert builder.offered(operation, 200)[0] == media
        assert builder.compose(operation, 200, [((), {"a": 2})]).media == stored


def test_an_answer_without_content_is_empty(mock_of: Callable[..., Ask]) -> None:
    """204, and any status for which no media type is declared."""
    for status in ("204", "200"):
        builder, operation = _builder(mock_of, {status: {"description": ""}})
        reply = builder.compose(operation, int(status), ())
        assert (reply.media, reply.value, reply.body()) == (None, ABSENT, b"")


def test_declared_headers_are_sent(mock_of: Callable[..., Ask]) -> None:
    """A header with an example says it; one that is not required and has none is left out."""
    headers = {
        "X-Told": {"schema": {"type": "integer"}, "example": 7},
        "X-May": {"schema": {"type": "string"}},
        "Retry-After": {"schema": {"type": "integer"}},
        "X-Listed": {"schema": {"type": "array", "items": {"type": "string"}, "example": ["a", "b"]}},
        "X-Lines": {"schema": {"type": "string"}, "example": "one\ntwo"},
        "X-Must": {"schema": {"type": "string"}, "required": True},
    }
    builder, operation = _builder(mock_of, {"200": {"description": "", "headers": headers}})
    sent = dict(builder.compose(operation, 200, ()).headers)
    assert sent["X-Told"] == "7"
    assert sent["X-May"]
    assert sent["X-Listed"] == "a,b"
    assert "X-Lines" not in sent
    assert "Retry-After" not in sent
    assert sent["X-Must"]


def test_answers_of_one_seed_are_the_same(mock_of: Callable[..., Ask]) -> None:
    """Without an example the value is made from the schema, and made alike."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
    mock = mock_of(document({"/things": {"get": {"operationId": "op", "responses": answers(schema)}}}))
    first, second = mock("GET", "/things"), mock("GET", "/things")
    assert first.status == 200
    assert first.body == second.body


@pytest.mark.parametrize(
    ("media", "value", "body"),
    [
        ("application/json", {}, b"{}"),
        ("*/*", {}, b"{}"),
        ("text/plain", "", b""),
        ("application/octet-stream", "", b""),
    ],
)
def test_a_media_type_of_which_nothing_is_said(
    mock_of: Callable[..., Ask], media: str, value: Any, body: bytes
) -> None:
    """Empty, and readable as what it is called."""
    builder, operation = _builder(mock_of, {"200": {"description": "", "content": {media: {}}}})
    reply = builder.compose(operation, 200, ())
    assert (reply.value, reply.body()) == (value, body)


@pytest.mark.parametrize(
    ("declared", "answered"),
    [
        ("image/*", "image/png"),
        ("text/*", "text/plain"),
        ("application/*", "application/json"),
        ("application/*+xml", "application/x-any+xml"),
        ("chemical/*", "chemical/x-any"),
        ("*/*", "application/json"),
    ],
)
def test_a_range_of_media_types_is_answered_in_one_of_them(
    mock_of: Callable[..., Ask], declared: str, answered: str
) -> None:
    """What is answered lies in the range, else it would break the contract."""
    responses = {"200": {"description": "", "content": {declared: {"schema": {"type": "string", "enum": ["a"]}}}}}
    heard = mock_of(document({"/a": {"get": {"responses": responses}}}))("GET", "/a")
    assert (heard.status, heard.headers["content-type"]) == (200, answered)


def test_a_field_brings_what_its_parents_require(mock_of: Callable[..., Ask]) -> None:
    """An object that is made only to hold a field has its other required members too."""
    inner = {"type": "object", "required": ["id", "kind"], "properties": {"id": {}, "kind": {"type": "string"}}}
    schema = {"type": "object", "properties": {"data": {"type": "object", "properties": {"item": inner}}}}
    content = {"application/json": {"schema": schema}}
    builder, operation = _builder(mock_of, {"200": {"description": "", "content": content}})
    for _ in range(2):
        item = builder.compose(operation, 200, [(("data", "item", "id"), 7)]).value["data"]["item"]
        assert item["id"] == 7
        assert isinstance(item["kind"], str)


def test_an_example_by_name_under_a_range(mock_of: Callable[..., Ask]) -> None:
    """A response that is declared for any media type is answered in JSON, its examples too."""
    content = {"*/*": {"schema": OPEN, "examples": {"one": {"value": {"a": 1}}, "two": {"value": {"a": 2}}}}}
    mock = mock_of(document({"/a": {"get": {"responses": {"200": {"description": "", "content": content}}}}}))
    heard = mock("GET", "/a", headers={"prefer": "example=two"})
    assert (heard.headers["content-type"], heard.json) == ("application/json", {"a": 2})


def test_an_object_of_which_nothing_is_declared_shows_no_secrets(mock_of: Callable[..., Ask]) -> None:
    """As in an envelope of anything; where the contract declares one, it is shown."""
    user = {"type": "object", "properties": {"id": {"type": "string"}, "password": {"type": "string"}}}
    item = {"parameters": [path_parameter("id", {"type": "string"})], "get": {"responses": answers(user)}}
    envelope = {"type": "object", "properties": {"data": {"type": "object"}}}
    item["patch"] = {"requestBody": json_body(user), "responses": answers(envelope)}
    paths = {
        "/users": {"post": {"requestBody": json_body(user), "responses": answers(user, status=201)}},
        "/users/{id}": item,
    }
    ask = mock_of(document(paths))
    made = ask("POST", "/users", json={"password": "a"}).json
    assert made["password"] == "a"
    assert ask("PATCH", f"/users/{made['id']}", json={"password": "b"}).json.get("data", {}).keys() <= {"id"}
