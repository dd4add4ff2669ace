"""Requests and their answers are kept within bounds, and shown without secrets."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from mockserver.behaviour.vocabulary import Changed
from mockserver.contract.messages.secrets import REDACTED
from mockserver.errors import Violation
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.journal import Journal
from mockserver.exchange.shown import shown
from mockserver.exchange.weight import weight_of
from mockserver.messages import Answer, Request
from tests.support import START, Ask


def _entry(number: int = 1, world: str = "main", **changes: Any) -> Exchange:
    given: dict[str, Any] = {
        "number": number,
        "at": START,
        "request": Request("GET", "/devices"),
        "answer": Answer(200),
        "operation": "listDevices",
        "user": "alice",
        "world": world,
        "reason": "",
        "violations": (),
        "changes": (),
        "before": None,
        "micros": 5,
    }
    return Exchange(**{**given, **changes})


def _heavy(number: int, size: int, world: str = "main") -> Exchange:
    """An exchange that weighs as much."""
    empty = _entry(number, world, request=Request("POST", "/"))
    return _entry(number, world, request=Request("POST", "/", body=b"x" * (size - weight_of(empty))))


def test_a_journal_keeps_the_newest_entries() -> None:
    """The oldest go first; each world has its own count."""
    journal = Journal(entries=3)
    for number in range(5):
        journal.keep(_entry(number))
    journal.keep(_entry(9, "other"))
    assert [entry.number for entry in journal.entries("main")] == [2, 3, 4]
    assert [entry.number for entry in journal.entries("other")] == [9]
    assert list(journal.entries("unknown")) == []


LARGE = Request("POST", "/", body=b"x" * 1_000)


def _kept(journal: Journal, world: str = "main") -> list[int]:
    return [entry.number for entry in journal.entries(world)]


def test_the_oldest_entries_of_all_worlds_make_room() -> None:
    """Bytes are counted over all worlds together; numbers and counts of what was dropped stay."""
    journal = Journal(memory=100_000)
    for _ in range(1, 5):
        journal.keep(_heavy(journal.next_number("main"), 15_000))
        journal.keep(_heavy(journal.next_number("other"), 5_000, "other"))
    assert (_kept(journal), _kept(journal, "other")) == ([1, 2, 3, 4], [1, 2, 3, 4])
    journal.keep(_heavy(journal.next_number("other"), 30_000, "other"))
    assert (_kept(journal), _kept(journal, "other")) == ([2, 3, 4], [2, 3, 4, 5])
    assert (journal.next_number("main"), journal.last("other")) == (5, 5)
    assert sum(journal.tally("main").values()) == 4
    assert sum(journal.tally().values()) == 9
    assert [event.place for event in journal.after(0)] == [3, 4, 5, 6, 7, 8, 9]


def test_the_bound_holds_however_many_come() -> None:
    """The weights of what is kept never exceed it, and forgetting makes room again."""
    journal = Journal(entries=10, memory=100_000)
    for number in range(200):
        journal.keep(_heavy(number, 2_000 + 500 * (number % 30), f"w-{number % 3}"))
        weights = [entry.weight for world in range(3) for entry in journal.entries(f"w-{world}")]
        assert sum(weights) <= 100_000
        assert len(weights) <= 30
    assert any(weights)
    for world in range(3):
        journal.clear(f"w-{world}")
    for number in range(4):
        journal.keep(_heavy(number, 25_000))
    assert _kept(journal) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "request_",
    [Request("POST", "/", body=b"x" * 60_000), Request("GET", "/", "x" * 60_000), Request("GET", "/x" * 30_000)],
)
def test_what_is_too_heavy_is_kept_without_its_weight(request_: Request) -> None:
    """Method, the begin of the path, and status are there; the entries before it stay."""
    journal = Journal(memory=100_000)
    journal.keep(_heavy(1, 20_000))
    journal.keep(_entry(2, request=request_, answer=Answer(404, body=b"y" * 50_000)))
    [_, entry] = journal.entries("main")
    assert (entry.request.method, entry.answer.status, entry.request.body) == (request_.method, 404, b"")
    assert len(entry.request.path) <= 1000
    assert entry.weight < 10_000


@pytest.mark.parametrize(
    "heavy",
    [
        {"request": Request("GET", "/", "x" * 10_000)},
        {"request": Request("GET", "/", headers={"x-long": "x" * 10_000})},
        {"request": Request("GET", "/", headers={"x" * 10_000: ""})},
        {"answer": Answer(200, body=b"x" * 10_000)},
        {"changes": (Changed("notes", {"text": "x" * 10_000}, None),)},
        {"changes": (Changed("notes", None, {"text": "x" * 10_000}),), "request": LARGE},
        {"changes": (Changed("notes", None, {"lists": [[] for _ in range(200)]}),), "request": LARGE},
        {"changes": (Changed("notes", {"text": "x" * 10_000}, {}),), "request": LARGE},
        {"violations": tuple(Violation("body", "is wrong") for _ in range(50))},
    ],
)
def test_all_that_a_client_can_make_large_is_weighed(heavy: Any) -> None:
    """Headers, query, bodies, violations, and the records that only the snapshots of the journal may still hold."""
    assert weight_of(_entry(**heavy)) > weight_of(_entry()) + 9_000


def test_a_listener_that_fails_does_no_harm(capsys: pytest.CaptureFixture[str]) -> None:
    """The entry is kept; the failure is reported in one line."""
    journal = Journal()
    journal.listeners.append(lambda _: 1 / 0)
    journal.keep(_entry(1))
    assert _kept(journal) == [1]
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_request_that_ends_after_its_world_was_removed_is_counted_alone() -> None:
    """Its journal is not made anew: nothing would ever clear it."""
    worlds = {"gone"}
    journal = Journal(exists=worlds.__contains__)
    number = journal.next_number("gone")
    worlds.clear()
    journal.forget("gone")
    journal.keep(_entry(number, "gone"))
    assert _kept(journal, "gone") == []
    assert journal.last("gone") == 0
    assert sum(journal.tally().values()) == 1
    assert sum(journal.tally("gone").values()) == 0


def test_numbers_are_given_once() -> None:
    """Each world counts from one, whoever asks at once, and goes on after it was cleared."""
    journal = Journal()
    found: list[int] = []

    def take() -> None:
        found.extend(journal.next_number("main") for _ in range(500))

    running = [threading.Thread(target=take) for _ in range(4)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert sorted(found) == list(range(1, 2001))
    journal.clear("main")
    assert (journal.next_number("main"), journal.next_number("other")) == (2001, 1)


@pytest.mark.parametrize(("size", "once"), [(10_000, True), (10, False)])
def test_a_body_sent_in_succession_is_kept_once(size: int, once: bool) -> None:
    """A client that polls receives the same list again and again; small bodies aren't worth a comparison."""
    journal = Journal()
    for number in (1, 2):
        journal.keep(_entry(number, answer=Answer(200, (("mock-why", str(number)),), bytes(size))))
    first, second = (entry.answer for entry in journal.entries("main"))
    assert first == Answer(200, (("mock-why", "1"),), bytes(size))
    assert second == Answer(200, (("mock-why", "2"),), bytes(size))
    assert (first.body is second.body) == once


def test_listeners_hear_every_entry() -> None:
    """In the order in which they are kept."""
    journal, heard = Journal(entries=1), []
    journal.listeners.append(heard.append)
    for number in range(3):
        journal.keep(_entry(number))
    assert [entry.number for entry in heard] == [0, 1, 2]


def test_an_entry_shows_what_happened() -> None:
    """Request, answer, violations and times, as JSON that can be written."""
    entry = _entry(
        request=Request("POST", "/devices/trust", "", {"content-type": "application/json"}, b'{"a": 1}'),
        answer=Answer(400, (("Content-Type", "text/plain"), ("Set-Cookie", "s3cret")), b"no"),
        reason="it is wrong",
        violations=(Violation("body.a", "is wrong", "/paths"),),
        verdict="refused",
    )
    rendered = shown(entry)
    assert rendered["at"] == "2026-01-15T12:00:00.000Z"
    assert rendered["request"]["body"] == {"a": 1}
    assert rendered["answer"] == {
        "status": 400,
        "headers": {"Content-Type": "text/plain", "Set-Cookie": REDACTED},
        "body": "no",
    }
    assert rendered["violations"] == [{"place": "body.a", "message": "is wrong", "pointer": "/paths"}]
    assert json.loads(msgspec.json.encode(rendered)) == rendered


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b'{"a": "\xff"}',
        b'"\\ud800"',
        b"[" * 100_000,
        b'{"a": ',
        "é".encode("latin-1"),
        b"x" * 200_000,
        b"\x00",
    ],
)
def test_any_body_can_be_shown(body: bytes) -> None:
    """A body that isn't JSON is shown as text, and cut when it is long."""
    rendered = shown(_entry(request=Request("POST", "/", body=body)))["request"]["body"]
    assert isinstance(rendered, str)
    assert len(rendered) < 70_000
    msgspec.json.encode(rendered)


def test_no_token_stands_in_the_journal_of_a_request(ask: Ask) -> None:
    """Wherever it was sent."""
    ask("GET", "/devices", headers={"cookie": "sid=s3cret"}, query="token=s3cret")
    ask("GET", "/devices", "wrong-t0ken")
    [*rendered] = map(shown, ask.engine.journal.entries("main"))
    text = msgspec.json.encode(rendered).decode()
    for secret in ("alice-token", "s3cret", "wrong-t0ken"):
        assert secret not in text


def test_a_key_of_the_contract_s_own_is_a_secret_too(mock_of: Any) -> None:
    """The header or query parameter of an apiKey scheme is not shown, whatever its name."""
    schemes = {
        "head": {"type": "apiKey", "in": "header", "name": "X-Pass"},
        "ask": {"type": "apiKey", "in": "query", "name": "pass"},
    }
    operation: Mapping[str, Any] = {"operationId": "op", "responses": {"204": {"description": ""}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"get": {**operation, "security": [{"head": [], "ask": []}]}}},
        "components": {"securitySchemes": schemes},
    }
    mock = mock_of(document)
    assert mock("GET", "/things", headers={"x-pass": "s3cret"}, query="pass=s3cret").status == 204
    journal = mock.engine.journal
    assert b"s3cret" not in msgspec.json.encode([shown(entry, journal.secrets) for entry in journal.entries("main")])
