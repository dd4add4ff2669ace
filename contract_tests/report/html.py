"""One self-contained HTML page: verdict, problems by cause, operations, coverage, and all that was not checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any, Final

from contract_tests.report.changes import changes_section
from contract_tests.report.html_parts import counted_list, definitions
from contract_tests.report.html_problems import problems
from contract_tests.report.html_tables import coverage, not_checked, operations, passed
from contract_tests.report.markdown import times
from contract_tests.report.text import details

FOLDER: Final = Path(__file__).parent
MAIN: Final = (
    ("changes", "Since the last run"),
    ("problems", "Problems"),
    ("operations", "Operations"),
    ("coverage", "Coverage"),
    ("unchecked", "Not checked"),
    ("passed", "Passed"),
)
LISTS: Final = (
    ("Notes", "notes"),
    ("Undocumented", "undocumented"),
    ("Remarks", "remarks"),
    ("Records left behind", "left_behind"),
    ("Writes accepted for what this run has not made", "changed"),
)


def html(summary: dict[str, Any]) -> str:
    """The page."""
    title = escape(summary["verdict"])
    style, script = ((FOLDER / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{style}</style>"
    )
    head_of, *below = (part for part in parts(summary) if part)
    body = "\n".join([head_of, contents("".join(below)), *below])
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{body}<script>{script}</script></body></html>\n'
    )


def parts(summary: dict[str, Any]) -> Iterator[str]:
    """The page from top to bottom."""
    failed = "" if summary["exit_code"] == 0 else " class=failed"
    facts = definitions(details(summary), "facts")
    yield f"<main><h1{failed}>{escape(summary['verdict'])}</h1>{facts}"
    yield changes_section(summary.get("changes"), summary["causes"])
    yield problems(summary)
    yield operations(summary)
    yield coverage(summary)
    yield not_checked(summary)
    yield passed(summary)
    for heading, name in LISTS:
        yield counted_list(heading, summary.get(name, ()))
    yield counted_list("Bodies that were not checked", not_judged(summary.get("not_judged", {}).items()))
    yield counted_list("Requests not sent, to protect data", times(summary["withheld"]))
    yield "</main>"


def contents(page: str) -> str:
    """Links to the main parts of the page, as far as it has them."""
    links = (f'<a href="#{name}">{words}</a>' for name, words in MAIN if f"<section id={name}>" in page)
    return f'<nav aria-label="Contents">{" ".join(links)}</nav>'


def not_judged(found: Iterable[tuple[str, int]]) -> list[str]:
    """The media types whose contents no check reads, with how many bodies there were."""
    return [f"{media_type}: {count:,}" for media_type, count in found]
