"""The tables of docs/conformance.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import product

from bench.report import table, write_section
from tests.conformance.causes import cause
from tests.conformance.draft4 import tried
from tests.conformance.running import Result
from tests.conformance.style_running import StyleResult
from tests.conformance.styles import REFUSED, VERSIONS
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


def style_table(results: Sequence[StyleResult]) -> str:
    """One row for each location and style: how many rows the tables have, and how many the mock gets wrong."""
    headings = ["location", "style", *(f"OpenAPI {version}" for version in VERSIONS), "wrong"]
    places = dict.fromkeys((one.row.location, one.row.style) for one in results)
    lines = [
        [*place, *_counted([one for one in results if (one.row.location, one.row.style) == place])] for place in places
    ]
    return table(headings, [*lines, ["**all**", "", *_counted(results)]])


def _counted(results: Sequence[StyleResult]) -> list[str]:
    of_version = [sum(one.row.version == version for one in results) for version in VERSIONS]
    return [*map(str, of_version), str(sum(not one.agrees for one in results))]


def style_failures(results: Sequence[StyleResult]) -> str:
    """Every row that the mock gets wrong, one a line, for people to read."""
    return "\n".join(
        f"{one.row.version} {one.row.location} {one.row.style} explode={one.row.explode} {one.row.sent} as "
        f"{'no ' if one.row.value is REFUSED else ''}{json.dumps(one.row.declared)}: {' '.join(one.detail.split())}"
        for one in results
        if not one.agrees
    )


def draft4_table() -> str:
    """How the versions differ in a keyword, each tried."""
    words = {True: "accepted", False: "refused"}
    rows = [
        [
            f"`{row.name}`",
            f"`{json.dumps(row.schema)}`",
            f"`{json.dumps(row.value)}`",
            words[older],
            words[newer],
            row.why,
        ]
        for row, older, newer in tried()
    ]
    return table(["keyword", "schema", "value", "OpenAPI 3.0", "OpenAPI 3.1", "why"], rows)


def write(name: str, text: str) -> None:
    """Write the tables of a suite into docs/conformance.md."""
    write_section(name, text, PAGE)
