"""Promises and their outcomes."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar

from contract_tests.core.answer import Answer
from contract_tests.core.checks import Breach

UNIQUE = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b(?=\w*\d)[0-9a-f]{16,}\b", re.IGNORECASE
)
QUOTED = re.compile(r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\"""")
AT_THE_END = re.compile(r"(?<=: )(?:-?\d[\d.e+-]*|\[.*\]|\{.*\}|true|false|null|True|False|None)$")
"""What was made up for a request, in the words of a message: another run sends something else."""

VARYING = re.compile(r"contract-tests-\w+|\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d\d:\d\d)?")

Test = TypeVar("Test", bound=Callable[..., object])


class Outcome(StrEnum):
    """The outcome of a promise."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_CHECKED = "not checked"
    FAULT = "internal error"


@dataclass(frozen=True)
class Promise:
    """A documented sentence, its page, and the assumptions that it is based on (empty: documented)."""

    sentence: str
    page: str = ""
    assumed: tuple[str, ...] = ()
    stage: int = 50  #: suites run in ascending order
    operations: tuple[str, ...] = ()  #: operations that it is about; empty: any
    where: Callable[[Any], bool] = field(default=lambda _: True, compare=False, repr=False)  #: settings that ask for it
    needs: Callable[[Any], bool] = field(default=lambda _: True, compare=False, repr=False)  #: contracts with this
    sums_up: bool = False  #: whether it sends nothing: it says what all others have seen
    side_by_side: bool = False  #: whether `--workers` may check it for several operations at a time


@dataclass(frozen=True)
class Exchange:
    """A request and the response to it, as reports show them."""

    request: str  #: method and path
    curl: str  #: the line that repeats it
    response: str  #: status, headers and body, without secrets and not longer than reports can hold


@dataclass(frozen=True)
class Problem:
    """One way in which a promise is broken."""

    expected: str
    got: str
    requests: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    key: str = ""  #: what is expected without ids and times, so that another run knows the problem again
    cause: str = ""  #: what it has in common with other problems of the same cause
    source: str = ""  #: what it is based on: the clause of the contract, or what was inferred from it
    operation: str = ""  #: the operation that it is about
    exchanges: tuple[Exchange, ...] = ()  #: the requests that show it with their responses; only of some problems
    since: str = ""  #: when an earlier run saw it first; empty: no run before this one, as far as is known
    seen: str = ""  #: the entries of recorded traffic that show it

    def with_got(self, got: str) -> Problem:
        """The same problem with another description of the result."""
        return replace(self, got=got)


@dataclass(frozen=True)
class Verdict:
    """A promise and its outcome."""

    id: str
    suite: str
    promise: Promise
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""
    seconds: float = 0.0
    operations: tuple[str, ...] = ()  #: the operations that it was checked for; empty: for the contract as a whole

    def with_problems(self, problems: list[Problem], notes: list[str]) -> Verdict:
        """The same verdict with these problems left; kept when none is."""
        outcome = self.outcome if problems or self.outcome is not Outcome.BROKEN else Outcome.KEPT
        return replace(self, outcome=outcome, problems=tuple(problems), notes=(*self.notes, *notes))


@dataclass
class Ledger:
    """The results of a run: verdicts, breaches that were observed on the way, notes."""

    verdicts: list[Verdict] = field(default_factory=list)
    breaches: dict[tuple[str, str], Breach] = field(default_factory=dict)
    cut_off: bool = False  #: whether the budget ended before every promise was checked
    answered: set[str] = field(default_factory=set)  #: operations that answered at least once
    shown: Counter[str] = field(default_factory=Counter)  #: problems by cause
    kept: int = 0  #: characters of requests and responses that reports will show
    _of_thread: threading.local = field(default_factory=threading.local, repr=False)

    def record(self, breach: Breach, answer: Answer) -> None:
        """Record a breach that was observed on the way, once."""
        self.breaches.setdefault((breach.operation, breach.kind), replace(breach, answer=answer))

    def forget(self, number: int) -> None:
        """Leave out the breaches in answers to requests after the one of that number."""
        kept = {key: one for key, one in self.breaches.items() if one.answer is None or one.answer.number <= number}
        self.breaches = kept

    def note(self, text: str) -> None:
        """Note an allowed deviation that the current check of this thread observed."""
        notes: dict[str, None] = self._of_thread.__dict__.setdefault("notes", {})
        notes[text] = None

    def note_all(self, breaches: Iterable[Breach]) -> None:
        """Note allowed deviations."""
        for breach in breaches:
            self.note(breach.as_note())

    def take_notes(self) -> tuple[str, ...]:
        """The notes of this thread since the last call."""
        return tuple(self._of_thread.__dict__.pop("notes", ()))

    def counts(self) -> dict[Outcome, int]:
        """How many promises had each outcome."""
        return {outcome: len(self.with_outcome(outcome)) for outcome in Outcome}

    def with_outcome(self, outcome: Outcome) -> list[Verdict]:
        """The verdicts of one outcome."""
        return [verdict for verdict in self.verdicts if verdict.outcome is outcome]


def without_ids(text: str, ids: Iterable[str]) -> str:
    """A text without times, values that were made up, and these ids."""
    for name in sorted(ids, key=len, reverse=True):
        text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", "{id}", text)
    text = UNIQUE.sub("{id}", VARYING.sub("{time}", text))
    return AT_THE_END.sub("{value}", QUOTED.sub("{value}", text))


def promise(
    sentence: str,
    *,
    page: str = "",
    assumed: str = "",
    stage: int = 50,
    about: str = "",
    where: Callable[[Any], bool] = lambda _: True,
    needs: Callable[[Any], bool] = lambda _: True,
    sums_up: bool = False,
    side_by_side: bool = False,
) -> Callable[[Test], Test]:
    """Mark a test with the sentence that it checks, its page, the assumptions, and the operations it is about."""

    def mark(test: Test) -> Test:
        named = (tuple(assumed.split()), stage, tuple(about.split()))
        test.promise = Promise(sentence, page, *named, where, needs, sums_up, side_by_side)  # type: ignore[attr-defined]
        return test

    return mark
