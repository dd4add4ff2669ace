"""One run from beginning to end: the suites, the reports, and the exit code."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import pytest

from contract_tests.core.alarm import lost_quietly
from contract_tests.core.errors import BudgetSpent, InternalError, NothingLearnt, SuiteError, UsageError, described
from contract_tests.core.promises import Outcome
from contract_tests.core.sparing import sparing
from contract_tests.report.text import UNCALLED
from contract_tests.report.writer import cleaned, github_annotations, write_reports
from contract_tests.run.baseline import Baseline
from contract_tests.run.history import never
from contract_tests.run.plugin import RunPlugin
from contract_tests.run.progress import Progress
from contract_tests.run.run import Run, last_moment, settle_time
from contract_tests.run.summary import summary
from contract_tests.run.watchdog import LAST_WORDS, Watchdog

PACKAGE = Path(__file__).parent.parent
NO_OPERATIONS = "the contract has no operations"
AUTOLOAD_OFF = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
CALM = [
    "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:warnings",
    "-p", "no:unraisableexception", "-p", "no:threadexception",  # would make warnings, and collect garbage for them
    "--import-mode=importlib", "--assert=plain", "--capture=no",
]  # fmt: skip


class Session:
    """One run of the command: checks, reports, and knows the exit code at any moment."""

    def __init__(self, run: Run, out: TextIO) -> None:
        self.run, self.plugin, self.progress = run, RunPlugin(run), Progress(run, out)
        self._reporting = threading.Lock()  #: taken once, by whoever reports

    def execute(self) -> int:
        """Check the target and report; returns the exit code."""
        left = self.run.started + last_moment(self.run.settings.budget) - time.monotonic()
        with Watchdog(left, self._cut_off):
            try:
                self.check()
                self._reporting.acquire()  # the watchdog may have been first; it ends the process
                return self._report()
            except KeyboardInterrupt:
                for rest in self.run.left_behind:
                    self.progress.say(f"left behind: {rest}")
                raise
            finally:
                self.run.close()

    def check(self) -> None:
        """Open the target and run the suites; nothing is reported."""
        try:
            self.progress.starts()
            if not self.run.operations:
                raise NothingLearnt(NO_OPERATIONS)
            with sparing():
                self.progress.opened(self.run.target())
                run_suites(self.plugin, self.progress)
            if self.progress.closed:
                raise BrokenPipeError
            if self.plugin.interrupted:
                raise self.plugin.interrupted
        except SuiteError as error:
            self.plugin.stopped_by = error
        except BudgetSpent:
            self.run.ledger.cut_off = True
        except KeyboardInterrupt:
            self.run.hurry()
            raise
        finally:
            self.run.tidy()

    def exit_code(self) -> int:
        """0 passed, 1 broken, 3 the target went away or was too slow, 4 internal error."""
        ledger = self.run.ledger
        if isinstance(self.plugin.stopped_by, NothingLearnt):
            return NothingLearnt.exit_code
        if ledger.with_outcome(Outcome.BROKEN):
            return 1
        if code := self.plugin.error_code():
            return code
        if ledger.cut_off:
            return 3
        if not ledger.with_outcome(Outcome.KEPT) or not self.run.operations:
            self.plugin.stopped_by = NothingLearnt("nothing could be checked" if self.run.operations else NO_OPERATIONS)
            return NothingLearnt.exit_code
        if not ledger.answered & {one.id for one in self.run.operations}:
            self.plugin.stopped_by = NothingLearnt(UNCALLED)
            return NothingLearnt.exit_code
        return 1 if self.run.lacks_coverage() else 0

    def _report(self) -> int:
        self._update_baseline()
        spent = f"the budget of {self.run.settings.budget:g} s is spent" if self.run.ledger.cut_off else ""
        return self._finish(self.exit_code(), str(self.plugin.stopped_by or spent))

    def _cut_off(self) -> int:
        budget = self.run.settings.budget
        self.plugin.add_observed()
        code = 1 if self.run.ledger.with_outcome(Outcome.BROKEN) else 3
        if not self._reporting.acquire(timeout=LAST_WORDS / 2):
            return code  # the reports are being written, but not in time
        self.run.remarks.append(f"the budget of {budget:.0f} s is spent; the run was cut off")
        self.run.hurry(settle_time(budget) / 4)
        try:
            self.run.tidy()
            return self._finish(code, self.run.remarks[-1])
        finally:
            self.run.kill()

    def _finish(self, code: int, stopped: str) -> int:
        """Write and print what became of the run; the exit code, another one where the reports cannot be written."""
        files: Sequence[Path] = ()
        try:
            files = self._write(code, stopped)
        except OSError as error:
            stopped = f"the reports cannot be written: {error} (check --report and --history)"
            code = code or UsageError.exit_code
        except Exception as error:  # noqa: BLE001 - an internal error must not hide the verdict
            self.run.faults.append(f"the reports cannot be written: {described(error)}")
            code = code if code == 1 else InternalError.exit_code
        self.progress.finished(code, stopped, files)
        return code

    def _write(self, code: int, stopped: str) -> Sequence[Path]:
        """Write the reports that were asked for; returns the files."""
        run, folder = self.run, self.run.settings.report
        if run.history and self._is_worth_keeping(code):
            run.ledger.verdicts[:] = run.history.dated(run.ledger.verdicts)
            run.compared = run.history.changes(run.ledger.verdicts, run.baseline.accepts if run.baseline else never)
        data = summary(run, code, stopped)
        files = write_reports(folder, data, run.ledger.verdicts, run.redact) if folder else []
        if commands := github_annotations(data, run.redact):
            print(commands, end="")
        return [*files, *self._remember(code, data)]

    def _remember(self, code: int, data: dict[str, Any]) -> Iterator[Path]:
        """Keep the verdicts for the next run; yields the file."""
        history, path = self.run.history, self.run.settings.history
        if history and path and self._is_worth_keeping(code):
            history.after(cleaned(data, self.run.redact), self.run.ledger.verdicts).save(path)
            yield path

    def _is_worth_keeping(self, code: int) -> bool:
        """Whether the verdicts say something of the target: not, where its answers taught nothing."""
        return code in {0, 1} or self.run.ledger.cut_off

    def _update_baseline(self) -> None:
        settings = self.run.settings
        if settings.baseline and settings.baseline_update:
            is_whole = not (self.plugin.stopped_by or self.run.ledger.cut_off)
            updated = (self.run.baseline or Baseline()).updated(self.run.ledger.verdicts, is_whole=is_whole)
            updated.save(settings.baseline)
            self.run.baseline = updated
            self.progress.say(f"wrote {settings.baseline}: {len(updated.entries)} accepted deviations")
            self.run.ledger.verdicts[:] = [updated.apply(verdict) for verdict in self.run.ledger.verdicts]


def run_suites(plugin: RunPlugin, progress: Progress) -> None:
    """Run pytest over the suites, without the plugins and the configuration of the environment."""
    with tempfile.TemporaryDirectory() as folder, plain_pytest(), lost_quietly():
        settings = Path(folder) / "pytest.ini"
        settings.write_text("[pytest]\n", encoding="utf-8")
        arguments = [str(PACKAGE), "-c", str(settings), "--rootdir", str(PACKAGE.parent), *CALM]
        pytest.main(arguments, plugins=[plugin, progress])
    if not plugin.finished:
        plugin.run.faults.append("the suites could not be run")


@contextmanager
def plain_pytest() -> Iterator[None]:
    """Ignore the pytest options and plugins of the environment: an installed plugin may have flags of the same name."""
    kept = {name: os.environ.pop(name, None) for name in (AUTOLOAD_OFF, "PYTEST_ADDOPTS", "PYTEST_PLUGINS")}
    os.environ[AUTOLOAD_OFF] = "1"
    try:
        yield
    finally:
        del os.environ[AUTOLOAD_OFF]
        os.environ.update({name: value for name, value in kept.items() if value is not None})
