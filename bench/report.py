"""Measurements as Markdown: every figure with its ratio to this mock, written between markers of bench/README.md."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench.peers import ALL, MOCK

README = Path(__file__).with_name("README.md")
Data = Mapping[str, Any]  # what the JSON files in bench/.work hold


class Column(NamedTuple):
    """A figure of a sample, and how it is shown."""

    field: str
    divisor: int = 1
    form: str = ",.0f"

    def show(self, value: float) -> str:
        """The value as text."""
        return format(value / self.divisor, self.form)


COLUMNS = {
    "req/s": Column("per_second"),
    "p50 ms": Column("p50", 1000, ".2f"),
    "p99 ms": Column("p99", 1000, ".2f"),
    "CPU µs/request": Column("cpu"),
}


def write_section(name: str, text: str, readme: Path = README) -> None:
    """Put the text between `<!-- NAME -->` and `<!-- /NAME -->`."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    before = readme.read_text()
    if not pattern.search(before):
        raise ValueError(f"{readme.name} has no section {name}: expected <!-- {name} --> and <!-- /{name} -->")
    readme.write_text(pattern.sub(lambda found: f"{found[1]}{text.rstrip()}\n{found[2]}", before))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def ratio(outcome: Data, name: str, kind: str, figure: str) -> float:
    """A peer's figure to this mock's: the median of the ratios of each round."""
    ours, theirs = (outcome["measured"][who]["runs"][kind] for who in (MOCK.name, name))
    return float(median(their[figure] / our[figure] for our, their in zip(ours, theirs, strict=True)))


def comparison(run: Data) -> str:
    """The whole comparison: where it was made, one table for each kind of load, one for the rest."""
    outcome = run["outcome"]
    kinds = next(iter(outcome["measured"].values()))["runs"]
    parts = [setting(run), rest(outcome)]
    parts += [f"### {kind}\n\n{load(outcome, kind)}" for kind in kinds]
    if outcome["missing"]:
        parts.append("### Not measured\n\n" + table(["server", "why"], outcome["missing"].items()))
    return "\n".join(parts)


def setting(run: Data) -> str:
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
    """One kind of load: the fastest server first."""
    middle = {
        name: {column.field: median(run[column.field] for run in one["runs"][kind]) for column in COLUMNS.values()}
        for name, one in outcome["measured"].items()
        if kind in one["runs"]
    }
    rows = [
        [
            _strong(name),
            *(
                f"{column.show(figures[column.field])} ({_times(ratio(outcome, name, kind, column.field))})"
                for column in COLUMNS.values()
            ),
        ]
        for name, figures in sorted(middle.items(), key=lambda item: -item[1]["per_second"])
    ]
    return table(["server", *COLUMNS], rows)


def rest(outcome: Data) -> str:
    """Start-up, memory, and what each server did when it was probed."""
    measured = outcome["measured"]
    ours = measured[MOCK.name]
    does = {peer.name: peer.does for peer in ALL}
    rows = []
    for name, one in measured.items():
        start, facts = median(one["start"]), one["facts"]
        rows.append([
            _strong(name),
            f"{start:.2f} ({_times(start / median(ours['start']))})",
            f"{one['pss']:.0f} ({_times(one['pss'] / ours['pss'])})",
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
    """What size does to this mock, every number that was taken."""
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
        [one["name"].removeprefix("test_").replace("_", " "), f"{one['stats']['median'] * 1e6:,.2f}"]
        for one in run["benchmarks"]
    ]
    return f"{run['datetime'][:10]}, one process, no socket.\n\n" + table(["stage", "median, µs"], rows)
