"""The command line of a run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from contract_tests.core.errors import exit_code
from contract_tests.run.run import Run
from contract_tests.run.session import Session
from contract_tests.run.settings import OPTIONS, Settings


def parser() -> argparse.ArgumentParser:
    """The flags."""
    described = argparse.ArgumentParser(
        prog="contract-tests",
        description="Check an implementation of the contract, by its URL.",
        epilog="Exit codes: 0 passed, 1 the contract is broken, 2 usage, 3 no target or no access, 4 internal error. "
        "`contract-tests merge` puts the reports of several runs together. "
        "`contract-tests mutants --help` describes how the suites themselves are measured.",
    )
    for option in OPTIONS:
        described.add_argument(f"--{option.name}", **option.keywords())
    return described


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a target and report; returns the exit code."""
    given = vars(parser().parse_args(arguments))
    return exit_code("contract-tests", lambda: Session(Run.prepare(Settings.gather(given)), sys.stdout).execute())
