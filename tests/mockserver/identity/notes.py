"""A small API with scopes, its users, and an app that signs in to it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.support import Ask, ClientResponse, answers, document, json_body, path_parameter

NOTE = {"type": "object", "required": ["text"], "properties": {"id": {"type": "string"}, "text": {"type": "string"}}}
READ, WRITE = [{"oauth": ["notes.read"]}], [{"oauth": ["notes.write"]}]
FLOWS = {
    "authorizationCode": {
        "authorizationUrl": "https://api.example.com/oauth/authorize",
        "tokenUrl": "/oauth/token",
        "scopes": {"notes.read": "read", "notes.write": "write"},
    }
}
NOTES = document(
    {
        "/notes": {
            "get": {
                "operationId": "listNotes",
                "security": READ,
                "responses": answers({"type": "array", "items": NOTE}),
            },
            "post": {
                "operationId": "addNote",
                "security": WRITE,
                "requestBody": json_body(NOTE),
                "responses": answers(NOTE, status=201),
            },
        },
        "/notes/{id}": {
            "parameters": [path_parameter()],
            "get": {"operationId": "getNote", "security": READ, "responses": answers(NOTE)},
        },
    },
    servers=[{"url": "https://api.example.com/v1"}],
    components={"securitySchemes": {"oauth": {"type": "oauth2", "flows": FLOWS}}},
)
USERS = {
    "users": [
        {
            "name": "alice",
            "token": "alice-token",
            "id": "u1",
            "claims": {"email": "alice@example.com", "role": "admin"},
        },
        {"name": "bob", "token": "bob-token", "scopes": ["notes.read"], "password": "secret"},
    ]
}
AUTH = "/__mock__/auth"
CALLBACK = "http://localhost:3000/callback"


def claims_of(token: str) -> Any:
    """What a token says, whoever signed it."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@dataclass
class App:
    """An app that signs its users in."""

    ask: Ask
    client: str = "app"
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, endpoint: str, **given: str) -> ClientResponse:
        """A browser at an endpoint of the provider."""
        return self.ask("GET", f"{AUTH}/{endpoint}", None, query=urlencode(given), headers=self.headers)

    def post(self, endpoint: str, **given: str) -> ClientResponse:
        """A form that is sent to an endpoint of the provider."""
        sent = {"content-type": "application/x-www-form-urlencoded", **self.headers}
        return self.ask("POST", f"{AUTH}/{endpoint}", None, body=urlencode(given).encode(), headers=sent)

    def authorize(self, **given: str) -> ClientResponse:
        """A browser that the app has sent to sign in."""
        usual = {"client_id": self.client, "redirect_uri": CALLBACK, "response_type": "code", "state": "s"}
        return self.get("authorize", **{**usual, **given})

    def code(self, **given: str) -> str:
        """The code that a sign-in gives; alice's unless a hint names another user."""
        return returned(self.authorize(**{"login_hint": "alice", **given}))["code"]

    def token(self, code: str, **given: str) -> ClientResponse:
        """What the token endpoint gives for a code."""
        usual = {"grant_type": "authorization_code", "code": code, "client_id": self.client, "redirect_uri": CALLBACK}
        return self.post("token", **{**usual, **given})

    def refresh(self, token: str, **given: str) -> ClientResponse:
        """What the token endpoint gives for a refresh token."""
        return self.post("token", grant_type="refresh_token", refresh_token=token, client_id=self.client, **given)

    def signed_in(self, **given: str) -> Any:
        """The tokens of a new sign-in."""
        return self.token(self.code(**given)).json


def returned(response: ClientResponse) -> dict[str, str]:
    """What a redirection back to the app has in its query or fragment."""
    assert response.status == 302, response.body
    target = urlsplit(response.headers["location"])
    return dict(parse_qsl(target.query or target.fragment))
