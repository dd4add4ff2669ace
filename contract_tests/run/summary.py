"""A run as plain data: what every report shows."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from contract_tests.core.coverage import is_out_of_reach
from contract_tests.core.promises import Outcome, Problem, Verdict
from contract_tests.report.causes import causes
from contract_tests.report.text import headline
from contract_tests.run.run import Run

OUR_MOCK = "the bundled mock"  # before it has an address


def summary(run: Run, code: int, stopped: str) -> dict[str, Any]:
    """The run as JSON-ready data: verdict, counts, promises, coverage, which requests were not sent."""
    ledger = run.ledger
    tally = run.opened.gate.tally if run.opened else None
    return {
        "verdict": headline(code, ledger.counts(), len(run.operations), len(run.coverage.succeeded), stopped),
        "exit_code": code,
        "stopped": stopped,
        "target": run.opened.gate.base_url if run.opened else run.settings.target or OUR_MOCK,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "contract": run.contract.title,
        "version": run.contract.version,
        "digest": run.contract.digest,
        "operations": {one.id: one.label for one in run.operations},
        "safety": str(run.settings.safety),
        "seed": run.settings.seed,
        "shards": [list(run.settings.shard)] if run.settings.shard else [],
        "seconds": round(time.monotonic() - run.started, 1),
        "unreached": sorted({one.id for one in run.operations} - run.coverage.succeeded),
        "undocumented": run.undocumented.lines(),
        "not_judged": dict(run.coverage.not_judged),
        "requests": tally.sent if tally else 0,
        "recorded": run.effort if run.entries is not None else "",
        "withheld": dict(tally.not_sent) if tally else {},
        "remarks": [*run.remarks, *(f"the contract: {note}" for note in run.contract.notes), *run.faults],
        "left_behind": run.left_behind,
        "changed": run.changed,
        "counts": {str(outcome): count for outcome, count in ledger.counts().items()},
        "not_checked": dict(Counter(verdict.reason for verdict in ledger.with_outcome(Outcome.NOT_CHECKED))),
        "notes": list(dict.fromkeys(note for verdict in ledger.verdicts for note in verdict.notes)),
        "causes": [cause.as_data() for cause in causes(ledger.verdicts)],
        "promises": [described(verdict) for verdict in ledger.verdicts],
        "coverage": coverage(run),
        "changes": run.compared,
    }


def described(verdict: Verdict) -> dict[str, Any]:
    """One promise as data."""
    return {
        "id": verdict.id,
        "suite": verdict.suite,
        "sentence": verdict.promise.sentence,
        "page": verdict.promise.page,
        "assumed": list(verdict.promise.assumed),
        "outcome": str(verdict.outcome),
        "reason": verdict.reason,
        "notes": list(verdict.notes),
        "seconds": round(verdict.seconds, 3),
        "operations": list(verdict.operations),
        "problems": [without_exchanges(problem) for problem in verdict.problems],
    }


def without_exchanges(problem: Problem) -> dict[str, Any]:
    """A problem as data; its responses stand with its cause."""
    return {name: value for name, value in asdict(problem).items() if name != "exchanges"}


def coverage(run: Run) -> dict[str, Any]:
    """Percent reached, the matrix operation by status, and what is missing with its reason."""
    seen = run.coverage
    matrix: dict[str, dict[str, dict[str, Any]]] = {}
    for part in seen.parts:
        cell = matrix.setdefault(part.operation, {}).setdefault(part.status, {"reached": 0, "all": 0, "met": False})
        cell["all"] += 1
        cell["reached"] += part in seen.reached
        cell["met"] = cell["met"] or (part in seen.reached and (not part.what or part.status == "request"))
        cell["out_of_reach"] = is_out_of_reach(part)
    missing = [
        {"operation": part.operation, "status": part.status, "what": part.what, "why": why}
        for part, why in seen.missing().items()
    ]
    return {"percent": round(seen.percent, 1), "matrix": matrix, "missing": missing}
