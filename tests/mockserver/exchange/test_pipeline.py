"""The request story: the order of its stages, its retries, what it journals, and that it repeats itself."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.clock import format_instant
from mockserver.errors import Refused
from mockserver.exchange.engine import Engine
from mockserver.exchange.exchange import Exchange
from mockserver.messages import Request
from mockserver.settings import MAX_BODY
from mockserver.state.world import World
from tests.conftest import Build
from tests.mockserver.notes import BEHAVIOURS, DOCUMENT, FIXTURES
from tests.support import START, Ask, Clock, answers, bundled_settings, document

WRONG = {"content-type": "text/plain"}
TRUST = {"fingerprint": "fp-alice-ipad"}


@pytest.mark.parametrize(
    ("method", "path", "token", "headers", "body", "status"),
    [
        ("PUT", "/nowhere", None, WRONG, b"{", 404),
        ("PUT", "/devices/trust", None, WRONG, b"{", 405),
        ("POST", "/devices/trust", None, WRONG, b"{", 401),
        ("POST", "/devices/trust", "alice-token", WRONG, b"{", 415),
        ("POST", "/devices/trust", "alice-token", {"content-type": "application/json"}, b"{", 400),
        ("POST", "/devices/trust", "alice-token", {"content-type": "application/json"}, b'{"fingerprint": ""}', 404),
    ],
)
def test_the_first_stage_that_refuses_answers(
    ask: Ask, method: str, path: str, token: str | None, headers: Any, body: bytes, status: int
) -> None:
    """Route, admit, validate, behave: a stranger never learns what is wrong with a body."""
    assert ask(method, path, token, headers=headers, body=body).status == status


@pytest.mark.parametrize(("declared", "status"), [(True, 406), (False, 200)])
def test_accept_stands_in_the_way_only_where_the_contract_declares_it(
    mock_of: Callable[..., Ask], declared: bool, status: int
) -> None:
    """Clients of real APIs send media types that the document doesn't list."""
    refused = {"_406": ({"type": "object"}, {})} if declared else {}
    ask = mock_of(document({"/a": {"get": {"responses": answers({"type": "object"}, {}, **refused)}}}))
    assert ask("GET", "/a", headers={"accept": "application/vnd.thing.v3.raw+xml"}).status == status
    assert ask("GET", "/a", headers={"accept": "application/vnd.thing+json;q=0.1, */*;q=0"}).status in (200, status)


def test_head_is_get_without_its_effects_shown(ask: Ask, entries: list[Exchange]) -> None:
    """HEAD is answered by the operation of GET."""
    assert ask("HEAD", "/devices").status == 200
    assert entries[0].operation == "listDevices"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/devices", {"GET", "HEAD", "OPTIONS"}),
        ("/devices/dev-01", {"GET", "HEAD", "DELETE", "OPTIONS"}),
        ("/devices/trust", {"POST", "OPTIONS"}),
    ],
)
def test_options_tells_the_methods(ask: Ask, path: str, allowed: set[str]) -> None:
    """204 with those that a 405 tells as well, to anybody."""
    answer = ask("OPTIONS", path, None)
    assert (answer.status, set(answer.headers["allow"].split(", "))) == (204, allowed)


def test_options_of_an_unknown_path_is_unknown(ask: Ask) -> None:
    """404 like any other method."""
    assert ask("OPTIONS", "/nowhere").status == 404


def test_an_answer_is_journaled(ask: Ask, entries: list[Exchange], clock: Clock) -> None:
    """Who asked what in which world, at which time of it, what was answered and changed."""
    ask("POST", "/devices/trust", "alice-token~mine", json=TRUST)
    [entry] = entries
    assert (entry.number, entry.at, entry.operation, entry.user, entry.world) == (
        1,
        START,
        "trustDevice",
        "alice",
        "mine",
    )
    assert (entry.verdict, entry.reason, entry.violations, entry.answer.status) == ("kept", "", (), 200)
    [change] = entry.changes
    assert (change.collection, change.before["isTrusted"], change.after["isTrusted"]) == ("devices", False, True)
    assert 0 < entry.micros < 10_000_000


def test_a_refusal_is_journaled_with_its_reason(ask: Ask, entries: list[Exchange]) -> None:
    """What the answer's text cannot say, the journal does."""
    ask("GET", "/devices/dev-99")
    ask("GET", "/devices", "nobody")
    ask("POST", "/devices/trust", json={"fingerprint": 5})
    ask("GET", "/nowhere")
    assert [entry.verdict for entry in entries] == ["refused"] * 4
    assert entries[0].reason == "no record of devices has id 'dev-99'"
    assert "belongs to no user" in entries[1].reason
    assert entries[2].violations[0].place == "body.fingerprint"
    assert [entry.operation for entry in entries] == ["getDevice", "listDevices", "trustDevice", None]
    assert not any(entry.changes for entry in entries)


def test_a_request_refused_before_its_story_is_journaled(engine: Engine, entries: list[Exchange]) -> None:
    """What the server refuses has an answer and an entry like any other."""
    answer = engine.pipeline.refuse(Request("POST", "/devices/trust"), Refused(413, f"over {MAX_BODY}"))
    assert answer.status == 413
    assert (entries[0].answer, entries[0].verdict, entries[0].world) == (answer, "refused", "main")


def test_a_read_leaves_the_world_itself(ask: Ask) -> None:
    """The very same value, not a copy."""
    ask("GET", "/devices")
    before = ask.engine.store.load("main")
    for path in ("/devices", "/devices/dev-01", "/sessions", "/devices/dev-99"):
        ask("GET", path)
    after = ask.engine.store.load("main")
    assert (after[0] is before[0], after[1]) == (True, before[1])


def test_any_request_can_be_rewound(ask: Ask, entries: list[Exchange]) -> None:
    """The world just before a request is kept by reference; put back, the story goes as it went."""
    for path in ("/sessions/ses-01/revoke", "/sessions/ses-02/revoke", "/devices/dev-02/untrust"):
        ask("POST", path)
    before = entries[1].before
    assert before is not None
    world, version = ask.engine.store.load("main")
    assert world is not before
    assert ask.engine.store.commit("main", version, before)
    assert ask("GET", "/sessions").json["sessions"][0]["id"] == "ses-02"
    assert ask("POST", "/sessions/ses-01/revoke").status == 404
    again = ask("POST", "/sessions/ses-02/revoke")
    assert (again.status, again.body) == (200, entries[1].answer.body)


class Contended:
    """A store on which somebody else commits first, a few times."""

    def __init__(self, engine: Engine, conflicts: int, other: Callable[[World], World]) -> None:
        self.store, self.conflicts, self.other = engine.store, conflicts, other
        self.loads = 0

    def begin(self, name: str, seen: Any = None) -> tuple[World, Any]:
        self.loads += 1
        return self.store.begin(name, seen)

    again = begin

    def find(self, name: str) -> tuple[World, int] | None:
        return self.store.find(name)

    def stage(self, name: str, version: Any, world: World, changes: Any = ()) -> Any:
        if self.conflicts:
            self.conflicts -= 1
            meanwhile, latest = self.store.load(name)
            assert self.store.commit(name, latest, self.other(meanwhile))
        return self.store.stage(name, version, world, changes)


def _renamed(world: World) -> World:
    """Another user's change, counted in a name."""
    record = world.collections["devices"].get("dev-08")
    assert record is not None
    return world.put("devices", {**record, "deviceName": record["deviceName"] + "!"}).stepped()


@pytest.mark.parametrize("conflicts", [0, 1, 5])
def test_a_commit_that_came_second_is_tried_again(ask: Ask, conflicts: int) -> None:
    """On the newest world, until it stays: neither change is lost, and one entry tells it."""
    ask("GET", "/devices")
    contended = Contended(ask.engine, conflicts, _renamed)
    ask.engine.pipeline.store = contended
    answer = ask("POST", "/devices/trust", json=TRUST)
    assert (answer.status, contended.loads) == (200, conflicts + 1)
    devices = ask.records("devices")
    assert devices["dev-03"]["isTrusted"] is True
    assert devices["dev-08"]["deviceName"] == "Bob's ThinkPad" + "!" * conflicts
    entries = list(ask.engine.journal.entries("main"))
    assert len(entries) == 2
    before = ask.engine.journal.before(entries[1])
    assert before is not None
    assert before.step == conflicts


def test_a_retry_sees_what_came_first(ask: Ask) -> None:
    """Whoever comes second to a removal finds nothing."""
    ask("GET", "/devices")

    def removed(world: World) -> World:
        record = world.collections["devices"].get("dev-03")
        return world.drop("devices", record) if record else world

    ask.engine.pipeline.store = Contended(ask.engine, 1, removed)
    assert ask("POST", "/devices/trust", json=TRUST).status == 404
    assert "dev-03" not in ask.records("devices")


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads take turns so often that every race is run."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty_threads")
def test_no_record_is_lost_between_threads(mock_of: Callable[..., Ask]) -> None:
    """Eight threads make 50 notes each: 400 are there, with 400 keys and numbers."""
    notes = mock_of(DOCUMENT, BEHAVIOURS, FIXTURES)
    gate = threading.Barrier(8)

    def make() -> None:
        gate.wait()
        for _ in range(50):
            assert notes("POST", "/notes", json={"text": "new"}).status == 201

    running = [threading.Thread(target=make) for _ in range(8)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert len(notes.records("notes")) == 405
    assert notes.engine.store.load("main")[0].step == 400
    numbers = [entry.number for entry in notes.engine.journal.entries("main")]
    assert sorted(numbers) == list(range(1, 401))


@pytest.mark.parametrize(
    ("prefer", "query", "status", "error"),
    [
        ("code=404", "", 404, "Device not found"),
        ("code=500", "", 500, "Failed to trust device"),
        ("", "__code=429", 429, "Too many requests"),
        ("code=401", "", 401, "Unauthorized"),
    ],
)
def test_a_client_may_ask_for_a_declared_status(ask: Ask, prefer: str, query: str, status: int, error: str) -> None:
    """`Prefer: code=` and its query twin give the contract's example; nothing is done."""
    ask("GET", "/devices")
    before = ask.records("devices")
    headers = {"prefer": prefer} if prefer else {}
    answer = ask("POST", "/devices/trust", json=TRUST, headers=headers, query=query)
    assert (answer.status, answer.json) == (status, {"success": False, "error": error})
    assert ask.records("devices") == before


@pytest.mark.parametrize(
    ("prefer", "status"),
    [("code=418", 404), ("code=abc", 422), ("code=99", 404), ("example=none", 404), ("wait=5", 200)],
)
def test_a_wish_that_the_contract_cannot_meet_is_refused(ask: Ask, prefer: str, status: int) -> None:
    """As a problem of the mock's own, so that nobody takes it for the API's answer; unknown wishes are ignored."""
    answer = ask("POST", "/devices/trust", json=TRUST, headers={"prefer": prefer})
    assert answer.status == status
    assert answer.headers["content-type"] == ("application/json" if status == 200 else "application/problem+json")


CALLS = st.sampled_from(
    [
        ("GET", "/devices", None),
        ("GET", "/devices/dev-01", None),
        ("POST", "/devices/trust", TRUST),
        ("POST", "/devices/trust", {"fingerprint": "unknown"}),
        ("POST", "/devices/dev-01/untrust", None),
        ("DELETE", "/devices/dev-02", None),
        ("GET", "/sessions", None),
        ("POST", "/sessions/ses-03/heartbeat", None),
        ("POST", "/sessions/ses-01/revoke", None),
        ("POST", "/sessions/revoke-all", None),
    ]
)


def _play(ask: Ask, world: str, calls: Any) -> list[tuple[int, bytes]]:
    token = f"alice-token~{world}"
    answers = [ask(m, path, token, **({"json": body} if body else {})) for m, path, body in calls]
    return [(answer.status, answer.body) for answer in answers]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(CALLS, max_size=12))
def test_the_same_trace_gives_the_same_bytes(ask: Ask, calls: Any) -> None:
    """In any two worlds, under the same clock, whatever happens elsewhere; a reset begins the story anew."""
    number = len(ask.engine.store)
    first = _play(ask, f"a{number}", calls)
    _play(ask, f"noise{number}", list(reversed(calls)))
    assert _play(ask, f"b{number}", calls) == first
    ask.engine.reset(f"a{number}")
    assert _play(ask, f"a{number}", calls) == first


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(st.tuples(st.sampled_from(["alice", "bob", "carol"]), CALLS), max_size=15))
def test_nobody_sees_or_changes_another_s_records(ask: Ask, calls: Any) -> None:
    """Whatever the three do, each change is of a record of the one who asked, and what shows is theirs."""
    seen: list[Exchange] = []
    ask.engine.journal.listeners.append(seen.append)
    for user, (method, path, body) in calls:
        ask(method, path, f"{user}-token", **({"json": body} if body else {}))
    ask.engine.journal.listeners.remove(seen.append)
    for entry, (user, _) in zip(seen, calls, strict=True):
        owners = {record["userId"] for change in entry.changes for record in (change.before, change.after) if record}
        assert owners <= {user}
        assert b"userId" not in entry.answer.body
    ask.engine.reset("main")


def test_times_are_those_of_the_world(ask: Ask, clock: Clock) -> None:
    """An answer's times come from the clock of the world, not from the machine's."""
    clock.advance(days=1000)
    answer = ask("POST", "/sessions/ses-01/heartbeat", "alice-token~new").json
    assert answer["newExpiry"] == format_instant(clock() + 86_400_000)


def test_two_engines_share_nothing(build: Build) -> None:
    """Store and journal belong to one engine."""
    one, other = Ask(build(bundled_settings())), Ask(build(bundled_settings()))
    one("DELETE", "/devices/dev-01")
    assert other("GET", "/devices/dev-01").status == 200
    assert len(list(other.engine.journal.entries("main"))) == 1


@pytest.mark.breaks_contract
def test_an_exception_at_the_end_of_the_story_is_a_problem(
    ask: Ask, entries: list[Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is raised out of the pipeline: the answer is a 500, journaled with the reason."""
    failures = iter([KeyError("no such name")])

    def failing(*_: Any) -> tuple[tuple[str, str], ...]:
        for failure in failures:
            raise failure
        return ()

    monkeypatch.setattr("mockserver.exchange.pipeline.cors_headers", failing)
    answer = ask("GET", "/devices", headers={"origin": "https://app.test"})
    assert (answer.status, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "internal error: KeyError" in answer.json["detail"]
    assert [(entry.verdict, entry.answer.status) for entry in entries] == [("broken", 500)]


def test_a_journal_that_fails_takes_no_answer_away(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The client hears of it by a problem, whatever fails."""
    monkeypatch.setattr(ask.engine.journal, "keep", lambda _: 1 / 0)
    answer = ask("GET", "/devices")
    assert (answer.status, answer.json["detail"]) == (500, "internal error: ZeroDivisionError: division by zero")
    assert "GET /devices isn't journaled: internal error: ZeroDivisionError" in capfd.readouterr().err


@pytest.mark.parametrize("path", ["/devices", "/nowhere"])
def test_a_request_that_ends_after_the_removal_of_its_world_leaves_no_journal(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """The world is removed while the request is under way; its journal stays away, and the request is counted."""
    engine = ask.engine
    engine.store.load("short")
    keep = engine.journal.keep

    def kept_after_the_removal(exchange: Exchange) -> None:
        engine.store.remove("short")
        keep(exchange)

    monkeypatch.setattr(engine.journal, "keep", kept_after_the_removal)
    ask("GET", path, "alice-token~short")
    assert list(engine.journal.entries("short")) == []
    assert engine.journal.last("short") == 0
    assert sum(engine.journal.tally().values()) == 1


def test_a_request_under_way_survives_a_reload(mock_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its collection is gone when it looks: the contract as it is now answers, instead of an error of the mock."""
    mock = mock_of(DOCUMENT, BEHAVIOURS, FIXTURES)
    engine = mock.engine
    fresh = mock_of(DOCUMENT, {}).engine
    old = engine.pipeline
    read_inputs = engine.contract.read_inputs

    def reloading(*arguments: Any) -> Any:
        engine.adopt(fresh)
        return read_inputs(*arguments)

    monkeypatch.setattr(engine.contract, "read_inputs", reloading)
    assert "notes" not in fresh.behaviours.collections
    answer = old.respond(Request("GET", "/notes"))
    assert answer.status == 200


def test_protocols_are_switched_only_where_the_client_asks(mock_of: Callable[..., Ask]) -> None:
    """Without `Upgrade` a response of 101 would leave the client waiting; the declared error says so."""
    error = {"description": "no", "content": {"application/json": {"example": {"upgrade": "please"}}}}
    responses = {"101": {"description": "switched"}, "426": error}
    ask = mock_of(document({"/a": {"get": {"responses": responses}}, "/b": {"get": {"responses": {"101": {}}}}}))
    assert ask("GET", "/a", None, headers={"upgrade": "websocket", "connection": "upgrade"}).status == 101
    told = [
        ask("GET", path, None, headers=headers) for path in ("/a", "/b") for headers in ({}, {"prefer": "code=101"})
    ]
    assert {(answer.status, answer.headers["upgrade"]) for answer in told} == {(426, "websocket")}
    assert told[0].json == {"upgrade": "please"}
