"""Several cases of one promise: all are tried, and what went wrong is told together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from contract_tests.errors import Broken, BudgetSpent, Withheld


class Cases:
    """Gathers the outcomes of cases; `settle` raises what they amount to."""

    def __init__(self) -> None:
        self._broken: list[Broken] = []
        self._withheld: list[Withheld] = []

    @contextmanager
    def case(self) -> Iterator[None]:
        """Try one case; whatever becomes of it, the next one is tried too."""
        try:
            yield
        except BudgetSpent:
            raise
        except Withheld as error:
            self._withheld.append(error)
        except Broken as error:
            self._broken.append(error)

    def settle(self) -> None:
        """Raise `Broken` for all broken cases, or `Withheld` when a case could not be tried."""
        if self._broken:
            raise Broken.together(self._broken)
        if self._withheld:
            raise self._withheld[0]
