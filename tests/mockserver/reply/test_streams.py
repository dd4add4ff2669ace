"""Responses that are a sequence of values: what they contain, and how each value is framed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.messages import Request
from mockserver.reply.streams import Framing
from tests.support import Ask, answers, document, json_body

NUMBER = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
LINES = ["application/x-ndjson", "application/jsonl", "application/json-lines", "application/stream+json"]
EVENTS = "text/event-stream"


def _document(name: str, media: Any, **more: Any) -> dict[str, Any]:
    responses = {"200": {"description": "values", "content": {name: media}}}
    return document({"/stream": {"get": {"responses": responses, **more}}}, openapi="3.2.0")


def _body(mock_of: Callable[..., Ask], name: str, media: Any, **more: Any) -> str:
    answer = mock_of(_document(name, media, **more))("GET", "/stream")
    assert (answer.status, answer.headers["content-type"]) == (200, name)
    return answer.body.decode()


def _data(body: str) -> list[str]:
    """The data of each event."""
    return [line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: ")]


SCHEMAS = [{"itemSchema": NUMBER}, {"schema": NUMBER}, {"schema": {"type": "array", "items": NUMBER}}]


@pytest.mark.parametrize("media", SCHEMAS)
@pytest.mark.parametrize("name", [*LINES, EVENTS, "application/json-seq", "application/geo+json-seq"])
def test_each_value_is_framed_by_itself(mock_of: Callable[..., Ask], name: str, media: Any) -> None:
    """Whether the contract describes one value or all of them."""
    body = _body(mock_of, name, media)
    if name == EVENTS:
        assert body.endswith("\n\n")
        values = _data(body)
    elif name in LINES:
        assert body.endswith("\n")
        values = body.splitlines()
    else:
        assert body.startswith("\x1e")
        values = [part for part in body.split("\x1e") if part]
        assert all(value.endswith("\n") for value in values)
    assert len(values) == 3
    assert all(isinstance(json.loads(value)["n"], int) for value in values)


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ({"schema": NUMBER, "examples": {"a": {"value": {"n": 1}}, "b": {"dataValue": {"n": 2}}}}, '{"n":1}|{"n":2}'),
        ({"schema": NUMBER, "example": [{"n": 1}, {"n": 2}]}, '{"n":1}|{"n":2}'),
        ({"itemSchema": NUMBER, "examples": {"a": {"value": {"n": 1}}, "end": {"value": "[DONE]"}}}, '{"n":1}|[DONE]'),
        ({"schema": NUMBER, "examples": {"a": {"value": {"n": 1}}, "bad": {"value": {"n": "x"}}}}, '{"n":1}'),
    ],
)
def test_examples_are_the_events(mock_of: Callable[..., Ask], media: Any, body: str) -> None:
    """Each is one event, or a list of them; one that violates the schema is left out."""
    assert _data(_body(mock_of, EVENTS, media)) == body.split("|")


@pytest.mark.parametrize(
    ("name", "media"),
    [
        (EVENTS, {"itemSchema": NUMBER, "examples": {"raw": {"serializedValue": "event: tick\ndata: 1\n\n"}}}),
        (EVENTS, {"schema": {"type": "string"}, "example": "event: tick\ndata: 1\n\n"}),
        (EVENTS, {"schema": NUMBER, "example": ": hello\n\nevent: tick\ndata: 1\n\n"}),
        ("application/x-ndjson", {"schema": NUMBER, "example": '{"n":1}\n{"n":2}\n'}),
    ],
)
def test_what_is_framed_already_is_sent_as_it_stands(mock_of: Callable[..., Ask], name: str, media: Any) -> None:
    """Text that is a stream."""
    text = media.get("example") or media["examples"]["raw"]["serializedValue"]
    assert _body(mock_of, name, media) == text


FIELDS = {
    "event": {"type": "string"},
    "data": {"type": "string"},
    "id": {"type": "string"},
    "retry": {"type": "integer"},
}


def test_events_have_their_fields(mock_of: Callable[..., Ask]) -> None:
    """Data that isn't text is JSON; no name, and no time to wait, is made up."""
    data = {**FIELDS, "data": NUMBER}
    schema = {"type": "object", "required": ["data"], "properties": data}
    body = _body(mock_of, EVENTS, {"schema": {"type": "array", "items": schema}})
    assert [sorted(line.partition(":")[0] for line in event.splitlines()) for event in body.split("\n\n") if event] == [
        ["data", "id"]
    ] * 3
    assert all(json.loads(text)["n"] for text in _data(body))


def test_a_name_that_the_contract_gives_is_kept(mock_of: Callable[..., Ask]) -> None:
    """An enum or a constant; a required one of any text is that of messages."""
    named = {**FIELDS, "event": {"type": "string", "enum": ["tick"]}}
    for fields, line in ((named, "event: tick\n"), (FIELDS, "event: message\n")):
        schema = {"type": "object", "required": ["data", "event"], "properties": fields}
        assert _body(mock_of, EVENTS, {"itemSchema": schema}).count(line) == 3


def test_data_that_is_json_in_a_text_is_valid(mock_of: Callable[..., Ask]) -> None:
    """By its `contentSchema`."""
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": NUMBER}
    schema = {"type": "object", "required": ["data"], "properties": {"data": data}}
    assert all(json.loads(text).keys() == {"n"} for text in _data(_body(mock_of, EVENTS, {"itemSchema": schema})))


def test_an_object_with_other_members_is_the_data_of_an_event(mock_of: Callable[..., Ask]) -> None:
    """Though one of them is called `data`."""
    schema = {"type": "object", "required": ["data", "id"], "properties": {"data": NUMBER, "id": {"type": "string"}}}
    assert all(json.loads(text).keys() == {"data", "id"} for text in _data(_body(mock_of, EVENTS, {"schema": schema})))


@pytest.mark.parametrize("place", ["description", "x-samples"])
def test_a_stream_ends_as_the_examples_of_the_document_end_it(mock_of: Callable[..., Ask], place: str) -> None:
    """Wherever they stand."""
    sample = 'data: {"n": 1}\n\ndata: [DONE]\n\n'
    more: Any = {place: sample if place == "description" else [{"response": sample}]}
    assert _data(_body(mock_of, EVENTS, {"schema": NUMBER}, **more))[-1] == "[DONE]"
    assert _data(_body(mock_of, EVENTS, {"schema": NUMBER}))[-1] != "[DONE]"


def test_lines_show_the_records_of_a_list(mock_of: Callable[..., Ask]) -> None:
    """One on each line."""
    behaviours = {
        "collections": {"things": {"key": "n"}},
        "operations": {"GET /stream": {"list": {"things": {}}, "reply": "$records"}},
    }
    contract = _document("application/x-ndjson", {"schema": NUMBER})
    ask = mock_of(contract, behaviours, {"things": [{"n": 7}, {"n": 8}]})
    assert ask("GET", "/stream").body == b'{"n":7}\n{"n":8}\n'


def test_lines_of_text_are_events_of_their_own() -> None:
    """Each line of the data has its name, and a comment has none."""
    framing = Framing("events", shaped=True)
    assert framing.frames([{"data": "a\nb\r\nc", "comment": "x", "retry": 5}]) == [
        b": x\nretry: 5\ndata: a\ndata: b\ndata: c\n\n"
    ]
    assert framing.frames("data: 1\n\ndata: 2\n\n") == [b"data: 1\n\n", b"data: 2\n\n"]


@pytest.mark.breaks_contract
def test_a_line_that_violates_its_schema_is_withheld(mock_of: Callable[..., Ask]) -> None:
    """Streams are checked like any other response."""
    behaviours = {"operations": {"GET /stream": {"reply": [{"n": "x"}]}}}
    answer = mock_of(_document("application/x-ndjson", {"schema": NUMBER}), behaviours)("GET", "/stream")
    assert answer.status == 500


CHAT = {"type": "object", "properties": {"stream": {"type": "boolean"}, "text": {"type": "string"}}}


@pytest.mark.parametrize("first", [EVENTS, "application/json"])
@pytest.mark.parametrize(
    ("sent", "accept", "streamed"),
    [
        ({"stream": True}, None, True),
        ({"stream": True}, "application/json", True),
        ({"stream": False}, None, False),
        ({}, None, False),
        ({}, "application/json", False),
        ({}, "*/*", False),
        ({}, EVENTS, True),
        ({"stream": "yes"}, None, False),
    ],
)
def test_a_request_asks_for_the_stream(
    mock_of: Callable[..., Ask], first: str, sent: Any, accept: str | None, streamed: bool
) -> None:
    """By `stream: true`, whatever it accepts, or by `Accept`; else it gets the other type."""
    content = {
        EVENTS: {"schema": NUMBER, "example": {"n": 1}},
        "application/json": {"schema": NUMBER, "example": {"n": 1}},
    }
    ordered = {name: content[name] for name in (first, *(set(content) - {first}))}
    body = json_body({"type": "object"})
    operation = {"requestBody": body, "responses": {"200": {"description": "ok", "content": ordered}}}
    ask = mock_of(document({"/chat": {"post": operation}}))
    answer = ask("POST", "/chat", json=sent, headers={"accept": accept} if accept else {})
    assert answer.headers["content-type"] == (EVENTS if streamed else "application/json")


def test_a_stream_is_sent_at_its_pace(mock_of: Callable[..., Ask]) -> None:
    """The answer knows its frames; other answers have no pace."""
    contract = _document("application/x-ndjson", {"schema": NUMBER})
    contract["paths"]["/one"] = {"get": {"responses": answers(NUMBER)}}
    ask = mock_of(contract, stream_interval=50)
    answer = ask.engine.pipeline.respond(Request("GET", "/stream"))
    assert answer.transport is not None
    assert (answer.transport.pause, sum(answer.transport.frames)) == (50, len(answer.body))
    assert len(answer.transport.frames) == 3
    assert ask.engine.pipeline.respond(Request("GET", "/one")).transport is None


def _kinds(*names: str) -> list[Any]:
    """An event of each kind, with its number in the stream."""
    return [
        {
            "type": "object",
            "required": ["type", "sequence_number"],
            "properties": {"type": {"type": "string", "enum": [name]}, "sequence_number": {"type": "integer"}},
        }
        for name in names
    ]


MANY = (f"response.part_{number}.added" for number in range(12))


@pytest.mark.parametrize(
    ("kinds", "order"),
    [
        (("delta", "stop", "start"), ["start", "delta", "stop"]),
        (("run.completed", "run.created", "error"), ["run.created", "run.completed"]),
        (
            ("part_stop", "stop", "part_start", "part_delta", "start"),
            ["start", "part_start", "part_delta", "part_stop", "stop"],
        ),
        (
            ("response.audio.delta", "response.text.delta", "response.completed", "response.created", *MANY),
            ["response.created", "response.text.delta", "response.completed"],
        ),
    ],
)
def test_a_stream_begins_and_ends_as_its_kinds_say(
    mock_of: Callable[..., Ask], kinds: tuple[str, ...], order: list[str]
) -> None:
    """However they are listed; of very many kinds, the text is the one between."""
    values = [json.loads(data) for data in _data(_body(mock_of, EVENTS, {"itemSchema": {"oneOf": _kinds(*kinds)}}))]
    assert [value["type"] for value in values] == order
    assert [value["sequence_number"] for value in values] == list(range(len(order)))
