"""Trust: what trusting and untrusting a device do, how long trust lasts, and what becomes of it afterwards."""

from __future__ import annotations

import pytest

from contract_tests.core.answer import Answer
from contract_tests.core.promises import promise
from contract_tests.run.run import Run
from contract_tests.suites.flashback.api import (
    Flashback,
    State,
    by_id,
    differences,
    moment,
    must,
    not_checked,
    record_in,
)
from contract_tests.suites.flashback.helpers import (
    CLOCKS_APART,
    LIST,
    TRUST,
    UNTRUST,
    a_fingerprint,
    a_second_ago,
    check_ended,
    gone,
    listed,
    only,
    same,
    unchanged,
    with_sessions,
)

OF_TRUST = ("isTrusted", "trustLevel", "trustExpiresAt")


@promise("A device whose trust has expired is not trusted now", page=f"{LIST}: isTrusted, trustExpiresAt", stage=10,
         about="listDevices getDevice")  # fmt: skip
def test_expired_trust_is_not_shown(run: Run, me: Flashback) -> None:
    """isTrusted is not true past trustExpiresAt, in list and in details."""
    state = me.state()
    shown = [("GET /devices", device) for device in state.devices.values()]
    shown += [(f"GET /devices/{name}", device) for name, device in state.details.items()]
    for where, device in shown:
        if device.get("isTrusted") is True and device.get("trustExpiresAt"):
            end = moment(device["trustExpiresAt"], "trustExpiresAt", *state.answers[:1])
            expected = f"isTrusted false of {device.get('id')} in {where}, for its trust expired at {end}"
            must(end > run.now() - CLOCKS_APART, expected, "isTrusted true", *state.answers[:1])


@pytest.mark.usefixtures("writable")
@promise("The device found by the fingerprint becomes trusted, and stays so", page=TRUST, stage=25, about="trustDevice")
def test_trust_is_remembered(me: Flashback) -> None:
    """List and details say isTrusted afterwards; no other device and no session changes."""
    before = listed(me)
    device, fingerprint = a_fingerprint(before, lambda record: record.get("isTrusted") is False)
    answer = me.trust(fingerprint)
    after = me.state()
    for shown, where in ((after.devices, "GET /devices"), (after.details, f"GET /devices/{device}")):
        got = shown.get(device, {}).get("isTrusted")
        must(got is True, f"isTrusted true of {device} in {where} after trust", got, answer, *after.answers[:1])
    unchanged("the sessions", differences(before.sessions, after.sessions), after, answer)
    kept = differences(only(before.details, device), only(after.details, device), *OF_TRUST, "sessions")
    unchanged("the other fields of the device", kept, after, answer)
    was, now = ({d: r for d, r in state.details.items() if d != device} for state in (before, after))
    unchanged("the other devices", differences(was, now), after, answer)


@pytest.mark.usefixtures("writable")
@promise(
    "The end of the trust period is in the future, and GET shows it afterwards",
    page=TRUST,
    stage=25,
    about="trustDevice",
)
def test_trust_end_is_shown(run: Run, me: Flashback) -> None:
    """trustExpiresAt of the answer equals the one in list and details, a second later too."""
    before = listed(me)
    device, fingerprint = a_fingerprint(before)
    answer = me.trust(fingerprint)
    end = moment(answer.get("trustExpiresAt"), "trustExpiresAt", answer)
    must(end > run.now(), "trustExpiresAt ahead of now", end, answer)
    a_second_ago(me, "trustDevice", fingerprint)
    listing, detail = me.succeed("listDevices"), me.succeed("getDevice", device)
    shown = {
        "GET /devices": (by_id(listing, "devices").get(device, {}), listing),
        f"GET /devices/{device}": (record_in(detail, "device"), detail),
    }
    is_shown = any("trustExpiresAt" in record for record, _ in shown.values())
    known = [*before.devices.values(), *before.details.values()]
    if not is_shown and not any("trustExpiresAt" in record for record in known):
        run.ledger.note("no device shows trustExpiresAt, which the pages leave optional")
        return
    must(is_shown, f"trustExpiresAt {end} in GET /devices/{device}", "no trustExpiresAt", answer, detail)
    for where, (record, reading) in shown.items():
        if "trustExpiresAt" in record:
            shown_end = moment(record["trustExpiresAt"], "trustExpiresAt", reading)
            must(same(shown_end, end), f"trustExpiresAt {end} in {where}", shown_end, answer, reading)


@pytest.mark.usefixtures("writable")
@promise("Trusting a trusted device prolongs its trust period", page=TRUST, stage=25, about="trustDevice")
def test_trust_is_prolonged(me: Flashback) -> None:
    """A second trust, a second later, answers a later end."""
    _, fingerprint = a_fingerprint(listed(me), lambda record: record.get("isTrusted") is True)
    first = a_second_ago(me, "trustDevice", fingerprint)
    second = me.trust(fingerprint)
    ends = [moment(answer.get("trustExpiresAt"), "trustExpiresAt", answer) for answer in (first, second)]
    must(ends[1] > ends[0], f"an end of trust later than {ends[0]}", ends[1], first, second)


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
    check_untrusted(run, device, after, answer)
    check_ended(before, after, ended, "untrust", answer)
    was, now = ({d: r for d, r in state.devices.items() if d != device} for state in (before, after))
    unchanged("the other devices", differences(was, now), after, answer)
    kept = differences(only(before.details, device), only(after.details, device), *OF_TRUST, "sessions")
    unchanged("the other fields of the untrusted device", kept, after, answer)
    untrust_again(me, device, before.fingerprint(device))
    trust_another(me, device, after)
    if not ended:
        raise not_checked("its trust is taken, but the device had no session that could have been revoked")
    for session in ended:
        gone(me, session, "heartbeatSession", "revokeSession")


def check_untrusted(run: Run, device: str, after: State, answer: Answer) -> None:
    """List and details still show the device, without trust and without an end of it ahead."""
    for shown, where in ((after.devices, "GET /devices"), (after.details, f"GET /devices/{device}")):
        must(device in shown, f"{device} still in {where}: only its trust is taken", "gone", answer, *after.answers[:1])
        got = shown[device].get("isTrusted")
        must(got is False, f"isTrusted false of {device} in {where} after untrust", got, answer, *after.answers[:1])
        end = shown[device].get("trustExpiresAt")
        is_over = end is None or moment(end, "trustExpiresAt") <= run.now()
        must(is_over, f"no end of trust ahead in {where}: trust is taken", end, answer, *after.answers[:1])


def untrust_again(me: Flashback, device: str, fingerprint: str | None) -> None:
    """A device without trust is untrusted like any other; trust that was given back is taken again."""
    me.succeed("untrustDevice", device)
    if fingerprint:
        trusted, answer = me.trust(fingerprint), me.succeed("untrustDevice", device)
        shown = me.succeed("getDevice", device)
        got = record_in(shown, "device").get("isTrusted")
        must(got is False, f"isTrusted false of {device}, trusted and untrusted again", got, trusted, answer, shown)


def trust_another(me: Flashback, device: str, state: State) -> None:
    """Trust given to another device doesn't come back to one that was trusted before and is untrusted now."""
    others = [other for other in state.free_devices if other != device and state.fingerprint(other)]
    if others:
        other = next((name for name in others if state.devices[name].get("isTrusted") is True), others[0])
        answer, shown = me.trust(str(state.fingerprint(other))), me.succeed("getDevice", device)
        got = record_in(shown, "device").get("isTrusted")
        must(got is False, f"isTrusted false of {device} after {other} was trusted", got, answer, shown)


def device_to_untrust(state: State) -> str:
    """The device with the fewest sessions (at least one), else a trusted one, else any."""
    if any(state.sessions_of(device) for device in state.free_devices):
        return with_sessions(state)
    return next((d for d in state.free_devices if state.devices[d].get("isTrusted")), state.free_devices[0])
