"""Two users, 16 threads, 5,000 mixed requests over real sockets: no write is lost, no user sees another's records."""

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

from tests.support import TIMEOUT, LiveMock, read_response

USERS = ("ann", "bob")
THREADS, REQUESTS = 16, 5_000
DEVICES = 40
"""Per user, with two sessions each; the number of a device determines what is done with it."""
ACTIONS = ("remove", "trust", "untrust", "revoke", "beat")


def _device(user: str, number: int) -> dict[str, Any]:
    trusted = ACTIONS[number % 5] == "untrust"
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
def busy_mock(tmp_path: Path) -> Iterator[LiveMock]:
    """A mock with two users with many devices and sessions."""
    fixtures = {
        "users": [{"name": user, "token": f"{user}-token"} for user in USERS],
        "devices": [_device(user, number) for user in USERS for number in range(DEVICES)],
        "sessions": [_session(user, n, place) for user in USERS for n in range(DEVICES) for place in (0, 1)],
    }
    file = tmp_path / "busy_mock.json"
    file.write_text(json.dumps(fixtures), encoding="utf-8")
    mock = LiveMock("--fixtures", str(file)).wait_until_started()
    try:
        yield mock
        assert mock.interrupt() == 0
    finally:
        mock.kill()


Call = tuple[str, str, Any, str]
"""Method, path, body, and the id of the record that the call changes."""


def _write(user: str, number: int) -> Call:
    """The call that changes a device of the user, determined by its number."""
    device, action = f"{user}-d{number}", ACTIONS[number % 5]
    if action == "remove":
        return "DELETE", f"/devices/{device}", None, device
    if action == "trust":
        return "POST", "/devices/trust", {"fingerprint": f"fp-{user}-{number}"}, device
    if action == "untrust":
        return "POST", f"/devices/{device}/untrust", None, device
    session = f"{user}-s{number}-0"
    return "POST", f"/sessions/{session}/{'revoke' if action == 'revoke' else 'heartbeat'}", None, session


def _calls(user: str, count: int, random_source: random.Random) -> list[Call]:
    """Mixed requests of one thread: every write at least once, reads, and writes to the other user's records."""
    other = USERS[1 - USERS.index(user)]
    calls = [_write(user, number) for number in range(DEVICES)]
    while len(calls) < count:
        number = random_source.randrange(DEVICES)
        calls.append(
            random_source.choice(
                [
                    ("GET", "/devices", None, ""),
                    ("GET", "/sessions", None, ""),
                    ("GET", f"/devices/{user}-d{number}", None, "read"),
                    (*_write(other, number)[:3], "foreign"),
                    _write(user, number),
                ]
            )
        )
    random_source.shuffle(calls)
    return calls


class Client(threading.Thread):
    """A thread with its own connection, and the responses that it received."""

    def __init__(self, mock: LiveMock, user: str, calls: list[Call], gate: threading.Barrier) -> None:
        super().__init__()
        self.mock, self.user, self.calls, self.gate = mock, user, calls, gate
        self.results: list[tuple[Call, int, Any]] = []

    def run(self) -> None:
        connection = self.mock.connection()
        self.gate.wait()
        for call in self.calls:
            self.results.append((call, *self.send(connection, call)))
        connection.close()

    def send(self, connection: http.client.HTTPConnection, call: Call) -> tuple[int, Any]:
        """Send a request, and return the status and JSON of the response."""
        method, path, body, _ = call
        headers = {"Authorization": f"Bearer {self.user}-token", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = read_response(connection.getresponse())
        return response.status, response.json


def _ids(value: Any) -> Iterator[str]:
    """Every id in a response, at any depth."""
    if isinstance(value, list):
        for inner in value:
            yield from _ids(inner)
    elif isinstance(value, dict):
        yield from ([value["id"]] if "id" in value else [])
        for inner in value.values():
            yield from _ids(inner)


Results = list[tuple[str, Call, int, Any]]
"""User, call, status and body of every request."""


def _send_all(mock: LiveMock) -> Results:
    """Send all requests from all threads at the same time."""
    gate = threading.Barrier(THREADS)
    counts = [REQUESTS // THREADS + (place < REQUESTS % THREADS) for place in range(THREADS)]
    clients = [
        Client(mock, USERS[place % 2], _calls(USERS[place % 2], count, random.Random(place)), gate)
        for place, count in enumerate(counts)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join(TIMEOUT)
    return [(client.user, *result) for client in clients for result in client.results]


def test_concurrent_requests_lose_no_write_and_show_no_foreign_record(busy_mock: LiveMock) -> None:
    """Each removal and revocation succeeds once, each write is stored, and responses have only the caller's records."""
    started = time.perf_counter()
    results = _send_all(busy_mock)
    assert time.perf_counter() - started < 2 * TIMEOUT
    assert len(results) == REQUESTS

    assert {status for *_, status, _ in results} <= {200, 404}
    assert all(identity.startswith(f"{user}-") for user, _, _, body in results for identity in _ids(body))
    assert {status for _, call, status, _ in results if call[3] == "foreign"} == {404}
    _assert_no_write_is_lost(busy_mock, results)

    log = [json.loads(busy_mock.next_line()) for _ in range(REQUESTS)]
    assert {line["verdict"] for line in log} <= {"kept", "refused"}
    assert sorted(line["number"] for line in log) == list(range(1, REQUESTS + 1))
    assert Counter(line["user"] for line in log) == Counter(user for user, *_ in results)
    assert "broken" not in {entry["verdict"] for entry in busy_mock.journal()}


def _assert_no_write_is_lost(busy_mock: LiveMock, results: Results) -> None:
    """The state matches the responses: each removal succeeded once, each stored expiry is one that was returned."""
    successes: Counter[str] = Counter(call[3] for _, call, status, _ in results if status == 200)
    expiries = defaultdict(set)
    for _, call, status, body in results:
        if status == 200 and call[3] not in ("", "read"):
            expiries[call[3]].add(body.get("trustExpiresAt") or body.get("newExpiry"))
    state = json.loads(busy_mock.state())
    devices = {record["id"]: record for record in state["devices"]}
    sessions = {record["id"]: record for record in state["sessions"]}
    for user, number in itertools.product(USERS, range(DEVICES)):
        device, session, action = f"{user}-d{number}", f"{user}-s{number}-0", ACTIONS[number % 5]
        remaining = {place for place in (0, 1) if f"{user}-s{number}-{place}" in sessions}
        assert (device in devices) is (action != "remove")
        assert remaining == {"remove": set(), "untrust": set(), "revoke": {1}}.get(action, {0, 1})
        assert successes[device if action == "remove" else session] == 1 or action not in ("remove", "revoke")
        assert action == "remove" or devices[device]["isTrusted"] is (action == "trust")
        assert action != "trust" or devices[device]["trustExpiresAt"] in expiries[device]
        assert action != "beat" or sessions[session]["expiresAt"] in expiries[session]
