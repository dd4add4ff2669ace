"""The command `contract-tests`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from contract_tests.errors import JudgeError
from contract_tests.plugin import JudgePlugin
from contract_tests.progress import Progress
from contract_tests.promises import Outcome
from contract_tests.report.writer import write_reports
from contract_tests.run import Run
from contract_tests.settings import OPTIONS, Settings

PACKAGE = Path(__file__).parent
CALM = [
    "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:warnings", "-p", "no:randomly",
    "--import-mode=importlib",
]  # fmt: skip


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
    given = vars(parser().parse_args(arguments))
    try:
        return judge(Run.prepare(Settings.gather(given)))
    except JudgeError as error:
        print(f"contract-tests: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("contract-tests: interrupted", file=sys.stderr)
        return 130


def judge(run: Run) -> int:
    """Judge the target and report; returns the exit code."""
    plugin = JudgePlugin(run)
    progress = Progress(run, sys.stdout)
    try:
        target = run.target()
        progress.opened(target)
        run_tests(plugin, progress)
        code = exit_code(run, plugin)
        if run.settings.report:
            for path in write_reports(run, run.settings.report):
                progress.say(f"wrote {path}")
        progress.finished(code, str(plugin.stopped_by or ""))
        return code
    finally:
        run.close()


def run_tests(plugin: JudgePlugin, progress: Progress) -> None:
    """Run pytest over the suites, away from the configuration of whatever folder we stand in."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "pytest.ini"
        settings.write_text("[pytest]\n", encoding="utf-8")
        kept = os.environ.pop("PYTEST_ADDOPTS", None)
        try:
            arguments = [str(PACKAGE), "-c", str(settings), "--rootdir", str(PACKAGE.parent), *CALM]
            status = pytest.main(arguments, plugins=[plugin, progress])
        finally:
            if kept is not None:
                os.environ["PYTEST_ADDOPTS"] = kept
    if status in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
        plugin.run.faults.append("the suites could not be run")


def exit_code(run: Run, plugin: JudgePlugin) -> int:
    """0 kept, 1 broken, 3 the target went away, 4 our own fault."""
    if run.ledger.with_outcome(Outcome.BROKEN):
        return 1
    if run.faults or run.ledger.with_outcome(Outcome.FAULT):
        return 4
    return plugin.stopped_by.exit_code if plugin.stopped_by else 0
