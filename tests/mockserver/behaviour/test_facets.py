"""The states of a record in words."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.behaviour.facets import MOST_KNOWN, Facet, Facets

FACETS = Facets("doors", (Facet("dueAt", ("ahead", "passed", "none"), instant=True), Facet("open", ())), ())
NOON = 1_768_478_400_000


@pytest.mark.parametrize(
    ("record", "states"),
    [
        ({"open": True, "dueAt": "2026-01-15T12:00:00.001Z"}, ("dueAt: ahead", "open: true")),
        ({"open": False, "dueAt": "2026-01-15T12:00:00.000Z"}, ("dueAt: passed", "open: false")),
        ({"open": "ajar"}, ("dueAt: none", "open: ajar")),
        ({"open": None}, ("dueAt: none", "open: null")),
        ({"open": [1, 2]}, ("dueAt: none", "open: [1,2]")),
        ({}, ("dueAt: none", "open: none")),
        ("unknown", ("unknown",)),
        (None, ()),
    ],
)
def test_states_in_words(record: Any, states: tuple[str, ...]) -> None:
    """Instants by how they lie to now, values as they are, lists among them, and why no record was found."""
    assert FACETS.states_of(record, NOON) == states
    assert FACETS.states_of(record, NOON) == states  # the second time it is remembered


def test_what_is_remembered_is_bounded() -> None:
    """A field may hold any text, and a mock may run for days."""
    facets = Facets("doors", (Facet("open", ()),), ())
    for number in range(3 * MOST_KNOWN):
        assert facets.states_of({"open": str(number)}, NOON) == (f"open: {number}",)
    assert len(facets.known) <= MOST_KNOWN
