"""The forms of a Redis address: a user and password, Sentinels, a cluster."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mockserver.errors import UsageError
from mockserver.exchange.building import build_engine
from mockserver.exchange.stores import ledger_of
from mockserver.web.server import free_port
from tests.mockserver.control.conftest import Control
from tests.mockserver.store.servers import RedisServer
from tests.support import TIMEOUT, Ask, Clock, bundled_settings


@pytest.fixture
def ports() -> Iterator[list[int]]:
    """Four free ports."""
    with ExitStack() as kept:
        yield [kept.enter_context(free_port("127.0.0.1")) for _ in range(4)]


def _until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + TIMEOUT
    while not done():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def with_password(tmp_path: Path) -> Iterator[str]:
    """A server that asks for a user, and a password with characters that an address writes in hexadecimal."""
    with RedisServer(tmp_path) as server:
        server.ask("ACL", "SETUSER", "mock", "on", ">p:a@s/s", "~mock:*", "+@all")
        server.ask("ACL", "SETUSER", "default", "off")
        yield server.url.replace("unix://", "unix://mock:p%3Aa%40s%2Fs@")


@pytest.fixture
def cluster(tmp_path: Path, ports: list[int]) -> Iterator[str]:
    """A cluster of two nodes, which each have one half of the slots."""
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    options = ["--cluster-enabled", "yes", "--bind", "127.0.0.1", "--protected-mode", "no"]
    with (
        RedisServer(folders[0], *options, "--port", str(ports[0]), "--cluster-port", str(ports[2])) as first,
        RedisServer(folders[1], *options, "--port", str(ports[1]), "--cluster-port", str(ports[3])) as second,
    ):
        first.ask("CLUSTER", "ADDSLOTSRANGE", "0", "8191")
        second.ask("CLUSTER", "ADDSLOTSRANGE", "8192", "16383")
        first.ask("CLUSTER", "SET-CONFIG-EPOCH", "1")
        second.ask("CLUSTER", "SET-CONFIG-EPOCH", "2")
        first.ask("CLUSTER", "MEET", "127.0.0.1", str(ports[1]), str(ports[3]))
        for one in (first, second):
            _until(lambda one=one: one.ask("SET", "a", "1") != one.ask("SET", "b", "1"))  # type: ignore[misc]
            _until(lambda one=one: not any(one.ask("SET", key, "1")[:8] == b"-CLUSTER" for key in "ab"))  # type: ignore[misc]
        yield f"redis+cluster://127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}"


@pytest.fixture
def sentinel(tmp_path: Path, ports: list[int]) -> Iterator[str]:
    """A server, and a Sentinel that knows it as the primary of a service."""
    port, watching, *_ = ports
    with RedisServer(tmp_path, "--bind", "127.0.0.1", "--port", str(port)):
        file = tmp_path / "sentinel.conf"
        file.write_text(f"port {watching}\nbind 127.0.0.1\nsentinel monitor mocks 127.0.0.1 {port} 1\n")
        program = shutil.which("redis-server") or ""
        process = subprocess.Popen([program, str(file), "--sentinel"], stdout=subprocess.DEVNULL)
        try:
            _until(lambda: _listens(watching))
            yield f"redis+sentinel://127.0.0.1:1,127.0.0.1:{watching}/mocks/0"
        finally:
            process.kill()
            process.wait(TIMEOUT)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("form", ["with_password", "cluster", "sentinel"])
def test_mocks_share_worlds(request: pytest.FixtureRequest, clock: Clock, form: str) -> None:
    """Records, journals, numbers, events, the list of worlds and what is removed: with each form of an address."""
    url: str = request.getfixturevalue(form)
    first, second = (Ask(build_engine(bundled_settings(store=url), clock=clock)) for _ in range(2))
    worlds = [f"w{number}" for number in range(8)]  # with a cluster, on both nodes
    for world in worlds:
        assert first("DELETE", "/devices/dev-01", f"alice-token~{world}").status == 200
        assert second("GET", "/devices/dev-01", f"alice-token~{world}").status == 404
    control = Control(second.engine)
    assert {world["name"] for world in control("GET", "/worlds").json["worlds"]} == {"main", *worlds}
    assert [entry["number"] for entry in control("GET", "/worlds/w3/requests").json["requests"]] == [1, 2]
    heard = control("GET", "/events?after=0").json["events"]
    assert [event["world"] for event in heard] == [world for world in worlds for _ in range(2)]
    assert control("DELETE", "/worlds/w3").status == 204
    assert first("GET", "/devices/dev-01", "alice-token~w3").status == 200
    assert control("POST", "/worlds/w4/rewind", json={"before": 1}).status == 200
    assert first("GET", "/devices/dev-01", "alice-token~w4").status == 200


@pytest.mark.parametrize("url", ["redis+sentinel://127.0.0.1:1", "redis+sentinel://h:1/s/x", "redis+cluster://:1,b"])
def test_an_incomplete_address_is_refused(url: str) -> None:
    """With its form."""
    with pytest.raises(UsageError, match="the address isn't valid"):
        ledger_of(bundled_settings(store=url), "n")
