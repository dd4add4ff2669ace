"""Tokens that are fetched and fetched again, and how the target is reached."""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.connection import Connection
from contract_tests.core.errors import CredentialsRefused, UsageError
from contract_tests.core.login import Login
from contract_tests.core.renewing import Credential


class Server:
    """Answers each login with the next token."""

    def __init__(self, body: Any = None, status: int = 200, **headers: str) -> None:
        self.sent: list[Sent] = []
        self.body, self.status, self.headers = body, status, headers

    def fetch(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.sent.append(Sent(method, url, "", headers, body))
        value = self.body if self.body is not None else {"access_token": f"token {len(self.sent)}"}
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        return Answer(self.sent[-1], self.status, self.headers, content)


def fetched(table: Mapping[str, Any], server: Server) -> str | None:
    """The token that a login fetches."""
    return Credential(None, Login.read(table, "[login]"), "http://target/v1", server.fetch).current()


CLIENT = {"url": "https://idp.example/token", "client_id": "ci", "client_secret": "s:1"}


@pytest.mark.parametrize(
    ("table", "form", "is_basic"),
    [
        (CLIENT, {"grant_type": ["client_credentials"]}, True),
        (
            {**CLIENT, "client-auth": "body", "scope": "read"},
            {"grant_type": ["client_credentials"], "client_id": ["ci"], "client_secret": ["s:1"], "scope": ["read"]},
            False,
        ),
        (
            {"url": "https://idp.example/token", "grant": "password", "username": "ann", "password": "pw"},
            {"grant_type": ["password"], "username": ["ann"], "password": ["pw"]},
            False,
        ),
        (
            {**CLIENT, "grant": "refresh_token", "refresh_token": "r1"},
            {"grant_type": ["refresh_token"], "refresh_token": ["r1"]},
            True,
        ),
    ],
)
def test_grants_are_those_of_oauth(table: Mapping[str, Any], form: Mapping[str, Any], is_basic: bool) -> None:
    """A form, the client's secret as basic credentials or in it."""
    server = Server()
    assert fetched(table, server) == "token 1"
    assert parse_qs(server.sent[0].body.decode()) == form
    basic = f"Basic {base64.b64encode(b'ci:s%3A1').decode()}"
    assert (server.sent[0].headers.get("Authorization") == basic) == is_basic


@pytest.mark.parametrize(
    ("table", "answer", "url", "token"),
    [
        ({"url": "/session", "body": {"user": "ann"}}, {"token": "t"}, "http://target/v1/session", "t"),
        ({"url": "/session", "pointer": "/data/0/jwt"}, {"data": [{"jwt": "t"}]}, "http://target/v1/session", "t"),
        ({"url": "http://idp/x", "method": "GET"}, b"plain-token\n", "http://idp/x", "plain-token"),
        ({"url": "http://idp/x", "method": "GET"}, "a-text-in-json", "http://idp/x", "a-text-in-json"),
    ],
)
def test_any_request_may_be_the_login(table: Mapping[str, Any], answer: Any, url: str, token: str) -> None:
    """Below the target or elsewhere; the token is at the pointer, else where tokens usually are."""
    server = Server(answer)
    assert fetched(table, server) == token
    assert server.sent[0].url == url


@pytest.mark.parametrize(
    ("table", "status", "headers", "token"),
    [
        ({"header": "Authorization"}, 200, {"authorization": "Bearer t"}, "t"),
        ({"header": "X-Auth-Token"}, 201, {"x-auth-token": "t"}, "t"),
        ({"cookie": "sid"}, 302, {"set-cookie": "theme=dark\nsid=t; Path=/", "location": "/home"}, "t"),
        ({}, 303, {"set-cookie": "sid=t; HttpOnly", "location": "/home"}, "t"),
    ],
)
def test_a_token_may_stand_in_a_header(
    table: Mapping[str, Any], status: int, headers: Mapping[str, str], token: str
) -> None:
    """After the word for its scheme, if there is one; in a cookie, with which a form leads to the first page."""
    server = Server({}, status, **headers)
    assert fetched({"url": "/login", "form": {"user": "ann"}, **table}, server) == token


def test_a_command_may_print_the_token(tmp_path: Path) -> None:
    """And where it fails, its complaint is shown."""
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text("print('printed')")
    bad.write_text("import sys; sys.exit('not signed in')")
    assert fetched({"command": f"{sys.executable} {good}"}, Server()) == "printed"
    with pytest.raises(CredentialsRefused, match="ended with 1: not signed in"):
        fetched({"command": f"{sys.executable} {bad}"}, Server())


def jwt(expires: float) -> str:
    """A token that says when it ends."""
    payload = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
    return f"e30.{payload}.x"


@pytest.mark.parametrize(
    ("answer", "more"),
    [
        ({"access_token": "t", "expires_in": 100}, {}),
        ({"access_token": "t"}, {"expires_in": 100}),
        ({"access_token": ""}, {}),  # a JWT, made when the test runs
    ],
)
def test_a_token_is_renewed_before_it_ends(answer: Any, more: Mapping[str, Any]) -> None:
    """When a tenth of its life is left, by whatever says how long it lives."""
    answer["access_token"] = answer["access_token"] or jwt(time.time() + 100)
    server, now = Server(answer), [0.0]
    login = Login.read({**CLIENT, **more}, "[login]")
    credential = Credential(None, login, "", server.fetch, clock=lambda: now[0])
    for seconds, logins in ((0, 1), (80, 1), (95, 2), (180, 2), (190, 3)):
        now[0] = seconds
        credential.current()
        assert len(server.sent) == logins, seconds


def test_a_refresh_token_renews_and_is_learnt() -> None:
    """If it is refused, the whole login follows; no output shows either token."""
    server, learnt = Server({"access_token": "t1", "refresh_token": "r1"}), list[str]()
    credential = Credential(None, Login.read(CLIENT, "[login]"), "", server.fetch, learnt.append)
    credential.current()
    credential.renew()
    assert parse_qs(server.sent[1].body.decode()) == {"grant_type": ["refresh_token"], "refresh_token": ["r1"]}
    assert learnt == ["t1", "r1", "t1", "r1"]


@pytest.mark.parametrize(
    ("table", "answer", "status", "words"),
    [
        ({}, {"error": "no"}, 401, "answered 401"),
        ({}, {"jwt_token": "t"}, 200, 'pointer = "/data/token"'),
        ({}, b"", 302, "answered 302"),
        ({"header": "X-Auth-Token"}, {"token": "t"}, 200, "sent no header 'X-Auth-Token'"),
        ({"pointer": "/token"}, "t", 200, "without a token at /token"),
    ],
)
def test_a_login_that_gives_no_token_is_named(table: Mapping[str, Any], answer: Any, status: int, words: str) -> None:
    """With its answer, or where a token was looked for."""
    with pytest.raises(CredentialsRefused, match=words):
        fetched({**CLIENT, **table}, Server(answer, status))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"uri": "x"}, "unknown setting 'uri'"),
        ({"method": "GET"}, "neither url nor command"),
        ({"url": "x", "grant": "implicit"}, "is none of"),
        ({"url": "x", "body": {"password": "${NOT_SET_ANYWHERE}"}}, "NOT_SET_ANYWHERE"),
        ("x", "isn't a table"),
    ],
)
def test_a_wrong_table_is_wrong_usage(table: Any, words: str) -> None:
    """It names the setting."""
    with pytest.raises(UsageError, match=words):
        Login.read(table, "[login]")


def test_secrets_of_a_login_are_known() -> None:
    """By the names of their settings, at any depth."""
    table = {
        "url": "x",
        "client_secret": "s1",
        "body": {"user": "ann", "password": "s2"},
        "headers": {"X-Api-Key": "s3"},
    }
    assert {*Login.read(table, "[login]").secrets()} == {"s1", "s2", "s3"}


def test_proxies_are_for_other_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never for a mock of our own, and not where NO_PROXY says so."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:1")
    monkeypatch.setenv("NO_PROXY", "spared.example")
    url = "http://staging.example"
    assert Connection().options(url)["proxies"]["http"] == "http://proxy:1"
    assert Connection(proxy="http://mine:2").options(url)["proxies"]["http"] == "http://mine:2"
    assert Connection(proxy="http://mine:2").options("http://spared.example")["proxies"] == {}
    assert Connection(is_direct=True).options(url)["proxies"] == {}


def test_certificates_are_those_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else of the environment, else of the system."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    assert Connection().options("https://a")["verify"] is True
    monkeypatch.setenv("SSL_CERT_FILE", "system.pem")
    assert Connection().options("https://a")["verify"] == "system.pem"
    mine = Connection(Path("ca.pem"), Path("me.pem"), Path("me.key")).options("https://a")
    assert (mine["verify"], mine["cert"]) == ("ca.pem", ("me.pem", "me.key"))
