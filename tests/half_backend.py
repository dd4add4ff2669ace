"""Runs `examples/half-backend` for tests."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mockserver.web.server import free_port
from tests.support import ROOT, TIMEOUT


@contextmanager
def running() -> Iterator[str]:
    """The URL of the app, while it runs."""
    words = ["-m", "uvicorn", "--app-dir", str(ROOT / "examples/half-backend"), "app:app", "--log-level", "warning"]
    with (
        free_port("127.0.0.1") as port,
        subprocess.Popen([sys.executable, *words, "--port", str(port)]) as process,
    ):
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
