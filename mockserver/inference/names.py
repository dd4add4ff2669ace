"""Names compared as people read them: `petId`, `pet_id` and `pet-id` are the same two words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SHORTEST_STEM: Final = 3
_IDS: Final = (("id",), ("ids",))


@lru_cache(maxsize=65536)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case."""
    return tuple(word.lower() for word in _WORD.findall(name))


def alike(left: str, right: str) -> bool:
    """Whether two names are written alike but for case and separators."""
    return "".join(words(left)) == "".join(words(right)) != ""


def find_alike(name: str, among: Iterable[str]) -> str | None:
    """The name itself where it is known, else the one that is written alike."""
    known = list(among)
    return name if name in known else next((other for other in known if alike(name, other)), None)


def names_one_of(word: str, many: str) -> bool:
    """Whether a word may stand for one of a collection: `pet` of `pets`, `entry` of `entries`.

    No plural is invented: both names are in the contract, and only their beginnings are compared.
    """
    one, several = "".join(words(word)), "".join(words(many))
    stem = one[:-1] if len(one) > _SHORTEST_STEM else one
    return len(one) <= len(several) and len(stem) >= _SHORTEST_STEM - 1 and several.startswith(stem)


def key_field(parameter: str, collection: str, fields: Iterable[str]) -> str | None:
    """The field that a path value names: `id` for `petId`, `name` for `petName`, `petId` for an `id` of the pets."""
    known = [name for name in fields if words(name) and "." not in name]
    exact, ending = find_alike(parameter, known), _by_ending(words(parameter), collection, known)
    if exact is None and ending is not None and words(parameter)[-1:] not in _IDS:
        return ending
    return exact or find_alike("id", known) or ending


def _by_ending(parameter: tuple[str, ...], collection: str, known: list[str]) -> str | None:
    """`petName` names `name`; `id` names `petId` among the pets."""
    shared = [name for name in known if parameter[-len(words(name)) :] == words(name)]
    if shared:
        return max(shared, key=len)
    for name in known:
        first = "".join(words(name)[: -len(parameter)])
        if words(name)[-len(parameter) :] == parameter and first and names_one_of(first, collection):
            return name
    return None
