"""What pages say of each other, held against what the pages describe; and what the overlay settles of it."""

from __future__ import annotations

from typing import Any

from spec.builder.errors import OverlayError, Place, Problem
from spec.builder.facts import METHODS, facts
from spec.builder.overlay import Overlay
from spec.builder.reader import PageReading


def contradictions(readings: list[PageReading], document: dict[str, Any]) -> list[Problem]:
    """Every claim of a page about the API as a whole that the described operations do not bear out."""
    described = {
        f"{method.upper()} {path}": str(item[method].get("x-source", ""))
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    }
    found: list[Problem] = []
    for reading in readings:
        found += _mentions(reading, described)
        if described:
            found += _envelope(reading, document) + _statuses(reading, document)
    return found


def _mentions(reading: PageReading, described: dict[str, str]) -> list[Problem]:
    found: dict[str, Problem] = {}
    for method, path, line in reading.overview.mentions:
        call = f"{method.upper()} {path}"
        if call in described or call in found:
            continue
        own = _likely(method, path, described)
        place = Place(reading.page.name, line)
        if own:
            message = f"{call} is named here; the page that describes it has {own}"
            found[call] = Problem("contradiction", place, message, _place(described[own]), f"mention {call}")
        else:
            message = f"{call} is named here; no page describes it"
            found[call] = Problem("contradiction", place, message, None, f"mention {call}")
    return list(found.values())


def _likely(method: str, path: str, described: dict[str, str]) -> str:
    """The described operation that a wrong mention most likely means: same method, same last words."""
    tail = path.rsplit("/", 1)[-1]
    same = [call for call in described if call.startswith(method.upper() + " ") and call.rsplit("/", 1)[-1] == tail]
    return same[0] if len(same) == 1 and not tail.startswith("{") else ""


def _place(source: str) -> Place | None:
    page, _, line = source.rpartition(":")
    return Place(page, int(line)) if line.isdigit() else None


def _envelope(reading: PageReading, document: dict[str, Any]) -> list[Problem]:
    """The shape that every response is said to have, against the fields that responses have."""
    answered = [fact for fact in facts(document).values() if fact.kind == "property" and " request " not in fact.where]
    fields = {fact.where.rsplit(" .", 1)[-1] for fact in answered}
    missing = [(name, line) for name, line in reading.overview.envelope.items() if name not in fields]
    if not missing:
        return []
    name, line = missing[0]
    message = f"every response is said to have {name!r}; no operation's page has it"
    other = _place(answered[0].source) if answered else None
    return [Problem("contradiction", Place(reading.page.name, line), message, other, f"envelope {name}")]


def _statuses(reading: PageReading, document: dict[str, Any]) -> list[Problem]:
    """The statuses that the API is said to use, against those that operations have."""
    used = {fact.where.rsplit(" ", 1)[-1] for fact in facts(document).values() if fact.kind == "status"}
    return [
        Problem(
            "contradiction", Place(reading.page.name, line),
            f"the API is said to answer {status}; no operation's page has it", None, f"general status {status}",
        )
        for status, line in reading.overview.statuses.items()
        if status not in used
    ]  # fmt: skip


def settle(problems: list[Problem], overlay: Overlay) -> tuple[list[Problem], dict[str, str]]:
    """The problems that no overlay action settles, and which action settled each of the others.

    Only a correction settles; one that settles nothing is stale, and so an error.
    """
    by_key: dict[str, str] = {}
    keys = {problem.key for problem in problems if problem.key}
    for action in overlay.actions:
        for key in action.settles:
            if action.kind != "correction":
                raise OverlayError(f"{action}: only a correction settles a contradiction; it is an {action.kind}")
            if key not in keys:
                known = ", ".join(sorted(keys)) or "none"
                raise OverlayError(
                    f"{action}: x-settles {key!r}: no such contradiction in the pages (they have: {known})"
                )
            by_key[key] = action.id
    return [problem for problem in problems if problem.key not in by_key or not problem.key], by_key
