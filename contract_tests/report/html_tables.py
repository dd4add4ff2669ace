"""The tables of the page: operations, coverage, what was not checked, and what passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from typing import Any, Final

from contract_tests.core.promises import Outcome
from contract_tests.report.html_parts import anchor, bounded, breaking, columns, folded, section, table
from contract_tests.report.text import counted

MOST_OF_OPERATIONS: Final = 350_000  # bytes
MOST_OF_MATRIX: Final = 250_000
MOST_OF_MISSING: Final = 100_000
MOST_OF_CHECKS: Final = 150_000
MOST_LINKS: Final = 8
FEW: Final = 12  # operations that need no filter
Data = Mapping[str, Any]


def operations(summary: Data) -> str:
    """The index by operation: its problems, its checks and its coverage; what fails comes first."""
    labels = summary.get("operations", {})
    tallies: dict[str, Counter[str]] = {name: Counter() for name in labels}
    for promise in summary["promises"]:
        for name in promise.get("operations", ()):
            tallies.setdefault(name, Counter())[promise["outcome"]] += 1
    numbers: dict[str, list[int]] = {}
    for number, cause in enumerate(summary["causes"], 1):
        for name in cause["operations"]:
            numbers.setdefault(name, []).append(number)
    if not labels:
        return ""
    matrix = summary["coverage"]["matrix"]
    order = sorted(labels, key=lambda name: -len(numbers.get(name, ())))
    rows, more = bounded(
        (operation(name, labels[name], tallies[name], numbers.get(name, []), matrix.get(name, {})) for name in order),
        MOST_OF_OPERATIONS,
        "operation",
    )
    spare = {"Not checked", "Coverage"}
    heads = columns(
        "Operation",
        "Problems",
        "Failed",
        "Passed",
        "Not checked",
        "Coverage",
        numbers={"Failed", "Passed", *spare},
        spare=spare,
    )
    search = '<input class=filter type=search placeholder="Filter operations" aria-label="Filter operations" hidden>'
    content = (search if len(labels) > FEW else "") + table("Operations", heads, rows) + more
    return section("operations", counted(len(labels), "operation"), content)


def operation(name: str, label: str, tally: Counter[str], numbers: list[int], cells: Data) -> str:
    """One operation of the index."""
    links = " ".join(f'<a href="#p{number}">{number}</a>' for number in numbers[:MOST_LINKS])
    links += " …" if len(numbers) > MOST_LINKS else ""
    reached, parts = (sum(cell[key] for cell in cells.values()) for key in ("reached", "all"))
    failed, title = tally[Outcome.BROKEN], escape(name, quote=True)
    return (
        f'<tr id="{anchor(name)}"><td class=name title="{title}">{breaking(label)}</td><td>{links}</td>'
        f'<td class="n{" bad" if failed else ""}">{failed or ""}</td><td class=n>{tally[Outcome.KEPT] or ""}</td>'
        f'<td class="n spare">{tally[Outcome.NOT_CHECKED] or ""}</td><td class="n spare">{reached}/{parts}</td></tr>'
    )


def coverage(summary: Data) -> str:
    """The coverage as a matrix of operations by status, and what was not reached; both folded."""
    found = summary["coverage"]
    matrix, labels = found["matrix"], summary.get("operations", {})
    statuses = sorted({status for row in matrix.values() for status in row}, key=lambda s: (s == "request", s))
    rows, more = bounded(
        (matrix_row(labels.get(name, name), cells, statuses) for name, cells in matrix.items()),
        MOST_OF_MATRIX,
        "operation",
    )
    wide = '<div class=wide role=region tabindex=0 aria-label="Operations by documented status">'
    matrix_table = table("Coverage by status", columns("Operation", *statuses), rows, "matrix")
    legend = "<p class=mute>Reached parts of all documented parts; dashed: out of reach of this run.</p>"
    content = folded("Operations by documented status", f"{legend}{wide}{matrix_table}</div>{more}") if matrix else ""
    content += missing(found["missing"], labels)
    return section("coverage", f"Coverage: {found['percent']}%", content)


def matrix_row(label: str, cells: Data, statuses: list[str]) -> str:
    """One operation of the matrix."""
    return f"<tr><td class=name>{escape(label)}</td>{''.join(map(matrix_cell, map(cells.get, statuses)))}</tr>"


def matrix_cell(cell: Data | None) -> str:
    """One status of one operation: the darker, the more of it was reached."""
    if cell is None:
        return "<td></td>"
    share = cell["reached"] / cell["all"] if cell["all"] else 0
    shade = ["most"] if share > 0.9 else ["some"] if share else []
    names = " ".join([*shade, *(["far"] if cell.get("out_of_reach") else [])])
    return f"<td{f' class={names!r}' if names else ''}>{cell['reached']}/{cell['all']}</td>"


def missing(parts: list[Data], labels: Data) -> str:
    """What was not reached, by reason and operation."""
    if not parts:
        return ""
    groups: dict[tuple[str, str], list[str]] = {}
    for part in parts:
        groups.setdefault((part["why"], part["operation"]), []).append(f"{part['status']} {part['what']}".strip())
    rows, more = bounded(
        (
            f"<tr><td class=name>{escape(labels.get(name, name))}</td><td>{escape(', '.join(what))}</td>"
            f"<td class=mute>{escape(why)}</td></tr>"
            for (why, name), what in sorted(groups.items())
        ),
        MOST_OF_MISSING,
        "operation",
    )
    heads = columns("Operation", "Not reached", "Why")
    return folded(f"{counted(len(parts), 'part')} not reached", table("Not reached", heads, rows) + more)


def passed(summary: Data) -> str:
    """The checks that passed, those of one sentence together."""
    found = [one for one in summary["promises"] if one["outcome"] == Outcome.KEPT]
    return listed("passed", "Passed", found, lambda one: one["sentence"])


def not_checked(summary: Data) -> str:
    """The checks that could not be made, by reason."""
    found = [one for one in summary["promises"] if one["outcome"] == Outcome.NOT_CHECKED]
    return listed("unchecked", "Not checked", found, lambda one: f"{one['reason']}: {one['sentence']}")


def listed(name: str, heading: str, found: list[Data], words: Callable[[Data], str]) -> str:
    """Checks of one outcome, folded; those with the same words are one entry."""
    if not found:
        return ""
    groups: dict[str, list[Data]] = {}
    for one in found:
        groups.setdefault(words(one), []).append(one)
    rows, more = bounded((entry(text, group) for text, group in groups.items()), MOST_OF_CHECKS, "entry")
    return section(name, f"{heading}: {counted(len(found), 'check')}", f"<ul>{rows}</ul>{more}", fold=True)


def entry(text: str, group: Iterable[Data]) -> str:
    """One sentence, with the operations that it was checked for."""
    return f"<li>{escape(text)} <span class=id>{escape(', '.join(names_of(group)))}</span></li>"


def names_of(group: Iterable[Data]) -> Iterator[str]:
    """The operations of some checks; of a check without any, its own name."""
    for one in group:
        yield from one.get("operations") or [one["id"]]
