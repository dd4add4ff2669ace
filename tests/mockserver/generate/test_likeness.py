"""Keys like the documented one."""

from __future__ import annotations

import re
from random import Random

import pytest

from mockserver.generate.likeness import like, looks_drawn


@pytest.mark.parametrize(("example", "pattern"), [
    ("cus_NffrFeUfNV2Hib", r"cus_[0-9A-Za-z]{14}"), ("3cEYpjA9oz9GiPac4AsH4n", r"[0-9A-Za-z]{22}"),
    ("507f1f77bcf86cd799439011", r"[0-9a-f]{24}"), ("507F1F77BCF86CD799439011", r"[0-9A-F]{24}"),
    ("msg-01ABCDEFGH", r"msg-[0-9A-Z]{10}"), ("i-0abcdef1234567890", r"i-[0-9a-f]{17}"),
    ("urn:order:a1b2c3d4x5", r"urn:order:[0-9a-z]{10}"),
])  # fmt: skip
def test_a_key_is_written_like_its_example(example: str, pattern: str) -> None:
    """Prefix, length and kinds of letters are the same; the same seed gives the same key."""
    assert looks_drawn(example)
    made = {like(example, Random(seed)) for seed in range(20)}
    assert all(re.fullmatch(pattern, key) for key in made)
    assert len(made) == 20
    assert like(example, Random(1)) == like(example, Random(1))


@pytest.mark.parametrize("example", [
    "ubuntu", "my-first-repository", "production", "12345678", "a1b2", "10b1aa26-3b5e-4fd8-8a1f-1b1a2b3c4d5e", 7, None,
    "INVOICE", "two words 12345",
])  # fmt: skip
def test_what_somebody_chose_is_no_pattern(example: object) -> None:
    """Words, numbers, short texts and UUIDs are made as without an example."""
    assert not looks_drawn(example)
