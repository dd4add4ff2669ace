"""Whether a world was asked what a test expects: calls, their counts, their order; and what came instead."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from mockserver.exchange.journal import Entry


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found: nothing is wrong, or what is, and expected calls beside those that came."""

    problems: tuple[str, ...]
    diff: str


def verify(entries: Sequence[Entry], expected: Mapping[str, Any]) -> Verification:
    """Hold the requests of a world against an expectation of the control contract."""
    since = expected.get("since", 0)
    came = [entry for entry in entries if entry.number > since and entry.request.method != "OPTIONS"]
    calls = expected["calls"]
    problems = [problem for call in calls for problem in _counted(call, came)]
    if not problems and expected.get("order") == "listed":
        problems = _in_order(calls, came)
    if expected.get("only", False):
        others = [entry for entry in came if not any(_fits(call, entry) for call in calls)]
        problems += [f"{_came(entry)} was not expected (request {entry.number})" for entry in others]
    return Verification(tuple(problems), _diff(calls, came) if problems else "")


def _bounds(call: Mapping[str, Any]) -> tuple[int, int | None]:
    """How often a call is expected, at least and at most: once if nothing is said."""
    if "count" not in call:
        return 1, 1
    most = call["count"].get("max")
    return int(call["count"].get("min", 0)), None if most is None else int(most)


def _counted(call: Mapping[str, Any], came: Sequence[Entry]) -> list[str]:
    least, most = _bounds(call)
    times = sum(_fits(call, entry) for entry in came)
    if least <= times and (most is None or times <= most):
        return []
    so_often = f"came {_often(times)}" if times else "never came"
    return [f"{_expected(call)} was expected {_wanted(least, most)} and {so_often}{_nearest(call, came, times)}"]


def _wanted(least: int, most: int | None) -> str:
    if most is None:
        return f"{_often(least)} or more"
    if most == least:
        return _often(least)
    return f"{least} to {most} times" if least else f"{_often(most)} at most"


def _often(times: int) -> str:
    return {0: "never", 1: "once"}.get(times) or f"{times} times"


def _nearest(call: Mapping[str, Any], came: Sequence[Entry], times: int) -> str:
    """What came instead: the call that agrees in most respects."""
    if times or not came:
        return ""
    scored = [(sum(_respects(call, entry).values()), -entry.number, entry) for entry in came]
    score, _, entry = max(scored, key=lambda item: item[:2])
    if not score:
        return ""
    wrong = ", ".join(name for name, agrees in _respects(call, entry).items() if not agrees)
    return f"; nearest is request {entry.number}, {_came(entry)}: another {wrong}"


def _respects(call: Mapping[str, Any], entry: Entry) -> dict[str, bool]:
    """Each respect in which a call is expected, and whether the entry agrees."""
    came = {
        "operation": entry.operation,
        "method": entry.request.method,
        "path": entry.request.path,
        "user": entry.user,
        "status": entry.answer.status,
    }
    agrees = {name: call[name] == value for name, value in came.items() if name in call}
    return {**agrees, "body": _holds(_body(entry), call["body"])} if "body" in call else agrees


def _fits(call: Mapping[str, Any], entry: Entry) -> bool:
    return all(_respects(call, entry).values())


def _body(entry: Entry) -> Any:
    try:
        return msgspec.json.decode(entry.request.body)
    except (msgspec.DecodeError, RecursionError):
        return entry.request.body.decode(errors="replace")


def _holds(value: Any, wanted: Any) -> bool:
    """Whether a value is as wanted; objects may hold more."""
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(
            name in value and _holds(value[name], inner) for name, inner in wanted.items()
        )
    if isinstance(wanted, list):
        same_length = isinstance(value, list) and len(value) == len(wanted)
        return same_length and all(_holds(one, inner) for one, inner in zip(value, wanted, strict=True))
    return bool(value == wanted and isinstance(value, bool) == isinstance(wanted, bool))


def _in_order(calls: Sequence[Mapping[str, Any]], came: Sequence[Entry]) -> list[str]:
    """Whether the calls came in the order of the list: each first one after the first one of the call before."""
    place = 0
    for call in calls:
        if not any(_fits(call, entry) for entry in came):
            continue  # expected never, or optional
        found = next((number for number in range(place, len(came)) if _fits(call, came[number])), None)
        if found is None:
            return [f"{_expected(call)} did not come after the call before it in the list"]
        place = found + 1
    return []


def _diff(calls: Sequence[Mapping[str, Any]], came: Sequence[Entry]) -> str:
    """Expected calls (-) and those that came (+), as a unified diff; a call that fits says itself as expected."""
    wanted = [_expected(call) for call in calls for _ in range(min(max(_bounds(call)[0], 1), 100))]
    got = [next((_expected(call) for call in calls if _fits(call, entry)), _came(entry)) for entry in came]
    return "\n".join(difflib.unified_diff(wanted, got, "expected", "came", lineterm="", n=1000))


def _expected(call: Mapping[str, Any]) -> str:
    words = [call[name] for name in ("operation", "method", "path") if name in call]
    words += [f"by {call['user']}"] if "user" in call else []
    words += [f"-> {call['status']}"] if "status" in call else []
    words += [f"with {msgspec.json.encode(call['body']).decode()[:200]}"] if "body" in call else []
    return " ".join(map(str, words)) or "any call"


def _came(entry: Entry) -> str:
    by = f" by {entry.user}" if entry.user is not None else ""
    asked = f"{entry.request.method} {entry.request.path}{by}"
    return f"{entry.operation or '(no operation)'} {asked} -> {entry.answer.status}"
