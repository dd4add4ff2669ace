"""Measures the suites: every variant must pass, every defect must fail and be named.

Arguments that begin with a dash are flags for `contract-tests`; others are names of variants and defects.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.contract_tests.crud.measuring import judged
from tests.contract_tests.crud.registry import DEFECTS, VARIANTS

AT_ONCE = 2


def main(arguments: list[str]) -> int:
    """Print what is judged wrongly; 1 where there is any."""
    flags = tuple(one for one in arguments if one.startswith("-"))
    names = [one for one in arguments if not one.startswith("-")] or [*VARIANTS, *DEFECTS]
    wrong = 0
    with ProcessPoolExecutor(AT_ONCE, max_tasks_per_child=1) as pool:
        for outcome in pool.map(partial(judged, flags or ("--examples=6", "--budget=120")), names):
            if outcome.problem:
                wrong += 1
                print(f"{'FALSE ALARM' if outcome.name in VARIANTS else 'MISSED'} {outcome.name}: {outcome.problem}")
    print(f"{len(names) - wrong} of {len(names)} judged rightly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
