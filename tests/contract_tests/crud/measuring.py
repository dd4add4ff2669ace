"""Runs the suites on one variant or defect, and says whether they judged it as they should."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

from contract_tests.cli import main
from tests.contract_tests.crud import defects, lost, refusals, variants
from tests.contract_tests.crud.registry import DEFECTS, FLAGS, NAMED, VARIANTS
from tests.contract_tests.reference import serve

CONTRACT = Path(__file__).with_name("contract.yaml")
USERS = ["--token", "red-token", "--other-token", "blue-token"]
MODULES = (defects, lost, refusals, variants)  # imported for what they register


@dataclass(frozen=True)
class Outcome:
    """What became of one run."""

    name: str
    code: int
    output: str

    @property
    def problem(self) -> str:
        """What is wrong with the verdict; empty when it is as it should be."""
        if self.name in VARIANTS:
            return "" if self.code == 0 else f"exit {self.code}"
        if self.code != 1:
            return f"exit {self.code}"
        found = re.findall(r"^expected  (.*)\ngot       (.*)", self.output, re.MULTILINE)
        named = any(re.search(NAMED[self.name], f"{expected} {got}") for expected, got in found)
        return "" if named else f"no report of it has one of {NAMED[self.name]}"

    @property
    def broken(self) -> str:
        """What the run reports as broken, with its curl lines."""
        return "\n".join(re.findall(r"^BROKEN .*\n(?:(?:expected|got|source| ).*\n)*", self.output, re.MULTILINE))


def measured(name: str, *flags: str) -> Outcome:
    """Run the suites on it."""
    output = io.StringIO()
    with serve({**DEFECTS, **VARIANTS}[name]()) as url, contextlib.redirect_stdout(output):
        code = main(["--target", url, "--spec", str(CONTRACT), *USERS, *FLAGS.get(name, ()), *flags])
    return Outcome(name, code, output.getvalue())


def judged(flags: tuple[str, ...], name: str) -> Outcome:
    """The same for one process of many; a spawned one does not find functions of `__main__`."""
    return measured(name, *flags)
