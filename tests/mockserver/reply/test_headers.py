"""The response headers that a contract declares."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.messages import Request
from tests.support import Ask, ClientResponse, document

ACTED_UPON = [
    *("Age", "Allow", "Content-Disposition", "Content-Language", "Content-Location"),
    *("Content-Range", "Expires", "Last-Modified", "Link", "Location", "Proxy-Authenticate"),
    *("Retry-After", "Set-Cookie", "Strict-Transport-Security"),
    *("Vary", "Via", "WWW-Authenticate", "Access-Control-Max-Age"),
]
TEXT = {"type": "string", "minLength": 1}


def _answer(mock_of: Callable[..., Ask], headers: dict[str, Any]) -> ClientResponse:
    said = {"description": "well", "headers": headers, "content": {"text/plain": {"schema": TEXT, "example": "x"}}}
    heard = mock_of(document({"/a": {"get": {"responses": {"200": said}}}}))("GET", "/a", None)
    assert heard.status == 200
    return heard


@pytest.mark.parametrize("name", ACTED_UPON)
def test_a_header_that_clients_act_upon_is_not_made_up(mock_of: Callable[..., Ask], name: str) -> None:
    """It is left out unless the contract has an example, or requires it."""
    schema = {"type": "integer"} if name == "Access-Control-Max-Age" else TEXT
    made, shown = "7" if schema is not TEXT else "made", "9" if schema is not TEXT else "shown"
    assert name.lower() not in _answer(mock_of, {name: {"schema": schema}}).headers
    assert _answer(mock_of, {name: {"schema": schema, "example": shown}}).headers[name.lower()] == shown
    assert _answer(mock_of, {name: {"schema": {**schema, "examples": [shown]}}}).headers[name.lower()] == shown
    enum = {**schema, "enum": [int(made) if made.isdigit() else made]}
    assert _answer(mock_of, {name: {"schema": enum, "required": True}}).headers[name.lower()] == made


def test_an_entity_tag_is_that_of_the_body(mock_of: Callable[..., Ask]) -> None:
    """Never a word that was made up; the contract's own example stays."""
    assert re.fullmatch('"[0-9a-f]{18}"', _answer(mock_of, {"ETag": {"schema": TEXT}}).headers["etag"])
    assert _answer(mock_of, {"ETag": {"schema": TEXT, "example": '"v1"'}}).headers["etag"] == '"v1"'


FRAMING = [
    *("Connection", "Content-Encoding", "Content-Length", "Date", "Keep-Alive", "Proxy-Connection", "Server", "TE"),
    *("Trailer", "Transfer-Encoding", "Upgrade"),
]


@pytest.mark.parametrize("name", FRAMING)
def test_headers_of_the_connection_never_come_from_the_contract(mock_of: Callable[..., Ask], name: str) -> None:
    """An example of them would say what isn't so: the body isn't compressed, and now isn't 2022."""
    for header in ({"schema": TEXT, "example": "gzip"}, {"schema": {**TEXT, "example": "gzip"}, "required": True}):
        assert name.lower() not in _answer(mock_of, {name: header}).headers


COOKIES = ["sid=a; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "csrf=b; Path=/"]


@pytest.mark.parametrize(
    "header",
    [
        {"schema": {"type": "array", "items": {"type": "string"}}, "example": COOKIES},
        {"schema": {"type": "array", "items": {"type": "string"}, "example": COOKIES}},
        {"schema": TEXT, "example": "\n".join(COOKIES) + "\n"},
        {"schema": TEXT, "examples": {"two": {"dataValue": "\r\n".join(COOKIES)}}},
        {"content": {"text/plain": {"schema": TEXT, "examples": {"two": {"dataValue": "\n".join(COOKIES)}}}}},
    ],
)
def test_each_cookie_has_a_line_of_its_own(mock_of: Callable[..., Ask], header: dict[str, Any]) -> None:
    """Browsers read one cookie from a line: what follows a comma would be lost."""
    responses = {"204": {"description": "well", "headers": {"Set-Cookie": header}}}
    ask = mock_of(document({"/a": {"post": {"responses": responses}}}))
    answer = ask.engine.pipeline.respond(Request("POST", "/a"))
    assert answer.status == 204
    assert [value for name, value in answer.headers if name == "Set-Cookie"] == COOKIES


@pytest.mark.parametrize("word", ["example", "default", "const"])
def test_what_the_schema_of_such_a_header_names_is_sent(mock_of: Callable[..., Ask], word: str) -> None:
    """An example, a default or a constant is the contract's own word."""
    assert _answer(mock_of, {"Retry-After": {"schema": {**TEXT, word: "30"}}}).headers["retry-after"] == "30"


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ({"schema": {"type": "integer", "enum": [7]}}, "7"),
        ({"schema": {"type": "boolean", "enum": [True]}}, "true"),
        ({"schema": {"type": "array", "items": {"enum": ["a"]}, "minItems": 2}}, "a,a"),
        ({"schema": TEXT, "example": " padded "}, "padded"),
        ({"content": {"application/json": {"schema": {"enum": [{"a": 1}]}}}}, '{"a":1}'),
        ({"content": {"text/plain": {"schema": TEXT, "example": "shown"}}}, "shown"),
        ({"schema": TEXT, "example": "two\nlines"}, None),
        ({"schema": TEXT, "example": "日本"}, None),
    ],
)
def test_any_other_header_is_sent_as_text(mock_of: Callable[..., Ask], header: dict[str, Any], text: str) -> None:
    """By its example or its schema; what is no field value is left out."""
    assert _answer(mock_of, {"X-Thing": header}).headers.get("x-thing") == text
