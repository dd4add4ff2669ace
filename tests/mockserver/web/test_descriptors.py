"""A limit of open files: a clear line, answers to whoever is too many, and no core that spins."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
from contextlib import suppress
from http.client import HTTPResponse
from pathlib import Path

import pytest

from tests.support import ROOT, TIMEOUT, LiveMock, read_response

LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
runpy.run_module("mockserver", run_name="__main__", alter_sys=True)
"""
ASKED = b"GET /devices HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice-token\r\n%s\r\n"


def _program(soft: int, hard: int) -> tuple[str, str]:
    return "-c", LIMITED.format(soft=soft, hard=hard)


def _opened(mock: LiveMock) -> socket.socket:
    return socket.create_connection(("127.0.0.1", mock.port), timeout=TIMEOUT)


def _status(connection: socket.socket, head: bytes = b"") -> int:
    """The status of `GET /devices`; of what had been answered before the question, where the connection has ended."""
    with suppress(OSError):
        connection.sendall(ASKED % head)
    response = HTTPResponse(connection)
    response.begin()
    return read_response(response).status


def _cpu(pid: int) -> float:
    """The seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_connections_that_are_too_many_get_a_503() -> None:
    """Those that are open go on, no core spins, and a place that is free again is taken."""
    mock = LiveMock(program=_program(64, 64)).wait_until_started()
    connections = [_opened(mock) for _ in range(90)]
    try:
        statuses = [_status(connection) for connection in connections]
        assert set(statuses) == {200, 503}
        assert statuses.index(503) > 15
        began = _cpu(mock.process.pid)
        assert _status(connections[0], b"Mock-Delay: 1s\r\n") == 200
        assert _cpu(mock.process.pid) - began < 0.4
        assert [line for line in mock.lines if "ulimit -n" in line] == [
            "mockserver: all open files are in use (ulimit -n): further connections get a 503 until others end\n"
        ]
        for connection in connections:
            connection.close()
        # The mock notices each end when it comes to it.
        assert 200 in (mock.status_of_devices() for _ in range(1000))
    finally:
        for connection in connections:
            connection.close()
        mock.kill()


def test_more_files_are_asked_for() -> None:
    """What the shell allows at most, which is more than it gives."""
    mock = LiveMock(program=_program(64, 256)).wait_until_started()
    connections = [_opened(mock) for _ in range(150)]
    try:
        assert {_status(connection) for connection in connections} == {200}
    finally:
        for connection in connections:
            connection.close()
        mock.kill()


def test_too_few_files_are_wrong_usage() -> None:
    """Before anything is read or opened, with what to do."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft > 64
    command = [sys.executable, *_program(20, 20), "mock", "--port", "0"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert (ended.returncode, ended.stderr) == (
        2,
        "mockserver: this shell allows 20 open files, the mock needs 32 (ulimit -n 65536)\n",
    )
