"""The address to listen on is checked before anything is served."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

import pytest

from mockserver.errors import Unavailable, UsageError
from mockserver.web.server import check_address, free_port
from tests.support import LiveMock, taken_port


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
    port = free_port("127.0.0.1")
    for _ in range(2):
        check_address("127.0.0.1", port)
    with socket.create_server(("127.0.0.1", port)):
        pass


@pytest.mark.parametrize("host", ["no.such.host.invalid", "999.1.1.1", "192.0.2.1", ""])
def test_a_host_that_leads_nowhere_is_wrong_usage(host: str) -> None:
    """Exit code 2; an empty name is no name, and would listen to everybody."""
    for ask in (lambda: check_address(host, 4010), lambda: free_port(host)):
        with pytest.raises(UsageError, match="isn't an address of this machine"):
            ask()


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
