"""Several cases of one promise: all are tried, and their failures are reported together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from contract_tests.core.errors import Broken, BudgetSpent, NotChecked

MOST_WAYS = 8  # ways in which the inputs of one operation broke that are reported
MEMBER = re.compile(r": | -> ")  # ends the name of the member at fault: of one member, one way is reported


class Cases:
    """Gathers the outcomes of cases; `settle` raises what they amount to."""

    def __init__(self) -> None:
        self._broken: list[Broken] = []
        self._not_checked: list[NotChecked] = []
        self._kept = 0

    @contextmanager
    def case(self) -> Iterator[None]:
        """Try one case; whatever becomes of it, the next one is tried too."""
        try:
            yield
            self._kept += 1
        except BudgetSpent:
            raise
        except NotChecked as error:
            self._not_checked.append(error)
        except Broken as error:
            self._broken.append(error)

    def settle(self, *, some: bool = False, otherwise: str = "") -> list[str]:
        """Raise `Broken` for all broken cases, like ones as one, or `NotChecked` when a case could not be tried.

        Where `some` cases are enough, the reasons for which others could not be tried are returned instead. `otherwise`
        says why there was no case at all, which is `NotChecked` then.
        """
        if otherwise and not (self._broken or self._not_checked or self._kept):
            raise NotChecked(otherwise)
        if self._broken:
            raise Broken.together(merged(self._broken))
        if self._not_checked and not (some and self._kept):
            raise self._not_checked[0]
        return list(dict.fromkeys(one.reason for one in self._not_checked))


class Tally:
    """Counts broken cases of many: of those that broke in one way the first is reported, and how many others there are.

    `settle` raises `Broken` for the ways.
    """

    def __init__(self) -> None:
        self._ways: dict[tuple[str, int], list[Broken]] = {}

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Try one case; a broken one is counted."""
        try:
            yield
        except Broken as error:
            status = error.answers[-1].status if error.answers else 0
            self._ways.setdefault((MEMBER.split(error.expected)[0], status), []).append(error)

    def settle(self) -> None:
        """Raise `Broken` for what was counted, the first ways of it."""
        if self._ways:
            raise Broken.together(counted(found) for found in [*self._ways.values()][:MOST_WAYS])


def counted(alike: list[Broken]) -> Broken:
    """The first of several cases that broke in one way, with the number of the others."""
    first, others = alike[0], len(alike) - 1
    more = f" (and {others} more input{'s' if others > 1 else ''} broke the same way)" if others else ""
    return Broken(first.expected, f"{first.got}{more}", *first.answers, assumed=first.assumed, source=first.source)


def merged(parts: Iterable[Broken]) -> list[Broken]:
    """The parts, those with the same expectation and result as one, with every answer that shows it."""
    alike: dict[tuple[str, str], list[Broken]] = {}
    for part in parts:
        alike.setdefault((part.expected, part.got), []).append(part)
    return [
        Broken(
            expected,
            got,
            *(answer for part in found for answer in part.answers),
            assumed=found[0].assumed,
            source=found[0].source,
        )
        for (expected, got), found in alike.items()
    ]
