"""Measures the suites: every variant must pass, every defect must fail and be named.

Arguments are names of variants and defects, and flags for `contract-tests` (`--seed=7`).
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from textwrap import indent

from tests.contract_tests.crud.measuring import Outcome, judged
from tests.contract_tests.crud.registry import DEFECTS, VARIANTS

AT_ONCE = 2


def main(arguments: list[str]) -> int:
    """Print what is judged wrongly; 1 where there is any."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract_tests.crud", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="variants and defects (default: all)")
    parser.add_argument("--outputs", type=Path, metavar="FOLDER", help="keep the output of each run there")
    given, flags = parser.parse_known_args(arguments)
    names, wrong = given.names or [*VARIANTS, *DEFECTS], 0
    run = partial(judged, tuple(flags) or ("--examples=6", "--budget=120"))
    context = get_context("forkserver")  # each run has a process of its own, and none of them imports all anew
    context.set_forkserver_preload(["tests.contract_tests.crud.measuring", "contract_tests.core.fuzzing"])
    with ProcessPoolExecutor(AT_ONCE, context, max_tasks_per_child=1) as pool:
        for outcome in pool.map(run, names):
            if given.outputs:
                keep(given.outputs, outcome)
            if outcome.problem:
                wrong += 1
                print(verdict(outcome), flush=True)
    print(f"{len(names) - wrong} of {len(names)} judged rightly")
    return 1 if wrong else 0


def keep(folder: Path, outcome: Outcome) -> None:
    """Write the output of a run to a file of its name."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{outcome.name}.txt").write_text(outcome.output, encoding="utf-8")


def verdict(outcome: Outcome) -> str:
    """What is wrong with a verdict, and what the run reported."""
    kind = "FALSE ALARM" if outcome.name in VARIANTS else "MISSED"
    return f"{kind} {outcome.name}: {outcome.problem}\n{indent(outcome.broken, '    ')}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
