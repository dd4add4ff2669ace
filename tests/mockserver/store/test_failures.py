"""What happens when a store fails: one line at the start, a 503 while it runs, and nothing that is old."""

from __future__ import annotations

import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli.commands import main
from mockserver.errors import StoreLost, Unavailable, UsageError
from mockserver.exchange.building import build_engine
from mockserver.exchange.engine import Engine
from mockserver.exchange.stores import ledger_of
from mockserver.state import redis_line
from mockserver.state.log_store import LogStore
from mockserver.state.redis_line import RedisLine
from tests.mockserver.control.conftest import Control
from tests.mockserver.store.servers import RedisServer
from tests.support import TIMEOUT, Ask, ClientResponse, Clock, bundled_settings, run_mock

TRUST = {"fingerprint": "fp-alice-ipad"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis server that a test may break; what it has written is on its disk."""
    with RedisServer(tmp_path, "--appendonly", "yes", "--appendfsync", "always") as started:
        yield started


@pytest.fixture
def on_redis(server: RedisServer, clock: Clock) -> Ask:
    """A mock on that server, which has answered a request."""
    ask = Ask(build_engine(bundled_settings(store=server.url), clock=clock))
    assert ask("DELETE", "/devices/dev-01").status == 200
    return ask


@pytest.fixture
def impatient(server: RedisServer, clock: Clock) -> Ask:
    """A mock on that server that waits 0.3 s for it, and has been answered in that time."""
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        with suppress(Unavailable):  # a slow machine takes longer now and then
            ask = Ask(build_engine(bundled_settings(store=server.url, store_timeout=300), clock=clock))
            if ask("DELETE", "/devices/dev-01").status in (200, 404):
                return ask
    raise AssertionError("the server never answers within 0.3 s")


def _must_be_lost(answer: ClientResponse, words: str) -> None:
    assert answer.status == 503, answer
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json["detail"], answer.json


def _started(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code of a mock that cannot start, and its line on standard error."""
    capsys.readouterr()  # what other mocks of the test have said
    code = main(["mock", "--port", "0", *arguments])
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return code, error


def test_a_server_that_is_not_there_ends_the_start() -> None:
    """With exit code 3 and one line, which shows no password."""
    result = run_mock("mock", "--store", "redis://me:secret@127.0.0.1:1/0")
    assert result.returncode == 3
    assert result.stderr.count("\n") == 1
    assert "Redis at 127.0.0.1:1 can't be reached" in result.stderr
    assert "secret" not in result.stderr


@pytest.mark.parametrize("password", ["", "user:mistaken@"])
def test_a_wrong_password_ends_the_start(tmp_path: Path, capsys: pytest.CaptureFixture[str], password: str) -> None:
    """None at all as well; the line says how to write it."""
    with RedisServer(tmp_path, "--requirepass", "right") as server:
        url = server.url.replace("unix://", f"unix://{password}")
        code, error = _started(capsys, "--store", url)
    assert code == 3
    assert "refuses the user or the password" in error
    assert "mistaken" not in error


@pytest.mark.parametrize("store", ["postgres://x", "sqlite", "redis:x", ""])
def test_an_unknown_store_is_refused(capsys: pytest.CaptureFixture[str], store: str) -> None:
    """With the forms that there are; an empty variable is no store."""
    if store:
        code, error = _started(capsys, "--store", store)
        assert code == 2
        assert "use memory, sqlite:FILE or redis://HOST:PORT/DB" in error


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install."""
    for name in ("mockserver.state.redis", "mockserver.state.redis_line", "mockserver.state.redis_servers"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "redis", None)
    monkeypatch.setitem(sys.modules, "redis.backoff", None)
    with pytest.raises(UsageError, match=r"redis isn't installed \(pip install 'flashback-mock\[redis\]'\)"):
        ledger_of(bundled_settings(store="redis://127.0.0.1"), "n")


def test_a_lost_server_is_told_and_found_again(server: RedisServer, on_redis: Ask) -> None:
    """503 for requests and control calls while it is away; afterwards all that was acknowledged is there."""
    control = Control(on_redis.engine)
    server.signal(signal.SIGKILL)
    _must_be_lost(on_redis("GET", "/devices"), "can't be reached")
    _must_be_lost(on_redis("POST", "/devices/trust", json=TRUST), "can't be reached")
    _must_be_lost(on_redis("GET", "/nothing"), "can't be reached")
    health = control("GET", "/health")
    assert (health.status, health.json["status"]) == (503, "store lost")
    assert control("GET", "/worlds").status == 503
    server.start()
    assert on_redis("GET", "/devices/dev-01").status == 404
    assert control("GET", "/health").json["status"] == "ok"


def test_a_page_sees_the_503_of_a_lost_server(
    server: RedisServer, on_redis: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    """With CORS headers, on the preflight too; the terminal has one line for the outage and one for its end."""
    origin = {"origin": "http://app.example"}
    server.signal(signal.SIGKILL)
    asked = on_redis("OPTIONS", "/devices", headers={**origin, "access-control-request-method": "GET"})
    lost = on_redis("GET", "/devices", headers=origin)
    assert (asked.status, asked.headers["access-control-allow-methods"]) == (204, "GET")
    assert "Retry-After" in lost.headers["access-control-expose-headers"]
    for answer in (asked, lost):
        assert answer.headers["access-control-allow-origin"] == origin["origin"]
    server.start()
    for _ in range(2):
        assert on_redis("GET", "/devices").status == 200
    began, ended = capsys.readouterr().err.splitlines()
    assert "503 until the store works again: Redis at" in began
    assert ended == "mockserver: the store works again"


def test_a_mock_connects_as_often_as_it_must(on_redis: Ask) -> None:
    """Hundreds of lost connections leave no limit behind."""
    store = on_redis.engine.store
    assert isinstance(store, LogStore)
    for _ in range(300):
        store.ledger._line.close()  # type: ignore[attr-defined]
        store.load("main")
    assert on_redis("GET", "/devices").status == 200


def test_a_silent_server_costs_the_timeout(
    server: RedisServer, impatient: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request waits for no longer, and the next ones don't wait for a while; it goes on by itself."""
    server.signal(signal.SIGSTOP)
    asked, really = [], RedisLine._answers
    with monkeypatch.context() as patch:
        now = time.monotonic()
        patch.setattr(redis_line, "monotonic", lambda: now)
        patch.setattr(RedisLine, "_answers", lambda line, asks: asked.append(asks) or really(line, asks))
        for _ in range(10):
            _must_be_lost(impatient("GET", "/devices"), "doesn't answer within 0.3 s")
        assert len(asked) == 1
    server.signal(signal.SIGCONT)
    until = time.monotonic() + TIMEOUT
    while (answer := impatient("GET", "/devices")).status == 503:
        assert time.monotonic() < until
    assert (answer.status, b"dev-01" in answer.body) == (200, False)


def test_a_full_server_refuses_writes(server: RedisServer, on_redis: Ask) -> None:
    """Nothing is changed; the reason names the setting."""
    server.ask("CONFIG", "SET", "maxmemory", "1")
    _must_be_lost(on_redis("DELETE", "/devices/dev-02"), "has reached its maxmemory")
    server.ask("CONFIG", "SET", "maxmemory", "0")
    assert on_redis("GET", "/devices/dev-02").status == 200


def test_a_replica_is_refused(server: RedisServer, on_redis: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    """While running and at the start."""
    server.ask("REPLICAOF", "127.0.0.1", "1")
    _must_be_lost(on_redis("DELETE", "/devices/dev-02"), "replica that can't be written")
    code, error = _started(capsys, "--store", server.url, "--namespace", "other")
    assert code == 3
    assert "replica that can't be written" in error


def test_a_world_that_lost_a_part_is_not_shown(server: RedisServer, on_redis: Ask, clock: Clock) -> None:
    """Neither by who has seen less of it nor by who knows nothing; others are as they were."""
    other = Ask(build_engine(bundled_settings(store=server.url), clock=clock))
    assert other("GET", "/devices").status == 200
    on_redis("DELETE", "/devices/dev-02")
    for key in server.keys(":changes"):
        server.ask("DEL", f'"{key}"')
    fresh = Ask(build_engine(bundled_settings(store=server.url), clock=clock))
    for ask in (other, fresh):
        _must_be_lost(ask("GET", "/devices"), "lost a part")
        assert ask("GET", "/devices", "alice-token~w").status == 200


def test_another_format_is_refused(server: RedisServer) -> None:
    """With what to do; nothing is changed."""
    server.ask("HSET", '"mock:{ours}"', "format", "99")
    with pytest.raises(Unavailable, match=r"ours has format 99, and this mock server reads \d+ .*another --namespace"):
        build_engine(bundled_settings(store=server.url, namespace="ours"))
    assert server.ask("HLEN", '"mock:{ours}"') == b":1"


Spoil = Callable[[Path], Any]


def _of_another_program(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()


def _of_another_version(file: Path) -> None:
    _store(file)
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def _store(file: Path) -> Engine:
    return build_engine(bundled_settings(store=f"sqlite:{file}", store_timeout=300))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda file: file.write_bytes(b"no database" * 1000), "the file is damaged"),
        (lambda file: file.mkdir(), "unable to open database file"),
        (_of_another_program, "is the database of another program"),
        (_of_another_version, "has format 99, and this mock server reads "),
    ],
)
def test_a_file_that_cannot_be_used_ends_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Spoil, words: str
) -> None:
    """With exit code 3 and one line; it stays as it is."""
    file = tmp_path / "worlds.db"
    spoil(file)
    before = file.read_bytes() if file.is_file() else b""
    code, error = _started(capsys, "--store", f"sqlite:{file}")
    assert code == 3
    assert words in error
    assert (file.read_bytes() if file.is_file() else b"") == before


def test_a_locked_file_costs_the_timeout(tmp_path: Path) -> None:
    """The request is refused, nothing is changed, and the next one finds the file free."""
    file = tmp_path / "worlds.db"
    ask = Ask(_store(file))
    assert ask("GET", "/devices").status == 200
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    _must_be_lost(ask("DELETE", "/devices/dev-02"), "another process has locked the database")
    other.execute("ROLLBACK")
    other.close()
    assert ask("GET", "/devices/dev-02").status == 200


def test_a_full_disk_refuses_writes(tmp_path: Path) -> None:
    """Nothing is changed; what was there can still be read once there is room."""
    ask = Ask(_store(tmp_path / "worlds.db"))
    assert ask("GET", "/devices").status == 200
    store = ask.engine.store
    assert isinstance(store, LogStore)
    with store.ledger._file.looking() as run:  # type: ignore[attr-defined]
        (pages,) = run("PRAGMA page_count").fetchone()
        run(f"PRAGMA max_page_count = {pages}")
    answers = [ask("DELETE", "/devices/dev-02", f"alice-token~w{number}") for number in range(200)]
    full = [answer for answer in answers if answer.status == 503]
    _must_be_lost(full[0], "the disk is full")
    assert ask("GET", "/devices/dev-02").status == 200


def test_a_log_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """As one that another program has written to."""
    file = tmp_path / "worlds.db"
    _store(file).store.load("main")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE snapshot SET data = x'c1'")
    connection.close()
    with pytest.raises(StoreLost, match="log of the world 'main' can't be read"):
        _store(file).store.load("main")
