"""Divides the time that is left among what is still to be done."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Final

from contract_tests.core.errors import NotChecked
from contract_tests.core.limits import Limits

LEAST: Final = 0.3  # seconds of a part, as long as anything is left of the stage
FEW: Final = 30  # parts, of which one that needs it may take more, as long as half of an equal part is left for each
MORE: Final = 4  # equal parts


@dataclass
class Shares:
    """The time of one stage: a fraction of what is left when it begins, in equal parts of what is left of it then.

    What a part does not use is for those that follow, and one of a few may borrow from it: most need little. With
    several workers, so many parts run at a time.
    """

    limits: Limits
    fraction: float
    parts: int
    workers: int = 1
    _end: float | None = None
    _kept: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self) -> float:
        """The instant (monotonic) at which the next part has to end; raises `NotChecked` where the stage is over."""
        with self._lock:
            now = time.monotonic()
            if self._end is None:
                self._end = now + self.fraction * self.limits.left()
                self._kept = (self._end - now) / max(self.parts, 1) / 2 if self.parts <= FEW else float("inf")
            if now > self._end:
                raise NotChecked("the time for it was over: give the run a larger --budget, or --workers")
            parts, self.parts = max(self.parts, 1), self.parts - 1
            equal = (self._end - now) * min(self.workers, parts) / parts
            borrowed = min(self._end - now - (parts - 1) * self._kept, MORE * equal) if parts > 1 else equal
            return now + max(equal, borrowed, LEAST)
