"""The authorization endpoint: signs a user in, and sends the browser back to the app (OpenID Connect Core, 3)."""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import urlencode

from msgspec.structs import replace

from mockserver.identity.calls import Call, Done, OAuthError, redirection
from mockserver.identity.granting import REFRESHED, Desk
from mockserver.identity.grants import Grant, find, keep, new_id
from mockserver.identity.page import sending_page, sign_in_page
from mockserver.identity.tokens import LASTING, granted
from mockserver.state.users import User
from mockserver.state.world import World

CODES: Final = 600_000
"""Milliseconds that an authorization code counts."""
COOKIE: Final = "mock_sign_in"
"""The cookie that remembers whom a browser has signed in, for `prompt=none`."""
REFUSE: Final = "mock_error"
"""The parameter by which the page, or a test, has the app get an error: `mock_error=access_denied`."""
RESPONSE_TYPES: Final = (
    "code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token",
)  # fmt: skip
_POSTED: Final = "form_post"
MODES: Final = {"query": "?", "fragment": "#", _POSTED: ""}
"""How an app gets what it asked for, and what stands before it in the address."""
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def authorize(call: Call, desk: Desk) -> Done:
    """Answer a call of the authorization endpoint. Raises OAuthError for what can't be sent back to the app."""
    redirect = _redirect_uri(call)
    try:
        kinds = _kinds(call)
        _check(call, kinds)
        user = _user(call, desk)
    except OAuthError as error:
        return _back(
            call, desk, redirect, {"error": error.error, "error_description": error.description}, trouble=error
        )
    if user is None:
        return Done(sign_in_page(call, desk.users, desk.world.name, REFUSE), desk.world)
    return _signed_in(call, desk, user, redirect, kinds)


def _redirect_uri(call: Call) -> str:
    if not call.client:
        raise OAuthError("invalid_request", "client_id is missing")
    return call.way_back("redirect_uri")


def _kinds(call: Call) -> frozenset[str]:
    """What is asked for: `code`, `token`, `id_token`."""
    asked = frozenset(call.given.get("response_type", "").split())
    if asked not in [frozenset(known.split()) for known in RESPONSE_TYPES]:
        sent = call.given.get("response_type")
        wrong = f"response_type is {sent[:100]!r}" if sent else "response_type is missing"
        raise OAuthError("unsupported_response_type" if sent else "invalid_request", f"{wrong}; ask for `code`")
    return asked


def _check(call: Call, kinds: frozenset[str]) -> None:
    refused = call.given.get(REFUSE)
    if refused is not None:
        raise OAuthError(refused, "the user has refused" if refused == "access_denied" else "as was asked for")
    if "request" in call.given or "request_uri" in call.given:
        raise OAuthError("request_not_supported", "request objects aren't supported")
    if call.given.get("response_mode", "query") not in MODES:
        raise OAuthError("invalid_request", f"response_mode is none of {', '.join(MODES)}")
    if "id_token" in kinds and "openid" not in call.given.get("scope", "").split():
        raise OAuthError("invalid_scope", "an ID token needs the scope openid")
    if "id_token" in kinds and "nonce" not in call.given:
        raise OAuthError("invalid_request", "nonce is missing, which an ID token in a redirection needs")
    challenge, method = call.given.get("code_challenge"), call.given.get("code_challenge_method", "plain")
    if challenge is not None and (method not in ("S256", "plain") or not _CHALLENGE.fullmatch(challenge)):
        raise OAuthError("invalid_request", "code_challenge isn't 43 to 128 letters, or its method isn't S256 or plain")


def _user(call: Call, desk: Desk) -> User | None:
    """Who signs in: whom the hint names, or with `prompt=none` whom the browser or the app's ID token names; None where
    the page is to ask."""
    hinted = desk.user(call.plain("login_hint")) if "login_hint" in call.given else None
    if hinted is not None or "none" not in call.given.get("prompt", "").split():
        return hinted
    known = _by_id_token(call, desk) or by_cookie(call, desk)
    if known is None:
        raise OAuthError("login_required", "nobody is signed in in this browser, and prompt=none doesn't ask")
    return known


def _by_id_token(call: Call, desk: Desk) -> User | None:
    try:
        _, claims = desk.tokens.signed(call.given.get("id_token_hint", ""))
    except ValueError:
        return None
    return desk.tokens.by_id.get(str(claims.get("sub")))


def session_of(call: Call, desk: Desk) -> Grant | None:
    """The session of the browser in this world."""
    try:
        morsel = SimpleCookie(call.request.headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    grant = find(desk.world, morsel.value) if morsel is not None else None
    return grant if grant is not None and grant.kind == "session" and not grant.is_over else None


def by_cookie(call: Call, desk: Desk) -> User | None:
    """The user whom the browser has signed in."""
    grant = session_of(call, desk)
    return desk.tokens.by_id.get(str(grant.user)) if grant is not None and desk.now < grant.until else None


def _signed_in(call: Call, desk: Desk, user: User, redirect: str, kinds: frozenset[str]) -> Done:
    world, cookie = _remembered(call, desk, user)
    grant = Grant(
        new_id(world),
        "code",
        desk.now + CODES,
        user.id,
        call.client,
        granted(call.given.get("scope", ""), user, desk.scopes),
        desk.now,
        call.given.get("resource") or call.given.get("audience"),
        redirect,
        call.given.get("code_challenge"),
        call.given.get("code_challenge_method", "plain"),
        call.given.get("nonce"),
        turn=0 if "code" in kinds else 1,
    )
    sent: dict[str, str] = {}
    if "code" in kinds:
        sent["code"] = desk.written(f"ac_{grant.id}")
    if "token" in kinds:
        access = desk.tokens.access(grant, call.issuer, world, desk.now)
        sent |= {"access_token": access, "token_type": "Bearer", "expires_in": str(LASTING), "scope": grant.scope}
    if "id_token" in kinds:
        bound = {"access": sent.get("access_token", ""), "code": sent.get("code", "")}
        sent["id_token"] = desk.tokens.identity(grant, call.issuer, desk.now, **bound)
    after = replace(desk, world=keep(world, grant))
    return _back(call, after, redirect, sent, *cookie, user=user, in_fragment=kinds != {"code"})


def _remembered(call: Call, desk: Desk, user: User) -> tuple[World, tuple[tuple[str, str], ...]]:
    known = by_cookie(call, desk)
    if known is not None and known.id == user.id:
        return desk.world, ()
    session = Grant(new_id(desk.world), "session", desk.now + REFRESHED, user.id)
    cookie = f"{COOKIE}={session.id}; Path=/; HttpOnly; SameSite=Lax"
    return keep(desk.world, session), (("Set-Cookie", cookie),)


def _back(
    call: Call,
    desk: Desk,
    redirect: str,
    sent: dict[str, str],
    *headers: tuple[str, str],
    user: User | None = None,
    in_fragment: bool | None = None,
    trouble: OAuthError | None = None,
) -> Done:
    """Send the browser back to the app."""
    if in_fragment is None:
        in_fragment = bool({"token", "id_token"} & set(call.given.get("response_type", "").split()))
    mode = call.given.get("response_mode", "fragment" if in_fragment else "query")
    more = {"state": call.given["state"]} if "state" in call.given else {}
    given = {**sent, **more, "iss": call.issuer}  # RFC 9207
    mark = MODES.get(mode, "?")
    address = f"{redirect}{'&' if mark == '?' and '?' in redirect else mark}{urlencode(given)}"
    reply = sending_page(redirect, given, *headers) if mode == _POSTED else redirection(address, *headers)
    name = user.name if user is not None else None
    return Done(reply, desk.world, name, str(trouble) if trouble is not None else "")
