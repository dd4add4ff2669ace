"""The command behind `make clients`: real clients against the mock, and the table of docs/clients.md."""

from __future__ import annotations

import argparse
import sys

from tests.clients import report
from tests.clients.client import clients
from tests.clients.running import Result, run


def main() -> int:
    """Run the flows; 1 if one fails by the mock's fault, 2 if no client has the name."""
    options = _options()
    chosen = clients(options.only)
    if not chosen:
        print(f"no client matches {options.only!r}; there are {', '.join(c.id for c in clients())}", file=sys.stderr)
        return 2
    results: list[Result] = []
    for client in chosen:
        results.append(run(client, verbose=options.verbose))
        print("\n".join(report.lines(results[-1])), flush=True)
        if options.verbose:
            print(results[-1].journal)
    if not options.only:
        report.write(results)
    return int(any(result.mock_failed or result.outdated for result in results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make clients ARGS=...", description=__doc__)
    parser.add_argument("--only", default="", metavar="NAME", help="only clients whose file name contains this")
    parser.add_argument("--verbose", action="store_true", help="print the requests that the mock received")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
