"""What must be refused: unknown records, other users' records, missing or wrong tokens, bodies that do not fit.

Every refusal must leave the records as they were; each test compares what GET shows before and after.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from contract_tests.answer import Answer
from contract_tests.contract import Operation
from contract_tests.flashback import NOT_FOUND, Flashback, State, by_id, differences, must, not_checked
from contract_tests.gathering import Cases
from contract_tests.promises import promise
from contract_tests.run import Run
from contract_tests.safety import Rules, Safety
from contract_tests.target import NOTHING

OVERVIEW = "overview"
BY_ID = ["getDevice", "untrustDevice", "removeDevice", "revokeSession", "heartbeatSession"]
NO_CREDENTIALS: dict[str, dict[str, str]] = {
    "no token": {},
    "an empty token": {"Authorization": "Bearer "},
    "an unknown token": {"Authorization": "Bearer contract-tests-unknown-token"},
    "another scheme": {"Authorization": "Basic Y29udHJhY3QtdGVzdHM6eA=="},
}
ODD_IDS = {
    "a NUL byte": "%00",
    "an encoded slash": "..%2F..%2Fdevices",
    "an emoji": "%F0%9F%92%A5",
    "invalid UTF-8": "%ff%fe",
    "5000 characters": "x" * 5000,
    "quotes": "%27%20OR%20%271%27=%271",
    "a space": "%20",
    "a template": "%7Bid%7D",
}


@contextmanager
def nothing_changes(*users: Flashback) -> Iterator[None]:
    """What GET shows of the users is the same afterwards."""
    before = [user.known_state() for user in users]
    yield
    for user, was in zip(users, before, strict=True):
        now = user.state()
        changes = [
            *differences(was.details, now.details),
            *differences(was.devices, now.devices),
            *differences(was.sessions, now.sessions),
        ]
        must(not changes, "a refused request to change nothing", "; ".join(dict.fromkeys(changes)), *now.answers[:1])


# --- unknown records ------------------------------------------------------------------------


@promise(
    "An unknown id is not found, and nothing changes", page="every page with an id", stage=15, about=" ".join(BY_ID)
)
@pytest.mark.parametrize("name", BY_ID)
def test_unknown_id_is_not_found(me: Flashback, name: str) -> None:
    """404 in the documented shape."""
    with nothing_changes(me):
        answer = me.call(name, me.target.gate.rules.mint())
        must(answer.status == 404, f"404 from {name} for an unknown id", answer.told(), answer)


@promise(
    "An unknown fingerprint is not found, and nothing changes",
    page="post__devices_trust",
    stage=15,
    about="trustDevice",
)
def test_unknown_fingerprint_is_not_found(me: Flashback) -> None:
    """404 in the documented shape."""
    with nothing_changes(me):
        answer = me.call("trustDevice", body={"fingerprint": me.target.gate.rules.mint()})
        must(answer.status == 404, "404 for an unknown fingerprint", answer.told(), answer)


@promise(
    "An id of any form is answered, never with a server error",
    page="every page with an id",
    stage=16,
    about=" ".join(BY_ID),
)
@pytest.mark.parametrize("name", BY_ID)
def test_odd_ids_are_answered(me: Flashback, name: str) -> None:
    """Neither a server error nor a success."""
    operation, cases = me.target.contract.operation(name), Cases()
    for what, odd in ODD_IDS.items():
        path = operation.path.replace("{id}", odd + me.target.gate.rules.mint())
        with cases.case():
            answer = me.target.request(operation.method, path, by_contract=False)
            must(400 <= answer.status < 500, f"a refusal of {name} for an id with {what}", answer.told(), answer)
    cases.settle()


# --- tokens ---------------------------------------------------------------------------------


@promise("Every operation needs a bearer token", page=OVERVIEW, assumed="A-04", stage=17)
def test_token_is_needed(run: Run, me: Flashback, operation: Operation) -> None:
    """401 (or 403, noted) without a valid bearer token, and nothing changes."""
    cases = Cases()
    with nothing_changes(me):
        for what, headers in NO_CREDENTIALS.items():
            with cases.case():
                answer = without_token(me, operation, headers)
                judge_unauthorized(run, operation, what, answer)
        cases.settle()


def judge_unauthorized(run: Run, operation: Operation, what: str, answer: Answer) -> None:
    """401 with a challenge; 403 is noted."""
    if answer.status == 403:
        run.ledger.note(f"{operation.id}: 403 in place of 401 (A-04) for {what}")
        return
    must(answer.status == 401, f"401 from {operation.id} with {what}", answer.told(), answer)
    expected = f"WWW-Authenticate in the 401 of {operation.id}"
    must("www-authenticate" in answer.headers, expected, "no such header", answer)


def without_token(me: Flashback, operation: Operation, headers: dict[str, str]) -> Answer:
    """Call an operation with these headers alone: reads on a known record, writes on one that does not exist."""
    mint = me.target.gate.rules.mint
    values = [mint() for _ in operation.path_names]
    if operation.id == "getDevice":
        values = list(me.known_state().devices)[:1] or values
    body = {"fingerprint": mint()} if operation.id == "trustDevice" else NOTHING
    return me.target.call(operation.id, *values, body=body, token=None, headers=headers)


# --- bodies ---------------------------------------------------------------------------------


def bodies_that_do_not_fit(rules: Rules) -> dict[str, Any]:
    """Bodies without a fingerprint that is a string; first those that name something which nobody has."""
    return {
        "a list as fingerprint": {"fingerprint": [rules.mint()]},
        "an object as fingerprint": {"fingerprint": {"x": rules.mint()}},
        "a number as fingerprint": {"fingerprint": rules.mint_number()},
        "true as fingerprint": {"fingerprint": True},
        "null as fingerprint": {"fingerprint": None},
        "no fingerprint": {},
        "a misspelt fingerprint": {"fingerPrint": rules.mint()},
        "a list": [rules.mint()],
        "a text": rules.mint(),
        "null": None,
        "half a JSON text": b'{"fingerprint": "',
        "no UTF-8": b'{"fingerprint": "\xff\xfe"}',
        "nothing": b"",
    }


@promise("A body without a fingerprint, or with one that is no string, is refused and changes nothing",
         page="post__devices_trust", assumed="A-03", stage=18, about="trustDevice")  # fmt: skip
def test_bodies_that_do_not_fit_are_refused(run: Run, me: Flashback) -> None:
    """400 (or 422, noted), whatever is wrong with it."""
    cases = Cases()
    with nothing_changes(me):
        for what, body in bodies_that_do_not_fit(me.target.gate.rules).items():
            with cases.case():
                refused_as_input(run, me.call("trustDevice", body=body), f"{what} as body", 400)
        cases.settle()


@promise("A body that is no JSON is refused by its type", page=OVERVIEW, assumed="A-05", stage=19, about="trustDevice")
def test_other_media_types_are_refused(run: Run, me: Flashback) -> None:
    """415 (or 400, 422, noted)."""
    cases = Cases()
    with nothing_changes(me):
        for media_type in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
            body = json.dumps({"fingerprint": me.target.gate.rules.mint()}).encode()
            with cases.case():
                answer = me.target.call("trustDevice", body=body, token=me.token, headers={"Content-Type": media_type})
                refused_as_input(run, answer, f"{media_type} as body", 415)
        cases.settle()


@promise("A fingerprint of any length and script is answered, never with a server error", page="post__devices_trust",
         stage=19, about="trustDevice")  # fmt: skip
def test_odd_fingerprints_are_answered(me: Flashback) -> None:
    """A refusal, for it names no device."""
    cases = Cases()
    for odd in ("Zürich 💥 \u0000 \u202e", "x" * 100_000, ""):
        fingerprint = odd + me.target.gate.rules.mint() if odd else odd
        with cases.case():
            answer = me.call("trustDevice", body={"fingerprint": fingerprint})
            must(400 <= answer.status < 500, "a refusal of an odd fingerprint", answer.told(), answer)
    cases.settle()


def refused_as_input(run: Run, answer: Answer, what: str, wanted: int) -> None:
    """The status says that the input was wrong; another than the assumed one is noted."""
    must(answer.status in {400, 415, 422}, f"{wanted} for {what}", answer.told(), answer)
    if answer.status != wanted:
        run.ledger.note(f"{answer.status} in place of {wanted} for {what}")


# --- other users ----------------------------------------------------------------------------


@promise("A user sees the own devices and sessions only", page=OVERVIEW, stage=12, about="listDevices listSessions")
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
    if name != "getDevice" and run.settings.safety is not Safety.FULL:
        raise not_checked(f"--safety {run.settings.safety} sends no write that names an existing record")
    for values, body in foreign(name, state):
        with nothing_changes(other, me):
            answer = me.call(name, *values, body=body)
            must(answer.status == 404, f"404 from {name} for another user's record", answer.told(), answer)


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
        must(answer.status == 404, f"404 from {name} for {guess}, which no list shows", answer.told(), answer)


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
