"""Sign-in by code, what the tokens say, and what ends them."""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mockserver.exchange.building import build_engine
from mockserver.exchange.shown import shown
from mockserver.identity.grants import MOST
from mockserver.insight.steps import steps
from mockserver.settings import Settings
from tests.mockserver.identity.notes import AUTH, CALLBACK, NOTES, USERS, App, claims_of, returned
from tests.support import Ask, Clock

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def test_an_app_signs_in_by_code(app: App) -> None:
    """Discovery, code, tokens, and a call with the access token: as the user whom the hint names."""
    found = app.get(".well-known/openid-configuration").json
    assert (found["issuer"], found["token_endpoint"]) == (f"http://localhost{AUTH}", f"http://localhost{AUTH}/token")
    back = returned(app.authorize(login_hint="alice", scope="openid notes.read notes.write", nonce="n"))
    assert (back["state"], back["iss"]) == ("s", found["issuer"])
    tokens = app.token(back["code"]).json
    said = claims_of(tokens["id_token"])
    assert (said["sub"], said["aud"], said["nonce"], said["role"]) == ("u1", "app", "n", "admin")
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert app.ask("POST", "/notes", tokens["access_token"], json={"text": "hello"}).status == 201
    assert app.ask.engine.journal.entry("main", app.ask.engine.journal.last("main")).user == "alice"


def test_claims_come_with_their_scope(app: App) -> None:
    """An email address without the scope `email` would hide that the app forgot to ask for it."""
    without, with_it = (app.signed_in(scope=scope)["id_token"] for scope in ("openid", "openid email profile"))
    assert {"email", "name"}.isdisjoint(claims_of(without))
    assert claims_of(with_it)["email"] == "alice@example.com"
    assert claims_of(with_it)["preferred_username"] == "alice"


@pytest.mark.parametrize(
    ("challenge", "method", "verifier", "status"),
    [
        (CHALLENGE, "S256", VERIFIER, 200),
        (VERIFIER, "plain", VERIFIER, 200),
        (CHALLENGE, "S256", "w" * 43, 400),
        (CHALLENGE, "S256", "", 400),
        ("", "", VERIFIER, 400),
    ],
)
def test_the_app_must_prove_that_it_asked(app: App, challenge: str, method: str, verifier: str, status: int) -> None:
    """PKCE (RFC 7636): a verifier for each challenge, and none without one."""
    code = app.code(code_challenge=challenge, code_challenge_method=method)
    assert app.token(code, code_verifier=verifier).status == status


def test_time_ends_a_token_and_a_refresh_revives_it(app: App, clock: Clock) -> None:
    """By the clock of the world; the refused call says why, with the challenge of RFC 6750."""
    tokens = app.signed_in()
    clock.advance(seconds=3599)
    assert app.ask("GET", "/notes", tokens["access_token"]).status == 200
    clock.advance(seconds=1)
    refused = app.ask("GET", "/notes", tokens["access_token"])
    assert (refused.status, 'error="invalid_token"' in refused.headers["www-authenticate"]) == (401, True)
    assert "expired" in refused.headers["mock-reason"]
    fresh = app.refresh(tokens["refresh_token"]).json
    assert app.ask("GET", "/notes", fresh["access_token"]).status == 200


def test_a_refresh_token_is_used_once(app: App) -> None:
    """It rotates; the second use ends all of the sign-in, for somebody has a copy (RFC 9700)."""
    first = app.signed_in()
    second = app.refresh(first["refresh_token"]).json
    assert app.refresh(first["refresh_token"]).json["error"] == "invalid_grant"
    assert app.refresh(second["refresh_token"]).json["error"] == "invalid_grant"
    assert app.ask("GET", "/notes", second["access_token"]).status == 401


def test_a_code_is_used_once(app: App) -> None:
    """The second use revokes the tokens of the first (RFC 6749, section 4.1.2)."""
    code = app.code()
    tokens = app.token(code).json
    assert app.token(code).json["error"] == "invalid_grant"
    assert app.ask("GET", "/notes", tokens["access_token"]).status == 401


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "other"}, "invalid_grant"),
        ({"redirect_uri": "http://localhost:3000/other"}, "invalid_grant"),
        ({"code": "ac_0"}, "invalid_grant"),
        ({"grant_type": "magic"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"client_id": ""}, "invalid_client"),
    ],
)
def test_a_code_is_for_one_app(app: App, changed: Any, error: str) -> None:
    """What doesn't fit what the code was given for is refused, in the words of RFC 6749, and explained."""
    refused = app.token(changed.pop("code", "") or app.code(), **changed)
    assert (refused.status, refused.json["error"]) == (401 if error == "invalid_client" else 400, error)
    assert refused.json["error_description"]
    assert refused.headers["cache-control"] == "no-store"


def test_scopes_are_enforced(app: App) -> None:
    """403 with the scopes that are missing (RFC 6750), for signed tokens, and plain ones of users with scopes."""
    reading = app.signed_in(scope="notes.read")["access_token"]
    for token in (reading, "bob-token"):
        assert app.ask("GET", "/notes", token).status == 200
        refused = app.ask("POST", "/notes", token, json={"text": "hello"})
        challenge = 'Bearer realm="mock", error="insufficient_scope", scope="notes.write"'
        assert (refused.status, refused.headers["www-authenticate"]) == (403, challenge)
    assert app.ask("POST", "/notes", "alice-token", json={"text": "hello"}).status == 201


def test_a_user_grants_what_they_have(app: App) -> None:
    """Bob can't write, whatever the app asks for; an app that asks for nothing gets all that he has."""
    assert app.signed_in(login_hint="bob", scope="openid notes.read notes.write")["scope"] == "openid notes.read"
    assert app.signed_in(login_hint="bob")["scope"] == "notes.read"


def test_the_page_lists_the_users(app: App) -> None:
    """Without a hint; each is a link that signs in, and what the app sent is not run as HTML."""
    page = app.authorize(client_id="<script>alert(1)</script>", scope="notes.read")
    text = page.body.decode()
    assert (page.status, "<script>" in text) == (200, False)
    assert "script-src" not in page.headers["content-security-policy"]
    assert text.count("login_hint=") == 2
    assert "login_hint=bob" in text


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"prompt": "none"}, "login_required"),
        ({"mock_error": "access_denied"}, "access_denied"),
        ({"response_type": "magic"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "id_token", "scope": "openid"}, "invalid_request"),
        ({"request": "x"}, "request_not_supported"),
    ],
)
def test_errors_lead_back_to_the_app(app: App, given: dict[str, str], error: str) -> None:
    """With the state, so that the app knows which sign-in failed."""
    back = returned(app.authorize(**given))
    assert (back["error"], back["state"]) == (error, "s")


@pytest.mark.parametrize(
    "address", ["", "javascript:alert(1)", "/callback", f"{CALLBACK}#x", "data:text/html,x", "http://[x"]
)
def test_a_dangerous_address_is_no_way_back(app: App, address: str) -> None:
    """The browser stays on a page that says what is wrong."""
    refused = app.authorize(redirect_uri=address, login_hint="alice")
    assert (refused.status, refused.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert app.get("logout", post_logout_redirect_uri=address).status == (400 if address else 200)


def test_a_browser_stays_signed_in(app: App) -> None:
    """`prompt=none` asks nobody: it signs in whom the cookie names, until the end of the session."""
    app.headers["cookie"] = app.authorize(login_hint="bob").headers["set-cookie"].partition(";")[0]
    tokens = app.token(returned(app.authorize(prompt="none", scope="openid"))["code"]).json
    assert claims_of(tokens["id_token"])["sub"] == "bob"
    out = app.get("logout", id_token_hint=tokens["id_token"], post_logout_redirect_uri=CALLBACK, state="t")
    assert out.headers["location"] == f"{CALLBACK}?state=t"
    assert returned(app.authorize(prompt="none"))["error"] == "login_required"
    assert app.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert app.ask("GET", "/notes", tokens["access_token"]).status == 401


def test_a_world_is_chosen_as_everywhere(app: App) -> None:
    """By `~world` after a hint or the client, or by header: codes and tokens name their world."""
    for given, headers in (({"login_hint": "alice~w1"}, {}), ({"client_id": "app~w1"}, {}), ({}, {"mock-world": "w1"})):
        app.headers = dict(headers)
        code = app.code(**given)
        assert code.endswith("~w1")
        app.headers = {}
        tokens = app.token(code, client_id=given.get("client_id", "app")).json
        assert app.ask("POST", "/notes", tokens["access_token"], json={"text": "in w1"}).status == 201
        assert tokens["refresh_token"].endswith("~w1")
    texts = [[one["text"] for one in app.ask("GET", "/notes", f"alice-token{world}").json] for world in ("", "~w1")]
    assert ["in w1" in text for text in texts] == [False, True]


def test_a_rewind_undoes_a_sign_in(app: App) -> None:
    """Its refresh token isn't known any more; a fork knows it, as it knows the records."""
    store, tokens = app.ask.engine.store, app.signed_in()
    before, _ = store.load("main")
    store.add("fork", before)
    store.reset("main")
    assert app.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert app.refresh(f"{tokens['refresh_token']}~fork").status == 200


def test_an_id_token_is_no_key(app: App) -> None:
    """It is for the app; an API that took it would hide a mistake."""
    refused = app.ask("GET", "/notes", app.signed_in(scope="openid notes.read")["id_token"])
    assert (refused.status, "access token" in refused.headers["mock-reason"]) == (401, True)


def test_forged_tokens_are_refused(app: App) -> None:
    """Another signature than the mock's own, whatever the header says."""
    token = app.signed_in()["access_token"]
    for forged in (f"{token[:-4]}AAAA", f"{token.rpartition('.')[0]}.", token.replace(".", "..", 1)):
        assert app.ask("GET", "/notes", forged).status == 401


def test_without_users_anyone_signs_in(mock_of: Callable[..., Ask], clock: Clock) -> None:
    """Any token will do then, but one of the mock's own ends as it would with users."""
    app = App(mock_of(NOTES))
    token = app.signed_in(login_hint="anyone", scope="notes.read")["access_token"]
    assert app.ask("POST", "/notes", token, json={"text": "x"}).status == 403
    assert [app.ask("GET", "/notes", one).status for one in (token, "whatever")] == [200, 200]
    clock.advance(hours=1)
    assert [app.ask("GET", "/notes", one).status for one in (token, "whatever")] == [401, 200]


@pytest.mark.parametrize("mode", ["any", "off"])
def test_scopes_are_not_enforced_without_authentication(mock_of: Callable[..., Ask], mode: str) -> None:
    """`--auth any` takes every credential as the first user's, `off` asks for none."""
    app = App(mock_of(NOTES, fixtures=USERS, auth=mode))
    assert app.ask("POST", "/notes", "bob-token", json={"text": "x"}).status == 201


def test_declared_addresses_lead_to_the_provider(app: App) -> None:
    """Where they are on the API's own servers, so that an app needs only another host."""
    query = f"client_id=app&redirect_uri={CALLBACK}&response_type=code&login_hint=alice"
    code = returned(app.ask("GET", "/oauth/authorize", None, query=query))["code"]
    sent = {"content-type": "application/x-www-form-urlencoded", "origin": "http://localhost:3000"}
    body = f"grant_type=authorization_code&code={code}&client_id=app".encode()
    answer = app.ask("POST", "/oauth/token", None, body=body, headers=sent)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "http://localhost:3000")
    assert app.ask("GET", "/oauth/token", None).status == 405


def test_what_needs_the_library_says_so(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mock without the extra `auth` serves all but tokens, and plain ones as ever."""
    monkeypatch.setitem(sys.modules, "mockserver.identity.keys", None)
    monkeypatch.setitem(sys.modules, "joserfc", None)
    assert app.get(".well-known/openid-configuration").status == 200
    missing = app.get("jwks.json")
    assert (missing.status, "pip install" in missing.json["detail"]) == (501, True)
    assert app.ask("GET", "/notes", "alice-token").status == 200


@pytest.mark.parametrize(
    ("kind", "given"),
    [("token", "access_token"), ("id_token", "id_token"), ("code id_token token", "code id_token access_token")],
)
def test_tokens_in_a_redirection(app: App, kind: str, given: str) -> None:
    """Implicit and hybrid flows get them in the fragment, bound to one another."""
    response = app.authorize(response_type=kind, scope="openid notes.read", nonce="n", login_hint="alice")
    assert "#" in response.headers["location"]
    back = returned(response)
    assert set(given.split()) <= set(back)
    if "id_token" in back:
        assert {"at_hash": "access_token" in back, "c_hash": "code" in back} == {
            name: name in claims_of(back["id_token"]) for name in ("at_hash", "c_hash")
        }


def test_a_form_takes_the_answer_to_the_app(app: App) -> None:
    """Where the app asks for `form_post`, as those do that run on a server; a script with a known hash sends it."""
    answer = app.authorize(response_mode="form_post", login_hint="alice", state='"><script>')
    text = answer.body.decode()
    assert f'<form method="post" action="{CALLBACK}">' in text
    assert "&quot;&gt;&lt;script&gt;" in text
    code = text.partition('name="code" value="')[2].partition('"')[0]
    assert app.token(code).status == 200
    (script,) = re.findall("<script>(.*?)</script>", text)
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in answer.headers["content-security-policy"]


def test_a_device_signs_in(app: App, clock: Clock) -> None:
    """It waits until a user has entered the code on another device; time ends the code (RFC 8628)."""
    asked = app.post("device_authorization", client_id="tv", scope="notes.read").json
    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": "tv"}
    poll = {**grant, "device_code": asked["device_code"]}
    assert app.post("token", **poll).json["error"] == "authorization_pending"
    assert asked["user_code"] not in app.get("device", user_code="WRNG-CODE").body.decode()
    assert "login_hint=bob" in app.get("device", user_code=asked["user_code"].lower()).body.decode()
    assert "bob" in app.get("device", user_code=asked["user_code"], login_hint="bob").body.decode()
    token = app.post("token", **poll).json["access_token"]
    assert app.ask("GET", "/notes", token).status == 200
    assert app.post("token", **poll).json["error"] == "invalid_grant"
    late = app.post("device_authorization", client_id="tv", login_hint="bob").json
    clock.advance(seconds=600)
    assert app.post("token", **grant, device_code=late["device_code"]).json["error"] == "expired_token"


def test_a_user_refuses_a_device(app: App) -> None:
    """The device learns it at its next question."""
    asked = app.post("device_authorization", client_id="tv").json
    app.get("device", user_code=asked["user_code"], mock_error="access_denied")
    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": "tv"}
    assert app.post("token", **grant, device_code=asked["device_code"]).json["error"] == "access_denied"


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"username": "alice", "password": "any"}, 200),
        ({"username": "alice@example.com", "password": "any"}, 200),
        ({"username": "bob", "password": "secret"}, 200),
        ({"username": "bob", "password": "wrong"}, 400),
        ({"username": "carol", "password": "any"}, 400),
        ({"username": "alice"}, 400),
    ],
)
def test_a_password_signs_in(app: App, given: dict[str, str], status: int) -> None:
    """Where the fixtures have one, it must be that one."""
    assert app.post("token", grant_type="password", **given).status == status


def test_a_service_signs_in(app: App) -> None:
    """As itself, without a refresh token; a user of its name lends it scopes, and a password."""
    app.headers["authorization"] = "Basic " + base64.b64encode(b"svc:x").decode()
    tokens = app.post("token", grant_type="client_credentials").json
    assert (tokens["scope"], "refresh_token" in tokens) == ("notes.read notes.write", False)
    app.headers.clear()
    assert app.ask("GET", "/notes", tokens["access_token"]).status == 200
    assert app.ask.engine.journal.entry("main", app.ask.engine.journal.last("main")).user == "svc"
    as_bob = {"grant_type": "client_credentials", "client_id": "bob"}
    assert app.post("token", **as_bob, client_secret="secret").json["scope"] == "notes.read"
    assert app.post("token", **as_bob, client_secret="wrong").status == 401


def test_what_is_said_of_tokens(app: App, clock: Clock) -> None:
    """Introspection knows signed, plain and refresh tokens, and which of them count now (RFC 7662)."""
    tokens = app.signed_in(scope="openid email")
    told = [
        app.post("introspect", token=one).json for one in (tokens["access_token"], "bob-token", tokens["refresh_token"])
    ]
    assert [(one["active"], one.get("scope")) for one in told] == [
        (True, "openid email"), (True, "notes.read"), (True, "openid email")
    ]  # fmt: skip
    app.headers["authorization"] = f"Bearer {tokens['access_token']}"
    assert app.get("userinfo").json == {"sub": "u1", "role": "admin", "email": "alice@example.com"}
    clock.advance(hours=1)
    assert app.get("userinfo").status == 401
    assert not app.post("introspect", token=tokens["access_token"]).json["active"]


def test_userinfo_needs_its_scope(app: App) -> None:
    """As OpenID Connect has it: an app that didn't ask for `openid` isn't told who signed in."""
    app.headers["authorization"] = f"Bearer {app.signed_in(scope='notes.read')['access_token']}"
    assert app.get("userinfo").status == 403
    app.headers["authorization"] = "Bearer alice-token"
    assert app.get("userinfo").json["email"] == "alice@example.com"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
@pytest.mark.parametrize("reset", [False, True])
def test_a_revoked_sign_in_is_over(app: App, which: str, reset: bool) -> None:
    """By either token (RFC 7009), in a world that was reset too; an unknown one is no error."""
    tokens = app.signed_in()
    if reset:
        app.ask.engine.reset("main")
    assert app.post("revoke", token=tokens[which]).status == 200
    assert app.post("revoke", token="unknown").status == 200
    is_forgotten = reset and which == "refresh_token"
    assert app.ask("GET", "/notes", tokens["access_token"]).status == (200 if is_forgotten else 401)


def test_sign_ins_are_bounded(app: App) -> None:
    """A world forgets the oldest; a parameter that is sent twice, or is long, is refused."""
    first = app.signed_in()
    for _ in range(MOST):
        app.post("token", grant_type="client_credentials", client_id="svc")
    assert len(app.ask.engine.store.load("main")[0].aside["sign-ins"].records) == MOST
    assert app.refresh(first["refresh_token"]).json["error"] == "invalid_grant"
    assert app.token("x" * 5000).json["error"] == "invalid_request"
    twice = app.ask("GET", f"{AUTH}/authorize", None, query="client_id=a&client_id=b")
    assert twice.status == 400


def test_a_refused_sign_in_is_explained(app: App) -> None:
    """`why` names the stage and the reason, and shows no secret."""
    app.token("ac_0123456789")
    entry = app.ask.engine.journal.entry("main", 1)
    assert entry is not None
    (step,) = steps(app.ask.engine, entry)
    assert (step.verb, "knows no such code" in step.did) == ("sign in", True)
    assert "ac_0123456789" not in msgspec.json.encode(shown(entry)).decode()


def test_a_refused_call_is_in_the_journal_of_its_world(app: App, clock: Clock) -> None:
    """Also when its token has expired: a test looks there for the reason."""
    token = app.signed_in(login_hint="alice~w1")["access_token"]
    clock.advance(hours=1)
    assert app.ask("GET", "/notes", token).status == 401
    (entry,) = [one for one in app.ask.engine.journal.entries("w1") if one.operation == "listNotes"]
    assert entry.answer.status == 401


def test_processes_share_sign_ins(tmp_path: Path) -> None:
    """Through their store: one gives the code, another one takes it, and knows when its tokens are revoked."""
    for name, value in (("notes", NOTES), ("users", USERS)):
        (tmp_path / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    files = {"spec": str(tmp_path / "notes.json"), "fixtures": (tmp_path / "users.json",)}
    one, other = (App(Ask(build_engine(Settings(**files, store=f"sqlite:{tmp_path}/w.db")))) for _ in range(2))
    tokens = other.token(one.code(login_hint="alice~w1")).json
    fresh = one.refresh(tokens["refresh_token"]).json
    assert [app.ask("GET", "/notes", fresh["access_token"]).status for app in (one, other)] == [200, 200]
    other.post("revoke", token=fresh["refresh_token"])
    assert [app.ask("GET", "/notes", fresh["access_token"]).status for app in (one, other)] == [401, 401]
    one.ask.engine.reset("w1")
    assert other.refresh(fresh["refresh_token"]).json["error"] == "invalid_grant"
