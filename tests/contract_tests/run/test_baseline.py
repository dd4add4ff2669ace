"""Accepted deviations: with a reason, and for a time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from contract_tests.core.errors import UsageError
from contract_tests.core.promises import Outcome, Problem, Promise, Verdict, without_ids
from contract_tests.run.baseline import REASON_MISSING, Accepted, Baseline

ENTRY = '{"accepted": [{"promise": "x"%s}]}'
TODAY = date(2026, 6, 1)
PROBLEM = Problem("isTrusted true", "False", key="isTrusted true")
VERDICT = Verdict("trust_is_remembered", "behaviours", Promise("It is remembered"), Outcome.BROKEN, (PROBLEM,))


def baseline(expires: str, expected: str = "isTrusted true") -> Baseline:
    """One accepted deviation."""
    return Baseline((Accepted("trust_is_remembered", expected, "known", expires),))


def test_an_accepted_deviation_is_a_note() -> None:
    """The promise counts as kept, and the note says until when and why."""
    verdict = baseline("2026-06-01").apply(VERDICT, TODAY)
    assert verdict.outcome is Outcome.KEPT
    assert "accepted until 2026-06-01" in verdict.notes[0]
    assert "known" in verdict.notes[0]


def test_an_expired_one_fails_again() -> None:
    """And says that its time is over."""
    verdict = baseline("2026-05-31").apply(VERDICT, TODAY)
    assert verdict.outcome is Outcome.BROKEN
    assert "expired on 2026-05-31" in verdict.problems[0].got


def test_another_problem_of_the_same_promise_fails() -> None:
    """What is accepted is one deviation, not the promise."""
    assert baseline("2026-12-31", "isTrusted true in the list").apply(VERDICT, TODAY).outcome is Outcome.BROKEN


def test_update_keeps_reasons_and_drops_what_healed(tmp_path: Path) -> None:
    """Known entries stay as they are; new ones ask for a reason."""
    healed = Accepted("gone", "x", "old", "2026-12-31")
    fresh = Verdict("new", "behaviours", Promise("New"), Outcome.BROKEN, (Problem("y", "z", key="y"),))
    kept = Verdict("gone", "behaviours", Promise("Gone"), Outcome.KEPT)
    updated = Baseline((*baseline("2026-12-31").entries, healed)).updated([VERDICT, fresh, kept], TODAY)
    updated.save(tmp_path / "baseline.json")
    entries = {entry.promise: entry for entry in Baseline.load(tmp_path / "baseline.json").entries}
    assert entries["trust_is_remembered"].reason == "known"
    assert (entries["new"].reason, entries["new"].expires) == (REASON_MISSING, "2026-08-30")
    assert "gone" not in entries


@pytest.mark.parametrize("outcome", [None, Outcome.NOT_CHECKED, Outcome.KEPT])
def test_update_keeps_what_was_not_checked(outcome: Outcome | None) -> None:
    """Of operations that weren't chosen, of checks that weren't possible, and all of it where the run was stopped."""
    verdicts = [Verdict(VERDICT.id, "behaviours", Promise("It is remembered"), outcome)] if outcome else []
    known = baseline("2026-12-31")
    assert known.updated(verdicts, TODAY, is_whole=outcome is not Outcome.KEPT) == known


@pytest.mark.parametrize("text", ["{", "{}", ENTRY % "", ENTRY % ', "expected": "y", "reason": "z", "expires": "soon"'])
def test_broken_files_are_refused(tmp_path: Path, text: str) -> None:
    """With the name of the file."""
    path = tmp_path / "baseline.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"baseline\.json"):
        Baseline.load(path)


def test_a_problem_is_known_again_by_what_lasts() -> None:
    """Ids, made-up values and times do not tell one run from another."""
    text = "expiresAt 2026-11-23 18:49:23+00:00 of ses-1 in GET /devices/dev-1"
    assert without_ids(text, {"ses-1", "dev-1"}) == "expiresAt {time} of {id} in GET /devices/{id}"
