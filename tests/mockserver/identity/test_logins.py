"""Operations of an API that answer a password with a token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.identity.tokens import is_own
from tests.mockserver.identity.notes import claims_of
from tests.support import Ask, Clock, answers, document, json_body

CREDENTIALS = {"type": "object", "properties": {"email": {"type": "string"}, "password": {"type": "string"}}}
ITEM = {"type": "object", "properties": {"id": {"type": "string"}}}
USERS = {
    "users": [
        {"name": "alice", "token": "alice-token", "claims": {"email": "alice@example.com"}, "scopes": ["read"]},
        {"name": "bob", "token": "bob-token", "password": "secret"},
    ]
}


def _api(member: Any, **statuses: Any) -> dict[str, Any]:
    """An API whose login operation answers with this object."""
    shown = {"type": "object", "required": ["token"], "properties": member}
    shown = {**shown, "required": [name for name in member if name != "expiresIn"]}
    login = {"operationId": "login", "requestBody": json_body(CREDENTIALS), "responses": answers(shown, **statuses)}
    items = {
        "operationId": "listItems",
        "security": [{"jwt": []}],
        "responses": answers({"type": "array", "items": ITEM}),
    }
    schemes = {"jwt": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    return document({"/login": {"post": login}, "/items": {"get": items}}, components={"securitySchemes": schemes})


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("member", "place"),
    [
        ({"token": TEXT, "expiresIn": {"type": "integer"}}, ("token",)),
        ({"access_token": {**TEXT, "example": "eyJhbGciOi..."}}, ("access_token",)),
        ({"data": {"type": "object", "properties": {"jwt": TEXT}}}, ("data", "jwt")),
    ],
)
def test_a_login_gives_a_token_that_counts(
    mock_of: Callable[..., Ask], clock: Clock, member: Any, place: tuple[str, ...]
) -> None:
    """It is signed, its user is whom the request names, and it expires."""
    ask = mock_of(_api(member), fixtures=USERS)
    value = ask("POST", "/login", json={"email": "alice@example.com", "password": "any"}).json
    assert value.get("expiresIn") in (None, 3600)
    for name in place:
        value = value[name]
    assert (claims_of(value)["sub"], claims_of(value)["scope"]) == ("alice", "read")
    assert ask("GET", "/items", value).status == 200
    clock.advance(hours=1)
    assert ask("GET", "/items", value).status == 401


def test_the_token_of_a_world_names_it(mock_of: Callable[..., Ask]) -> None:
    """As all tokens do."""
    ask = mock_of(_api({"token": TEXT}), fixtures=USERS)
    token = ask("POST", "/login", json={"email": "bob", "password": "secret"}, headers={"mock-world": "w1"}).json[
        "token"
    ]
    assert ask("GET", "/items", token).status == 200
    assert ask.engine.journal.last("w1") == 2


@pytest.mark.parametrize(
    ("statuses", "status"),
    [({"_401": ({}, {})}, 401), ({"_400": ({}, {})}, 400), ({"_default": ({}, {})}, 401), ({}, 200)],
)
def test_strangers_are_refused_as_declared(mock_of: Callable[..., Ask], statuses: Any, status: int) -> None:
    """By the operation's own status; one that declares no refusal lets everybody in."""
    ask = mock_of(_api({"token": TEXT}, **statuses), fixtures=USERS)
    for sent in ({"email": "bob", "password": "wrong"}, {"email": "carol", "password": "x"}):
        assert ask("POST", "/login", json=sent).status == status


def test_a_short_token_is_the_plain_one(mock_of: Callable[..., Ask]) -> None:
    """Where the contract has no room for a signed one; where it has none for that either, its example stays."""
    ask = mock_of(_api({"token": {**TEXT, "maxLength": 20}}), fixtures=USERS)
    assert ask("POST", "/login", json={"email": "bob", "password": "secret"}).json == {"token": "bob-token"}
    ask = mock_of(_api({"token": {**TEXT, "enum": ["x"]}}), fixtures=USERS)
    assert ask("POST", "/login", json={"email": "bob", "password": "secret"}).json == {"token": "x"}


def test_without_users_nothing_changes(mock_of: Callable[..., Ask]) -> None:
    """Every token is taken then."""
    ask = mock_of(_api({"token": TEXT}))
    token = ask("POST", "/login", json={"email": "anybody", "password": "x"}).json["token"]
    assert not is_own(token)
    assert ask("GET", "/items", token).status == 200
