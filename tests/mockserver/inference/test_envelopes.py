"""Which members of an answer are an envelope around records, and which are part of a record."""

from __future__ import annotations

import pytest

from mockserver.inference.envelopes import is_wrapper


@pytest.mark.parametrize(
    ("path", "wraps"),
    [
        ((), True),
        (("data",), True),
        (("items",), True),
        (("pets",), True),
        (("pet",), True),
        (("response", "pets"), True),
        (("_embedded", "pets"), True),
        (("owner",), False),
        (("owner", "pets"), False),
        (("data", "owner"), False),
    ],
)
def test_every_name_on_the_way_to_the_records_is_an_envelope_s_or_theirs(path: tuple[str, ...], wraps: bool) -> None:
    """Pets below `data`, `items` or `pets` are the list itself; pets of an owner are a member that holds some."""
    assert is_wrapper(path, "pets") is wraps
