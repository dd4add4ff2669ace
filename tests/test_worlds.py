"""Sixteen workers at once, each in its own world: none sees another's changes, and the main world does not change."""

from __future__ import annotations

import http.client
import json
import os
import threading
from typing import Any

from tests.support import TIMEOUT, LiveMock

WORKERS = 16
CALLS = int(os.environ.get("WORLD_CALLS", "150"))
"""The number of requests of each worker."""


def _call(connection: http.client.HTTPConnection, world: str, method: str, path: str, value: Any = None) -> Any:
    headers = {"Authorization": f"Bearer alice-token~{world}"}
    body = None
    if value is not None:
        headers["Content-Type"], body = "application/json", json.dumps(value)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    return response.status, json.loads(response.read() or b"null")


def _work(mock: LiveMock, number: int, faults: list[str]) -> None:
    """Remove a device in this worker's world, and list the devices repeatedly."""
    world, connection = f"worker-{number}", mock.connection()
    removed = f"dev-{number % 7 + 1:02}"
    expected = {f"dev-{place:02}" for place in range(1, 8)} - {removed}
    try:
        if _call(connection, world, "DELETE", f"/devices/{removed}")[0] != 200:
            faults.append(f"{world}: {removed} was already removed")
        for turn in range(CALLS - 1):
            status, body = _call(connection, world, "GET", "/devices")
            seen = {device["id"] for device in body["devices"]}
            if status != 200 or seen != expected:
                faults.append(f"{world} turn {turn}: {status} {sorted(seen ^ expected)}")
    except (OSError, http.client.HTTPException) as error:
        faults.append(f"{world}: {error!r}")
    finally:
        connection.close()


def test_no_world_sees_another(live_mock: LiveMock) -> None:
    """Each worker removes a device, and every later list lacks exactly this device."""
    before, faults = live_mock.state(), list[str]()
    workers = [threading.Thread(target=_work, args=(live_mock, number, faults)) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(TIMEOUT * 20)
    assert not faults
    assert live_mock.state() == before
    assert live_mock.journal() == []
    worlds = live_mock("GET", "/__mock__/worlds", None).json["worlds"]
    used = {world["name"]: world["requests"] for world in worlds if world["name"].startswith("worker-")}
    assert used == {f"worker-{number}": CALLS for number in range(WORKERS)}
    for name in used:
        assert live_mock("DELETE", f"/__mock__/worlds/{name}", None).status == 204
