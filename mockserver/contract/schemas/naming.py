"""Names as people read them: `petId`, `pet_id` and `pet-id` are the same two words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_SHORTEST_STEM: Final = 3
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def words_in(text: str) -> tuple[str, ...]:
    """The words of a text that a client sent, in lower case; unlike those of a contract, they aren't remembered."""
    return tuple(word.lower() for word in _WORD.findall(text))


@lru_cache(maxsize=65536)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in the contract, in lower case."""
    return words_in(name)


@lru_cache(maxsize=65536)
def plain(name: str) -> str:
    """The words of a name in the contract, written together."""
    return "".join(words(name))


def names_one_of(word: str, many: str) -> bool:
    """Whether a word may stand for one of a collection: `pet` of `pets`, `entry` of `entries`.

    No plural is invented: both names are in the contract, and only their beginnings are compared.
    """
    one, several = plain(word), plain(many)
    stem = one[:-1] if len(one) > _SHORTEST_STEM else one
    return len(one) <= len(several) and len(stem) >= _SHORTEST_STEM - 1 and several.startswith(stem)
