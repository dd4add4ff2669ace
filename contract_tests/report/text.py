"""The words that all reports share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contract_tests.core.promises import Outcome, Verdict


def headline(code: int, counts: Mapping[Outcome, int]) -> str:
    """The verdict in a few words: `FAILED: 12 of 122 checks`."""
    total, broken = sum(counts.values()), counts[Outcome.BROKEN]
    if code == 1:
        return f"FAILED: {broken} of {total} checks" if broken else "FAILED: too little of the contract was covered"
    if code == 3:
        return "NOT COMPLETED: no target, or no access to it"
    if code == 4:
        return "INTERNAL ERROR: the test suite itself failed"
    return f"PASSED: {counts[Outcome.KEPT]} checks"


def based_on(page: str, assumed: Sequence[str]) -> str:
    """What a check is based on: a page of the documentation, or assumptions."""
    return f"based on {', '.join(assumed)}" if assumed else f"documented: {page or 'the contract'}"


def explain(verdict: Verdict) -> str:
    """What a person reads of a broken promise."""
    lines = [f"BROKEN    {verdict.promise.sentence}"]
    for problem in verdict.problems:
        basis = based_on(verdict.promise.page, problem.assumed or verdict.promise.assumed)
        lines += [f"expected  {problem.expected}", f"got       {problem.got}", f"source    {basis}"]
        lines += [f"          {curl}" for curl in problem.requests]
    return "\n".join(lines)
