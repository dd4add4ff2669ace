"""The token endpoint: what each grant type gives (RFC 6749, section 4; RFC 7636; RFC 8628)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import Final

import msgspec
from msgspec.structs import replace

from mockserver.identity.calls import Call, Done, OAuthError, json_reply
from mockserver.identity.grants import Grant, find, keep, new_id
from mockserver.identity.tokens import LASTING, Tokens, granted
from mockserver.state.store import MAIN
from mockserver.state.users import User
from mockserver.state.world import World

REFRESHED: Final = 30 * 86_400_000
"""Milliseconds that a refresh token counts, by the world's clock."""


class Desk(msgspec.Struct, frozen=True):
    """Where a call is answered: the tokens of the mock, its users, a world and its time."""

    tokens: Tokens
    users: tuple[User, ...]
    scopes: tuple[str, ...]  #: those that the contract names
    world: World
    now: int

    def user(self, name: str) -> User | None:
        """The user of this name, id or email address."""
        return next((one for one in self.users if name in (one.name, one.id, one.claims.get("email"))), None)

    def written(self, text: str) -> str:
        """A code or a token as it is sent: with the world that it is from."""
        return text if self.world.name == MAIN else f"{text}~{self.world.name}"


def issue(call: Call, desk: Desk) -> Done:
    """Answer a call of the token endpoint. Raises OAuthError."""
    kind = call.given.get("grant_type")
    if kind is None:
        raise OAuthError("invalid_request", "grant_type is missing")
    grant_of = GRANT_TYPES.get(kind)
    if grant_of is None:
        raise OAuthError("unsupported_grant_type", f"{kind[:100]!r} isn't one of {', '.join(GRANT_TYPES)}")
    try:
        grant = replace(grant_of(call, desk), at=desk.now) if kind == "password" else grant_of(call, desk)
    except _UsedTwice as twice:
        return _refused(twice, desk)
    return issued(replace(grant, turn=grant.turn + 1), call, desk)


def issued(grant: Grant, call: Call, desk: Desk) -> Done:
    """The tokens of a grant, and the world that remembers it."""
    access = desk.tokens.access(grant, call.issuer, desk.world, desk.now)
    value = {"access_token": access, "token_type": "Bearer", "expires_in": LASTING, "scope": grant.scope}
    if grant.kind != "client":
        value["refresh_token"] = desk.written(f"rt_{grant.id}_{grant.turn}")
    if "openid" in grant.scope.split() and grant.user is not None:
        value["id_token"] = desk.tokens.identity(grant, call.issuer, desk.now, access=access)
    return Done(json_reply(value), keep(desk.world, grant), named(grant, desk))


def named(grant: Grant, desk: Desk) -> str:
    """Whom a grant is of, as the journal shows it."""
    user = desk.tokens.by_id.get(grant.user) if grant.user is not None else None
    return user.name if user is not None else grant.user or grant.client


class _UsedTwice(Exception):
    """Somebody has a copy: the whole grant ends (RFC 6749, section 4.1.2; RFC 9700, section 4.14.2)."""

    def __init__(self, grant: Grant, what: str) -> None:
        super().__init__(what)
        self.grant = grant


def _refused(twice: _UsedTwice, desk: Desk) -> Done:
    error = OAuthError("invalid_grant", f"the {twice} was used before: all tokens of this sign-in are revoked now")
    return Done(
        error.reply(), keep(desk.world, replace(twice.grant, is_over=True)), named(twice.grant, desk), str(error)
    )


def _by_code(call: Call, desk: Desk) -> Grant:
    grant = _known(call, desk, "code", "ac_")
    if grant.turn:
        raise _UsedTwice(grant, "code")
    _must_be_in_time(grant, desk, "code", "sign in again")
    _must_be_of(grant, call)
    if grant.redirect != call.given.get("redirect_uri", grant.redirect):
        raise OAuthError("invalid_grant", "redirect_uri isn't the one that the code was sent to")
    _must_prove(grant, call.given.get("code_verifier"))
    return replace(grant, until=desk.now + REFRESHED)


def _must_prove(grant: Grant, verifier: str | None) -> None:
    """Proof Key for Code Exchange (RFC 7636, section 4.6)."""
    if grant.challenge is None:
        if verifier is not None:
            raise OAuthError(
                "invalid_grant", "code_verifier was sent, but no code_challenge when the code was asked for"
            )
        return
    if verifier is None:
        raise OAuthError("invalid_grant", "code_verifier is missing: the code was asked for with a code_challenge")
    shown = verifier
    if grant.method == "S256":
        shown = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    if not hmac.compare_digest(shown.encode(), grant.challenge.encode()):
        raise OAuthError(
            "invalid_grant", "code_verifier doesn't fit the code_challenge that the code was asked for with"
        )


def _by_refresh(call: Call, desk: Desk) -> Grant:
    text = _sent(call, "refresh_token")
    name, _, turn = text.removeprefix("rt_").rpartition("_")
    grant = find(desk.world, name)
    if grant is None or not turn.isdecimal() or not text.startswith("rt_"):
        raise _unknown(desk, "refresh_token")
    if grant.is_over:
        raise OAuthError("invalid_grant", "the refresh token was revoked: sign in again")
    if int(turn) != grant.turn:
        raise _UsedTwice(grant, "refresh token")
    _must_be_in_time(grant, desk, "refresh token", "sign in again")
    _must_be_of(grant, call)
    asked = call.given.get("scope")
    if asked is None:
        return grant
    beyond = [one for one in asked.split() if one not in grant.scope.split()]
    if beyond:
        raise OAuthError("invalid_scope", f"{beyond[0]!r} wasn't granted at sign-in")
    return replace(grant, scope=asked)


def _by_password(call: Call, desk: Desk) -> Grant:
    name, password = _sent(call, "username"), _sent(call, "password")
    user = desk.user(name)
    if user is None or (user.password is not None and user.password != password):
        problem = "the password is wrong" if user is not None else f"no user in the fixtures is {name[:100]!r}"
        raise OAuthError("invalid_grant", problem)
    return _new("password", call, desk, user, call.client or "password")


def _by_client(call: Call, desk: Desk) -> Grant:
    client = call.client.partition("~")[0]
    if not client:
        raise OAuthError("invalid_client", "client_id is missing", 401, (("WWW-Authenticate", 'Basic realm="mock"'),))
    user = desk.user(client)
    if user is not None and user.password is not None and call.secret != user.password:
        raise OAuthError("invalid_client", "the secret isn't the password of the user of this name", 401)
    return _new("client", call, desk, user, call.client)


def _new(kind: str, call: Call, desk: Desk, user: User | None, client: str) -> Grant:
    scope = granted(call.given.get("scope", ""), user, desk.scopes)
    audience = call.given.get("resource") or call.given.get("audience")
    grant = Grant(new_id(desk.world), kind, desk.now + REFRESHED, client=client, scope=scope, audience=audience)
    return grant if user is None else replace(grant, user=user.id)


def _by_device(call: Call, desk: Desk) -> Grant:
    grant = _known(call, desk, "device_code", "dc_")
    if grant.turn:
        raise _UsedTwice(grant, "device code")
    if grant.is_over:
        raise OAuthError("access_denied", "the user has refused")
    if desk.now >= grant.until:
        raise OAuthError("expired_token", "the device code has expired: ask for another one")
    if grant.user is None:
        raise OAuthError("authorization_pending", "nobody has signed in with the code yet")
    _must_be_of(grant, call)
    return replace(grant, until=desk.now + REFRESHED)


GRANT_TYPES: Final[dict[str, Callable[[Call, Desk], Grant]]] = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh,
    "client_credentials": _by_client,
    "password": _by_password,
    "urn:ietf:params:oauth:grant-type:device_code": _by_device,
}
"""The grant types, and what finds or makes the grant of each."""


def _sent(call: Call, name: str) -> str:
    if name not in call.given:
        raise OAuthError("invalid_request", f"{name} is missing")
    return call.given[name] if name == "password" else call.plain(name)


def _known(call: Call, desk: Desk, name: str, prefix: str) -> Grant:
    text = _sent(call, name)
    grant = find(desk.world, text.removeprefix(prefix)) if text.startswith(prefix) else None
    if grant is None or (grant.is_over and grant.kind != "device"):
        raise _unknown(desk, name)
    return grant


def _unknown(desk: Desk, name: str) -> OAuthError:
    world = f"the world {desk.world.name!r} knows no such {name}"
    return OAuthError(
        "invalid_grant", f"{world}: it was revoked, or the world was reset or rewound since; sign in again"
    )


def _must_be_in_time(grant: Grant, desk: Desk, what: str, then: str) -> None:
    if desk.now >= grant.until:
        raise OAuthError("invalid_grant", f"the {what} has expired by the clock of its world: {then}")


def _must_be_of(grant: Grant, call: Call) -> None:
    if call.client and grant.client != call.client:
        raise OAuthError("invalid_grant", f"it was given to another client than {call.client[:100]!r}")
    if not call.client and grant.kind != "password":
        raise OAuthError("invalid_client", "client_id is missing", 401, (("WWW-Authenticate", 'Basic realm="mock"'),))
