"""Two hundred broken pages: reports with places, or part of the truth; no traceback, no invented fact."""

from __future__ import annotations

import random

import pytest

from spec.builder.build import page_paths
from spec.builder.facts import facts
from tests.spec.mutilation import ANY_FACT, MUTILATIONS
from tests.spec.reading import DOCS, document, said

PAGES = [path for path in page_paths(DOCS) if path.stem != "overview"]
CASES = [(seed, name) for seed in range(25) for name in MUTILATIONS]


@pytest.mark.parametrize(("seed", "name"), CASES)
def test_a_broken_page_invents_nothing(seed: int, name: str) -> None:
    """What a broken page states, the whole page states too; every report names a line of the page.

    An example body that was cut and is still JSON cannot be told from a whole one, so examples are left aside; and when
    single lines are dropped or swapped a table may be whole and wrong, so there only the reports are checked.
    """
    text = PAGES[seed % len(PAGES)].read_text()
    broken = MUTILATIONS[name](text, random.Random(seed))
    read, problems = document(broken)
    truth = said(text)
    found = {key: fact.value for key, fact in facts(read).items() if key[0] != "example" and fact.value is not False}
    if name not in ANY_FACT:
        assert {key: value for key, value in found.items() if truth.get(key) != value} == {}
    assert all(1 <= problem.place.line <= broken.count(b"\n") + 1 for problem in problems)
    assert found or problems or b"/" in broken


def test_five_megabytes_of_text_are_read_in_seconds() -> None:
    """A huge page is read once, in time that grows with its length, and its operation is found in it."""
    text = (DOCS / "devices-trust.txt").read_text()
    words = "nothing that this reader knows, for many lines\n" * 120_000
    read, _ = document(words + "\n" + text)
    assert list(read["paths"]) == ["/devices/trust"]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\x00\x01\x02", b"\xff\xfe" * 100, "é".encode("latin-1") * 50])
def test_what_is_no_page_is_reported(data: bytes) -> None:
    """An empty or binary file gives a report and no path."""
    read, problems = document(data)
    assert read["paths"] == {}
    assert problems[0].severity == "unread"


def test_a_deep_example_is_reported() -> None:
    """A body nested beyond reason is reported, not followed."""
    text = (DOCS / "devices-trust.txt").read_text()
    deep = text.replace('{\n  "success": true,', "[" * 100_000 + "\n", 1)
    assert any("no JSON" in problem.message for problem in document(deep)[1])
