"""A stream of changes also tells what control calls and time do to the records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.exchange.engine import Engine
from mockserver.exchange.journal import Journal
from mockserver.exchange.journals import Note
from mockserver.exchange.watching import HEARTBEAT, Watch, noted
from mockserver.messages import Request
from mockserver.outbound.happening import CHANGED, CREATED, REMOVED
from mockserver.state.world import World
from tests.mockserver.control.conftest import Control
from tests.support import START, Ask, Clock, answers, document, json_body, path_parameter

JOB = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "status": {"enum": ["pending", "running", "done"]},
        "until": {"type": "string", "format": "date-time"},
        "kept": {"type": "boolean"},
    },
}
STREAM = {"200": {"description": "changes", "content": {"text/event-stream": {"itemSchema": JOB}}}}
STATUS = {"name": "status", "in": "query", "schema": {"type": "string"}}
API = document(
    {
        "/events": {"get": {"operationId": "events", "parameters": [STATUS], "responses": STREAM}},
        "/jobs": {"post": {"operationId": "start", "requestBody": json_body(JOB), "responses": answers(JOB)}},
        "/jobs/{id}": {
            "parameters": [path_parameter()],
            "patch": {"operationId": "change", "requestBody": json_body(JOB), "responses": answers(JOB)},
        },
    }
) | {"openapi": "3.2.0"}
MOVES = {"pending": {"after": "PT10S", "is": "running"}, "running": {"after": "PT10S", "is": "done"}}
NAMES = {CREATED: "created", CHANGED: "changed", REMOVED: "removed"}
RECORDS = {"jobs": [{"id": "a", "status": "pending"}, {"id": "b", "status": "done"}]}


def behaviours(**rules: Any) -> dict[str, Any]:
    """The behaviours of the API, with these rules of its collection."""
    return {
        "collections": {"jobs": rules},
        "operations": {
            "events": {"stream": {"jobs": {"status": "$query.status"}}},
            "start": {"create": {"jobs": {"*": "$body"}}, "reply": "$record"},
            "change": {"find": {"jobs": {"id": "$path.id"}}, "set": {"*": "$body"}, "reply": "$record"},
        },
    }


class Onlooker:
    """One who follows the records of a world."""

    def __init__(self, engine: Engine, query: str = "", last: str = "") -> None:
        headers = {"last-event-id": last} if last else {}
        answer = engine.pipeline.respond(Request("GET", "/events", query, headers))
        assert answer.transport is not None
        assert answer.transport.follow is not None
        self.engine, self.watch = engine, Watch(engine, answer.transport.follow)
        self.ids: list[str] = []
        if not last:
            assert self.seen() == []

    def world(self) -> World:
        """The world that it follows."""
        return self.engine.store.load("main")[0]

    def seen(self) -> list[tuple[str, str, Any]]:
        """What has happened since it last looked, to which record, and the status that this shows."""
        news = self.watch.news(self.world())
        self.ids += [id_ for _, _, id_ in news]
        return [(NAMES[kind], record["id"], record.get("status")) for kind, record, _ in news]


@pytest.fixture
def ask(mock_of: Callable[..., Ask]) -> Ask:
    """A mock whose records only change when somebody changes them."""
    return mock_of(API, behaviours(), RECORDS)


@pytest.fixture
def jobs(mock_of: Callable[..., Ask]) -> Ask:
    """A mock whose jobs go on by themselves, and end at an instant."""
    return mock_of(API, behaviours(becomes={"status": MOVES}, expires="until"), RECORDS)


CALLS: list[tuple[str, str, Any, list[tuple[str, str, Any]]]] = [
    ("PUT", "/state/jobs/c", {"id": "c", "status": "done"}, [("created", "c", "done")]),
    ("PUT", "/state/jobs/a", {"id": "a", "status": "done"}, [("changed", "a", "done")]),
    ("PATCH", "/state/jobs/a", {"kept": True}, [("changed", "a", "pending")]),
    ("DELETE", "/state/jobs/a", None, [("removed", "a", "pending")]),
    ("PATCH", "/state/jobs", {"a": None, "b": {"kept": True}}, [("removed", "a", "pending"), ("changed", "b", "done")]),
    ("PUT", "/state", {"jobs": []}, [("removed", "a", "pending"), ("removed", "b", "done")]),
    ("PUT", "/faults", {"rules": []}, []),
    ("PUT", "/clock", {"now": "2031-01-01T00:00:00Z"}, []),
]


@pytest.mark.parametrize(("method", "path", "body", "expected"), CALLS)
def test_control_calls_are_told(ask: Ask, method: str, path: str, body: Any, expected: Any) -> None:
    """Whatever changes records; what changes none is no event."""
    onlooker, control = Onlooker(ask.engine), Control(ask.engine)
    assert control(method, f"/worlds/main{path}", *([] if body is None else [body])).status in (200, 201, 204)
    assert onlooker.seen() == expected
    assert onlooker.seen() == []


def test_worlds_that_are_put_back_are_told(ask: Ask) -> None:
    """A reset, a rewind, a saved state, and a fork in the place of the world."""
    onlooker, control = Onlooker(ask.engine), Control(ask.engine)
    saved = control("GET", "/worlds/main/saved").body.decode()
    control("POST", "/worlds", {"name": "w", "base": "main"})
    new, gone = ("created", "c", None), ("removed", "c", None)
    back: tuple[tuple[str, str, Any], ...] = (
        ("POST", "/worlds/main/rewind", {"before": "last"}),
        ("POST", "/worlds/main/reset", {}),
        ("PUT", "/worlds/main/saved", {"yaml": saved}),
        ("POST", "/worlds/w/fork", {"name": "main", "replace": True}),
    )
    for call in back:
        ask("POST", "/jobs", json={"id": "c"})
        assert onlooker.seen() == [new]
        assert control(*call).status in (200, 201)
        assert onlooker.seen() == [gone], call


def test_a_client_that_comes_again_hears_of_control_calls(ask: Ask) -> None:
    """They have a place in the journal, as requests have."""
    onlooker, control = Onlooker(ask.engine), Control(ask.engine)
    ask("POST", "/jobs", json={"id": "c"})
    control("DELETE", "/worlds/main/state/jobs/c")
    assert [kind for kind, *_ in onlooker.seen()] == ["created", "removed"]
    assert Onlooker(ask.engine, last=onlooker.ids[0]).seen() == [("removed", "c", None)]


def test_time_is_told(jobs: Ask, clock: Clock) -> None:
    """Each state of a record at its moment; one that isn't due isn't looked at."""
    onlooker = Onlooker(jobs.engine)
    assert onlooker.watch.pause == 10
    clock.advance(seconds=9)
    assert onlooker.seen() == []
    assert onlooker.watch.pause == 1
    clock.advance(seconds=1)
    assert onlooker.seen() == [("changed", "a", "running")]
    assert onlooker.watch.pause == 10
    jobs("POST", "/jobs", json={"id": "c", "until": "2026-01-15T12:00:13Z"})
    assert onlooker.seen() == [("created", "c", None)]
    assert onlooker.watch.pause == 3
    clock.advance(seconds=10)
    assert onlooker.seen() == [("removed", "c", None), ("changed", "a", "done")]
    assert onlooker.watch.pause == HEARTBEAT


def test_a_moved_clock_is_told(jobs: Ask) -> None:
    """All that happens in the time that has passed, in its order; moved back, it shows what is undone."""
    onlooker, control = Onlooker(jobs.engine), Control(jobs.engine)
    control("PUT", "/worlds/main/clock", {"frozen": True})
    control("POST", "/worlds/main/clock/advance", {"by": "PT1H"})
    assert onlooker.seen() == [("changed", "a", "running"), ("changed", "a", "done")]
    assert onlooker.watch.pause == HEARTBEAT
    control("POST", "/worlds/main/clock/advance", {"by": "-PT1H"})
    assert onlooker.seen() == [("changed", "a", "pending")]


def test_filters_follow_the_time(jobs: Ask, clock: Clock) -> None:
    """A record that becomes one of those that are followed is new there."""
    onlooker = Onlooker(jobs.engine, "status=running")
    clock.advance(seconds=10)
    assert onlooker.seen() == [("created", "a", "running")]
    clock.advance(seconds=10)
    assert onlooker.seen() == [("removed", "a", "running")]


def test_a_change_between_two_looks_is_told_once(jobs: Ask, clock: Clock) -> None:
    """Before and after time has done its part; then the record goes on from there."""
    onlooker = Onlooker(jobs.engine)
    clock.advance(seconds=12)
    jobs("PATCH", "/jobs/a", json={"kept": True})
    clock.advance(seconds=1)
    assert onlooker.seen() == [("changed", "a", "running")]
    clock.advance(seconds=7)
    assert onlooker.seen() == [("changed", "a", "done")]


def test_a_client_that_comes_again_hears_what_time_has_done(jobs: Ask, clock: Clock) -> None:
    """The id of an event has its instant; of several at one instant, none is missed."""
    jobs("POST", "/jobs", json={"id": "c", "status": "pending"})
    onlooker = Onlooker(jobs.engine)
    clock.advance(seconds=30)
    whole = onlooker.seen()
    assert whole == [(*one, state) for state in ("running", "done") for one in (("changed", "a"), ("changed", "c"))]
    assert onlooker.ids[-1] == f"{jobs.engine.journal.total}-{START + 20_000}"
    for number, id_ in enumerate(onlooker.ids):
        missed = whole[number + 1 :]
        again = Onlooker(jobs.engine, last=id_).seen()
        assert again[len(again) - len(missed) :] == missed


def test_a_store_has_what_control_calls_change(ask: Ask, mock_of: Callable[..., Ask], tmp_path: Any) -> None:
    """So that other processes tell it, too."""
    stored = mock_of(API, behaviours(), RECORDS, store=f"sqlite:{tmp_path}/worlds.db")
    onlooker, control = Onlooker(stored.engine), Control(stored.engine)
    control("PATCH", "/worlds/main/state/jobs/a", {"kept": True})
    assert onlooker.seen() == [("changed", "a", "pending")]
    assert ask.engine.journal.total == 0


def test_notes_are_bounded() -> None:
    """A note keeps a thousand changes, and all notes together a sixteenth of what the journal may take."""
    journal = Journal(memory=160_000)
    heavy = [("x" * 4_000, number) for number in range(3)]
    changes = [_Change({"text": text, "number": number}) for text, number in heavy]
    for change in changes:
        journal.note(Note("world", "main", changes=(change,)))
    assert [len(note.changes) for note in journal.after(0) if isinstance(note, Note)] == [0, 0, 1]
    journal.note(Note("world", "main", changes=(*changes, *changes)))
    assert [len(note.changes) for note in journal.after(0) if isinstance(note, Note)] == [0, 0, 1, 0]


class _Change:
    def __init__(self, after: Any) -> None:
        self.collection, self.before, self.after = "jobs", None, after


def test_a_note_has_a_thousand_changes(ask: Ask) -> None:
    """However many a control call makes."""
    world = ask.engine.store.load("main")[0]
    after = world
    for number in range(1200):
        after = after.put("jobs", {"id": str(number)})
    assert len(noted(Note("world", "main"), [(world, after)], {"jobs"}, lambda: 5).changes) == 1000
