"""Starts a mock server as a process of its own, or connects to one that already runs."""

from __future__ import annotations

import contextlib
import http.client
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from mockserver.errors import Unavailable
from mockserver.testing.client import TIMEOUT, MockRefused, MockServer


def connected(url: str, admin_token: str | None = None) -> MockServer:
    """The mock server at this URL, with its users. Raises Unavailable."""
    server = MockServer(url.rstrip("/"), {}, admin_token)
    try:
        about = server.control("GET", "/about")
    except (OSError, http.client.HTTPException, ValueError, MockRefused) as error:
        raise Unavailable(f"the mock server at {url} can't be used: {error}") from error
    return replace(server, users={user["name"]: user["token"] for user in about["users"]})


@contextlib.contextmanager
def started(arguments: Sequence[str]) -> Iterator[MockServer]:
    """A mock server on a free port, with further arguments of `mockserver mock`. Raises Unavailable.

    A thread reads its output, so that it never waits for a reader.
    """
    command = [sys.executable, "-m", "mockserver", "mock", "--port", "0", "--log-format", "json", *arguments]
    with subprocess.Popen(  # noqa: S603 - our own command, with the arguments of the project's own settings
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        reader = threading.Thread(target=_drain, args=(process.stdout, lines), daemon=True)
        reader.start()
        try:
            yield _listening(lines.get(timeout=TIMEOUT))
        finally:
            process.terminate()
            process.wait(TIMEOUT)
            reader.join(TIMEOUT)


def _drain(output: Any, lines: queue.SimpleQueue[str]) -> None:
    """Pass on the first line, and discard the others."""
    lines.put(output.readline())
    for _ in output:
        pass


def _listening(first: str) -> MockServer:
    if not first.startswith("{"):
        raise Unavailable(f"the mock server did not start: {first.strip()}")
    banner = json.loads(first)
    return MockServer(banner["url"], banner["users"])
