"""The target figures, each with the measured value."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.peers import LIMITS, MOCK, OTHERS
from bench.report import ratio, table

BUSIEST = "POST /devices/trust, 16 connections"
RAW, FLASK = (limit.name for limit in LIMITS)
EXPRESS, WIREMOCK, PRISM = (peer.name for peer in OTHERS[:3])
AT_LEAST = {PRISM: 4.0, EXPRESS: 2.0, WIREMOCK: 1.5, RAW: 0.5}  # req/s of this mock relative to theirs


@dataclass(frozen=True)
class Target:
    """One target figure."""

    title: str
    bound: float
    measured: float | None  # None: not measured in this run
    unit: str = "x"
    at_least: bool = False

    @property
    def row(self) -> list[str]:
        """The target's row of the table."""
        bound = f"{'≥' if self.at_least else '≤'} {self.bound:g} {self.unit}"
        if self.measured is None:
            return [self.title, bound, "not measured", ""]
        reached = self.measured >= self.bound if self.at_least else self.measured <= self.bound
        return [self.title, bound, f"{self.measured:.2f} {self.unit}", "yes" if reached else "**no**"]


def targets(outcome: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    """All targets as a table."""
    rows = [target.row for target in (*_relative_targets(outcome), *_absolute_targets(figures))]
    return table(["figure", "to reach", "measured", "reached"], rows)


def _relative_targets(outcome: Mapping[str, Any]) -> list[Target]:
    measured = outcome.get("measured", {})

    def relative(name: str, figure: str) -> float | None:
        """The ratio of this mock's figure to a peer's."""
        return 1 / ratio(outcome, name, BUSIEST, figure) if name in measured and MOCK.name in measured else None

    start = None
    if EXPRESS in measured and MOCK.name in measured:
        start = median(measured[MOCK.name]["start"]) / median(measured[EXPRESS]["start"])
    return [
        *(
            Target(f"req/s, {BUSIEST}, to {name}", bound, relative(name, "per_second"), at_least=True)
            for name, bound in AT_LEAST.items()
        ),
        Target(f"CPU per request, {BUSIEST}, to {FLASK}", 0.7, relative(FLASK, "cpu")),
        Target(f"cold start to first 200, to {EXPRESS}", 0.4, start),
    ]


def _absolute_targets(figures: Mapping[str, Any]) -> list[Target]:
    def of(part: str, name: str) -> float | None:
        value: float | None = figures.get(part, {}).get(name)
        return value

    count = figures.get("operations", {}).get("operations", 1000)
    return [
        Target("memory after load (PSS)", 65, of("memory", "after_mb"), "MB"),
        Target(f"{count:,} operations: start", 3, of("operations", "start_s"), "s"),
        Target(f"{count:,} operations: CPU per trust call, to 9", 1.2, of("operations", "cost_ratio")),
        Target("100,000 devices: start", 5, of("devices", "start_s"), "s"),
        Target("100,000 devices: CPU per trust call, to 10", 1.3, of("devices", "cost_ratio")),
        Target("10,000 worlds: creating one", 1, of("worlds", "create_ms"), "ms"),
        Target("10,000 worlds: memory of an untouched one", 10, of("worlds", "memory_kb"), "KB"),
    ]
