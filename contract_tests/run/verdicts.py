"""What became of a promise: the verdict of a check, without the deviations that are accepted."""

from __future__ import annotations

from dataclasses import replace

from contract_tests.core.errors import Broken, BudgetSpent, NotChecked, SuiteError, described
from contract_tests.core.promises import Outcome, Problem, Verdict
from contract_tests.run.problems import problem_of
from contract_tests.run.run import Run


def settled(run: Run, about: Verdict, error: BaseException | None) -> Verdict:
    """The verdict of a check that ended with this error, or without one; takes the notes that it left."""
    about = replace(about, notes=tuple(run.redact(note) for note in run.ledger.take_notes()))
    return without_accepted(run, _outcome(run, about, error))


def without_accepted(run: Run, verdict: Verdict) -> Verdict:
    """The verdict without what the baseline accepts, unless that is to be written anew."""
    return run.baseline.apply(verdict) if run.baseline and not run.settings.baseline_update else verdict


def _outcome(run: Run, about: Verdict, error: BaseException | None) -> Verdict:
    if error is None:
        strict = run.settings.strict and about.notes
        problems = tuple(Problem("no note under --strict", note, key=note) for note in about.notes) if strict else ()
        return replace(about, outcome=Outcome.BROKEN if strict else Outcome.KEPT, problems=problems)
    if isinstance(error, Broken):
        problems = tuple(problem_of(run, part, about.promise.page) for part in (error, *error.also))
        return replace(about, outcome=Outcome.BROKEN, problems=problems)
    run.ledger.cut_off |= isinstance(error, BudgetSpent)
    if isinstance(error, NotChecked | SuiteError):
        return replace(about, outcome=Outcome.NOT_CHECKED, reason=run.redact(str(error)))
    return replace(about, outcome=Outcome.FAULT, reason=run.redact(described(error)))
