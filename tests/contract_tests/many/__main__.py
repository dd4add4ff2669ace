"""Measures when `contract-tests` has reached the operations of a contract, as the server sees it.

`python -m tests.contract_tests.many [--kinds 26] [--seconds 0.05] [flags of contract-tests]`
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.contract_tests.many.service import Many, Visit, contract_of
from tests.contract_tests.small import serving

SHARES = (0.5, 0.9, 1.0)
DEEP = 10  # requests after which an operation counts as deepened


def main(arguments: list[str]) -> int:
    """Run the suites once, and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kinds", type=int, default=26)
    parser.add_argument("--seconds", type=float, default=0.0, help="that each answer takes")
    options, flags = parser.parse_known_args(arguments)
    service = Many(options.kinds, options.seconds)
    with tempfile.TemporaryDirectory() as folder, serving(service) as url:
        spec = Path(folder) / "api.json"
        spec.write_text(json.dumps(contract_of(options.kinds)))
        started = time.monotonic()
        command = [sys.executable, "-m", "contract_tests", "--target", url, "--spec", str(spec), *flags]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        took = time.monotonic() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(done.stdout[-3000:] + done.stderr[-2000:])
    print(f"exit {done.returncode}, {took:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of CPU")
    print("\n".join(report(service.visits, started, 5 * options.kinds)))
    return 0


def report(visits: list[Visit], started: float, count: int) -> list[str]:
    """When so many of the operations had answered with success for the first time, and when the first was deepened."""
    first: dict[str, float] = {}
    often: dict[str, int] = {}
    deepened = None
    for visit in visits:
        often[visit.operation] = often.get(visit.operation, 0) + 1
        if 200 <= visit.status < 300 and visit.method not in {"HEAD", "OPTIONS"}:
            first.setdefault(visit.operation, visit.at - started)
            if often[visit.operation] == DEEP and deepened is None:
                deepened = (visit.at - started, len(first))
    times = sorted(first.values())
    lines = [f"{len(times)} of {count} operations reached, {len(visits)} requests"]
    lines += [f"{share:.0%} reached after {times[need - 1]:.1f} s" for share in SHARES
              if (need := round(count * share)) <= len(times)]  # fmt: skip
    if deepened:
        lines.append(f"first operation deepened after {deepened[0]:.1f} s, when {deepened[1]} were reached")
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
