"""Callbacks and webhooks are read like operations, and their expressions give values of request and response."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.operations.runtime import Messages, template_of
from mockserver.messages import Inputs, Request
from tests.mockserver.contract.operations.test_reading import get

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
