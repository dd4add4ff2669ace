"""The command `contract-tests`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from contract_tests.core.errors import exit_code
from contract_tests.run.run import Run
from contract_tests.run.session import Session
from contract_tests.run.settings import OPTIONS, Settings


def parser() -> argparse.ArgumentParser:
    """The command line."""
    described = argparse.ArgumentParser(
        prog="contract-tests",
        description="Judge an implementation of the contract, by its URL.",
        epilog="Exit: 0 keeps the contract, 1 breaks it, 2 usage, 3 no target or no access, 4 our own fault.",
    )
    for option in OPTIONS:
        described.add_argument(f"--{option.name}", **option.keywords())
    return described


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["mutants"]:
        from contract_tests.mutation.command import main as measure

        return measure(words[1:])
    given = vars(parser().parse_args(words))
    return exit_code("contract-tests", lambda: Session(Run.prepare(Settings.gather(given)), sys.stdout).judge())
