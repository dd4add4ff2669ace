"""Strings that a regular expression matches, sampled from its parsed form."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, Final

from mockserver.contract.schemas.ecma import matches, translated

# The one parser of its own dialect, the same in 3.11 to 3.14; `sre_parse` is deprecated.
_parser: Any = getattr(re, "_parser")  # noqa: B009
_WORDY: Final = string.ascii_lowercase + string.digits + string.ascii_uppercase
_PRINTABLE: Final = _WORDY + string.punctuation + " "
_CATEGORIES: Final[dict[str, str]] = {
    "CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s", "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W",
}  # fmt: skip
_ATTEMPTS: Final = 120
_BEGINNINGS: Final = frozenset({"AT_BEGINNING", "AT_BEGINNING_STRING"})
_ENDS: Final = frozenset({"AT_END", "AT_END_STRING"})
_SHORT: Final = 3  #: repetitions that may be as long within others


def sample(
    patterns: list[str],
    random: Random,
    low: int = 0,
    high: int | None = None,
    admits: Callable[[str], bool] = lambda _: True,
) -> str | None:
    """An admitted string that every pattern matches, of about `low` to `high` characters; None without success."""
    for one in patterns:
        for text in _candidates(one, random, low, high):
            for whole in (text, *_joined(text, one, patterns, random, low)):
                if admits(whole) and all(matches(pattern, whole) for pattern in patterns):
                    return whole
    return None


def _joined(text: str, own: str, patterns: list[str], random: Random, low: int) -> Iterator[str]:
    """The text with one that another pattern matches behind it: each may look at an end of its own."""
    for other in () if _is_anchored(own, -1, _ENDS) else patterns:
        if other != own and not _is_anchored(other, 0, _BEGINNINGS):
            behind = next(_candidates(other, random, 0, None))
            yield text + "a" * (low - len(text) - len(behind)) + behind


def _candidates(pattern: str, random: Random, low: int, high: int | None) -> Iterator[str]:
    parsed = _parsed(pattern)
    if parsed is None:
        yield "x" * low
        return
    longest = min(high if high is not None else low + 16, low + 64)
    for attempt in range(_ATTEMPTS):
        stretch = (2, 1, 3, 0)[attempt % 4] if attempt < 12 else random.randint(0, longest + 1)
        text = _Sampler(parsed, random, stretch, _PRINTABLE if attempt % 3 == 2 else _WORDY).text(parsed.tree)
        yield text
        if len(text) < low:  # a pattern that is not anchored leaves room on either side
            yield text + "a" * (low - len(text))
            yield "a" * (low - len(text)) + text


def _is_anchored(pattern: str, place: int, anchors: frozenset[str]) -> bool:
    """Whether the first or the last thing that a pattern looks for is an end of the text."""
    parsed = _parsed(pattern)
    if parsed is None or not len(parsed.tree):
        return False
    operator, argument = parsed.tree[place]
    return str(operator) == "AT" and str(argument) in anchors


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A pattern's tree, and the characters of its classes by alphabet, as far as they were asked for."""

    tree: Any
    classes: dict[tuple[int, str], str]


@lru_cache(maxsize=2048)
def _parsed(pattern: str) -> _Parsed | None:
    try:
        return _Parsed(_parser.parse(translated(pattern), re.ASCII), {})
    except (re.error, OverflowError, RecursionError):
        return None


class _Sampler:
    """One sample: `stretch` bounds how often an open-ended repetition goes beyond its minimum."""

    def __init__(self, parsed: _Parsed, random: Random, stretch: int, alphabet: str) -> None:
        self.classes, self.random, self.stretch, self.alphabet = parsed.classes, random, stretch, alphabet
        self.groups: dict[int, str] = {}

    def text(self, tree: Any) -> str:
        return "".join(self._node(str(operator), argument) for operator, argument in tree)

    def _node(self, operator: str, argument: Any) -> str:
        handler = _NODES.get(operator)
        return "" if handler is None else handler(self, argument)  # anchors and look-arounds add no text

    def literal(self, argument: int) -> str:
        return chr(argument)

    def not_literal(self, argument: int) -> str:
        return self._pick(lambda char: char != chr(argument))

    def any(self, _argument: None) -> str:
        return self.random.choice(self.alphabet)

    def one_of(self, argument: Any) -> str:
        chars = self.classes.get((id(argument), self.alphabet))
        if chars is None:
            chars = self.classes[id(argument), self.alphabet] = self._class(argument)
        return self.random.choice(chars)

    def _class(self, argument: Any) -> str:
        negated = bool(argument) and str(argument[0][0]) == "NEGATE"
        members = argument[1:] if negated else argument
        characters = self._admitted(lambda char: any(_holds(member, char) for member in members) != negated)
        return characters or _first(members)

    def branch(self, argument: Any) -> str:
        return self.text(self.random.choice(argument[1]))

    def subpattern(self, argument: Any) -> str:
        text = self.text(argument[3])
        if argument[0] is not None:
            self.groups[argument[0]] = text
        return text

    def atomic_group(self, argument: Any) -> str:
        return self.text(argument)

    def repeat(self, argument: Any) -> str:
        least, most, tree = argument
        times = min(int(least) + self.random.randint(min(1, self.stretch), self.stretch), int(most))
        stretch = self.stretch
        if stretch > _SHORT:  # one within another: the whole is to be as long as one would be alone
            self.stretch = max(1, stretch // max(1, times))
        text = "".join(self.text(tree) for _ in range(times))
        self.stretch = stretch
        return text

    def group_reference(self, argument: int) -> str:
        return self.groups.get(argument, "")

    def _pick(self, admits: Callable[[str], bool]) -> str:
        chars = self._admitted(admits)
        return self.random.choice(chars) if chars else ""

    def _admitted(self, admits: Callable[[str], bool]) -> str:
        return "".join(filter(admits, self.alphabet)) or "".join(filter(admits, _PRINTABLE))


def _holds(member: Any, char: str) -> bool:
    operator, argument = str(member[0]), member[1]
    if operator == "LITERAL":
        return ord(char) == int(argument)
    if operator == "RANGE":
        return int(argument[0]) <= ord(char) <= int(argument[1])
    return re.match(_CATEGORIES.get(str(argument), r"\Z"), char, re.ASCII) is not None


def _first(members: Any) -> str:
    """The first character of a class that holds none that is printable ASCII."""
    for operator, argument in members:
        if str(operator) == "LITERAL":
            return chr(argument)
        if str(operator) == "RANGE":
            return chr(argument[0])
    return " "


_NODES: Final[dict[str, Callable[[_Sampler, Any], str]]] = {
    "LITERAL": _Sampler.literal, "NOT_LITERAL": _Sampler.not_literal, "ANY": _Sampler.any, "IN": _Sampler.one_of,
    "BRANCH": _Sampler.branch, "SUBPATTERN": _Sampler.subpattern, "ATOMIC_GROUP": _Sampler.atomic_group,
    "MAX_REPEAT": _Sampler.repeat, "MIN_REPEAT": _Sampler.repeat, "POSSESSIVE_REPEAT": _Sampler.repeat,
    "GROUPREF": _Sampler.group_reference,
}  # fmt: skip
