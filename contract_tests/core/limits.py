"""How fast a run goes, and how long it takes."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Final

from contract_tests.core.errors import BudgetSpent

OF_SPARE: Final = 0.25  # of the time to spare, for one piece of work


@dataclass
class Limits:
    """How fast and how long: requests per second, seconds per answer, and the instant (monotonic) of the end."""

    rate: float | None = None
    timeout: float = 10.0
    deadline: float = float("inf")
    reserved: float = 0.0  #: seconds before the end that are kept for removing what the run has made
    grace: float = 0.0  #: seconds after the end in which a write may be answered: what it has made is to be removed
    only: int | None = None  #: the thread that may still send; None: all of them
    settle: float = 0.0  #: seconds in which a write may be shown
    written: float = float("-inf")  #: the instant of the last write that was accepted
    spare_until: float = float("-inf")  #: the instant (monotonic) until when the run is ahead of its time
    _next: float = 0.0
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def left(self) -> float:
        """Seconds until the end of the budget."""
        return self.deadline - self.reserved - time.monotonic()

    def share(self, part: float) -> float:
        """Seconds that one of several pieces of work may take: a part of what is left, or of what is to spare if more.

        With time to spare, a machine that is busy, and takes some times as long, still sees the same requests.
        """
        return max(self.left() * part, (self.spare_until - time.monotonic()) * OF_SPARE)

    def pace(self) -> None:
        """Wait for the next slot of the rate; raises `BudgetSpent` when the time is over."""
        if self.left() <= 0 or self.only not in {None, threading.get_ident()}:
            raise BudgetSpent("the budget is spent")
        if self.rate:
            with self._turn:
                slot = max(time.monotonic(), self._next)
                self._next = slot + 1 / self.rate
            self.sleep(slot - time.monotonic())

    def sleep(self, seconds: float) -> None:
        """Sleep, but never past the end of the budget."""
        if seconds > 0:
            time.sleep(min(seconds, max(self.left(), 0)))

    def wait_until_settled(self) -> None:
        """Wait until the target shows what was written, before a read that can't be made again and again."""
        self.sleep(self.written + self.settle - time.monotonic())

    def for_one_answer(self, *, is_write: bool = False) -> float:
        """Seconds that the next answer may take."""
        left = self.left() + (self.reserved + self.grace if is_write else 0.0)
        return max(min(self.timeout, left), 0.05)
