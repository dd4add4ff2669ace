"""What was asked and answered is kept within bounds, and shown without secrets."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from mockserver.errors import Violation
from mockserver.exchange.journal import REDACTED, Entry, Journal, redacted, shown
from mockserver.messages import Answer, Request
from tests.support import START, Ask


def _entry(number: int = 1, world: str = "main", **changes: Any) -> Entry:
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
        "verdict": "kept",
    }
    return Entry(**{**given, **changes})


def _bodied(number: int, size: int) -> Entry:
    return _entry(number, request=Request("POST", "/", body=b"x" * size), answer=Answer(200, body=b"y"))


def test_a_journal_keeps_the_newest_entries() -> None:
    """The oldest go first; each world has its own count."""
    journal = Journal(entries=3)
    for number in range(5):
        journal.keep(_entry(number))
    journal.keep(_entry(9, "other"))
    assert [entry.number for entry in journal.entries("main")] == [2, 3, 4]
    assert [entry.number for entry in journal.entries("other")] == [9]
    assert list(journal.entries("unknown")) == []


def test_bodies_are_kept_up_to_a_size() -> None:
    """Beyond it entries are kept without bodies; forgetting makes room again."""
    journal = Journal(size=100)
    for number in range(3):
        journal.keep(_bodied(number, 45))
    kept = [len(entry.request.body) for entry in journal.entries("main")]
    assert kept == [45, 45, 0]
    assert [entry.answer.status for entry in journal.entries("main")] == [200, 200, 200]
    journal.clear("main")
    assert list(journal.entries("main")) == []
    journal.keep(_bodied(4, 90))
    assert [len(entry.request.body) for entry in journal.entries("main")] == [90]


def test_the_bound_holds_however_many_come() -> None:
    """Old bodies make room as they leave; the sum never exceeds the size."""
    journal = Journal(entries=10, size=100)
    for number in range(200):
        journal.keep(_bodied(number, number % 30))
        held = [len(entry.request.body) + len(entry.answer.body) for entry in journal.entries("main")]
        assert sum(held) <= 100
        assert len(held) <= 10
    assert any(held)


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


def test_listeners_hear_every_entry() -> None:
    """In the order in which they are kept."""
    journal, heard = Journal(entries=1), []
    journal.listeners.append(heard.append)
    for number in range(3):
        journal.keep(_entry(number))
    assert [entry.number for entry in heard] == [0, 1, 2]


@pytest.mark.parametrize(
    "name", ["Authorization", "authorization", "Cookie", "Set-Cookie", "X-Api-Key", "Proxy-Authorization", "api-key"]
)
def test_secret_headers_are_not_shown(name: str) -> None:
    """Their names are, without case; others stay."""
    assert redacted({name: "secret", "Accept": "*/*"}) == {name: REDACTED, "Accept": "*/*"}


@pytest.mark.parametrize(
    ("query", "safe"),
    [
        ("a=1&api_key=s3cret&b=2", f"a=1&api_key={REDACTED}&b=2"),
        ("access_token=s3cret", f"access_token={REDACTED}"),
        ("TOKEN=s3cret", f"TOKEN={REDACTED}"),
        ("password=s3cret&secret=s3cret", f"password={REDACTED}&secret={REDACTED}"),
        ("p%61ssword=s3cret", f"p%61ssword={REDACTED}"),
        ("page=2&token&=x&token=", f"page=2&token&=x&token={REDACTED}"),
        ("", ""),
    ],
)
def test_secrets_of_the_query_are_not_shown(query: str, safe: str) -> None:
    """Parameters that are known for secrets lose their values."""
    assert shown(_entry(request=Request("GET", "/", query)))["request"]["query"] == safe


def test_an_entry_shows_what_happened() -> None:
    """Request, answer, violations and times, as JSON that can be written."""
    entry = _entry(
        request=Request("POST", "/devices/trust", "", {"content-type": "application/json"}, b'{"a": 1}'),
        answer=Answer(400, (("Content-Type", "text/plain"), ("Set-Cookie", "s3cret")), b"no"),
        reason="it is wrong",
        violations=(Violation("body.a", "is wrong", "/paths"),),
        verdict="refused",
    )
    told = shown(entry)
    assert told["at"] == "2026-01-15T12:00:00.000Z"
    assert told["request"]["body"] == {"a": 1}
    assert told["answer"] == {
        "status": 400,
        "headers": {"Content-Type": "text/plain", "Set-Cookie": REDACTED},
        "body": "no",
    }
    assert told["violations"] == [{"place": "body.a", "message": "is wrong", "pointer": "/paths"}]
    assert json.loads(msgspec.json.encode(told)) == told


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
    """What is no JSON is shown as text, and cut when it is long."""
    told = shown(_entry(request=Request("POST", "/", body=body)))["request"]["body"]
    assert isinstance(told, str)
    assert len(told) < 70_000
    msgspec.json.encode(told)


def test_no_token_stands_in_the_journal_of_a_request(ask: Ask) -> None:
    """Wherever it was sent."""
    ask("GET", "/devices", headers={"cookie": "sid=s3cret"}, query="token=s3cret")
    ask("GET", "/devices", "wrong-t0ken")
    [*told] = map(shown, ask.engine.journal.entries("main"))
    text = msgspec.json.encode(told).decode()
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
