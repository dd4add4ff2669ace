"""Secrets are hidden wherever something is shown, by their names and places, and kept where something is compared."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from mockserver.cli.log import Style, Terminal
from mockserver.contract.messages.secrets import LISTED, REDACTED, Secrets, is_secret
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.shown import shown as render
from mockserver.insight.redaction import safe_request
from mockserver.messages import Answer, Request
from tests.mockserver.control.conftest import Control
from tests.support import Ask

HIDDEN = [
    *("jwt", "sig", "auth", "password", "token", "secret", "X-Auth-Token", "X-Vault-Token", "Private-Token"),
    *("X-Amz-Security-Token", "Authorization", "Proxy-Authorization", "X-Api-Key", "api-key", "api_key", "apikey"),
    *("accessToken", "ACCESS_TOKEN", "id_token", "clientSecret", "client_secret", "newPassword", "password2", "pwd"),
    *("password_confirmation", "passwordHash", "sessionId", "JSESSIONID", "private_key", "oauth-token", "otp", "CVC"),
]
SHOWN = [
    *(
        "code",
        "id",
        "author",
        "authorized",
        "tokenType",
        "max_tokens",
        "tokens",
        "nextPageToken",
        "page_token",
        "design",
    ),
    *("continuationToken", "passwordStrength", "secretary", "key", "Accept", "Content-Type", "signed"),
]


@pytest.mark.parametrize("name", HIDDEN)
def test_the_name_of_a_secret_is_known_in_any_spelling(name: str) -> None:
    """As a header, a parameter, a field of a form, and a member at any depth."""
    assert is_secret(name)
    assert LISTED.headers({name: "s3cret", "Accept": "*/*"}) == {name: REDACTED, "Accept": "*/*"}
    assert LISTED.pairs(f"a=1&{name}=s3cret&b=2") == f"a=1&{name}={REDACTED}&b=2"
    assert LISTED.value([{"a": [{name: "s3cret"}]}]) == [{"a": [{name: REDACTED}]}]
    assert Secrets(shows=True).value({name: "s3cret"}) == {name: "s3cret"}


def test_the_headers_of_cors_are_none() -> None:
    """`Access-Control-Allow-Credentials` says whether credentials are allowed, and has none."""
    headers = {"Access-Control-Allow-Credentials": "true", "access-control-allow-headers": "Authorization"}
    assert LISTED.headers(headers) == headers


@pytest.mark.parametrize("name", SHOWN)
def test_other_names_are_none(name: str) -> None:
    """Pages of lists have tokens too, and countries have codes."""
    assert LISTED.headers({name: "x"}) == {name: "x"}
    assert LISTED.pairs(f"{name}=x") == f"{name}=x"
    assert LISTED.value({name: "x"}) == {name: "x"}


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ({"code": "DE"}, {"code": "DE"}),
        ({"error": {"code": "not_found", "token": None}}, {"error": {"code": "not_found", "token": None}}),
        (
            {"grant_type": "x", "code": "c", "assertion": "a"},
            {"grant_type": "x", "code": REDACTED, "assertion": REDACTED},
        ),
        ({"auth": {"keys": ["k", 5], "on": True}}, {"auth": {"keys": [REDACTED, REDACTED], "on": True}}),
        ({"password": True, "token": "", "accountSid": "AC"}, {"password": True, "token": "", "accountSid": "AC"}),
    ],
)
def test_a_member_is_a_secret_by_its_place(value: Any, safe: Any) -> None:
    """A code beside a grant is one; all within a secret is, but for flags and what is empty."""
    assert LISTED.value(value) == safe


@pytest.mark.parametrize(
    ("query", "safe"),
    [
        ("code=DE", "code=DE"),
        ("code=c&state=s", f"code={REDACTED}&state=s"),
        ("p%61ssword=s3cret", f"p%61ssword={REDACTED}"),
        ("TOKEN=a=b&signature=s&sid=s", f"TOKEN={REDACTED}&signature={REDACTED}&sid={REDACTED}"),
        ("page=2&token&=x&token=", f"page=2&token&=x&token={REDACTED}"),
        ("", ""),
    ],
)
def test_a_parameter_is_a_secret_by_its_place(query: str, safe: str) -> None:
    """The code that a provider sends back is one."""
    assert LISTED.pairs(query) == safe


def test_addresses_in_headers_have_no_secrets() -> None:
    """In their query, their fragment and before their host; a redirection's code is one whatever stands beside it."""
    sent = {"Location": "https://u:p@h/cb?code=c&x=1#access_token=t", "Referer": "http://h/?token=t"}
    assert LISTED.headers(sent, 302) == {
        "Location": f"https://{REDACTED}@h/cb?code={REDACTED}&x=1#access_token={REDACTED}",
        "Referer": f"http://h/?token={REDACTED}",
    }
    assert LISTED.headers({"Location": "/countries?code=DE"}, 201) == {"Location": "/countries?code=DE"}


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("application/json", b'{"a": 1, "password": "s3cret"}'),
        ("application/x-www-form-urlencoded", b"a=1&password=s3cret"),
        ("multipart/form-data", b'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\ns3cret\r\n--b--\r\n'),
        ("application/xml", b"<a><x:password kind='p'>s3cret</x:password></a>"),
        ("application/x-ndjson", b'{"password": "s3cret"}\n{"password" : "s3cret"}\n'),
        ("application/json", b'{"password": "s3cret'),
        ("application/json", json.dumps({"a": "x" * 100_000, "password": "s3cret"}).encode()),
    ],
)
def test_bodies_of_any_kind_have_no_secrets(media: str, body: bytes) -> None:
    """JSON and what is nearly JSON, forms, XML."""
    shown = msgspec.json.encode(LISTED.body(body, media)).decode()
    assert "s3cret" not in shown
    assert REDACTED in shown
    assert "s3cret" in str(Secrets(shows=True).body(body, media))
    assert "s3cret" in [*LISTED.sent("", {"content-type": media}, body)]


@pytest.mark.parametrize(
    "body",
    [
        b'{"password": "s3cret", "otp": -47115, "a": [' + b"1," * 4_000_000 + b"1]}",
        json.dumps({"password": "s3cret", "otp": -47115, **{f"k{number}": 1 for number in range(600_000)}}).encode(),
        b'{"password": "s3cret", "otp": -47115, "a": ' + b"[" * 4_000_000,
        b"<password>s3cret</password><otp>-47115</otp>" + b"<a " * 2_000_000,
    ],
)
def test_a_body_of_megabytes_is_shown_at_once(body: bytes) -> None:
    """Its beginning has no secrets, and the rest isn't shown."""
    headers = {"content-type": "application/json"}
    entry = Exchange(Request("POST", "/", "", headers, body))
    entry.reason, entry.verdict, entry.answer = 'not "s3cret"', "refused", Answer(400)
    began = time.process_time()
    shown = [msgspec.json.encode(what).decode() for what in (render(entry), safe_request(entry).body)]
    assert time.process_time() - began < 1.5
    assert not [text for text in shown if "s3cret" in text or "-47115" in text]
    assert all(REDACTED in text and len(text) < 400_000 for text in shown)


def test_sentences_do_not_quote_secrets() -> None:
    """A short one counts only within quotes: it may be a word."""
    hide = LISTED.within(["abc", "long-enough", "x" * 100])
    assert hide("abc \"abc\" 'abc' long-enough") == f"abc \"{REDACTED}\" '{REDACTED}' {REDACTED}"
    assert hide(f'not "{"x" * 60}…" (100 characters)') == f'not "{REDACTED}…" (100 characters)'


ACCOUNT = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "password": {"type": "string", "minLength": 8, "pattern": "^[a-z0-9-]*$"},
        "apiKey": {"type": "string"},
    },
}
JSON_ACCOUNT = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Account"}}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "components": {
        "schemas": {"Account": ACCOUNT},
        "securitySchemes": {"own": {"type": "apiKey", "in": "query", "name": "pass"}},
    },
    "paths": {
        "/accounts": {
            "post": {
                "operationId": "create",
                "requestBody": JSON_ACCOUNT,
                "responses": {"201": {"description": "", **JSON_ACCOUNT}, "400": {"description": ""}},
            }
        },
        "/accounts/{name}": {
            "parameters": [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}],
            "patch": {
                "operationId": "change",
                "requestBody": JSON_ACCOUNT,
                "responses": {"200": {"description": "", **JSON_ACCOUNT}, "404": {"description": ""}},
            },
        },
        "/token": {
            "post": {
                "operationId": "token",
                "security": [{"own": []}],
                "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}},
                "responses": {"204": {"description": ""}},
            }
        },
    },
}
SENT = [f"s3cret-{number}" for number in range(12)]


def _used(mock_of: Callable[..., Ask], **settings: Any) -> tuple[Ask, str]:
    """A mock that has been sent secrets in every place, and all that it shows of that."""
    ask = mock_of(DOCUMENT, **settings)
    log = {form: io.StringIO() for form in ("text", "json")}
    terminals = [
        Terminal(out, form, Style(verbose=True), lambda: ask.engine.journal.secrets)  # type: ignore[arg-type]
        for form, out in log.items()
    ]
    ask.engine.journal.listeners += terminals
    ask("POST", "/accounts", json={"name": "a", "password": SENT[0], "apiKey": SENT[1]})
    ask("PATCH", "/accounts/a", json={"name": "a", "password": SENT[2]}, headers={"x-vault-token": SENT[3]})
    ask("POST", "/accounts", json={"name": "b", "password": f"{SENT[4]}!"})
    ask("PATCH", "/accounts/a", query=f"access_token={SENT[5]}", headers={"cookie": f"sid={SENT[6]}"})
    form = {"grant_type": "authorization_code", "code": SENT[7], "client_secret": SENT[8]}
    headers = {"content-type": "application/x-www-form-urlencoded", "authorization": f"Bearer {SENT[9]}"}
    ask("POST", "/token", query=f"pass={SENT[10]}", body=urlencode(form).encode(), headers=headers)
    ask("POST", "/nowhere", headers={"referer": f"http://x/?code=1&state=2&code={SENT[11]}"})
    for terminal in terminals:
        terminal.flush()
    control, last = Control(ask.engine), ask.engine.journal.last("main")
    paths = ["/requests", "/worlds/main/requests", "/worlds/main/events", "/worlds/main/requests.har"]
    paths += [f"/worlds/main/requests/{n}{path}" for n in range(1, last + 1) for path in ("", "/why", "/why?as=json")]
    shown = [control("GET", path) for path in paths]
    assert [answer.status for answer in shown] == [200] * len(paths)
    return ask, "\n".join([*(answer.body.decode() for answer in shown), *(out.getvalue() for out in log.values())])


def test_nothing_that_is_shown_has_a_secret(mock_of: Callable[..., Ask]) -> None:
    """Journal, archive, events, explanations with their snippets, and the log in both forms."""
    _, shown = _used(mock_of)
    assert [secret for secret in SENT if secret in shown] == []
    assert shown.count(REDACTED) > len(SENT)


def test_what_is_compared_has_all_secrets(mock_of: Callable[..., Ask]) -> None:
    """The world has the record as it was sent, and `verify` finds a password."""
    ask, _ = _used(mock_of)
    assert ask.records("accounts")["a"]["password"] == SENT[2]
    call = {"operation": "change", "body": {"password": SENT[2]}}
    control = Control(ask.engine)
    assert control("POST", "/worlds/main/verify", json={"calls": [call]}).json["verified"]
    call["body"] = {"password": REDACTED}
    assert not control("POST", "/worlds/main/verify", json={"calls": [call]}).json["verified"]


def test_who_must_sees_them(mock_of: Callable[..., Ask]) -> None:
    """With --show-secrets."""
    _, shown = _used(mock_of, show_secrets=True)
    assert [secret for secret in SENT if secret not in shown] == []
    assert REDACTED not in shown
