"""`mockserver proxy` as a process: streams in both directions, and a backend that fails in many ways."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import quote

import pytest

from mockserver.web.server import free_port
from tests.mockserver.upstream.scripted import Came, Script, Scripted, answer, started
from tests.support import TIMEOUT, LiveMock

SOUND = answer({"success": True, "devices": []})
PARTS = [b"a" * 90_000, b"b" * 90_000]


@contextmanager
def waiting(running: Scripted, seconds: int) -> Iterator[LiveMock]:
    """A mock in front of the backend that waits so long for it, and checks bodies of up to 100 kB."""
    flags = ("--upstream-timeout", f"{seconds}s", "--max-body", "100KB")
    mock = LiveMock(*flags, run=("proxy", running.url)).wait_until_started()
    try:
        yield mock
        assert mock.interrupt() == 0
    finally:
        mock.kill()


@pytest.fixture(scope="module")
def proxy(running: Scripted) -> Iterator[LiveMock]:
    """A mock that waits as long as a mock may."""
    with waiting(running, 30) as mock:
        yield mock


@pytest.fixture(scope="module")
def hasty(running: Scripted) -> Iterator[LiveMock]:
    """A mock that waits a second."""
    with waiting(running, 1) as mock:
        yield mock


def answers(hasty: LiveMock) -> bool:
    """Whether a mock answers; one that waits a second only is asked again where the machine was slower than that."""
    until = time.monotonic() + TIMEOUT
    while (status := ask(hasty, "GET", "/devices").status) == 504 and time.monotonic() < until:
        pass
    return status == 200


def ask(proxy: LiveMock, method: str, path: str, body: bytes | None = None) -> http.client.HTTPResponse:
    """The head of an answer; its body is still to be read."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=TIMEOUT)
    connection.request(method, path, body, {"Authorization": "Bearer t", "Connection": "close"})
    return connection.getresponse()


def test_events_arrive_as_they_are_sent(proxy: LiveMock, backend: Scripted) -> None:
    """Each as soon as it is there: the next one is sent when the client has the last."""
    arrived = threading.Semaphore(0)

    def events(_: Came) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
        for number in range(3):
            yield b"data: %d\n\n" % number
            assert arrived.acquire(timeout=TIMEOUT)

    backend.answers["/events"] = events
    response = ask(proxy, "GET", "/events")
    for number in range(3):
        assert response.readline() == b"data: %d\n" % number
        assert response.readline() == b"\n"
        arrived.release()
    assert response.read() == b""


def test_many_silent_streams_are_held(proxy: LiveMock, backend: Scripted) -> None:
    """And others are answered meanwhile; they end when the backend ends them."""
    end = threading.Event()

    def silent(_: Came) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n: hello\n\n"
        end.wait(TIMEOUT)
        yield b"data: end\n\n"

    backend.answers["/silent"], backend.answers["/devices"] = silent, SOUND
    streams = [ask(proxy, "GET", "/silent") for _ in range(40)]
    assert ask(proxy, "GET", "/devices").status == 200
    end.set()
    assert {stream.read() for stream in streams} == {b": hello\n\ndata: end\n\n"}


def test_large_bodies_pass_both_ways(proxy: LiveMock, backend: Scripted) -> None:
    """They are not held, and not checked; their lengths stay."""
    sent = bytes(range(256)) * 8000

    def digest(came: Came) -> list[bytes]:
        return [answer(sent, "200 OK", "application/octet-stream", f"X-Got: {hashlib.sha1(came.body).hexdigest()}")]

    backend.answers["/files"] = digest
    response = ask(proxy, "PUT", "/files", sent)
    assert (response.headers["x-got"], response.headers["content-length"]) == (
        hashlib.sha1(sent).hexdigest(),
        str(len(sent)),
    )
    assert "isn't checked" in response.headers["mock-by"]
    assert response.read() == sent


def test_a_body_of_unknown_length_passes(proxy: LiveMock, backend: Scripted) -> None:
    """In chunks, in both directions."""

    def chunked(came: Came) -> list[bytes]:
        whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        return [whole, b"%x\r\n%b\r\n" % (len(came.body), came.body), b"0\r\n\r\n"]

    backend.answers["/chunks"] = chunked
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=TIMEOUT)
    connection.request("POST", "/chunks", iter(PARTS), {"Connection": "close"}, encode_chunked=True)
    assert connection.getresponse().read() == b"".join(PARTS)


def test_json_that_turns_out_too_large_passes(proxy: LiveMock, backend: Scripted) -> None:
    """Its length isn't known from the start: what has been read of it leaves first, and it isn't checked."""
    pieces = [b"[", *[b'"' + b"x" * 30_000 + b'",'] * 9, b"1]"]

    def chunked(_: Came) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        for piece in pieces:
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
        yield b"0\r\n\r\n"

    backend.answers["/devices"] = chunked
    response = ask(proxy, "GET", "/devices")
    assert response.read() == b"".join(pieces)
    assert "isn't checked" in response.headers["mock-by"]
    assert "mock-violations" not in response.headers


FAILURES = {
    "closes": (b"", 502, "without an answer"),
    "garbage": (b"hello\r\n\r\n", 502, "isn't HTTP"),
    "half": (answer({"success": True, "devices": []})[:-5] + b"", 502, "breaks off"),
    "many headers": (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 300 + b"\r\n", 502, "isn't HTTP"),
    "a long header": (b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n", 502, "isn't HTTP"),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_a_broken_answer_is_a_502(kind: str, proxy: LiveMock, backend: Scripted) -> None:
    """As a problem that says what is wrong."""
    raw, status, words = FAILURES[kind]

    def breaking(_: Came) -> Iterator[bytes]:
        yield raw
        raise OSError

    backend.answers["/devices"] = breaking
    response = ask(proxy, "GET", "/devices")
    problem = json.loads(response.read())
    assert (response.status, response.headers["content-type"]) == (status, "application/problem+json")
    assert words in problem["detail"]


def test_slow_answers_are_a_504(hasty: LiveMock, backend: Scripted) -> None:
    """Also where a byte comes now and then; others are answered meanwhile."""
    done = threading.Event()

    def dribbling(_: Came) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n"
        while not done.wait(0.2):
            yield b"X"

    backend.answers["/slow"], backend.answers["/devices"] = dribbling, SOUND
    slow = http.client.HTTPConnection("127.0.0.1", hasty.port, timeout=TIMEOUT)
    slow.request("GET", "/slow", headers={"Connection": "close"})
    assert answers(hasty)
    response = slow.getresponse()  # within TIMEOUT, though bytes come for ever
    done.set()
    assert response.status == 504
    assert "--upstream-timeout" in json.loads(response.read())["detail"]


def endless(_: Came) -> Iterator[bytes]:
    """A head that never ends, fast."""
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X: " + b"y" * 1000 + b"\r\n"


def hinting(_: Came) -> Iterator[bytes]:
    """Interim answers for ever, with pauses."""
    while not FINISHED.wait(0.05):
        yield b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"


def hurrying(_: Came) -> Iterator[bytes]:
    """The same without pauses."""
    while True:
        yield b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100


def resetting(_: Came) -> Iterator[bytes]:
    """Half a body, and the connection is gone."""
    yield SOUND[:-5]
    raise OSError


BOMB = gzip.compress(b'{"success": true, "devices": [' + b" " * 50_000_000 + b"]}", 1)
FINISHED = threading.Event()
HARM: dict[str, tuple[Script | bytes, int]] = {
    "endless head": (endless, 502),
    "hints": (hinting, 504),
    "many hints": (hurrying, 502),
    "reset": (resetting, 502),
    "no chunks": (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 502),
    "two lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 502),
    "another protocol": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 502),
    "a bomb": (answer(BOMB, "200 OK", "application/json", "Content-Encoding: gzip"), 200),
    "a loop": (answer({}, "302 Found", "application/json", "Location: /a%20loop"), 302),
}  # fmt: skip


def test_what_goes_wrong_harms_no_other_request(proxy: LiveMock, hasty: LiveMock, backend: Scripted) -> None:
    """Each fault ends as a problem or within bounds, on new connections and kept ones, while others are answered."""
    FINISHED.clear()
    backend.answers |= {"/devices": SOUND, **{f"/{quote(name)}": script for name, (script, _) in HARM.items()}}
    with ThreadPoolExecutor(len(HARM)) as pool:
        for _ in range(2):
            harmed = {
                name: pool.submit(ask, hasty if status == 504 else proxy, "GET", f"/{quote(name)}")
                for name, (_, status) in HARM.items()
            }
            assert {ask(proxy, "GET", "/devices").status for _ in range(20)} == {200}
            assert answers(hasty)
            found = {name: one.result(TIMEOUT) for name, one in harmed.items()}
            assert {name: one.status for name, one in found.items()} == {
                name: status for name, (_, status) in HARM.items()
            }
            problems = [one for one in found.values() if one.status > 500]
            assert {one.headers["content-type"] for one in problems} == {"application/problem+json"}
            assert len(found["a bomb"].read()) == len(BOMB)
    FINISHED.set()


def test_the_token_goes_to_no_other_host(proxy: LiveMock, backend: Scripted) -> None:
    """Redirects to another host are passed on, and nobody connects to it."""
    other, end = started()
    try:
        for path in ("/devices", "/elsewhere", "/elsewhere"):
            backend.answers[path] = answer({}, "307 Temporary Redirect", "text/plain", f"Location: {other.url}/devices")
            response = ask(proxy, "GET", path)
            assert (response.status, response.headers["location"]) == (307, f"{other.url}/devices")
            asked = f"http://127.0.0.1:{other.port}/devices"
            connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=TIMEOUT)
            connection.request("GET", asked, headers={"Authorization": "Bearer t", "Host": f"127.0.0.1:{other.port}"})
            assert connection.getresponse().read() is not None
            connection.close()
        assert (other.connections, other.came) == (0, [])
    finally:
        end()


def test_a_stream_that_breaks_off_breaks_off(proxy: LiveMock, backend: Scripted) -> None:
    """The client doesn't take it for whole."""

    def half(_: Came) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 1000000\r\n\r\n" + bytes(1000)
        raise OSError

    backend.answers["/picture"] = half
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        ask(proxy, "GET", "/picture").read()


def test_a_backend_that_is_not_there_is_a_502() -> None:
    """The problem names the address."""
    with free_port("127.0.0.1") as port:
        mock = LiveMock(run=("proxy", f"http://127.0.0.1:{port}")).wait_until_started()
        try:
            response = ask(mock, "GET", "/devices")
            assert response.status == 502
            assert f"http://127.0.0.1:{port} can't be reached" in json.loads(response.read())["detail"]
        finally:
            mock.kill()
