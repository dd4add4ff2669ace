"""Operations that answer with a token: it admits its user wherever the contract asks for a bearer token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.naming import plain
from mockserver.contract.schemas.view import SchemaView, members, types
from mockserver.identity.entering import Asked, Door, Entered, door_of
from mockserver.identity.grants import Grant, keep, new_id
from mockserver.identity.places import AUTH
from mockserver.identity.sessions import may_enter
from mockserver.identity.tokens import LASTING, Tokens, granted
from mockserver.reply.reply import Reply
from mockserver.state.store import MAIN
from mockserver.state.users import User

_ACCESS: Final = frozenset(
    ("accesstoken", "token", "jwt", "jwttoken", "authtoken", "bearertoken", "authenticationtoken")
)
_LASTS: Final = frozenset(("expiresin", "expires"))
_ASKED: Final = frozenset(("password", "pass", "passwd", "pwd", "passphrase"))
"""What a client sends to an operation that signs in."""
_ENVELOPES: Final = frozenset(("data", "result", "response", "payload"))
_LASTED: Final = 30 * 86_400_000


class Login(msgspec.Struct, frozen=True):
    """An operation that takes a password and answers with a token."""

    places: tuple[tuple[str, ...], ...]  #: where the token stands in the answer
    lasting: tuple[tuple[str, ...], ...]  #: where its seconds stand
    scopes: tuple[str, ...]
    door: Door

    def entered(self, asked: Asked) -> Entered:
        """The answer with a signed token, or the user's plain one where the answer has no room for that. `Refused` for
        a stranger."""
        user = self.door.user(asked)
        if user is None:
            return Entered(asked.reply, asked.world)
        grant = Grant(new_id(asked.world), "password", asked.now + _LASTED, user.id, "api", at=asked.now, turn=1)
        grant = replace(grant, scope=granted("", user, self.scopes))
        for text, world in ((self._signed(asked, grant), keep(asked.world, grant)), (_plain(user, asked), asked.world)):
            reply = self._with(asked.reply, text) if text else None
            if reply is not None and asked.fits(reply):
                return Entered(reply, world, user.name)
        return Entered(asked.reply, asked.world, user.name)

    def _signed(self, asked: Asked, grant: Grant) -> str:
        if find_spec("joserfc") is None:
            return ""
        return self.door.tokens.access(grant, f"{asked.request.origin}{AUTH}", asked.world, asked.now)

    def _with(self, reply: Reply, token: str) -> Reply | None:
        value = reply.value
        if not isinstance(value, Mapping):
            return None
        for place in self.places:
            value = _laid(value, place, token)
        for place in self.lasting:
            value = _laid(value, place, LASTING)
        return replace(reply, value=value)


def _plain(user: User, asked: Asked) -> str:
    return user.token if asked.world.name == MAIN else f"{user.token}~{asked.world.name}"


def _laid(value: Any, place: tuple[str, ...], new: Any) -> dict[str, Any]:
    """An object with a value at a place, in the objects that are there or else are made."""
    known = value if isinstance(value, Mapping) else {}
    name, below = place[0], place[1:]
    return {**known, name: _laid(known.get(name), below, new) if below else new}


def logins_of(contract: Contract, tokens: Tokens, *, enforces: bool) -> dict[str, Login]:
    """The operations that answer a password with a token, by id; none where the fixtures have no users, since every
    token is taken then."""
    bearer = [one for one in contract.security_schemes.values() if one.kind == "bearer"]
    if not bearer or not tokens.by_id:
        return {}
    scopes = sorted({scope for one in contract.operations.values() for needed in one.scopes for _, scope in needed})
    found = {}
    for one in contract.operations.values():
        if (
            one.method == "POST"
            and all(may_enter(one, scheme) for scheme in bearer)
            and _takes_password(one, contract.view)
        ):
            places = tuple(_places(one, contract.view, _ACCESS, "string"))
            lasting = tuple(_places(one, contract.view, _LASTS, "integer"))
            if places:
                found[one.id] = Login(places, lasting, tuple(scopes), door_of(one, tokens, enforces=enforces))
    return found


def _takes_password(operation: Operation, view: SchemaView) -> bool:
    bodies = operation.body.media_types.values() if operation.body is not None else ()
    names = {plain(name) for media in bodies for name in members(media.schema, view)}
    names |= {plain(one.name) for one in operation.parameters if one.location == "query"}
    return not names.isdisjoint(_ASKED)


def _places(operation: Operation, view: SchemaView, names: frozenset[str], kind: str) -> Iterator[tuple[str, ...]]:
    """The places of members with one of these names in the operation's successes, in an envelope too."""
    seen: dict[tuple[str, ...], None] = {}
    for status, response in operation.responses.items():
        for media in response.media_types.values() if status.startswith("2") else ():
            declared = members(media.schema, view)
            levels: dict[tuple[str, ...], dict[str, Any]] = {(): declared}
            levels |= {(name,): members(one, view) for name, one in declared.items() if plain(name) in _ENVELOPES}
            for above, inner in levels.items():
                found = (name for name, one in inner.items() if plain(name) in names and kind in types(one, view))
                seen |= {(*above, name): None for name in found}
    yield from seen
