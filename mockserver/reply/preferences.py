"""How a client selects a response: `Prefer: code=404, example=name, dynamic=true, seed=x`, or `?__code=404`.

Other mock servers use the same names; the header is defined in RFC 7240.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs

import msgspec

from mockserver.errors import Refused
from mockserver.messages import Request
from mockserver.settings import LONGEST_WAIT

_YES, _NO = ("true", "1", "yes"), ("false", "0", "no", "")
_NAMES = ("code", "example", "dynamic", "seed")
_DELAY = re.compile(r"(?P<count>\d{1,6}(\.\d{1,3})?)\s*(?P<unit>ms|s)")


class Preferences(msgspec.Struct, frozen=True):
    """The preferences for one response; None where there is none."""

    code: int | None = None
    example: str | None = None
    dynamic: bool = False
    seed: str | None = None


def preferences(request: Request) -> Preferences | None:
    """The preferences of a request; None when it has none.

    Raises Refused: 422 for a value of the wrong type, 404 for a number that isn't an HTTP status.
    """
    header = request.headers.get("prefer")
    if header is None and "__" not in request.query:
        return None
    texts = _header(header or "") | _query(request.query)
    return _read(texts) if texts else None


def asked_delay(request: Request) -> int:
    """The delay in milliseconds that a request asks for: `Mock-Delay: 2s`, `500ms`.

    Raises Refused(400) for a text that isn't a duration, or more than half a minute.
    """
    header = request.headers.get("mock-delay")
    if header is None:
        return 0
    match = _DELAY.fullmatch(header.strip())
    wait = float(match["count"]) * (1 if match["unit"] == "ms" else 1000) if match else -1
    if not 0 <= wait <= LONGEST_WAIT:
        raise Refused(400, f"Mock-Delay: {header[:50]!r} isn't a delay of up to 30s; write 2s or 500ms", own=True)
    return int(wait)


def _read(texts: dict[str, str]) -> Preferences:
    code, dynamic = texts.get("code"), texts.get("dynamic", "").lower()
    if code is not None and not (code.isascii() and code.isdecimal()):
        raise Refused(422, f"Prefer: code={code[:50]} isn't a number", own=True)
    if code is not None and not (len(code) == 3 and 100 <= int(code) <= 599):
        raise Refused(404, f"Prefer: code={code[:50]} isn't an HTTP status", own=True)
    if dynamic not in _YES and dynamic not in _NO:
        raise Refused(422, f"Prefer: dynamic={dynamic[:50]} is neither true nor false", own=True)
    status = int(code) if code is not None else None
    return Preferences(status, texts.get("example") or None, dynamic in _YES, texts.get("seed"))


def _header(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.replace(";", ",").split(","))
    texts = ((name.strip().lower(), value.strip().strip('"')) for name, _, value in pairs)
    return {name: value for name, value in texts if name in _NAMES}


def _query(text: str) -> dict[str, str]:
    values = parse_qs(text, keep_blank_values=True)
    return {name: values[f"__{name}"][-1] for name in _NAMES if f"__{name}" in values}
