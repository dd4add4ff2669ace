"""The command behind `make conformance`: JSON-Schema-Test-Suite through a mock, and the table of its page."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.conformance import report, running, suite


def main() -> int:
    """Run the suite; 1 if a verdict differs without a cause."""
    parser = argparse.ArgumentParser(prog="make conformance ARGS=...", description=__doc__)
    parser.add_argument("--only", default="", metavar="NAME", help="only files of the suite whose name contains this")
    options = parser.parse_args()
    folder = suite.fetched()
    with tempfile.TemporaryDirectory() as scratch:
        results = list(running.run(list(suite.groups(folder, options.only)), folder, Path(scratch)))
    print(running.dumped(results))
    print(report.markdown(results).partition("\n\n")[0])
    if not options.only:
        report.write(results)
    return int(bool(report.failures(results)))


if __name__ == "__main__":
    sys.exit(main())
