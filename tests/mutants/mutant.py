"""One mutant: a module with one small change, and what names that change whatever else is edited around it."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Mutant:
    """A change of one expression or statement.

    `index` finds it among the mutants of its module today. `function`, `before`, `after` and `number` (it counts the
    same changes in that function) name it for as long as the changed code stands.
    """

    path: str
    function: str
    before: str
    after: str
    number: int
    index: int
    lines: range

    @property
    def room(self) -> str:
        """The top folder of the package that it stands in, or the package for modules at its top."""
        parts = PurePosixPath(self.path).parts
        return "/".join(parts[:2]) if len(parts) > 2 else parts[0]

    def rank(self, seed: int) -> str:
        """Where a seed sorts it; an edit elsewhere changes the rank of no other mutant."""
        name = "\0".join((str(seed), self.path, self.function, self.before, self.after, str(self.number)))
        return hashlib.sha256(name.encode()).hexdigest()


def sample(mutants: Iterable[Mutant], size: int, seed: int) -> list[Mutant]:
    """As many mutants as asked for, the same ones for the same seed as long as their own code stays."""
    return sorted(mutants, key=lambda mutant: mutant.rank(seed))[:size]


@dataclass(frozen=True)
class Change:
    """A mutant as text: its module before and after."""

    mutant: Mutant
    original: str
    mutated: str

    @cached_property
    def removed(self) -> tuple[str, ...]:
        """The source lines that it changes, without their indentation."""
        return self._lines("-")

    @cached_property
    def added(self) -> tuple[str, ...]:
        """What they become."""
        return self._lines("+")

    @cached_property
    def line(self) -> int:
        """The line that differs first."""
        pairs = zip(self.original.splitlines(), self.mutated.splitlines(), strict=False)
        return next((number for number, (old, new) in enumerate(pairs, 1) if old != new), 1)

    def _lines(self, sign: str) -> tuple[str, ...]:
        changes = difflib.unified_diff(self.original.splitlines(), self.mutated.splitlines(), n=0)
        return tuple(line[1:].strip() for line in [*changes][2:] if line.startswith(sign))
