"""Values that the prose of a contract calls unique: refused for another record, and for no other reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.suites.records.test_conflicts import CASELESS
from tests.contract_tests.cases.running import Ran, run
from tests.contract_tests.suites.records.roster import Roster, contract_of_roster

DEFECTS = {
    "case": ("taken_keys", "409 from addPerson for what another record has (duplicate): email"),
    "replaced": ("taken_keys", "409 from putPerson for what another record has (duplicate): email"),
    "own": ("taken_keys", "putPerson to take what the record has already: email"),
    "other body": ("repeated_creates", "addPerson to refuse another body with an Idempotency-Key that was used"),
}


def checked(roster: Roster, folder: Path) -> Ran:
    """A run of the suite of records."""
    return run(roster, contract_of_roster(), folder, "--suite", "records")


def test_a_sound_roster_passes(tmp_path: Path) -> None:
    """Its people were changed, though addresses come again in what is sent; nobody is left."""
    roster = Roster()
    found = checked(roster, tmp_path)
    assert found.code == 0, found.printed
    kept = ("taken_keys", "repeated_creates", "updated_records")
    assert [found.outcome(name) for name in kept] == ["kept"] * 3
    assert not roster.people


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_named(defect: str, tmp_path: Path) -> None:
    """By the promise that it breaks."""
    found = checked(Roster(defect), tmp_path)
    name, words = DEFECTS[defect]
    assert any(one == name and words in expected for one, expected, _ in found.broken()), found.printed


@pytest.mark.parametrize(
    ("text", "caseless"),
    [
        ("The e-mail must not be in use by another customer, compared without case", True),
        ("the name is already taken (case-insensitive)", True),
        ("Names are unique, ignoring case", True),
        ("The name is already taken, in case it was used before", False),
    ],
)
def test_words_say_that_case_does_not_matter(text: str, caseless: bool) -> None:
    """Where texts are compared without it."""
    assert bool(CASELESS.search(text)) == caseless
