"""One measured server: starts it in a new session, waits for it, measures it through /proc, and ends it."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
TICKS = os.sysconf("SC_CLK_TCK")
START_TIMEOUT = 90.0  # seconds until the first 200; the slowest peer needs about five on two idle cores


class Failed(Exception):
    """A server ended, or did not return 200 in time; the message names the log with its output."""


@dataclass(frozen=True)
class Request:
    """One HTTP request of the benchmark; `body` is JSON text or empty."""

    method: str
    path: str
    token: str = ""
    body: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The headers for the token and the body."""
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return bearer | ({"Content-Type": "application/json"} if self.body else {})


@dataclass(frozen=True)
class Server:
    """A started server: its process, whose id is also that of its session and group, and its port."""

    process: subprocess.Popen[bytes]
    port: int
    started: float  # time.perf_counter() just before it was started
    log: Path

    def send(self, request: Request, timeout: float = 5.0) -> tuple[int, bytes]:
        """Send one request on a new connection and return status and body."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=timeout)
        try:
            connection.request(request.method, request.path, request.body or None, request.headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def wait_for_200(self, request: Request) -> float:
        """Send the request every 2 ms until the status is 200; return the seconds since the process was started."""
        last = "nothing"
        while (passed := time.perf_counter() - self.started) < START_TIMEOUT:
            if self.process.poll() is not None:
                raise Failed(f"ended with exit code {self.process.returncode}; see {self.log}")
            with suppress(OSError, http.client.HTTPException):
                status, _ = self.send(request)
                if status == 200:
                    return time.perf_counter() - self.started
                last = str(status)
            time.sleep(0.002)
        raise Failed(f"no 200 from {request.path} within {passed:.0f} s (last status: {last}); see {self.log}")

    def cpu_seconds(self) -> float:
        """CPU time of the process and its children, including ended ones."""
        return sum(_ticks(stat) for stat in self._stats()) / TICKS

    def pss_mb(self) -> float:
        """Proportional set size of the process and its children, in MB (10^6 bytes)."""
        return sum(_pss_kib(int(stat[0])) for stat in self._stats()) * 1024 / 1e6

    def pause(self) -> None:
        """Pause the processes, so that they take no CPU time from the server that is measured."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Continue the paused processes."""
        self._signal(signal.SIGCONT)

    def _signal(self, kind: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, kind)

    def _stats(self) -> list[list[str]]:
        return _running(self.process.pid)


@contextmanager
def serving(command: Sequence[str], port: int, env: Mapping[str, str], home: Path) -> Iterator[Server]:
    """Run a server until the end of the block; it and its children are ended afterwards, also on Ctrl-C."""
    home.mkdir(parents=True, exist_ok=True)
    log = home / "output.log"
    with log.open("wb") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, env={**os.environ, **env}, cwd=home, stdout=output, stderr=output,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            yield Server(process, port, started, log)
        finally:
            _end(process)


def free_port() -> int:
    """A currently free port of 127.0.0.1."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _end(process: subprocess.Popen[bytes]) -> None:
    for ending in (signal.SIGCONT, signal.SIGTERM):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, ending)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 5
    while _running(process.pid) and time.monotonic() < deadline:
        time.sleep(0.005)  # a terminating child uses CPU time until it is gone


def _running(session: int) -> list[list[str]]:
    return [stat for stat in _all_stats() if int(stat[5]) == session and stat[2] != "Z"]


def _all_stats() -> Iterator[list[str]]:
    """Every process's /proc/PID/stat as [pid, comm, state, ppid, pgrp, session, ...]."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                text = Path(entry.path, "stat").read_text()
                head, _, tail = text.rpartition(")")  # the name in brackets may contain spaces
                yield [*head.split(" (", 1), *tail.split()]


def _ticks(stat: list[str]) -> int:
    return sum(int(field) for field in stat[13:17])  # utime, stime, cutime, cstime


def _pss_kib(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
