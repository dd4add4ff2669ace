"""Streams in front of a backend: each item is checked as it passes, and what passed is recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.contract import load_contract
from mockserver.contract.messages.secrets import LISTED
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.items import items_of
from mockserver.exchange.pending import Pending
from mockserver.exchange.tapping import Tap
from mockserver.insight.recording import Recorder
from mockserver.messages import Passing, Request
from tests.mockserver.upstream.scripted import Scripted
from tests.support import Ask

TICK = {"type": "object", "required": ["price"], "properties": {"price": {"type": "number"}}}
EVENT = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "event": {"enum": ["tick", "end"]},
        "id": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": TICK},
    },
}
MEDIA = {
    "/events": ("text/event-stream", {"itemSchema": EVENT}),
    "/data": ("text/event-stream", {"itemSchema": TICK}),
    "/old": ("text/event-stream", {"schema": TICK}),
    "/lines": ("application/x-ndjson", {"itemSchema": TICK}),
    "/sequence": ("application/json-seq", {"itemSchema": TICK}),
    "/text": ("text/event-stream", {"schema": {"type": "string"}}),
}
DOCUMENT = {
    "openapi": "3.2.0",
    "info": {"title": "Ticks", "version": "1"},
    "paths": {
        path: {"get": {"operationId": path[1:], "responses": {"200": {"description": "ok", "content": {name: media}}}}}
        for path, (name, media) in MEDIA.items()
    },
}
STREAMS = {
    "/events": b': hi\n\nevent: tick\nid: 1\ndata: {"price":\ndata: 1}\n\ndata: {"price": "x"}\n\n'
    b'event: foe\ndata: {"price": 2}\r\n\r\nretry: 5\n\ndata: [DONE]\n\n',
    "/data": b'data: {"price": 1}\r\rdata: {"price": "x"}\r\rdata: hello\n\n'
    b'data: {"price": 3}\n\ndata: {"price": "half',
    "/old": b'data: {"price": 1}\n\ndata: {"price": "x"}\n\ndata: {}\n\n',
    "/lines": b'{"price": 1}\n{"price": "x"}\r\n\n{"price": 2}\n{"price": ',
    "/sequence": b'\x1e{"price": 1}\n\x1e{"price": "x"}\n\x1e{}\n',
}
BROKEN = {"/events": [2, 3], "/data": [2, 3], "/old": [2, 3], "/lines": [2, 4], "/sequence": [2, 3]}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contract as a file."""
    path = tmp_path_factory.mktemp("ticks") / "ticks.json"
    path.write_text(json.dumps(DOCUMENT))
    return path


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("path", BROKEN)
def test_items_are_told_apart_in_any_pieces(path: str, size: int, document: Path) -> None:
    """Comments and the word at the end aren't items; half an event isn't one, half a line is."""
    contract = load_contract(document)
    operation = contract.route("GET", path).operation
    items = items_of(contract, operation, operation.response_for(200).media_types[MEDIA[path][0]], 1000)  # type: ignore[union-attr]  # declared
    assert items is not None
    raw = STREAMS[path]
    found = [one for start in range(0, len(raw), size) for one in items.take(raw[start : start + size])]
    found += items.end()
    assert [one.number for one in found] == BROKEN[path]
    assert found[0].violations[0].place.startswith("body[1]")


def test_an_item_that_is_too_large_is_left_out(document: Path) -> None:
    """What follows it is checked again."""
    contract = load_contract(document)
    operation = contract.route("GET", "/lines").operation
    items = items_of(contract, operation, operation.response_for(200).media_types["application/x-ndjson"], 100)  # type: ignore[union-attr]  # declared
    assert items is not None
    pieces = [b"x" * 80, b"x" * 80, b'x"}\n{"price": "x"}\n']
    assert [one.number for piece in pieces for one in items.take(piece)] == [2]
    assert (items.count, items.unchecked) == (2, 1)


def in_pieces(raw: bytes, media: str) -> Callable[[Any], Iterator[bytes]]:
    """A stream in two pieces."""

    def stream(_: Any) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nConnection: close\r\n\r\n" % media.encode()
        yield raw[:20]
        yield raw[20:]

    return stream


@pytest.fixture
def ticks(beside: Callable[..., Ask], backend: Scripted, document: Path) -> Ask:
    """A mock in front of a backend of streams."""
    backend.answers |= {path: in_pieces(raw, MEDIA[path][0]) for path, raw in STREAMS.items()}
    return beside(spec=str(document))


def begun(ask: Ask, path: str) -> Passing:
    """A stream of which the head has passed."""
    answer = ask.engine.pipeline.perform(Request("GET", path))
    answer = answer.awaited() if isinstance(answer, Pending) else answer
    assert isinstance(answer, Passing)
    return answer


def passed(ask: Ask, path: str) -> tuple[Passing, bytes]:
    """A stream, and all that has passed of it."""
    answer = begun(ask, path)
    return answer, b"".join(answer.pieces)


def test_what_a_stream_breaks_is_journaled(ticks: Ask) -> None:
    """Each item has an entry of its own, and the bytes pass unchanged."""
    answer, body = passed(ticks, "/events")
    assert body == STREAMS["/events"]
    assert "its items are checked as they pass" in dict(answer.headers)["Mock-By"]
    first, *items = ticks.engine.journal.entries("main")
    assert [(one.verdict, one.violations[0].place) for one in items] == [
        ("broken", "response.body[1].data.price"), ("broken", "response.body[2].event"),
    ]  # fmt: skip
    assert items[0].because == f"item 2 of the stream that answers #{first.number}"
    assert b'"x"' in items[0].answer.body
    assert dict(items[0].answer.headers)["Mock-Why"].endswith(f"/{items[0].number}/why")


def test_an_endless_stream_fills_no_journal(ticks: Ask, backend: Scripted) -> None:
    """Ten items are listed, and it is said that the rest isn't."""
    backend.answers["/lines"] = in_pieces(b"{}\n" * 1000, "application/x-ndjson")
    passed(ticks, "/lines")
    entries = list(ticks.engine.journal.entries("main"))
    assert len(entries) == 11
    assert entries[-1].because.endswith("further items of it are checked, and not listed")


def test_a_stream_without_a_description_is_not_checked(ticks: Ask, backend: Scripted) -> None:
    """As its `Mock-By` says."""
    backend.answers["/text"] = in_pieces(STREAMS["/events"], "text/event-stream")
    answer, _ = passed(ticks, "/text")
    assert "isn't checked" in dict(answer.headers)["Mock-By"]
    assert len(list(ticks.engine.journal.entries("main"))) == 1


def test_a_stream_is_recorded_when_it_has_passed(ticks: Ask, backend: Scripted, tmp_path: Path) -> None:
    """Without its secrets and people, up to a bound; one that the client leaves, too."""
    recorder = Recorder(tmp_path, "http://h", lambda: LISTED, 10**9, ())
    ticks.engine.journal.listeners.append(recorder)
    assert ticks.engine.backend is not None
    ticks.engine.backend.ended = recorder
    lines = b'{"price": 1, "token": "abcdefghijk", "firstName": "Ada"}\n'
    backend.answers["/lines"] = in_pieces(lines + b'{"price": 2}\n' * 100_000, "application/x-ndjson")
    passed(ticks, "/lines")
    answer = begun(ticks, "/old")
    next(iter(answer.pieces))
    answer.pieces.close()  # type: ignore[attr-defined]  # as the server does
    recorder.close()
    large, left = json.loads((tmp_path / "traffic.har").read_text())["log"]["entries"]
    content = large["response"]["content"]
    assert (content["size"], len(content["text"]) > 1_000_000) == (len(lines) + 1_300_000, True)
    assert "the first 1048576 of its" in content["comment"]
    assert not any(word in content["text"][:200] for word in ("abcdefghijk", "Ada"))
    assert left["response"]["content"]["text"].startswith('data: {"price":')


def test_what_is_wrong_with_a_tap_is_no_matter_of_the_client(capfd: pytest.CaptureFixture[str]) -> None:
    """The pieces pass."""

    class Fails:
        def take(self, _: bytes) -> Any:
            raise RuntimeError("no")

        end = take

    tap = Tap(Fails(), lambda _: None, None, None)  # type: ignore[arg-type]  # it fails
    tap.exchange = Exchange(Request("GET", "/"))
    assert list(tap.over([b"a", b"b"])) == [b"a", b"b"]
    assert "internal error in the stream thread" in capfd.readouterr().err
