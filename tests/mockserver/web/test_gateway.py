"""Clients that are slow, answers that wait and the end of the process: nobody else waits for them."""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from mockserver.web.gateway import Gateway
from mockserver.web.leader import Relay, Turn
from tests.mockserver.web.delays import hold_nobody_up
from tests.support import SPANS, TIMEOUT, LiveMock

_HEAD = (
    "POST /devices/trust HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice-token\r\nContent-Type: application/json\r\n"
)
_BODY = b'{"fingerprint": "fp-alice-macbook"}'


@pytest.fixture(scope="module")
def mock() -> Iterator[LiveMock]:
    """A mock that waits half a second for a body, and takes small ones."""
    mock = LiveMock("--read-timeout", "500ms", "--max-body", "10KB").wait_until_started()
    try:
        yield mock
    finally:
        mock.kill()


@pytest.fixture(scope="module")
def patient() -> Iterator[LiveMock]:
    """A mock that takes small bodies, and waits for large ones however busy the machine is."""
    mock = LiveMock("--max-body", "10KB").wait_until_started()
    try:
        yield mock
    finally:
        mock.kill()


def _sent(port: int, text: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
    connection.sendall(text)
    return connection


def _answer(connection: socket.socket) -> tuple[int, dict[str, Any]]:
    """The status and the JSON of the answer on a connection."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    value: dict[str, Any] = json.loads(response.read())
    return response.status, value


def _half() -> bytes:
    return f"{_HEAD}Content-Length: 99\r\n\r\n{{".encode()


def _requests(mock: LiveMock) -> int:
    with socket.create_connection(("127.0.0.1", mock.port), timeout=TIMEOUT) as connection:
        connection.sendall(b"GET /__mock__/worlds/main/requests HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        return len(_answer(connection)[1]["requests"])


def test_many_half_bodies_stop_nobody(mock: LiveMock) -> None:
    """A hundred clients that send half a body get a 408 after --read-timeout, and others are answered meanwhile."""
    halves = [_sent(mock.port, _half()) for _ in range(100)]
    try:
        assert [mock.status_of_devices() for _ in range(10)] == [200] * 10
        answers = [_answer(half) for half in halves]
    finally:
        for half in halves:
            half.close()
    assert {status for status, _ in answers} == {408}
    assert "--read-timeout" in answers[0][1]["detail"]


def test_a_whole_body_is_answered_beside_many_halves(patient: LiveMock) -> None:
    """No half body keeps a thread from it."""
    halves = [_sent(patient.port, _half()) for _ in range(100)]
    try:
        whole = _sent(patient.port, f"{_HEAD}Content-Length: {len(_BODY)}\r\n\r\n".encode() + _BODY)
        assert _answer(whole)[0] == 200
        whole.close()
    finally:
        for half in halves:
            half.close()


def test_the_rest_of_a_body_after_its_time_changes_nothing(mock: LiveMock) -> None:
    """The request has its answer already, and is not performed."""
    body = _BODY.replace(b"macbook", b"ipad")
    slow = _sent(mock.port, f"{_HEAD}Content-Length: {len(body)}\r\n\r\n".encode() + body[:5])
    assert _answer(slow)[0] == 408
    before = _requests(mock)
    slow.sendall(body[5:])
    assert slow.recv(1) == b""  # the connection ends without another answer
    slow.close()
    assert _requests(mock) == before


def test_a_body_that_ends_early_is_refused(patient: LiveMock) -> None:
    """A client that closes its side after 34 of 100 bytes has not sent a request (RFC 9112, section 8)."""
    short = _sent(patient.port, f"{_HEAD}Content-Length: 100\r\n\r\n".encode() + _BODY[:34])
    short.shutdown(socket.SHUT_WR)
    status, problem = _answer(short)
    short.close()
    assert status == 400
    assert "34 of the 100 bytes" in problem["error"]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["Host: x", "Host: x"],
        ["Host: x", "Host: y"],
        ["Host:"],
        ["Host: a b"],
        ["Host: a/b"],
        ["Host: a@b"],
        ["Host: a:b"],
        ["Host: 127.0.0.1:80.evil.example"],
        ["Host: [::1"],
        ["Host: [1.2.3.4]"],
        ["Host: \xe9"],
    ],
)
@pytest.mark.parametrize("path", ["/devices", "/__mock__/health"])
def test_one_valid_host_is_required(mock: LiveMock, path: str, lines: list[str]) -> None:
    """RFC 9112, section 3.2: none, two or an invalid one is 400, and so the control API never sees it."""
    head = "".join(f"{line}\r\n" for line in (f"GET {path} HTTP/1.1", *lines, "Authorization: Bearer alice-token"))
    response = mock.raw(f"{head}\r\n".encode("latin-1"))
    assert (response.status, response.headers["connection"]) == (400, "close")
    assert "Host" in response.json["detail"]


@pytest.mark.parametrize("host", ["x", "x:1", "x:", "[::1]:80", "a_b.example", "%41", "127.0.0.1"])
def test_any_valid_host_will_do(mock: LiveMock, host: str) -> None:
    """The mock may have any name; HTTP/1.0 needs none."""
    assert mock.raw(f"GET /health HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()).status == 404
    assert mock.raw(b"GET /health HTTP/1.0\r\n\r\n").status == 404


@pytest.mark.parametrize(
    ("codings", "status"),
    [
        ("chunked", 200),
        ("Chunked", 200),
        ("gzip, chunked", 501),
        ("foo, chunked", 501),
        ("chunked, chunked", 400),
        ("gzip", 400),
        ("chunked, gzip", 400),
    ],
)
def test_only_chunked_is_known(patient: LiveMock, codings: str, status: int) -> None:
    """Another transfer coding is 501 (RFC 9112, section 7), and 400 where nothing says where the body ends (6.3)."""
    chunks = f"{len(_BODY):x}\r\n".encode() + _BODY + b"\r\n0\r\n\r\n"
    assert patient.raw(f"{_HEAD}Transfer-Encoding: {codings}\r\n\r\n".encode() + chunks).status == status


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [20_000, 31_000_000])
@pytest.mark.parametrize("path", ["/devices/trust", "/__mock__/worlds/main/state"])
def test_a_body_larger_than_max_body_is_refused(patient: LiveMock, path: str, size: int, chunked: bool) -> None:
    """Its client reads the 413, as the mock reads all that it sends; the connection of others is none the slower."""
    connection = patient.connection()
    headers = {"Authorization": "Bearer alice-token", "Content-Type": "application/json"}
    body = b"1" * size
    connection.request("PUT", path, iter((body,)) if chunked else body, headers, encode_chunked=chunked)
    response = connection.getresponse()
    problem = json.loads(response.read())
    connection.close()
    assert (response.status, "10000 bytes (--max-body)" in problem["detail"]) == (413, True)


def test_a_body_that_nobody_sends_by_mistake_is_not_read(mock: LiveMock) -> None:
    """The refusal comes at once, and ends the connection."""
    response = mock.raw(f"{_HEAD}Content-Length: 99999999999\r\n\r\n".encode())
    assert response.status == 413


def test_hundreds_of_delayed_answers_hold_nobody_up(mock: LiveMock) -> None:
    """They wait at the same time, without a thread each."""
    assert any(hold_nobody_up(mock, 300, seconds) for seconds in SPANS)


def test_streams_have_threads_of_their_own(mock: LiveMock) -> None:
    """Consoles that follow the requests are no reason for others to wait."""
    events = [
        _sent(mock.port, b"GET /__mock__/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") for _ in range(140)
    ]  # more than the server has threads
    try:
        assert all(event.recv(12) == b"HTTP/1.1 200" for event in events)
        assert [mock.status_of_devices() for _ in range(10)] == [200] * 10
    finally:
        for event in events:
            event.close()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1"])
def test_answers_that_are_under_way_end(name: str) -> None:
    """A signal ends the mock with exit code 0 after the answers that it owes, and long before --drain is over."""
    mock = LiveMock("--drain", "30s").wait_until_started()
    with ThreadPoolExecutor(5) as pool:
        late = [pool.submit(mock.status_of_devices, **{"Mock-Delay": "700ms"}) for _ in range(5)]
        _wait_for(mock, len(late))
        began = time.monotonic()
        os.kill(mock.process.pid, getattr(signal, name))
        assert mock.wait_for_exit() == 0
        assert [one.result() for one in late] == [200] * 5
        assert time.monotonic() - began < 30


def test_an_end_waits_no_longer_than_it_may() -> None:
    """With --drain 0s nobody is waited for."""
    mock = LiveMock("--drain", "0s").wait_until_started()
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(mock.status_of_devices, **{"Mock-Delay": "30s"})
        _wait_for(mock, 1)
        os.kill(mock.process.pid, signal.SIGTERM)
        assert mock.wait_for_exit() == 0
        assert isinstance(late.exception(), (http.client.HTTPException, OSError))


def _wait_for(mock: LiveMock, count: int) -> None:
    """Wait until so many requests have arrived."""
    until, pause = time.monotonic() + TIMEOUT, threading.Event()
    while _requests(mock) < count:
        assert time.monotonic() < until
        pause.wait(0.01)


class _Input:
    """The body of a request, as the server hands it out."""

    def __init__(self, body: bytes) -> None:
        self._body = io.BytesIO(body)

    def read(self, size: int) -> bytes:
        return self._body.read(size)


@pytest.mark.parametrize(
    ("size", "headers", "alone"),
    [(600_000, {}, True), (10, {"HTTP_CONTENT_ENCODING": "gzip"}, True), (10, {}, False)],
)
def test_large_bodies_are_answered_one_at_a_time(size: int, headers: dict[str, str], alone: bool) -> None:
    """Their values take much memory, and every other thread waits for them; what is packed may be large as well."""
    inside, ends = threading.Semaphore(0), threading.Event()

    def front(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("204 No Content", [])
        if environ["PATH_INFO"] == "/large":
            inside.release()
            assert ends.wait(TIMEOUT)
        return [b""]

    front.engine = SimpleNamespace(settings=SimpleNamespace(max_body=1_000_000))  # type: ignore[attr-defined]
    front.passes_on = False  # type: ignore[attr-defined]
    gateway = Gateway(front, Relay(), 30.0)  # type: ignore[arg-type]
    handle = SimpleNamespace(response_bytes=lambda *_: None)

    def ask(path: str, body: bytes, **more: str) -> None:
        environ = {"HTTP_HOST": "x", "SERVER_PROTOCOL": "HTTP/1.1", "CONTENT_LENGTH": str(len(body)), "PATH_INFO": path}
        gateway.work(Turn(threading.get_ident()), handle, {**environ, **more, "wsgi.input": _Input(body)})

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(ask, "/large", b"x" * size, **headers) for _ in range(2)]
        try:
            assert inside.acquire(timeout=TIMEOUT)
            assert inside.acquire(timeout=0.2 if alone else TIMEOUT) is not alone
            ask("/small", b"x")  # which waits for neither
        finally:
            ends.set()
        assert [one.result() for one in both] == [None, None]
