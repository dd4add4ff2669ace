"""Session cookies: an operation that sets the cookie of a security scheme signs in, and another one signs out."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import Operation, Parameter, SecurityScheme
from mockserver.contract.schemas.naming import plain
from mockserver.errors import Refused
from mockserver.identity.grants import Grant, find, keep, new_id
from mockserver.identity.tokens import Token, Tokens
from mockserver.messages import Inputs, Request
from mockserver.reply.headers import example_of
from mockserver.state.store import MAIN
from mockserver.state.users import User
from mockserver.state.world import World

MARK: Final = "sid_"
"""How the value of a session cookie begins."""
_KIND: Final = "cookie"
_LASTING: Final = 30 * 86_400
"""Seconds that a session counts, where the contract's example has no Max-Age."""
_USUAL: Final = ("Path=/", "HttpOnly", "SameSite=Lax")
_NAMES: Final = ("username", "user", "login", "email", "emailaddress", "userid", "name", "account", "identifier")
_PASSWORDS: Final = ("password", "pass", "passwd", "pwd", "passphrase")
_OUT: Final = re.compile(r"(log|sign)(out|off)|endsession")
_NEW: Final = re.compile(r"register|signup|createuser|createaccount|newuser")
_MAX_AGE: Final = re.compile(r"max-age=(\d{1,10})", re.IGNORECASE)


class Session(msgspec.Struct, frozen=True):
    """What an operation does to the session of its caller: it begins one, or ends it."""

    cookie: str
    enters: bool
    attributes: tuple[str, ...]  #: of the cookie, as the contract shows them
    tokens: Tokens
    enforces: bool  #: whether only the users of the fixtures get in

    def performed(self, world: World, now: int, inputs: Inputs, request: Request) -> tuple[World, str, str]:
        """The next world, the text of `Set-Cookie`, and who has signed in. `Refused(401)` for a stranger."""
        kept = "; ".join(self._kept(is_secure=request.origin.startswith("https:")))
        if not self.enters:
            grant = self._ended(world, request)
            after = world if grant is None else keep(world, replace(grant, is_over=True))
            return after, f"{self.cookie}=; Max-Age=0; {kept}", ""
        user = self._user(inputs, request)
        grant = Grant(new_id(world), _KIND, now + self._lasting * 1000, None if user is None else user.id)
        named = "" if world.name == MAIN else f"~{world.name}"
        name = "" if user is None else user.name
        return keep(world, grant), f"{self.cookie}={MARK}{grant.id}{named}; {kept}", name

    @property
    def _lasting(self) -> int:
        found = (_MAX_AGE.fullmatch(one) for one in self.attributes)
        return next((int(match[1]) for match in found if match), _LASTING)

    def _kept(self, *, is_secure: bool) -> Iterator[str]:
        """The attributes with which a browser keeps the cookie of this server, which may be on another host, and
        without TLS."""
        for one in self.attributes:
            plain_one = one.lower().replace(" ", "")
            if not plain_one.startswith(("domain=", "expires=")) and (
                is_secure or plain_one not in ("secure", "samesite=none", "partitioned")
            ):
                yield one

    def _ended(self, world: World, request: Request) -> Grant | None:
        match = re.search(rf"(?:^|[;\s]){re.escape(self.cookie)}={MARK}([0-9a-f]+)", request.headers.get("cookie", ""))
        return find(world, match[1]) if match is not None else None

    def _user(self, inputs: Inputs, request: Request) -> User | None:
        name, password = _sent(inputs, request)
        users = [*self.tokens.by_id.values()]
        if not self.enforces or name is None:
            return users[0] if users else None
        user = next((one for one in users if name in (one.name, one.id, one.claims.get("email"))), None)
        if user is None:
            raise Refused(401, f"no user in the fixtures is {name[:100]!r}")
        if user.password is not None and user.password != password:
            raise Refused(401, f"the password isn't that of {user.name!r} in the fixtures")
        return user


def _sent(inputs: Inputs, request: Request) -> tuple[str | None, str | None]:
    """The name and the password that a client signs in with: in its body, its query, or its Authorization header."""
    word, _, credentials = request.headers.get("authorization", "").partition(" ")
    if word.lower() == "basic":
        try:
            text = base64.b64decode(credentials.strip(), validate=True).decode()
        except ValueError:
            raise Refused(401, "the basic credentials are not base64 of `name:password`") from None
        return text.partition(":")[0], text.partition(":")[2]
    parts = [part for part in (inputs.body, inputs.query) if isinstance(part, Mapping)]
    given = {plain(str(name)): str(text) for part in reversed(parts) for name, text in part.items() if _is_plain(text)}
    name = next((given[one] for one in _NAMES if one in given), None)
    return name, next((given[one] for one in _PASSWORDS if one in given), None)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def token_of(world: World, name: str) -> Token | None:
    """What the session of this id stands for in a world; None where it has none."""
    grant = find(world, name)
    if grant is None or grant.kind != _KIND:
        return None
    return Token(grant.user or "", "", frozenset(), grant.until, grant.id, {}, kind="session")


def sessions_of(contract: Contract, tokens: Tokens, *, enforces: bool) -> dict[str, Session]:
    """The operations that begin or end sessions, by id."""
    schemes = [one for one in contract.security_schemes.values() if one.kind == "apiKey" and one.location == "cookie"]
    found: dict[str, Session] = {}
    for scheme in schemes:
        entering = [one for one in contract.operations.values() if _enters(one, scheme, alone=len(schemes) == 1)]
        paths = {one.template for one in entering}
        shown = next((text for one in entering for text in _shown(one) if text), "")
        attributes = tuple(part.strip() for part in shown.split(";")[1:]) or _USUAL
        for one in contract.operations.values():
            if one in entering or (entering and _leaves(one, paths)):
                found[one.id] = Session(scheme.parameter, one in entering, attributes, tokens, enforces)
    return found


def _enters(operation: Operation, scheme: SecurityScheme, *, alone: bool) -> bool:
    needs = any(scheme.name in names for names in operation.security) and frozenset() not in operation.security
    if needs or _is_named(operation, _NEW) or _is_named(operation, _OUT):
        return False
    texts = list(_shown(operation))
    return any(text.startswith(f"{scheme.parameter}=") for text in texts) or (alone and "" in texts)


def _shown(operation: Operation) -> Iterator[str]:
    """The examples of the cookies that an operation sets where all is well; empty for one without."""
    for status, response in operation.responses.items():
        for name, header in response.headers.items():
            if name.lower() == "set-cookie" and status.startswith(("2", "3")):
                yield _example(header)


def _example(header: Parameter) -> str:
    given = example_of(header)
    return given if isinstance(given, str) else ""


def _leaves(operation: Operation, paths: set[str]) -> bool:
    return _is_named(operation, _OUT) or (operation.method == "DELETE" and operation.template in paths)


def _is_named(operation: Operation, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(plain(text)) for text in (operation.id, operation.template.rpartition("/")[2]))
