"""Markdown for the summary page of a CI job, and annotations in GitHub's form."""

from __future__ import annotations

import re
from typing import Any

from contract_tests.report.causes import MOST_NAMED
from contract_tests.report.text import counted, details

MOST_NOTES = 20
MOST_CAUSES = 50  # on a page that GitHub cuts at a megabyte


def markdown(summary: dict[str, Any]) -> str:
    """The summary: verdict first, then what is broken with curl lines, then notes and what was not checked."""
    lines = [f"## {cell(summary['verdict'])}", "", facts(summary), ""]
    for number, cause in enumerate(summary["causes"][:MOST_CAUSES], 1):
        lines += [f"### {number}. {cell(cause['sentence'])}", "", *problem(cause)]
    if (more := len(summary["causes"]) - MOST_CAUSES) > 0:
        lines += [f"{counted(more, 'more problem')} in `report.html`.", ""]
    lines += section("Notes", summary["notes"][:MOST_NOTES])
    lines += section("Not checked", times(summary["not_checked"]))
    lines += section("Remarks", summary["remarks"])
    return "\n".join(lines) + "\n"


def facts(summary: dict[str, Any]) -> str:
    """Target, contract, date and counts in one line."""
    return "; ".join(
        f"{name.lower()} {code(value)}" if name == "Target" else f"{name.lower()} {cell(value)}"
        for name, value in details(summary)
    )


def problem(cause: dict[str, Any]) -> list[str]:
    """One cause: what was expected and got, what that is based on, and the lines that repeat it."""
    lines = [f"- expected: {cell(cause['expected'])}", f"- got: {cell(cause['got'])}", f"- {cell(cause['source'])}"]
    if cause.get("seen"):
        lines.append(f"- seen in {cell(cause['seen'])}")
    if cause["problems"] > 1:
        where = ", ".join(map(code, cause["operations"][:MOST_NAMED]))
        lines.append(f"- {counted(cause['problems'], 'problem')} with this cause: {where}")
    return [*lines, "", *fenced(cause["requests"])]


def fenced(lines: list[str]) -> list[str]:
    """Lines of a shell as a block; nothing without lines."""
    fence = "`" * (1 + max(2, longest_fence("\n".join(lines))))
    return [f"{fence}sh", *lines, fence, ""] if lines else []


def longest_fence(text: str) -> int:
    """How many backticks stand together in a text."""
    return max(map(len, re.findall("`+", text)), default=0)


def times(reasons: dict[str, int]) -> list[str]:
    """Each reason with how often it was given."""
    return [f"{count} {'times' if count > 1 else 'time'}: {reason}" for reason, count in reasons.items()]


def section(title: str, items: list[str]) -> list[str]:
    """A heading and its list, when there is something in it."""
    return [f"### {title}", "", *(f"- {cell(item)}" for item in items), ""] if items else []


def cell(text: str) -> str:
    """Text that Markdown does not take for markup."""
    return text.replace("\\", "\\\\").replace("`", "\\`").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")


def code(text: str) -> str:
    """Text as code, in as many backticks as it needs."""
    fence = "`" * (1 + longest_fence(text))
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("\n", " ")


def github_commands(summary: dict[str, Any]) -> str:
    """One `::error` line for each cause, one `::warning` for each note."""
    errors = [
        f"::error title={escaped(cause['promises'][0], in_property=True)}::"
        + escaped(f"{cause['sentence']}: expected {cause['expected']}, got {cause['got']}")
        for cause in summary["causes"]
    ]
    warnings = [f"::warning title=contract::{escaped(note)}" for note in summary["notes"][:MOST_NOTES]]
    return "".join(f"{line}\n" for line in [*errors, *warnings])


def escaped(text: str, *, in_property: bool = False) -> str:
    """Text as GitHub's workflow commands want it."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text
