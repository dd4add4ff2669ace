"""The processes of `bench.chaos`: mocks over one store, Redis that writes to its disk at once, and nginx in front."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import inputs

ADMIN_TOKEN = "chaos"
CONFIGURATION = inputs.ROOT / "examples/cluster/nginx.conf"
_PATIENCE = 60.0


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class Mocks:
    """Processes over one store; any may be killed, and is started again."""

    def __init__(self, store: str, count: int) -> None:
        self.store, self.kills = store, 0
        self.ports = free_ports(count)
        self.running = {port: self._started(port) for port in self.ports}

    def _started(self, port: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "mockserver", "mock", "--port", str(port), "--store", self.store]
        environment = {**os.environ, "CI": "1", "MOCKSERVER_ADMIN_TOKEN": ADMIN_TOKEN}
        process = subprocess.Popen(
            command, cwd=inputs.ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Listening"):
                threading.Thread(target=process.stdout.read, daemon=True).start()
                return process
        raise SystemExit("a mock doesn't start")

    def kill_one(self) -> None:
        """Kill a process, and start it again."""
        port = random.choice(self.ports)
        process = self.running[port]
        process.kill()
        process.wait()
        self.kills += 1
        self.running[port] = self._started(port)

    def end(self) -> None:
        """End all."""
        for process in self.running.values():
            process.send_signal(signal.SIGINT)
            process.wait()


class Redis:
    """A server that writes each command to its disk before it answers."""

    def __init__(self, folder: Path) -> None:
        self.socket, self.kills = folder / "redis.sock", 0
        self.url = f"unix://{self.socket}?db=0"
        self._command = ["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--dir", str(folder),
                         "--save", "", "--appendonly", "yes", "--appendfsync", "always",
                         "--loglevel", "warning"]  # fmt: skip
        self.process = self._started()
        _wait_until(self.socket.exists)

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        """Kill the server, and start it again."""
        self.end()
        self.kills += 1
        self.process = self._started()

    def end(self) -> None:
        """Kill the server."""
        self.process.kill()
        self.process.wait()


@contextmanager
def redis(folder: Path) -> Iterator[Redis]:
    """A server that ends with the block."""
    server = Redis(folder)
    try:
        yield server
    finally:
        server.end()


@contextmanager
def front_of(ports: list[int], folder: Path) -> Iterator[list[int]]:
    """The ports that clients ask: that of nginx, which passes on requests in turns; else those of the mocks."""
    if shutil.which("nginx") is None:
        print("nginx isn't installed: clients ask the mocks themselves", file=sys.stderr)
        yield ports
        return
    (port,) = free_ports(1)
    text = CONFIGURATION.read_text(encoding="utf-8").replace("listen 8080", f"listen 127.0.0.1:{port}")
    waiting = iter(ports)
    text = re.sub(r"mock-\d:4010", lambda _: f"127.0.0.1:{next(waiting)}", text)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;", "-e", "nginx.log"]
    process = subprocess.Popen(command, stderr=(folder / "nginx.err").open("w"))
    try:
        _wait_until(lambda: _listens(port))
        yield [port]
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _wait_until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not done():
        if time.monotonic() > until:
            raise SystemExit("a server doesn't start")
        time.sleep(0.05)
