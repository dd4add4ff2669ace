"""The suites: each folder of `contract_tests/suites` registers itself by a `SUITE` in its module `suite`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from contract_tests.core.answer import Answer
from contract_tests.core.checks import Breach
from contract_tests.core.contract import Contract
from contract_tests.core.target import Target

FOLDER = Path(__file__).parent.parent / "suites"
Subjects = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Suite:
    """A suite, and what it adds to a run with a contract that it applies to.

    The other suites leave the records alone that it `reserves`. The `subjects` of an assumption are the fields that it
    is about: nothing else of an answer is based on it.
    """

    name: str  #: as `--suite` chooses it and reports show it
    applies_to: Callable[[Contract], bool] = lambda _: True
    observe: Callable[[Answer], Iterable[Breach]] = lambda _: ()
    reserves: Callable[[Target], frozenset[str]] = lambda _: frozenset()
    subjects: Callable[[Contract], Subjects] = lambda _: {}
    instead_of: frozenset[str] = frozenset()  #: suites whose promises it makes in more detail


@cache
def suites() -> Mapping[str, Suite]:
    """Every suite, by the name of its folder."""
    folders = sorted(path.parent.name for path in FOLDER.glob("*/suite.py"))
    return {name: import_module(f"{__package__.partition('.')[0]}.suites.{name}.suite").SUITE for name in folders}


def suite_of(path: Path) -> str:
    """The name of the suite whose folder holds a test file; of another file, the name of its folder."""
    known = suites().get(path.parent.name)
    return known.name if known and path.is_relative_to(FOLDER) else path.parent.name
