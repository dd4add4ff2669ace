"""The command behind `make first-steps`: installs and starts the tools in empty folders, in every documented way."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic

from tests.first_steps import artifacts
from tests.first_steps.steps import STEPS, Built, lacking


def main() -> int:
    """Print for each step how long it took until the mock's first response, and in all; 1 if a step fails.

    A step whose tools aren't installed is skipped.
    """
    parser = argparse.ArgumentParser(prog="make first-steps ARGS=...", description=__doc__)
    parser.add_argument("--only", nargs="*", default=list(STEPS), choices=list(STEPS), metavar="STEP")
    chosen = parser.parse_args().only
    failed = 0
    with tempfile.TemporaryDirectory() as home:
        built = Built(Path(home))
        for name in chosen:
            if missing := lacking(name):
                print(f"{name}: SKIPPED: {missing}", flush=True)
                continue
            folder = Path(home) / name
            folder.mkdir()
            began = monotonic()
            try:
                first = STEPS[name](built, folder)
                print(f"{name}: first response after {first:.1f} s, done after {monotonic() - began:.1f} s", flush=True)
            except (artifacts.Failed, OSError, subprocess.TimeoutExpired) as problem:
                failed += 1
                print(f"{name}: FAILED: {problem}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
