"""What a client steers of how the mock answers: read once for each request, here and nowhere else.

These are its world (`Mock-World`, the cookie `mock_world`, the `~world` after a token), `Prefer` and its query twins,
`Mock-Delay`, `Accept` and `Origin`. What the contract itself declares is no part of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final

import msgspec

from mockserver.contract.operations.operation import EMPTY
from mockserver.errors import Refused
from mockserver.messages import Request
from mockserver.reply.preferences import wishes
from mockserver.settings import LONGEST_WAIT

WORLD_HEADER: Final = "mock-world"
_WORLD_COOKIE: Final = "mock_world"
_HEADERS = frozenset(("accept", "cookie", "mock-delay", WORLD_HEADER, "origin", "prefer"))
_DELAY = re.compile(r"(?P<count>\d{1,6}(\.\d{1,3})?)\s*(?P<unit>ms|s)")


class Steering(msgspec.Struct, frozen=True):
    """What one request steers, as it was sent: a text that makes no sense is refused by the stage that needs it."""

    world: str | None = None  #: by header or cookie; a token may name another one
    wishes: Mapping[str, str] = EMPTY  #: `code`, `example`, `dynamic` and `seed` by `Prefer` or the query
    delay: str | None = None
    accept: str | None = None  #: None where any media type is welcome
    origin: str | None = None


UNSTEERED: Final = Steering()
"""Most requests steer nothing: they share this value, which costs the comparison of a few header names."""


def read_steering(request: Request) -> Steering:
    """What a request steers."""
    headers = request.headers
    if _HEADERS.isdisjoint(headers) and "__" not in request.query:
        return UNSTEERED
    accept = headers.get("accept")
    return Steering(
        world=headers.get(WORLD_HEADER) or cookie(request, _WORLD_COOKIE),
        wishes=wishes(headers.get("prefer"), request.query),
        delay=headers.get("mock-delay"),
        accept=None if accept == "*/*" else accept,
        origin=headers.get("origin"),
    )


def split_world(credential: str) -> tuple[str, str | None]:
    """The token of a credential, and the world that follows it after a `~`; None where none does."""
    token, parted, world = credential.partition("~")
    return token, world if parted else None


def delay_of(text: str) -> int:
    """The milliseconds by which a client wants its answer to be late: `Mock-Delay: 2s`, `500ms`.

    Raises Refused(400) for a text that isn't a time, or is more than half a minute.
    """
    match = _DELAY.fullmatch(text.strip())
    wait = float(match["count"]) * (1 if match["unit"] == "ms" else 1000) if match else -1
    if not 0 <= wait <= LONGEST_WAIT:
        raise Refused(400, f"Mock-Delay: {text[:50]!r} isn't a delay of up to 30s; write 2s or 500ms", own=True)
    return int(wait)


def cookie(request: Request, name: str) -> str | None:
    """The value of a cookie."""
    sent = request.headers.get("cookie")
    if not sent or name not in sent:
        return None
    try:
        morsel = SimpleCookie(sent).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None
