"""The table of docs/conformance.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from bench.report import table, write_section
from tests.conformance.causes import cause
from tests.conformance.running import Result
from tests.support import ROOT

PAGE = ROOT / "docs/conformance.md"
PARTS = ("required", "optional", "formats")


def markdown(results: Sequence[Result]) -> str:
    """One row for each part of the suite, and the reason of every difference."""
    headings = ["part", "schema in", "instances", "as the suite", "wanted differences", "wrong", "not served"]
    differences = [one for one in results if not one.agrees]
    rows = list(
        dict.fromkeys((one.group.file, one.group.description, cause(one) or "**wrong**") for one in differences)
    )
    return table(headings, map(_row, _parts(results))) + "\n" + table(["file", "schema", "cause"], rows)


def _parts(results: Sequence[Result]) -> Iterator[tuple[str, str, list[Result]]]:
    for part, inline in product(PARTS, (False, True)):
        chosen = [one for one in results if one.group.part == part and one.inline == inline]
        yield part, "the document" if inline else "a file", chosen


def _row(part: tuple[str, str, list[Result]]) -> list[str]:
    name, place, results = part
    wrong = failures(results)
    refused = sum(one.verdict == "not served" for one in wrong)
    same = sum(one.agrees for one in results)
    figures = (len(results), same, len(results) - same - len(wrong), len(wrong) - refused, refused)
    return [name, place, *(f"{figure:,}" for figure in figures)]


def failures(results: Sequence[Result]) -> list[Result]:
    """The results that differ without a cause."""
    return [one for one in results if not one.agrees and cause(one) is None]


def write(results: Sequence[Result]) -> None:
    """Write the tables into docs/conformance.md."""
    write_section("json-schema", markdown(results), PAGE)
