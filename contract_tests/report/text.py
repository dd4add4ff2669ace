"""The words that all reports share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contract_tests.core.promises import Outcome, Verdict

INFERRED = "inferred"  # how a source begins that no clause of the contract states


def headline(code: int, counts: Mapping[Outcome, int], operations: int, reached: int, stopped: str = "") -> str:
    """The verdict in one line: `FAILED: kept 54 of 61 checked; 20 of 81 operations unreached`, or why there is none."""
    kept, broken = counts[Outcome.KEPT], counts[Outcome.BROKEN]
    unreached = f"; {operations - reached} of {operations} operations unreached" if reached < operations else ""
    if code == 1 and not broken:
        return f"FAILED: too little of the contract was covered{unreached}"
    if code == 3:
        return f"NOT COMPLETED: {stopped or 'no target, or no access to it'}"
    if code == 4:
        return "INTERNAL ERROR: the test suite itself failed"
    return f"{'FAILED' if code else 'PASSED'}: kept {kept} of {kept + broken} checked{unreached}"


def based_on(page: str, assumed: Sequence[str]) -> str:
    """What a check is based on: a page of the documentation, or assumptions."""
    if page.startswith(INFERRED):
        return page
    return f"based on {', '.join(assumed)}" if assumed else f"documented: {page or 'the contract'}"


def explain(verdict: Verdict) -> str:
    """What a person reads of a broken promise."""
    lines = [f"BROKEN    {verdict.promise.sentence}"]
    for problem in verdict.problems:
        basis = based_on(problem.source or verdict.promise.page, problem.assumed or verdict.promise.assumed)
        lines += [f"expected  {problem.expected}", f"got       {problem.got}", f"source    {basis}"]
        lines += [f"          {curl}" for curl in problem.requests]
    return "\n".join(lines)
