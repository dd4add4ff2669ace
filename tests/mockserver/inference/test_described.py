"""What descriptions say: what a PUT keeps, and which words stand for the caller's own record."""

from __future__ import annotations

from itertools import product

import pytest

from mockserver.contract.operations.operation import Operation
from mockserver.inference.described import MINE, keeps_the_rest, speaks_of_mine


def _keeps(text: str, summary: str = "") -> bool:
    return keeps_the_rest(Operation("op", "PUT", "/", raw={"description": text}, summary=summary))


SENT = "set provided included specified passed sent supplied given present"
PARTS = "field fields properties attributes parameters values elements settings"


def test_only_what_is_sent_is_changed() -> None:
    """However the parts are called, and whatever is done to them."""
    for part, sent in product(PARTS.split(), SENT.split()):
        assert _keeps(f"Only the {sent} {part} are changed.")
    for done in ("updated", "changed", "modified"):
        assert _keeps(f"ONLY\nthose fields will then be {done}")
        assert _keeps("", f"only fields {done}")
    assert not _keeps("Only the provided fields. They are changed")
    assert not _keeps("Only the named fields are changed")
    assert not _keeps("Only the fields are removed")
    assert not _keeps(f"Only fields {'x' * 70} changed")


@pytest.mark.parametrize(
    "left",
    [*(f"not {word}" for word in SENT.split()), *(f"un{word}" for word in SENT.split()), "omitted", "missing",
     "skipped", "excluded", "left out"],
)  # fmt: skip
def test_what_is_left_out_stays(left: str) -> None:
    """Whatever the sentence."""
    for stays in ("remain", "left", "stay", "kept"):
        for how in ("unchanged", "untouched", "unaffected", "as they were", "as is", "alone"):
            assert _keeps(f"Fields {left} in the body {stays} {how}")
    for done in ("updated", "changed", "modified", "altered"):
        assert _keeps(f"Fields {left} in the body will not be {done}")
    assert not _keeps(f"Fields {left} in the body are removed. Others stay as is")


def test_other_descriptions_say_nothing() -> None:
    """Replacing is what a PUT does."""
    assert not _keeps("Replaces the thing")
    assert not _keeps("")


def test_some_words_stand_for_the_caller_s_own_record() -> None:
    """In quotes of any kind; without them they are words of the sentence."""
    assert MINE == ("me", "@me", "self", "current", "myself")
    for word in MINE:
        for text in (f"the string `{word}`", f"'{word}' or an id", f'"{word}"', f"“{word}”"):
            assert speaks_of_mine(text), text
        assert not speaks_of_mine(f"about {word}")
        assert not speaks_of_mine(f"`{word}x`")
