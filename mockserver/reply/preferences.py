"""What the client asks of this one answer: `Prefer: code=404, example=name, dynamic=true, seed=x` and its query twins.

The names are those that mock servers of this field understand; the header is that of RFC 7240.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

from mockserver.errors import Refused
from mockserver.messages import Request

_NAMES = ("code", "example", "dynamic", "seed")


@dataclass(frozen=True, slots=True)
class Preferences:
    """The wishes for one answer; None where nothing is wished."""

    code: int | None = None
    example: str | None = None
    dynamic: bool = False
    seed: str | None = None


def preferences(request: Request) -> Preferences | None:
    """The wishes that a request states, None when it states none. Raises Refused(400) for a code that is none."""
    header = request.headers.get("prefer")
    if header is None and "__" not in request.query:
        return None
    said = _header(header or "") | _query(request.query)
    return _read(said) if said else None


def _read(said: dict[str, str]) -> Preferences:
    code = said.get("code")
    if code is not None and not (code.isdecimal() and 100 <= int(code) <= 599):
        raise Refused(400, f"Prefer: code={code} is no HTTP status", own=True)
    dynamic = said.get("dynamic", "").lower() in ("true", "1", "yes")
    return Preferences(int(code) if code is not None else None, said.get("example"), dynamic, said.get("seed"))


def _header(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.replace(";", ",").split(","))
    found = ((name.strip().lower(), value.strip().strip('"')) for name, _, value in pairs)
    return {name: value for name, value in found if name in _NAMES}


def _query(text: str) -> dict[str, str]:
    said = parse_qs(text, keep_blank_values=True)
    return {name: said[f"__{name}"][-1] for name in _NAMES if f"__{name}" in said}
