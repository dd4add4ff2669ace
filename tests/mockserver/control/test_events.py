"""What happens is told as it happens: as server-sent events, or so far as JSON."""

from __future__ import annotations

import http.client
import json
from typing import Any

from mockserver.control import events
from tests.mockserver.control.conftest import Control
from tests.support import PATIENCE, Ask, LiveMock


def _kinds(told: Any) -> list[tuple[str, str]]:
    return [(event["type"], event["world"]) for event in told["events"]]


def test_events_so_far(control: Control, ask: Ask) -> None:
    """Requests, control calls and removals, of one world or all; asked again, only what is new. A world that is gone
    leaves nothing but the news of it."""
    ask("GET", "/devices", "alice-token~w1")
    control("PUT", "/worlds/main/clock", {"frozen": True})
    control("POST", "/worlds", {"name": "w2"})
    control("DELETE", "/worlds/w2")
    told = control("GET", "/events").json
    assert _kinds(told) == [("request", "w1"), ("world", "main"), ("removed", "w2")]
    assert told["events"][0]["request"]["operation"] == "listDevices"
    assert _kinds(control("GET", "/worlds/w1/events").json) == [("request", "w1")]
    ask("GET", "/devices")
    assert _kinds(control("GET", f"/events?after={told['last']}").json) == [("request", "main")]


def _stream(mock: LiveMock, **headers: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", mock.port, timeout=PATIENCE)
    connection.request("GET", "/__mock__/worlds/main/events", headers={"Accept": "text/event-stream", **headers})
    return connection, connection.getresponse()


def _next(answer: http.client.HTTPResponse) -> dict[str, str]:
    """The next event, as its fields."""
    fields: dict[str, str] = {}
    for line in iter(lambda: answer.readline().decode().rstrip("\n"), ""):
        name, _, value = line.partition(": ")
        fields[name] = value
    return fields


def test_a_stream_tells_requests_as_they_come(live_mock: LiveMock) -> None:
    """With a number, after which the next stream goes on; nothing comes twice."""
    connection, answer = _stream(live_mock)
    assert answer.getheader("content-type") == "text/event-stream"
    assert _next(answer)["retry"] == "500"
    live_mock("GET", "/devices")
    event = _next(answer)
    assert (event["event"], json.loads(event["data"])["request"]["path"]) == ("request", "/devices")
    connection.close()
    live_mock("GET", "/sessions")
    connection, answer = _stream(live_mock, **{"Last-Event-ID": event["id"]})
    _next(answer)
    assert json.loads(_next(answer)["data"])["request"]["path"] == "/sessions"
    connection.close()


def test_streams_leave_threads_to_others(live_mock: LiveMock) -> None:
    """However many are asked for, few are held open; the others end with what there is, and the API answers."""
    streams = [_stream(live_mock) for _ in range(20)]
    assert live_mock("GET", "/devices").status == 200
    retries = [_next(answer)["retry"] for _, answer in streams]
    assert retries.count("500") <= events.STREAMS
    assert set(retries) <= {"500", "3000"}
    assert live_mock("GET", "/devices").status == 200
    for connection, _ in streams:
        connection.close()
