"""What a world remembers of sign-ins: each grant of a user to a client, and whom a browser has signed in.

They stand beside the records of the API, so they are forked, rewound and kept in a store as these are.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import msgspec
from msgspec.structs import replace

from mockserver.state.collection import Collection
from mockserver.state.rules import CollectionRules
from mockserver.state.world import World

_NAME: Final = "sign-ins"
_NONE: Final = Collection(CollectionRules(_NAME))
MOST: Final = 500
"""How many grants a world remembers; the oldest are forgotten first, and their refresh tokens with them."""


class Grant(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a user has granted a client, or a client itself has; instants in milliseconds."""

    id: str
    kind: str  #: `code`, `device`, `password`, `client` or `session`
    until: int  #: when what starts it ends: the code, the device code, the session
    user: str | None = None  #: the user's id; None as long as nobody has signed in
    client: str = ""
    scope: str = ""
    at: int = 0  #: when the user signed in
    audience: str | None = None
    redirect: str | None = None
    challenge: str | None = None
    method: str = ""
    nonce: str | None = None
    turn: int = 0  #: how often tokens were issued; a refresh token names the turn that it is from
    is_over: bool = False  #: it was revoked, or refused


def find(world: World, name: str) -> Grant | None:
    """The grant of this id."""
    record = world.aside.get(_NAME, _NONE).get(name)
    return None if record is None else msgspec.convert(dict(record), Grant)


def is_over(world: World, name: str) -> bool:
    """Whether a grant was revoked in this world; one that the world doesn't know wasn't."""
    record = world.aside.get(_NAME, _NONE).get(name) if world.aside else None
    return record is not None and bool(record.get("is_over"))


def find_device(world: World, user_code: str) -> Grant | None:
    """The grant of a device that shows this code to its user."""
    kept = (record for record in world.aside.get(_NAME, _NONE).matching((("kind", "device"),)))
    return next(
        (one for record in kept if user_code_of((one := msgspec.convert(dict(record), Grant)).id) == user_code), None
    )


def keep(world: World, grant: Grant) -> World:
    """The world with this grant, and without the oldest where there are too many."""
    collection = world.aside.get(_NAME, _NONE).put(msgspec.to_builtins(grant))
    if len(collection.records) > MOST:
        collection = collection.drop(collection.matching(())[0])
    return replace(world, aside={**world.aside, _NAME: collection})


def new_id(world: World) -> str:
    """The id of a world's next grant: the same calls get the same one."""
    place = world.aside.get(_NAME, _NONE).next
    return sha256(f"{world.seed}/{world.name}/sign-in/{place}".encode()).hexdigest()[:20]


def user_code_of(name: str) -> str:
    """What a device with the grant of this id shows: letters that nobody confuses (RFC 8628, section 6.1)."""
    letters = "BCDFGHJKLMNPQRSTVWXZ"
    chosen = "".join(letters[byte % len(letters)] for byte in bytes.fromhex(name)[:8])
    return f"{chosen[:4]}-{chosen[4:]}"
