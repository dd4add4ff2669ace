"""Runs as data, for the tests of reports."""

from __future__ import annotations

from typing import Any

from contract_tests.core.promises import Verdict
from contract_tests.report.causes import causes

STATUSES = ("200", "201", "400", "404", "422", "request")


def summary(verdicts: list[Verdict], labels: dict[str, str], **more: Any) -> dict[str, Any]:
    """A run as data."""
    cell = {"reached": 3, "all": 5, "met": True, "out_of_reach": False}
    return {
        "verdict": "FAILED: 1 of 2 checks", "exit_code": 1, "target": "http://t", "date": "2026-11-29T15:48:35+00:00",
        "contract": "Pets", "version": "1", "safety": "own", "seed": 7, "seconds": 7, "requests": 12, "stopped": "",
        "withheld": {"spared": 2}, "remarks": ["a remark"], "notes": ["a note"], "operations": labels,
        "counts": {"broken": 1}, "left_behind": ["http://t/pets/1: no answer"],
        "not_checked": {}, "causes": [cause.as_data() for cause in causes(verdicts)],
        "promises": [{"id": one.id, "sentence": one.promise.sentence, "outcome": str(one.outcome),
                      "operations": list(one.operations), "reason": one.reason} for one in verdicts],
        "coverage": {"percent": 60.0, "matrix": {name: dict.fromkeys(STATUSES, cell) for name in labels},
                     "missing": [{"operation": name, "status": "200", "what": f"field f{at}", "why": "never sent"}
                                 for name in labels for at in range(10)]},
    } | more  # fmt: skip
