"""Which of several media types an answer is written in (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from mockserver.errors import Refused


@lru_cache(maxsize=256)
def negotiate(accept: str, offered: tuple[str, ...]) -> str:
    """The offered media type that the client likes best, the first one offered among equals.

    Raises Refused(406) when it likes none.
    """
    wishes = _wishes(accept)
    if not wishes:
        return offered[0]
    ranked = [(_quality(name, wishes), -place, name) for place, name in enumerate(offered)]
    quality, _, name = max(ranked)
    if quality <= 0:
        raise Refused(406, f"the answer comes as {', '.join(offered)}; the request accepts {accept[:200]}")
    return name


class _Wish(msgspec.Struct, frozen=True):
    """One media range of `Accept`."""

    name: str
    parameters: dict[str, str]
    quality: float


def _wishes(accept: str) -> list[_Wish]:
    found = []
    for part in accept.lower().split(","):
        name, parameters = _parted(part)
        if name:
            found.append(_Wish(name, parameters, _q(parameters.pop("q", "1"))))
    return found


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


def _quality(offered: str, wishes: list[_Wish]) -> float:
    """The quality of the most specific wish that the offered type meets."""
    best = ((-1, 0), 0.0)
    plain, parameters = _parted(offered.lower())
    for wish in wishes:
        same = [parameters[name] == value for name, value in wish.parameters.items() if name in parameters]
        specificity = (_specificity(plain, wish.name), len(same))
        if all(same) and specificity > best[0]:
            best = (specificity, wish.quality)
    return best[1]


def _specificity(offered: str, wish: str) -> int:
    """How exactly a wish names the offered type: 3 the type, 2 its suffix, 1 its kind, 0 anything, else -1."""
    kind, _, sub = offered.partition("/")
    wished_kind, _, wished_sub = wish.partition("/")
    if offered == wish or ("*" in offered and wished_kind in (kind, "*")):
        return 3
    if wished_kind == kind and wished_sub and sub.endswith(f"+{wished_sub}"):
        return 2
    if wish == f"{kind}/*":
        return 1
    return 0 if wish in ("*/*", "*") else -1
