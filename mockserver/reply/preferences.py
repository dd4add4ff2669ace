"""How a client selects a response: `Prefer: code=404, example=name, dynamic=true, seed=x`, or `?__code=404`.

Other mock servers use the same names; the header is defined in RFC 7240.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs

import msgspec

from mockserver.contract.operations.operation import EMPTY
from mockserver.errors import Refused

_YES, _NO = ("true", "1", "yes"), ("false", "0", "no", "")
_NAMES = ("code", "example", "dynamic", "seed", "job")
_PREFERENCE = re.compile(r"""([^\s,;="]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^,;]*[^,;\s]))?)?""")
"""A preference: its name, and its value with or without quotes."""


class Preferences(msgspec.Struct, frozen=True):
    """The preferences for one response; None where there is none."""

    code: int | None = None
    example: str | None = None
    dynamic: bool = False
    seed: str | None = None


def wishes(header: str | None, query: str) -> Mapping[str, str]:
    """The preferences that `Prefer` and the query name, as they were sent; the query wins."""
    if header is None and "__" not in query:
        return EMPTY
    return _header(header or "") | _query(query)


def preferences(texts: Mapping[str, str]) -> Preferences | None:
    """The preferences as values; None when there are none.

    Raises Refused: 422 for a value of the wrong type, 404 for a number that isn't an HTTP status.
    """
    return _read(texts) if texts else None


def _read(texts: Mapping[str, str]) -> Preferences:
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
    """The preferences of the header, whose lines a server joins with commas; of a name that comes twice, the first
    (RFC 7240, section 2)."""
    found = reversed(_PREFERENCE.findall(text))
    texts = {name.lower(): plain or re.sub(r"\\(.)", r"\1", quoted) for name, quoted, plain in found}
    return {name: value for name, value in texts.items() if name in _NAMES}


def _query(text: str) -> dict[str, str]:
    values = parse_qs(text, keep_blank_values=True)
    return {name: values[f"__{name}"][-1] for name in _NAMES if f"__{name}" in values}
