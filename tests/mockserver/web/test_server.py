"""The address to listen on is checked before anything is served."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterator

import pytest

from mockserver.cli.running import run
from mockserver.errors import Unavailable, UsageError
from mockserver.exchange.engine import Engine
from mockserver.web.server import check_address, free_port
from tests.support import LiveMock, bundled_settings, taken_port


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something else listens."""
    yield from taken_port()


def test_a_taken_port_is_not_available(taken: int) -> None:
    """Exit code 3, with address and way out."""
    with pytest.raises(Unavailable, match=rf"127\.0\.0\.1:{taken}.*--port {taken + 1}") as caught:
        check_address("127.0.0.1", taken)
    assert caught.value.exit_code == 3


def test_a_free_port_is_available() -> None:
    """Nobody listens on it, and looking does not change that."""
    with free_port("127.0.0.1") as port:
        for _ in range(2):
            check_address("127.0.0.1", port)
        with socket.create_server(("127.0.0.1", port)):
            pass


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, a port that is kept can't be listened on")
def test_a_free_port_is_kept_until_the_mock_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that asks for any port doesn't get it while the mock reads its files."""
    kept: list[bool] = []

    def serve(engine: Engine, *_: object) -> None:
        with socket.socket() as other:
            try:
                other.bind(("127.0.0.1", engine.settings.port))
            except OSError as error:
                kept.append(error.errno == errno.EADDRINUSE)

    monkeypatch.setattr("mockserver.cli.running.serve", serve)
    run(bundled_settings(port=0))
    assert kept == [True]


@pytest.mark.parametrize("host", ["no.such.host.invalid", "999.1.1.1", "192.0.2.1", ""])
def test_a_host_that_leads_nowhere_is_wrong_usage(host: str) -> None:
    """Exit code 2; an empty name is no name, and would listen to everybody."""
    with pytest.raises(UsageError, match="isn't an address of this machine"):
        check_address(host, 4010)
    with pytest.raises(UsageError, match="isn't an address of this machine"), free_port(host):
        pass


def test_a_port_that_needs_rights_is_not_called_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fix is another port, not to look for a mock that runs there."""

    class Guarded(socket.socket):
        def bind(self, _: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("mockserver.web.server.socket.socket", Guarded)
    with pytest.raises(Unavailable, match=r"Permission denied.*below 1024"):
        check_address("127.0.0.1", 80)


def test_a_port_just_left_is_available() -> None:
    """Connections that are still being closed do not keep a mock from starting again."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), server.accept()[0]:
            pass
    check_address("127.0.0.1", port)


def test_the_environment_of_the_mock_is_no_part_of_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """A WSGI server may take HTTP_PROXY for the request header `Proxy`: the journal would show its password."""
    monkeypatch.setenv("HTTP_PROXY", "http://me:hidden@proxy.example")
    mock = LiveMock().wait_until_started()
    try:
        mock("GET", "/devices", "alice-token")
        seen = mock("GET", "/__mock__/requests", None).json["requests"][0]["request"]["headers"]
    finally:
        mock.interrupt()
    assert "hidden" not in str(seen)
    assert "proxy" not in seen
