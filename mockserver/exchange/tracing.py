"""The trace that a request belongs to, as its client says in `traceparent` (W3C Trace Context, level 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

HEADER: Final = "traceparent"
_FORM: Final = re.compile(r"(?!ff)(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-[0-9a-f]{2}")
_LENGTH: Final = 55
"""How long version 00 is; a later version may add parts, each behind a hyphen."""
_NONE: Final = frozenset("0")


class Trace(msgspec.Struct, frozen=True):
    """The trace, and the span of the client that sent the request; lower-case hexadecimal."""

    trace_id: str
    span_id: str
    traceparent: str  #: as version 00 has it, so that it has one length


def trace_of(headers: Mapping[str, str]) -> Trace | None:
    """The trace that the headers of a request name; None where they name none, or not in the form of the standard."""
    sent = headers.get(HEADER)
    return None if sent is None else _read(sent)


def _read(sent: str) -> Trace | None:
    match = _FORM.match(sent)
    if match is None or set(match["trace"]) == _NONE or set(match["span"]) == _NONE:
        return None
    if len(sent) != _LENGTH and (match["version"] == "00" or sent[_LENGTH] != "-"):
        return None
    return Trace(match["trace"], match["span"], f"00{sent[2:_LENGTH]}")
