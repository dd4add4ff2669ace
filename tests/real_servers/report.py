"""What each tool found and did: one row for each server and tool, and the defects with their curl lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.report import table, write_section
from tests.real_servers.server import Defect, Server
from tests.support import ROOT

PAGE = ROOT / "docs/judge.md"
NAMES = {"ours": "contract-tests", "theirs": "Schemathesis"}
COLUMNS = ("server", "tool", "true", "missed", "false", "not confirmed", "requests", "seconds", "changed", "new")


@dataclass(frozen=True)
class Result:
    """A run of a tool, as it is kept until the table is written."""

    server: str
    tool: str
    version: str
    date: str
    reports: tuple[str, ...]
    requests: int
    seconds: float
    records: int
    changed: int
    left: int

    def save(self, folder: Path) -> None:
        """Keep it as a file."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.server}.{self.tool}.json").write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


def load(folder: Path) -> list[Result]:
    """All results that were kept."""
    files = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json")))
    return [Result(**{**one, "reports": tuple(one["reports"])}) for one in files]


def found(server: Server, result: Result) -> list[Defect]:
    """The defects that the reports are about."""
    return [one for one in server.defects if any(one.is_found(result.tool, report) for report in result.reports)]


def others(server: Server, result: Result) -> tuple[list[str], list[str]]:
    """The kinds of reports about no defect: those known to be false, and those that nobody has looked at."""
    rest = [report for report in result.reports if not any(one.is_found(result.tool, report) for one in server.defects)]
    kinds = dict.fromkeys(report.rpartition(": ")[2] if result.tool == "theirs" else report for report in rest)
    false = [kind for kind in kinds if any(known in kind for known in server.false)]
    return false, [kind for kind in kinds if kind not in false]


def rows(servers: Sequence[Server], results: Sequence[Result]) -> Iterator[list[str]]:
    """One for each server and tool."""
    for server in servers:
        runs = [one for one in results if one.server == server.id]
        known = [one for one in server.defects if any(one in found(server, run) for run in runs)]
        for run in sorted(runs, key=lambda one: one.tool):
            false, unknown = others(server, run)
            true = found(server, run)
            cells = [len(true), len(known) - len(true), len(false), len(unknown), run.requests, round(run.seconds)]
            yield [f"{server.name} {run.version}", NAMES[run.tool], *map(str, cells),
                   f"{run.changed} of {run.records}", str(max(run.left, 0))]  # fmt: skip


def defects(servers: Sequence[Server], results: Sequence[Result]) -> Iterator[str]:
    """Each defect with its curl line, and which tool found it."""
    for server in servers:
        runs = [one for one in results if one.server == server.id]
        if not runs:
            continue
        yield f"\n**{server.name}**\n"
        for one in server.defects:
            names = " and ".join(NAMES[run.tool] for run in runs if one in found(server, run)) or "neither this time"
            yield f"- {one.title} (found by {names})\n  ```sh\n  {one.curl}\n  ```"
        for kind, reason in server.false.items():
            yield f'- False, where Schemathesis reports "{kind}": {reason}'


def write(servers: Sequence[Server], results: Sequence[Result]) -> None:
    """Write the table and the lists into docs/judge.md."""
    dates = sorted({run.date for run in results})
    text = table(list(COLUMNS), list(rows(servers, results))) + f"\nMeasured on {', '.join(dates)}.\n"
    write_section("real-servers", text + "\n".join(defects(servers, results)) + "\n", PAGE)


def summary(server: Server, result: Result) -> Iterator[str]:
    """What the terminal shows of a run."""
    cost = f"{result.requests} requests, {result.seconds:.0f} s"
    yield f"{server.id} {NAMES[result.tool]}: {len(result.reports)} reports, {cost}"
    yield f"  changed {result.changed} of {result.records} records, {max(result.left, 0)} new ones left"
    for report in result.reports:
        known: Any = next((one.title for one in server.defects if one.is_found(result.tool, report)), None)
        known = known or next(
            (f"false: {why}" for kind, why in server.false.items() if kind in report), "NOT CONFIRMED"
        )
        yield f"  [{known}] {report[:300]}"
