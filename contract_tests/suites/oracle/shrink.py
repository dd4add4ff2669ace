"""The shortest script that still shows what is wrong, found in the time that there is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Step = TypeVar("Step")


@dataclass
class Patience:
    """How long, and how often, a shorter script is tried."""

    seconds: float
    tries: int
    clock: Callable[[], float] = time.monotonic
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        self._end = self.clock() + self.seconds

    def is_over(self) -> bool:
        """Whether to be content with what was found; counts one try."""
        self.tries -= 1
        return self.tries < 0 or self.clock() >= self._end


@dataclass(frozen=True)
class Shrunk(Generic[Step]):
    """The shortest script found, and whether any script, the whole one included, showed it again."""

    steps: tuple[Step, ...]
    again: bool


def shrink(steps: Sequence[Step], shows: Callable[[Sequence[Step]], bool], patience: Patience) -> Shrunk[Step]:
    """Shorten `steps` while `shows` holds: single steps first, the last one before others, then ever smaller cuts."""
    best, again = tuple(steps), False
    for shorter in single(best):
        if patience.is_over():
            return Shrunk(best, again)
        if shows(shorter):
            return Shrunk(shorter, True)
    improved = True
    while improved and len(best) > 1:
        improved = False
        for shorter in cuts(best):
            if patience.is_over():
                return Shrunk(best, again)
            if shows(shorter):
                best, again, improved = shorter, True, True
                break
    if not again and not patience.is_over():
        again = shows(best)
    return Shrunk(best, again)


def single(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """No step at all, then each by itself; the whole is not among them."""
    if steps:
        yield ()
    if len(steps) > 1:
        yield from ((step,) for step in reversed(steps))


def cuts(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """The script without one half, one quarter and so on, down to one step; nothing shorter than two steps."""
    size = max(len(steps) // 2, 1)
    while True:
        for start in range(0, len(steps), size):
            rest = steps[:start] + steps[start + size :]
            if len(rest) > 1:
                yield rest
        if size == 1:
            return
        size //= 2
