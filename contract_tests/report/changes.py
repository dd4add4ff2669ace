"""What is new, fixed and still failing since the last run: for terminal, page, and a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from contract_tests.report.causes import MOST_NAMED
from contract_tests.report.html_parts import bounded, folded, section
from contract_tests.report.markdown import cell, code, fenced
from contract_tests.report.text import counted, moment, shortened

Data = Mapping[str, Any]
MOST_SAID: Final = 10  # changes of one kind on the terminal
MOST_OF_A_COMMENT: Final = 60_000  # characters; GitHub takes 65,536
MOST_CAUSES: Final = 10  # in a comment
MOST_LISTED: Final = 30  # of one kind in a comment
SHOWN: Final = 300  # characters of a text in a comment
LONGEST_CURL: Final = 800
MOST_OF_A_LIST: Final = 20_000  # bytes on the page
GONE: Final = (
    ("fixed", "Fixed"),
    ("accepted", "Accepted by the baseline"),
    ("not_checked", "Failed before, not checked this time"),
)


def headline_of(changes: Data) -> str:
    """`2 new problems, 1 fixed, 4 still failing`; of a first run, that there is nothing to compare with."""
    counts = changes["counts"]
    if changes["last"] is None:
        return f"{counted(counts['new'], 'problem')}, no earlier run to compare with"
    parts = [counted(counts["new"], "new problem"), f"{counts['fixed']} fixed", f"{counts['still']} still failing"]
    more = (("accepted", "accepted"), ("not_checked", "not checked this time"))
    return ", ".join([*parts, *(f"{counts[kind]} {words}" for kind, words in more if counts[kind])])


def compared_with(changes: Data) -> str:
    """The last run in a few words; empty where there is none."""
    last = changes["last"]
    return f"the run of {moment(last['date'])} against {last['target']} ({last['verdict']})" if last else ""


def said(changes: Data) -> Iterator[str]:
    """The lines of the terminal."""
    if changes["last"] is None:
        yield "history: the first run, there is nothing to compare with"
        return
    for cause in changes["new"][:MOST_SAID]:
        yield f"new: {cause['promises'][0]}: {cause['expected']}; got {cause['got'][:SHOWN]}"
    for one in [one for one in changes["gone"] if one["kind"] == "fixed"][:MOST_SAID]:
        yield f"fixed: {one['check']}: {one['expected']}"
    yield f"since {compared_with(changes)}: {headline_of(changes)}"


def changes_section(changes: Data | None, causes: Sequence[Data] = ()) -> str:
    """The part of the page, with links to those of its causes that are new; nothing without a history."""
    if changes is None:
        return ""
    if changes["last"] is None:
        return "<p class=mute>The first run of this history: the next one shows what is new and what is fixed.</p>"
    lists = [("Still failing", changes["still"])]
    lists += [(heading, [one for one in changes["gone"] if one["kind"] == kind]) for kind, heading in GONE]
    since = f"<p class=mute>Compared with {escape(compared_with(changes))}.</p>"
    content = "".join(listed(heading, found) for heading, found in lists if found)
    return section("changes", headline_of(changes), since + new_ones(causes) + content)


def new_ones(causes: Sequence[Data]) -> str:
    """Links to the causes that have problems no earlier run has seen."""
    links = (
        f'<li><a href="#p{number}">{number}. {escape(shortened(cause["expected"], SHOWN))}</a></li>'
        for number, cause in enumerate(causes, 1)
        if cause["unseen"]
    )
    rows, more = bounded(links, MOST_OF_A_LIST, "cause")
    return f"<p>New:</p><ul>{rows}</ul>{more}" if rows else ""


def listed(heading: str, found: Sequence[Data]) -> str:
    """Problems by check, folded."""
    rows, more = bounded(
        (
            f"<li>{escape(one['expected'])} <span class=id>{escape(one['check'])}</span> "
            f"<span class=mute>{escape(when(one))}</span></li>"
            for one in found
        ),
        MOST_OF_A_LIST,
        "problem",
    )
    return folded(f"{heading}: {len(found):,}", f"<ul>{rows}</ul>{more}")


def when(one: Data) -> str:
    """Since when a problem was seen, and whether its check fails now and then."""
    trail = one.get("trail", "")
    flaky = f", failed in {trail.count('f')} of the last {len(trail)} runs" if "fp" in trail and "pf" in trail else ""
    return f"since {moment(one['since'])}{flaky}"


def comment(summary: Data) -> str:
    """What a pull request changes, in Markdown: new problems with their curl lines, what is fixed, what remains."""
    changes = summary["changes"]
    contract = f"{summary['contract']} {summary['version']}".strip()
    about = f"**{cell(summary['verdict'])}** ({cell(contract)} at {code(summary['target'])})"
    since = f", compared with {cell(compared_with(changes))}" if changes["last"] else ""
    blocks = [[f"### Contract tests: {headline_of(changes)}", "", f"{about}{since}.", ""]]
    if changes["new"]:
        blocks.append([f"#### {'New' if changes['last'] else 'Failing'}", ""])
    word = "new problem" if changes["last"] else "problem"
    blocks += [new_problem(number, cause, word) for number, cause in enumerate(changes["new"][:MOST_CAUSES], 1)]
    if (more := len(changes["new"]) - MOST_CAUSES) > 0:
        blocks.append([f"{counted(more, 'more cause')} in the report.", ""])
    for kind, heading in GONE:
        found = [one for one in changes["gone"] if one["kind"] == kind]
        blocks.append(folded_list(heading, found, is_open=kind == "fixed"))
    return fitting([*blocks, folded_list("Still failing", changes["still"])])


def fitting(blocks: Sequence[Sequence[str]]) -> str:
    """The blocks that fit into a comment."""
    text = ""
    for block in blocks:
        added = "".join(f"{line}\n" for line in block)
        if len(text) + len(added) > MOST_OF_A_COMMENT:
            return f"{text}The rest is in the report.\n"
        text += added
    return text


def new_problem(number: int, cause: Data, word: str) -> list[str]:
    """One cause of new problems."""
    where = ", ".join(map(code, cause["operations"][:MOST_NAMED]))
    lines = [f"{number}. **{cell(cause['sentence'][:SHOWN])}** {where}".rstrip()]
    lines += [f"   - {name}: {cell(cause[name][:SHOWN])}" for name in ("expected", "got")]
    lines += [f"   - {cell(cause['source'][:SHOWN])}"]
    if cause["problems"] > 1:
        lines.append(f"   - {counted(cause['problems'], word)} with this cause")
    curls = [line for line in cause["requests"] if len(line) <= LONGEST_CURL][-2:]
    return [*lines, "", *(f"   {line}".rstrip() for line in fenced(curls))]


def line_of(check: str, problems: Sequence[Data]) -> str:
    """The problems of a check: the first one, and how many others there are."""
    first = problems[0]
    others = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
    return f"- {code(check[:SHOWN])}: {cell(first['expected'][:SHOWN])}{others} ({when(first)})"


def folded_list(heading: str, found: Sequence[Data], *, is_open: bool = False) -> list[str]:
    """A list that unfolds, with a line for each check; nothing without items."""
    if not found:
        return []
    checks: dict[str, list[Data]] = {}
    for one in found:
        checks.setdefault(one["check"], []).append(one)
    rows = [line_of(name, problems) for name, problems in checks.items()][:MOST_LISTED]
    left = sum(len(problems) for problems in [*checks.values()][MOST_LISTED:])
    more = [f"- and {left} more"] if left else []
    opened = " open" if is_open else ""
    return [f"<details{opened}><summary>{heading}: {len(found):,}</summary>", "", *rows, *more, "", "</details>", ""]
