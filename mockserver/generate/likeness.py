"""Keys that are written like the documented one: `cus_N2x8...`, 22 letters and digits, 24 hexadecimal digits."""

from __future__ import annotations

import re
from random import Random
from string import ascii_lowercase, ascii_uppercase, digits, hexdigits
from typing import Any, Final

_TAIL: Final = re.compile(r"(?P<prefix>(?:.*[_:.-])?)(?P<drawn>[0-9A-Za-z]{8,})")
_UUID: Final = re.compile(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX: Final = hexdigits[:16]


def looks_drawn(example: Any) -> bool:
    """Whether a text is one that nobody chose: its last part mixes letters and digits, or small and capital letters."""
    match = _TAIL.fullmatch(example) if isinstance(example, str) and not _UUID.fullmatch(example) else None
    if match is None:
        return False
    drawn = match["drawn"]
    letters = drawn.strip(digits) != ""
    return letters and (any(one in digits for one in drawn) or not (drawn.islower() or drawn.isupper()))


def like(example: str, random: Random) -> str:
    """A text of the same length, with the same prefix, and letters and digits of the same kinds."""
    match = _TAIL.fullmatch(example)
    prefix, drawn = (match["prefix"], match["drawn"]) if match is not None else ("", example)
    return prefix + "".join(random.choice(_alphabet(drawn)) for _ in drawn)


def _alphabet(drawn: str) -> str:
    lower, upper = drawn.lower() == drawn, drawn.upper() == drawn
    if all(one in _HEX for one in drawn.lower()):
        return _HEX if lower else _HEX.upper()
    return digits + ("" if upper else ascii_lowercase) + ("" if lower else ascii_uppercase)
