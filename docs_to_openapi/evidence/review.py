"""`build --report`: one HTML page for review, with pages on the left, the contract on the right, and every fact linked."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from docs_to_openapi.contract.build import Build
from docs_to_openapi.errors import Problem
from docs_to_openapi.reading.reader import PageReading

MAX_LINES = 20_000
"""The report shows at most so many lines of pages; the lines after them are only counted."""

_SOURCE = re.compile(r"x-source: (.+?):(\d+)(?: \+\d+)?$")
_MARK = re.compile(r"x-(?:assumed|inferred): (.+)$")
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --read: #2a92; --open: #d22; --link: #06c; }
@media (prefers-color-scheme: dark) { :root { --link: #6af; --open: #f66; } }
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.45 system-ui, sans-serif; display: grid; grid-template: auto 1fr / 1fr 1fr; height: 100vh; }
header { grid-column: 1 / 3; padding: .6rem 1rem; border-bottom: 1px solid var(--line); max-height: 34vh; overflow: auto; }
h1 { font-size: 1.1rem; margin: 0 0 .4rem; } h2 { font-size: 1rem; position: sticky; top: 0; background: Canvas; margin: 0; padding: .4rem 1rem; }
section { overflow: auto; border-right: 1px solid var(--line); } section > div { padding-bottom: 60vh; }
pre { margin: 0; font: 12px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.l { display: grid; grid-template-columns: 3.5rem 1fr auto; gap: .6rem; padding: 0 .6rem; }
.l > :first-child { color: GrayText; text-align: right; user-select: none; }
.read { background: var(--read); } .open { background: #d222; border-left: 4px solid var(--open); }
.open b, td.open { color: var(--open); } .accepted { border-left: 4px solid #b80; } .note { border-left: 4px solid var(--line); }
.mark { border-left: 4px solid #a4f; } a { color: var(--link); } .l:target { outline: 2px solid var(--link); }
table { border-collapse: collapse; } td, th { padding: .1rem .8rem .1rem 0; text-align: left; }
p { margin: .2rem 0 .5rem; }
"""


def review(build: Build) -> str:
    """The report as one HTML page that loads nothing."""
    contract = build.text.split("\n")
    used = _uses(contract)
    return "".join(
        [
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Review: ',
            html.escape(str(build.document["info"]["title"])),
            f"</title><style>{_STYLE}</style></head><body>\n",
            _header(build, contract),
            '<section aria-label="Pages" tabindex="0"><div>\n',
            *_pages(build, used),
            f'</div></section>\n<section aria-label="Contract" tabindex="0"><div><h2>{html.escape(build.config.contract)}</h2><pre>',
            *_contract(build, contract),
            "</pre></div></section>\n</body></html>\n",
        ]
    )


def _uses(contract: list[str]) -> dict[tuple[str, int], list[int]]:
    """The lines of the contract that name each line of a page."""
    used: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number, line in enumerate(contract, 1):
        if match := _SOURCE.search(line):
            used[match.group(1), int(match.group(2))].append(number)
    return used


def _header(build: Build, contract: list[str]) -> str:
    stated = sum(bool(_SOURCE.search(line)) for line in contract)
    marks = Counter(match.group(0).partition(":")[0] for line in contract if (match := _MARK.search(line)))
    summary = (
        f"{stated} parts of the contract name a line of a page, {marks['x-inferred']} are inferred from examples, "
        f"{marks['x-assumed']} are based on an assumption. {len(build.open)} item(s) are open, {len(build.accepted)} accepted."
    )
    rows = "".join(_row(reading, build) for reading in build.readings)
    return (
        f"<header><h1>{html.escape(str(build.document['info']['title']))}</h1><p>{summary} A line of a page with a background "
        "was read; red lines are open.</p><table><tr><th>page</th><th>layout</th><th>confidence</th><th>operations</th><th>open</th></tr>"
        f"{rows}</table></header>\n"
    )


def _row(reading: PageReading, build: Build) -> str:
    still = [problem for problem in build.open if problem.place.page == reading.page.name]
    first = f'<a href="#{_anchor(build, reading.page.name, still[0].place.line)}">{len(still)}</a>' if still else "0"
    name = html.escape(reading.page.name)
    page = f'<a href="#{_anchor(build, reading.page.name, 0)}">{name}</a>'
    mark = ' class="open"' if still else ""
    return (
        f"<tr><td>{page}</td><td>{reading.layout}</td><td>{reading.confidence:.2f}</td><td>{len(reading.operations)}</td>"
        f"<td{mark}>{first}</td></tr>"
    )


def _anchor(build: Build, page: str, line: int) -> str:
    number = next((at for at, reading in enumerate(build.readings) if reading.page.name == page), -1)
    return f"p{number}-{line}"


def _pages(build: Build, used: dict[tuple[str, int], list[int]]) -> Iterator[str]:
    problems = _problems(build)
    left = MAX_LINES
    for reading in build.readings:
        name = reading.page.name
        yield f'<h2 id="{_anchor(build, name, 0)}">{html.escape(name)}</h2><pre>'
        lines = _lines_of(build, name)
        for number, text in enumerate(lines[:left], 1):
            yield _page_line(build, name, number, text, used.get((name, number), []), problems.get((name, number), []))
        if len(lines) > left:
            yield f"{len(lines) - left} more lines"
        left = max(0, left - len(lines))
        yield "</pre>\n"


def _lines_of(build: Build, name: str) -> list[str]:
    try:
        return (build.config.folder / name).read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return []


def _problems(build: Build) -> dict[tuple[str, int], list[tuple[str, Problem, str]]]:
    """The problems at each line: how they stand (`open`, `accepted`, `note`), and why they were accepted."""
    found: dict[tuple[str, int], list[tuple[str, Problem, str]]] = defaultdict(list)
    for problem in build.open:
        found[problem.place.page, problem.place.line].append(("open", problem, ""))
    for problem, reason in build.accepted:
        found[problem.place.page, problem.place.line].append(("accepted", problem, f"accepted: {reason}"))
    for problem in build.problems:
        place = problem.place.page, problem.place.line
        if problem.severity == "note":
            found[place].append(("note", problem, ""))
        elif action := build.settled.get(problem.key):
            found[place].append(("accepted", problem, f"settled by {action}"))
    return found


def _page_line(
    build: Build, name: str, number: int, text: str, uses: list[int], problems: list[tuple[str, Problem, str]]
) -> str:
    states = {state for state, _, _ in problems}
    state = next((each for each in ("open", "accepted", "note") if each in states), "read" if uses else "")
    links = " ".join(f'<a href="#c{use}">{use}</a>' for use in uses[:6])
    said = "".join(_said(build, *each) for each in problems)
    return (
        f'<span class="l {state}" id="{_anchor(build, name, number)}"><span>{number}</span>'
        f"<span>{html.escape(text[:2000])}{said}</span><span>{links}</span></span>"
    )


def _said(build: Build, state: str, problem: Problem, reason: str) -> str:
    also = problem.also
    link = f' <a href="#{_anchor(build, also.page, also.line)}">{html.escape(str(also))}</a>' if also else ""
    words = html.escape(f"{problem.severity}: {problem.message}") + (html.escape(f" ({reason})") if reason else "")
    return f"<br><b>{words}</b>{link}" if state == "open" else f"<br><i>{words}</i>{link}"


def _contract(build: Build, contract: list[str]) -> Iterator[str]:
    for number, line in enumerate(contract, 1):
        source, mark = _SOURCE.search(line), _MARK.search(line)
        link = ""
        if source:
            target = _anchor(build, source.group(1), int(source.group(2)))
            link = f'<a href="#{target}">{html.escape(source.group(1))}:{source.group(2)}</a>'
        state = "mark" if mark else ""
        yield (
            f'<span class="l {state}" id="c{number}"><span>{number}</span><span>{html.escape(line)}</span><span>{link}</span></span>'
        )
