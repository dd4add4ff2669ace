"""Threads take turns: one answers, the others rest, and nobody waits for one that is held up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mockserver.web import leader
from mockserver.web.leader import Relay, Turn
from tests.mockserver.web.delays import hold_nobody_up
from tests.support import SPANS, TIMEOUT, LiveMock

THREADS = 32


@pytest.fixture(scope="module")
def mock() -> Iterator[LiveMock]:
    """A mock that has met many connections at once, so that its threads but one rest."""
    mock = LiveMock().wait_until_started()
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            assert set(pool.map(lambda _: mock.status_of_devices(), range(40 * THREADS))) == {200}
        yield mock
    finally:
        mock.kill()


def _half_sent(mock: LiveMock) -> socket.socket:
    """A connection on which half a body has been sent, the rest never follows."""
    connection = socket.create_connection(("127.0.0.1", mock.port))
    head = "POST /devices/trust HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice-token\r\n"
    connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{{".encode())
    return connection


def test_delayed_answers_hold_nobody_up(mock: LiveMock) -> None:
    """Half of the threads wait for their delays at once; a plain request beside them does not."""
    assert any(hold_nobody_up(mock, THREADS // 2, seconds) for seconds in SPANS)


def test_half_a_body_holds_nobody_up(mock: LiveMock) -> None:
    """Clients that never send the rest of their bodies are waited for by threads of their own."""
    connections = [_half_sent(mock) for _ in range(4)]
    try:
        assert [mock.status_of_devices() for _ in range(20)] == [200] * 20
    finally:
        for connection in connections:
            connection.close()


def test_all_threads_are_there_again(mock: LiveMock) -> None:
    """After delays and half bodies, again and again, a crowd is answered as before."""
    late = {"Mock-Delay": "10ms"}
    for _ in range(3):
        with ThreadPoolExecutor(THREADS) as pool:
            answers = pool.map(lambda n: mock.status_of_devices(**(late if n % 3 else {})), range(4 * THREADS))
            assert set(answers) == {200}


def test_a_thread_that_is_not_needed_rests_until_the_first_steps_aside() -> None:
    """It rests once it has answered."""
    turns, rested, answered = Relay(), threading.Event(), threading.Event()
    called = turns.over(lambda *_: None)
    called(None, {})

    def spare() -> None:
        turns.over(lambda *_: answered.set())(None, {})
        rested.set()

    thread = threading.Thread(target=spare, daemon=True)
    thread.start()
    assert answered.wait(TIMEOUT)
    assert not rested.wait(0.1)
    turns.step_aside()
    assert rested.wait(TIMEOUT)
    thread.join()


def test_the_first_thread_is_followed_when_it_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server ends idle threads: the next one that answers does not rest for the sake of one that is gone."""
    turns = Relay()
    called = turns.over(lambda *_: None)
    gone = threading.Thread(target=lambda: called(None, {}))
    gone.start()
    gone.join()
    monkeypatch.setattr(leader, "_QUIET", -1.0)
    turns._leader = leader.Turn(-1)  # an id that no thread has
    called(None, {})  # would never return if it rested
    assert turns._leader.ident == threading.get_ident()
    assert not turns.blocked


def test_the_thread_that_looks_after_others_survives(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """An exception is one line, and it looks again."""
    relay, looks = Relay(), iter(range(3))

    class Ended(BaseException):
        pass

    def pause(_: float) -> None:
        if next(looks) == 2:
            raise Ended

    def fail() -> None:
        raise RuntimeError("no turn")

    monkeypatch.setattr(leader, "sleep", pause)
    monkeypatch.setattr(relay, "_replace_blocked_leader", fail)
    with pytest.raises(Ended):
        relay._watch()
    assert capfd.readouterr().err.count("mockserver: internal error in the relay thread: RuntimeError: no turn (") == 2


def test_a_new_leader_is_relieved_although_the_old_one_has_just_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a request that was held up says nothing of the thread that has answered since."""
    monkeypatch.setattr(leader, "PATIENCE", -1.0)  # whoever is at work counts as held up
    turns, held_up, done = Relay(), threading.Event(), threading.Event()

    def work(_turn: Any, _handle: Any, environ: dict[str, Any]) -> None:
        environ["entered"].set()
        environ["until"].wait(TIMEOUT)

    called = turns.over(work)
    entered = [threading.Event(), threading.Event()]
    old = threading.Thread(target=called, args=(None, {"entered": entered[0], "until": held_up}))
    new = threading.Thread(target=called, args=(None, {"entered": entered[1], "until": done}))
    old.start()
    entered[0].wait(TIMEOUT)
    turns._replace_blocked_leader()
    new.start()
    entered[1].wait(TIMEOUT)
    held_up.set()
    old.join()
    assert turns._leader is not None
    turns._replace_blocked_leader()
    assert turns._leader is None
    done.set()
    new.join()


def test_a_thread_does_not_rest_with_a_large_body() -> None:
    """The server holds the body until its call returns, and a hundred threads may rest."""

    def work(turn: Turn, _: Any, environ: dict[str, Any]) -> None:
        turn.heavy = environ["size"] > 1000

    relay = Relay()
    call = relay.over(work)
    call(None, {"size": 1})  # this thread is the first
    for size, rests in ((10_000, False), (1, True)):
        spare = threading.Thread(target=call, args=(None, {"size": size}), daemon=True)
        spare.start()
        spare.join(0.3 if rests else TIMEOUT)
        assert spare.is_alive() is rests
