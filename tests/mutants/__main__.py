"""The command behind `make mutation`."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tests.mutants import baseline, equivalents
from tests.mutants.choosing import stages
from tests.mutants.maker import change, mutants_of
from tests.mutants.mutant import Change, Mutant, sample
from tests.mutants.report import Outcome, survivor, table
from tests.mutants.tree import copy_working_tree, modules
from tests.mutants.trying import Choose, Workshop


def main() -> int:
    """Draw a sample, try it, and print what survived; Ctrl-C ends it with what is known by then."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        first = Path(folder).resolve() / "1"
        copy_working_tree(Path.cwd(), first)
        try:
            return _measure(first, options)
        except KeyboardInterrupt:
            return 130


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutation ARGS=...", description=__doc__)
    parser.add_argument("--sample", type=int, default=200, metavar="N", help="how many mutants to try (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="which ones (%(default)s)")
    parser.add_argument("--only", default="", metavar="PATH", help="only modules whose path begins so")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes side by side")
    parser.add_argument(
        "--baseline", type=Path, metavar="FOLDER", help="keep the run without a mutant there, or use the one kept there"
    )
    return parser.parse_args()


def _measure(tree: Path, options: argparse.Namespace) -> int:
    paths = [path for path in modules(tree) if path.startswith(options.only)]
    with get_context("fork").Pool(options.jobs, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        made = [mutant for found in pool.imap(partial(mutants_of, tree), paths) for mutant in found]
        drawn = sample(made, options.sample, options.seed)
        changes = pool.map(partial(change, tree), drawn)
    print(f"{len(drawn)} of {len(made)} mutants in {len(paths)} modules, seed {options.seed}", flush=True)
    argued = equivalents.load()
    sources = {path: (tree / path).read_text("utf-8") for path in modules(tree)}
    for entry in equivalents.outdated(argued.values(), sources):
        print(f"outdated in equivalents.yaml: {entry.module}: {entry.line}", file=sys.stderr)
    outcome = _outcome([c for c in changes if equivalents.key(c) not in argued], tree, options)
    equal = [c.mutant for c in changes if equivalents.key(c) in argued]
    print(table(Outcome(outcome.killed, outcome.survived, equal)))
    return 0


def _outcome(changes: Sequence[Change], tree: Path, options: argparse.Namespace) -> Outcome:
    known = baseline.measure(tree, options.jobs, options.baseline)
    trees = [tree, *(tree.with_name(str(number)) for number in range(2, options.jobs + 1))]
    for copy in trees[1:]:
        shutil.copytree(tree, copy)
    workshop = Workshop(trees, known)
    _check(workshop, changes[:1], lambda it: stages(tree, it.mutant, known))
    killed: list[Mutant] = []
    survived: list[Change] = []
    try:
        for result in workshop.results(changes, lambda it: stages(tree, it.mutant, known)):
            if result.killed:
                killed.append(result.change.mutant)
            else:
                survived.append(result.change)
                print(survivor(result.change), flush=True)
    except KeyboardInterrupt:
        print(f"interrupted after {len(killed) + len(survived)} mutants")
    return Outcome(killed, survived, ())


def _check(workshop: Workshop, changes: Sequence[Change], choose: Choose) -> None:
    """Without its change no mutant may be killed."""
    unchanged = [replace(change, mutated=change.original) for change in changes]
    for result in workshop.results(unchanged, choose):
        if result.killed:
            sys.exit(f"The tests fail without a change: {result.by}")


if __name__ == "__main__":
    sys.exit(main())
