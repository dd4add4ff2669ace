"""Measurements as Markdown tables with ratios to this mock, written between the markers of bench/README.md."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench.peers import ALL, MOCK

README = Path(__file__).with_name("README.md")
Data = Mapping[str, Any]  # the content of the JSON files in bench/.work


class Column(NamedTuple):
    """A figure of a sample, and its format."""

    field: str
    divisor: int = 1
    format_spec: str = ",.0f"

    def text(self, value: float) -> str:
        """The value as text."""
        return format(value / self.divisor, self.format_spec)


COLUMNS = {
    "req/s": Column("per_second"),
    "p50 ms": Column("p50", 1000, ".2f"),
    "p99 ms": Column("p99", 1000, ".2f"),
    "CPU µs/request": Column("cpu"),
}


def write_section(name: str, text: str, readme: Path = README) -> None:
    """Write the text between `<!-- NAME -->` and `<!-- /NAME -->`."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    before = readme.read_text()
    if not pattern.search(before):
        raise ValueError(f"{readme.name} has no section {name}: expected <!-- {name} --> and <!-- /{name} -->")
    readme.write_text(pattern.sub(lambda match: f"{match[1]}{text.rstrip()}\n{match[2]}", before))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def ratio(outcome: Data, name: str, kind: str, figure: str) -> float:
    """The ratio of a peer's figure to this mock's: the median of the rounds' ratios."""
    ours, theirs = (outcome["measured"][who]["runs"][kind] for who in (MOCK.name, name))
    return float(median(their[figure] / our[figure] for our, their in zip(ours, theirs, strict=True)))


def comparison(run: Data) -> str:
    """The whole comparison: the machine, one table for each kind of load, and one for the other figures."""
    outcome = run["outcome"]
    kinds = next(iter(outcome["measured"].values()))["runs"]
    parts = [run_info(run), other_figures(outcome)]
    parts += [f"### {kind}\n\n{load(outcome, kind)}" for kind in kinds]
    if outcome["missing"]:
        parts.append("### Not measured\n\n" + table(["server", "why"], outcome["missing"].items()))
    return "\n".join(parts)


def run_info(run: Data) -> str:
    """Date, machine, versions and the size of the run."""
    machine, plan = run["machine"], run["plan"]
    packages = sorted({package for peer in ALL for package in (*peer.npm, *peer.pip)})
    return (
        f"{machine['date']}, {machine['machine']}. Python {machine['python']}, granian {machine['granian']}, "
        f"Flask {machine['flask']}, Node {machine['node']}, {machine['java']}, {machine['wrk']}.\n"
        f"Peers: {', '.join(packages)}.\n"
        f"Medians of {plan['rounds']} interleaved rounds of {plan['seconds']} s for each load; "
        "in brackets the ratio to this mock (median of the rounds' ratios).\n"
    )


def load(outcome: Data, kind: str) -> str:
    """The table of one kind of load, the fastest server first."""
    medians = {
        name: {column.field: median(run[column.field] for run in entry["runs"][kind]) for column in COLUMNS.values()}
        for name, entry in outcome["measured"].items()
        if kind in entry["runs"]
    }
    rows = [
        [
            _strong(name),
            *(
                f"{column.text(figures[column.field])} ({_times(ratio(outcome, name, kind, column.field))})"
                for column in COLUMNS.values()
            ),
        ]
        for name, figures in sorted(medians.items(), key=lambda item: -item[1]["per_second"])
    ]
    return table(["server", *COLUMNS], rows)


def other_figures(outcome: Data) -> str:
    """The table of start-up, memory, and the results of the probes."""
    measured = outcome["measured"]
    ours = measured[MOCK.name]
    does = {peer.name: peer.does for peer in ALL}
    rows = []
    for name, entry in measured.items():
        start, facts = median(entry["start"]), entry["facts"]
        rows.append([
            _strong(name),
            f"{start:.2f} ({_times(start / median(ours['start']))})",
            f"{entry['pss']:.0f} ({_times(entry['pss'] / ours['pss'])})",
            "yes" if facts["remembers"] else "no",
            facts["validation"],
            facts["auth"],
            facts["unknown"],
            f"{facts['bytes_list']:,} / {facts['bytes_trust']:,}",
            does[name],
        ])  # fmt: skip
    headings = [
        "server", "start to first 200, s", "PSS after load, MB", "remembers", "bad body", "no token",
        "unknown device", "bytes GET / POST", "what it does",
    ]  # fmt: skip
    return table(headings, rows)


def _times(value: float) -> str:
    return f"{value:.2f}x"


def _strong(name: str) -> str:
    return f"**{name}**" if name == MOCK.name else name


def sizes(run: Data) -> str:
    """The figures of how this mock scales."""
    rows = [
        [part, name.replace("_", " "), f"{value:,.2f}" if isinstance(value, float) else str(value)]
        for part, values in run["figures"].items()
        for name, value in values.items()
    ]
    plan = run["plan"]
    return (
        f"{run['machine']['date']}, {run['machine']['machine']}; {plan['rounds']} rounds of {plan['seconds']} s, "
        "16 connections.\n\n" + table(["what", "figure", "value"], rows)
    )


def stages(run: Data) -> str:
    """The median of every micro-benchmark, in the order in which the pipeline runs them."""
    rows = [
        [entry["name"].removeprefix("test_").replace("_", " "), f"{entry['stats']['median'] * 1e6:,.2f}"]
        for entry in run["benchmarks"]
    ]
    return f"{run['datetime'][:10]}, one process, no socket.\n\n" + table(["stage", "median, µs"], rows)
