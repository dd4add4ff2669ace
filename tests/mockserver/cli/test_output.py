"""Whatever the output is, closed, full or of a small encoding: no traceback, and the exit codes stay."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import shlex
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli.output import Output
from mockserver.web.server import free_port
from tests.support import ROOT, TIMEOUT, LiveMock, read_response, run_process

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="/dev/full is a device of Linux")


def _in_shell(arguments: str, redirections: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a shell runs it; what a pipe's reader takes is the standard output."""
    line = f"{shlex.quote(sys.executable)} -m mockserver {arguments} {redirections}"
    return run_process(["bash", "-c", f"set -o pipefail; {line}"], **environment)


@pytest.mark.parametrize(
    ("arguments", "redirections", "unbuffered"),
    [
        ("check-spec", ">&-", ""),
        ("check-spec", "| head -1", "1"),
        ("behaviours", "| true", ""),
        ("behaviours", "0<&- >&- 2>&-", ""),
        ("mock --help", "| true", "1"),
        ("--version", "| true", ""),
    ],
)
def test_an_output_that_nobody_reads_is_no_error(arguments: str, redirections: str, unbuffered: str) -> None:
    """Closed from the start, or by a reader that has seen enough: exit code 0, nothing on standard error."""
    ended = _in_shell(arguments, redirections, PYTHONUNBUFFERED=unbuffered)
    assert (ended.returncode, ended.stderr) == (0, "")


@needs_full
@pytest.mark.parametrize("arguments", ["check-spec", "--help"])
def test_an_output_that_cannot_be_written_is_one_line(arguments: str) -> None:
    """Exit code 3: the place, the problem, and what helps."""
    ended = _in_shell(arguments, f"> {FULL}")
    assert ended.returncode == 3
    assert ended.stderr == (
        "mockserver: stdout: cannot write the output: No space left on device "
        "(free some space, or redirect the output to another place)\n"
    )


@pytest.mark.parametrize("redirection", ["2>&-", pytest.param(f"2> {FULL}", marks=needs_full)])
def test_an_error_that_cannot_be_shown_keeps_its_exit_code(redirection: str) -> None:
    """Wrong usage exits with 2, whether its line can be written or not."""
    ended = _in_shell("mock --colour", redirection)
    assert (ended.returncode, ended.stdout) == (2, "")


def _ask(port: int, path: str = "/devices") -> int:
    """The status of one request without a token."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as wire:
        wire.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        response = http.client.HTTPResponse(wire)
        response.begin()
        return read_response(response).status


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.mark.parametrize(
    ("redirection", "line"),
    [
        (">&-", None),
        pytest.param(f"> {FULL}", "No space left on device", marks=needs_full),
        ("", "nothing reads it any more"),
    ],
)
def test_a_mock_without_a_log_keeps_running(redirection: str, line: str | None) -> None:
    """It answers, says once on standard error that the log is lost, and ends with exit code 0."""
    command = f"exec {shlex.quote(sys.executable)} -m mockserver mock {redirection} --port"
    with (
        free_port("127.0.0.1") as port,
        subprocess.Popen(
            ["bash", "-c", f"{command} {port}"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stdout is not None
        try:
            # Without a redirection, the reader takes one line and goes away before the first request is logged.
            process.stdout.readline()
            process.stdout.close()
            pause = threading.Event()
            while not _listens(port):
                assert process.poll() is None
                pause.wait(0.02)
            assert [_ask(port) for _ in range(5)] == [401] * 5
        finally:
            process.terminate()
            _, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert [said for said in errors.splitlines() if said] == (
        [f"mockserver: cannot write the log: {line}; the mock keeps running (Ctrl-C stops it)"] if line else []
    )


def test_what_was_answered_before_the_mock_said_that_it_is_ready_is_logged() -> None:
    """The port answers a moment before the first line is written; a mock that is ended between has its log."""
    never_ready = (
        "import threading; from mockserver.cli import commands, running;"
        " running.banner = lambda *_, **__: threading.Event().wait(); commands.main()"
    )
    with (
        free_port("127.0.0.1") as port,
        subprocess.Popen(
            [sys.executable, "-c", never_ready, "mock", "--log-format", "json", "--port", str(port)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        try:
            pause = threading.Event()
            while not _listens(port):
                assert process.poll() is None
                pause.wait(0.02)
            assert [_ask(port, f"/nowhere/{number}") for number in range(3)] == [404] * 3
        finally:
            process.terminate()
            lines, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0
    assert [json.loads(line)["path"] for line in lines.splitlines()] == [f"/nowhere/{number}" for number in range(3)]


def test_no_line_is_lost_at_the_end() -> None:
    """What was answered just before the mock is ended stands in the log."""
    mock = LiveMock().wait_until_started()
    try:
        for number in range(5):
            mock("GET", f"/nowhere/{number}")
        assert mock.interrupt() == 0
    finally:
        mock.kill()
    assert [json.loads(line)["path"] for line in mock.lines[1:]] == [f"/nowhere/{number}" for number in range(5)]


def test_a_character_that_the_terminal_lacks_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log goes on: neither that line nor the next one is lost."""
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    mock = LiveMock(log_format="text")
    try:
        lines = [mock.next_line()]
        while not lines[-1].startswith("Ctrl-C"):
            lines.append(mock.next_line())
        mock.port = int(lines[0].rpartition(":")[2])
        mock("GET", "/%E6%97%A5%E6%9C%AC")
        assert r"GET    /\u65e5\u672c 404" in mock.next_line()
        mock("GET", "/devices")
        assert "GET    /devices 200" in mock.next_line()
    finally:
        mock.kill()


class _Failing(io.StringIO):
    """A file that fails as often as it has errors."""

    def __init__(self, *errors: Exception | None) -> None:
        super().__init__()
        self.planned = list(errors)

    def write(self, text: str) -> int:
        error = self.planned.pop(0) if self.planned else None
        if error is not None:
            raise error
        return super().write(text)


def test_a_failing_log_is_reported_when_it_begins(capfd: pytest.CaptureFixture[str]) -> None:
    """Once, and again when it fails after having worked; what can be written is written."""
    full: Any = OSError(28, "No space left on device")
    out = _Failing(full, full, None, full, None)
    output = Output(out)
    for number in range(6):
        output.write(f"{number}\n")
    assert out.getvalue() == "2\n4\n5\n"
    assert capfd.readouterr().err.count("No space left on device") == 2
