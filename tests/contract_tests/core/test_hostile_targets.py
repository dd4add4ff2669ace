"""Whatever a target does, a run ends within its budget, with the right exit code, and reports what it has learnt."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from contract_tests.cli import main
from contract_tests.run.watchdog import Watchdog
from tests.contract_tests.many.service import Many, contract_of
from tests.contract_tests.reference import Service, handler_for, serve
from tests.contract_tests.small import serving
from tests.support import SPANS, TIMEOUT

BUDGET = 4.0
FLAGS = ["--token", "red-token", "--examples", "2", "--fail-fast", "--suite", "behaviours", "--suite", "conformance"]
HTML = b"<!doctype html>" + b"<p>Please sign in.</p>" * 9000
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Talk = Callable[[socket.socket], None]


@contextlib.contextmanager
def listening(talk: Talk) -> Iterator[str]:
    """A bare socket that treats each connection by `talk`; yields its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def accept() -> None:
            while not ended.is_set():
                with contextlib.suppress(OSError):
                    connection, _ = server.accept()
                    threading.Thread(target=serve_one, args=(connection,), daemon=True).start()

        def serve_one(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                connection.settimeout(TIMEOUT)
                talk(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        ended.set()
        with contextlib.suppress(OSError), socket.create_connection(server.getsockname(), timeout=TIMEOUT):
            thread.join(TIMEOUT)


def hangs(connection: socket.socket) -> None:
    """Takes the request and says nothing until the other side leaves."""
    while connection.recv(65536):
        pass


def resets(connection: socket.socket) -> None:
    """Closes with a reset as soon as something came."""
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def says(answer: bytes, again: bytes = b"") -> Talk:
    """Answers each connection with these bytes, then with `again` for as long as anybody listens."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)
        while again:
            connection.sendall(again)

    return talk


def drips(connection: socket.socket) -> None:
    """Answers a byte at a time, for ever."""
    connection.recv(65536)
    connection.sendall(HEAD + b"Content-Length: 5000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.05)


def drips_headers(connection: socket.socket) -> None:
    """Sends one header after the other, for ever."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: x\r\n")
        time.sleep(0.1)


def whole(body: bytes, media_type: bytes) -> bytes:
    """A complete answer with that body."""
    headers = b"Content-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (media_type, len(body))
    return b"HTTP/1.1 200 OK\r\n" + headers + body


REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: /devices\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
FAILURE = b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
TARGETS: dict[str, tuple[Talk, int, str]] = {
    "hangs": (hangs, 3, "no answer in time"),
    "resets connections": (resets, 3, "does not answer"),
    "closes without a word": (says(b""), 3, "does not answer"),
    "answers garbage": (says(b"\x00\xff garbage \r\n\r\n"), 3, "does not answer"),
    "speaks TLS": (says(b"\x15\x03\x01\x00\x02\x02\x46"), 3, "does not answer"),
    "speaks another protocol": (says(b"SSH-2.0-OpenSSH_9.2\r\n"), 3, "does not answer"),
    "sends headers without end": (says(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 1000 + b"\r\n"), 3, "does not"),
    "sends headers a few bytes at a time": (drips_headers, 3, "does not answer"),
    "breaks its chunks": (says(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nno\r\n"), 3, "does not answer"),
    "answers 200 KB of HTML": (says(whole(HTML, b"text/html")), 3, "does --target name"),
    "answers a body without end": (says(HEAD + b"\r\n", b" " * 65536), 1, "an answer that ends"),
    "answers a byte at a time": (drips, 1, "an answer that ends"),
    "stops in the middle of a body": (says(HEAD + b"Content-Length: 500\r\n\r\n{"), 1, "breaks off"),
    "redirects to itself": (says(REDIRECT), 3, "nothing was learnt"),
    "fails at everything": (says(FAILURE), 3, "nothing was learnt"),
    "answers an empty object": (says(whole(b"{}", b"application/json")), 1, "field missing: success"),
    "answers deep nesting": (says(whole(b"[" * 50_000, b"application/json")), 1, "JSON"),
}


@pytest.fixture
def last_resort(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The watchdog would end this process; here it is only asked for how long it would have waited."""
    asked: list[float] = []

    def watch(seconds: float, _: object) -> contextlib.nullcontext[None]:
        asked.append(seconds)
        return contextlib.nullcontext()

    monkeypatch.setattr("contract_tests.run.session.Watchdog", watch)
    return asked


def test_the_last_resort_tells_what_was_learnt_and_leaves() -> None:
    """When all else hangs, the last words are said and the process ends with their exit code."""
    left: list[int] = []
    done = threading.Event()

    def leave(code: int) -> None:
        left.append(code)
        done.set()

    with Watchdog(0.01, lambda: 1, leave):
        assert done.wait(TIMEOUT)
    assert left == [1]
    with Watchdog(30, lambda: 1, leave):
        pass
    assert left == [1]


@pytest.mark.parametrize("what", TARGETS)
def test_a_hostile_target_is_checked_or_given_up(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], last_resort: list[float]
) -> None:
    """Exit 3 if nothing can be checked, 1 if the answers break the contract; the report names the problem."""
    talk, code, words = TARGETS[what]
    for longer in SPANS:
        started, limits = time.monotonic(), ["--timeout", str(0.4 * longer), "--budget", str(BUDGET * longer)]
        with listening(talk) as url:
            got = main(["--target", url, *FLAGS, *limits, "--report", str(tmp_path)])
        took, printed = time.monotonic() - started, capsys.readouterr().out
        assert "Traceback" not in printed
        assert 0 < last_resort.pop() <= BUDGET * longer
        assert json.loads((tmp_path / "report.json").read_text())["exit_code"] == got
        if (found := (got, words in printed, took < (BUDGET + 5) * longer)) == (code, True, True):
            break
    assert found == (code, True, True), printed  # the last resort would have come at the budget


def failing_after(requests: int, misbehave: Callable[[Any], None]) -> Any:
    """A handler class for `serve` that is sound at first, then misbehaves for ever."""

    def make(service: Service) -> type[BaseHTTPRequestHandler]:
        sound = handler_for(service)

        def do(handler: Any) -> None:
            sound.do(handler) if len(service.log) < requests else misbehave(handler)  # type: ignore[attr-defined]

        return type("Handler", (sound,), {f"do_{method}": do for method in ("GET", "POST", "DELETE", "PUT", "PATCH")})

    return make


def vanish(handler: Any) -> None:
    """Close the connection, and every one after it."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def fall_silent(handler: Any) -> None:
    """Answer nothing until the other side leaves."""
    with contextlib.suppress(OSError):
        handler.connection.recv(1)
    handler.close_connection = True


@pytest.mark.usefixtures("last_resort")
@pytest.mark.parametrize("misbehave", [vanish, fall_silent])
def test_results_before_a_target_died_are_reported(
    misbehave: Callable[[Any], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 3, and the report has the promises that were checked before."""
    for longer in SPANS:
        with serve(Service(), failing_after(40, misbehave)) as url:
            limits = ["--timeout", str(0.4 * longer), "--budget", str(30 * longer)]
            code = main(["--target", url, *FLAGS, *limits, "--report", str(tmp_path)])
        report = json.loads((tmp_path / "report.json").read_text())
        found = code, report["counts"]["kept"] >= 3, "stopped answering" in report["stopped"]
        if found == (3, True, True):
            return
    raise AssertionError(capsys.readouterr().out)


def test_a_slow_target_is_left_in_time(tmp_path: Path, last_resort: list[float]) -> None:
    """The budget of a large contract ends between two requests: what was made is removed, or reported."""
    spec = tmp_path / "many.json"
    spec.write_text(json.dumps(contract_of(8)))
    for longer in SPANS:
        service = Many(8, seconds=0.05 * longer)
        before, budget = paths(service), BUDGET * longer
        with serving(service) as url:
            code = main(["--target", url, "--spec", str(spec), "--budget", str(budget), "--report", str(tmp_path)])
        report = json.loads((tmp_path / "report.json").read_text())
        assert (code, report["stopped"]) == (3, f"the budget of {budget:g} s is spent")
        assert last_resort.pop()
        assert paths(service) - before == {left.partition(":")[0] for left in report["left_behind"]}
        took = service.visits[-1].at - service.visits[0].at if service.visits else 0.0
        if service.count("POST") and took < budget + 2 * longer:
            return
    raise AssertionError(f"it takes {took:g} s")  # without a budget, it takes minutes


def paths(service: Many) -> set[str]:
    """The paths of all records."""
    return {f"/{kind}/{key}" for kind, records in service.kinds.items() for key in records}
