"""The nine operations of the bundled contract: what each one answers, and what it does to the stored records."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.clock import format_instant, parse_instant
from tests.support import START, Ask, Clock, Heard

DAY, HOUR = 86_400_000, 3_600_000
ALICE = [f"dev-{number:02}" for number in range(1, 8)]
BOB = ["dev-08", "dev-09", "dev-10"]


def _well(answer: Heard) -> Any:
    assert (answer.status, answer.json["success"]) == (200, True), answer
    return answer.json


def _refused(answer: Heard, text: str) -> None:
    assert (answer.status, answer.json) == (404, {"success": False, "error": text})


def _devices(ask: Ask, token: str = "alice-token") -> dict[str, Any]:
    return {device["id"]: device for device in _well(ask("GET", "/devices", token))["devices"]}


def _sessions(ask: Ask, token: str = "alice-token") -> dict[str, Any]:
    return {session["id"]: session for session in _well(ask("GET", "/sessions", token))["sessions"]}


def _device(ask: Ask, id_: str, token: str = "alice-token") -> Any:
    return _well(ask("GET", f"/devices/{id_}", token))["device"]


# GET /devices


@pytest.mark.parametrize(("token", "ids"), [("alice-token", ALICE), ("bob-token", BOB), ("carol-token", [])])
def test_a_user_lists_their_own_devices(ask: Ask, token: str, ids: list[str]) -> None:
    """Every device of the user and nobody else's, in the order of the fixtures; a new account has none."""
    assert list(_devices(ask, token)) == ids


def test_a_listed_device_shows_what_the_contract_declares(ask: Ask) -> None:
    """No owner, no user agent, no fingerprint; what a device does not have is absent, not null."""
    devices = _devices(ask)
    declared = {
        "id", "deviceName", "deviceType", "os", "browser", "ipAddress", "country", "city", "isTrusted", "trustLevel",
        "lastSeen", "createdAt", "trustExpiresAt",
    }  # fmt: skip
    assert set(devices["dev-01"]) == declared
    assert set(devices["dev-05"]) == declared - {"ipAddress", "country", "city", "trustExpiresAt"}
    assert None not in devices["dev-05"].values()


def test_trust_that_has_run_out_shows_so(ask: Ask) -> None:
    """Past trustExpiresAt the device is no longer trusted, whatever is stored."""
    device = _devices(ask)["dev-04"]
    assert (device["isTrusted"], device["trustLevel"]) == (False, "UNKNOWN")
    assert parse_instant(device["trustExpiresAt"]) < START
    assert ask.records("devices")["dev-04"]["isTrusted"] is True


def test_trust_runs_out_when_its_time_comes(ask: Ask, clock: Clock) -> None:
    """One millisecond before it is there, at the instant it is gone; nothing was written."""
    _devices(ask)
    before = ask.records("devices")
    clock.advance(days=10, milliseconds=-1)
    assert _devices(ask)["dev-02"]["isTrusted"] is True
    clock.advance(milliseconds=1)
    device = _device(ask, "dev-02")
    assert (device["isTrusted"], device["trustLevel"]) == (False, "UNKNOWN")
    assert ask.records("devices") == before


# GET /devices/{id}


def test_a_device_shows_its_details_and_active_sessions(ask: Ask) -> None:
    """Fingerprint and user agent are there, and the sessions of this device that have not expired."""
    device = _device(ask, "dev-01")
    assert device["deviceFingerprint"] == "fp-alice-macbook"
    assert device["userAgent"].startswith("Mozilla/5.0")
    assert [session["id"] for session in device["sessions"]] == ["ses-01", "ses-02"]
    assert not {"deviceId", "userId", "deviceName"} & set(device["sessions"][0])
    assert _device(ask, "dev-03")["sessions"] == []


@pytest.mark.parametrize("id_", ["dev-99", "dev-08", "ses-01", "DEV-01"])
@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("DELETE", ""), ("POST", "/untrust")])
def test_no_such_device(ask: Ask, method: str, path: str, id_: str) -> None:
    """An unknown id and another user's are the same 404, and nothing changes."""
    ask("GET", "/devices")
    before = ask.records("devices"), ask.records("sessions")
    _refused(ask(method, f"/devices/{id_}{path}"), "Device not found")
    assert (ask.records("devices"), ask.records("sessions")) == before


# POST /devices/trust


@pytest.mark.parametrize(
    ("id_", "fingerprint"),
    [("dev-03", "fp-alice-ipad"), ("dev-01", "fp-alice-macbook"), ("dev-04", "fp-alice-workstation")],
)
def test_trusting_is_remembered(ask: Ask, id_: str, fingerprint: str) -> None:
    """Untrusted, trusted and lapsed alike become trusted for 30 days from now; other devices stay as they are."""
    others = {key: device for key, device in _devices(ask).items() if key != id_}
    answer = _well(ask("POST", "/devices/trust", json={"fingerprint": fingerprint}))
    until = format_instant(START + 30 * DAY)
    assert answer == {"success": True, "message": "Device trusted successfully", "trustExpiresAt": until}
    after = _devices(ask)
    shown = after.pop(id_)
    assert (shown["isTrusted"], shown["trustLevel"], shown["trustExpiresAt"]) == (True, "HIGH", until)
    assert _device(ask, id_)["trustExpiresAt"] == until
    assert after == others


def test_trust_is_prolonged_from_the_moment_of_the_call(ask: Ask, clock: Clock) -> None:
    """Trusting again a week later moves the end a week on."""
    first = _well(ask("POST", "/devices/trust", json={"fingerprint": "fp-alice-ipad"}))["trustExpiresAt"]
    clock.advance(days=7)
    second = _well(ask("POST", "/devices/trust", json={"fingerprint": "fp-alice-ipad"}))["trustExpiresAt"]
    assert parse_instant(second) - parse_instant(first) == 7 * DAY
    clock.advance(days=29)
    assert _device(ask, "dev-03")["isTrusted"] is True
    clock.advance(days=1)
    assert _device(ask, "dev-03")["isTrusted"] is False


@pytest.mark.parametrize(
    "fingerprint", ["", "unknown", "fp-bob-thinkpad", "FP-ALICE-IPAD", "fp-alice-ipad ", "dev-03", "ふ"]
)
def test_an_unknown_fingerprint_trusts_nothing(ask: Ask, fingerprint: str) -> None:
    """Another user's fingerprint is unknown as well."""
    ask("GET", "/devices")
    before = ask.records("devices")
    _refused(ask("POST", "/devices/trust", json={"fingerprint": fingerprint}), "Device not found")
    assert ask.records("devices") == before


# POST /devices/{id}/untrust


def test_taking_trust_ends_the_device_s_sessions(ask: Ask) -> None:
    """Trust, its level and its end go; the device's sessions go with it, others stay."""
    answer = _well(ask("POST", "/devices/dev-01/untrust"))
    assert answer == {"success": True, "message": "Device untrusted successfully"}
    device = _device(ask, "dev-01")
    assert (device["isTrusted"], device["trustLevel"], device["sessions"]) == (False, "UNKNOWN", [])
    assert "trustExpiresAt" not in device
    assert list(_sessions(ask)) == ["ses-03", "ses-06", "ses-07"]
    assert list(_sessions(ask, "bob-token")) == ["ses-09", "ses-11"]


def test_taking_trust_twice_is_no_error(ask: Ask) -> None:
    """A device without trust has it taken as well."""
    for _ in range(2):
        _well(ask("POST", "/devices/dev-03/untrust"))
    assert _device(ask, "dev-03")["isTrusted"] is False


# DELETE /devices/{id}


def test_a_removed_device_is_gone_for_good(ask: Ask) -> None:
    """Device and sessions go, its fingerprint is unknown, a second removal finds nothing; others stay."""
    assert _well(ask("DELETE", "/devices/dev-01")) == {"success": True, "message": "Device removed successfully"}
    _refused(ask("GET", "/devices/dev-01"), "Device not found")
    _refused(ask("DELETE", "/devices/dev-01"), "Device not found")
    _refused(ask("POST", "/devices/trust", json={"fingerprint": "fp-alice-macbook"}), "Device not found")
    assert list(_devices(ask)) == ALICE[1:]
    assert list(_sessions(ask)) == ["ses-03", "ses-06", "ses-07"]
    assert "ses-01" not in ask.records("sessions")
    _refused(ask("POST", "/sessions/ses-01/heartbeat"), "Session not found or expired")


# GET /sessions


def test_a_user_lists_their_active_sessions(ask: Ask) -> None:
    """Over all devices, with the device's name; expired ones and other users' are left out."""
    sessions = _sessions(ask)
    assert list(sessions) == ["ses-01", "ses-02", "ses-03", "ses-06", "ses-07"]
    assert sessions["ses-03"]["deviceName"] == "Alice's iPhone"
    assert not {"userId", "deviceId"} & set(sessions["ses-03"])
    assert list(_sessions(ask, "bob-token")) == ["ses-09", "ses-11"]
    assert _sessions(ask, "carol-token") == {}


def test_a_session_leaves_the_lists_when_it_expires(ask: Ask, clock: Clock) -> None:
    """Thirty minutes on, bob's session is no longer listed, in the list or in its device."""
    assert list(_sessions(ask, "bob-token")) == ["ses-09", "ses-11"]
    clock.advance(minutes=30)
    assert list(_sessions(ask, "bob-token")) == ["ses-09"]
    assert _device(ask, "dev-09", "bob-token")["sessions"] == []


# POST /sessions/{id}/revoke


def test_a_revoked_session_is_gone_at_once(ask: Ask) -> None:
    """It leaves the list and its device, cannot be prolonged or revoked again; others stay."""
    answer = _well(ask("POST", "/sessions/ses-01/revoke"))
    assert answer == {"success": True, "message": "Session revoked successfully"}
    assert list(_sessions(ask)) == ["ses-02", "ses-03", "ses-06", "ses-07"]
    assert [session["id"] for session in _device(ask, "dev-01")["sessions"]] == ["ses-02"]
    _refused(ask("POST", "/sessions/ses-01/revoke"), "Session not found")
    _refused(ask("POST", "/sessions/ses-01/heartbeat"), "Session not found or expired")


@pytest.mark.parametrize("id_", ["ses-99", "ses-09", "ses-04", "dev-01"])
@pytest.mark.parametrize(
    ("verb", "text"), [("revoke", "Session not found"), ("heartbeat", "Session not found or expired")]
)
def test_no_such_session(ask: Ask, id_: str, verb: str, text: str) -> None:
    """Unknown, another user's and expired ones are the same 404, and nothing changes."""
    ask("GET", "/sessions")
    before = ask.records("sessions")
    _refused(ask("POST", f"/sessions/{id_}/{verb}"), text)
    assert ask.records("sessions") == before


# POST /sessions/revoke-all


def test_all_sessions_of_the_user_end(ask: Ask) -> None:
    """On every device; another user's stay, and the caller's token stays valid."""
    answer = _well(ask("POST", "/sessions/revoke-all"))
    assert answer == {"success": True, "message": "All sessions revoked successfully"}
    assert _sessions(ask) == {}
    assert all(_device(ask, id_)["sessions"] == [] for id_ in ALICE)
    assert list(_devices(ask)) == ALICE
    assert list(_sessions(ask, "bob-token")) == ["ses-09", "ses-11"]
    _well(ask("POST", "/sessions/revoke-all"))


def test_a_user_without_sessions_may_end_all(ask: Ask) -> None:
    """Nothing to end is no error."""
    _well(ask("POST", "/sessions/revoke-all", "carol-token"))


# POST /sessions/{id}/heartbeat


def test_a_heartbeat_prolongs_a_session(ask: Ask, clock: Clock) -> None:
    """Last activity is now, the end is 24 hours from now, in the answer, the list and the device alike."""
    _sessions(ask)
    clock.advance(hours=3)
    answer = _well(ask("POST", "/sessions/ses-06/heartbeat"))
    until = format_instant(START + 27 * HOUR)
    assert answer == {"success": True, "message": "Session updated successfully", "newExpiry": until}
    session = _sessions(ask)["ses-06"]
    assert (session["lastActivity"], session["expiresAt"]) == (format_instant(START + 3 * HOUR), until)
    assert _device(ask, "dev-05")["sessions"][0]["expiresAt"] == until
    assert session["startedAt"] == format_instant(START - 12 * DAY)


def test_heartbeats_keep_a_session_alive(ask: Ask, clock: Clock) -> None:
    """A beat every 23 hours for a week keeps it; without one it ends."""
    _sessions(ask)
    for _ in range(7):
        _well(ask("POST", "/sessions/ses-03/heartbeat"))
        clock.advance(hours=23)
    assert list(_sessions(ask)) == ["ses-03"]
    clock.advance(hours=1)
    _refused(ask("POST", "/sessions/ses-03/heartbeat"), "Session not found or expired")


# all of them


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/devices"),
        ("GET", "/devices/dev-01"),
        ("POST", "/devices/trust"),
        ("POST", "/devices/dev-01/untrust"),
        ("DELETE", "/devices/dev-01"),
        ("GET", "/sessions"),
        ("POST", "/sessions/ses-01/revoke"),
        ("POST", "/sessions/revoke-all"),
        ("POST", "/sessions/ses-01/heartbeat"),
    ],
)
@pytest.mark.parametrize("token", [None, "", "nobody", "alice-toke"])
def test_nobody_gets_in_without_a_token(ask: Ask, method: str, path: str, token: str | None) -> None:
    """401 in the contract's shape with its challenge, before anything else is looked at."""
    before = ask.records("devices"), ask.records("sessions")
    answer = ask(method, path, token)
    assert (answer.status, answer.json) == (401, {"success": False, "error": "Unauthorized"})
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (ask.records("devices"), ask.records("sessions")) == before


def test_a_world_is_its_own(ask: Ask) -> None:
    """What alice does in a world of her own shows nowhere else."""
    _well(ask("DELETE", "/devices/dev-01", "alice-token~mine"))
    assert list(_devices(ask, "alice-token~mine")) == ALICE[1:]
    assert list(_devices(ask)) == ALICE
    assert list(_devices(ask, "alice-token~other")) == ALICE


def test_a_reset_brings_the_fixtures_back(ask: Ask) -> None:
    """After any story, in this world alone."""
    before = _devices(ask), _sessions(ask)
    _well(ask("DELETE", "/devices/dev-01"))
    _well(ask("DELETE", "/devices/dev-01", "alice-token~other"))
    _well(ask("POST", "/sessions/revoke-all"))
    ask.engine.reset("main")
    assert (_devices(ask), _sessions(ask)) == before
    assert "dev-01" not in _devices(ask, "alice-token~other")


def test_every_answer_of_a_story_kept_the_contract(ask: Ask, entries: list[Any]) -> None:
    """Each operation is journaled under its name and user, as kept."""
    for method, path, json in (
        ("GET", "/devices", None),
        ("GET", "/devices/dev-01", None),
        ("POST", "/devices/trust", {"fingerprint": "fp-alice-ipad"}),
        ("POST", "/devices/dev-02/untrust", None),
        ("DELETE", "/devices/dev-02", None),
        ("GET", "/sessions", None),
        ("POST", "/sessions/ses-01/heartbeat", None),
        ("POST", "/sessions/ses-01/revoke", None),
        ("POST", "/sessions/revoke-all", None),
    ):
        _well(ask(method, path, json=json) if json else ask(method, path))
    assert [entry.operation for entry in entries] == [
        "listDevices", "getDevice", "trustDevice", "untrustDevice", "removeDevice", "listSessions", "heartbeatSession",
        "revokeSession", "revokeAllSessions",
    ]  # fmt: skip
    assert {(entry.verdict, entry.user) for entry in entries} == {("kept", "alice")}
