"""The table of docs/clients.md: one row for each client, and the reason of every failure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bench.report import table, write_section
from tests.clients.running import Result, Step
from tests.support import ROOT

PAGE = ROOT / "docs/clients.md"
COLUMNS = ("create", "read", "list", "update", "delete", "404", "error")
"""The steps that most flows have; the others are counted together."""
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


def markdown(results: Sequence[Result]) -> str:
    """Both tables."""
    rows = [_row(result) for result in results]
    text = table(["client", "packages", "document", *COLUMNS, "more"], rows)
    failures = [_failure(result, step) for result in results for step in result.failures]
    if failures:
        text += "\n" + table(["client", "step", "whose fault", "reason"], failures)
    return text


def write(results: Sequence[Result]) -> None:
    """Write both tables into docs/clients.md."""
    write_section("clients", markdown(results), PAGE)


def lines(result: Result) -> Iterable[str]:
    """What the terminal shows of one client."""
    passed = sum(step.state == "passed" for step in result.steps)
    yield f"{result.client.id}: {passed} of {len(result.steps)} steps passed"
    for step in result.failures:
        assert step.fault is not None
        yield f"  {step.name}: fault of the {step.fault.whose}: {_one_line(step.fault.reason)}"
        if step.fault.reason != step.reason:
            yield f"    {_one_line(step.reason)}"
    for step in result.steps:
        if step.state == "skipped":
            yield f"  {step.name}: skipped, {step.reason}"
    for name in result.outdated:
        yield f"  {name}: passes; remove its fault from {result.client.flow.name}"


def _row(result: Result) -> list[str]:
    client = result.client
    states = {step.name: step for step in result.steps}
    others = [step for step in result.steps if step.name not in COLUMNS]
    more = f"{sum(step.state == 'passed' for step in others)} of {len(others)}" if others else ""
    cells = [_cell(states.get(name)) for name in COLUMNS]
    return [client.name, ", ".join(client.packages), client.document.partition(":")[2], *cells, more]


def _cell(step: Step | None) -> str:
    if step is None:
        return ""
    return {"passed": "yes", "failed": "**no**", "skipped": "skipped"}[step.state]


def _failure(result: Result, step: Step) -> list[str]:
    assert step.fault is not None
    reason = _one_line(step.fault.reason).replace("|", "\\|")
    return [result.client.name, step.name, step.fault.whose, reason]


def _one_line(text: str) -> str:
    """Without the address of the mock, which differs from run to run."""
    return " ".join(_ADDRESS.sub("", text).split())[:400]
