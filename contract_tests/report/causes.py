"""Problems by cause: a missing field that breaks three promises, or a header that many operations lack, is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from contract_tests.core.promises import Outcome, Problem, Verdict
from contract_tests.report.text import counted, described, shortened, source_of

MOST_NAMED: Final = 12  # further problems of one cause
MOST_ABOUT: Final = 3  # operations that a promise is about, rather than all that it calls
NUMBER: Final = re.compile(r"\d+")
Found = tuple[Verdict, Problem]


@dataclass(frozen=True)
class Cause:
    """One cause: the problems that have it, each with its verdict."""

    found: tuple[Found, ...]

    @property
    def shown(self) -> Found:
        """The problem that shows it, with its verdict: the first one of which the responses are known."""
        return next((found for found in self.found if found[1].exchanges), self.found[0])

    @property
    def count(self) -> int:
        """How many problems there are."""
        return len(self.found)

    @property
    def promises(self) -> tuple[str, ...]:
        """The ids of all promises that it breaks."""
        return tuple(dict.fromkeys(verdict.id for verdict, _ in self.found))

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations in which it was found."""
        return tuple(dict.fromkeys(name for found in self.found for name in operations_of(*found)))

    def lines(self) -> Iterator[str]:
        """What a person reads of it."""
        verdict, problem = self.shown
        yield f"FAILED    {verdict.promise.sentence}"
        yield f"check     {verdict.id}"
        yield from described(problem, verdict.promise)
        if self.count > 1:
            yield f"also      {counted(self.count - 1, 'more problem')} with the same cause{self._others()}"
        for other in self.further:
            yield f"expected  {other.expected}"
            yield f"got       {shortened(other.got)}"
            yield from (f"          {curl}" for curl in other.requests[-1:])

    @property
    def further(self) -> tuple[Problem, ...]:
        """Those of the other problems that are about something else, such as another parameter; the first of each."""
        kinds: dict[str, Problem] = {}
        for _, problem in self.found:
            kinds.setdefault(kind_of(problem), problem)
        kinds.pop(kind_of(self.shown[1]))
        return (*kinds.values(),)[:MOST_NAMED]

    def _others(self) -> str:
        """The further promises that it breaks, the first ones by name."""
        names = [name for name in self.promises if name != self.shown[0].id]
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        return f": {', '.join(names[:MOST_NAMED])}{more}" if names else ""

    def as_data(self) -> Mapping[str, Any]:
        """As JSON-ready data."""
        verdict, one = self.shown
        return {
            "sentence": verdict.promise.sentence,
            "source": source_of(one, verdict.promise),
            "expected": one.expected,
            "got": one.got,
            "seen": one.seen,
            "since": one.since,
            "unseen": sum(not problem.since for _, problem in self.found),
            "requests": list(one.requests),
            "exchanges": [asdict(exchange) for exchange in one.exchanges],
            "problems": self.count,
            "promises": list(self.promises),
            "operations": list(self.operations),
            "others": [brief(*found) for found in self.found if found is not self.shown][:MOST_NAMED],
        }


def kind_of(problem: Problem) -> str:
    """What is expected, without numbers and without the value that was sent."""
    return NUMBER.sub("", problem.expected.partition(" as it was sent")[0])


def operations_of(verdict: Verdict, problem: Problem) -> tuple[str, ...]:
    """The operations that a problem is about: those that its promise names, else that of the last request."""
    if 0 < len(verdict.operations) <= MOST_ABOUT:
        return verdict.operations
    return (problem.operation,) if problem.operation else ()


def brief(verdict: Verdict, problem: Problem) -> Mapping[str, Any]:
    """A further problem of a cause, as data."""
    said = {"expected": problem.expected, "got": problem.got, "since": problem.since, "seen": problem.seen}
    return {"promise": verdict.id, **said, "requests": list(problem.requests)}


def causes(verdicts: Iterable[Verdict]) -> list[Cause]:
    """The causes of all broken promises, in the order in which they were found."""
    alike: dict[str, list[Found]] = {}
    for verdict in verdicts:
        for problem in verdict.problems if verdict.outcome is Outcome.BROKEN else ():
            alike.setdefault(problem.cause or f"{problem.expected} {problem.got}", []).append((verdict, problem))
    return [Cause(tuple(found)) for found in alike.values()]
