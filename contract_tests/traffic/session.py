"""One check of recorded traffic from beginning to end; reports, baseline and exit codes are those of any run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO

from contract_tests.core.errors import NothingLearnt
from contract_tests.report.text import counted
from contract_tests.run.run import Run
from contract_tests.run.session import Session
from contract_tests.traffic.files import Skipped, entries
from contract_tests.traffic.hosts import Hosts
from contract_tests.traffic.judging import Traffic
from contract_tests.traffic.verdicts import verdicts

MOST_NAMED: Final = 8  # hosts, parameters, operations
MOST_SKIPPED: Final = 5  # parts of files that can't be read


class TrafficSession(Session):
    """Reads files instead of sending requests."""

    def __init__(
        self, run: Run, out: TextIO, files: Sequence[Path], bases: Sequence[str], *, checks_requests: bool = True
    ) -> None:
        super().__init__(run, out)
        self.files, run.entries = files, 0
        self.traffic = Traffic(run, Hosts.of(run.contract, bases, files), checks_requests=checks_requests)

    def check(self) -> None:
        """Read all files and make the verdicts."""
        run, traffic = self.run, self.traffic
        self.progress.say(
            f"contract-tests traffic: {run.settings.target}, {counted(len(run.operations), 'operation')} of "
            f"{run.contract.name}, nothing is sent"
        )
        try:
            for path in self.files:
                self._read(path)
            run.remarks += [*self._remarks()]
            for remark in run.remarks:
                self.progress.say(f"  note: {remark}")
            run.ledger.verdicts += verdicts(run, traffic)
            if not traffic.taught:
                raise self._nothing_learnt()
        except NothingLearnt as error:
            self.plugin.stopped_by = error

    def _read(self, path: Path) -> None:
        skipped = 0
        for one in entries(path):
            self.run.entries = (self.run.entries or 0) + 1
            if not isinstance(one, Skipped):
                self.traffic.take(one)
                continue
            skipped += 1
            if skipped <= MOST_SKIPPED:
                self.run.remarks.append(f"not read: {one.place}: {one.why}")
        if skipped > MOST_SKIPPED:
            self.run.remarks.append(f"not read: {skipped - MOST_SKIPPED:,} more parts of {path.name}")
        self.traffic.admitted()

    def _remarks(self) -> Iterator[str]:
        """What became of the entries, and what the contract has that none of them showed."""
        run, traffic = self.run, self.traffic
        where = ", ".join(traffic.hosts.bases or sorted(traffic.at_home)[:MOST_NAMED])
        total = f"{run.entries:,} {'entry' if run.entries == 1 else 'entries'}"
        yield f"{traffic.judged:,} of {total} are calls of the API{f' at {where}' if where else ''}"
        for why, count in traffic.ignored.items():
            yield f"ignored: {count:,}, {why}"
        if hosts := traffic.elsewhere():
            named = some([f"{name} ({count:,})" for name, count in hosts.most_common()])
            yield f"ignored: {hosts.total():,} of other hosts or paths: {named}"
        for why, count in traffic.unjudged.items():
            yield f"not checked ({count:,}): {why}"
        if unseen := [one.id for one in run.operations if not traffic.requests[one.id]]:
            yield f"never seen: {counted(len(unseen), 'operation')} of {len(run.operations)}: {some(unseen)}"
        unsent = [
            f"{parameter.name} of {one.id}"
            for one in run.operations
            for parameter in one.parameters
            if parameter.location == "query" and traffic.requests[one.id]
            and (one.id, parameter.name) not in traffic.parameters
        ]  # fmt: skip
        if unsent:
            yield f"never sent: {counted(len(unsent), 'parameter')} of queries: {some(unsent)}"

    def _nothing_learnt(self) -> NothingLearnt:
        traffic = self.traffic
        if traffic.judged:
            return NothingLearnt(f"nothing was learnt: the contract documents none of {traffic.judged} answers")
        known = [*traffic.elsewhere(), *{host for host, _ in traffic.unknown}]
        hosts = some(list(dict.fromkeys(known))) if known else "none"
        return NothingLearnt(
            f"nothing was learnt: no entry is a call of an operation of {self.run.contract.name} (hosts: {hosts})",
            fix="name the API's base URL in this traffic with --target, such as https://app.example/api",
        )


def some(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"
