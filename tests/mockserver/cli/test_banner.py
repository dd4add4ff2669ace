"""The banner that is printed at the start."""

from __future__ import annotations

import json
import shlex
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from mockserver.cli.banner import banner
from mockserver.exchange.engine import Engine
from mockserver.exchange.stores import shown_store
from mockserver.messages import Request
from mockserver.settings import AUTH_MODES, AuthMode, Settings
from mockserver.web.tls import AUTHORITY, folder
from tests.conftest import Build
from tests.support import ROOT, bundled_settings


def test_the_banner_fits_one_screen(engine: Engine) -> None:
    """Address, contract, users with tokens, the control API, and a request to try."""
    lines = banner(engine).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 200
    text = "\n".join(lines)
    for expected in ("http://127.0.0.1:4010", "openapi.yaml (9 operations)", "alice (alice-token)", "bob (bob-token)"):
        assert expected in text
    assert "carol (carol-token)" in text
    assert "/__mock__/" in text
    assert "curl -X POST http://127.0.0.1:4010/devices/trust -H 'Authorization: Bearer alice-token'" in text


def test_the_authority_of_an_https_mock_is_announced(engine: Engine, tmp_path: Path) -> None:
    """To programs as the file that they are to trust; a certificate of the user's own needs none."""
    for certificate, expected in ((folder() / "server.pem", str(folder() / AUTHORITY)), (tmp_path / "own.pem", None)):
        secure = {"tls": True, "tls_cert": certificate, "log_format": "json"}
        shown = msgspec.structs.replace(engine, settings=msgspec.structs.replace(engine.settings, **secure))
        assert json.loads(banner(shown)).get("ca") == expected


def test_notes_on_the_contract_are_announced(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their number and the command that lists them; nothing where there are none."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "api.yaml"
    path.write_text("openapi: 3.1.0\npaths:\n  /a:\n    post:\n      responses: {'400': {description: Bad}}\n")
    lines = banner(build(Settings(str(path), auth="off"))).splitlines()
    assert lines[1].endswith("(1 operation)")
    assert lines[2].split() == ["Notes", "2,", "see", "mockserver", "check-spec", "api.yaml"]
    assert "Notes" not in banner(build(bundled_settings()))


def test_the_banner_says_who_may_call_where_the_fixtures_name_nobody(build: Build, tmp_path: Path) -> None:
    """Any credential is accepted; nothing is said where the contract asks for none."""
    bundled = bundled_settings()
    plain = Settings(bundled.spec, auth="enforce")
    assert "Users         none in the fixtures: any credential is accepted" in banner(build(plain))
    assert "Users" not in banner(build(msgspec.structs.replace(plain, auth="off")))
    path = tmp_path / "api.yaml"
    path.write_text("openapi: 3.1.0\npaths: {/a: {get: {responses: {'204': {description: No}}}}}\n")
    assert "Users" not in banner(build(Settings(str(path))))


def test_the_banner_names_the_store(build: Build, tmp_path: Path) -> None:
    """Where there is one that lasts; the log in JSON names memory as well."""
    engine = build(bundled_settings(store=f"sqlite:{tmp_path}/a.db"))
    assert f"Store         sqlite:{tmp_path}/a.db" in banner(engine)
    plain = build(bundled_settings(log_format="json"))
    assert json.loads(banner(plain))["store"] == "memory"
    assert "Store" not in banner(build(bundled_settings()))


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("redis://tester:hidden@localhost:6379/0", "redis://tester@localhost:6379/0"),
        ("redis://:hidden@localhost/0", "redis://localhost/0"),
        ("redis+sentinel://u:hid@den@a:1,b:2/main/0", "redis+sentinel://u@a:1,b:2/main/0"),
        ("unix:///run/redis.sock?password=hidden&db=1", "unix:///run/redis.sock?db=1"),
        ("redis://localhost?db=1&password=hidden", "redis://localhost?db=1"),
        ("sqlite:worlds.db", "sqlite:worlds.db"),
    ],
)
def test_a_store_is_shown_without_its_password(address: str, shown: str) -> None:
    """Wherever the address has it."""
    assert shown_store(address) == shown


def test_the_banner_of_a_v6_address_can_be_clicked(build: Build) -> None:
    """Brackets around the address."""
    assert "http://[::1]:4010/" in banner(build(bundled_settings(host="::1")))


@pytest.mark.parametrize(("host", "near"), [("0.0.0.0", "http://127.0.0.1:4010"), ("::", "http://[::1]:4010")])
def test_addresses_to_call_are_some_that_answer(build: Build, host: str, near: str) -> None:
    """Not the one that means all addresses: the control API doesn't accept it as a host."""
    settings = bundled_settings(host=host)
    text = banner(build(settings))
    assert text.startswith(f"Listening on  http://{f'[{host}]' if ':' in host else host}:4010\n")
    assert f"{near}/__mock__/" in text
    assert f"curl -X POST {shlex.quote(near + '/devices/trust')}" in text
    assert json.loads(banner(build(msgspec.structs.replace(settings, log_format="json"))))["url"] == near


def test_modes_other_than_the_default_are_shown(build: Build) -> None:
    """You see that tokens are not enforced; without auth the request to try has no token."""
    for mode in AUTH_MODES:
        text = banner(build(bundled_settings(auth=mode)))
        assert ("Auth " in text) is (mode != "enforce")
        assert ("Authorization" in text) is (mode != "off")


@pytest.mark.parametrize(
    ("host", "token", "expected"),
    [
        ("127.0.0.1", None, None),
        ("localhost", "secret", None),
        ("::1", None, None),
        ("0.0.0.0", None, "the control API only accepts this machine"),
        ("0.0.0.0", "secret", "and the control API with the admin token"),
        ("192.0.2.7", None, "as any of these users"),
    ],
)
def test_what_other_machines_can_reach_is_shown(
    build: Build, host: str, token: str | None, expected: str | None
) -> None:
    """Where the mock server listens to them; the token itself is never shown."""
    text = banner(build(bundled_settings(host=host, admin_token=token)))
    assert ("Exposed" in text) is (expected is not None)
    assert expected is None or expected in text
    assert "secret" not in text


SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "query key": {"type": "apiKey", "in": "query", "name": "key"},
    "header key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "cookie key": {"type": "apiKey", "in": "cookie", "name": "sid"},
}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("mode", AUTH_MODES)
def test_the_request_to_try_has_all_that_its_operation_requires(
    build: Build, tmp_path: Path, scheme: str, mode: AuthMode
) -> None:
    """For any contract: example or generated parameters, and a credential; the request succeeds."""
    required = [
        {"name": "q", "in": "query", "required": True, "example": "red shoes", "schema": {"type": "string"}},
        {"name": "size", "in": "query", "required": True, "schema": {"type": "integer", "minimum": 40}},
        {"name": "X-Tenant", "in": "header", "required": True, "schema": {"enum": ["blue"]}},
        {"name": "shop", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^s[0-9]$"}},
    ]
    operation = {"parameters": required, "responses": {"200": {"description": "found"}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "security": [{"key": []}],
        "components": {"securitySchemes": {"key": SCHEMES[scheme]}},
        "paths": {"/shops/{shop}/search": {"get": operation}},
    }
    spec = tmp_path / "shop.json"
    spec.write_text(json.dumps(document), encoding="utf-8")
    engine = build(Settings(spec=str(spec), behaviours=None, fixtures=(), auth=mode))
    [line] = [line for line in banner(engine).splitlines() if line.strip().startswith("curl")]
    request = _request(shlex.split(line))
    assert engine.pipeline.respond(request).status == 200
    without = Request(request.method, request.path, "", {}, b"")
    assert engine.pipeline.respond(without).status == (422 if mode == "off" else 401)


def _request(words: list[str]) -> Request:
    """What curl would send."""
    expected = list(pairwise(words))
    headers = dict(value.split(": ", 1) for word, value in expected if word == "-H")
    cookies = [value for word, value in expected if word == "-b"]
    headers |= {"cookie": "; ".join(cookies)} if cookies else {}
    [url] = [word for word in words if word.startswith("http")]
    address = urlsplit(url)
    return Request("GET", address.path, address.query, {name.lower(): text for name, text in headers.items()}, b"")


def test_a_contract_without_paths_says_so(build: Build, tmp_path: Path) -> None:
    """Otherwise each 404 would be a riddle."""
    (tmp_path / "empty.yaml").write_text("openapi: 3.1.0\ninfo: {title: Empty, version: '1'}\npaths: {}\n")
    lines = banner(build(Settings(str(tmp_path / "empty.yaml")))).splitlines()
    assert "No paths      the contract declares no operation: every request gets a 404" in lines


def test_the_issuer_is_shown_where_apps_sign_in(build: Build) -> None:
    """For contracts with OAuth 2 or OpenID Connect, since an app needs nothing else."""
    notes = build(Settings(spec=str(ROOT / "examples/sign-in/notes.yaml")))
    assert "Sign-in       http://127.0.0.1:4010/__mock__/auth\n" in banner(notes)
    assert "Sign-in" not in banner(build(bundled_settings()))
