"""Which of several media types a response uses (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from mockserver.errors import Refused

_LONG = 1000
"""The length from which an `Accept` is read anew each time: what is remembered must not grow with it."""


def negotiate(accept: str, offered: tuple[str, ...]) -> str:
    """The offered media type that the client prefers, the first one offered among equals.

    Raises Refused(406) when it accepts none.
    """
    return (_negotiate if len(accept) < _LONG else _negotiate.__wrapped__)(accept, offered)


@lru_cache(maxsize=256)
def _negotiate(accept: str, offered: tuple[str, ...]) -> str:
    ranges = _ranges(accept)
    if not ranges:
        return offered[0]
    ranked = [(_quality(name, ranges), -place, name) for place, name in enumerate(offered)]
    quality, _, name = max(ranked)
    if quality <= 0:
        raise Refused(406, f"the response is available as {', '.join(offered)}; the request accepts {accept[:200]}")
    return name


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
