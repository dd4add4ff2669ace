"""Compares three verdicts on drawn schemas and values: the compiled validator's, the generator's, and `jsonschema`'s.

    python -m tests.conformance.differential [--draws 50000] [--seed 0] [--workers 2]

Exit 1 if a difference has no cause. A small number of draws runs with the unit tests.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.conformance.draws import Draw, draw_of
from tests.conformance.opinions import Ours, Second, marked

_BATCH: Final = 500

RULE: Final = "`required` binds a marked member in one direction alone, and no answer has a writeOnly one"
"""Why our verdict may differ from JSON Schema's: put into the schema, the second opinion must agree."""
MEANT: Final = "alternatives that accept what another does are ignored"
"""The note of a `oneOf` with equal alternatives, which is read as meant: there, JSON Schema has another verdict."""


@dataclass
class Tally:
    """How many verdicts were compared, what explained differences, and what nothing explains."""

    draws: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Adds the figures of another tally."""
        self.draws += other.draws
        self.counts += other.counts
        self.unexplained += other.unexplained


def compare(draw: Draw, tally: Tally) -> None:
    """Compares all verdicts on one draw."""
    tally.draws += 1
    ours, plain = Ours(draw), Second(draw, marks=False)
    if ours.notes:
        tally.unexplained += [f"a note: {ours.notes[0]}: {_shown(draw)}"]
    directed: Second | None = None
    for value in draw.values:
        verdict = ours.accepts(value)
        tally.counts["accepted" if verdict else "refused"] += 1
        if verdict != plain.accepts(value) and any(MEANT in note for note in ours.notes):
            tally.counts[f"differences by a note: {MEANT}"] += 1
        elif verdict != plain.accepts(value):
            directed = directed or Second(draw, marks=True)
            tally.counts[f"differences by a rule: {RULE}"] += 1
            if verdict != directed.accepts(value):
                tally.unexplained.append(f"second opinion: {verdict} for {json.dumps(value)}: {_shown(draw)}")
        if _may_be_made(draw, value):
            tally.counts["checked by the generator"] += 1
            if ours.generator.fits(ours.schema, value) != verdict:
                tally.unexplained.append(f"generator: not {verdict} for {json.dumps(value)}: {_shown(draw)}")
    for value in ours.made(varied=tally.draws % 2 == 1):
        tally.counts["generated"] += 1
        if not ours.accepts(value) and _may_be_made(draw, value):
            tally.unexplained.append(f"generated {json.dumps(value)}: {_shown(draw)}")


def _may_be_made(draw: Draw, value: Any) -> bool:
    """Whether the generator may make a value: it never sends a member that is `readOnly` somewhere, which clients
    may send."""
    return not draw.writing or not _holds(value, frozenset(marked(draw.schemas, "readOnly", draw.schemas)))


def _holds(value: Any, names: frozenset[str]) -> bool:
    if isinstance(value, list):
        return any(_holds(one, names) for one in value)
    return isinstance(value, dict) and (
        not names.isdisjoint(value) or any(_holds(one, names) for one in value.values())
    )


def _shown(draw: Draw) -> str:
    return json.dumps({"version": draw.version, "writing": draw.writing, **draw.schemas})


def run(number: int, first: int) -> Tally:
    """The tally of a number of draws."""
    tally = Tally()

    @seed(first)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**64 - 1))
    def compared(number: int) -> None:
        compare(draw_of(Random(number)), tally)

    compared()
    return tally


def _batches(number: int, first: int) -> Iterator[tuple[int, int]]:
    yield from ((min(_BATCH, number - start), first + at) for at, start in enumerate(range(0, number, _BATCH)))


def main() -> int:
    """Run the draws, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    tally = Tally()
    with ProcessPoolExecutor(options.workers) as pool:
        for one in pool.map(run, *zip(*_batches(options.draws, options.seed), strict=True)):
            tally.add(one)
            print(f"{tally.draws:,} draws", *one.unexplained, sep="\n", file=sys.stderr, flush=True)
    print(f"{tally.draws:,} draws", *(f"{count:,} {name}" for name, count in sorted(tally.counts.items())), sep="\n")
    print(f"{len(tally.unexplained):,} unexplained")
    return int(bool(tally.unexplained))


if __name__ == "__main__":
    sys.exit(main())
