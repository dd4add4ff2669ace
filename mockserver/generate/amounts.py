"""Numbers that suit the name of a property: prices, ages, ratings, places, times."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Final

from mockserver.contract.schemas.times import FORMS, is_stamp
from mockserver.generate.persona import Persona
from mockserver.generate.words import spoken

_FROM: Final = 1_735_689_600
"""2025-01-01, in seconds since 1970."""
_YEAR: Final = 365 * 86_400

Make = Callable[[Persona, Random, bool], float]


def _between(low: int, high: int, decimals: int = 0) -> Make:
    """A number with so many decimals, where it need not be whole."""
    scale = 10**decimals

    def make(_: Persona, random: Random, whole: bool) -> float:
        return random.randint(low, high) if whole or not decimals else random.randint(low * scale, high * scale) / scale

    return make


def _price(_: Persona, random: Random, whole: bool) -> float:
    ending = random.choice((0, 49, 50, 90, 99))
    return (random.randint(1, 199) * 100 + ending) / (1 if whole else 100)


_HINTS: Final[tuple[tuple[re.Pattern[str], Make], ...]] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (r"\b(lat|latitude)$", lambda persona, _, whole: round(persona.place[5]) if whole else persona.place[5]),
        (r"\b(lng|lon|longitude)$", lambda persona, _, whole: round(persona.place[6]) if whole else persona.place[6]),
        (r"\b(cost|fee|balance|subtotal|grand total|tax|discount|revenue)$|\b(price|amount)\b", _price),
        (r"\b(salary|income|budget)$", _between(30_000, 120_000)),
        (r"\bage$", _between(19, 78)),
        (r"\b(rating|stars)$", _between(1, 5, 1)),
        (r"\b(score|percent|percentage|progress|completion)$", _between(1, 100)),
        (r"\b(quantity|qty|stock|count|seats|guests)$", _between(1, 40)),
        (r"\byear$", _between(1995, 2025)),
        (r"\bmonth$", _between(1, 12)),
        (r"\bday$", _between(1, 28)),
        (r"\b(width|height)$", _between(200, 1200)),
        (r"\b(bytes|file size|size in bytes|content length)$", _between(1_000, 900_000)),
        (r"\bport$", _between(8000, 8999)),
    )
)  # fmt: skip


def suggested(hint: str, formats: list[str], random: Random, persona: Persona, *, whole: bool) -> float | None:
    """A number that suits a property of this name; None where its name says nothing."""
    forms = {FORMS.get(name) for name in formats}
    if "millis" in forms:
        return (_FROM + random.randrange(_YEAR)) * 1000
    if "unix" in forms or (hint and is_stamp(hint)) or hint == "timestamp":
        return _FROM + random.randrange(_YEAR)
    make = _maker(hint) if hint else None
    return None if make is None else make(persona, random, whole)


@lru_cache(4096)
def _maker(hint: str) -> Make | None:
    name = spoken(hint)
    return next((make for pattern, make in _HINTS if pattern.search(name)), None)
