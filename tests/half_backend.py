"""Runs `examples/half-backend` for tests."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support import ROOT, TIMEOUT


@contextmanager
def running() -> Iterator[str]:
    """The URL of the app, while it runs."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    words = ["--app-dir", str(ROOT / "examples/half-backend"), "app:app", "--port", str(port), "--log-level", "warning"]
    with subprocess.Popen([sys.executable, "-m", "uvicorn", *words]) as process:
        try:
            _wait(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(TIMEOUT)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + TIMEOUT
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        try:
            connection.request("GET", "/sessions", headers={"Authorization": "Bearer x"})
            assert connection.getresponse().status == 200
        except ConnectionError:
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.02)
        else:
            return
        finally:
            connection.close()
