"""Strings and numbers within their demands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, gcd, inf, lcm
from random import Random
from typing import Final

from mockserver.contract.schemas.ecma import matches
from mockserver.contract.schemas.patterns import sample
from mockserver.generate.amounts import suggested
from mockserver.generate.demands import Demands
from mockserver.generate.errors import Unsatisfiable
from mockserver.generate.formats import has_format, make
from mockserver.generate.keyword_checks import is_multiple, is_number
from mockserver.generate.persona import Persona
from mockserver.generate.words import PLAIN, words

_SPREAD: Final = 100  # how many steps from its bound a number is drawn when nothing else limits it
_ATTEMPTS: Final = 200
_SHORTEST: Final = {
    "email": "a@b.co", "idn-email": "a@b.co", "uri": "a:b", "url": "a:b", "uri-reference": "/", "byte": "YQ==",
    "hostname": "a", "ipv6": "::1", "ipv4": "1.1.1.1", "json-pointer": "", "regex": "a", "duration": "P1D",
}  # fmt: skip
_PREFIXED: Final = frozenset({"email", "idn-email", "hostname"})
_MAILS: Final = frozenset({"email", "idn-email"})
_WORDED: Final = _MAILS | {"uri", "url", "hostname"}


@dataclass(frozen=True, slots=True)
class About:
    """What a value is about: the property that it is for, what that is a property of, and the person or place meant."""

    hint: str
    around: str
    persona: Persona


def string(demands: Demands, random: Random, about: About, place: str) -> str:
    """A string of the demanded format, patterns and length, that suits what it is about."""
    low, high = demands.most("minLength"), demands.least("maxLength")
    patterns = [pattern for pattern in demands.each("pattern") if isinstance(pattern, str)]
    formats = [name for name in demands.each("format") if isinstance(name, str)]

    def sized(text: str) -> bool:
        return low <= len(text) and (high is None or len(text) <= high)

    def formed(text: str) -> bool:
        return sized(text) and all(has_format(name, text) for name in formats)

    for text in _strings(formats, random, about, low, high):
        if formed(text) and all(matches(pattern, text) for pattern in patterns):
            return text
    for admits in (formed, sized) if patterns else ():  # where a pattern rules the format out, it is the stronger word
        candidate = sample(patterns, random, low, high, admits)
        if candidate is not None:
            return candidate
    asked = " and ".join([*(f"format {name}" for name in formats), *(f"pattern {one!r}" for one in patterns)])
    size = f"{low} to {'any number of' if high is None else high} characters"
    raise Unsatisfiable(f"found no string of {asked or 'this length'}, {size}", place)


def _strings(formats: list[str], random: Random, about: About, low: int, high: int | None) -> Iterator[str]:
    suiting = words(about.hint, random, about.persona, about.around)
    if about.hint and _WORDED.intersection(formats):
        yield from _worded(formats, about, suiting)
    for name in formats:
        for _ in range(4):
            text = make(name, random)
            if text is None:
                break
            yield text
            yield _padded(name, text, low)
            yield text.upper()  # as a pattern beside the format may have it
        if name in _SHORTEST:
            yield _SHORTEST[name]
    plain = ""
    for plain in suiting:
        yield plain
    while len(plain) < low:
        plain += "-" + random.choice(PLAIN)
    yield plain if high is None else plain[:high]


def _worded(formats: list[str], about: About, suiting: Iterator[str]) -> Iterator[str]:
    """Texts of a format that a name says more about: the address of this person, a picture."""
    if _MAILS.intersection(formats):
        yield about.persona.email
        return
    for text in suiting:
        if ":" in text or "." in text:
            yield text


def _padded(name: str, text: str, low: int) -> str:
    if name == "byte":
        return "QUJD" * (-(-low // 4))
    if name in ("date-time", "time") and low > len(text):
        more = low - len(text)
        return f"{text[:-1]}+00:00" if more == 5 else f"{text[:-1]}.{'0' * (more - 1)}Z"
    missing = "a" * (low - len(text))
    return missing + text if name in _PREFIXED else text + missing


def number(demands: Demands, random: Random, whole: bool, about: About, place: str) -> int | float:
    """A number within the demanded bounds, a multiple of every demanded step; an integer when `whole`."""
    low, low_excluded, high, high_excluded = demands.bounds()
    if low > high or (low == high and (low_excluded or high_excluded)):
        raise Unsatisfiable(f"no number lies between {low} and {high}", place)
    steps = [value for value in demands.each("multipleOf") if is_number(value) and value > 0]
    formats = [name for name in demands.each("format") if isinstance(name, str)]
    wanted = suggested(about.hint, formats, random, about.persona, whole=whole)
    if wanted is not None and low < wanted < high and all(is_multiple(wanted, step) for step in steps):
        return int(wanted) if whole or wanted == int(wanted) else wanted
    rough = None  # a multiple as decimals; one that floats divide without a rest pleases every validator
    for multiple in _multiples(_step(steps, whole, low, high), low, high, random):
        above = multiple > low or (multiple == low and not low_excluded)
        below = multiple < high or (multiple == high and not high_excluded)
        if above and below and all(is_multiple(multiple, step) for step in steps):
            if all((multiple / step).is_integer() for step in steps):
                return multiple
            rough = multiple
    if rough is not None:
        return rough
    raise Unsatisfiable(f"found no {'integer' if whole else 'number'} between {low} and {high}" + _of(steps), place)


def _of(steps: list[float]) -> str:
    return f" that is a multiple of {' and '.join(map(str, steps))}" if steps else ""


def _step(steps: list[float], whole: bool, low: float, high: float) -> Fraction:
    common = Fraction(1) if whole else None
    for step in map(_exact, steps):
        common = step if common is None else _common(common, step)
    if common is not None:
        return common
    width = _exact(high) - _exact(low) if high - low < inf else Fraction(_SPREAD)
    return min(Fraction(1, 100), width / 8) or Fraction(1, 100)


def _common(left: Fraction, right: Fraction) -> Fraction:
    return Fraction(lcm(left.numerator, right.numerator), gcd(left.denominator, right.denominator))


def _exact(value: float) -> Fraction:
    return Fraction(value) if isinstance(value, int) else Fraction(str(value))


def _multiples(step: Fraction, low: float, high: float, random: Random) -> Iterator[int | float]:
    """Multiples of the step near the bound, or near zero, in an order drawn by `random`."""
    least = None if low == -inf else ceil(_exact(low) / step)
    most = None if high == inf else floor(_exact(high) / step)
    spread = max(_SPREAD, int(_SPREAD / step))
    first = max(least if least is not None else 1, 1) if most is None or most >= 1 else most - spread
    if least is not None:
        first = max(first, least)
    last = first + spread if most is None else min(most, first + spread)
    if first <= last:
        for _ in range(_ATTEMPTS):
            yield _plain(random.randint(first, last) * step)
    yield from (_plain(edge * step) for edge in range(first, min(last, first + _ATTEMPTS) + 1))
    lowest = first - _ATTEMPTS if least is None else max(least, first - _ATTEMPTS)
    yield from (_plain(edge * step) for edge in range(first - 1, lowest - 1, -1))
    if low != -inf:
        yield _plain(_exact(low))  # a bound that no decimal step reaches


def _plain(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
