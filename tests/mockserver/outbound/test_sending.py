"""A receiver that is slow, silent, gone or odd costs a bounded time and size, and a few words."""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from time import sleep

import pytest

from mockserver.outbound.addresses import Target
from mockserver.outbound.sending import MOST, Sent, send
from mockserver.web.server import free_port
from tests.support import SPANS, TIMEOUT

Serve = Callable[[socket.socket], object]


@pytest.fixture
def answered() -> Iterator[Callable[..., Sent]]:
    """Sends a request to a server that treats its one connection so."""
    servers: list[socket.socket] = []

    def sent(serve: Serve, timeout: float = TIMEOUT, **headers: str) -> Sent:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def run() -> None:
            with suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    connection.recv(65536)
                    serve(connection)

        threading.Thread(target=run, daemon=True).start()
        target = Target("http", "127.0.0.1", server.getsockname()[1], "127.0.0.1", "/hook")
        return send(target, "POST", headers, b"{}", timeout)

    yield sent
    for server in servers:
        server.close()


def test_an_answer_is_read(answered: Callable[..., Sent]) -> None:
    """Its status, headers and body; a redirect too, which nobody follows."""
    sent = answered(
        lambda one: one.sendall(b"HTTP/1.1 307 -\r\nLocation: http://10.0.0.1/\r\nContent-Length: 2\r\n\r\nok")
    )
    assert (sent.status, sent.body, sent.trouble) == (307, b"ok", "")
    assert ("Location", "http://10.0.0.1/") in sent.headers


def test_a_long_answer_is_cut(answered: Callable[..., Sent]) -> None:
    """Only its beginning is read."""
    sent = answered(lambda one: one.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (4 * MOST)))
    assert (sent.status, len(sent.body)) == (200, MOST)


def drip(connection: socket.socket) -> None:
    """Send a byte now and then, until nobody reads them."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x")
        sleep(0.02)


def test_silence_is_given_up(answered: Callable[..., Sent]) -> None:
    """After the time limit: the receiver waits until the sender has left."""
    sent = answered(lambda one: deque(iter(partial(one.recv, 65536), b"")), timeout=0.2)
    assert (sent.status, sent.trouble) == (0, "no answer within 0.2 s")


def test_a_body_without_end_is_cut(answered: Callable[..., Sent]) -> None:
    """The time limit holds for all of the answer, which would never end; its status counts."""
    sent = next(sent for seconds in (0.2, *SPANS) if (sent := answered(drip, timeout=seconds)).status)
    assert (sent.status, sent.body[:1], len(sent.body) < MOST) == (200, b"x", True)


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_no_answer_is_trouble(answered: Callable[..., Sent], said: bytes) -> None:
    """Of a server that isn't one for HTTP."""
    sent = answered(lambda one: one.sendall(said))
    assert (sent.status, sent.trouble.startswith("the connection failed")) == (0, True)


def test_no_header_is_injected(answered: Callable[..., Sent]) -> None:
    """A value with a line break isn't sent."""
    assert answered(lambda one: one.sendall(b""), Odd="a\r\nX-Injected: 1").status == 0


def test_nobody_listens() -> None:
    """It is said so."""
    with free_port("127.0.0.1") as port:
        sent = send(Target("http", "127.0.0.1", port, "127.0.0.1", "/"), "POST", {}, b"", TIMEOUT)
    assert sent.trouble == "nobody listens there"
