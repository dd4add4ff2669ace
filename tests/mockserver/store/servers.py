"""A Redis server of the tests' own, on a socket in a folder of theirs."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support import TIMEOUT


class RedisServer:
    """`redis-server`, without persistence unless options ask for it."""

    def __init__(self, folder: Path, *options: str) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("redis-server isn't installed (apt-get install redis-server)")
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}?db=0"
        self._command = [program, "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(folder)]
        self._command += [*options, "--loglevel", "warning"]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> RedisServer:
        """Start the server, and wait until it answers."""
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + TIMEOUT
        while time.monotonic() < until:
            try:
                if self.ask("PING").startswith((b"+PONG", b"-NOAUTH")):
                    return self
            except OSError:
                threading.Event().wait(0.01)
        raise AssertionError("redis-server doesn't start")

    def ask(self, *words: str) -> bytes:
        """The first line of the answer to a command."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(TIMEOUT)
            connection.connect(str(self.socket))
            connection.sendall(" ".join(words).encode() + b"\r\n")
            return connection.recv(4096).partition(b"\r\n")[0]

    def keys(self, end: str) -> list[str]:
        """The keys that end so."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.socket))
            connection.sendall(b"KEYS *\r\n")
            reader = connection.makefile("rb")
            lines = [reader.readline() for _ in range(1 + 2 * int(reader.readline()[1:]) - 1)]
        return [line.strip().decode() for line in lines[1::2] if line.strip().decode().endswith(end)]

    def empty(self) -> None:
        """Remove all keys."""
        assert self.ask("FLUSHALL") == b"+OK"

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal; wait for its end where that ends it."""
        assert self.process is not None
        self.process.send_signal(number)
        if number in (signal.SIGKILL, signal.SIGTERM):
            self.process.wait(TIMEOUT)

    def __enter__(self) -> RedisServer:
        return self.start()

    def __exit__(self, *_: Any) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(TIMEOUT)
