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
ROWS = Path(__file__).with_name("rows.json")
"""What the tables show, in Git: a run replaces only the rows of its own server and tool."""
NAMES = {"ours": "contract-tests", "theirs": "Schemathesis"}
LEVELS = ("probe", "observe")
COLUMNS = ("server", "tool", "true", "missed", "false", "not confirmed", "requests", "seconds", "changed", "new", "run")
LEVEL_COLUMNS = ("server", "level", "true", "not confirmed", "requests", "seconds", "changed", "new", "run")


@dataclass(frozen=True)
class Result:
    """A run of a tool, as it is kept beside the packages."""

    server: str
    tool: str
    version: str
    when: str
    commit: str
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


@dataclass(frozen=True)
class Row:
    """A run of a tool, as it is kept in Git: the titles of the defects that it found, and how many other kinds."""

    server: str
    tool: str
    version: str
    when: str
    commit: str
    true: tuple[str, ...]
    false: int
    unknown: int
    requests: int
    seconds: int
    records: int
    changed: int
    left: int

    @property
    def ends(self) -> list[str]:
        """The cells that every table ends with: cost, harm, and when it was."""
        harm = [f"{self.changed} of {self.records}", str(max(self.left, 0))]
        return [str(self.requests), str(self.seconds), *harm, f"{self.when[:10]} {self.commit}"]


def load(folder: Path) -> list[Result]:
    """All results that were kept beside the packages."""
    files = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json")))
    return [Result(**{**one, "reports": tuple(one["reports"])}) for one in files]


def kept(path: Path = ROWS) -> list[Row]:
    """The rows that are in Git."""
    rows = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return [Row(**{**one, "true": tuple(one["true"])}) for one in rows]


def merged(servers: Sequence[Server], before: Sequence[Row], results: Sequence[Result]) -> list[Row]:
    """The rows in Git, each replaced by the result of a later run, or of the same one with other knowledge."""
    known = {one.id: one for one in servers}
    rows = {(one.server, one.tool): one for one in before if one.server in known}
    for one in results:
        place = one.server, one.tool
        if one.server in known and (place not in rows or one.when >= rows[place].when):
            rows[place] = row(known[one.server], one)
    return [rows[place] for place in sorted(rows)]


def row(server: Server, result: Result) -> Row:
    """A result, sorted by what is known of its server."""
    false, unknown = others(server, result)
    return Row(server.id, result.tool, result.version, result.when, result.commit,
               tuple(one.title for one in found(server, result)), len(false), len(unknown), result.requests,
               round(result.seconds), result.records, result.changed, result.left)  # fmt: skip


def found(server: Server, result: Result) -> list[Defect]:
    """The defects that the reports are about."""
    return [one for one in server.defects if any(one.is_found(result.tool, report) for report in result.reports)]


def others(server: Server, result: Result) -> tuple[list[str], list[str]]:
    """The kinds of reports about no defect: those known to be false, and those that nobody has looked at."""
    rest = [report for report in result.reports if not any(one.is_found(result.tool, report) for one in server.defects)]
    kinds = dict.fromkeys(report.rpartition(": ")[2] if result.tool == "theirs" else report for report in rest)
    false = [kind for kind in kinds if any(known in kind for known in server.false)]
    return false, [kind for kind in kinds if kind not in false]


def compared(servers: Sequence[Server], rows: Sequence[Row]) -> Iterator[list[str]]:
    """The cells of both tools; missed is what only the other one found."""
    for server in servers:
        runs = [one for one in rows if one.server == server.id and one.tool in NAMES]
        known = {title for run in runs for title in run.true}
        for run in runs:
            counts = [len(run.true), len(known) - len(run.true), run.false, run.unknown]
            yield [f"{server.name} {run.version}", NAMES[run.tool], *map(str, counts), *run.ends]


def careful(servers: Sequence[Server], rows: Sequence[Row]) -> Iterator[list[str]]:
    """The cells of contract-tests at the levels that change nothing."""
    for server in servers:
        for run in (one for one in rows if one.server == server.id and one.tool in LEVELS):
            yield [server.name, run.tool, str(len(run.true)), str(run.unknown), *run.ends]


def defects(servers: Sequence[Server], rows: Sequence[Row]) -> Iterator[str]:
    """Each defect with its curl line, and which tool found it."""
    for server in servers:
        runs = [one for one in rows if one.server == server.id and one.tool in NAMES]
        if not runs:
            continue
        yield f"\n**{server.name}**\n"
        for one in server.defects:
            names = " and ".join(NAMES[run.tool] for run in runs if one.title in run.true) or "neither this time"
            yield f"- {one.title} (found by {names})\n  ```sh\n  {one.curl}\n  ```"
        for kind, reason in server.false.items():
            yield f'- False, where Schemathesis reports "{kind}": {reason}'


def write(servers: Sequence[Server], results: Sequence[Result], path: Path = ROWS, page: Path = PAGE) -> None:
    """Bring the rows in Git up to date, and write the tables and the lists into docs/judge.md."""
    rows = merged(servers, kept(path), results)
    path.write_text(json.dumps([asdict(one) for one in rows], indent=1) + "\n", encoding="utf-8")
    text = table(COLUMNS, compared(servers, rows))
    if levels := list(careful(servers, rows)):
        text += f"\nAt the levels that are to change nothing:\n\n{table(LEVEL_COLUMNS, levels)}"
    write_section("real-servers", text + "\n".join(defects(servers, rows)) + "\n", page)


def summary(server: Server, result: Result) -> Iterator[str]:
    """What the terminal shows of a run."""
    cost = f"{result.requests} requests, {result.seconds:.0f} s"
    yield f"{server.id} {NAMES.get(result.tool, result.tool)}: {len(result.reports)} reports, {cost}"
    yield f"  changed {result.changed} of {result.records} records, {max(result.left, 0)} new ones left"
    for report in result.reports:
        known: Any = next((one.title for one in server.defects if one.is_found(result.tool, report)), None)
        known = known or next(
            (f"false: {why}" for kind, why in server.false.items() if kind in report), "NOT CONFIRMED"
        )
        yield f"  [{known}] {report[:300]}"
