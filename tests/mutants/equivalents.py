"""Mutants that no test can fail, each with the argument why; kept in `equivalents.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.mutants.mutant import Change

FILE = Path(__file__).with_name("equivalents.yaml")

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Equivalent:
    """A line of a function, what it becomes, and why nobody can tell the difference."""

    module: str
    function: str
    line: str
    becomes: str
    reason: str

    @property
    def key(self) -> Key:
        """What a mutant is matched by; never a line number."""
        return self.module, self.function, self.line, self.becomes


def load(file: Path = FILE) -> dict[Key, Equivalent]:
    """All that are argued, by what they are matched by."""
    entries = [Equivalent(**entry) for entry in yaml.safe_load(file.read_text(encoding="utf-8")) or ()]
    return {entry.key: entry for entry in entries}


def key(change: Change) -> Key:
    """What a mutant is looked up by; several lines are one text."""
    return change.mutant.path, change.mutant.function, "\n".join(change.removed), "\n".join(change.added)


def outdated(entries: Iterable[Equivalent], sources: Mapping[str, str]) -> list[Equivalent]:
    """Those whose line no longer stands in their module; they argue about nothing."""
    lines = {path: {line.strip() for line in text.splitlines()} for path, text in sources.items()}
    return [entry for entry in entries if not lines.get(entry.module, set()).issuperset(entry.line.splitlines())]
