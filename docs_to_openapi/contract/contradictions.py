"""Contradictions between the general text and the described operations, and which of them the overlay settles."""

from __future__ import annotations

from typing import Any

from docs_to_openapi.contract.facts import METHODS, Fact, facts
from docs_to_openapi.contract.overlay import Overlay
from docs_to_openapi.errors import OverlayError, Place, Problem
from docs_to_openapi.reading.reader import PageReading


def contradictions(readings: list[PageReading], document: dict[str, Any]) -> list[Problem]:
    """Every statement of a page about the API as a whole that the described operations contradict."""
    described = {
        f"{method.upper()} {path}": str(item[method].get("x-source", ""))
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    }
    problems: list[Problem] = []
    general = any(reading.overview.envelope or reading.overview.statuses for reading in readings)
    stated = list(facts(document).values()) if described and general else []
    for reading in readings:
        problems += _mentions(reading, described)
        if described:
            problems += _envelope(reading, stated) + _statuses(reading, stated)
    return problems


def _mentions(reading: PageReading, described: dict[str, str]) -> list[Problem]:
    problems: dict[str, Problem] = {}
    for method, path, line in reading.overview.mentions:
        call = f"{method.upper()} {path}"
        if call in described or call in problems:
            continue
        likely = _likely(method, path, described)
        place = Place(reading.page.name, line)
        if likely:
            message = f"{call} is named here; the page that describes it has {likely}"
            problems[call] = Problem("contradiction", place, message, _place(described[likely]), f"mention {call}")
        else:
            message = f"{call} is named here; no page describes it"
            problems[call] = Problem("contradiction", place, message, None, f"mention {call}")
    return list(problems.values())


def _likely(method: str, path: str, described: dict[str, str]) -> str:
    """The described operation that a wrong mention most likely means: same method, same last path segment."""
    tail = path.rsplit("/", 1)[-1]
    same = [call for call in described if call.startswith(method.upper() + " ") and call.rsplit("/", 1)[-1] == tail]
    return same[0] if len(same) == 1 and not tail.startswith("{") else ""


def _place(source: str) -> Place | None:
    page, _, line = source.rpartition(":")
    return Place(page, int(line)) if line.isdigit() else None


def _envelope(reading: PageReading, stated: list[Fact]) -> list[Problem]:
    """The fields that the page promises for every response, compared with the fields of the described responses."""
    response_fields = [fact for fact in stated if fact.kind == "property" and " request " not in fact.where]
    names = {fact.where.rsplit(" .", 1)[-1] for fact in response_fields}
    missing = [(name, line) for name, line in reading.overview.envelope.items() if name not in names]
    if not missing:
        return []
    name, line = missing[0]
    message = f"every response is stated to have {name!r}; no operation's page describes it"
    other = _place(response_fields[0].source) if response_fields else None
    return [Problem("contradiction", Place(reading.page.name, line), message, other, f"envelope {name}")]


def _statuses(reading: PageReading, stated: list[Fact]) -> list[Problem]:
    """The statuses that the page lists for the API, compared with those of the described operations."""
    used = {fact.where.rsplit(" ", 1)[-1] for fact in stated if fact.kind == "status"}
    return [
        Problem(
            "contradiction", Place(reading.page.name, line),
            f"the API is stated to return {status}; no operation's page describes it", None, f"general status {status}",
        )
        for status, line in reading.overview.statuses.items()
        if status not in used
    ]  # fmt: skip


def settle(problems: list[Problem], overlay: Overlay) -> tuple[list[Problem], dict[str, str]]:
    """The problems that no overlay action settles, and which action settles each of the others.

    Only a correction may settle a problem. A correction that settles nothing is outdated, which is an error.
    """
    by_key: dict[str, str] = {}
    keys = {problem.key for problem in problems if problem.key}
    for action in overlay.actions:
        for key in action.settles:
            if action.kind != "correction":
                raise OverlayError(f"{action}: only a correction can settle a contradiction; this is an {action.kind}")
            if key not in keys:
                known = ", ".join(sorted(keys)) or "none"
                raise OverlayError(
                    f"{action}: x-settles {key!r}: the pages have no such contradiction (they have: {known})"
                )
            by_key[key] = action.id
    return [problem for problem in problems if problem.key not in by_key or not problem.key], by_key
