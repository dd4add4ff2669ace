"""`contract-tests traffic`: checks recorded traffic, of a browser, of end-to-end tests or of a proxy."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from contract_tests.core.errors import UsageError, exit_code
from contract_tests.core.redaction import Redactor
from contract_tests.run.cli import Parser
from contract_tests.run.options import OPTIONS, meant
from contract_tests.run.run import Run
from contract_tests.run.settings import Settings
from contract_tests.run.watchdog import ending_in_order
from contract_tests.traffic.files import found
from contract_tests.traffic.session import TrafficSession

TAKEN: Final = (
    "spec", "allow-remote-refs", "allow-refs-below", "only", "skip", "undocumented", "strict", "baseline",
    "baseline-update", "history", "min-coverage", "report", "secret", "config", "profile", "budget",
)  # fmt: skip
"""The options of a run that make sense where nothing is sent."""
BUDGET: Final = 3600.0  # seconds: what is read has an end
HELPS: Final = {
    "undocumented": "what undocumented fields, parameters and headers are (default: note)",
    "budget": "hard cap of the whole run in seconds (default: 3600)",
    "only": "check no other operation: a name, '/path/*', METHOD, 'METHOD /path' or tag:NAME (may be repeated)",
    "skip": "don't check this operation, chosen as for --only (may be repeated)",
}


def parser() -> argparse.ArgumentParser:
    """The flags."""
    described = Parser(
        prog="contract-tests traffic",
        description="Check recorded traffic against the contract. Nothing is sent.",
        epilog="Exit codes: 0 passed, 1 the contract is broken, 2 usage, 3 nothing was learnt, 4 internal error.",
    )
    described.add_argument(
        "files", nargs="+", type=Path, metavar="FILE",
        help="HAR (also in .zip and .gz), NDJSON of the mock's journal, or a folder of them",
    )  # fmt: skip
    described.add_argument(
        "--target", action="append", metavar="URL", default=None,
        help="base URL of the API in this traffic (default: the servers of the contract, else any host with its paths; "
        "may be repeated)",
    )  # fmt: skip
    described.add_argument(
        "--requests", choices=("check", "ignore"), default="check",
        help="check what the client sends as well, or ignore it (default: check)",
    )  # fmt: skip
    for option in OPTIONS:
        if option.name in TAKEN:
            keywords = option.keywords()
            described.add_argument(f"--{option.name}", **{**keywords, "help": HELPS.get(option.name, keywords["help"])})
    return described


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the traffic and report; returns the exit code."""
    started = time.monotonic()
    described = parser()
    given, unknown = described.parse_known_args(arguments)
    if unknown:
        flags = [flag for action in described._actions for flag in action.option_strings]  # noqa: SLF001
        described.error(f"unknown flag {unknown[0]!r}{meant(unknown[0].partition('=')[0], flags)}")
    return exit_code("contract-tests traffic", lambda: checked(vars(given), started), Redactor().without_secrets)


def checked(given: dict[str, Any], started: float) -> int:
    """Read the contract and the traffic, and report; returns the exit code."""
    files = found(given["files"])
    settings = Settings.gather({"contract_budget": BUDGET, **{k: v for k, v in given.items() if v is not None}})
    bases = tuple(given["target"] or ([settings.target] if settings.target else []))
    for base in bases:
        if urlsplit(base).scheme not in {"http", "https"} or not urlsplit(base).hostname:
            raise UsageError(f"--target {base!r} isn't a URL", fix="write it as https://host/base")
    name = str(given["files"][0]) + (f" and {len(files) - 1} more" if len(files) > 1 else "")
    settings = replace(settings, target=name, token=None, other_token=None, login=None, other_login=None)
    with ending_in_order():
        run = Run.prepare(settings, started=started)
        session = TrafficSession(run, sys.stdout, files, bases, checks_requests=given["requests"] == "check")
        return session.execute()
