"""`contract-tests merge`: the reports of several runs, such as those of shards, as one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from contract_tests.core.errors import NothingLearnt, UsageError, exit_code
from contract_tests.core.promises import Exchange, Outcome, Problem, Promise, Verdict
from contract_tests.core.redaction import Redactor
from contract_tests.report.causes import causes
from contract_tests.report.changes import said
from contract_tests.report.text import UNCALLED, headline
from contract_tests.report.writer import write_reports
from contract_tests.run.belonging import check
from contract_tests.run.cli import Parser
from contract_tests.run.history import History, never

WORST: Final = (Outcome.FAULT, Outcome.BROKEN, Outcome.KEPT, Outcome.NOT_CHECKED)
"""Of several outcomes of one promise, the first of these counts: what one run could not check, another one did."""
CODES: Final = (1, 4, 3, 0)
"""Of several exit codes, the first of these is that of all: a broken contract stays broken."""
Responses = Mapping[tuple[str, str], tuple[Exchange, ...]]
WORTH_KEEPING: Final = frozenset({0, 1})  # exit codes of runs whose verdicts say something of the target
LISTS: Final = ("remarks", "left_behind", "changed", "notes", "undocumented")


def main(arguments: Sequence[str] | None = None) -> int:
    """Merge reports and write the result; returns the exit code of all runs together."""
    parser = Parser(prog="contract-tests merge", description="Merge the reports of several runs.")
    parser.add_argument("reports", nargs="+", type=Path, metavar="DIR", help="folder of a run's reports")
    parser.add_argument("--report", type=Path, required=True, metavar="DIR", help="folder for the merged reports")
    parser.add_argument("--history", type=Path, metavar="FILE", help="file that keeps the verdicts of earlier runs")
    given = parser.parse_args(arguments)
    return exit_code("contract-tests merge", lambda: run(given.reports, given.report, given.history))


def run(folders: Sequence[Path], report: Path, history: Path | None = None) -> int:
    """Read, merge, write, and say the verdict."""
    reports = {folder: read(folder) for folder in folders}
    if len(reports) < len(folders):
        raise UsageError("a folder is named twice", fix="give each report once")
    check(reports)
    runs = list(reports.values())
    known = History.load(history) if history else None
    summary, verdicts = merged(runs, known)
    for path in write_reports(report, summary, verdicts, Redactor()):
        print(f"wrote {path}")
    if known and history and summary["changes"]:
        known.after(summary, verdicts).save(history)
        print(f"wrote {history}")
    for line in said(summary["changes"]) if summary["changes"] else ():
        print(line)
    print(summary["verdict"])
    return int(summary["exit_code"])


def read(folder: Path) -> dict[str, Any]:
    """The data of one run; raises `UsageError`."""
    path = folder / "report.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", fix="name folders that --report has filled") from None
    except ValueError as error:
        raise UsageError(f"{path} isn't a report: {error}") from None
    if not isinstance(found, dict) or not {"promises", "counts", "coverage"} <= found.keys():
        raise UsageError(f"{path} isn't a report: it has no promises")
    return found


def merged(runs: Sequence[dict[str, Any]], known: History | None) -> tuple[dict[str, Any], list[Verdict]]:
    """The data of several runs as that of one, compared with those that are known, and its verdicts."""
    promises = [strongest(found) for found in alike(runs).values()]
    counts = Counter(one["outcome"] for one in promises)
    shards = sorted({(number, count) for one in runs for number, count in one.get("shards", ())})
    called = [one for one in runs if one["stopped"] != UNCALLED] or runs
    stopped = [*(one["stopped"] for one in called), without(shards)]
    codes = [*(one["exit_code"] for one in called), *([NothingLearnt.exit_code] if stopped[-1] else [])]
    code = next(code for code in CODES if code in codes)
    matrix = {name: row for one in runs for name, row in one["coverage"]["matrix"].items()}
    unreached = sorted({name for one in runs for name in one.get("unreached", ())})
    summary = {
        **runs[0],
        **{name: list(dict.fromkeys(item for one in runs for item in one.get(name, ()))) for name in LISTS},
        "exit_code": code,
        "target": ", ".join(dict.fromkeys(one["target"] for one in runs)),
        "stopped": "; ".join(dict.fromkeys(filter(None, stopped))),
        "shards": [list(one) for one in shards],
        "seconds": round(sum(one["seconds"] for one in runs), 1),
        "requests": sum(one["requests"] for one in runs),
        "counts": {str(outcome): counts[str(outcome)] for outcome in Outcome},
        "not_checked": dict(Counter(one["reason"] for one in promises if one["outcome"] == Outcome.NOT_CHECKED)),
        "operations": {name: label for one in runs for name, label in one.get("operations", {}).items()},
        "unreached": unreached,
        "promises": promises,
        "coverage": {"percent": covered(matrix), "matrix": matrix,
                     "missing": [part for one in runs for part in one["coverage"]["missing"]]},
    }  # fmt: skip
    numbers = {outcome: counts[str(outcome)] for outcome in Outcome}
    summary["verdict"] = headline(code, numbers, len(matrix), len(matrix) - len(unreached), summary["stopped"])
    verdicts = verdicts_of(promises, responses_of(runs))
    known = known if code in WORTH_KEEPING else None
    if known:
        verdicts = known.dated(verdicts)
    summary["causes"] = [cause.as_data() for cause in causes(verdicts)]
    summary["changes"] = known.changes(verdicts, never) if known else None
    return summary, verdicts


def without(shards: Collection[tuple[int, int]]) -> str:
    """Which parts of the operations no report is about; empty where there are all."""
    counts = sorted({count for _, count in shards})
    missing = [
        f"{number}/{count}" for count in counts for number in range(1, count + 1) if (number, count) not in shards
    ]
    return f"the report of --shard {', '.join(missing)} is missing" if missing else ""


def alike(runs: Sequence[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The promises of all runs, by suite and id."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in runs:
        for promise in one["promises"]:
            found.setdefault((promise["suite"], promise["id"]), []).append(promise)
    return found


def strongest(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One promise of several runs: the outcome that counts, with the problems of all."""
    outcome = next(str(one) for one in WORST if any(promise["outcome"] == one for promise in found))
    first = next(promise for promise in found if promise["outcome"] == outcome)
    problems = [problem for promise in found for problem in promise["problems"]]
    return {**first, "problems": [one for at, one in enumerate(problems) if one not in problems[:at]]}


def covered(matrix: dict[str, dict[str, dict[str, Any]]]) -> float:
    """Percent of the parts in reach that were reached."""
    cells = [cell for row in matrix.values() for cell in row.values() if not cell.get("out_of_reach")]
    parts = sum(cell["all"] for cell in cells)
    return round(100 * sum(cell["reached"] for cell in cells) / parts, 1) if parts else 100.0


def responses_of(runs: Iterable[Mapping[str, Any]]) -> Responses:
    """The responses that the reports have, by what was expected and got."""
    return {
        (cause["expected"], cause["got"]): tuple(Exchange(**exchange) for exchange in cause.get("exchanges", ()))
        for one in runs
        for cause in one.get("causes", ())
    }


def verdicts_of(promises: Iterable[Mapping[str, Any]], responses: Responses) -> list[Verdict]:
    """The promises as the values that they were."""
    return [
        Verdict(
            one["id"], one["suite"], Promise(one["sentence"], one["page"], tuple(one["assumed"])),
            Outcome(one["outcome"]), tuple(problem_from(problem, responses) for problem in one["problems"]),
            tuple(one["notes"]), one["reason"], one["seconds"], tuple(one.get("operations", ())),
        )
        for one in promises
    ]  # fmt: skip


def problem_from(data: Mapping[str, Any], responses: Responses) -> Problem:
    """A problem from its data; texts that an older report lacks are empty."""
    requests, assumed = tuple(data["requests"]), tuple(data["assumed"])
    key, cause, source, operation, since, seen = (
        data.get(name, "") for name in ("key", "cause", "source", "operation", "since", "seen")
    )
    found = responses.get((data["expected"], data["got"]), ())
    return Problem(data["expected"], data["got"], requests, assumed, key, cause, source, operation, found, since, seen)
