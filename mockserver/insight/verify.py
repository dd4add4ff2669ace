"""Compares the requests that a world received with those that a test expects: calls, counts and order."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from mockserver.exchange.exchange import OUTGOING, Exchange


@dataclass(frozen=True, slots=True)
class Verification:
    """The result: the problems, if any, and a diff of expected and received calls."""

    problems: tuple[str, ...]
    diff: str


def verify(entries: Sequence[Exchange], expected: Mapping[str, Any]) -> Verification:
    """Compare the requests of a world with an expectation of the control contract."""
    since = expected.get("since", 0)
    received = [entry for entry in entries if entry.number > since and entry.request.method != "OPTIONS"]
    calls = expected["calls"]
    problems = [problem for call in calls for problem in _counted(call, received)]
    if not problems and expected.get("order") == "listed":
        problems = _in_order(calls, received)
    if expected.get("only", False):
        asked = [entry for entry in received if entry.verdict not in OUTGOING]
        others = [entry for entry in asked if not any(_fits(call, entry) for call in calls)]
        problems += [f"{_received(entry)} was not expected (request {entry.number})" for entry in others]
    return Verification(tuple(problems), _diff(calls, received) if problems else "")


def _bounds(call: Mapping[str, Any]) -> tuple[int, int | None]:
    """How often a call is expected, at least and at most: once by default."""
    if "count" not in call:
        return 1, 1
    most = call["count"].get("max")
    return int(call["count"].get("min", 0)), None if most is None else int(most)


def _counted(call: Mapping[str, Any], received: Sequence[Exchange]) -> list[str]:
    least, most = _bounds(call)
    times = sum(_fits(call, entry) for entry in received)
    if least <= times and (most is None or times <= most):
        return []
    so_often = f"was received {_often(times)}" if times else "was never received"
    return [f"{_expected(call)} was expected {_wanted(least, most)} and {so_often}{_nearest(call, received, times)}"]


def _wanted(least: int, most: int | None) -> str:
    if most is None:
        return f"{_often(least)} or more"
    if most == least:
        return _often(least)
    return f"{least} to {most} times" if least else f"{_often(most)} at most"


def _often(times: int) -> str:
    return {0: "never", 1: "once"}.get(times) or f"{times} times"


def _nearest(call: Mapping[str, Any], received: Sequence[Exchange], times: int) -> str:
    """The received call that agrees in most respects."""
    if times or not received:
        return ""
    scored = [(sum(_respects(call, entry).values()), -entry.number, entry) for entry in received]
    score, _, entry = max(scored, key=lambda item: item[:2])
    if not score:
        return ""
    wrong = ", ".join(name for name, agrees in _respects(call, entry).items() if not agrees)
    return f"; nearest is request {entry.number}, {_received(entry)}: another {wrong}"


def _respects(call: Mapping[str, Any], entry: Exchange) -> dict[str, bool]:
    """Each respect in which a call is expected, and whether the entry agrees."""
    actual = {
        "operation": entry.operation,
        "method": entry.request.method,
        "path": entry.request.path,
        "user": entry.user,
        "status": entry.answer.status,
    }
    agrees = {name: call[name] == value for name, value in actual.items() if name in call}
    return {**agrees, "body": _contains(_body(entry), call["body"])} if "body" in call else agrees


def _fits(call: Mapping[str, Any], entry: Exchange) -> bool:
    """Whether an entry is the expected call; a callback or webhook only where the call names it."""
    if entry.verdict in OUTGOING and call.get("operation") != entry.operation:
        return False
    return all(_respects(call, entry).values())


def _body(entry: Exchange) -> Any:
    try:
        return msgspec.json.decode(entry.request.body)
    except (msgspec.DecodeError, RecursionError):
        return entry.request.body.decode(errors="replace")


def _contains(value: Any, wanted: Any) -> bool:
    """Whether a value contains the wanted one: objects may have more members."""
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(
            name in value and _contains(value[name], inner) for name, inner in wanted.items()
        )
    if isinstance(wanted, list):
        same_length = isinstance(value, list) and len(value) == len(wanted)
        return same_length and all(_contains(one, inner) for one, inner in zip(value, wanted, strict=True))
    return bool(value == wanted and isinstance(value, bool) == isinstance(wanted, bool))


def _in_order(calls: Sequence[Mapping[str, Any]], received: Sequence[Exchange]) -> list[str]:
    """Whether the calls were received in the order of the list: each after the first one of the call before."""
    place = 0
    for call in calls:
        if not any(_fits(call, entry) for entry in received):
            continue  # expected never, or optional
        match = next((number for number in range(place, len(received)) if _fits(call, received[number])), None)
        if match is None:
            return [f"{_expected(call)} was not received after the call before it in the list"]
        place = match + 1
    return []


def _diff(calls: Sequence[Mapping[str, Any]], received: Sequence[Exchange]) -> str:
    """Expected calls (-) and received ones (+), as a unified diff; a matching call is written as expected."""
    wanted = [_expected(call) for call in calls for _ in range(min(max(_bounds(call)[0], 1), 100))]
    got = [next((_expected(call) for call in calls if _fits(call, entry)), _received(entry)) for entry in received]
    return "\n".join(difflib.unified_diff(wanted, got, "expected", "received", lineterm="", n=1000))


def _expected(call: Mapping[str, Any]) -> str:
    words = [call[name] for name in ("operation", "method", "path") if name in call]
    words += [f"by {call['user']}"] if "user" in call else []
    words += [f"-> {call['status']}"] if "status" in call else []
    words += [f"with {msgspec.json.encode(call['body']).decode()[:200]}"] if "body" in call else []
    return " ".join(map(str, words)) or "any call"


def _received(entry: Exchange) -> str:
    by = f" by {entry.user}" if entry.user is not None else ""
    request = f"{entry.request.method} {entry.request.path}{by}"
    return f"{entry.operation or '(no operation)'} {request} -> {entry.answer.status}"
