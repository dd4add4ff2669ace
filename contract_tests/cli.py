"""The command `contract-tests`: a run, the merging of several, or the measurement of the suites on broken variants."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from io import TextIOWrapper

DISTRIBUTION = "flashback-mock"
EXTRA = ("hypothesis", "ijson", "pytest", "requests", "schemathesis", "urllib3")
"""The libraries of the extra `contract-tests`, which the mock server does without."""
COLLECTOR = (50_000, 20, 20)
"""When the garbage collector looks for cycles: nearly all that a run imports and reads stays to its end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    started = time.monotonic()  # what is imported counts as well
    gc.set_threshold(*COLLECTOR)
    show_any_character()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if "--version" in words:  # also where the extra is missing
        print(f"contract-tests {version(DISTRIBUTION)}")
        return 0
    missing = [name for name in EXTRA if find_spec(name) is None]
    if missing:
        problem = f"not installed: {', '.join(missing)}"
        print(f"contract-tests: {problem} (pip install 'flashback-mock[contract-tests]')", file=sys.stderr)
        return 2
    if words[:1] == ["mutants"]:
        from contract_tests.mutation.command import main as measure  # a run need not wait for it

        return measure(words[1:])
    if words[:1] == ["merge"]:
        from contract_tests.run.merge import main as merge

        return merge(words[1:])
    if words[:1] == ["traffic"]:
        from contract_tests.traffic.command import main as look

        return look(words[1:])
    from contract_tests.run.cli import main as check

    return check(words, started)


def show_any_character() -> None:
    """What the encoding of an output lacks is shown as escapes, and what is redirected on Windows is UTF-8: bodies of
    answers have any character."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
            if sys.platform == "win32" and not stream.isatty():
                stream.reconfigure(encoding="utf-8")
