"""How long a promise about records of one kind may take, and how long the target may to show what was written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import KW_ONLY, dataclass
from typing import Final, TypeVar

from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.target import Target
from contract_tests.run.run import Run
from contract_tests.suites.records.values import TURNS

MANY: Final = 5  # examples that a run is asked for, from which all values are sent
FEW: Final = 3
SECONDS: Final = 15.0  # that one promise may take for one kind, when the budget has them
PAUSE: Final = 0.1  # seconds between two looks at a target that shows writes later
FEW_KINDS: Final = 5  # that one promise is checked for, however long it takes
TURN: Final = 0.025  # of the time that is left, for one promise about one kind of a few
PROMISE: Final = 0.04  # of the time that is left, for one promise about many kinds
DONE_LATER: Final = "a 202 says that it is done later, which is awaited with --settle"
OUT_OF_TIME: Final = "the time for this promise was over"
Result = TypeVar("Result")


@dataclass
class Pace:
    """The time that a promise has for one kind of records."""

    run: Run
    _: KW_ONLY
    count: int = 1  #: of the kinds that share the time of a promise
    until: float = float("inf")  #: the instant after which no further record is made for the promise
    is_later: bool = False  #: whether the last change or removal was a 202, and nobody waits for it
    is_late: bool = False  #: whether that instant came too soon

    @property
    def target(self) -> Target:
        """The target of the run."""
        return self.run.target()

    @property
    def turns(self) -> range:
        """The values to send: all of them, or a few where the run is to be short (`--examples`)."""
        return range(TURNS if self.run.settings.examples >= MANY else FEW)

    def begin(self) -> None:
        """Begin a promise; where it is about many kinds, it takes a part of the time that is left."""
        left, self.is_late = self.target.gate.limits.left(), False
        self.until = float("inf") if self.count <= FEW_KINDS else time.monotonic() + max(PROMISE * left, 2.0)

    def must_be_in_time(self) -> None:
        """Raise `NotChecked` where no further record is made for the promise."""
        if time.monotonic() > self.until:
            self.is_late = True
            raise NotChecked(OUT_OF_TIME)

    def in_time(self, turns: Iterable[Result]) -> Iterator[Result]:
        """As many of the turns as the time of one promise allows, two at least."""
        limits, is_about_few = self.target.gate.limits, self.count <= FEW_KINDS
        share = max(limits.share(TURN), 1.0) if is_about_few else max(limits.left() * PROMISE / self.count, 0.2)
        end = time.monotonic() + min(SECONDS, share)
        for count, turn in enumerate(turns):
            if count >= 2 and time.monotonic() > end:
                return
            yield turn

    def eventually(self, check: Callable[[], Result]) -> Result:
        """Look again, for as long as the target may take to show what was written."""
        end = time.monotonic() + self.run.settings.settle
        while True:
            try:
                return check()
            except Broken:
                if self.is_later:
                    raise NotChecked(DONE_LATER) from None
                if time.monotonic() >= end:
                    raise
                self.target.gate.limits.sleep(PAUSE)
