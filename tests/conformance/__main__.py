"""The command behind `make conformance`: suites through a mock, another converter of Swagger 2.0 beside ours, and
the tables of their page."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.conformance import report, running, suite
from tests.conformance.style_running import run_styles
from tests.conformance.styles import rows
from tests.conformance.swagger import comparing

STYLES, SWAGGER = "styles", "swagger"
"""What `--only` calls the style tables, and the comparison of converters."""


def main() -> int:
    """Run the suites; 1 if a verdict differs without a cause."""
    parser = argparse.ArgumentParser(prog="make conformance ARGS=...", description=__doc__)
    parser.add_argument(
        "--only", default="", metavar="NAME", help="files of the suite whose name contains this, `styles` or `swagger`"
    )
    only = parser.parse_args().only
    with tempfile.TemporaryDirectory() as scratch:
        failed = [_styles(Path(scratch))] if only in ("", STYLES) else []
        failed += [_swagger(Path(scratch))] if only in ("", SWAGGER) else []
        failed += [_schemas(Path(scratch), only)] if only not in (STYLES, SWAGGER) else []
    return int(any(failed))


def _styles(scratch: Path) -> bool:
    results = list(run_styles(list(rows()), scratch))
    text = report.style_table(results)
    print(report.style_failures(results), text, sep="\n")
    report.write("styles", text)
    report.write("draft-4", report.draft4_table())
    return any(not one.agrees for one in results)


def _swagger(scratch: Path) -> bool:
    text, failed = comparing.run(scratch)
    report.write("swagger", text)
    return failed


def _schemas(scratch: Path, only: str) -> bool:
    folder = suite.fetched()
    results = list(running.run(list(suite.groups(folder, only)), folder, scratch))
    text = report.markdown(results)
    print(running.dumped(results), text.partition("\n\n")[0], sep="\n")
    if not only:
        report.write("json-schema", text)
    return bool(report.failures(results))


if __name__ == "__main__":
    sys.exit(main())
