"""Requests over a store are each kept in one step, and those that wait are kept together."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from mockserver.errors import StoreLost
from mockserver.exchange.building import build_engine
from mockserver.exchange.engine import Engine
from mockserver.exchange.pending import Pending
from mockserver.messages import Answer, Request
from mockserver.state.ledger import Step
from mockserver.state.log_store import LogStore
from tests.mockserver.control.conftest import Control
from tests.support import TIMEOUT, Ask, Clock, bundled_settings

ALICE = {"authorization": "Bearer alice-token"}
LIST, GET_IT = Request("GET", "/devices", "", ALICE), Request("GET", "/devices/dev-01", "", ALICE)
REMOVE, UNTRUST = Request("DELETE", "/devices/dev-01", "", ALICE), Request("POST", "/devices/dev-03/untrust", "", ALICE)


class Steps:
    """What an engine asks of its ledger: the names of steps, and how many requests each settles."""

    def __init__(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        assert isinstance(engine.store, LogStore)
        self.seen: list[Any] = []
        self.lost = False
        self.ledger, settler = engine.store.ledger, engine.store.settler
        self._settle, read = settler._settle, self.ledger.read
        monkeypatch.setattr(settler, "_settle", self._settled)
        monkeypatch.setattr(self.ledger, "read", lambda *given: (self.seen.append("read"), read(*given))[1])

    def _settled(self, steps: Sequence[Step]) -> Any:
        self.seen.append(len(steps))
        if self.lost:
            raise StoreLost("it is gone")
        return self._settle(steps)

    def taken(self) -> list[Any]:
        """The steps since the last look."""
        seen, self.seen = self.seen, []
        return seen


@pytest.fixture
def engines(store: str, clock: Clock) -> tuple[Engine, Engine]:
    """Two mocks on one store, which have answered."""
    first, second = (build_engine(bundled_settings(store=store), clock=clock) for _ in range(2))
    for engine in (first, second):
        assert engine.pipeline.respond(LIST).status == 200
    return first, second


@pytest.fixture
def steps(engines: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch) -> Steps:
    """The steps of the first."""
    return Steps(engines[0], monkeypatch)


def _pending(engine: Engine, *requests: Request) -> list[Pending]:
    found = [engine.pipeline.perform(request) for request in requests]
    assert all(isinstance(one, Pending) for one in found)
    return found  # type: ignore[return-value]


def test_a_request_is_one_step(engines: tuple[Engine, Engine], steps: Steps) -> None:
    """A read as well as a write; two where another process has written meanwhile."""
    ask, other = Ask(engines[0]), Ask(engines[1])
    assert ask("GET", "/devices").status == 200
    steps.taken()
    assert ask("GET", "/devices").status == 200
    assert ask("DELETE", "/devices/dev-01").status == 200
    assert ask("GET", "/nothing").status == 404
    assert steps.taken() == [1, 1, 1]
    assert other("DELETE", "/devices/dev-02").status == 200
    assert "dev-02" not in ask.records("devices") or steps.taken() == []
    steps.taken()
    assert b"dev-02" not in ask("GET", "/devices").body
    assert other("POST", "/devices/dev-03/untrust").status == 200
    steps.taken()
    assert ask("DELETE", "/devices/dev-04").status == 200
    assert steps.taken() == [1, 1]


def test_requests_that_wait_are_kept_together(engines: tuple[Engine, Engine], steps: Steps) -> None:
    """Each goes on from what those before it have made, numbered in their order; other processes see all of it."""
    Ask(engines[0])("GET", "/devices")
    steps.taken()
    waiting = _pending(engines[0], LIST, REMOVE, GET_IT, UNTRUST, LIST)
    assert steps.taken() == []
    answers = [one.awaited() for one in reversed(waiting)][::-1]
    assert steps.taken() == [5]
    assert [answer.status for answer in answers] == [200, 200, 404, 200, 200]
    assert (b"dev-01" in answers[0].body, b"dev-01" in answers[4].body) == (True, False)
    first = int(dict(answers[0].headers)["Mock-Why"].split("/")[-2])
    numbers = [dict(answer.headers)["Mock-Why"].split("/")[-2] for answer in answers]
    assert numbers == [str(first + place) for place in range(5)]
    assert engines[1].pipeline.respond(GET_IT).status == 404


def test_an_answer_leaves_from_another_thread(engines: tuple[Engine, Engine]) -> None:
    """Where nobody waits for it: once it is kept."""
    sent, threads, arrived = list[Answer](), set[str](), threading.Semaphore(0)

    def send(answer: Answer) -> None:
        sent.append(answer)
        threads.add(threading.current_thread().name)
        arrived.release()

    for request in (REMOVE, LIST):  # one after the other: what is kept already is sent at once
        _pending(engines[0], request)[0].later(send)
        assert arrived.acquire(timeout=TIMEOUT)
    assert [answer.status for answer in sent] == [200, 200]
    assert threads == {"store"}
    assert engines[1].pipeline.respond(GET_IT).status == 404


def test_what_rests_on_a_lost_race_is_answered_again(engines: tuple[Engine, Engine], steps: Steps) -> None:
    """Another process writes before the steps are kept: they and those that go on from them see what it wrote."""
    Ask(engines[0])("GET", "/devices")
    steps.taken()
    waiting = _pending(engines[0], REMOVE, UNTRUST, LIST)
    assert Ask(engines[1])("DELETE", "/devices/dev-02").status == 200
    answers = [one.awaited() for one in waiting]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert b"dev-02" not in answers[2].body
    assert {"dev-01", "dev-02"}.isdisjoint(Ask(engines[1]).records("devices"))
    journal = list(engines[1].journal.entries("main"))
    assert [entry.number for entry in journal] == list(range(1, len(journal) + 1))
    assert [entry.request.method for entry in journal].count("DELETE") == 2


def test_all_that_wait_for_a_lost_store_get_a_503(engines: tuple[Engine, Engine], steps: Steps) -> None:
    """None of them is acknowledged; what comes afterwards begins from what the store has."""
    waiting = _pending(engines[0], REMOVE, LIST, LIST)
    steps.lost = True
    assert [one.awaited().status for one in waiting] == [503, 503, 503]
    assert steps.taken() == [3]
    steps.lost = False
    assert engines[0].pipeline.respond(GET_IT).status == 200


def test_a_world_that_is_removed_meanwhile_is_made_anew(engines: tuple[Engine, Engine]) -> None:
    """As one in memory is: the write is in the new world."""
    removed = Request("DELETE", "/devices/dev-01", "", {"authorization": "Bearer alice-token~w"})
    Ask(engines[0])("GET", "/devices", "alice-token~w")
    waiting = _pending(engines[0], removed, removed)
    assert Control(engines[1])("DELETE", "/worlds/w").status == 204
    assert [one.awaited().status for one in waiting] == [200, 404]
    assert Ask(engines[1])("GET", "/devices/dev-01", "alice-token~w").status == 404
    assert [entry.number for entry in engines[1].journal.entries("w")] == [1, 2, 3]


def test_a_rate_limit_writes_the_window_that_changed(store: str, clock: Clock) -> None:
    """However many tokens it counts: a request's entry in the log has one of them; other processes count on."""
    engines = [build_engine(bundled_settings(store=store, auth="any"), clock=clock) for _ in range(2)]
    rules = {"rules": [{"limit": {"calls": 2, "seconds": 60}}]}
    assert Control(engines[0])("PUT", "/worlds/w/faults", json=rules).status == 200
    asks = [Ask(engine) for engine in engines]
    for number in range(90):
        assert asks[number % 2]("GET", "/devices", f"token-{number}~w").status == 200
    held = engines[0].store
    assert isinstance(held, LogStore)
    tail = held.ledger.read("w", held._known["w"].place._replace(sequence=held._known["w"].place.sequence - 1, stamp=0))
    assert tail is not None
    assert max(map(len, tail.entries)) < 200
    statuses = [asks[turn % 2]("GET", "/devices", "token-7~w").status for turn in range(3)]
    assert statuses == [200, 429, 429]
