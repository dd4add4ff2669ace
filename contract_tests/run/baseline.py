"""Accepted deviations: a JSON file of promises that may be broken for now, each with a reason and a day of expiry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from contract_tests.core.errors import UsageError
from contract_tests.core.promises import Outcome, Problem, Verdict

NEW_ENTRIES_LAST = timedelta(days=90)
REASON_MISSING = "add the reason why this is accepted"


@dataclass(frozen=True)
class Accepted:
    """One accepted deviation: the promise, what was expected there, why, and until when (inclusive)."""

    promise: str
    expected: str
    reason: str
    expires: str

    def covers(self, promise: str, problem: Problem, today: date) -> bool:
        """Whether it accepts this problem today."""
        return (self.promise, self.expected) == (promise, problem.key) and date.fromisoformat(self.expires) >= today


@dataclass(frozen=True)
class Baseline:
    """The accepted deviations of one target."""

    entries: tuple[Accepted, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Baseline:
        """Read a baseline file; raises `UsageError` with file and entry."""
        try:
            entries = [Accepted(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))["accepted"]]
            for entry in entries:
                date.fromisoformat(entry.expires)
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}", fix="write one with --baseline-update") from None
        except (ValueError, KeyError, TypeError) as error:
            fix = "each entry has promise, expected, reason and expires (YYYY-MM-DD)"
            raise UsageError(f"{path}: this isn't a baseline: {error}", fix=fix) from None
        return cls(tuple(entries))

    def apply(self, verdict: Verdict, today: date | None = None) -> Verdict:
        """The verdict without the problems that are accepted today; expired entries are named."""
        day = today or datetime.now(UTC).date()
        remaining, notes = [], []
        for problem in verdict.problems:
            entry = self._entry(verdict.id, problem)
            if entry is None:
                remaining.append(problem)
            elif entry.covers(verdict.id, problem, day):
                notes.append(f"accepted until {entry.expires}: {problem.expected} ({entry.reason})")
            else:
                remaining.append(problem.with_got(f"{problem.got} (its acceptance expired on {entry.expires})"))
        return verdict.with_problems(remaining, notes)

    def accepts(self, promise: str, problem: Problem, today: date | None = None) -> bool:
        """Whether it accepts this problem today."""
        entry = self._entry(promise, problem)
        return entry is not None and entry.covers(promise, problem, today or datetime.now(UTC).date())

    def updated(self, verdicts: Sequence[Verdict], today: date | None = None, *, is_whole: bool = True) -> Baseline:
        """The baseline that accepts the current failures: known entries keep their reason, those of fixed ones go.

        Nothing goes that this run didn't check: another part of the contract, or all of it where the run isn't `whole`.
        """
        day = today or datetime.now(UTC).date()
        expires = (day + NEW_ENTRIES_LAST).isoformat()
        checked = {verdict.id for verdict in verdicts if is_whole and verdict.outcome in {Outcome.KEPT, Outcome.BROKEN}}
        kept = {(entry.promise, entry.expected): entry for entry in self.entries if entry.promise not in checked}
        for verdict in verdicts:
            for problem in verdict.problems if verdict.outcome is Outcome.BROKEN else ():
                known = self._entry(verdict.id, problem)
                fresh = known is not None and date.fromisoformat(known.expires) >= day
                entry = known if known and fresh else Accepted(verdict.id, problem.key, REASON_MISSING, expires)
                kept[entry.promise, entry.expected] = entry
        return Baseline(tuple(kept.values()))

    def save(self, path: Path) -> None:
        """Write the file."""
        entries = [asdict(entry) for entry in self.entries]
        text = json.dumps({"accepted": entries}, indent=2, ensure_ascii=False) + "\n"
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}", fix="check --baseline") from None

    def _entry(self, promise: str, problem: Problem) -> Accepted | None:
        return next((e for e in self.entries if (e.promise, e.expected) == (promise, problem.key)), None)
