"""Callbacks and webhooks are read like operations, and their expressions give values of request and response."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.operations.runtime import Messages, template_of
from mockserver.messages import Inputs, Request
from tests.mockserver.contract.operations.test_reading import OK, get

MESSAGES = Messages(
    Request("POST", "/pets/7", "q=a%20b&q=c", {"host": "api.example", "x-hook": "h"}),
    Inputs(path={"id": 7}, body={"url": "http://hook/a", "deep": [{"a/b": True}], "n": 1.5, "none": None}),
    201,
    (("Location", "/pets/7"),),
    {"id": "p 1?", "urls": ["http://a", "http://b"]},
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$url", "http://api.example/pets/7?q=a%20b&q=c"),
        ("$method", "POST"),
        ("{$statusCode}", 201),
        ("$request.path.id", 7),
        ("$request.query.q", "a b"),
        ("$request.header.X-Hook", "h"),
        ("$response.header.location", "/pets/7"),
        ("{$request.body#/url}", "http://hook/a"),
        ("{$request.body#/deep/0/a~1b}", True),
        ("{$request.body.url}", "http://hook/a"),
        ("{$request.body#url}", "http://hook/a"),
        ("{$request.body#/deep.0}", {"a/b": True}),
        ("$response.body#/urls", ["http://a", "http://b"]),
        ("{$request.body#/url}/{$response.body#/id}?n={$request.body#/n}", "http://hook/a/p%201%3F?n=1.5"),
        ("http://fixed/hook", "http://fixed/hook"),
        ("{$request.body#/lost}", ABSENT),
        ("{$request.body#/deep/9}", ABSENT),
        ("{$request.body#/url}/{$request.body#/none}", ABSENT),
        ("$request.query.lost", ABSENT),
    ],
)
def test_expressions_have_values(text: str, value: Any) -> None:
    """Alone they keep their type; within a text they are parts of a URL."""
    assert template_of(text).value(MESSAGES) == value


@pytest.mark.parametrize(
    "text",
    [
        "$foo",
        "{webhookURL}",
        "The URL that was given",
        "/relative",
        "{$request.cookie.a}",
        "{$response.path.id}",
        "$request",
        "$",
    ],
)
def test_others_are_no_expressions(text: str) -> None:
    """The message has the expression."""
    with pytest.raises(ValueError, match=r"runtime expression|a response has no"):
        template_of(text)


def test_callbacks_and_webhooks_have_names(load: Any) -> None:
    """Those of references too; what can't be read is noted, and costs nothing else."""
    item = {"post": get()["get"]}
    callbacks = {
        "one": {"{$request.body#/url}": item},
        "two": {"$url": {"$ref": "#/components/pathItems/hook"}, "{$url}": item},
        "shared": {"$ref": "#/components/callbacks/shared"},
        "wrong": {"{$wrong}": item},
    }
    components = {"callbacks": {"shared": {"$method": item}}, "pathItems": {"hook": {**item, "put": item["post"]}}}
    contract = load({"/a": get(operationId="a", callbacks=callbacks)}, components=components, webhooks={"made": item})
    assert list(contract.outgoing) == [
        "a/one",
        "a/two PUT",
        "a/two POST 1",
        "a/two POST 2",
        "a/shared",
        "webhooks/made",
    ]
    assert [note for note in contract.notes if "is not sent" in note and "'$wrong' isn't" in note]


URI = {"type": "string", "format": "uri"}
TEXT = {"type": "string"}


def subscription(**properties: Any) -> dict[str, Any]:
    """An operation whose body has these members."""
    return {"requestBody": {"content": {"application/json": {"schema": {"properties": properties}}}}}


QUERY = {"parameters": [{"name": "callback-url", "in": "query", "schema": TEXT}]}
DEEP = {"data": {"allOf": [{"properties": {"attributes": {"$ref": "#/components/schemas/Hook"}}}]}}
BOTH = {"homepage": URI, "data": {"properties": {"endpoint": URI}}, "notificationUrl": TEXT}


@pytest.mark.parametrize(
    ("key", "request_", "text"),
    [
        ("{request.body#/url}", subscription(url=TEXT), "{$request.body#/url}"),
        ("request.query.callback-url", QUERY, "$request.query.callback-url"),
        ("{url}", subscription(address=TEXT), "{$url}"),
        ("{callbackUrl}/done", QUERY, "{$request.query.callback-url}/done"),
        ("{webhookURL}", subscription(**DEEP), "{$request.body#/data/attributes/url}"),
        ("The URL that was given", subscription(name=TEXT, url=TEXT), "{$request.body#/url}"),
        ("/on-event", subscription(target=URI), "{$request.body#/target}"),
        ("The URL that was given", subscription(**BOTH), "{$request.body#/notificationUrl}"),
        ("<the socket>", subscription(name=TEXT), None),
        ("{one}", subscription(hookUrl=URI, callbackUrl=URI), None),
        ("The URL that was given", subscription(source_url=URI, redirectUri=URI), None),
        ("{$request.body#/lost}", subscription(url=TEXT), "{$request.body#/lost}"),
        ("https://fixed.example/hook", subscription(url=TEXT), "https://fixed.example/hook"),
    ],
)
def test_a_key_that_is_no_expression_is_read_as_meant(load: Any, key: str, request_: Any, text: str | None) -> None:
    """By the names in the request, where these leave no doubt; a note says so. Others aren't sent."""
    callbacks = {"on": {key: {"post": get()["get"]}}}
    components = {"schemas": {"Hook": {"properties": {"url": URI, "description": TEXT}}}}
    contract = load({"/a": {"post": {"responses": OK, "callbacks": callbacks, **request_}}}, components=components)
    found = {id_: one.to and one.to.text for id_, one in contract.outgoing.items()}
    assert found == ({} if text is None else {"POST /a/on": text})
    assert [one.is_guessed for one in contract.outgoing.values()] == [one != key for one in found.values()]
    notes = [note for note in contract.notes if "runtime expression" in note]
    assert [note.partition("read as ")[2] for note in notes] == ([] if text == key else [text or ""])


@pytest.mark.parametrize("name", ["on", "{$request.body#/url}"])
def test_a_callback_may_lack_its_key_or_its_name(load: Any, name: str) -> None:
    """It is a path item then, and sent to the only address of the request, or to that which its name says."""
    callbacks = {name: {"post": get()["get"]}}
    contract = load({"/a": {"post": {"responses": OK, "callbacks": callbacks, **subscription(url=TEXT)}}})
    [one] = contract.outgoing.values()
    assert one.to is not None
    assert one.to.text == "{$request.body#/url}"


def test_webhooks_of_older_documents_are_known(load: Any) -> None:
    """By the extension that had them before OpenAPI 3.1."""
    assert list(load({"/a": get()}, **{"x-webhooks": {"made": {"post": get()["get"]}}}).outgoing) == ["webhooks/made"]
