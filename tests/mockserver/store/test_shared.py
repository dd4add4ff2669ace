"""Processes that share a store are one mock, which answers as one in memory does."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from time import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.exchange.building import build_engine
from mockserver.exchange.engine import Engine
from mockserver.state.log_store import LogStore
from tests.mockserver.control.conftest import Control
from tests.support import Ask, ClientResponse, Clock, bundled_settings

Build = Callable[..., Engine]


@pytest.fixture
def engines(store: str, clock: Clock) -> tuple[Engine, Engine]:
    """Two mocks on one store."""
    return tuple(build_engine(bundled_settings(store=store), clock=clock) for _ in range(2))  # type: ignore[return-value]


class Mock:
    """One mock or several that are asked in turns: requests of the contract and control calls."""

    def __init__(self, *engines: Engine) -> None:
        self.sides = [(Ask(engine), Control(engine)) for engine in engines]
        self.turn = 0

    def __call__(self, step: tuple[str, ...], world: str) -> ClientResponse:
        kind, *rest = step
        ask, control = self.sides[self.turn % len(self.sides)]
        self.turn += 1
        return (
            REQUESTS[kind](ask, f"alice-token~{world}", *rest)
            if kind in REQUESTS
            else CALLS[kind](control, world, *rest)
        )


def _control(method: str, path: str, value: Any = None) -> Callable[..., ClientResponse]:
    def call(control: Control, world: str, *parts: str) -> ClientResponse:
        text = json.dumps(value).replace("WORLD", world)
        given = {} if value is None else {"json": json.loads(text)}
        return control(method, path.format(world, *parts), **given)

    return call


REQUESTS: dict[str, Callable[..., ClientResponse]] = {
    "list": lambda ask, token: ask("GET", "/devices", token),
    "get": lambda ask, token, key: ask("GET", f"/devices/{key}", token),
    "remove": lambda ask, token, key: ask("DELETE", f"/devices/{key}", token),
    "trust": lambda ask, token, print_: ask("POST", "/devices/trust", token, json={"fingerprint": print_}),
    "untrust": lambda ask, token, key: ask("POST", f"/devices/{key}/untrust", token),
    "sessions": lambda ask, token: ask("GET", "/sessions", token),
    "revoke": lambda ask, token: ask("POST", "/sessions/revoke-all", token),
    "wrong": lambda ask, token: ask("POST", "/devices/trust", token, json={"fingerprint": 7}),
    "unknown": lambda ask, token: ask("GET", "/nothing", token),
    "bob": lambda ask, token: ask("DELETE", "/devices/dev-08", token.replace("alice", "bob")),
}
DEVICE = {
    "id": "dev-01", "userId": "alice", "deviceName": "Changed", "deviceType": "DESKTOP", "os": "Linux",
    "browser": "Firefox", "isTrusted": False, "trustLevel": "LOW", "lastSeen": "2026-01-01T00:00:00.000Z",
    "createdAt": "2026-01-01T00:00:00.000Z", "deviceFingerprint": "fp-changed",
}  # fmt: skip
RULES = [{"status": 503, "nth": 2}, {"limit": {"calls": 2, "seconds": 60}}]
CALLS: dict[str, Callable[..., ClientResponse]] = {
    "freeze": _control("PUT", "/worlds/{}/clock", {"now": "2026-03-01T00:00:00Z", "frozen": True}),
    "advance": _control("POST", "/worlds/{}/clock/advance", {"by": "P20D"}),
    "faults": _control(
        "PUT", "/worlds/{}/faults", {"rules": [{"status": 503, "nth": 2}, {"limit": {"calls": 2, "seconds": 60}}]}
    ),
    "rule": _control(
        "POST", "/worlds/{}/faults/rules", {"operation": "listDevices", "probability": 0.5, "status": 500}
    ),
    "fault list": _control("GET", "/worlds/{}/faults"),
    "fork": _control("POST", "/worlds/{}/fork", {"name": "WORLD-fork", "replace": True}),
    "put": _control("PUT", "/worlds/{}/state/devices/dev-01", DEVICE),
    "state": _control("PUT", "/worlds/{}/state", {"devices": [DEVICE], "sessions": []}),
    "rewind": _control("POST", "/worlds/{}/rewind", {"before": "last"}),
    "rewind far": _control("POST", "/worlds/{}/rewind", {"before": 2}),
    "reset": _control("POST", "/worlds/{}/reset", {"keep": ["requests"]}),
    "forget": _control("POST", "/worlds/{}/reset"),
    "leave": _control("DELETE", "/worlds/{}"),
    "fork state": _control("GET", "/worlds/{}-fork/state"),
    "why": _control("GET", "/worlds/{}/requests/2/why?as=json"),
    "verify": _control("POST", "/worlds/{}/requests/verify", {"calls": [{"operation": "listDevices"}]}),
}
KEYS = st.sampled_from(["dev-01", "dev-02", "dev-99"])
STEPS = st.one_of(
    st.tuples(st.sampled_from(["list", "sessions", "revoke", "wrong", "unknown", "bob", *CALLS])),
    st.tuples(st.sampled_from(["get", "remove", "untrust"]), KEYS),
    st.tuples(st.just("trust"), st.sampled_from(["fp-alice-ipad", "fp-nobody"])),
)
_SEEN = ("/state", "/requests", "/faults", "/clock", "/coverage", "")


def _without_times(value: Any) -> Any:
    """What a mock says, but for how long it took and when it was used."""
    if isinstance(value, list):
        return [_without_times(inner) for inner in value]
    if isinstance(value, dict):
        return {name: _without_times(inner) for name, inner in value.items() if name not in ("microseconds", "used")}
    return value


def _value(response: ClientResponse) -> Any:
    return _without_times(response.json) if response.body[:1] in (b"{", b"[") else response.body


_worlds: Iterator[str] = (f"w{number}" for number in range(10**6))


def _compare(stored: Mock, memory: Mock, steps: list[tuple[str, ...]]) -> None:
    """Make the calls to both in a new world, and compare all that they say."""
    world = next(_worlds)
    for step in steps:
        first, second = stored(step, world), memory(step, world)
        assert (first.status, first.headers, _value(first)) == (second.status, second.headers, _value(second)), step
    for side in stored.sides:
        for path in _SEEN:
            shown = [_value(control("GET", f"/worlds/{world}{path}")) for _, control in (side, memory.sides[0])]
            assert shown[0] == shown[1], path


def _compared(engines: tuple[Engine, Engine], engine: Engine) -> tuple[Mock, Mock]:
    if isinstance(engine.store, LogStore):
        pytest.skip("compares with memory")
    return Mock(*engines), Mock(engine)


def test_each_kind_of_call_is_seen_by_the_other_process(engines: tuple[Engine, Engine], engine: Engine) -> None:
    """What one process does, the other one shows and goes on from, as a single mock in memory does."""
    stored, memory = _compared(engines, engine)
    for kind in (*CALLS, "revoke", "wrong", "unknown", "bob"):
        for before in range(2):  # so that each process does it once
            stored.turn = before
            steps = [("trust", "fp-alice-ipad"), ("remove", "dev-02"), (kind,), ("list",), ("list",), (kind,)]
            _compare(stored, memory, [*steps, ("get", "dev-01"), ("fault list",)])


@pytest.mark.thorough
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=4, max_size=14))
def test_a_store_answers_as_memory_does(
    engines: tuple[Engine, Engine], engine: Engine, steps: list[tuple[str, ...]]
) -> None:
    """Any calls, made to two processes in turns: the same answers, records, journals, clocks, faults and coverage."""
    _compare(*_compared(engines, engine), steps)


def test_a_restarted_mock_goes_on(store: str, clock: Clock) -> None:
    """The same records, clock, faults, journal and numbers; a rewind reaches to before the restart."""
    before = Mock(build_engine(bundled_settings(store=store), clock=clock))
    for step in (("remove", "dev-01"), ("freeze",), ("faults",), ("trust", "fp-alice-ipad"), ("list",)):
        before(step, "w")
    said = [_value(before.sides[0][1]("GET", f"/worlds/w{path}")) for path in _SEEN]
    after = Mock(build_engine(bundled_settings(store=store), clock=clock))
    control = after.sides[0][1]
    assert [_value(control("GET", f"/worlds/w{path}")) for path in _SEEN] == said
    assert after(("list",), "w").headers["mock-why"] == "/__mock__/worlds/w/requests/4/why"
    assert control("POST", "/worlds/w/rewind", {"before": 1}).status == 200
    assert after(("get", "dev-01"), "w").status == 200


def test_many_changes_leave_a_short_log(engines: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    """After snapshots a process that comes later reads the same world, and an old request can still be rewound to."""
    monkeypatch.setattr("mockserver.state.following._CHANGES", 5)
    monkeypatch.setattr("mockserver.state.following._BYTES", 0)
    asks = [Ask(engine) for engine in engines]
    for number in range(40):
        sent = {} if number % 2 else {"json": {"fingerprint": "fp-alice-ipad"}}
        asks[number % 2]("POST", "/devices/dev-03/untrust" if number % 2 else "/devices/trust", **sent)
    store = engines[0].store
    assert isinstance(store, LogStore)
    held = store.load("main")[0]
    other = LogStore(store.ledger, store.log)
    assert dict(other.load("main")[0].collections["devices"].records) == dict(held.collections["devices"].records)
    entry = engines[1].journal.entry("main", 3)
    assert entry is not None
    past = engines[1].journal.before(entry)
    assert past is not None
    assert past.step == 2


def test_processes_lose_no_update(engines: tuple[Engine, Engine]) -> None:
    """Eight threads on two processes each create their records in one world: all are there, numbered without a gap."""
    faults: list[str] = []

    def work(number: int) -> None:
        engine = engines[number % 2]
        for turn in range(10):

            def more(world: Any, turn: int = turn) -> Any:
                return world.put("devices", {**DEVICE, "id": f"new-{number}-{turn}"}).stepped()

            engine.store.update("w", more)
            answer = Ask(engines[turn % 2])("GET", "/devices", "alice-token~w")
            if f"new-{number}-{turn}".encode() not in answer.body:
                faults.append(f"{number}-{turn} isn't listed")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not faults
    keys = engines[0].store.load("w")[0].collections["devices"].records
    assert len([key for key in keys if key.startswith("new-")]) == 80
    assert sorted(entry.number for entry in engines[1].journal.entries("w")) == list(range(1, 81))


def test_reads_are_linearizable(engines: tuple[Engine, Engine]) -> None:
    """While one process counts up, a read in any process shows no less than what was acknowledged before it began, no
    more than what was asked for before it ended, and never less than an earlier read."""
    record = {**DEVICE, "id": "counter"}
    asked = acknowledged = 0
    faults, done = list[str](), threading.Event()

    def read(engine: Engine) -> None:
        last = 0
        while not done.is_set():
            least = max(acknowledged, last)
            shown = Ask(engine)("GET", "/devices/counter", "alice-token~w").json
            last, most = int(shown["device"]["deviceName"]), asked
            if not least <= last <= most:
                faults.append(f"{last} isn't between {least} and {most}")

    def count(number: int) -> None:
        nonlocal asked, acknowledged
        asked = number
        counted = {**record, "deviceName": str(number)}
        engines[number % 2].store.update("w", lambda world: world.put("devices", counted).stepped())
        acknowledged = number

    count(0)
    readers = [threading.Thread(target=read, args=(engine,)) for engine in (*engines, *engines)]
    for reader in readers:
        reader.start()
    for number in range(1, 101):
        count(number)
    done.set()
    for reader in readers:
        reader.join(120)
    assert not faults


def test_who_follows_hears_of_all_processes(engines: tuple[Engine, Engine]) -> None:
    """Requests, control calls and removals, whichever process had them."""
    first, second = (Control(engine) for engine in engines)
    last = second("GET", "/events").json["last"]
    Ask(engines[0])("GET", "/devices", "alice-token~w")
    first("PUT", "/worlds/v/clock", {"frozen": True})
    first("DELETE", "/worlds/v")
    heard = second("GET", f"/events?after={last}").json["events"]
    assert [(event["type"], event["world"]) for event in heard] == [("request", "w"), ("removed", "v")]


def test_limits_hold_for_all_processes(store: str, clock: Clock) -> None:
    """A world too many is refused, whichever process has made the others."""
    asks = [Ask(build_engine(bundled_settings(store=store, max_worlds=2), clock=clock)) for _ in range(2)]
    assert asks[0]("GET", "/devices").status == asks[1]("GET", "/devices", "alice-token~w").status == 200
    assert [ask("GET", "/devices", "alice-token~more").status for ask in asks] == [429, 429]
    assert Control(asks[0].engine)("DELETE", "/worlds/w").status == 204
    assert Control(asks[1].engine)("GET", "/worlds/w").status == 404
    assert asks[0]("GET", "/devices", "alice-token~more").status == 200


def test_idle_worlds_expire(store: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that no process has used for that long, except `main`; all processes are notified."""
    first, second = (build_engine(bundled_settings(store=store, world_ttl="PT1H"), clock=clock) for _ in range(2))
    for world in ("main", "w"):
        assert Ask(first)("DELETE", "/devices/dev-01", f"alice-token~{world}").status == 200
    assert set(second.store.names()) == {"main", "w"}
    monkeypatch.setattr("mockserver.state.log_store.time", lambda: time() + 3700)
    monkeypatch.setattr(second.store, "_swept", 0.0)
    assert list(second.store.names()) == ["main"]
    assert first.store.find("w") is None
    assert b"dev-01" in Ask(first)("GET", "/devices", "alice-token~w").body


def test_mocks_of_other_files_do_not_meet(store: str, clock: Clock) -> None:
    """Another seed means other worlds, unless they share a namespace by name."""
    first = Ask(build_engine(bundled_settings(store=store), clock=clock))
    first("DELETE", "/devices/dev-01")
    assert "dev-01" in Ask(build_engine(bundled_settings(store=store, seed="1"), clock=clock)).records("devices")
    assert "dev-01" not in Ask(build_engine(bundled_settings(store=store), clock=clock)).records("devices")
    shared = [bundled_settings(store=store, namespace="ours", seed=seed) for seed in "01"]
    Ask(build_engine(shared[0], clock=clock))("DELETE", "/devices/dev-01")
    assert "dev-01" not in Ask(build_engine(shared[1], clock=clock)).records("devices")
