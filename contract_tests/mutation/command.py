"""The command `contract-tests mutants`: measures how many broken variants of the mock the suite detects."""

from __future__ import annotations

import argparse
import fnmatch
import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import yaml

from contract_tests.core.document import bundled
from contract_tests.core.errors import InternalError, UsageError, exit_code
from contract_tests.core.mock_process import MockProcess
from contract_tests.mutation.checking import CLEAN, Fate, Finding, Setup, catalogue, check
from contract_tests.mutation.score import Score

EQUIVALENT = Path(__file__).parent / "equivalent.yaml"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    described = argparse.ArgumentParser(
        prog="contract-tests mutants",
        description="Check broken variants of the mock with the suite, which must detect each of them.",
        epilog="Exit: 0 measured, 1 the score is below --min-score, 2 usage, 4 the unmodified mock fails.",
    )
    described.add_argument("--only", metavar="WORD", action="append", help="mutants with this word in their name")
    described.add_argument("--jobs", metavar="N", type=int, default=1, help="how many at a time (default: 1)")
    described.add_argument("--behaviours", metavar="FILE", type=Path, help="the behaviours to edit (default: bundled)")
    described.add_argument("--check-equivalent", action="store_true", help="check those declared equivalent too")
    described.add_argument("--min-score", metavar="SHARE", type=float, default=0.95, help="default: 0.95")
    described.add_argument("--out", metavar="FILE", type=Path, help="write findings and score as JSON")
    described.add_argument("--page", metavar="FILE", type=Path, help="write the tables into a Markdown page")
    described.add_argument("--resume", action="store_true", help="keep the findings in --out; check the others")
    described.add_argument("--list", action="store_true", help="list the mutants and check none")
    return described


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns its exit code."""
    given = parser().parse_args(arguments)
    return exit_code("contract-tests mutants", lambda: measure(given))


def measure(given: argparse.Namespace) -> int:
    """Check the chosen mutants between two runs of the unmodified mock, and print the score."""
    behaviours = (given.behaviours or bundled().parent / "behaviours.yaml").resolve()
    reasons = {name: because for name in catalogue(behaviours) if (because := why_equivalent(name))}
    names = chosen(list(catalogue(behaviours)), given.only)
    if given.list:
        print("\n".join(f"{name}{' (equivalent)' if name in reasons else ''}" for name in names))
        return 0
    score, started = Score(reasons), time.monotonic()
    if given.out and given.resume:
        score.read(given.out)
    known = {finding.mutant for finding in score.findings}
    left = [name for name in names if name not in known]
    if not given.check_equivalent:
        score.findings += [as_equivalent(name, behaviours, reasons) for name in left if name in reasons]
        left = [name for name in left if name not in reasons]
    for number, finding in enumerate(checked(behaviours, left, given.jobs), 1):
        score.findings.append(score.settled(finding))
        tell(score.findings[-1], f"{number}/{len(left)}")
        if given.out:
            score.write(given.out, len(catalogue(behaviours)))
    if given.page:
        score.put_into(given.page)
    print(f"\n{score.table()}\n\n{score.summary()} in {time.monotonic() - started:.0f} s")
    return 0 if score.value >= given.min_score else 1


def checked(behaviours: Path, names: Sequence[str], jobs: int) -> Iterator[Finding]:
    """The findings on the mutants; raises `InternalError` when the unmodified mock fails before or after them."""
    mock = MockProcess.start("--behaviours", str(behaviours))
    try:
        setup = Setup(behaviours, mock.url)
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
            must_survive(pool.submit(check, setup, CLEAN, 0).result(), "before")
            waiting = [pool.submit(check, setup, name, number) for number, name in enumerate(names, 1)]
            try:
                yield from (future.result() for future in waiting)
            finally:
                pool.shutdown(wait=True, cancel_futures=True) if sys.exc_info()[0] else None
            must_survive(pool.submit(check, setup, CLEAN, len(names) + 1).result(), "after")
    finally:
        mock.stop()


def must_survive(finding: Finding, when: str) -> None:
    """The unmodified mock must keep every promise, else the score means nothing."""
    if finding.fate is not Fate.SURVIVED:
        raise InternalError(
            f"the unmodified mock fails the suite {when} the mutants: {finding.reason}", fix="fix that first"
        )


def chosen(names: list[str], words: Sequence[str] | None) -> list[str]:
    """The names with one of the words in them; all of them without words."""
    found = [name for name in names if not words or any(word.lower() in name.lower() for word in words)]
    if not found:
        raise UsageError(f"no mutant has {', '.join(words or ())} in its name", fix="--list names them all")
    return found


@cache
def declared() -> list[dict[str, str]]:
    """The claims of equivalence, read once."""
    claims: list[dict[str, str]] = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8"))
    return claims


def why_equivalent(name: str) -> str:
    """The argued reason why a mutant keeps the contract; empty when it is not declared so."""
    return next((str(entry["because"]) for entry in declared() if fnmatch.fnmatchcase(name, entry["mutant"])), "")


def as_equivalent(name: str, behaviours: Path, reasons: dict[str, str]) -> Finding:
    """The finding on a mutant that is declared equivalent and not checked."""
    mutant = catalogue(behaviours)[name]
    return Finding(name, mutant.operator, mutant.site, Fate.EQUIVALENT, reasons[name])


def tell(finding: Finding, place: str) -> None:
    """One line for each mutant."""
    line = f"{place:>7} {finding.fate:20} {finding.seconds:5.1f} s  {finding.mutant}  {finding.reason[:110]}"
    print(line.rstrip(), flush=True)
