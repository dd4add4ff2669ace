"""What the command prints while it runs and at its end."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import pytest

from contract_tests.core.errors import REPORT_IT, InternalError
from contract_tests.core.promises import Outcome, Verdict
from contract_tests.core.safety import Safety
from contract_tests.core.target import Target
from contract_tests.report.causes import causes
from contract_tests.report.changes import said
from contract_tests.report.text import counted, headline, tally, together
from contract_tests.run.run import Run

MOST_NAMED = 10  # writes to what was there
FEW = 3  # lines that differ in their name alone
WHAT_IS_SENT = {
    Safety.OBSERVE: "reads only",
    Safety.PROBE: "reads, and writes that must be refused",
    Safety.OWN: "reads; creates records, changes and removes these alone",
    Safety.FULL: "reads and writes; may change and remove records that are there",
}


class Progress:
    """Prints one line for each suite as it goes, then what is broken."""

    def __init__(self, run: Run, out: TextIO) -> None:
        self.run, self.out = run, out
        self._shown = 0
        self.closed = False  #: whether the reader of the output has left, as in `contract-tests | head`
        self._suite, self._begun = "", set[str]()

    def say(self, text: str) -> None:
        """Print a line, without secrets; nothing more once nobody reads it."""
        if self.closed:
            return
        try:
            print(self.run.redact(text), file=self.out, flush=True)
        except BrokenPipeError:
            self.closed = True
            with suppress(OSError, ValueError), Path(os.devnull).open("w") as nowhere:
                os.dup2(
                    nowhere.fileno(), self.out.fileno()
                )  # else the interpreter complains when it flushes at its end

    def starts(self) -> None:
        """Print what will be sent where, before the first request."""
        settings = self.run.settings
        level = settings.safety
        if level.writes and not any(operation.is_write for operation in self.run.callable):
            level = Safety.PROBE  # the operations only read: nothing but an undefined method is left to write with
        where = "the bundled mock" if self.run.is_own_mock else settings.target
        chosen = counted(len(self.run.operations), "operation")
        self.say(f"contract-tests: {where}, {chosen} of {self.run.contract.name}, "
                 f"safety {settings.safety} ({WHAT_IS_SENT[level]}), budget {settings.budget:.0f} s, "
                 f"seed {settings.seed}")  # fmt: skip

    def opened(self, target: Target) -> None:
        """Print what the first requests have shown."""
        if not self.run.is_own_mock and (name := target.gate.server):
            self.say(f"  the target says that it is {name}")
        for remark in self.run.remarks:
            self.say(f"  note: {remark}")

    def pytest_configure(self, config: pytest.Config) -> None:
        """Have pytest render a failure without the source around it, which takes longer than a request and is not
        shown: reports are made from the verdicts."""
        config.option.tbstyle = "native"

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """After each test: show the verdicts that came in."""
        del nodeid
        for verdict in self.run.ledger.verdicts[self._shown :]:
            self._show(verdict)
        self._shown = len(self.run.ledger.verdicts)
        if self.closed:
            raise KeyboardInterrupt  # ends pytest in good order; the session knows why

    def _show(self, verdict: Verdict) -> None:
        fails = verdict.outcome in {Outcome.BROKEN, Outcome.FAULT}
        if verdict.suite != self._suite and (fails or verdict.suite not in self._begun):
            self._suite = verdict.suite
            self._begun.add(verdict.suite)  # some of its checks look back at the end of the run
            self.say(f"{self._seconds:5.0f} s  {verdict.suite} (after {counted(self._sent, 'request')})")
        if verdict.outcome is Outcome.BROKEN:
            self.say(f"  FAILED  {verdict.id}: {verdict.promise.sentence}")
        elif verdict.outcome is Outcome.FAULT:
            self.say(f"  ERROR   {verdict.id}: {verdict.reason}")

    @property
    def _sent(self) -> int:
        return self.run.opened.gate.tally.sent if self.run.opened else 0

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self.run.started

    def finished(self, code: int, why: str, files: Sequence[Path] = ()) -> None:
        """Print failures with curl lines, what was not checked and why, notes, the reports, totals, verdict."""
        ledger = self.run.ledger
        for cause in causes(ledger.verdicts):
            self.say("\n".join(["", *cause.lines()]))
        self.say("")
        reasons = Counter(verdict.reason for verdict in ledger.with_outcome(Outcome.NOT_CHECKED))
        for reason, times in reasons.items():
            self.say(f"not checked ({times}): {reason}")
        for note in together(dict.fromkeys(note for verdict in ledger.verdicts for note in verdict.notes)):
            self.say(f"note: {note}")
        self._say_what_else()
        for fault in self.run.faults:
            self.say(f"internal error: {fault}")
        for line in said(self.run.compared) if self.run.compared else ():
            self.say(line)
        for path in files:
            self.say(f"wrote {path}")
        counts = ledger.counts()
        reached = f"{self.run.coverage.percent:.0f}% of the contract reached"
        self.say(f"{tally(counts)}; {reached}; {self.run.effort}, {self._seconds:.1f} s")
        self.say(headline(code, counts, len(self.run.operations), len(self.run.coverage.succeeded), why))
        if code == InternalError.exit_code:
            self.say(REPORT_IT)

    def _say_what_else(self) -> None:
        """What is neither kept nor broken, but worth knowing."""
        if self.run.lacks_coverage():
            self.say(f"coverage is below --min-coverage {self.run.settings.min_coverage:g}%")
        self._say_some("the contract", self.run.contract.notes)
        for line in by_reason(self.run.left_behind):
            self.say(f"left behind: {line}")
        self._say_some("undocumented", self.run.undocumented.lines())
        for media_type, count in self.run.coverage.not_judged.items():
            bodies = "body" if count == 1 else "bodies"
            self.say(f"not checked: the contents of {count} {bodies} of {media_type}")
        if self.run.changed:
            self.say(f"accepted for what this run has not made: {named(self.run.changed)}")

    def _say_some(self, about: str, lines: Sequence[str]) -> None:
        """The first lines of this kind, and how many more the report has."""
        for line in lines[:MOST_NAMED]:
            self.say(f"{about}: {line}")
        if len(lines) > MOST_NAMED:
            self.say(f"{about}: {len(lines) - MOST_NAMED} more, see report.json")


def by_reason(lines: Sequence[str]) -> Iterator[str]:
    """Lines of the form `/notes/1: it is still there`; many with the same reason are one."""
    found: dict[str, list[str]] = {}
    for line in lines:
        name, _, why = line.partition(": ")
        found.setdefault(why, []).append(name)
    for why, names in found.items():
        yield from [f"{', '.join(names)}: {why}"] if len(names) > FEW else [f"{name}: {why}" for name in names]


def named(names: Sequence[str]) -> str:
    """The first of many names, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"
