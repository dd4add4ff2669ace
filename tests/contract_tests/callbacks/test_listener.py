"""The listener keeps what comes within bounds, answers as its addresses say, and says how it is reached."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from contract_tests.core import listener as module
from contract_tests.core.answer import Answer, Sent
from contract_tests.core.errors import NotChecked, UsageError
from contract_tests.core.limits import Limits
from contract_tests.core.listener import Listener
from contract_tests.run.listening import listen_address, open_listening, public_url
from tests.support import TIMEOUT


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listener on a free port."""
    opened = Listener.open("127.0.0.1", 0)
    yield opened
    opened.close()


def ask(listener: Listener, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
    """The answer to a request."""
    connection = http.client.HTTPConnection("127.0.0.1", int(listener.url.rpartition(":")[2]), timeout=TIMEOUT)
    try:
        connection.request(method, path, body, headers, encode_chunked=body is not None and not isinstance(body, bytes))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_each_address_has_what_came_there(listener: Listener) -> None:
    """Path and query behind it, headers in small letters, the body whole; and its own answer."""
    first, second = listener.box(), listener.box((202, {"Content-Type": "application/json"}, b"{}"))
    assert ask(listener, "POST", f"/{first.token}/done?id=7", b"x", **{"X-A": "1"}) == (204, b"")
    assert ask(listener, "PROPFIND", f"/below/{second.token}", iter([b"a", b"b"])) == (202, b"{}")
    [one], [other] = first.received, second.received
    assert (one.method, one.path, one.query, one.headers["x-a"], one.body) == ("POST", "/done", "id=7", "1", b"x")
    assert (other.method, other.path, other.body, other.answered) == ("PROPFIND", "", b"ab", 202)


def test_what_comes_to_no_address_is_kept_apart(listener: Listener) -> None:
    """With 404, unless the contract has webhooks."""
    assert ask(listener, "POST", "/elsewhere", b"{}")[0] == 404
    listener.reply = (200, {}, b"")
    assert ask(listener, "POST", "/webhooks", b"{}")[0] == 200
    assert [one.path for one in listener.strangers] == ["/elsewhere", "/webhooks"]


def test_a_challenge_is_sent_back(listener: Listener) -> None:
    """As those who ask before they send want it."""
    box = listener.box()
    assert ask(listener, "GET", f"/{box.token}?hub.mode=subscribe&hub.challenge=42") == (200, b"42")


def test_bodies_and_numbers_are_bounded(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that is too large is cut and refused, one in broken chunks too; what is too many is counted."""
    monkeypatch.setattr(module, "LARGEST", 1000)
    monkeypatch.setattr(module, "MOST", 3)
    box = listener.box()
    assert ask(listener, "POST", f"/{box.token}", b"x" * 1001)[0] == 413
    with socket.create_connection(("127.0.0.1", int(listener.url.rpartition(":")[2])), timeout=TIMEOUT) as raw:
        raw.sendall(f"POST /{box.token} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 413")
    for _ in range(3):
        ask(listener, "POST", f"/{box.token}", b"x")
    assert [one.is_cut for one in box.received] == [True, True, False]
    assert listener.dropped == 2


def test_failures_come_first(listener: Listener) -> None:
    """So many requests are answered with 500, for a target that is to send again."""
    box = listener.box(failures=1)
    assert [ask(listener, "POST", f"/{box.token}", b"x")[0] for _ in range(2)] == [500, 204]


def test_a_wait_ends_with_what_was_awaited_or_in_time(listener: Listener) -> None:
    """It needs no longer than that."""
    box, started = listener.box(), time.monotonic()
    assert not listener.wait(lambda: bool(box.received), started + 0.05)
    ask(listener, "POST", f"/{box.token}", b"x")
    assert listener.wait(lambda: bool(box.received), started + 2 * TIMEOUT)
    assert time.monotonic() - started < TIMEOUT


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", ("127.0.0.1", 0)), ("true", ("127.0.0.1", 0)), ("off", ("", 0)), ("9000", ("127.0.0.1", 9000)),
        ("0.0.0.0:9000", ("0.0.0.0", 9000)), ("[::1]:9000", ("::1", 9000)), ("ci.local:0", ("ci.local", 0)),
    ],
)  # fmt: skip
def test_addresses_are_read(text: str, address: tuple[str, int]) -> None:
    """Host and port, the port alone, or nothing."""
    assert listen_address(text) == address


@pytest.mark.parametrize("text", ["host", "host:", "host:x", "1.2.3.4:70000"])
def test_a_wrong_address_is_named(text: str) -> None:
    """With one that is right."""
    with pytest.raises(ValueError, match="isn't an address such as"):
        listen_address(text)


@pytest.mark.parametrize("text", ["tunnel.example", "ftp://a", "http://a/?x=1"])
def test_a_wrong_url_is_named(text: str) -> None:
    """With one that is right."""
    with pytest.raises(ValueError, match="isn't a URL such as"):
        public_url(text)


def gate(url: str) -> Any:
    """What a listener asks of a gate."""

    def fetch(method: str, address: str, *_: object) -> Answer:
        return Answer(Sent(method, address, "", {}), 502, {}, b"")

    return SimpleNamespace(base_url=url, fetch=fetch, limits=Limits(deadline=time.monotonic() + 0.2))


@pytest.mark.parametrize(
    ("address", "url", "target", "own", "words"),
    [
        (None, None, "http://127.0.0.1:1", False, "only received with --listen"),
        (("", 0), None, "http://127.0.0.1:1", True, "--listen off"),
        (("127.0.0.1", 0), None, "http://api.example", False, "api.example can't reach http://127.0.0.1"),
        (
            ("127.0.0.1", 0),
            "http://tunnel.example",
            "http://api.example",
            False,
            "doesn't lead to the listener: it answered 502",
        ),
    ],
)
def test_why_nothing_is_received_is_named(
    address: tuple[str, int] | None, url: str | None, target: str, own: bool, words: str
) -> None:
    """Nobody listens, the target can't reach the listener, or a tunnel leads elsewhere."""
    listening = open_listening(address, url, gate(target), is_own_mock=own)
    try:
        with pytest.raises(NotChecked, match=words):
            listening.get()
    finally:
        listening.close()


def test_without_a_target_the_listener_is_there(listener: Listener) -> None:
    """For the suite's own mock; an address that is in use is wrong usage."""
    listening = open_listening(None, None, gate("http://127.0.0.1:1"), is_own_mock=True)
    assert listening.get().url.startswith("http://127.0.0.1:")
    listening.close()
    with pytest.raises(UsageError, match="in use"):
        Listener.open("127.0.0.1", int(listener.url.rpartition(":")[2]))
