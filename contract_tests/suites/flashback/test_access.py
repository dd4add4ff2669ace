"""Which records a user reaches: none that is unknown, misspelt or another user's; refusals leave all as it was."""

from __future__ import annotations

import re
from typing import Any

import pytest

from contract_tests.core.answer import Answer
from contract_tests.core.promises import promise
from contract_tests.core.target import NOTHING
from contract_tests.run.run import Run
from contract_tests.suites.flashback.api import NOT_FOUND, Flashback, State, by_id, must, not_checked
from contract_tests.suites.flashback.helpers import BY_ID, a_fingerprint, a_second_ago, listed, nothing_changes

OVERVIEW = "overview"


# --- unknown records ------------------------------------------------------------------------


@promise(
    "An unknown id is not found, and nothing changes", page="every page with an id", stage=15, about=" ".join(BY_ID)
)
@pytest.mark.parametrize("name", BY_ID)
def test_unknown_id_is_not_found(run: Run, me: Flashback, name: str) -> None:
    """404 in the documented shape, for an id of the form that the user's own have."""
    state, rules = me.known_state(), me.target.gate.rules
    unknown = rules.mint_like(list(state.sessions if "Session" in name else state.devices))
    with nothing_changes(f"{name} with an unknown id", me):
        answer = me.call(name, unknown)
        if answer.status in {400, 422} and unknown.startswith("contract-tests-"):
            run.ledger.note(f"{answer.status} in place of 404 from {name} for an id of another form than the target's")
            return
        must(answer.status == 404, f"404 from {name} for an unknown id", answer.describe(), answer)


@promise(
    "An unknown fingerprint is not found, and nothing changes",
    page="post__devices_trust",
    stage=15,
    about="trustDevice",
)
def test_unknown_fingerprint_is_not_found(me: Flashback) -> None:
    """404 in the documented shape."""
    with nothing_changes("trustDevice with an unknown fingerprint", me):
        answer = me.call("trustDevice", body={"fingerprint": me.target.gate.rules.mint()})
        must(answer.status == 404, "404 for an unknown fingerprint", answer.describe(), answer)


@promise("Only the whole id names a record", page="every page with an id", stage=15, about="getDevice")
def test_misspelt_ids_are_not_found(me: Flashback) -> None:
    """An id with a letter too many or too few, or a session's id in place of a device's, is not found."""
    state = me.known_state()
    if not state.devices:
        raise not_checked("the user has no device")
    device = next(iter(state.devices))
    sessions = [session for session in state.sessions if session not in state.devices][:1]
    for what, wrong in (("a letter too many", device + "x"), ("a letter too few", device[:-1]),
                        *(("the id of a session", session) for session in sessions)):  # fmt: skip
        if wrong and wrong not in state.devices:
            not_found(me.call("getDevice", wrong), f"404 from getDevice for {what} ({wrong})")


@pytest.mark.usefixtures("writable")
@promise("Only the whole id or fingerprint names a record that is to change", page="every page with an id", stage=32,
         about=" ".join(NOT_FOUND))  # fmt: skip
@pytest.mark.parametrize("name", [name for name in NOT_FOUND if name != "getDevice"])
def test_misspelt_names_change_nothing(me: Flashback, name: str) -> None:
    """Ids and fingerprints with a letter too many or too few, or of the other kind, are not found.

    A trust that is accepted comes before those that are refused: one that did it once more would move its end.
    """
    if name == "trustDevice":
        _, fingerprint = a_fingerprint(listed(me), lambda record: record.get("isTrusted") is True)
        a_second_ago(me, name, fingerprint)
    state = me.known_state()
    with nothing_changes(f"{name} with a misspelt name", me):
        for what, wrong in misspelt(name, state):
            named = {"body": {"fingerprint": wrong}} if name == "trustDevice" else {}
            answer = me.call(name, *([] if named else [wrong]), **named)
            not_found(answer, f"404 from {name} for {what} ({wrong})")


def misspelt(name: str, state: State) -> list[tuple[str, str]]:
    """What is wrong with a name, and the name."""
    prints = [str(state.fingerprint(device)) for device in state.free_devices if state.fingerprint(device)]
    kinds: tuple[list[str], list[str]] = (state.free_devices, state.free_sessions)
    own, other = (prints, kinds[0]) if name == "trustDevice" else kinds[::-1] if "Session" in name else kinds
    if not own:
        raise not_checked("the user has no such record")
    known = {*own, *prints} if name == "trustDevice" else {*(state.sessions if "Session" in name else state.devices)}
    found = [("a letter too many", own[0] + "x"), ("a letter too few", own[0][:-1])]
    found += [("the id of another kind of record", wrong) for wrong in other[:1]]
    return [(what, wrong) for what, wrong in found if wrong and wrong not in known]


def not_found(answer: Answer, expected: str) -> None:
    """404, or the refusal of an id that has not the right form."""
    must(answer.status == 404 or answer.status in {400, 422}, expected, answer.describe(), answer)


# --- other users ----------------------------------------------------------------------------


@promise("A user sees the own devices and sessions only", page=OVERVIEW, stage=9, about="listDevices listSessions")
def test_lists_are_the_users_own(me: Flashback, other: Flashback) -> None:
    """The lists of two users have nothing in common."""
    seen = 0
    for what, operation in (("devices", "listDevices"), ("sessions", "listSessions")):
        lists = me.succeed(operation), other.succeed(operation)
        mine, theirs = (by_id(answer, what) for answer in lists)
        shared = ", ".join(sorted(mine.keys() & theirs.keys()))
        must(not shared, f"no {what} in common between two users", shared, *lists)
        seen += bool(mine and theirs)
    if not seen:
        raise not_checked("one of the two users has no record")


@promise("Another user's record is not found, and stays as it was", page=OVERVIEW, stage=30, about=" ".join(NOT_FOUND))
@pytest.mark.parametrize("name", NOT_FOUND)
def test_foreign_records_are_not_found(run: Run, me: Flashback, other: Flashback, name: str) -> None:
    """404 for every operation on a record of the other user; neither user's records change."""
    state = other.state()
    if name != "getDevice" and not run.settings.safety.writes:
        raise not_checked(f"--safety {run.settings.safety} sends no write that names an existing record")
    for values, body in foreign(name, state):
        with nothing_changes(f"{name} of another user's record", other, me):
            answer = me.call(name, *values, body=body)
            must(answer.status == 404, f"404 from {name} for another user's record", answer.describe(), answer)


def foreign(name: str, state: State) -> list[tuple[tuple[str, ...], Any]]:
    """Path values and body that name a record of that state."""
    if name == "trustDevice":
        known = [fingerprint for device in state.devices if (fingerprint := state.fingerprint(device))]
        calls: list[tuple[tuple[str, ...], Any]] = [((), {"fingerprint": fingerprint}) for fingerprint in known[:2]]
    else:
        records = state.sessions if "Session" in name else state.devices
        calls = [((record,), NOTHING) for record in list(records)[-2:]]
    if not calls:
        raise not_checked("the other user has no such record")
    return calls


@promise(
    "A record that no list shows is not found: expired, removed, or another user's",
    page=OVERVIEW,
    stage=31,
    about="getDevice heartbeatSession",
)
@pytest.mark.usefixtures("writable")
@pytest.mark.parametrize("name", ["getDevice", "heartbeatSession"])
def test_neighbouring_ids_are_not_found(me: Flashback, name: str) -> None:
    """Ids that end in a number have neighbours; those that are not listed must answer 404."""
    state = me.state()
    known = state.sessions if name == "heartbeatSession" else state.devices
    guesses = neighbours(list(known))
    if not guesses:
        raise not_checked("the ids do not end in small numbers, so none can be guessed")
    for guess in guesses:
        answer = me.call(name, guess)
        must(answer.status == 404, f"404 from {name} for {guess}, which no list shows", answer.describe(), answer)


def neighbours(names: list[str], most: int = 24) -> list[str]:
    """Ids between and around the given ones that are not among them; none when they do not end in small numbers."""
    found = [re.fullmatch(r"(.*?)(\d{1,4})", name) for name in names]
    if not names or not all(found):
        return []
    parts = [(match[1], match[2]) for match in found if match]
    prefix, width = parts[0][0], len(parts[0][1])
    numbers = [int(number) for stem, number in parts if stem == prefix]
    around = range(max(min(numbers) - 6, 0), max(numbers) + 7)
    padded = any(number.startswith("0") for _, number in parts)
    names_around = [f"{prefix}{number:0{width}d}" if padded else f"{prefix}{number}" for number in around]
    return [name for name in names_around if name not in names][:most]
