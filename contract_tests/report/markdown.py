"""Markdown for the summary page of a CI job, and annotations in GitHub's form."""

from __future__ import annotations

from typing import Any

from contract_tests.core.promises import Outcome
from contract_tests.report.text import based_on

MOST_NOTES = 20


def markdown(summary: dict[str, Any]) -> str:
    """The summary: verdict first, then what is broken with curl lines, then notes and what was not checked."""
    lines = [f"## {summary['verdict']}", "", facts(summary), ""]
    for promise in broken(summary):
        lines += violation(promise)
    lines += section("Notes", summary["notes"][:MOST_NOTES])
    lines += section("Not checked", times(summary["not_checked"]))
    lines += section("Remarks", [*summary["remarks"], *([summary["stopped"]] if summary["stopped"] else [])])
    return "\n".join(lines) + "\n"


def facts(summary: dict[str, Any]) -> str:
    """Target, contract, date and counts in one line."""
    contract = f"{summary['contract']} {summary['version']}".strip()
    return (
        f"`{summary['target']}`, {contract}, {summary['date']}: {numbers(summary)}; {summary['requests']} requests in "
        f"{summary['seconds']} s, safety {summary['safety']}, {summary['coverage']['percent']}% of the contract reached"
    )


def numbers(summary: dict[str, Any]) -> str:
    """`120 kept, 2 broken, 0 not checked`; internal errors only where there are any."""
    counts = summary["counts"].items()
    return ", ".join(f"{count} {outcome}" for outcome, count in counts if count or outcome != Outcome.FAULT)


def violation(promise: dict[str, Any]) -> list[str]:
    """One broken promise."""
    lines = [f"### {promise['sentence']}", "", f"`{promise['id']}`, {source(promise)}", ""]
    for problem in promise["problems"]:
        lines += [f"- expected {cell(problem['expected'])}", f"- got {cell(problem['got'])}", ""]
        if problem["requests"]:
            lines += ["```sh", *problem["requests"], "```", ""]
    return lines


def source(promise: dict[str, Any]) -> str:
    """What a promise is based on."""
    return based_on(promise["page"], promise["assumed"])


def times(reasons: dict[str, int]) -> list[str]:
    """Each reason with how often it was given."""
    return [f"{count} {'times' if count > 1 else 'time'}: {reason}" for reason, count in reasons.items()]


def section(title: str, items: list[str]) -> list[str]:
    """A heading and its list, when there is something in it."""
    return [f"### {title}", "", *(f"- {cell(item)}" for item in items), ""] if items else []


def cell(text: str) -> str:
    """Text that Markdown does not take for markup."""
    return text.replace("\\", "\\\\").replace("`", "\\`").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")


def broken(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """The broken promises."""
    return [promise for promise in summary["promises"] if promise["outcome"] == "broken"]


def github_commands(summary: dict[str, Any]) -> str:
    """One `::error` line for each broken promise, one `::warning` for each note."""
    errors = [
        f"::error title={escaped(promise['id'], in_property=True)}::"
        + escaped(f"{promise['sentence']}: expected {problem['expected']}, got {problem['got']}")
        for promise in broken(summary)
        for problem in promise["problems"]
    ]
    warnings = [f"::warning title=contract::{escaped(note)}" for note in summary["notes"][:MOST_NOTES]]
    return "".join(f"{line}\n" for line in [*errors, *warnings])


def escaped(text: str, *, in_property: bool = False) -> str:
    """Text as GitHub's workflow commands want it."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text
