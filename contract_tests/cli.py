"""The command `contract-tests`: a run, or the measurement of the suites on broken variants of the mock."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from contract_tests.run import cli


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["mutants"]:
        from contract_tests.mutation.command import main as measure  # a run need not wait for it

        return measure(words[1:])
    return cli.main(words)
