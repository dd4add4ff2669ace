"""The declared path that a client probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

_LIKE: Final = 0.6
"""How alike the segments of two paths must be on average."""
_MOST: Final = 300
"""How many paths are compared letter by letter."""


def nearest_template(path: str, templates: Iterable[str], bases: Sequence[str] = ()) -> str | None:
    """The template that is most like a path: its fixed segments are spelled alike, or one segment is too many or
    missing. Paths below a base path are compared without it, and shown with it."""
    for base, inner in _below(path[:1000], bases):
        near = _nearest(_segments(inner), templates)
        if near is not None:
            return base + near
    return None


def _below(path: str, bases: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from ((base, path[len(base) :]) for base in bases if path.startswith(base + "/"))
    yield "", path


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def _nearest(sent: list[str], templates: Iterable[str]) -> str | None:
    plain = {segment.lower() for segment in sent}
    candidates = [(template, _segments(template)) for template in templates]
    near = [pair for pair in candidates if abs(len(pair[1]) - len(sent)) <= 2]
    near.sort(key=lambda pair: (-len(plain.intersection(map(str.lower, pair[1]))), abs(len(pair[1]) - len(sent))))
    ranked = [(_likeness(sent, segments), template) for template, segments in near[:_MOST]]
    best = max(ranked, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= _LIKE else None


def _likeness(sent: list[str], declared: list[str]) -> float:
    """How alike two paths are, 0 to 1: segments that are in both at the same place, or one place further."""
    if len(sent) == len(declared):
        return sum(map(_alike, sent, declared)) / len(sent)
    longer, shorter = (sent, declared) if len(sent) > len(declared) else (declared, sent)
    fewer = len(longer) - len(shorter)
    ways = (longer[:start] + longer[start + fewer :] for start in range(len(shorter) + 1))
    best = max(sum(_alike(*pair) for pair in _paired(way, shorter, longer is sent)) for way in ways)
    return best / (len(longer) - 0.5)


def _paired(way: list[str], shorter: list[str], is_sent: bool) -> Iterator[tuple[str, str]]:
    return zip(way, shorter, strict=True) if is_sent else zip(shorter, way, strict=True)


def _alike(sent: str, declared: str) -> float:
    if "{" in declared:
        return 0.7 if sent else 0.0
    one, other = sent.lower(), declared.lower()
    return 1.0 if one == other else difflib.SequenceMatcher(None, one, other).ratio() * 0.95
