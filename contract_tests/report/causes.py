"""Problems by cause: a missing field that breaks three promises, or a header that many operations lack, is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.core.promises import Outcome, Problem, Verdict
from contract_tests.report.text import based_on

MOST_NAMED = 12  # promises of one cause


@dataclass(frozen=True)
class Cause:
    """One cause: the problem that shows it, with its promise, and the ids of all promises that it breaks."""

    problem: Problem
    verdict: Verdict
    promises: tuple[str, ...]
    count: int  #: problems

    def lines(self) -> Iterator[str]:
        """What a person reads of it."""
        yield f"BROKEN    {self.verdict.promise.sentence}"
        yield f"expected  {self.problem.expected}"
        yield f"got       {self.problem.got}"
        basis = self.problem.assumed or self.verdict.promise.assumed
        yield f"source    {based_on(self.problem.source or self.verdict.promise.page, basis)}"
        yield from (f"          {curl}" for curl in self.problem.requests)
        if self.count > 1:
            yield f"also      {self.count - 1} more with the same cause: {self.others()}"

    def others(self) -> str:
        """The promises that it breaks, the first ones by name."""
        more = f" and {len(self.promises) - MOST_NAMED} more" if len(self.promises) > MOST_NAMED else ""
        return f"{', '.join(self.promises[:MOST_NAMED])}{more}"

    def as_data(self) -> Mapping[str, Any]:
        """As JSON-ready data."""
        one = self.problem
        found = {"expected": one.expected, "got": one.got, "requests": list(one.requests), "problems": self.count}
        return {**found, "promises": list(self.promises)}


def causes(verdicts: Iterable[Verdict]) -> list[Cause]:
    """The causes of all broken promises, in the order in which they were found."""
    alike: dict[str, list[tuple[Verdict, Problem]]] = {}
    for verdict in verdicts:
        for problem in verdict.problems if verdict.outcome is Outcome.BROKEN else ():
            alike.setdefault(problem.cause or f"{problem.expected} {problem.got}", []).append((verdict, problem))
    return [
        Cause(found[0][1], found[0][0], tuple(dict.fromkeys(verdict.id for verdict, _ in found)), len(found))
        for found in alike.values()
    ]
