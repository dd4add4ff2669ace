"""Several cases of one promise: all are tried, and their failures are reported together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from contract_tests.core.errors import Broken, BudgetSpent, NotChecked


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

    def settle(self, *, some: bool = False) -> list[str]:
        """Raise `Broken` for all broken cases, like ones as one, or `NotChecked` when a case could not be tried.

        Where `some` cases are enough, the reasons for which others could not be tried are returned instead.
        """
        if self._broken:
            raise Broken.together(merged(self._broken))
        if self._not_checked and not (some and self._kept):
            raise self._not_checked[0]
        return list(dict.fromkeys(one.reason for one in self._not_checked))


def merged(parts: Iterable[Broken]) -> list[Broken]:
    """The parts, those with the same expectation and result as one, with every answer that shows it."""
    alike: dict[tuple[str, str], list[Broken]] = {}
    for part in parts:
        alike.setdefault((part.expected, part.got), []).append(part)
    return [
        Broken(expected, got, *(answer for part in found for answer in part.answers), assumed=found[0].assumed)
        for (expected, got), found in alike.items()
    ]
