"""Plain words for strings that nothing else describes, chosen by the name of the property they are for."""

from __future__ import annotations

import re
from functools import lru_cache
from random import Random
from typing import Final

_PLAIN: Final = (
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "iris", "juniper", "larch", "maple",
    "north", "opal", "pine", "quartz", "river", "slate", "tulip", "willow",
)  # fmt: skip
_FIRST: Final = ("Ada", "Alan", "Barbara", "Edsger", "Frances", "Grace", "John", "Katherine", "Linus", "Margaret")
_LAST: Final = (
    "Lovelace", "Turing", "Liskov", "Dijkstra", "Allen", "Hopper", "Backus", "Johnson", "Hamilton", "Perlman",
)  # fmt: skip
_CITIES: Final = ("Amsterdam", "Berlin", "Geneva", "Lisbon", "London", "Oslo", "Paris", "Prague", "Rome", "Vienna")
_COUNTRIES: Final = ("AT", "CH", "CZ", "DE", "FR", "GB", "IT", "NL", "NO", "PT")

# The first row whose pattern matches in the property's name, written in words: `firstName` is `first name`.
_HINTS: Final = tuple(
    (re.compile(pattern), choices)
    for pattern, choices in (
        (r"\be ?mail\b", tuple(f"{name.lower()}@example.com" for name in _FIRST)),
        (r"\b(first|given) name\b", _FIRST),
        (r"\b(last|sur|family) ?name\b|\bsurname\b", _LAST),
        (r"\buser ?name\b|\blogin\b", tuple(f"{a.lower()}.{b.lower()}" for a, b in zip(_FIRST, _LAST, strict=True))),
        (r"\bfull name\b|\bauthor\b|\bowner name\b", tuple(f"{a} {b}" for a, b in zip(_FIRST, _LAST, strict=True))),
        (r"\bphone\b|\bmobile\b|\bfax\b", tuple(f"+1202555{number:04}" for number in range(100, 110))),
        (r"\b(city|town)\b", _CITIES),
        (r"\bcountry\b", _COUNTRIES),
        (r"\bcurrency\b", ("EUR", "USD", "GBP", "CHF", "NOK")),
        (r"\b(locale|language|lang)\b", ("en", "de", "fr", "it", "nl")),
        (r"\btime ?zone\b", ("UTC", "Europe/Berlin", "Europe/London", "Europe/Paris")),
        (r"\b(zip|postal|postcode)\b", ("10115", "75001", "1010", "00184")),
        (r"\b(street|address)\b", tuple(f"{number} Elm Street" for number in range(1, 10))),
        (r"\b(url|uri|link|href|website|homepage)\b", tuple(f"https://example.com/{name}" for name in _PLAIN)),
        (r"\b(created|updated|modified|deleted|timestamp|expires)\b", ("2025-06-01T12:00:00Z", "2025-07-01T12:00:00Z")),
        (r"\b(uuid|guid)\b", ("3f0c9f5e-8a53-4a4e-9a70-1d3d3f6c2b10", "b7d0c1de-52b4-4f0b-8f0e-6d1f2a9e4c55")),
        (r"\bids?\b", tuple(f"{name}-{number}" for number, name in enumerate(_PLAIN, 1))),
    )
)


def word(hint: str, random: Random) -> str:
    """A word that suits a property of this name."""
    return random.choice(_choices(hint))


@lru_cache(4096)
def _choices(hint: str) -> tuple[str, ...]:
    spoken = re.sub(r"[^a-z]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", hint).lower())
    for pattern, choices in _HINTS:
        if pattern.search(spoken):
            return choices
    return _PLAIN
