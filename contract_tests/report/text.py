"""The words that all reports share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from contract_tests.core.promises import Outcome, Problem, Promise, Verdict

OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.KEPT: "passed",
    Outcome.BROKEN: "failed",
    Outcome.NOT_CHECKED: "not checked",
    Outcome.FAULT: "internal error",
}
"""The outcomes in the words that people read."""
MOST_OF_GOT: Final = 300  # characters that came, in a line; the reports have the whole response
INSTEAD_OF_405: Final = " in place of 405 for "
MOST_CALLS: Final = 3
UNCALLED: Final = "nothing was learnt: none of the operations to check was called"
INFERRED = "inferred"  # how a source begins that no clause of the contract states


def headline(code: int, counts: Mapping[Outcome, int], operations: int, reached: int, why: str = "") -> str:
    """The verdict in one line: `FAILED: 12 of 122 checks; 20 of 81 operations unreached`, and why a run ended early."""
    passed, failed = counts[Outcome.KEPT], counts[Outcome.BROKEN]
    if code in {2, 3}:
        return f"NOT COMPLETED: {why or 'no target, or no access to it'}"
    if code == 4:
        return f"INTERNAL ERROR: the test suite itself failed{f' ({why})' if why else ''}"
    unreached = f"; {operations - reached} of {operations} operations unreached" if reached < operations else ""
    early = f" ({why})" if why else ""
    if code == 1 and not failed:
        return f"FAILED: too little of the contract was covered{unreached}{early}"
    checks = counted(passed + failed, "check")
    return f"{f'FAILED: {failed} of {checks}' if code else f'PASSED: {checks}'}{unreached}{early}"


def tally(counts: Mapping[str, int] | Mapping[Outcome, int]) -> str:
    """`120 passed, 2 failed, 0 not checked`; internal errors only where there are any."""
    shown = (
        (OUTCOMES[Outcome(outcome)], count) for outcome, count in counts.items() if count or outcome != Outcome.FAULT
    )
    return ", ".join(f"{count} {words}" for words, count in shown)


def counted(count: int, noun: str) -> str:
    """`1 check`, `2 checks`, `1,200 checks`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def details(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a run was of, by name. Recorded traffic has no safety level and no seed."""
    yield "Target", summary["target"]
    yield "Contract", f"{summary['contract']} {summary['version']}".strip()
    yield "Date", moment(summary["date"])
    if recorded := summary.get("recorded"):
        yield "Duration", f"{summary['seconds']} s, {recorded}"
    else:
        yield "Safety level", summary["safety"]
        yield "Seed", str(summary["seed"])
        yield "Duration", f"{summary['seconds']} s, {counted(summary['requests'], 'request')}"
    yield "Checks", tally(summary["counts"])
    yield "Coverage", f"{summary['coverage']['percent']}% of the contract reached"


def moment(date: str) -> str:
    """`2026-11-29T15:48:35+00:00` as `2026-11-29 15:48 UTC`."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*\+00:00", date)
    return f"{found[1]} {found[2]} UTC" if found else date


def source_of(problem: Problem, promise: Promise) -> str:
    """What a problem is based on: a clause of the contract, a page of the documentation, assumptions, or inference."""
    page, assumed = problem.source or promise.page or "the contract", problem.assumed or promise.assumed
    if page.startswith(INFERRED):
        return page
    return f"based on {', '.join(assumed)}: {page}" if assumed else f"documented: {page}"


def explain(verdict: Verdict) -> str:
    """What a person reads of a broken promise."""
    lines = [f"FAILED    {verdict.promise.sentence}"]
    for problem in verdict.problems:
        lines += described(problem, verdict.promise)
    return "\n".join(lines)


def shortened(text: str, most: int = MOST_OF_GOT) -> str:
    """A text that shows where it was cut."""
    return text if len(text) <= most else f"{text[:most]}..."


def described(problem: Problem, promise: Promise) -> list[str]:
    """What was expected, what came, what that is based on, where traffic shows it, and the lines that repeat it."""
    found = [
        f"expected  {problem.expected}",
        f"got       {shortened(problem.got)}",
        f"source    {source_of(problem, promise)}",
    ]
    found += [f"seen in   {problem.seen}"] if problem.seen else []
    return [*found, *(f"          {curl}" for curl in problem.requests)]


def together(notes: Iterable[str]) -> list[str]:
    """The notes; those about methods that a contract doesn't define are one for each status in place of 405."""
    about: dict[str, list[str]] = {}
    for note in notes:
        status, words, call = note.partition(INSTEAD_OF_405)
        about.setdefault(status + words, []).append(call)
    more = {head: len(calls) - MOST_CALLS for head, calls in about.items()}
    return [head + ", ".join(calls[:MOST_CALLS]) + (f" and {more[head]} more" if more[head] > 0 else "")
            for head, calls in about.items()]  # fmt: skip
