"""Operations of the contract at the addresses that it declares for its provider."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.mockserver.identity.notes import CALLBACK, NOTES, USERS, App, returned
from tests.support import Ask, answers, path_parameter

TOKENS = {
    "type": "object",
    "required": ["access_token", "account"],
    "additionalProperties": False,
    "properties": {"access_token": {"type": "string"}, "account": {"type": "string", "example": "acc-1"}},
}
PROBLEM = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}


def _api(responses: Any) -> dict[str, Any]:
    api = copy.deepcopy(NOTES)
    api["servers"] = [{"url": "https://api.example.com"}]
    form = {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}
    token = {"operationId": "getToken", "security": [], "requestBody": {"content": form}, "responses": responses}
    moved = {"302": {"description": "back to the app"}}
    api["paths"]["/oauth/token"] = {"post": token}
    api["paths"]["/oauth/authorize"] = {"get": {"operationId": "authorize", "security": [], "responses": moved}}
    return api


def _code(ask: Ask, **headers: str) -> str:
    query = f"client_id=app&redirect_uri={CALLBACK}&response_type=code&login_hint=alice&scope=notes.read"
    return returned(ask("GET", "/oauth/authorize", None, query=query, headers=headers))["code"]


def _token(ask: Ask, code: str) -> Any:
    sent = {"content-type": "application/x-www-form-urlencoded"}
    body = f"grant_type=authorization_code&code={code}&client_id=app".encode()
    return ask("POST", "/oauth/token", None, body=body, headers=sent)


def test_the_provider_answers_a_declared_operation(mock_of: Callable[..., Ask]) -> None:
    """With tokens that count, in the form that the contract has for them, and in the world of the code."""
    ask = mock_of(_api(answers(TOKENS, _400=(PROBLEM, {"error": "x"}))), fixtures=USERS)
    answer = _token(ask, _code(ask, **{"mock-world": "w1"}))
    assert (answer.status, set(answer.json), answer.json["account"]) == (200, {"access_token", "account"}, "acc-1")
    assert ask("GET", "/notes", answer.json["access_token"]).status == 200
    assert [entry.operation for entry in ask.engine.journal.entries("w1")] == ["authorize", "getToken", "listNotes"]
    refused = _token(ask, "ac_0")
    assert (refused.status, refused.json["error"]) == (400, "invalid_grant")


def test_an_undeclared_refusal_is_a_problem(mock_of: Callable[..., Ask]) -> None:
    """As all refusals are that the contract has no answer for."""
    ask = mock_of(_api(answers(TOKENS)), fixtures=USERS)
    refused = _token(ask, "ac_0")
    assert (refused.status, "knows no such code" in refused.json["detail"]) == (400, True)


@pytest.mark.parametrize("token", ["alice-token", None])
def test_other_operations_are_as_ever(mock_of: Callable[..., Ask], token: str | None) -> None:
    """Callers are remembered by operation, and the provider's are none."""
    app = App(mock_of(_api(answers(TOKENS)), fixtures=USERS))
    assert app.ask("GET", "/notes", token).status == (200 if token else 401)
    assert _token(app.ask, _code(app.ask)).status == 200
    assert app.ask("GET", "/notes", token).status == (200 if token else 401)


def test_a_path_that_only_fits_is_no_endpoint(mock_of: Callable[..., Ask]) -> None:
    """`GET /oauth/{id}` goes on reading records, though the token endpoint has such a path."""
    api = _api(answers(TOKENS))
    one = {"operationId": "getClient", "security": [], "responses": answers({"type": "object"}, {"name": "x"})}
    api["paths"]["/oauth/{id}"] = {"parameters": [path_parameter()], "get": one}
    ask = mock_of(api, fixtures=USERS)
    assert (ask("GET", "/oauth/token", None).status, ask("GET", "/oauth/7", None).json) == (200, {"name": "x"})
    assert _token(ask, _code(ask)).status == 200


@pytest.mark.parametrize("base", ["", "/hub/api"])
def test_a_declared_operation_is_there_without_the_path_of_its_server(mock_of: Callable[..., Ask], base: str) -> None:
    """As all operations are."""
    api = _api(answers(TOKENS))
    api["servers"] = [{"url": "https://api.example.com/hub/api"}]
    flow = copy.deepcopy(api["components"]["securitySchemes"]["oauth"]["flows"]["authorizationCode"])
    flow |= {"authorizationUrl": "/hub/api/oauth/authorize", "tokenUrl": "/hub/api/oauth/token"}
    api["components"] = {"securitySchemes": {"oauth": {"type": "oauth2", "flows": {"authorizationCode": flow}}}}
    ask = mock_of(api, fixtures=USERS)
    query = f"client_id=app&redirect_uri={CALLBACK}&response_type=code&login_hint=alice&scope=notes.read"
    code = returned(ask("GET", f"{base}/oauth/authorize", None, query=query))["code"]
    sent = {"content-type": "application/x-www-form-urlencoded"}
    body = f"grant_type=authorization_code&code={code}&client_id=app".encode()
    assert ask("POST", f"{base}/oauth/token", None, body=body, headers=sent).status == 200
