"""Reading 250 damaged pages gives problems with places or part of the facts; no exception, no invented fact."""

from __future__ import annotations

import random

import pytest

from docs_to_openapi.config import load_config
from docs_to_openapi.contract.facts import facts
from tests.docs_to_openapi.mutilation import ANY_FACT, MUTILATIONS
from tests.docs_to_openapi.reading import DOCS, SPEC, document, stated_values

PAGES = [path for path in load_config(SPEC).page_paths() if path.stem != "overview"]
CASES = [(seed, name) for seed in range(25) for name in MUTILATIONS]


@pytest.mark.parametrize(("seed", "name"), CASES)
def test_a_broken_page_invents_nothing(seed: int, name: str) -> None:
    """A damaged page states nothing that the original does not state; every problem names a line of the page.

    Examples are not compared, because a cut body may still be valid JSON. If single lines are dropped or swapped, a
    table may be well-formed and wrong, so only the problems are checked.
    """
    text = PAGES[seed % len(PAGES)].read_text()
    broken = MUTILATIONS[name](text, random.Random(seed))
    read, problems = document(broken)
    true_facts = stated_values(text)
    stated = {key: fact.value for key, fact in facts(read).items() if key[0] != "example" and fact.value is not False}
    if name not in ANY_FACT:
        assert {key: value for key, value in stated.items() if true_facts.get(key) != value} == {}
    assert all(1 <= problem.place.line <= broken.count(b"\n") + 1 for problem in problems)
    assert stated or problems or b"/" in broken


@pytest.mark.thorough
def test_five_megabytes_of_text_are_read_in_seconds() -> None:
    """The operation at the end of a huge page is read."""
    text = (DOCS / "devices-trust.txt").read_text()
    words = "nothing that this reader knows, for many lines\n" * 120_000
    read, _ = document(words + "\n" + text)
    assert list(read["paths"]) == ["/devices/trust"]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\x00\x01\x02", b"\xff\xfe" * 100, "é".encode("latin-1") * 50])
def test_a_file_that_is_not_a_page_is_reported(data: bytes) -> None:
    """An empty or binary file gives a problem and no path."""
    read, problems = document(data)
    assert read["paths"] == {}
    assert problems[0].severity == "unread"


def test_a_deep_example_is_reported() -> None:
    """A body that is nested too deeply is reported, and raises no exception."""
    text = (DOCS / "devices-trust.txt").read_text()
    deep = text.replace('{\n  "success": true,', "[" * 100_000 + "\n", 1)
    assert any("no JSON" in problem.message for problem in document(deep)[1])
