"""Markdown for the summary page of a CI job, and annotations in GitHub's form."""

from __future__ import annotations

from typing import Any

MOST_NOTES = 20


def markdown(told: dict[str, Any]) -> str:
    """The summary: verdict first, then what is broken with curl lines, then notes and what was not checked."""
    lines = [f"## Contract: {told['verdict']}", "", headline(told), ""]
    for promise in broken(told):
        lines += violation(promise)
    lines += section("Notes", told["notes"][:MOST_NOTES])
    lines += section("Not checked", [f"{count} times, because {why}" for why, count in told["not_checked"].items()])
    lines += section("Remarks", [*told["remarks"], *([told["stopped"]] if told["stopped"] else [])])
    return "\n".join(lines) + "\n"


def headline(told: dict[str, Any]) -> str:
    """Counts in one line."""
    counts = ", ".join(f"{number} {outcome}" for outcome, number in told["counts"].items())
    return (
        f"`{told['target']}`: {counts}; {told['requests']} requests in {told['seconds']} s, safety {told['safety']}, "
        f"{told['coverage']['percent']}% of the contract reached"
    )


def violation(promise: dict[str, Any]) -> list[str]:
    """One broken promise."""
    lines = [f"### {promise['sentence']}", "", f"`{promise['id']}`, {source(promise)}", ""]
    for problem in promise["problems"]:
        lines += [f"- expected {cell(problem['expected'])}", f"- got {cell(problem['got'])}", ""]
        if problem["requests"]:
            lines += ["```sh", *problem["requests"], "```", ""]
    return lines


def source(promise: dict[str, Any]) -> str:
    """Where the promise stands."""
    page = promise["page"] or "the contract"
    return f"{page}; rests on {', '.join(promise['assumed'])}" if promise["assumed"] else f"documented: {page}"


def section(title: str, items: list[str]) -> list[str]:
    """A heading and its list, when there is something in it."""
    return [f"### {title}", "", *(f"- {cell(item)}" for item in items), ""] if items else []


def cell(text: str) -> str:
    """Text that Markdown does not take for markup."""
    return text.replace("\\", "\\\\").replace("`", "\\`").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")


def broken(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The broken promises."""
    return [promise for promise in told["promises"] if promise["outcome"] == "broken"]


def github_commands(told: dict[str, Any]) -> str:
    """One `::error` line for each broken promise, one `::warning` for each note."""
    errors = [
        f"::error title={escaped(promise['id'], in_property=True)}::"
        + escaped(f"{promise['sentence']}: expected {problem['expected']}, got {problem['got']}")
        for promise in broken(told)
        for problem in promise["problems"]
    ]
    warnings = [f"::warning title=contract::{escaped(note)}" for note in told["notes"][:MOST_NOTES]]
    return "".join(f"{line}\n" for line in [*errors, *warnings])


def escaped(text: str, *, in_property: bool = False) -> str:
    """Text as GitHub's workflow commands want it."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text
