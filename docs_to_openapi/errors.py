"""The builder's errors, as a tree.

BuilderError
├── UsageError         the command line names something that does not exist
├── OverlayError       overlay.yaml cannot be applied as written
└── BuildStopped       the pages state no operation, or something that you must decide first

A `Problem` isn't an exception: reading continues after it, and every problem is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["unread", "disagreement", "contradiction", "note"]


class BuilderError(Exception):
    """The root of every error that the builder raises on purpose."""


class UsageError(BuilderError):
    """The command line names a page, an operation or a pointer that does not exist."""


class OverlayError(BuilderError):
    """An overlay action cannot be applied as written."""


@dataclass(frozen=True, order=True)
class Place:
    """A line of a page, counted from 1."""

    page: str
    line: int

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """One thing that a page states unclearly, with its place.

    `key` names a contradiction, so that an overlay action can settle it (`x-settles`).
    """

    severity: Severity
    place: Place
    message: str
    also: Place | None = None
    key: str = ""
    whole_page: bool = False  # nothing was read of the page

    def __str__(self) -> str:
        also = f" (compare {self.also})" if self.also else ""
        settle = f"\n    to settle it, add an overlay action with x-settles: [{self.key!r}]" if self.key else ""
        return f"{self.place}: {self.severity}: {self.message}{also}{settle}"


class BuildStopped(BuilderError):
    """The pages state no operation, or something that needs an overlay action first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
