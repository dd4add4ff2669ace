"""What the provider says of tokens, and how they end: userinfo, introspection, revocation, end of the session."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from msgspec.structs import replace

from mockserver.contract.operations.operation import ABSENT
from mockserver.identity.authorizing import COOKIE, session_of
from mockserver.identity.calls import UNSTORED, Call, Done, OAuthError, json_reply, redirection
from mockserver.identity.granting import Desk, named
from mockserver.identity.grants import Grant, find, keep
from mockserver.identity.page import page
from mockserver.identity.tokens import Token, is_own
from mockserver.reply.reply import Reply
from mockserver.state.users import User

_FORGET: Final = (("Set-Cookie", f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"),)


def userinfo(call: Call, desk: Desk) -> Done:
    """The claims of the user of an access token (OpenID Connect Core, section 5.3)."""
    text = call.bearer or call.given.get("access_token", "")
    plain = _plain_user(text, desk)
    if plain is not None:
        said = {"sub": plain.id, "name": plain.name, "preferred_username": plain.name, **plain.claims}
        return Done(json_reply(said), desk.world, plain.name)
    token = _token(text, desk)
    if isinstance(token, str):
        raise OAuthError(
            "invalid_token", token, 401, (("WWW-Authenticate", 'Bearer realm="mock", error="invalid_token"'),)
        )
    if "openid" not in token.scopes:
        challenge = 'Bearer realm="mock", error="insufficient_scope", scope="openid"'
        raise OAuthError(
            "insufficient_scope", "userinfo needs the scope openid", 403, (("WWW-Authenticate", challenge),)
        )
    return Done(json_reply(desk.tokens.said_of(token)), desk.world, _name(token.subject, desk))


def introspect(call: Call, desk: Desk) -> Done:
    """Whether a token counts in this world, and what it says (RFC 7662)."""
    text = _sent(call)
    grant = _refreshing(text, desk)
    if grant is not None:
        ends = desk.now < grant.until and not grant.is_over and text.endswith(f"_{grant.turn}")
        said = {"client_id": grant.client, "scope": grant.scope, "sub": grant.user, "exp": grant.until // 1000}
        return Done(json_reply({"active": ends, **(said if ends else {})}), desk.world, named(grant, desk))
    plain = _plain_user(text, desk)
    if plain is not None:
        return Done(json_reply({"active": True, **_of_plain(plain)}), desk.world, plain.name)
    token = _token(call.given["token"], desk)
    if isinstance(token, str):
        return Done(json_reply({"active": False}), desk.world)
    said = {**token.claims, "active": True, "token_type": "Bearer", "username": _name(token.subject, desk)}
    return Done(json_reply(said), desk.world, _name(token.subject, desk))


def _of_plain(user: User) -> dict[str, Any]:
    said: dict[str, Any] = {"sub": user.id, "username": user.name, "token_type": "Bearer"}
    return said if user.scopes is None else {**said, "scope": " ".join(sorted(user.scopes))}


def revoke(call: Call, desk: Desk) -> Done:
    """End a sign-in by one of its tokens (RFC 7009); one that isn't known is no error."""
    text, world, user = _sent(call), desk.world, None
    grant = _refreshing(text, desk)
    if grant is None and is_own(text):
        grant = _granted(call.given["token"], desk)
    if grant is not None:
        world, user = keep(world, replace(grant, is_over=True)), named(grant, desk)
    return Done(Reply(200, None, ABSENT, UNSTORED), world, user)


def _granted(text: str, desk: Desk) -> Grant | None:
    """The grant of an access token, though the world may have been reset since."""
    try:
        token = desk.tokens.read(text.partition("~")[0])
    except ValueError:
        return None
    user = token.subject if token.subject in desk.tokens.by_id else None
    known = find(desk.world, token.grant)
    return known or Grant(token.grant, "code", token.expires, user, token.client, " ".join(sorted(token.scopes)))


def end_session(call: Call, desk: Desk) -> Done:
    """Sign out of the browser, and of the app whose ID token is sent (OpenID Connect RP-Initiated Logout)."""
    world = desk.world
    session = session_of(call, desk)
    grants = [session] if session is not None else []
    hinted = _hinted(call, desk)
    grants += [hinted] if hinted is not None else []
    for grant in grants:
        world = keep(world, replace(grant, is_over=True))
    user = named(grants[-1], desk) if grants else None
    if "post_logout_redirect_uri" not in call.given:
        return Done(page("Signed out", "<p>You can close this page.</p>", 200, *_FORGET), world, user)
    address = call.way_back("post_logout_redirect_uri")
    state = urlencode({"state": call.given["state"]}) if "state" in call.given else ""
    mark = ("&" if "?" in address else "?") if state else ""
    return Done(redirection(f"{address}{mark}{state}", *_FORGET), world, user)


def _hinted(call: Call, desk: Desk) -> Grant | None:
    """The grant that the app's ID token is of."""
    try:
        _, claims = desk.tokens.signed(call.given.get("id_token_hint", ""))
    except ValueError:
        return None
    return find(desk.world, str(claims.get("sid")))


def _sent(call: Call) -> str:
    if "token" not in call.given:
        raise OAuthError("invalid_request", "token is missing")
    return call.plain("token")


def _refreshing(text: str, desk: Desk) -> Grant | None:
    return find(desk.world, text[3:].rpartition("_")[0]) if text.startswith("rt_") else None


def _plain_user(text: str, desk: Desk) -> User | None:
    token = text.partition("~")[0]
    return next((user for user in desk.users if user.token and user.token == token), None)


def _token(text: str, desk: Desk) -> Token | str:
    """What an access token says, or why it doesn't count."""
    try:
        token = desk.tokens.read(text.partition("~")[0])
    except ValueError as error:
        return str(error)
    return token.trouble(desk.world, desk.now) or token


def _name(subject: str, desk: Desk) -> str:
    user = desk.tokens.by_id.get(subject)
    return subject if user is None else user.name
