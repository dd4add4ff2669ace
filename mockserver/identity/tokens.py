"""Access and ID tokens: what they say, how long they last, and whether they still count in a world."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mockserver.errors import Refused, to_install
from mockserver.identity.grants import Grant, is_over
from mockserver.state.store import MAIN
from mockserver.state.users import User
from mockserver.state.world import World

if TYPE_CHECKING:
    from mockserver.identity.keys import SigningKey

LASTING: Final = 3600
"""Seconds that an access token counts, by the world's clock."""
_ACCESS: Final = "at+jwt"
_BY_SCOPE: Final = {
    "profile": frozenset((
        "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
        "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
    )),
    "email": frozenset(("email", "email_verified")),
    "address": frozenset(("address",)),
    "phone": frozenset(("phone_number", "phone_number_verified")),
}  # fmt: skip
"""The claims that a client gets for a scope, and for no other (OpenID Connect Core, section 5.4)."""
STANDARD: Final = frozenset((*_BY_SCOPE, "openid", "offline_access"))
"""The scopes that every user has."""
_LONGEST: Final = 8192
_REMEMBERED: Final = 500
"""How many tokens are remembered as checked, each of so many characters at most."""


class Token(msgspec.Struct, frozen=True):
    """What an access token says."""

    subject: str  #: the id of a user, or the client
    client: str
    scopes: frozenset[str]
    expires: int  #: milliseconds
    grant: str
    claims: Mapping[str, Any]
    world: str | None = None  #: None where any world will do
    kind: str = "access token"

    def trouble(self, world: World, now: int) -> str:
        """Why it doesn't count in a world any more; empty where it does."""
        if now >= self.expires:
            return f"the {self.kind} has expired by the clock of its world"
        if world.aside and is_over(world, self.grant):
            return f"the {self.kind} was revoked: its user has signed out, or a code or refresh token was used twice"
        return ""


class Tokens:
    """Issues and reads the tokens of one mock."""

    def __init__(self, seed: str, users: Iterable[User]) -> None:
        self._seed = seed
        self.by_id = {user.id: user for user in users}
        self._read: dict[str, Token] = {}

    @property
    def key(self) -> SigningKey:
        """The key that signs. `Refused(501)` where the library for it is missing."""
        try:
            from mockserver.identity.keys import signing_key
        except ImportError:
            reason = f"the Python package joserfc, which signs tokens, isn't installed ({to_install('auth')})"
            raise Refused(501, reason, own=True) from None
        return signing_key(self._seed)

    def read(self, text: str) -> Token:
        """What an access token says, whether it still counts or not. Raises ValueError, which says what is wrong."""
        token = self._read.get(text)
        if token is None:
            token = self._checked(text)
            if len(self._read) >= _REMEMBERED:
                self._read.clear()
            self._read[text] = token
        return token

    def _checked(self, text: str) -> Token:
        kind, claims = self.signed(text)
        if kind != _ACCESS:
            raise ValueError("an ID token tells an app who has signed in; an API takes the access token")
        return Token(
            claims["sub"], claims["client_id"], frozenset(claims["scope"].split()), claims["exp"] * 1000,
            claims["jti"].partition(".")[0], claims, claims.get("world"),
        )  # fmt: skip

    def signed(self, text: str) -> tuple[str, Mapping[str, Any]]:
        """The kind and the claims of a token of this mock. Raises ValueError."""
        if len(text) > _LONGEST:
            raise ValueError("the token is too long")
        key = self.key
        from mockserver.identity.keys import BadToken

        try:
            return key.read(text)
        except BadToken as error:
            reason = f"the token isn't one of this mock's: {error}; is it from a mock with another --seed?"
            raise ValueError(reason) from None

    def user_of(self, token: Token) -> User | None:
        """The user that a token is of; None where it is a client's own."""
        return self.by_id.get(token.subject)

    def access(self, grant: Grant, issuer: str, world: World, now: int) -> str:
        """The access token of a grant's current turn (RFC 9068)."""
        subject = grant.user if grant.user is not None else grant.client
        claims = {
            **self._said_of(grant.user, frozenset(grant.scope.split())),
            "iss": issuer, "sub": subject, "aud": grant.audience or issuer, "client_id": grant.client,
            "scope": grant.scope, "iat": now // 1000, "exp": now // 1000 + LASTING, "jti": f"{grant.id}.{grant.turn}",
        }  # fmt: skip
        claims |= {"world": world.name} if world.name != MAIN else {}
        return self.key.sign(claims, _ACCESS)

    def identity(self, grant: Grant, issuer: str, now: int, *, access: str = "", code: str = "") -> str:
        """The ID token of a grant (OpenID Connect Core, section 2), bound to what is issued with it."""
        claims = {
            **self._said_of(grant.user, frozenset(grant.scope.split())),
            "iss": issuer, "sub": grant.user, "aud": grant.client, "iat": now // 1000, "exp": now // 1000 + LASTING,
            "auth_time": grant.at // 1000, "sid": grant.id,
        }  # fmt: skip
        claims |= {"nonce": grant.nonce} if grant.nonce is not None else {}
        claims |= {name: _half(text) for name, text in (("at_hash", access), ("c_hash", code)) if text}
        return self.key.sign(claims, "JWT")

    def said_of(self, token: Token) -> dict[str, Any]:
        """What userinfo says of the user of a token."""
        return {"sub": token.subject, **self._said_of(token.subject, token.scopes)}

    def _said_of(self, user: str | None, scopes: frozenset[str]) -> dict[str, Any]:
        """The claims of a user: those that belong to a scope only where the client has it."""
        known = self.by_id.get(user) if user is not None else None
        if known is None:
            return {}
        all_ = {"name": known.name, "preferred_username": known.name, **known.claims}
        hidden = frozenset().union(*(names for scope, names in _BY_SCOPE.items() if scope not in scopes))
        return {name: value for name, value in all_.items() if name not in hidden}


def is_own(text: str) -> bool:
    """Whether a token says that it is signed by a mock; cheap, and without any library."""
    head, dot, _ = text.partition(".")
    if not dot or len(text) > _LONGEST:
        return False
    try:
        header = msgspec.json.decode(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, msgspec.DecodeError):
        return False
    return isinstance(header, dict) and str(header.get("kid", "")).startswith("mock-")


def granted(asked: str, user: User | None, declared: Iterable[str]) -> str:
    """The scopes that a user gives a client: those that were asked for and the user has; all of these where none were
    asked for (RFC 6749, section 3.3)."""
    wanted = list(dict.fromkeys(asked.split()))
    if user is None or user.scopes is None:
        return " ".join(wanted or sorted(declared))
    return " ".join(one for one in wanted or sorted(user.scopes) if one in user.scopes or one in STANDARD)


def _half(text: str) -> str:
    """The left half of a text's hash (OpenID Connect Core, section 3.1.3.6)."""
    return base64.urlsafe_b64encode(sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()
