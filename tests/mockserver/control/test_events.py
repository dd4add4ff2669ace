"""Events are sent as they happen: as server-sent events, or so far as JSON."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from mockserver.control import events
from mockserver.control.surface import STREAMS
from mockserver.exchange.engine import Engine
from mockserver.web.app import app_for
from tests.conftest import Build
from tests.mockserver.control.conftest import Control
from tests.support import TIMEOUT, Ask, LiveMock, bundled_settings


def _kinds(events_so_far: Any) -> list[tuple[str, str]]:
    return [(event["type"], event["world"]) for event in events_so_far["events"]]


def test_events_so_far(control: Control, ask: Ask) -> None:
    """Requests, control calls and removals, of one world or all; asked again, only what is new. A world that is gone
    leaves nothing but the news of it."""
    ask("GET", "/devices", "alice-token~w1")
    control("PUT", "/worlds/main/clock", {"frozen": True})
    control("POST", "/worlds", {"name": "w2"})
    control("DELETE", "/worlds/w2")
    events_so_far = control("GET", "/events").json
    assert _kinds(events_so_far) == [("request", "w1"), ("world", "main"), ("removed", "w2")]
    assert events_so_far["events"][0]["request"]["operation"] == "listDevices"
    assert _kinds(control("GET", "/worlds/w1/events").json) == [("request", "w1")]
    ask("GET", "/devices")
    assert _kinds(control("GET", f"/events?after={events_so_far['last']}").json) == [("request", "main")]


def _stream(mock: LiveMock, **headers: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", mock.port, timeout=TIMEOUT)
    connection.request("GET", "/__mock__/worlds/main/events", headers={"Accept": "text/event-stream", **headers})
    return connection, connection.getresponse()


def _next(answer: http.client.HTTPResponse) -> dict[str, str]:
    """The next event, as its fields."""
    fields: dict[str, str] = {}
    for line in iter(lambda: answer.readline().decode().rstrip("\n"), ""):
        name, _, value = line.partition(": ")
        fields[name] = value
    return fields


def test_a_stream_sends_requests_as_they_happen(live_mock: LiveMock) -> None:
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
    """However many are opened, few stay open; the others end with the events so far, and the API responds."""
    streams = [_stream(live_mock) for _ in range(20)]
    assert live_mock("GET", "/devices").status == 200
    retries = [_next(answer)["retry"] for _, answer in streams]
    assert retries.count("500") <= STREAMS
    assert set(retries) <= {"500", "3000"}
    assert live_mock("GET", "/devices").status == 200
    for connection, _ in streams:
        connection.close()


def _opened(client: FlaskClient) -> Iterator[bytes]:
    """The pieces of a new stream of events."""
    local = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1"}
    headers = {"Accept": "text/event-stream"}
    answer = client.get("/__mock__/events", headers=headers, environ_overrides=local, buffered=False)
    return iter(answer.response)  # type: ignore[arg-type]  # pieces of a stream are bytes


def test_the_streams_of_one_mock_leave_those_of_another_alone(build: Build) -> None:
    """Two mocks in one process: each holds as many streams open as it may."""
    one, other = (app_for(build(bundled_settings())).test_client() for _ in range(2))
    streams = [_opened(one) for _ in range(STREAMS)]
    assert {next(stream) for stream in streams} == {b"id: 0\nretry: 500\n\n"}
    assert next(_opened(one)) == b"id: 0\nretry: 3000\n\n"
    assert next(_opened(other)) == b"id: 0\nretry: 500\n\n"


def test_an_event_that_cannot_be_shown_hides_no_other(
    engine: Engine, ask: Ask, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """One line on standard error; the stream goes on after it."""
    ask("GET", "/devices")
    ask("GET", "/sessions")
    shown = events._shown

    def failing(what: Any, secrets: Any) -> dict[str, Any]:
        if what.place == 1:
            raise ValueError("not to be shown")
        return shown(what, secrets)

    monkeypatch.setattr(events, "_shown", failing)
    texts, place = events._new(engine, None, 0)
    assert (len(texts), place) == (1, 2)
    assert b"/sessions" in texts[0]
    assert capfd.readouterr().err.startswith(
        "mockserver: internal error in the events thread: ValueError: not to be shown ("
    )
