"""The nine operations of the bundled contract: their responses, and their effects on the stored records."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.clock import format_instant, parse_instant
from tests.support import START, Ask, ClientResponse, Clock

DAY, HOUR = 86_400_000, 3_600_000
ALICE = [f"dev-{number:02}" for number in range(1, 8)]
BOB = ["dev-08", "dev-09", "dev-10"]


def _success(response: ClientResponse) -> Any:
    assert (response.status, response.json["success"]) == (200, True), response
    return response.json


def _assert_not_found(response: ClientResponse, text: str) -> None:
    assert (response.status, response.json) == (404, {"success": False, "error": text})


def _devices(ask: Ask, token: str = "alice-token") -> dict[str, Any]:
    return {device["id"]: device for device in _success(ask("GET", "/devices", token))["devices"]}


def _sessions(ask: Ask, token: str = "alice-token") -> dict[str, Any]:
    return {session["id"]: session for session in _success(ask("GET", "/sessions", token))["sessions"]}


def _device(ask: Ask, id_: str, token: str = "alice-token") -> Any:
    return _success(ask("GET", f"/devices/{id_}", token))["device"]


# GET /devices


@pytest.mark.parametrize(("token", "ids"), [("alice-token", ALICE), ("bob-token", BOB), ("carol-token", [])])
def test_a_user_lists_their_own_devices(ask: Ask, token: str, ids: list[str]) -> None:
    """A user lists their own devices in the order of the fixtures; a new account has none."""
    assert list(_devices(ask, token)) == ids


def test_a_listed_device_has_the_declared_fields(ask: Ask) -> None:
    """The list has no owner, user agent or fingerprint; a field that a device does not have is absent, not null."""
    devices = _devices(ask)
    declared = {
        "id", "deviceName", "deviceType", "os", "browser", "ipAddress", "country", "city", "isTrusted", "trustLevel",
        "lastSeen", "createdAt", "trustExpiresAt",
    }  # fmt: skip
    assert set(devices["dev-01"]) == declared
    assert set(devices["dev-05"]) == declared - {"ipAddress", "country", "city", "trustExpiresAt"}
    assert None not in devices["dev-05"].values()


def test_a_device_with_expired_trust(ask: Ask) -> None:
    """After trustExpiresAt the device is not trusted in responses, although it is in the stored record."""
    device = _devices(ask)["dev-04"]
    assert (device["isTrusted"], device["trustLevel"]) == (False, "UNKNOWN")
    assert parse_instant(device["trustExpiresAt"]) < START
    assert ask.records("devices")["dev-04"]["isTrusted"] is True


def test_trust_expires_at_its_time(ask: Ask, clock: Clock) -> None:
    """The device is trusted until one millisecond before trustExpiresAt; no record is written."""
    _devices(ask)
    before = ask.records("devices")
    clock.advance(days=10, milliseconds=-1)
    assert _devices(ask)["dev-02"]["isTrusted"] is True
    clock.advance(milliseconds=1)
    device = _device(ask, "dev-02")
    assert (device["isTrusted"], device["trustLevel"]) == (False, "UNKNOWN")
    assert ask.records("devices") == before


# GET /devices/{id}


def test_a_device_has_its_details_and_active_sessions(ask: Ask) -> None:
    """A device has its fingerprint, user agent, and the sessions that have not expired."""
    device = _device(ask, "dev-01")
    assert device["deviceFingerprint"] == "fp-alice-macbook"
    assert device["userAgent"].startswith("Mozilla/5.0")
    assert [session["id"] for session in device["sessions"]] == ["ses-01", "ses-02"]
    assert not {"deviceId", "userId", "deviceName"} & set(device["sessions"][0])
    assert _device(ask, "dev-03")["sessions"] == []


@pytest.mark.parametrize("id_", ["dev-99", "dev-08", "ses-01", "DEV-01"])
@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("DELETE", ""), ("POST", "/untrust")])
def test_no_such_device(ask: Ask, method: str, path: str, id_: str) -> None:
    """An unknown id and another user's id get the same 404, and change nothing."""
    ask("GET", "/devices")
    before = ask.records("devices"), ask.records("sessions")
    _assert_not_found(ask(method, f"/devices/{id_}{path}"), "Device not found")
    assert (ask.records("devices"), ask.records("sessions")) == before


# POST /devices/trust


@pytest.mark.parametrize(
    ("id_", "fingerprint"),
    [("dev-03", "fp-alice-ipad"), ("dev-01", "fp-alice-macbook"), ("dev-04", "fp-alice-workstation")],
)
def test_trust_is_stored(ask: Ask, id_: str, fingerprint: str) -> None:
    """An untrusted, trusted or expired device becomes trusted for 30 days from now; other devices do not change."""
    others = {key: device for key, device in _devices(ask).items() if key != id_}
    response = _success(ask("POST", "/devices/trust", json={"fingerprint": fingerprint}))
    until = format_instant(START + 30 * DAY)
    assert response == {"success": True, "message": "Device trusted successfully", "trustExpiresAt": until}
    after = _devices(ask)
    shown = after.pop(id_)
    assert (shown["isTrusted"], shown["trustLevel"], shown["trustExpiresAt"]) == (True, "HIGH", until)
    assert _device(ask, id_)["trustExpiresAt"] == until
    assert after == others


def test_trust_is_prolonged_from_the_time_of_the_call(ask: Ask, clock: Clock) -> None:
    """A second call a week later moves the expiry by a week."""
    first = _success(ask("POST", "/devices/trust", json={"fingerprint": "fp-alice-ipad"}))["trustExpiresAt"]
    clock.advance(days=7)
    second = _success(ask("POST", "/devices/trust", json={"fingerprint": "fp-alice-ipad"}))["trustExpiresAt"]
    assert parse_instant(second) - parse_instant(first) == 7 * DAY
    clock.advance(days=29)
    assert _device(ask, "dev-03")["isTrusted"] is True
    clock.advance(days=1)
    assert _device(ask, "dev-03")["isTrusted"] is False


@pytest.mark.parametrize(
    "fingerprint", ["", "unknown", "fp-bob-thinkpad", "FP-ALICE-IPAD", "fp-alice-ipad ", "dev-03", "ふ"]
)
def test_an_unknown_fingerprint_trusts_nothing(ask: Ask, fingerprint: str) -> None:
    """An unknown fingerprint, or another user's, gets 404 and changes nothing."""
    ask("GET", "/devices")
    before = ask.records("devices")
    _assert_not_found(ask("POST", "/devices/trust", json={"fingerprint": fingerprint}), "Device not found")
    assert ask.records("devices") == before


# POST /devices/{id}/untrust


def test_untrusting_removes_the_device_s_sessions(ask: Ask) -> None:
    """Trust, its level and its expiry are removed, and the device's sessions; other sessions stay."""
    response = _success(ask("POST", "/devices/dev-01/untrust"))
    assert response == {"success": True, "message": "Device untrusted successfully"}
    device = _device(ask, "dev-01")
    assert (device["isTrusted"], device["trustLevel"], device["sessions"]) == (False, "UNKNOWN", [])
    assert "trustExpiresAt" not in device
    assert list(_sessions(ask)) == ["ses-03", "ses-06", "ses-07"]
    assert list(_sessions(ask, "bob-token")) == ["ses-09", "ses-11"]


def test_untrusting_twice_is_not_an_error(ask: Ask) -> None:
    """An untrusted device can be untrusted again."""
    for _ in range(2):
        _success(ask("POST", "/devices/dev-03/untrust"))
    assert _device(ask, "dev-03")["isTrusted"] is False


# DELETE /devices/{id}


def test_a_removed_device_stays_removed(ask: Ask) -> None:
    """The device and its sessions are removed, its fingerprint is unknown, a second removal gets 404; others stay."""
    assert _success(ask("DELETE", "/devices/dev-01")) == {"success": True, "message": "Device removed successfully"}
    _assert_not_found(ask("GET", "/devices/dev-01"), "Device not found")
    _assert_not_found(ask("DELETE", "/devices/dev-01"), "Device not found")
    _assert_not_found(ask("POST", "/devices/trust", json={"fingerprint": "fp-alice-macbook"}), "Device not found")
    assert list(_devices(ask)) == ALICE[1:]
    assert list(_sessions(ask)) == ["ses-03", "ses-06", "ses-07"]
    assert "ses-01" not in ask.records("sessions")
    _assert_not_found(ask("POST", "/sessions/ses-01/heartbeat"), "Session not found or expired")


# GET /sessions


def test_a_user_lists_their_active_sessions(ask: Ask) -> None:
    """The list has the sessions of all devices with the device's name, without expired ones and other users'."""
    sessions = _sessions(ask)
    assert list(sessions) == ["ses-01", "ses-02", "ses-03", "ses-06", "ses-07"]
    assert sessions["ses-03"]["deviceName"] == "Alice's iPhone"
    assert not {"userId", "deviceId"} & set(sessions["ses-03"])
    assert list(_sessions(ask, "bob-token")) == ["ses-09", "ses-11"]
    assert _sessions(ask, "carol-token") == {}


def test_an_expired_session_is_not_listed(ask: Ask, clock: Clock) -> None:
    """After thirty minutes, bob's session is neither in the list nor in its device."""
    assert list(_sessions(ask, "bob-token")) == ["ses-09", "ses-11"]
    clock.advance(minutes=30)
    assert list(_sessions(ask, "bob-token")) == ["ses-09"]
    assert _device(ask, "dev-09", "bob-token")["sessions"] == []


# POST /sessions/{id}/revoke


def test_a_revoked_session_is_removed_immediately(ask: Ask) -> None:
    """A revoked session is not in the list or its device, and cannot be prolonged or revoked again; others stay."""
    response = _success(ask("POST", "/sessions/ses-01/revoke"))
    assert response == {"success": True, "message": "Session revoked successfully"}
    assert list(_sessions(ask)) == ["ses-02", "ses-03", "ses-06", "ses-07"]
    assert [session["id"] for session in _device(ask, "dev-01")["sessions"]] == ["ses-02"]
    _assert_not_found(ask("POST", "/sessions/ses-01/revoke"), "Session not found")
    _assert_not_found(ask("POST", "/sessions/ses-01/heartbeat"), "Session not found or expired")


@pytest.mark.parametrize("id_", ["ses-99", "ses-09", "ses-04", "dev-01"])
@pytest.mark.parametrize(
    ("verb", "text"), [("revoke", "Session not found"), ("heartbeat", "Session not found or expired")]
)
def test_no_such_session(ask: Ask, id_: str, verb: str, text: str) -> None:
    """Unknown sessions, another user's and expired ones get the same 404, and nothing changes."""
    ask("GET", "/sessions")
    before = ask.records("sessions")
    _assert_not_found(ask("POST", f"/sessions/{id_}/{verb}"), text)
    assert ask.records("sessions") == before


# POST /sessions/revoke-all


def test_revoke_all_removes_all_sessions_of_the_user(ask: Ask) -> None:
    """The sessions of all devices are removed; another user's stay, and the caller's token stays valid."""
    response = _success(ask("POST", "/sessions/revoke-all"))
    assert response == {"success": True, "message": "All sessions revoked successfully"}
    assert _sessions(ask) == {}
    assert all(_device(ask, id_)["sessions"] == [] for id_ in ALICE)
    assert list(_devices(ask)) == ALICE
    assert list(_sessions(ask, "bob-token")) == ["ses-09", "ses-11"]
    _success(ask("POST", "/sessions/revoke-all"))


def test_revoke_all_without_sessions(ask: Ask) -> None:
    """Without sessions, revoke-all succeeds."""
    _success(ask("POST", "/sessions/revoke-all", "carol-token"))


# POST /sessions/{id}/heartbeat


def test_a_heartbeat_prolongs_a_session(ask: Ask, clock: Clock) -> None:
    """Last activity is now, and expiry is 24 hours from now, in the response, the list and the device."""
    _sessions(ask)
    clock.advance(hours=3)
    response = _success(ask("POST", "/sessions/ses-06/heartbeat"))
    until = format_instant(START + 27 * HOUR)
    assert response == {"success": True, "message": "Session updated successfully", "newExpiry": until}
    session = _sessions(ask)["ses-06"]
    assert (session["lastActivity"], session["expiresAt"]) == (format_instant(START + 3 * HOUR), until)
    assert _device(ask, "dev-05")["sessions"][0]["expiresAt"] == until
    assert session["startedAt"] == format_instant(START - 12 * DAY)


def test_heartbeats_keep_a_session_alive(ask: Ask, clock: Clock) -> None:
    """A session with a heartbeat every 23 hours stays active; without one it expires."""
    _sessions(ask)
    for _ in range(7):
        _success(ask("POST", "/sessions/ses-03/heartbeat"))
        clock.advance(hours=23)
    assert list(_sessions(ask)) == ["ses-03"]
    clock.advance(hours=1)
    _assert_not_found(ask("POST", "/sessions/ses-03/heartbeat"), "Session not found or expired")


# all operations


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
def test_an_invalid_token_is_rejected(ask: Ask, method: str, path: str, token: str | None) -> None:
    """An invalid token gets the documented 401 with a challenge, and changes nothing."""
    before = ask.records("devices"), ask.records("sessions")
    response = ask(method, path, token)
    assert (response.status, response.json) == (401, {"success": False, "error": "Unauthorized"})
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert (ask.records("devices"), ask.records("sessions")) == before


def test_worlds_are_isolated(ask: Ask) -> None:
    """A change in one world is not visible in another."""
    _success(ask("DELETE", "/devices/dev-01", "alice-token~mine"))
    assert list(_devices(ask, "alice-token~mine")) == ALICE[1:]
    assert list(_devices(ask)) == ALICE
    assert list(_devices(ask, "alice-token~other")) == ALICE


def test_a_reset_restores_the_fixtures(ask: Ask) -> None:
    """A reset restores the records of one world only."""
    before = _devices(ask), _sessions(ask)
    _success(ask("DELETE", "/devices/dev-01"))
    _success(ask("DELETE", "/devices/dev-01", "alice-token~other"))
    _success(ask("POST", "/sessions/revoke-all"))
    ask.engine.reset("main")
    assert (_devices(ask), _sessions(ask)) == before
    assert "dev-01" not in _devices(ask, "alice-token~other")


def test_every_operation_is_in_the_journal(ask: Ask, entries: list[Any]) -> None:
    """Each journal entry has the operation, the user and the verdict `kept`."""
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
        _success(ask(method, path, json=json) if json else ask(method, path))
    assert [entry.operation for entry in entries] == [
        "listDevices", "getDevice", "trustDevice", "untrustDevice", "removeDevice", "listSessions", "heartbeatSession",
        "revokeSession", "revokeAllSessions",
    ]  # fmt: skip
    assert {(entry.verdict, entry.user) for entry in entries} == {("kept", "alice")}
