"""Pages of every family are read as exactly as bench/docs_pages measures, whole and damaged."""

from __future__ import annotations

import pytest

from bench.docs_pages.mutilated import damaged
from bench.docs_pages.score import FAMILIES, SEEN, UNSEEN, Score, score_family


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("half", [SEEN, UNSEEN], ids=["seen", "unseen"])
def test_a_family_is_read(family: str, half: range) -> None:
    """At least 99% of what is read is stated, and at least 95% of what is stated is read."""
    result, misses = Score(), []  # type: ignore[var-annotated]
    score_family(family, half, result, misses)
    assert result.precision() >= 0.99, misses
    assert result.recall() >= 0.95, misses


@pytest.mark.parametrize("family", FAMILIES)
def test_a_damaged_page_invents_little(family: str) -> None:
    """At least nine of ten facts that a damaged page gives are those of the whole page; problems name its lines."""
    read, wrong = damaged(family, 2, seed=2)
    assert read
    assert wrong <= read / 10


@pytest.mark.parametrize("family", ["slate", "markdown", "gitbook swagger", "readme"])
def test_inferred_facts_are_marked(family: str) -> None:
    """What only an example shows is added with `infer`, and nothing that the page states changes."""
    stated, inferred = Score(), Score()
    score_family(family, range(2), stated, [])
    score_family(family, range(2), inferred, [], infer=True)
    assert inferred.found == stated.found
    assert inferred.read.total() >= stated.read.total()
