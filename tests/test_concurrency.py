"""Two users, 16 threads, 5,000 mixed requests over real sockets: nothing is lost, nothing foreign is seen."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import PATIENCE, LiveMock, heard

USERS = ("ann", "bob")
THREADS, REQUESTS = 16, 5_000
DEVICES = 40
"""Per user, two sessions each; what is done to a device is told by its number."""
FATES = ("remove", "trust", "untrust", "revoke", "beat")


def _device(user: str, number: int) -> dict[str, Any]:
    trusted = FATES[number % 5] == "untrust"
    return {
        "id": f"{user}-d{number}",
        "userId": user,
        "deviceName": f"Device {number} of {user}",
        "deviceType": "DESKTOP",
        "os": "Linux",
        "browser": "Firefox",
        "isTrusted": trusted,
        "trustLevel": "LOW",
        "lastSeen": "now-1h",
        "createdAt": "now-9d",
        "deviceFingerprint": f"fp-{user}-{number}",
    }


def _session(user: str, number: int, place: int) -> dict[str, Any]:
    return {
        "id": f"{user}-s{number}-{place}",
        "userId": user,
        "deviceId": f"{user}-d{number}",
        "startedAt": "now-1h",
        "lastActivity": "now-1h",
        "expiresAt": "now+1h",
        "loginMethod": "password",
    }


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[LiveMock]:
    """A mock of two users with many devices and sessions."""
    fixtures = {
        "users": [{"name": user, "token": f"{user}-token"} for user in USERS],
        "devices": [_device(user, number) for user in USERS for number in range(DEVICES)],
        "sessions": [_session(user, n, place) for user in USERS for n in range(DEVICES) for place in (0, 1)],
    }
    file = tmp_path / "crowd.json"
    file.write_text(json.dumps(fixtures), encoding="utf-8")
    mock = LiveMock("--fixtures", str(file)).started()
    try:
        yield mock
        assert mock.interrupt() == 0
    finally:
        mock.kill()


Call = tuple[str, str, Any, str]
"""Method, path, body, and the record that it is about."""


def _write(user: str, number: int) -> Call:
    """What is done to a device of the user, by its number."""
    device, fate = f"{user}-d{number}", FATES[number % 5]
    if fate == "remove":
        return "DELETE", f"/devices/{device}", None, device
    if fate == "trust":
        return "POST", "/devices/trust", {"fingerprint": f"fp-{user}-{number}"}, device
    if fate == "untrust":
        return "POST", f"/devices/{device}/untrust", None, device
    session = f"{user}-s{number}-0"
    return "POST", f"/sessions/{session}/{'revoke' if fate == 'revoke' else 'heartbeat'}", None, session


def _calls(user: str, count: int, chance: random.Random) -> list[Call]:
    """Mixed requests of one thread: every write once at least, reads, and tries at the other user's records."""
    other = USERS[1 - USERS.index(user)]
    calls = [_write(user, number) for number in range(DEVICES)]
    while len(calls) < count:
        number = chance.randrange(DEVICES)
        calls.append(
            chance.choice(
                [
                    ("GET", "/devices", None, ""),
                    ("GET", "/sessions", None, ""),
                    ("GET", f"/devices/{user}-d{number}", None, "read"),
                    (*_write(other, number)[:3], "foreign"),
                    _write(user, number),
                ]
            )
        )
    chance.shuffle(calls)
    return calls


class Client(threading.Thread):
    """One thread with a connection of its own, and what it heard."""

    def __init__(self, mock: LiveMock, user: str, calls: list[Call], gate: threading.Barrier) -> None:
        super().__init__()
        self.mock, self.user, self.calls, self.gate = mock, user, calls, gate
        self.heard: list[tuple[Call, int, Any]] = []

    def run(self) -> None:
        connection = self.mock.connection()
        self.gate.wait()
        for call in self.calls:
            self.heard.append((call, *self.answered(connection, call)))
        connection.close()

    def answered(self, connection: http.client.HTTPConnection, call: Call) -> tuple[int, Any]:
        """Status and JSON of one answer."""
        method, path, body, _ = call
        headers = {"Authorization": f"Bearer {self.user}-token", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = heard(connection.getresponse())
        return answer.status, answer.json


def _ids(value: Any) -> Iterator[str]:
    """Every id in an answer, at any depth."""
    if isinstance(value, list):
        for inner in value:
            yield from _ids(inner)
    elif isinstance(value, dict):
        yield from ([value["id"]] if "id" in value else [])
        for inner in value.values():
            yield from _ids(inner)


Told = list[tuple[str, Call, int, Any]]
"""User, call, status and answer of every request."""


def _crowded(mock: LiveMock) -> Told:
    """All requests, sent by all threads at once."""
    gate = threading.Barrier(THREADS)
    counts = [REQUESTS // THREADS + (place < REQUESTS % THREADS) for place in range(THREADS)]
    clients = [
        Client(mock, USERS[place % 2], _calls(USERS[place % 2], count, random.Random(place)), gate)
        for place, count in enumerate(counts)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join(PATIENCE)
    return [(client.user, *said) for client in clients for said in client.heard]


def test_a_crowd_loses_nothing_and_sees_nothing_foreign(crowd: LiveMock) -> None:
    """Each removal and revocation succeeds once, each write stays, and every answer is the caller's own."""
    started = time.perf_counter()
    told = _crowded(crowd)
    assert time.perf_counter() - started < 60
    assert len(told) == REQUESTS

    assert {status for *_, status, _ in told} <= {200, 404}
    assert all(identity.startswith(f"{user}-") for user, _, _, said in told for identity in _ids(said))
    assert {status for _, call, status, _ in told if call[3] == "foreign"} == {404}
    _nothing_is_lost(crowd, told)

    log = [json.loads(crowd.next_line()) for _ in range(REQUESTS)]
    assert {line["verdict"] for line in log} <= {"kept", "refused"}
    assert sorted(line["number"] for line in log) == list(range(1, REQUESTS + 1))
    assert Counter(line["user"] for line in log) == Counter(user for user, *_ in told)
    assert "broken" not in {entry["verdict"] for entry in crowd.journal()}


def _nothing_is_lost(crowd: LiveMock, told: Told) -> None:
    """The state is what the answers said: each ending happened once, each end of time is one that was answered."""
    won: Counter[str] = Counter(call[3] for _, call, status, _ in told if status == 200)
    ends = defaultdict(set)
    for _, call, status, said in told:
        if status == 200 and call[3] not in ("", "read"):
            ends[call[3]].add(said.get("trustExpiresAt") or said.get("newExpiry"))
    state = json.loads(crowd.state())
    devices = {record["id"]: record for record in state["devices"]}
    sessions = {record["id"]: record for record in state["sessions"]}
    for user, number in itertools.product(USERS, range(DEVICES)):
        device, session, fate = f"{user}-d{number}", f"{user}-s{number}-0", FATES[number % 5]
        held = {place for place in (0, 1) if f"{user}-s{number}-{place}" in sessions}
        assert (device in devices) is (fate != "remove")
        assert held == {"remove": set(), "untrust": set(), "revoke": {1}}.get(fate, {0, 1})
        assert won[device if fate == "remove" else session] == 1 or fate not in ("remove", "revoke")
        assert fate == "remove" or devices[device]["isTrusted"] is (fate == "trust")
        assert fate != "trust" or devices[device]["trustExpiresAt"] in ends[device]
        assert fate != "beat" or sessions[session]["expiresAt"] in ends[session]
