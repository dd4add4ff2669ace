"""Session cookies: an operation that sets the cookie of a security scheme signs in, and another one signs out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import Operation, Parameter, SecurityScheme
from mockserver.contract.schemas.naming import plain
from mockserver.identity.entering import Asked, Door, Entered, door_of
from mockserver.identity.grants import Grant, find, keep, new_id
from mockserver.identity.tokens import Token, Tokens
from mockserver.messages import Request
from mockserver.reply.headers import example_of
from mockserver.reply.reply import Reply
from mockserver.state.store import MAIN
from mockserver.state.world import World

MARK: Final = "sid_"
"""How the value of a session cookie begins."""
_KIND: Final = "cookie"
_LASTING: Final = 30 * 86_400
"""Seconds that a session counts, where the contract's example has no Max-Age."""
_USUAL: Final = ("Path=/", "HttpOnly", "SameSite=Lax")
_OUT: Final = re.compile(r"(log|sign)(out|off)|endsession")
_NEW: Final = re.compile(r"register|signup|createuser|createaccount|newuser")
_MAX_AGE: Final = re.compile(r"max-age=(\d{1,10})", re.IGNORECASE)


class Session(msgspec.Struct, frozen=True):
    """What an operation does to the session of its caller: it begins one, or ends it."""

    cookie: str
    attributes: tuple[str, ...]  #: of the cookie, as the contract shows them
    door: Door | None  #: None where the operation ends a session

    def entered(self, asked: Asked) -> Entered:
        """The answer with the cookie, and the world that knows the session. `Refused` for a stranger."""
        kept = "; ".join(self._kept(is_secure=asked.request.origin.startswith("https:")))
        if self.door is None:
            grant = self._ended(asked.world, asked.request)
            after = asked.world if grant is None else keep(asked.world, replace(grant, is_over=True))
            return Entered(self._with(asked.reply, f"; Max-Age=0; {kept}"), after)
        user = self.door.user(asked)
        grant = Grant(new_id(asked.world), _KIND, asked.now + self._lasting * 1000, None if user is None else user.id)
        named = "" if asked.world.name == MAIN else f"~{asked.world.name}"
        reply = self._with(asked.reply, f"{MARK}{grant.id}{named}; {kept}")
        return Entered(reply, keep(asked.world, grant), "" if user is None else user.name)

    def _with(self, reply: Reply, text: str) -> Reply:
        own = f"{self.cookie}="
        others = (
            pair for pair in reply.headers
            if pair[0].lower() != "set-cookie" or ("=" in pair[1] and not pair[1].startswith(own))
        )  # fmt: skip
        return replace(reply, headers=(*others, ("Set-Cookie", own + text)))

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
                door = door_of(one, tokens, enforces=enforces) if one in entering else None
                found[one.id] = Session(scheme.parameter, attributes, door)
    return found


def _enters(operation: Operation, scheme: SecurityScheme, *, alone: bool) -> bool:
    if not may_enter(operation, scheme):
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


def may_enter(operation: Operation, scheme: SecurityScheme) -> bool:
    """Whether an operation can be one that signs in: it needs no credential of the scheme itself, and makes no user."""
    needs = any(scheme.name in names for names in operation.security) and frozenset() not in operation.security
    return not needs and not _is_named(operation, _NEW) and not _is_named(operation, _OUT)
