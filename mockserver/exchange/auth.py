"""Who calls, and which world: the contract's security schemes, compared with the users in the fixtures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from mockserver.contract.operations.operation import Operation, SecurityScheme
from mockserver.errors import Refused
from mockserver.exchange.credentials import (
    MUTUAL_TLS,
    challenge_of,
    credential_in,
    own_credentials,
    refusal,
    text_of,
    words_of,
    written,
)
from mockserver.exchange.steering import Steering, split_world
from mockserver.identity.scopes import must_have
from mockserver.messages import Request
from mockserver.settings import AuthMode
from mockserver.state.store import MAIN
from mockserver.state.users import User
from mockserver.state.world import World

if TYPE_CHECKING:
    from mockserver.identity.tokens import Token, Tokens

_WORLD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~@+-]{0,99}")
REMEMBERED = 4 * 1024 * 1024
"""How many bytes of admitted credentials are remembered, so that the next request costs one look-up."""
_SESSION = "sid_"
"""How session cookies begin."""
_ONE = 700
"""The bytes that one of them takes in addition to its text."""


class Caller(msgspec.Struct, frozen=True):
    """A user in a world; `fields` is what behaviours see of them. Without users all records are seen."""

    name: str
    world: str
    fields: Mapping[str, Any]
    token: Token | None = None  #: a signed token, which time or a sign-out may end


class Elsewhere(Refused):
    """The mock's own provider answers a request, whoever asks."""

    def __init__(self) -> None:
        super().__init__(404, "the mock's own provider has this path")


class Auth:
    """Admits requests by the security requirements of their operation."""

    def __init__(
        self,
        schemes: Mapping[str, SecurityScheme],
        users: tuple[User, ...],
        mode: AuthMode = "enforce",
        memory: int = REMEMBERED,
        seed: str = "0",
    ) -> None:
        self.schemes, self.users, self.mode, self._memory = schemes, users, mode, memory
        self._seed = seed
        self.by_token = {user.token: user for user in users}
        self._by_own = {pair: user for user in users for pair in own_credentials(schemes, user)}
        self.elsewhere: frozenset[str] = frozenset()  #: operations that the mock's own provider answers
        self.look: Callable[[str], tuple[World, int]] | None = None  #: gives a world as it is now, and its time
        self._size = 0
        self._known: dict[Any, dict[str | None, Caller]] = {}  # by security and credential
        self._callers: dict[str, dict[str | None, Caller]] = {}  # the same by operation

    @cached_property
    def tokens(self) -> Tokens:
        """What issues and reads signed tokens; few mocks are sent any."""
        from mockserver.identity.tokens import Tokens

        return Tokens(self._seed, self.users)

    def admit(self, operation: Operation, request: Request, steering: Steering) -> Caller:
        """The caller; `Refused(401)` with a challenge when the request satisfies no alternative of the operation's
        security.

        Callers are remembered by operation and `Authorization` header: one look-up then replaces reading the credential
        and going through the alternatives.
        """
        if steering.world is not None and operation.id not in self.elsewhere:
            return self._admitted(operation, request, steering.world)
        callers = self._callers.get(operation.id)
        if callers is None:
            if operation.id in self.elsewhere:
                raise Elsewhere
            callers = self._callers[operation.id] = self._known.setdefault((operation.security, operation.scopes), {})
        credential = request.headers.get("authorization")
        return callers.get(credential) or self._first_time(operation, request, callers, credential)

    def _first_time(
        self, operation: Operation, request: Request, callers: dict[str | None, Caller], credential: str | None
    ) -> Caller:
        caller = self._admitted(operation, request, None)
        if self._by_header(operation) and self._has_room(_ONE + len(credential or "")):
            callers[credential] = caller
        return caller

    def _has_room(self, size: int) -> bool:
        """Whether so many bytes more can be remembered. When they take too much, all are forgotten; a long one isn't
        remembered at all."""
        if size > self._memory // 16:
            return False
        if self._size + size > self._memory:
            self._size = 0
            for callers in self._known.values():
                callers.clear()
        self._size += size
        return True

    def _by_header(self, operation: Operation) -> bool:
        """Whether the Authorization header alone decides."""
        names = {name for alternative in operation.security for name in alternative}
        return all(self.schemes[name].kind in ("bearer", "basic") for name in names)

    def _admitted(self, operation: Operation, request: Request, named: str | None) -> Caller:
        if self.mode == "off" or not operation.security:
            return self._caller(self.users[0] if self.users else None, named)
        refusals = []
        needed = operation.scopes or (frozenset(),) * len(operation.security)
        both = zip(operation.security, needed, strict=True)
        for alternative, scopes in sorted(both, key=lambda pair: not pair[0]):  # `{}` comes last
            try:
                return self._by_alternative(alternative, scopes, request, named)
            except Refused as refusal:
                refusals.append(refusal)
        nearest = min(refusals, key=_distance)
        raise Refused(nearest.status, nearest.reason, headers=self._challenges(operation, nearest), own=nearest.own)

    def _challenges(self, operation: Operation, nearest: Refused) -> tuple[tuple[str, str], ...]:
        """The challenge of the nearest refusal, then one for each other scheme (RFC 9110, section 11.6.1)."""
        if nearest.status != 401:
            return nearest.headers
        names = dict.fromkeys(name for alternative in operation.security for name in sorted(alternative))
        headers = [*nearest.headers, *(header for name in names for header in challenge_of(self.schemes[name]))]
        by_word = {value.partition(" ")[0]: (name, value) for name, value in reversed(headers)}
        return tuple(header for header in dict.fromkeys(headers) if header in by_word.values())

    def credentials(self, operation: Operation) -> list[tuple[str, str, str]]:
        """Location, name and value of the credentials with which the first user can call an operation."""
        if self.mode == "off" or not operation.security or frozenset() in operation.security:
            return []
        schemes = [self.schemes[name] for name in sorted(operation.security[0])]
        if not self.users:
            return [(each.location, each.parameter, written(each, "any:token")) for each in schemes]
        return [(each.location, each.parameter, written(each, text_of(self.users[0], each))) for each in schemes]

    def credentials_of(self, user: User) -> list[tuple[str, str, str]]:
        """Location, name and value of a user's credentials, for each of the contract's schemes."""
        schemes = self.schemes.values()
        return [(each.location, each.parameter, written(each, text_of(user, each))) for each in schemes]

    def headers_of(self, user: User) -> dict[str, str]:
        """The headers among a user's credentials."""
        return {name.lower(): value for location, name, value in self.credentials_of(user) if location == "header"}

    def world_of(self, request: Request, steering: Steering) -> str:
        """The world that a request names, whether its caller is known or not; `main` where it names none."""
        if steering.world is None and self._by_authorization:
            return self._world_by(request.headers.get("authorization"))
        return self._named_world(request, steering.world)

    @cached_property
    def _by_authorization(self) -> bool:
        """Whether no scheme is sent elsewhere than in the Authorization header."""
        return all(scheme.kind in ("bearer", "basic") for scheme in self.schemes.values())

    @cached_property
    def _world_by(self) -> Callable[[str | None], str]:
        return lru_cache(maxsize=1000)(self._remembered_world)

    def _remembered_world(self, authorization: str | None) -> str:
        headers = {} if authorization is None else {"authorization": authorization}
        return self._named_world(Request("GET", "/", headers=headers), None)

    def _named_world(self, request: Request, named: str | None) -> str:
        for scheme in self.schemes.values():
            try:
                text, world = split_world(credential_in(scheme, request))
            except Refused:
                continue
            named = world or self._world_in(text) or named
        return named if named and _WORLD_NAME.fullmatch(named) else MAIN

    def _world_in(self, text: str) -> str | None:
        """The world that a signed token names, whether it still counts or not."""
        try:
            return self.tokens.read(text).world if _is_own(text) else None
        except (ValueError, Refused):
            return None

    def _by_alternative(
        self, alternative: frozenset[str], scopes: frozenset[tuple[str, str]], request: Request, named: str | None
    ) -> Caller:
        caller = None
        for name in sorted(alternative):
            scheme = self.schemes[name]
            if scheme.kind == MUTUAL_TLS:
                continue
            one, has = self._known_by(scheme, request, named)
            if has is not None and self.mode != "any":
                must_have(has, {scope for owner, scope in scopes if owner == name}, scheme.kind)
            caller = caller or one
        return caller or self._caller(self.users[0] if self.users else None, named)

    def _known_by(
        self, scheme: SecurityScheme, request: Request, named: str | None
    ) -> tuple[Caller, frozenset[str] | None]:
        """Who calls by a scheme's credential, and the scopes of that; None where it has all."""
        text, world = split_world(credential_in(scheme, request))
        if self.mode == "any":
            return self._caller(self.users[0] if self.users else None, world or named), None
        user = self.by_token.get(text) or self._by_own.get((scheme.name, text))
        if user is not None:
            return self._caller(user, world or named), user.scopes
        if scheme.kind == "bearer" and _is_own(text):
            token = self._token(scheme, text)
            caller = self._caller_with(token, world or token.world or named)
            if self.look is not None:
                self.must_count(caller, *self.look(caller.world))
            return caller, token.scopes
        if scheme.location == "cookie" and text.startswith(_SESSION):
            return self._by_session(scheme, text, world or named)
        if self.users:
            raise refusal(scheme, f"the {words_of(scheme)} belongs to no user in the fixtures", invalid=True)
        return self._caller(None, world or named), None

    def _by_session(self, scheme: SecurityScheme, text: str, world: str | None) -> tuple[Caller, frozenset[str] | None]:
        """Who has signed in by an operation that sets a cookie."""
        from mockserver.identity.sessions import token_of

        if self.look is None:
            raise refusal(scheme, "there are no sessions")
        state, now = self.look(world_named(world or MAIN))
        token = token_of(state, text.removeprefix(_SESSION))
        if token is None:
            raise refusal(scheme, f"the world {state.name!r} knows no such session: sign in again")
        trouble = token.trouble(state, now)
        if trouble:
            raise refusal(scheme, trouble)
        user = self.tokens.user_of(token)
        return msgspec.structs.replace(self._caller(user, world), token=token), None if user is None else user.scopes

    def _token(self, scheme: SecurityScheme, text: str) -> Token:
        try:
            return self.tokens.read(text)
        except ValueError as error:
            raise refusal(scheme, str(error), invalid=True) from None

    def _caller_with(self, token: Token, world: str | None) -> Caller:
        user = self.tokens.user_of(token)
        caller = self._caller(user, world)
        if user is None:  # a client that calls for itself
            fields = {"id": token.subject, "name": token.subject, "world": caller.world}
            return Caller(token.subject, caller.world, fields, token)
        return msgspec.structs.replace(caller, token=token)

    def must_count(self, caller: Caller, world: World, now: int) -> None:
        """Refuse a caller whose token has expired or was revoked in a world: 401."""
        trouble = caller.token.trouble(world, now) if caller.token is not None else ""
        if trouble:
            challenge = 'Bearer realm="mock", error="invalid_token"'
            raise Refused(401, trouble, headers=(("WWW-Authenticate", challenge),))

    def _caller(self, user: User | None, world: str | None) -> Caller:
        world = world_named(world or MAIN)
        if user is None:
            return Caller("anyone", world, {"id": None, "name": "anyone", "world": world})
        return Caller(user.name, world, {"id": user.id, "name": user.name, "world": world})


def _is_own(text: str) -> bool:
    """Whether a token can be one that a mock has signed; only such a token is worth an import."""
    if "." not in text:
        return False
    from mockserver.identity.tokens import is_own

    return is_own(text)


def world_named(name: str) -> str:
    """The name, where it can be that of a world; else `Refused(400)`."""
    if not _WORLD_NAME.fullmatch(name):
        reason = f"{name[:100]!r} names no world: up to 100 letters, digits and ._~@+-, a letter or digit first"
        raise Refused(400, reason, own=True)
    return name


def _distance(refusal: Refused) -> int:
    """How far a request was from being admitted: a wrong credential is nearer than one of another scheme, or none, and
    one without a scope is nearest."""
    if refusal.status == 403:
        return -1
    return 2 * ("nothing was sent" in refusal.reason) + ("header must say" in refusal.reason)
