"""The command line of a run."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from contract_tests.core.errors import TargetUnavailable, UsageError, exit_code
from contract_tests.core.redaction import Redactor
from contract_tests.run.options import OPTIONS, meant
from contract_tests.run.run import Run, last_moment
from contract_tests.run.session import Session
from contract_tests.run.settings import Settings
from contract_tests.run.watchdog import Watchdog, ending_in_order

COMMANDS = ("merge", "mutants", "traffic")


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without all the flags before it."""

    def error(self, message: str) -> NoReturn:
        """Exit with 2."""
        message = message.removeprefix("argument ").replace("expected one argument", "needs a value")
        self.exit(UsageError.exit_code, f"{self.prog}: {message} (all flags: {self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    """The flags."""
    described = Parser(
        prog="contract-tests",
        description="Check an implementation of the contract, by its URL.",
        epilog="Exit codes: 0 passed, 1 the contract is broken, 2 usage, 3 no verdict (no target, no access, or the "
        "budget is spent), 4 internal error. "
        "`contract-tests traffic` checks recorded traffic instead. "
        "`contract-tests merge` puts the reports of several runs together. "
        "`contract-tests mutants --help` describes how the suites themselves are measured.",
    )
    described.add_argument("document", nargs="?", metavar="SPEC", help="the contract, as with --spec")
    for option in OPTIONS:
        described.add_argument(f"--{option.name}", **option.keywords())
    described.add_argument("--version", action="store_true", help="print the version and exit")  # before all is loaded
    return described


def main(arguments: Sequence[str] | None = None, started: float | None = None) -> int:
    """Check a target and report; returns the exit code. The budget counts from the instant at which it `started`."""
    given = vars(parsed(arguments))
    begun = started or time.monotonic()
    return exit_code("contract-tests", lambda: checked(Settings.gather(given), begun), Redactor().without_secrets)


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; one that is unknown ends the process, with the name that may be meant."""
    described = parser()
    given, unknown = described.parse_known_args(arguments)
    document, _ = given.__dict__.pop("document"), given.__dict__.pop("version")
    if not unknown and document is not None:
        if given.contract_spec is None and names_document(document):
            given.contract_spec = document
        else:
            unknown = [document]
    if unknown:
        name = unknown[0].partition("=")[0]
        known = [f"--{option.name}" for option in OPTIONS] if name.startswith("-") else COMMANDS
        described.error(f"unknown {'flag' if name.startswith('-') else 'argument'} {name!r}{meant(name, known)}")
    return given


def names_document(word: str) -> bool:
    """Whether an argument is meant as the contract."""
    return "://" in word or word.lower().endswith((".yaml", ".yml", ".json")) or Path(word).exists()


def checked(settings: Settings, started: float) -> int:
    """Read the contract, check the target and report, all of it within the budget; returns the exit code."""

    def too_long() -> int:
        print(f"contract-tests: the budget of {settings.budget:g} s was spent on reading the contract", file=sys.stderr)
        return TargetUnavailable.exit_code

    with ending_in_order():
        with Watchdog(started + last_moment(settings.budget) - time.monotonic(), too_long):
            run = Run.prepare(settings, started=started)
        return Session(run, sys.stdout).execute()
