"""What the readers of one page share: the page, its named schemas, and its problems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from docs_to_openapi.errors import Problem, Severity
from docs_to_openapi.pages.blocks import Page
from docs_to_openapi.reading.tree import Reading


@dataclass
class Context:
    """The state of reading one page."""

    page: Page
    refs: frozenset[str] = frozenset()
    named: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    infer: bool = False  # whether an example may state a type that nothing else states

    def source(self, line: int) -> str:
        """The evidence string of a line of this page."""
        return str(self.page.place(line))

    def report(
        self,
        line: int,
        message: str,
        severity: Severity = "unread",
        *,
        also: int = 0,
        key: str = "",
        whole_page: bool = False,
    ) -> None:
        """Record a problem at a line of this page."""
        other = self.page.place(also) if also else None
        self.problems.append(Problem(severity, self.page.place(line), message, other, key, whole_page))

    def unread(self, lines: Iterable[tuple[int, str]], where: str) -> None:
        """Report the lines of a table that were not read, in one problem."""
        lines = list(lines)
        if lines:
            words = "; ".join(text[:40] for _, text in lines[:3])
            more = f" and {len(lines) - 3} more lines" if len(lines) > 3 else ""
            self.report(lines[0][0], f"{where}: not read: {words}{more}")

    @property
    def reading(self) -> Reading:
        """The view that the schema tree needs."""
        return Reading(self.source, self.refs, self.report)
