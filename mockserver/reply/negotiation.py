"""Which of several media types a response uses (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from mockserver.errors import Refused

_LONG = 1000
"""The length from which an `Accept` is read anew each time: what is remembered must not grow with it."""


def negotiate(accept: str, offered: tuple[str, ...], *, strict: bool = False) -> str:
    """The offered media type that the client prefers, the first one offered among equals.

    Where it accepts none, the one that is written most like what it accepts: a server may disregard `Accept`, and the
    clients of real APIs rely on that. Raises Refused(406) instead when `strict`, unless it is the same syntax.
    """
    return (_negotiate if len(accept) < _LONG else _negotiate.__wrapped__)(accept, offered, strict)


@lru_cache(maxsize=256)
def _negotiate(accept: str, offered: tuple[str, ...], strict: bool) -> str:
    ranges = _ranges(accept)
    if not ranges:
        return offered[0]
    ranked = [(_quality(name, ranges), -place, name) for place, name in enumerate(offered)]
    quality, _, name = max(ranked)
    if quality > 0:
        return name
    if strict and not _has_suffix(ranges, offered):
        raise Refused(406, f"the response is available as {', '.join(offered)}; the request accepts {accept[:200]}")
    return _most_alike(ranges, offered)


def _most_alike(ranges: list[_Range], offered: tuple[str, ...]) -> str:
    """The first offered type in the syntax of what is accepted: JSON for `application/vnd.api+json`; else the first of
    those that are not excluded by `q=0`, else the first."""
    for item in sorted(ranges, key=lambda one: -one.quality):
        alike = [name for name in offered if item.quality > 0 and _syntax(name) == _syntax(item.name)]
        if alike:
            return alike[0]
    excluded = {item.name for item in ranges if item.quality <= 0}
    return next((name for name in offered if _parted(name.lower())[0] not in excluded), offered[0])


def _has_suffix(ranges: list[_Range], offered: tuple[str, ...]) -> bool:
    """Whether a vendor's own name is accepted for a type in the same syntax: `application/vnd.api+json` for JSON."""
    known = {_syntax(name) for name in offered}
    return any(item.quality > 0 and "+" in item.name and _syntax(item.name) in known for item in ranges)


def _syntax(name: str) -> str:
    """How a media type is written: the suffix of its subtype (RFC 6838, section 4.2.8), or all of it."""
    sub = _parted(name.lower())[0].partition("/")[2]
    return sub.rpartition("+")[2]


class _Range(msgspec.Struct, frozen=True):
    """One media range of `Accept`."""

    name: str
    parameters: dict[str, str]
    quality: float


def _ranges(accept: str) -> list[_Range]:
    ranges = []
    for part in accept.lower().split(","):
        name, parameters = _parted(part)
        if name:
            ranges.append(_Range(name, parameters, _q(parameters.pop("q", "1"))))
    return ranges


def _parted(text: str) -> tuple[str, dict[str, str]]:
    """The name of a media type or range, and its parameters."""
    name, *parameters = (piece.strip() for piece in text.split(";"))
    pairs = (parameter.partition("=") for parameter in parameters)
    return name, {key.strip(): value.strip(' "') for key, _, value in pairs}


def _q(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _quality(offered: str, ranges: list[_Range]) -> float:
    """The quality of the most specific media range that the offered type matches."""
    best = ((-1, 0), 0.0)
    plain, parameters = _parted(offered.lower())
    for item in ranges:
        same = [parameters[name] == value for name, value in item.parameters.items() if name in parameters]
        specificity = (_specificity(plain, item.name), len(same))
        if all(same) and specificity > best[0]:
            best = (specificity, item.quality)
    return best[1]


def _specificity(offered: str, media_range: str) -> int:
    """How exactly a media range matches the offered type: 3 the type, 2 its suffix, 1 its kind, 0 anything, else -1."""
    kind, _, sub = offered.partition("/")
    range_kind, _, range_sub = media_range.partition("/")
    if offered == media_range or ("*" in offered and range_kind in (kind, "*")):
        return 3
    if range_kind == kind and range_sub and sub.endswith(f"+{range_sub}"):
        return 2
    if media_range == f"{kind}/*":
        return 1
    return 0 if media_range in ("*/*", "*") else -1
