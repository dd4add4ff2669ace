"""Session cookies, API keys and passwords: what the contract declares beside bearer tokens."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.errors import FixtureError
from tests.support import Ask, ClientResponse, Clock, answers, document, json_body

ITEM = {"type": "object", "properties": {"id": {"type": "string"}, "text": {"type": "string"}}}
CREDENTIALS = {"type": "object", "properties": {"username": {"type": "string"}, "password": {"type": "string"}}}
COOKIE = "SID=abc; Path=/; Secure; HttpOnly; Domain=api.example.com; Max-Age=7200"


def _api(example: str = COOKIE, **paths: Any) -> dict[str, Any]:
    """An API with items behind a cookie, or a key, and operations that sign in and out."""
    header = {"schema": {"type": "string", **({"example": example} if example else {})}}
    signed_in: dict[str, Any] = {"204": {"description": "in", "headers": {"Set-Cookie": header}}}
    signed_in["401"] = {"description": "a stranger"}
    items = {"get": {"operationId": "listItems", "responses": answers({"type": "array", "items": ITEM})}}
    login = {"operationId": "logIn", "security": [], "requestBody": json_body(CREDENTIALS), "responses": signed_in}
    usual = {
        "/items": items,
        "/login": {"post": login},
        "/logout": {"post": {"operationId": "logOut", "responses": {"204": {"description": "out"}}}},
    }
    schemes = {
        "session": {"type": "apiKey", "in": "cookie", "name": "SID"},
        "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "query": {"type": "apiKey", "in": "query", "name": "key"},
        "basic": {"type": "http", "scheme": "basic"},
    }
    return document(
        {**usual, **paths}, security=[{name: []} for name in schemes], components={"securitySchemes": schemes}
    )


USERS = {
    "users": [
        {"name": "alice", "token": "alice-token", "keys": {"header": "k-alice"}},
        {"name": "bob", "token": "bob-token", "password": "secret", "keys": {"query": "q-bob", "session": "c-bob"}},
    ]
}


class Browser:
    """Keeps the cookie that an API sets."""

    def __init__(self, ask: Ask) -> None:
        self.ask, self.cookie = ask, ""

    def __call__(self, method: str, path: str, **options: Any) -> ClientResponse:
        """Send a request with the cookie, and keep the one that comes."""
        options.setdefault("headers", {})["cookie"] = self.cookie
        response = self.ask(method, path, None, **options)
        if "set-cookie" in response.headers:
            self.cookie = response.headers["set-cookie"].partition(";")[0]
        return response


@pytest.fixture
def browser(mock_of: Callable[..., Ask]) -> Browser:
    """A browser at the API."""
    return Browser(mock_of(_api(), fixtures=USERS))


def test_a_browser_signs_in_works_and_signs_out(browser: Browser) -> None:
    """The cookie of the login operation admits its user; after the logout it is refused, whoever kept it."""
    assert browser("GET", "/items").status == 401
    came = browser("POST", "/login", json={"username": "bob", "password": "secret"})
    assert came.headers["set-cookie"].split("; ")[1:] == ["Path=/", "HttpOnly", "Max-Age=7200"]
    assert browser("GET", "/items").status == 200
    journal = browser.ask.engine.journal
    assert [entry.user for entry in journal.entries("main")][-2:] == ["bob", "bob"]
    kept = browser.cookie
    assert "Max-Age=0" in browser("POST", "/logout").headers["set-cookie"]
    browser.cookie = kept
    refused = browser("GET", "/items")
    assert (refused.status, "revoked" in refused.headers["mock-reason"]) == (401, True)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"username": "bob", "password": "wrong"}, 401),
        ({"username": "bob"}, 401),
        ({"username": "carol", "password": "x"}, 401),
        ({"username": "alice", "password": "any"}, 204),
        ({}, 204),
    ],
)
def test_strangers_stay_out(browser: Browser, sent: Any, status: int) -> None:
    """A name must be that of a user, with the password that the fixtures have; who names nobody is the first user."""
    assert browser("POST", "/login", json=sent).status == status
    assert browser("GET", "/items").status == (401 if status == 401 else 200)


def test_time_ends_a_session(browser: Browser, clock: Clock) -> None:
    """After the Max-Age that the contract shows, by the clock of the world."""
    browser("POST", "/login", json={"username": "alice"})
    clock.advance(seconds=7199)
    assert browser("GET", "/items").status == 200
    clock.advance(seconds=1)
    assert browser("GET", "/items").status == 401


def test_a_session_belongs_to_its_world(browser: Browser) -> None:
    """Its cookie names the world, and a reset ends it."""
    browser("POST", "/login", json={"username": "alice"}, headers={"mock-world": "w1"})
    assert browser.cookie.endswith("~w1")
    assert browser("GET", "/items").status == 200
    assert browser.ask.engine.journal.last("w1") == 2
    browser.ask.engine.reset("w1")
    refused = browser("GET", "/items")
    assert (refused.status, "knows no such session" in refused.headers["mock-reason"]) == (401, True)


@pytest.mark.parametrize("cookie", ["SID=sid_", "SID=sid_0", "SID=sid_../x", "SID=sid_~", "SID=abc"])
def test_invented_cookies_are_refused(browser: Browser, cookie: str) -> None:
    """What no operation has set."""
    browser.cookie = cookie
    assert browser("GET", "/items").status in (400, 401)


def test_the_cookie_needs_no_example(mock_of: Callable[..., Ask]) -> None:
    """One cookie scheme and a declared Set-Cookie are enough; a form of the session as a resource works too."""
    session = {
        "post": {**_api("")["paths"]["/login"]["post"], "operationId": "createSession"},
        "delete": {"operationId": "deleteSession", "responses": {"204": {"description": "out"}}},
    }
    browser = Browser(mock_of(_api("", **{"/login": {}, "/logout": {}, "/session": session}), fixtures=USERS))
    assert browser("POST", "/session", json={"username": "alice"}).headers["set-cookie"].endswith("SameSite=Lax")
    assert browser("GET", "/items").status == 200
    assert browser("DELETE", "/session").status == 204
    assert browser("GET", "/items").status == 401


BASIC = "Basic " + base64.b64encode(b"bob:secret").decode()


@pytest.mark.parametrize(
    ("sent", "user"),
    [
        ({"headers": {"x-key": "k-alice"}}, "alice"),
        ({"headers": {"x-key": "alice-token"}}, "alice"),
        ({"query": "key=q-bob"}, "bob"),
        ({"query": "key=k-alice"}, None),
        ({"headers": {"cookie": "SID=c-bob"}}, "bob"),
        ({"headers": {"authorization": BASIC}}, "bob"),
        ({"headers": {"authorization": "Basic " + base64.b64encode(b"bob:wrong").decode()}}, None),
    ],
)
def test_users_have_keys_and_passwords(browser: Browser, sent: Any, user: str | None) -> None:
    """A key is for one scheme, in header, query or cookie; the token works for each of them."""
    assert browser.ask("GET", "/items", None, **sent).status == (200 if user else 401)
    assert browser.ask.engine.journal.entry("main", browser.ask.engine.journal.last("main")).user == user


@pytest.mark.parametrize(
    ("user", "problem"),
    [
        ({"keys": {"heeder": "k"}}, "did you mean 'header'"),
        ({"keys": ["k"]}, "keys isn't an object"),
        ({"scopes": "all"}, "scopes isn't a list"),
        ({"scopes": ["a b"]}, "scopes isn't a list"),
        ({"claims": []}, "claims isn't an object"),
        ({"password": 7}, "password isn't a text"),
        ({"scope": []}, "did you mean 'scopes'"),
    ],
)
def test_mistakes_in_users_are_explained(mock_of: Callable[..., Ask], user: Any, problem: str) -> None:
    """When the mock starts, with the place in the file."""
    with pytest.raises(FixtureError, match=problem):
        mock_of(_api(), fixtures={"users": [{"name": "alice", "token": "t", **user}]})
