"""Worlds are made, forked, rewound, reset and removed; none sees another."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import pytest

from tests.conftest import Build
from tests.mockserver.control.conftest import Control
from tests.support import Ask, Clock, bundled_settings, in_memory

TRUST = {"fingerprint": "fp-alice-ipad"}


def _names(control: Control) -> list[str]:
    return [world["name"] for world in control("GET", "/worlds").json["worlds"]]


def test_a_request_makes_its_world(control: Control, ask: Ask) -> None:
    """By token, header or cookie; before that it is not there."""
    assert control("GET", "/worlds/w1").status == 404
    ask("GET", "/devices", "alice-token~w1")
    ask("GET", "/devices", headers={"mock-world": "w2"})
    ask("GET", "/devices", headers={"cookie": "a=b; mock_world=w3"})
    assert set(_names(control)) == {"main", "w1", "w2", "w3"}
    assert control.world(world="w1")["requests"] == 1


def test_a_request_that_is_refused_early_is_journaled_in_the_world_that_it_names(control: Control, ask: Ask) -> None:
    """Also one without a user, or for a path that does not exist: nothing of it is seen in `main`."""
    assert ask("GET", "/devices", "nobody~w1").status == 401
    assert ask("GET", "/nowhere", "alice-token~w1").status == 404
    assert ask("GET", "/devices", None, headers={"mock-world": "w1"}).status == 401
    assert control.world("/requests", "w1")["last"] == 3
    assert control.world("/requests")["requests"] == []


def test_a_world_is_forked_from_fixtures_or_from_another_world(control: Control, ask: Ask) -> None:
    """With the records and the clock of that world, and a journal of its own."""
    ask("DELETE", "/devices/dev-01", "alice-token~w1")
    control("POST", "/worlds/w1/clock/advance", {"by": "P1D"})
    made = control("POST", "/worlds", {"name": "w2", "base": "w1"})
    assert (made.status, made.headers["location"]) == (201, "/__mock__/worlds/w2")
    assert (made.json["records"]["devices"], made.json["clock"]["offset"]) == (9, 86_400_000)
    assert made.json["requests"] == 0
    assert control("POST", "/worlds", {"name": "w3"}).json["records"]["devices"] == 10
    assert control("POST", "/worlds", {"name": "w3"}).status == 409
    assert control("POST", "/worlds", {"name": "w4", "base": "nowhere"}).status == 409


def test_a_fork_goes_its_own_way(control: Control, ask: Ask) -> None:
    """What happens in one is not seen in the other; a fork may replace a world."""
    assert control("POST", "/worlds/main/fork", {"name": "before"}).status == 201
    ask("DELETE", "/devices/dev-01")
    assert control.world(world="before")["records"]["devices"] == 10
    assert control("POST", "/worlds/main/fork", {"name": "before"}).status == 409
    assert control("POST", "/worlds/main/fork", {"name": "before", "replace": True}).json["records"]["devices"] == 9
    assert control("POST", "/worlds/main/fork", {"name": "main", "replace": True}).status == 409


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/reset", {}),
        ("POST", "/clock/advance", {"by": "P1D"}),
        ("PUT", "/clock", {"frozen": True}),
        ("PUT", "/faults", {}),
        ("POST", "/faults", {"status": 500}),
        ("PUT", "/state", {}),
        ("POST", "/requests", {"method": "GET", "path": "/devices"}),
    ],
)
def test_what_steers_a_removed_world_does_not_bring_it_back(
    control: Control, ask: Ask, method: str, path: str, body: Any
) -> None:
    """A straggler of a test that is over finds nothing; a request in the world, or a call that makes it, does."""
    assert control(method, f"/worlds/w1{path}", body).status == 200
    assert control("DELETE", "/worlds/w1").status == 204
    refused = control(method, f"/worlds/w1{path}", body)
    assert (refused.status, "there is no world 'w1'" in refused.json["detail"]) == (404, True)
    assert control("GET", "/worlds/w1/state").status == 404
    assert ask("GET", "/devices", "alice-token~w1").status == 200
    assert control(method, f"/worlds/w1{path}", body).status == 200


def test_a_rewind_undoes_a_request_and_all_after_it(control: Control, ask: Ask) -> None:
    """Records and clock are as they were just before; the journal goes on."""
    before = control.world("/state")
    ask("DELETE", "/devices/dev-01")
    control("PUT", "/worlds/main/clock", {"now": "2031-01-01T00:00:00Z", "frozen": True})
    ask("DELETE", "/devices/dev-02")
    assert control("POST", "/worlds/main/rewind", {"before": "last"}).json["records"]["devices"] == 9
    assert control.world("/clock")["frozen"] is True
    assert control("POST", "/worlds/main/rewind", {"before": 1}).status == 200
    assert control.world("/state") == before
    assert control.world("/clock")["frozen"] is False
    ask("GET", "/devices")
    assert control.world("/requests")["last"] == 3


def test_a_rewind_to_what_the_journal_lacks_is_a_conflict(control: Control, ask: Ask) -> None:
    """The world of the path is there, so it is no 404; nothing changes."""
    control("POST", "/worlds", {"name": "w1"})
    refused = control("POST", "/worlds/w1/rewind", {"before": "last"})
    assert (refused.status, "journal of 'w1' is empty" in refused.json["detail"]) == (409, True)
    assert control("POST", "/worlds/nowhere/rewind", {"before": "last"}).status == 404
    ask("DELETE", "/devices/dev-01")
    assert control("POST", "/worlds/main/rewind", {"before": 9}).status == 409
    assert control.world()["records"]["devices"] == 9


def test_a_rewind_to_before_a_refusal_works_too(control: Control, ask: Ask) -> None:
    """Every entry has its world, whichever stage refused it."""
    assert ask("GET", "/nowhere").status == 404
    ask("DELETE", "/devices/dev-01")
    assert control("POST", "/worlds/main/rewind", {"before": 1}).json["records"]["devices"] == 10


def test_a_reset_puts_all_back_but_what_is_kept(control: Control, ask: Ask) -> None:
    """Records, clock, faults and journal."""

    def spoilt() -> None:
        ask("DELETE", "/devices/dev-01")
        control("POST", "/worlds/main/clock/advance", {"by": "P1D"})
        control("PUT", "/worlds/main/faults", {"presets": ["flaky"]})

    spoilt()
    world = control("POST", "/worlds/main/reset").json
    assert (world["records"]["devices"], world["clock"]["offset"], world["faults"]) == (10, 0, 0)
    assert control.world("/requests")["requests"] == []
    spoilt()
    world = control("POST", "/worlds/main/reset", {"keep": ["clock", "faults", "requests"]}).json
    assert (world["records"]["devices"], world["clock"]["offset"], world["faults"]) == (10, 86_400_000, 3)
    assert len(control.world("/requests")["requests"]) == 1


def test_a_removed_world_is_gone(control: Control, ask: Ask) -> None:
    """With its journal; who asks in it again begins anew. `main` stays."""
    ask("DELETE", "/devices/dev-01", "alice-token~w1")
    assert control("DELETE", "/worlds/w1").status == 204
    assert control("GET", "/worlds/w1").status == control("DELETE", "/worlds/w1").status == 404
    ask("GET", "/devices", "alice-token~w1")
    world = control.world(world="w1")
    assert (world["records"]["devices"], world["requests"]) == (10, 1)
    assert control("DELETE", "/worlds/main").status == 409


def test_an_old_version_of_a_removed_world_cannot_come_back(control: Control, ask: Ask) -> None:
    """A request that began before the removal commits nothing to the world that has the name now."""
    store = ask.engine.store
    old, version = store.load("w1")
    control("DELETE", "/worlds/w1")
    store.load("w1")
    assert not store.commit("w1", version, old)


def test_their_number_is_bounded(build: Build) -> None:
    """One too many is refused, for callers of the API and of the surface, and the refusal says what to do."""
    engine = build(bundled_settings(max_worlds=3, world_ttl=None))
    ask, control = Ask(engine), Control(engine)
    for name in ("w1", "w2"):
        assert ask("GET", "/devices", f"alice-token~{name}").status == 200
    assert ask("GET", "/devices").status == 200
    for refused in (ask("GET", "/devices", "alice-token~w3"), control("POST", "/worlds", {"name": "w3"})):
        assert refused.status == 429
        assert "--max-worlds" in refused.json["detail"]
    assert control("DELETE", "/worlds/w1").status == 204
    assert ask("GET", "/devices", "alice-token~w3").status == 200


def test_idle_worlds_expire(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that were idle for that long, except `main`; others stay."""
    engine = build(bundled_settings(world_ttl="PT1H"))
    now = Clock(1_000_000)
    in_memory(engine)
    monkeypatch.setattr(engine.store, "_clock", now)
    ask, control = Ask(engine), Control(engine)
    for world in ("main", "old", "new"):
        ask("DELETE", "/devices/dev-01", f"alice-token~{world}")
    now.now += 3000
    ask("GET", "/devices", "alice-token~new")
    now.now += 3000
    ask("GET", "/devices", "alice-token~newer")
    assert set(_names(control)) == {"main", "new", "newer"}
    assert len(ask.records("devices")) == len(ask.records("devices", "new")) == 9
    assert not list(engine.journal.entries("old"))


def test_a_world_costs_less_than_a_millisecond_and_ten_kilobytes(build: Build) -> None:
    """Two thousand of them, each with a request that changes a record."""
    engine = build(bundled_settings())
    ask, count = Ask(engine), 2_000
    ask("POST", "/devices/trust", json=TRUST)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(count):
            ask("POST", "/devices/trust", f"alice-token~w{number}", json=TRUST)
        size = (tracemalloc.get_traced_memory()[0] - before) / count
    finally:
        tracemalloc.stop()
    started = time.thread_time()
    for number in range(count):
        engine.store.load(f"fresh{number}")
    assert (time.thread_time() - started) / count < 0.001
    assert size < 10_240


@pytest.mark.parametrize("name", ["", "a b", "-x", "a/b", "x" * 101, "é"])
def test_what_names_no_world_is_refused(control: Control, ask: Ask, name: str) -> None:
    """With the characters that a name may have."""
    assert control("POST", "/worlds", {"name": name}).status == 400
    if name:
        refused = ask("GET", "/devices", headers={"mock-world": name})
        assert refused.status == 400
        assert "names no world" in refused.json["detail"]


DEVICE = {"method": "GET", "path": "/devices"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/state/devices/dev-01", {"deviceName": "Changed"}),
        ("DELETE", "/state/devices/dev-01", {}),
        ("PUT", "/state", {}),
        ("PUT", "/clock", {"frozen": True}),
        ("POST", "/clock/advance", {"by": "P1D"}),
        ("PUT", "/faults", {"presets": ["flaky"]}),
        ("POST", "/faults", {"status": 500}),
        ("POST", "/reset", {}),
        ("POST", "/requests", DEVICE),
    ],
)
def test_a_call_that_changes_something_makes_its_world(
    build: Build, method: str, path: str, body: dict[str, Any]
) -> None:
    """As a first request does; with too many worlds it is a 429, and nothing is made."""
    control = Control(build(bundled_settings(max_worlds=2, world_ttl=None)))
    assert control(method, f"/worlds/w1{path}", body).status < 300
    assert "w1" in _names(control)
    control("PUT", "/worlds/main/clock", {"frozen": False})
    assert control(method, f"/worlds/w2{path}", body).status == 429
    assert "w2" not in _names(control)


def test_a_world_that_was_never_used_received_nothing(control: Control) -> None:
    """`verify` there answers with a diff, and doesn't make the world."""
    heard = control("POST", "/worlds/w1/verify", {"calls": [{"operation": "listDevices"}]})
    assert (heard.status, heard.json["verified"]) == (200, False)
    assert "listDevices" in heard.json["diff"]
    assert _names(control) == ["main"]
