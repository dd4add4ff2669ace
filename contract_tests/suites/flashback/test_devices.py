"""What GET shows of devices and sessions: each once, in agreement, active, in order of time; and removing a device."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from contract_tests.core.answer import Answer
from contract_tests.core.promises import promise
from contract_tests.core.words import ABSENT, in_json
from contract_tests.run.run import Run
from contract_tests.suites.flashback.api import (
    Flashback,
    Record,
    State,
    alike,
    by_id,
    differences,
    is_ending,
    moment,
    must,
    not_checked,
    record_in,
    steady,
)
from contract_tests.suites.flashback.helpers import (
    CLOCKS_APART,
    DETAIL,
    LIST,
    REMOVE,
    SESSIONS,
    TICK,
    check_ended,
    gone,
    listed,
    unchanged,
    with_sessions,
)

JUST_NOW = timedelta(minutes=1)


@promise("Each list has the records of the user, each once, with an id of its own", page=f"{LIST}, {SESSIONS}",
         stage=10, about="listDevices listSessions")  # fmt: skip
@pytest.mark.parametrize(("reading", "name"), [("listDevices", "devices"), ("listSessions", "sessions")])
def test_records_are_listed(me: Flashback, reading: str, name: str) -> None:
    """Every item of the list is an object with an id."""
    answer = me.succeed(reading)
    items = answer.get(name)
    must(isinstance(items, list), f"a list {name!r}", answer.describe(), answer)
    expected = f"every record of {name!r} listed once, with an id"
    must(len(by_id(answer, name)) == len(items), expected, answer.describe(), answer)


@promise(
    "GET /devices/{id} answers the device that was asked for, as the list shows it",
    page=DETAIL,
    stage=10,
    about="getDevice listDevices",
)
def test_details_agree_with_the_list(run: Run, me: Flashback) -> None:
    """Every field that both show has the same value."""
    devices = by_id(before := me.succeed("listDevices"), "devices")
    if not devices:
        raise not_checked("the user has no device")
    for name, device in devices.items():
        detail = record_in(answer := me.succeed("getDevice", name), "device")
        must(
            str(detail.get("id")) == name,
            f"the device {name}",
            f"the device {in_json(detail.get('id', ABSENT))}",
            answer,
        )
        both = (steady(device).keys() & detail.keys()) - {"sessions"}
        wrong = [key for key in sorted(both) if not alike(device[key], detail[key])]
        wrong += moved(run, device, detail, "lastSeen")
        got = "; ".join(
            f"{key} is {in_json(device[key])} in the list and {in_json(detail[key])} in detail" for key in wrong
        )
        must(not wrong, f"list and details of {name} to agree", got, before, answer)


def moved(run: Run, earlier: Record, later: Record, key: str) -> list[str]:
    """The key, when a later reading shows another value that is not about now: a read may move it no other way."""
    if key not in earlier or key not in later or alike(earlier[key], later[key]):
        return []
    return [] if abs(run.now() - moment(later[key], key)) < JUST_NOW else [key]


@promise(
    "GET /devices/{id} carries the active sessions of that device",
    page=DETAIL,
    stage=10,
    about="getDevice listSessions",
)
def test_details_carry_the_sessions(run: Run, me: Flashback) -> None:
    """Every session of GET /sessions stands in exactly one device, and no other does."""
    state = me.state(whole=True)
    if not state.sessions and not any(state.sessions_of(device) for device in state.devices):
        raise not_checked("the user has no active session")
    holders: dict[str, list[str]] = {}
    for device in state.devices:
        for session in state.sessions_of(device):
            holders.setdefault(session, []).append(device)
    for session, devices in holders.items():
        must(len(devices) == 1, f"session {session} in one device", f"in {', '.join(devices)}", *state.answers[1:3])
    missing = state.sessions.keys() - holders.keys()
    extra = {str(s["id"]) for _, s in nested(state) if not is_ending(s)} - state.sessions.keys()
    must(
        not missing,
        "every session of GET /sessions in the details of a listed device",
        f"{', '.join(sorted(missing))} in none",
        *state.answers,
    )
    must(
        not extra,
        "every session of a device's details in GET /sessions",
        f"{', '.join(sorted(extra))} not there",
        *state.answers,
    )
    for holder, inner in nested(state):
        if flat := state.sessions.get(str(inner["id"])):
            compare_forms(run, holder, inner, flat, state)


def nested(state: State) -> Iterator[tuple[str, Record]]:
    """Every session in the details of a device, with the id of that device."""
    for device, detail in state.details.items():
        for session in detail.get("sessions") or []:
            if isinstance(session, dict) and "id" in session:
                yield device, session


def compare_forms(run: Run, device: str, inner: Record, flat: Record, state: State) -> None:
    """The session of a device's details is the one of GET /sessions."""
    keys = ("ipAddress", "location", "startedAt", "expiresAt", "loginMethod")
    wrong = [key for key in keys if not alike(inner.get(key), flat.get(key))] + moved(run, inner, flat, "lastActivity")
    for key in wrong:
        one, other = (in_json(shown.get(key, ABSENT)) for shown in (inner, flat))
        got = f"{one} in GET /devices/{device} and {other} in GET /sessions"
        must(False, f"the same {key} of session {inner['id']} everywhere", got, *state.answers[-1:])
    name = state.devices[device].get("deviceName")
    if "deviceName" in flat:
        expected = f"deviceName {name!r} on session {inner['id']}"
        must(flat["deviceName"] == name, expected, in_json(flat["deviceName"]), *state.answers[-1:])


@promise(
    "Only active sessions are shown: none whose end has passed", page=SESSIONS, stage=10, about="listSessions getDevice"
)
def test_shown_sessions_are_active(run: Run, me: Flashback) -> None:
    """expiresAt lies ahead in GET /sessions and in the details."""
    state = me.state()
    shown = [("GET /sessions", session) for session in state.sessions.values()]
    shown += [(f"GET /devices/{device}", session) for device, session in nested(state)]
    if not shown:
        raise not_checked("the user has no active session")
    read_at = run.now().replace(microsecond=0) - timedelta(seconds=sum(answer.seconds for answer in state.answers))
    for where, session in shown:
        name = session.get("id")
        end = moment(session.get("expiresAt"), f"expiresAt of session {name}", *state.answers[-1:])
        must(end > read_at, f"no expired session in {where}", f"{name}, which expired at {end}", *state.answers[-1:])


@promise(
    "Times are in order: first access, last access, now; sign-in, last activity, now; sign-in before the end",
    page=DETAIL,
    stage=10,
    about="getDevice listSessions",
)
def test_times_are_in_order(run: Run, me: Flashback) -> None:
    """No record ends before it began, and what has happened lies behind, in lists and in details."""
    state = me.state()
    for device in (*state.devices.values(), *state.details.values()):
        in_order(device, "createdAt", "lastSeen", state)
        has_happened(run, device, "lastSeen", state)
    for session in (*state.sessions.values(), *(session for _, session in nested(state))):
        in_order(session, "startedAt", "lastActivity", state)
        in_order(session, "startedAt", "expiresAt", state)
        has_happened(run, session, "lastActivity", state)


def has_happened(run: Run, record: Record, key: str, state: State) -> None:
    """The instant is not ahead of now, where it is shown."""
    if key in record:
        instant = moment(record[key], f"{key} of {record.get('id')}", *state.answers[-1:])
        is_past = instant <= run.now() + CLOCKS_APART
        must(is_past, f"{key} of {record.get('id')} not ahead of now", instant, *state.answers[-1:])


def in_order(record: Record, first: str, then: str, state: State) -> None:
    """`first` is not later than `then`, where both are shown."""
    if first in record and then in record:
        early, late = (
            moment(record[key], f"{key} of {record.get('id')}", *state.answers[-1:]) for key in (first, then)
        )
        must(early <= late, f"{first} of {record.get('id')} not after {then}", f"{early} and {late}", *state.answers)


@promise("Reading changes nothing but the time of the last access", page=f"{LIST}, {DETAIL}, {SESSIONS}", stage=11,
         about="listDevices getDevice listSessions")  # fmt: skip
def test_reading_changes_nothing(me: Flashback) -> None:
    """Two readings, one after the other, show the same."""
    before, after = me.state(), me.state()
    for what, was, now in (
        ("GET /devices", before.devices, after.devices),
        ("GET /devices/{id}", before.details, after.details),
        ("GET /sessions", before.sessions, after.sessions),
    ):
        unchanged(f"the records that {what} shows, read twice,", differences(was, now), after)


# --- removing -------------------------------------------------------------------------------


@pytest.mark.usefixtures("writable")
@promise("A removed device is gone for good, with its sessions", page=REMOVE, stage=50, about="removeDevice")
def test_remove_takes_device_and_sessions(me: Flashback) -> None:
    """It leaves the list, is not found any more by id or fingerprint; its sessions are gone; nothing else changes."""
    before = listed(me)
    held = [device for device in before.free_devices if before.sessions_of(device)]
    device = with_sessions(before) if held else before.free_devices[-1]
    ended = before.sessions_of(device)
    answer = me.succeed("removeDevice", device)
    after = me.state()
    must(device not in after.devices, f"{device} gone from GET /devices", "still listed", answer, after.answers[0])
    gone(me, device, "getDevice", "removeDevice", "untrustDevice")
    if fingerprint := before.fingerprint(device):
        not_trustable(me, fingerprint, answer)
    rest = {d: r for d, r in before.devices.items() if d != device}
    unchanged("the other devices", differences(rest, after.devices), after, answer)
    check_ended(before, after, ended, "removal", answer)
    if not ended:
        raise not_checked("the device is gone, but it had no session that could have been revoked")
    for session in ended:
        gone(me, session, "heartbeatSession", "revokeSession")


def not_trustable(me: Flashback, fingerprint: str, removal: Answer) -> None:
    """A removed device is not found by its fingerprint either."""
    again = me.call("trustDevice", body={"fingerprint": fingerprint})
    must(again.status == 404, "404 for the fingerprint of a removed device", again.describe(), removal, again)


@pytest.mark.usefixtures("writable")
@promise("What was removed or revoked stays gone", page=f"{REMOVE}, {SESSIONS}", stage=95,
         about="removeDevice revokeSession untrustDevice")  # fmt: skip
def test_what_is_gone_stays_gone(me: Flashback) -> None:
    """Neither list nor details show again what was gone earlier in the run."""
    if not me.ended:
        raise not_checked("nothing was removed or revoked")
    time.sleep(max(me.ended_at + TICK - time.monotonic(), 0))
    state = me.state()
    shown = {*state.devices, *state.sessions, *(str(session["id"]) for _, session in nested(state))}
    back = ", ".join(sorted(me.ended & shown))
    must(not back, "what was removed or revoked to stay gone", f"{back} shown again", *state.answers)
