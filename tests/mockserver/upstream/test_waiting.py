"""Answers that no thread waits for: none is taken for another, they end in time, and their connections stay usable."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from mockserver.exchange.awaited import Awaited
from mockserver.messages import Request
from mockserver.upstream.line import Line
from mockserver.upstream.waiting import IS_POSSIBLE
from tests.mockserver.upstream.scripted import Came, Scripted, answer
from tests.support import TIMEOUT, Ask

SOUND = answer({"success": True, "devices": []})
Beside = Callable[..., Ask]
pytestmark = pytest.mark.skipif(not IS_POSSIBLE, reason="a system without epoll has a thread for each request")


def begun(ask: Ask, path: str = "/devices", method: str = "GET") -> Awaited:
    """A request that has been sent on a kept connection."""
    pending = ask.engine.pipeline.perform(Request(method, path, headers={"authorization": "Bearer x"}))
    assert isinstance(pending, Awaited)
    return pending


def test_requests_on_kept_connections_hold_no_thread(beside: Beside, backend: Scripted) -> None:
    """Each gets its own answer, in whatever order they come."""
    ask, late = beside(), threading.Event()

    def slow(_: Came) -> Iterator[bytes]:
        assert late.wait(TIMEOUT)
        yield answer({"late": True})

    backend.answers |= {"/devices": SOUND, "/late": slow}
    held = threading.Thread(target=ask, args=("GET", "/late"))
    held.start()  # a new connection: it is waited for by its thread
    assert ask("GET", "/devices").status == 200
    late.set()
    held.join(TIMEOUT)
    late.clear()
    first = begun(ask, "/late")
    assert json.loads(begun(ask).awaited().body)["devices"] == []
    late.set()
    assert first.awaited().body == b'{"late": true}'


@pytest.mark.parametrize("behind", [SOUND, b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nfoe"])
def test_what_nobody_asked_for_is_no_answer(behind: bytes, beside: Beside, backend: Scripted) -> None:
    """Bytes behind an answer end the connection; the next request gets its own answer on another one."""
    ask = beside()
    backend.answers |= {"/devices": answer({"success": True, "devices": []}) + behind, "/own": answer({"own": 1})}
    for _ in range(3):
        assert ask("GET", "/devices").status == 200
        assert ask("GET", "/own").json == {"own": 1}


def test_an_answer_that_takes_too_long_is_a_504(beside: Beside, backend: Scripted) -> None:
    """Its connection isn't used again, so that no other request gets the late answer."""
    ask, late = beside(), threading.Event()

    def slow(_: Came) -> Iterator[bytes]:
        assert late.wait(TIMEOUT)
        yield answer({"late": True})

    backend.answers |= {"/devices": SOUND, "/late": slow}
    assert ask("GET", "/devices").status == 200
    assert ask.engine.backend is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ask.engine.backend._forwarder, "timeout", 0.1)
        assert begun(ask, "/late").awaited().status == 504
    late.set()
    assert ask("GET", "/devices").json["devices"] == []


def test_a_connection_that_ends_is_replaced_where_the_method_allows_that(beside: Beside, backend: Scripted) -> None:
    """A GET is asked again, a POST may have happened."""
    ask, asked = beside(), []

    def leaving(came: Came) -> Iterator[bytes]:
        asked.append(came.method)
        if len(asked) % 2 == 0:
            raise OSError
        yield SOUND

    backend.answers["/devices"] = leaving
    assert [ask("GET", "/devices").status, begun(ask).awaited().status] == [200, 200]
    assert asked == ["GET"] * 3
    pending = begun(ask, method="POST")
    assert (pending.awaited().status, asked[3:]) == (502, ["POST"])


def test_a_connection_that_ends_at_the_last_moment_is_noticed(
    beside: Beside, backend: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was found usable just before it ended: the request is sent again, and doesn't wait for its time limit."""
    ask, asked = beside(), []

    def leaving(came: Came) -> Iterator[bytes]:
        asked.append(came)
        yield SOUND
        if len(asked) == 2:
            raise OSError

    backend.answers["/devices"] = leaving
    assert [ask("GET", "/devices").status, begun(ask).awaited().status] == [200, 200]
    assert ask.engine.backend is not None
    [line] = ask.engine.backend._forwarder._idle
    monkeypatch.setattr(Line, "is_usable", lambda _: True)
    until = time.monotonic() + TIMEOUT
    while not line.is_stale and time.monotonic() < until:
        time.sleep(0.001)
    began = time.monotonic()
    assert begun(ask).awaited().status == 200
    assert time.monotonic() - began < TIMEOUT / 2
