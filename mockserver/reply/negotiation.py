"""Which of several media types an answer is written in (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

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


def _wishes(accept: str) -> list[tuple[str, float]]:
    found = []
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name:
            found.append((name, _q(parameters)))
    return found


def _q(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _quality(offered: str, wishes: list[tuple[str, float]]) -> float:
    """The quality of the most specific wish that the offered type meets."""
    best = (-1, 0.0)
    plain = offered.partition(";")[0].strip().lower()
    for wish, quality in wishes:
        specificity = _specificity(plain, wish)
        if specificity > best[0]:
            best = (specificity, quality)
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
