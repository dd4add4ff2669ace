"""One test for each documented sentence about devices and sessions.

Order matters (`stage`): reads first, then writes that take nothing away, then those that do; revoke-all comes last.
Each test chooses its records from what the target shows at that moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import pytest

from contract_tests.answer import Answer
from contract_tests.contract import Operation
from contract_tests.errors import Broken
from contract_tests.flashback import (
    Flashback,
    Record,
    State,
    alike,
    by_id,
    differences,
    moment,
    must,
    not_checked,
    record_in,
    steady,
)
from contract_tests.promises import promise
from contract_tests.run import Run

CLOCKS_APART = timedelta(minutes=2)  # between the hosts that wrote a time and that answered
TICK = 1.1  # seconds: longer than the resolution of the coarsest timestamps
LIST, DETAIL, SESSIONS = "get__devices", "get__devices_-id", "get__sessions"
TRUST, UNTRUST, REMOVE = "post__devices_trust", "post__devices_-id_untrust", "delete__devices_-id"
REVOKE, REVOKE_ALL = "post__sessions_-id_revoke", "post__sessions_revoke-all"
HEARTBEAT = "post__sessions_-id_heartbeat"


def listed(me: Flashback) -> State:
    """The user's state, when there is a device in it."""
    state = me.state()
    if not state.devices:
        raise not_checked("the user has no device")
    if not state.free_devices:
        raise not_checked("every device of the user is spared")
    return state


def with_sessions(state: State, most: bool = False) -> str:
    """The device with the fewest (or most) sessions, at least one."""
    held = {device: len(state.sessions_of(device)) for device in state.free_devices if state.sessions_of(device)}
    if not held:
        raise not_checked("no device with an active session is left")
    return (max if most else min)(held, key=lambda device: held[device])


def a_session(state: State) -> str:
    """A session, of the device that has most of them."""
    if not state.free_sessions:
        raise not_checked("the user has no active session that may be touched")
    free = state.free_sessions
    held = [[session for session in state.sessions_of(device) if session in free] for device in state.devices]
    return max([*held, free[:1]], key=len)[0]


def unchanged(what: str, changes: Iterable[str], state: State) -> None:
    """Fail when something changed that had no reason to."""
    found = list(changes)
    must(not found, f"{what} to stay as they were", "; ".join(found[:5]), *state.answers[:1])


# --- reading --------------------------------------------------------------------------------


@promise("GET /devices lists the devices of the user, each once", page=LIST, stage=10, about="listDevices")
def test_devices_are_listed(me: Flashback) -> None:
    """Every item has an id of its own."""
    answer = me.succeed("listDevices")
    items = answer.get("devices")
    must(isinstance(items, list), "a list 'devices'", answer.told(), answer)
    must(len(by_id(answer, "devices")) == len(items), "every device listed once, with an id", answer.told(), answer)


@promise(
    "GET /sessions lists the active sessions of the user, each once", page=SESSIONS, stage=10, about="listSessions"
)
def test_sessions_are_listed(me: Flashback) -> None:
    """Every item has an id of its own."""
    answer = me.succeed("listSessions")
    items = answer.get("sessions")
    must(isinstance(items, list), "a list 'sessions'", answer.told(), answer)
    must(len(by_id(answer, "sessions")) == len(items), "every session listed once, with an id", answer.told(), answer)


@promise(
    "GET /devices/{id} answers the device that was asked for, as the list shows it",
    page=DETAIL,
    stage=10,
    about="getDevice listDevices",
)
def test_details_agree_with_the_list(me: Flashback) -> None:
    """Every field that both show has the same value."""
    devices = by_id(before := me.succeed("listDevices"), "devices")
    if not devices:
        raise not_checked("the user has no device")
    for name, device in devices.items():
        detail = record_in(answer := me.succeed("getDevice", name), "device")
        must(str(detail.get("id")) == name, f"the device {name}", f"the device {detail.get('id')!r}", answer)
        both = (steady(device).keys() & detail.keys()) - {"sessions"}
        wrong = [key for key in sorted(both) if not alike(device[key], detail[key])]
        told = "; ".join(f"{key} is {device[key]!r} in the list and {detail[key]!r} in detail" for key in wrong)
        must(not wrong, f"list and details of {name} to agree", told, before, answer)


@promise(
    "GET /devices/{id} carries the active sessions of that device",
    page=DETAIL,
    stage=10,
    about="getDevice listSessions",
)
def test_details_carry_the_sessions(me: Flashback) -> None:
    """Every session of GET /sessions stands in exactly one device, and no other does."""
    state = me.state()
    if not state.sessions and not any(state.sessions_of(device) for device in state.devices):
        raise not_checked("the user has no active session")
    holders: dict[str, list[str]] = {}
    for device in state.devices:
        for session in state.sessions_of(device):
            holders.setdefault(session, []).append(device)
    for session, devices in holders.items():
        must(len(devices) == 1, f"session {session} in one device", f"in {', '.join(devices)}", *state.answers[1:3])
    missing, extra = state.sessions.keys() - holders.keys(), holders.keys() - state.sessions.keys()
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
    for device in state.devices:
        compare_sessions(device, state)


def compare_sessions(device: str, state: State) -> None:
    """The session of a device's details is the one of GET /sessions."""
    name = state.devices[device].get("deviceName")
    for nested in state.details[device].get("sessions") or []:
        flat = state.sessions[str(nested["id"])]
        for key in ("ipAddress", "location", "startedAt", "expiresAt", "loginMethod"):
            told = f"{nested.get(key)!r} in GET /devices/{device} and {flat.get(key)!r} in GET /sessions"
            must(
                alike(nested.get(key), flat.get(key)), f"one {key} of session {nested['id']}", told, *state.answers[-1:]
            )
        if "deviceName" in flat:
            must(
                flat["deviceName"] == name,
                f"deviceName {name!r} on session {nested['id']}",
                repr(flat["deviceName"]),
                *state.answers[-1:],
            )


@promise(
    "Only active sessions are shown: none whose end has passed", page=SESSIONS, stage=10, about="listSessions getDevice"
)
def test_shown_sessions_are_active(run: Run, me: Flashback) -> None:
    """expiresAt lies ahead in GET /sessions and in the details."""
    state = me.state()
    nested = [(s, device) for device, detail in state.details.items() for s in detail.get("sessions") or []]
    flat = [(session, "GET /sessions") for session in state.sessions.values()]
    if not nested and not flat:
        raise not_checked("the user has no active session")
    for session, where in [*flat, *nested]:
        name = session.get("id")
        end = moment(session.get("expiresAt"), f"expiresAt of session {name}", *state.answers[-1:])
        is_active = end > run.now().replace(microsecond=0)
        must(is_active, f"no expired session in {where}", f"{name}, which expired at {end}", *state.answers[-1:])


@promise(
    "Times are in order: first access, last access, now; sign-in, last activity, now; sign-in before the end",
    page=DETAIL,
    stage=10,
    about="getDevice listSessions",
)
def test_times_are_in_order(run: Run, me: Flashback) -> None:
    """No record ends before it began, and what has happened lies behind, in lists and in details."""
    state = me.state()
    nested = [session for device in state.details.values() for session in device.get("sessions") or []]
    for device in (*state.devices.values(), *state.details.values()):
        in_order(device, "createdAt", "lastSeen", state)
        has_happened(run, device, "lastSeen", state)
    for session in (*state.sessions.values(), *nested):
        in_order(session, "startedAt", "lastActivity", state)
        in_order(session, "startedAt", "expiresAt", state)
        has_happened(run, session, "lastActivity", state)


def has_happened(run: Run, record: Record, key: str, state: State) -> None:
    """The instant is not ahead of now, where it is shown."""
    if key in record:
        instant = moment(record[key], f"{key} of {record.get('id')}", *state.answers[-1:])
        is_past = instant <= run.now() + CLOCKS_APART
        must(is_past, f"{key} of {record.get('id')} not ahead of now", instant, *state.answers[-1:])


@promise(
    "A device whose trust has run out is not shown as trusted",
    page=LIST,
    assumed="A-16",
    stage=10,
    about="listDevices getDevice",
)
def test_trust_that_ran_out_is_not_shown(run: Run, me: Flashback) -> None:
    """No page says that the flag follows the end of trust: another answer is noted."""
    state = me.state()
    for name, device in (*state.devices.items(), *state.details.items()):
        end = device.get("trustExpiresAt")
        if device.get("isTrusted") is True and end and moment(end, "trustExpiresAt") < run.now() - CLOCKS_APART:
            run.ledger.note(f"{name} is shown as trusted though its trust ran out at {end} (A-16)")


def in_order(record: Record, first: str, then: str, state: State) -> None:
    """`first` is not later than `then`, where both are shown."""
    if first in record and then in record:
        early, late = (
            moment(record[key], f"{key} of {record.get('id')}", *state.answers[-1:]) for key in (first, then)
        )
        must(early <= late, f"{first} of {record.get('id')} not after {then}", f"{early} and {late}", *state.answers)


# --- heartbeat ------------------------------------------------------------------------------


@pytest.mark.usefixtures("writable")
@promise(
    "A heartbeat prolongs the session: newExpiry lies ahead, is not earlier than before, and GET shows it",
    page=HEARTBEAT,
    stage=20,
    about="heartbeatSession",
)
def test_heartbeat_prolongs(run: Run, me: Flashback) -> None:
    """The answered end is the session's end from then on, in both forms."""
    before = me.state()
    untouched = dict(before.sessions)
    for session in before.free_sessions[:3] or [a_session(before)]:
        old = moment(before.sessions[session].get("expiresAt"), "expiresAt", *before.answers[-1:])
        answer = me.succeed("heartbeatSession", session)
        new = moment(answer.get("newExpiry"), "newExpiry", answer)
        must(new > run.now(), "newExpiry ahead of now", new, answer)
        must(new >= old, f"newExpiry not before the old end {old}", new, answer)
        shown = me.succeed("listSessions")
        flat = by_id(shown, "sessions").get(session, {})
        judge_end(flat, new, f"{session} in GET /sessions", answer, shown)
        untouched.pop(session, None)
        flats = {s: r for s, r in by_id(shown, "sessions").items() if s in untouched}
        unchanged("the sessions without a heartbeat", differences(untouched, flats), before)
        device = before.owner_of(session)
        if device:
            detail = me.succeed("getDevice", device)
            nested = by_key(detail.get("device", "sessions", default=[]), session)
            judge_end(nested, new, f"{session} in GET /devices/{device}", answer, detail)


def judge_end(shown: Record, new: datetime, where: str, answer: Answer, reading: Answer) -> None:
    """The session shows the end that the heartbeat answered."""
    end = moment(shown.get("expiresAt"), f"expiresAt of {where}", answer, reading)
    must(same(end, new), f"expiresAt of {where} to be newExpiry {new}", end, answer, reading)


@pytest.mark.usefixtures("writable")
@promise(
    "Each further heartbeat moves the end of the session forward", page=HEARTBEAT, stage=20, about="heartbeatSession"
)
def test_heartbeat_moves_forward(me: Flashback) -> None:
    """A heartbeat a second later answers a later end."""
    session = a_session(me.state())
    first = me.succeed("heartbeatSession", session)
    time.sleep(TICK)
    second = me.succeed("heartbeatSession", session)
    ends = [moment(answer.get("newExpiry"), "newExpiry", answer) for answer in (first, second)]
    must(ends[1] > ends[0], f"an end later than {ends[0]}", ends[1], first, second)


@pytest.mark.usefixtures("writable")
@promise(
    "A heartbeat brings the session's last activity up to date", page=HEARTBEAT, stage=20, about="heartbeatSession"
)
def test_heartbeat_updates_last_activity(run: Run, me: Flashback) -> None:
    """lastActivity is about now afterwards, and nothing else of the session but its end has changed."""
    before = me.state()
    a_session(before)
    session = min(before.free_sessions, key=lambda name: str(before.sessions[name].get("lastActivity")))
    answer = me.succeed("heartbeatSession", session)
    shown = me.succeed("listSessions")
    flat = by_id(shown, "sessions").get(session, {})
    last = moment(flat.get("lastActivity"), "lastActivity", shown)
    must(abs((run.now() - last).total_seconds()) < 60, "lastActivity of about now", last, answer, shown)
    after = me.state()
    unchanged(
        "the session's other fields, and all other sessions",
        differences(before.sessions, after.sessions, "expiresAt"),
        after,
    )
    was, now = ({s: r for s, r in state.sessions.items() if s != session} for state in (before, after))
    unchanged("all other sessions", differences(was, now), after)
    unchanged("the devices", differences(before.devices, after.devices), after)


# --- trust ----------------------------------------------------------------------------------


def a_fingerprint(state: State, wanted: Callable[[Record], bool] = lambda _: True) -> tuple[str, str]:
    """A device and its fingerprint; one that `wanted` holds of where there is one."""
    known = [device for device in state.free_devices if state.fingerprint(device)]
    if not known:
        raise not_checked("no device shows its fingerprint")
    chosen = next((device for device in known if wanted(state.devices[device])), known[0])
    return chosen, str(state.fingerprint(chosen))


@pytest.mark.usefixtures("writable")
@promise("The device found by the fingerprint becomes trusted, and stays so", page=TRUST, stage=25, about="trustDevice")
def test_trust_is_remembered(me: Flashback) -> None:
    """List and details say isTrusted afterwards; no other device and no session changes."""
    before = listed(me)
    device, fingerprint = a_fingerprint(before, lambda record: record.get("isTrusted") is False)
    answer = me.trust(fingerprint)
    after = me.state()
    for shown, where in ((after.devices, "GET /devices"), (after.details, f"GET /devices/{device}")):
        told = shown.get(device, {}).get("isTrusted")
        must(told is True, f"isTrusted true in {where} after trust", told, answer, *after.answers[:1])
    fields = ("isTrusted", "trustLevel", "trustExpiresAt")
    unchanged(
        "the other fields of the device",
        differences(only(before.details, device), only(after.details, device), *fields),
        after,
    )
    was, now = ({d: r for d, r in state.details.items() if d != device} for state in (before, after))
    unchanged("the other devices", differences(was, now), after)
    unchanged("the sessions", differences(before.sessions, after.sessions), after)


@pytest.mark.usefixtures("writable")
@promise(
    "The end of the trust period lies ahead and is what GET shows from then on",
    page=TRUST,
    stage=25,
    about="trustDevice",
)
def test_trust_end_is_shown(run: Run, me: Flashback) -> None:
    """trustExpiresAt of the answer equals the one in list and details, a second later too."""
    device, fingerprint = a_fingerprint(listed(me))
    answer = me.trust(fingerprint)
    end = moment(answer.get("trustExpiresAt"), "trustExpiresAt", answer)
    must(end > run.now(), "trustExpiresAt ahead of now", end, answer)
    time.sleep(TICK)
    listing, detail = me.succeed("listDevices"), me.succeed("getDevice", device)
    shown = {
        "GET /devices": (by_id(listing, "devices").get(device, {}), listing),
        f"GET /devices/{device}": (record_in(detail, "device"), detail),
    }
    told = any("trustExpiresAt" in record for record, _ in shown.values())
    must(told, f"trustExpiresAt {end} in GET /devices/{device}", "no trustExpiresAt", answer, detail)
    for where, (record, reading) in shown.items():
        if "trustExpiresAt" not in record:
            continue
        got = moment(record["trustExpiresAt"], "trustExpiresAt", reading)
        must(same(got, end), f"trustExpiresAt {end} in {where}", got, answer, reading)


@pytest.mark.usefixtures("writable")
@promise("Trusting a trusted device prolongs its trust period", page=TRUST, stage=25, about="trustDevice")
def test_trust_is_prolonged(me: Flashback) -> None:
    """A second trust, a second later, answers a later end."""
    _, fingerprint = a_fingerprint(listed(me), lambda record: record.get("isTrusted") is True)
    first = me.trust(fingerprint)
    time.sleep(TICK)
    second = me.trust(fingerprint)
    ends = [moment(answer.get("trustExpiresAt"), "trustExpiresAt", answer) for answer in (first, second)]
    must(ends[1] > ends[0], f"an end later than {ends[0]}", ends[1], first, second)


# --- revoking one session -------------------------------------------------------------------


@pytest.mark.usefixtures("writable")
@promise("A revoked session ends at once and leaves every list", page=REVOKE, stage=40, about="revokeSession")
def test_revoke_ends_the_session(me: Flashback) -> None:
    """It is gone from GET /sessions and from its device; all others stay; it is not found any more."""
    before = me.state()
    session = a_session(before)
    answer = me.succeed("revokeSession", session)
    after = me.state()
    must(session not in after.sessions, f"{session} gone from GET /sessions", "still listed", answer, after.answers[-1])
    must(
        after.owner_of(session) is None,
        f"{session} gone from its device",
        f"still in {after.owner_of(session)}",
        answer,
        *after.answers,
    )
    rest = {s: r for s, r in before.sessions.items() if s != session}
    unchanged("the other sessions", differences(rest, after.sessions), after)
    unchanged("the devices", differences(before.devices, after.devices), after)
    gone(me, session, "revokeSession", "heartbeatSession")


# --- untrusting -----------------------------------------------------------------------------


@pytest.mark.usefixtures("writable")
@promise(
    "Untrusting takes trust from the device and revokes all its active sessions",
    page=UNTRUST,
    stage=45,
    about="untrustDevice",
)
def test_untrust_takes_trust_and_sessions(run: Run, me: Flashback) -> None:
    """isTrusted is false, no end of trust lies ahead, its sessions are gone; nothing else changes."""
    before = listed(me)
    device = device_to_untrust(before)
    if before.fingerprint(device):
        me.trust(str(before.fingerprint(device)))
    ended = before.sessions_of(device)
    answer = me.succeed("untrustDevice", device)
    after = me.state()
    for shown, where in ((after.devices, "GET /devices"), (after.details, f"GET /devices/{device}")):
        must(device in shown, f"{device} still in {where}: only its trust is taken", "gone", answer, *after.answers[:1])
        record = shown[device]
        must(
            record.get("isTrusted") is False,
            f"isTrusted false in {where} after untrust",
            record.get("isTrusted"),
            answer,
            *after.answers[:1],
        )
        end = record.get("trustExpiresAt")
        is_over = end is None or moment(end, "trustExpiresAt") <= run.now()
        must(is_over, f"no end of trust ahead in {where}: trust is taken", end, answer, *after.answers[:1])
    judge_ended(before, after, ended, "untrust", answer)
    was, now = ({d: r for d, r in state.devices.items() if d != device} for state in (before, after))
    unchanged("the other devices", differences(was, now), after)
    untrust_again(me, device, before.fingerprint(device))
    if not ended:
        raise not_checked("its trust is taken, but the device had no session that could have been revoked")
    gone(me, ended[0], "heartbeatSession", "revokeSession")


def untrust_again(me: Flashback, device: str, fingerprint: str | None) -> None:
    """Trust that was given back is taken again by the same request."""
    if fingerprint:
        trusted, answer = me.trust(fingerprint), me.succeed("untrustDevice", device)
        shown = me.succeed("getDevice", device)
        told = record_in(shown, "device").get("isTrusted")
        must(told is False, f"isTrusted false of {device}, trusted and untrusted again", told, trusted, answer, shown)


def device_to_untrust(state: State) -> str:
    """The device with the fewest sessions (at least one), else a trusted one, else any."""
    held = [device for device in state.free_devices if state.sessions_of(device)]
    if held:
        return with_sessions(state)
    return next((d for d in state.free_devices if state.devices[d].get("isTrusted")), state.free_devices[0])


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
        again = me.call("trustDevice", body={"fingerprint": fingerprint})
        must(again.status == 404, "404 for the fingerprint of a removed device", again.told(), answer, again)
    judge_ended(before, after, ended, "removal", answer)
    rest = {d: r for d, r in before.devices.items() if d != device}
    unchanged("the other devices", differences(rest, after.devices), after)
    if not ended:
        raise not_checked("the device is gone, but it had no session that could have been revoked")
    gone(me, ended[0], "heartbeatSession", "revokeSession")


# --- revoking all ---------------------------------------------------------------------------


@pytest.mark.usefixtures("writable")
@promise(
    "Revoking all ends every active session of the user on every device, and nobody else's",
    page=REVOKE_ALL,
    stage=96,
    about="revokeAllSessions",
)
@pytest.mark.parametrize("which", ["user", "other user"])
def test_revoke_all_ends_every_session(run: Run, me: Flashback, which: str) -> None:
    """No session is left in list or details; the devices stay; the other user's sessions stay."""
    users = [me, *([Flashback(me.target, run.settings.other_token)] if run.settings.other_token else [])]
    if which == "other user" and len(users) < 2:
        raise not_checked("no second user was given; --other-token T adds one")
    user, rest = (users[0], users[1:]) if which == "user" else (users[1], users[:1])
    rest = [someone for someone in rest if someone.call("listSessions").status not in {401, 403}]
    before, foreign = user.state(), [someone.state() for someone in rest]
    answer = user.succeed("revokeAllSessions")
    shown = user.call("listSessions")
    if shown.status in {401, 403}:
        run.ledger.note(f"the caller's own token died with revoke-all (A-12): {shown.told()}")
    else:
        judge_none_left(user, before, answer)
    for someone, was in zip(rest, foreign, strict=True):
        if someone.call("listSessions").status not in {401, 403}:
            unchanged("another user's sessions", differences(was.sessions, someone.state().sessions), was)
    if not before.sessions:
        raise not_checked("the user had no active session that could have been revoked")


def judge_none_left(user: Flashback, before: State, answer: Answer) -> None:
    """Neither list nor details show a session; devices are as before; a second call succeeds."""
    after = user.state()
    must(not after.sessions, "no session left in GET /sessions", ", ".join(after.sessions), answer, after.answers[-1])
    for device in after.details:
        left = after.sessions_of(device)
        must(not left, f"no session left in GET /devices/{device}", ", ".join(left), answer, *after.answers[1:-1])
    unchanged("the devices", differences(before.devices, after.devices), after)
    user.succeed("revokeAllSessions")
    for session in list(before.sessions)[:2]:
        gone(user, session, "heartbeatSession")


# --- what several sentences need ------------------------------------------------------------


def judge_ended(before: State, after: State, ended: list[str], what: str, answer: Answer) -> None:
    """The named sessions are gone, all others are as before."""
    left = [session for session in ended if session in after.sessions or after.owner_of(session)]
    must(
        not left, f"the device's sessions ended by {what}", f"{', '.join(left)} still active", answer, after.answers[-1]
    )
    rest = {s: r for s, r in before.sessions.items() if s not in ended}
    unchanged("the sessions of other devices", differences(rest, after.sessions), after)


def gone(user: Flashback, name: str, *operations: str) -> None:
    """The record is not found any more by these operations."""
    for operation in operations:
        answer = user.call(operation, name)
        must(answer.status == 404, f"404 from {operation} for {name}, which is gone", answer.told(), answer)


def by_key(items: object, wanted: str) -> Record:
    """The record of that id in a list, or an empty one."""
    found = (
        [item for item in items if isinstance(item, dict) and str(item.get("id")) == wanted]
        if isinstance(items, list)
        else []
    )
    return found[0] if found else {}


def only(records: object, name: str) -> dict[str, Record]:
    """One record, still by its id."""
    return {name: records[name]} if isinstance(records, dict) and name in records else {}


def same(one: datetime, two: datetime) -> bool:
    """Whether two instants are the same to the second."""
    return abs((one - two).total_seconds()) < 1


@pytest.mark.usefixtures("me")
@promise("Every answer says by `success` whether it worked, in the documented words", page=LIST, stage=97)
def test_answers_say_what_happened(run: Run, operation: Operation) -> None:
    """The flag and the texts of all answers of the run."""
    met = [breach for (name, _), breach in run.ledger.breaches.items() if name == operation.id and breach.is_envelope]
    run.ledger.note_all(breach for breach in met if breach.is_note)
    if broken := [breach.as_broken() for breach in met if not breach.is_note]:
        raise Broken.together(broken)
    if operation.id not in run.ledger.answered:
        raise not_checked("the operation was never answered")
