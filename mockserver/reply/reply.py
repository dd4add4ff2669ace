"""A response before it is encoded, and how headers are replaced in it."""

from __future__ import annotations

from typing import Any

import msgspec

from mockserver.contract.operations.operation import ABSENT
from mockserver.messages import Follow
from mockserver.reply.streams import Framing

Headers = tuple[tuple[str, str], ...]
encode = msgspec.json.Encoder().encode


class Reply(msgspec.Struct, frozen=True):
    """A response before it is encoded: status, media type, value (`ABSENT` for no body) and headers."""

    status: int
    media: str | None
    value: Any
    headers: Headers = ()
    framing: Framing | None = None  #: how the values of a stream are written
    follow: Follow | None = None  #: the body is a stream of changes
    own: bool = False  #: the response comes from the mock server, not from the mocked API: no contract declares it

    def body(self) -> bytes:
        """The value as bytes."""
        value = self.value
        if self.framing is None and type(value) is dict:  # the common case
            return encode(value)
        if value is ABSENT:
            return b""
        if self.framing is not None:
            return b"".join(self.framing.frames(value))
        if isinstance(value, bytes):  # a file, also where the contract calls it a text in JSON
            return value
        if self.media is not None and "json" not in self.media and isinstance(value, str):
            return value.encode()
        return encode(value)


def merged_headers(base: Headers, over: Headers) -> Headers:
    """Headers with some replaced or added, names compared without case."""
    replaced = {name.lower() for name, _ in over}
    return (*((name, value) for name, value in base if name.lower() not in replaced), *over)
