"""Where the address goes, as the expression of a callback reads it; and where no request can give it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from contract_tests.core.addressing import addressed, seat
from contract_tests.core.answer import Answer, Sent
from contract_tests.core.calls import FORM, Call
from contract_tests.core.errors import NotChecked
from contract_tests.core.outgoing import callbacks_of
from contract_tests.suites.callbacks.occasions import is_due, is_repeated, is_subscription
from contract_tests.suites.callbacks.subscribing import subscribers, wanting_all
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.small import JSON

URL = "http://127.0.0.1:9/contract-tests-1"
TEXT = {"type": "string"}
BODY = {
    "type": "object",
    "required": ["item"],
    "properties": {
        "item": TEXT,
        "callbackUrl": {"type": "string", "format": "uri"},
        "hook": {"type": "object", "properties": {"href": TEXT}},
        "urls": {"type": "array", "items": TEXT},
        "secure": {"type": "string", "pattern": "^https://"},
    },
}


def document(
    expression: str, path: str = "/jobs", name: str = "jobDone", words: str = "", **more: Any
) -> dict[str, Any]:
    """A contract with one operation, and one callback of it."""
    sent = {
        "description": words,
        "requestBody": {"content": {JSON: {"schema": {}}}},
        "responses": {"200": {"description": ""}},
    }
    return {
        "openapi": "3.1.0",
        "paths": {path: {"post": {
            "operationId": "start",
            "parameters": [
                {"name": "back", "in": "query", "schema": TEXT}, {"name": "X-Back", "in": "header", "schema": TEXT},
            ],
            "requestBody": {"content": {JSON: {"schema": BODY}}},
            "responses": {"201": {"description": "", "content": {JSON: {"schema": {"type": "object"}}}}},
            "callbacks": {name: {expression: {"post": sent}}},
        }}},
    } | more  # fmt: skip


def called(contract_of: ContractOf, expression: str) -> Call:
    """A call with the address where the expression reads it."""
    contract = contract_of(document(expression))
    [operation] = contract.operations
    [sending] = callbacks_of(contract, operation)
    return addressed(contract, Call(operation, (), "a=1", {"item": "x"}), {seat(contract, operation, sending): URL})


@pytest.mark.parametrize(
    ("expression", "body"),
    [
        ("{$request.body#/callbackUrl}", {"callbackUrl": URL}),
        ("$request.body#/callbackUrl", {"callbackUrl": URL}),
        ("{$request.body#/hook/href}/done?x={$response.body#/id}", {"hook": {"href": URL}}),
        ("{$request.body#/urls}", {"urls": [URL]}),
        ("{$request.body#/urls/0}", {"urls": [URL]}),
        ("{$response.body#/callbackUrl}", {"callbackUrl": URL}),
    ],
)
def test_the_address_stands_in_the_body(contract_of: ContractOf, expression: str, body: dict[str, Any]) -> None:
    """At the place of the expression, in a list where the contract has one, beside all else."""
    assert called(contract_of, expression).body == {"item": "x", **body}


def test_the_address_stands_in_query_and_header(contract_of: ContractOf) -> None:
    """Beside the other parameters."""
    assert (
        called(contract_of, "{$request.query.back}/data").query
        == "a=1&back=http%3A%2F%2F127.0.0.1%3A9%2Fcontract-tests-1"
    )
    assert called(contract_of, "{$request.header.X-Back}").headers == {"X-Back": URL}


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("https://fixed.example/in?x={$request.body#/item}", "doesn't begin with an expression"),
        ("{$response.body#/elsewhere}", "no part of the request gives its URL"),
        ("{$response.header.X-Url}", "no part of the request gives its URL"),
        ("{$request.body#/secure}", "doesn't allow the listener's address"),
    ],
)
def test_where_no_call_can_give_the_address_the_reason_is_named(
    contract_of: ContractOf, expression: str, reason: str
) -> None:
    """The contract has another host there, or asks for https."""
    with pytest.raises(NotChecked, match=reason):
        called(contract_of, expression)


def test_the_url_is_that_of_request_and_response(contract_of: ContractOf) -> None:
    """Every expression in it has its value."""
    contract = contract_of(document("{$request.body#/callbackUrl}/{$response.body#/id}?s={$statusCode}"))
    [sending] = callbacks_of(contract, contract.operations[0])
    body = b'{"item": "x", "callbackUrl": "http://a/b"}'
    sent = Sent("POST", "http://target/jobs", "/jobs", {"Content-Type": JSON}, body)
    assert sending.urls(Answer(sent, 201, {}, b'{"id": "7/8"}')) == ["http://a/b/7/8?s=201"]


@pytest.mark.parametrize(
    ("path", "name", "words", "due"),
    [
        ("/jobs", "jobDone", "", True),
        ("/payments", "onEvent", "Sent when it is done.", True),
        ("/jobs", "jobFailed", "", False),
        ("/orders", "orderUpdated", "", False),
        ("/jobs", "jobDone", "Sent whenever its state changes.", False),
        ("/subscriptions", "onEvent", "", False),
        ("/v1/web-hooks", "event", "", False),
    ],
)
def test_a_callback_is_due_where_nothing_says_otherwise(
    contract_of: ContractOf, path: str, name: str, words: str, due: bool
) -> None:
    """A subscription, another occasion in its name, or its description say so."""
    contract = contract_of(document("{$request.body#/callbackUrl}", path, name, words))
    [operation] = contract.operations
    [sending] = callbacks_of(contract, operation)
    assert is_due(operation, sending) is due
    assert is_subscription(operation) is (path not in {"/jobs", "/payments", "/orders"})


@pytest.mark.parametrize(
    ("words", "again"),
    [
        ("We retry up to five times.", True),
        ("Not taken, it is sent again.", True),
        ("Failed deliveries are redelivered.", True),
        ("It is not retried.", False),
        ("It is never sent again.", False),
        ("Sent once.", False),
    ],
)
def test_only_words_of_the_contract_say_that_it_is_sent_again(contract_of: ContractOf, words: str, again: bool) -> None:
    """In the description of the callback."""
    contract = contract_of(document("{$request.body#/callbackUrl}", words=words))
    [sending] = callbacks_of(contract, contract.operations[0])
    assert is_repeated(sending) is again


def test_a_subscription_wants_every_event(contract_of: ContractOf) -> None:
    """Those that its enumeration has, else the names of the webhooks; and it is active."""
    some = {"type": "array", "items": {"enum": ["a", "b"]}}
    members = {"endpoint_url": TEXT, "events": some, "active": {"type": "boolean"}, "topics": {**some, "items": TEXT}}
    body = {"content": {JSON: {"schema": {"type": "object", "properties": members}}}}
    contract = contract_of({"openapi": "3.1.0", "paths": {"/webhooks": {"post": {
        "requestBody": body, "responses": {"201": {"description": ""}}}}}})  # fmt: skip
    [(operation, expression)] = subscribers(contract, contract.operations)
    assert expression.at == ("endpoint_url",)
    call = wanting_all(contract, Call(operation, (), "", {"events": ["a"], "active": False}), [])
    assert call.body == {"events": ["a", "b"], "active": True, "topics": []}


def test_the_address_stands_in_a_form(contract_of: ContractOf) -> None:
    """Where an operation takes a form; numbers and lists are written as forms have them."""
    form = document("{$request.body#/callbackUrl}")
    form["paths"]["/jobs"]["post"]["requestBody"]["content"] = {FORM: {"schema": BODY}}
    contract = contract_of(form)
    [operation] = contract.operations
    [sending] = callbacks_of(contract, operation)
    call = Call(operation, (), "", {"item": "a b", "urls": ["x"], "count": 2}, is_form=True)
    sent: dict[str, Any] = {}
    target: Any = SimpleNamespace(request=lambda *_, **given: sent.update(given))
    addressed(contract, call, {seat(contract, operation, sending): "http://a/1"}).send(target)
    assert sent["body"] == b"item=a%20b&urls=x&count=2&callbackUrl=http%3A%2F%2Fa%2F1"
    assert sent["headers"] == {"Content-Type": FORM}
