"""One judgement from beginning to end: the suites run, and the exit code that they amount to."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TextIO

import pytest

from contract_tests.core.errors import JudgeError
from contract_tests.core.promises import Outcome
from contract_tests.report.writer import tell_github, write_reports
from contract_tests.run.baseline import Baseline
from contract_tests.run.plugin import JudgePlugin
from contract_tests.run.progress import Progress
from contract_tests.run.run import Run
from contract_tests.run.watchdog import Watchdog

PACKAGE = Path(__file__).parent.parent
CALM = [
    "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:warnings", "-p", "no:randomly",
    "-p", "no:unraisableexception", "-p", "no:threadexception",  # would make warnings, and collect garbage for them
    "--import-mode=importlib", "--assert=plain", "--capture=no",
]  # fmt: skip


class Session:
    """One run of the command: judges, reports, and knows the exit code at any moment."""

    def __init__(self, run: Run, out: TextIO) -> None:
        self.run, self.plugin, self.progress = run, JudgePlugin(run), Progress(run, out)

    def judge(self) -> int:
        """Judge the target and report; returns the exit code."""
        try:
            with Watchdog(self.run.settings.budget, self._cut_off):
                self.ask()
                return self._report()
        finally:
            self.run.close()

    def ask(self) -> None:
        """Open the target and run the suites; nothing is reported."""
        try:
            self.progress.opened(self.run.target())
            run_suites(self.plugin, self.progress)
        except JudgeError as error:
            self.plugin.stopped_by = error

    def exit_code(self) -> int:
        """0 kept, 1 broken, 3 the target went away or was too slow, 4 our own fault."""
        ledger = self.run.ledger
        if ledger.with_outcome(Outcome.BROKEN):
            return 1
        if self.run.faults or ledger.with_outcome(Outcome.FAULT):
            return 4
        if self.plugin.stopped_by:
            return self.plugin.stopped_by.exit_code
        if ledger.cut_off:
            return 3
        return 1 if self.run.lacks_coverage() else 0

    def _report(self) -> int:
        self._update_baseline()
        spent = f"the budget of {self.run.settings.budget:g} s was too small" if self.run.ledger.cut_off else ""
        code, stopped = self.exit_code(), str(self.plugin.stopped_by or spent)
        for path in write_reports(self.run, code, stopped):
            self.progress.say(f"wrote {path}")
        if commands := tell_github(self.run, code, stopped):
            print(commands, end="")
        self.progress.finished(code, stopped)
        return code

    def _cut_off(self) -> int:
        self.run.remarks.append(f"the budget of {self.run.settings.budget:.0f} s is spent; the run was cut off")
        code = 1 if self.run.ledger.with_outcome(Outcome.BROKEN) else 3
        write_reports(self.run, code, self.run.remarks[-1])
        self.progress.finished(code, self.run.remarks[-1])
        self.run.close()
        return code

    def _update_baseline(self) -> None:
        settings = self.run.settings
        if settings.baseline and settings.baseline_update:
            updated = (self.run.baseline or Baseline()).updated(self.run.ledger.verdicts)
            updated.save(settings.baseline)
            self.progress.say(f"wrote {settings.baseline}: {len(updated.entries)} accepted deviations")
            self.run.ledger.verdicts[:] = [updated.judge(verdict) for verdict in self.run.ledger.verdicts]


def run_suites(plugin: JudgePlugin, progress: Progress) -> None:
    """Run pytest over the suites, away from the configuration of whatever folder we stand in."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "pytest.ini"
        settings.write_text("[pytest]\n", encoding="utf-8")
        kept = os.environ.pop("PYTEST_ADDOPTS", None)
        try:
            arguments = [str(PACKAGE), "-c", str(settings), "--rootdir", str(PACKAGE.parent), *CALM]
            pytest.main(arguments, plugins=[plugin, progress])
        finally:
            if kept is not None:
                os.environ["PYTEST_ADDOPTS"] = kept
    if not plugin.finished:
        plugin.run.faults.append("the suites could not be run")
