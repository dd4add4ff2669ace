"""Operations by which an API itself signs users in: whom a request names, and whether that is one of the users."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas.naming import plain
from mockserver.errors import Refused
from mockserver.identity.tokens import Tokens
from mockserver.messages import Inputs, Request
from mockserver.reply.reply import Reply
from mockserver.state.users import User
from mockserver.state.world import World

_NAMES: Final = ("username", "user", "login", "email", "emailaddress", "userid", "name", "account", "identifier")
_PASSWORDS: Final = ("password", "pass", "passwd", "pwd", "passphrase")
_REFUSING: Final = (401, 400, 403, 422)
"""The statuses by which operations refuse a stranger, the likeliest first."""


class Asked(msgspec.Struct, frozen=True):
    """A request that an operation has answered, and whether another answer would keep the contract too."""

    request: Request
    inputs: Inputs
    reply: Reply
    world: World
    now: int
    fits: Callable[[Reply], bool]


class Entered(msgspec.Struct, frozen=True):
    """The answer with what signs the client in, the world that knows it, and who that is."""

    reply: Reply
    world: World
    name: str = ""


class Door(msgspec.Struct, frozen=True):
    """Lets the users of a mock in, by one operation."""

    tokens: Tokens
    refusal: int | None  #: the status for strangers; None where everybody is let in

    def user(self, asked: Asked) -> User | None:
        """Whom a request names; the first user where it names nobody. `Refused` for a stranger, where the operation
        declares that."""
        name, password = _sent(asked.inputs, asked.request)
        users = [*self.tokens.by_id.values()]
        user = next((one for one in users if name in (one.name, one.id, one.claims.get("email"))), None)
        problem = ""
        if user is None and name is not None:
            problem = f"no user in the fixtures is {name[:100]!r}"
        elif user is not None and user.password not in (None, password):
            problem = f"the password isn't that of {user.name!r} in the fixtures"
        if problem and self.refusal is not None:
            raise Refused(self.refusal, problem)
        return user or (users[0] if users else None)


def door_of(operation: Operation, tokens: Tokens, *, enforces: bool) -> Door:
    """The door of an operation: it refuses strangers by a status that the contract declares."""
    declared = (status for status in _REFUSING if str(status) in operation.responses)
    usual = 401 if operation.response_for(401) is not None else None
    return Door(tokens, next(declared, usual) if enforces else None)


def _sent(inputs: Inputs, request: Request) -> tuple[str | None, str | None]:
    """The name and the password that a client signs in with: in its body, its query, or its Authorization header."""
    word, _, credentials = request.headers.get("authorization", "").partition(" ")
    if word.lower() == "basic":
        try:
            text = base64.b64decode(credentials.strip(), validate=True).decode()
        except ValueError:
            text = ""
        return text.partition(":")[0], text.partition(":")[2]
    parts = [part for part in (inputs.body, inputs.query) if isinstance(part, Mapping)]
    given = {plain(str(name)): str(text) for part in reversed(parts) for name, text in part.items() if _is_plain(text)}
    name = next((given[one] for one in _NAMES if one in given), None)
    return name, next((given[one] for one in _PASSWORDS if one in given), None)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)
