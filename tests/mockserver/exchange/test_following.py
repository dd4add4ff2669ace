"""A stream of changes tells what happens to the records of a collection, in the form that the contract has for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockserver.errors import StoreLost
from mockserver.exchange import following
from mockserver.messages import Request
from tests.support import Ask, answers, document, json_body, path_parameter

DEVICE = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
REF = {"$ref": "#/components/schemas/Device"}
KINDS = {"enum": ["device.added", "device.updated", "device.deleted"]}
SHAPES: dict[str, Any] = {
    "record": REF,
    "named": {
        "type": "object",
        "properties": {"event": KINDS, "data": REF, "id": {"type": "string"}},
        "required": ["data"],
    },
    "text": {"type": "object", "properties": {"data": {"type": "string"}}, "required": ["data"]},
    "envelope": {"type": "object", "properties": {"type": KINDS, "device": REF}, "required": ["type", "device"]},
}


def api(shape: Any, media: str = "text/event-stream") -> dict[str, Any]:
    """An API of devices, whose events have this schema."""
    events = {"200": {"description": "changes", "content": {media: {"itemSchema": shape}}}}
    device = answers(REF)
    return document(
        {
            "/events": {
                "get": {
                    "operationId": "events",
                    "parameters": [{"name": "name", "in": "query", "schema": {"type": "string"}}],
                    "responses": events,
                }
            },
            "/devices": {"post": {"operationId": "add", "requestBody": json_body(REF), "responses": answers(REF)}},
            "/devices/{id}": {
                "parameters": [path_parameter()],
                "put": {"operationId": "change", "requestBody": json_body(REF), "responses": device},
                "delete": {"operationId": "remove", "responses": {"204": {"description": "gone"}}},
            },
        },
        {"Device": DEVICE},
    ) | {"openapi": "3.2.0"}


FOUND = {"find": {"devices": {"id": "$path.id"}}}
BEHAVIOURS = {
    "collections": {"devices": {}},
    "operations": {
        "events": {"stream": {"devices": {"name": "$query.name"}}},
        "add": {"create": {"devices": {"*": "$body"}}, "reply": "$record"},
        "change": {**FOUND, "set": {"*": "$body"}, "reply": "$record"},
        "remove": {**FOUND, "remove": {"devices": {"id": "$path.id"}}},
    },
}


@pytest.fixture
def of(mock_of: Callable[..., Ask]) -> Callable[..., Ask]:
    """A mock whose events have a shape."""
    return lambda shape, **more: mock_of(api(SHAPES[shape], **more), BEHAVIOURS, {"devices": [{"id": "a"}]})


def follow(ask: Ask, query: str = "", **headers: str) -> Iterator[bytes]:
    """The pieces of a stream, once it has begun."""
    answer = ask.engine.pipeline.respond(Request("GET", "/events", query, headers))
    assert answer.status == 200
    assert answer.transport is not None
    assert answer.transport.follow is not None
    pieces = ask.engine.following().pieces(answer.transport.follow)
    next(pieces)
    return pieces


def changes(ask: Ask) -> None:
    """Add, change and remove a device."""
    ask("POST", "/devices", json={"id": "b", "name": "x"})
    ask("PUT", "/devices/b", json={"name": "y"})
    ask("DELETE", "/devices/b")


def events(piece: bytes) -> list[dict[str, Any]]:
    """The events in a piece of a stream."""
    fields = [dict(line.split(": ", 1) for line in event.splitlines()) for event in piece.decode().split("\n\n")[:-1]]
    return [{**one, "data": json.loads(one["data"])} for one in fields]


def test_an_event_is_the_record(of: Callable[..., Ask]) -> None:
    """Where the contract has no more than that; a removal has no form then."""
    ask = of("record")
    pieces = follow(ask)
    changes(ask)
    told = events(next(pieces))
    assert [one["data"] for one in told] == [{"id": "b", "name": "x"}, {"id": "b", "name": "y"}]
    assert [int(one["id"]) for one in told] == [2, 3]


@pytest.mark.parametrize("shape", ["named", "envelope"])
def test_events_have_names(of: Callable[..., Ask], shape: str) -> None:
    """The contract's words for what has happened."""
    ask = of(shape)
    pieces = follow(ask)
    changes(ask)
    told = events(next(pieces))
    names = [one["event"] if shape == "named" else one["data"]["type"] for one in told]
    records = [one["data"] if shape == "named" else one["data"]["device"] for one in told]
    assert names == ["device.added", "device.updated", "device.deleted"]
    assert records == [{"id": "b", "name": "x"}, {"id": "b", "name": "y"}, {"id": "b", "name": "y"}]


def test_data_may_be_text(of: Callable[..., Ask]) -> None:
    """Then it is the record as JSON."""
    ask = of("text")
    pieces = follow(ask)
    changes(ask)
    assert [one["data"]["name"] for one in events(next(pieces))] == ["x", "y"]


def test_lines_are_followed_too(of: Callable[..., Ask]) -> None:
    """Without ids, which they have no place for."""
    ask = of("record", media="application/jsonl")
    pieces = follow(ask)
    changes(ask)
    assert [json.loads(line)["name"] for line in next(pieces).splitlines()] == ["x", "y"]


def test_a_client_that_comes_again_misses_nothing(of: Callable[..., Ask]) -> None:
    """`Last-Event-ID` is the place of the last event; without it, a stream begins now."""
    ask = of("record")
    pieces = follow(ask)
    changes(ask)
    first, second = events(next(pieces))
    assert events(next(follow(ask, **{"last-event-id": first["id"]}))) == [second]
    later = follow(ask)
    ask("POST", "/devices", json={"id": "c"})
    assert [one["data"]["id"] for one in events(next(later))] == ["c"]


def test_a_stream_is_about_those_that_it_asks_for(of: Callable[..., Ask]) -> None:
    """By the values of its query; what becomes one of them is new there, and what is one no more is removed."""
    ask = of("envelope")
    pieces = follow(ask, "name=y")
    ask("POST", "/devices", json={"id": "b", "name": "x"})
    ask("PUT", "/devices/b", json={"name": "y"})
    ask("PUT", "/devices/b", json={"name": "z"})
    told = [one["data"] for one in events(next(pieces))]
    assert [one["type"] for one in told] == ["device.added", "device.deleted"]
    assert {one["device"]["name"] for one in told} == {"y"}


def test_other_worlds_are_not_followed(of: Callable[..., Ask]) -> None:
    """Nor is a stream open once its world is gone."""
    ask = of("record")
    pieces = follow(ask, **{"mock-world": "w"})
    ask("POST", "/devices", json={"id": "b"})
    ask("POST", "/devices", json={"id": "c"}, headers={"mock-world": "w"})
    assert [one["data"]["id"] for one in events(next(pieces))] == ["c"]
    ask.engine.store.remove("w")
    ask.engine.following()._came.wait = lambda _: None  # type: ignore[method-assign, assignment]
    assert list(pieces) == []


def test_a_stream_too_many_ends_at_once(of: Callable[..., Ask], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its client comes again later; a stream that ends makes room."""
    monkeypatch.setattr(following, "MOST", 1)
    ask = of("record")
    pieces = follow(ask)
    answer = ask.engine.pipeline.respond(Request("GET", "/events"))
    assert answer.transport is not None
    assert answer.transport.follow is not None
    assert list(ask.engine.following().pieces(answer.transport.follow)) == [b"retry: 5000\n\n"]
    pieces.close()  # type: ignore[attr-defined]  # a generator
    assert next(ask.engine.following().pieces(answer.transport.follow)) == b"retry: 1000\n\n"


def test_a_stream_outlives_an_outage_of_the_store(of: Callable[..., Ask], monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows afterwards what has happened, and shows signs of life meanwhile."""
    ask = of("record")
    pieces = follow(ask)
    ask("POST", "/devices", json={"id": "b"})
    monkeypatch.setattr(following, "HEARTBEAT", 0.0)
    with monkeypatch.context() as outage:
        outage.setattr(ask.engine.store, "find", _lost)
        assert next(pieces) == b": \n\n"
    assert [one["data"]["id"] for one in events(next(pieces))] == ["b"]


def _lost(_: str) -> None:
    raise StoreLost("it is gone")


def test_the_behaviours_of_the_page_are_valid(mock_of: Callable[..., Ask]) -> None:
    """Those of docs/streams.md: the second follows the devices of one room."""
    from mockserver import plain_yaml
    from tests.mockserver.outbound.pages import blocks

    [block] = blocks("docs/streams.md", "yaml")
    device = {**DEVICE, "properties": {**DEVICE["properties"], "room": {"type": "string"}}}  # type: ignore[dict-item]
    changes_of = {"200": {"description": "changes", "content": {"text/event-stream": {"itemSchema": device}}}}
    room = {"name": "room", "in": "query", "schema": {"type": "string"}}
    paths = {
        "/events": {"get": {"operationId": "watchDevices", "responses": changes_of}},
        "/room": {"get": {"operationId": "watchRoom", "parameters": [room], "responses": changes_of}},
    }
    said = {"collections": {"devices": {}}, **plain_yaml.parse(block, "docs/streams.md")}
    ask = mock_of({**document(paths), "openapi": "3.2.0"}, said, {"devices": []})
    answer = ask("GET", "/room", query="room=hall")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream")
    follow = ask.engine.behaviours.operations["watchRoom"].stream
    assert follow is not None
    assert follow.fields == ("room",)
