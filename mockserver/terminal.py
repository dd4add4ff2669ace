"""What the terminal shows: one line per request, written by a thread of its own so that no answer waits for it."""

from __future__ import annotations

import sys
import threading
from collections import deque
from datetime import datetime
from typing import TextIO

import msgspec

from mockserver.clock import format_instant
from mockserver.journal import Entry
from mockserver.settings import LogFormat
from mockserver.state.store import MAIN

PAUSE = 0.05
"""Seconds between two looks at what has come in."""
LINES = 50
"""How many lines one look may write; under load the rest is counted, and stands in the journal."""


class Terminal:
    """Writes journal entries as lines of text or JSON."""

    def __init__(self, out: TextIO = sys.stdout, log_format: LogFormat = "text") -> None:
        self._out, self._format = out, log_format
        self._waiting: deque[Entry] = deque(maxlen=10_000)
        self._woken = threading.Event()
        self._skipped = 0

    def start(self) -> None:
        """Begin to write, in a thread that ends with the process."""
        threading.Thread(target=self._run, name="terminal", daemon=True).start()

    def __call__(self, entry: Entry) -> None:
        """Take in an entry; it is written soon."""
        self._waiting.append(entry)
        if not self._woken.is_set():
            self._woken.set()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._woken.wait()
            self._woken.clear()
            self.flush()
            pause.wait(PAUSE)

    def flush(self) -> None:
        """Write what has come in."""
        lines: list[str] = []
        while self._waiting:
            entry = self._waiting.popleft()
            if len(lines) < LINES or self._format == "json":
                lines.append(line(entry) if self._format == "text" else json_line(entry))
            else:
                self._skipped += 1
        if self._skipped:
            lines.append(f"         ... and {self._skipped} more, see GET /__mock__/requests")
            self._skipped = 0
        if lines:
            self._out.write("\n".join(lines) + "\n")
            self._out.flush()


def line(entry: Entry) -> str:
    """An entry as one line: time, request, status, operation, who, how long, and why on a refusal."""
    request = entry.request
    who = f"{entry.user or '-'}" + (f" in {entry.world}" if entry.world != MAIN else "")
    told = (
        f"{datetime.now():%H:%M:%S} {request.method:<6} {printable(request.path)} {entry.answer.status}"
        f" {entry.operation or '-'} ({who}) {entry.micros / 1000:.1f} ms"
    )
    return f"{told} - {printable(entry.reason)}" if entry.reason else told


def json_line(entry: Entry) -> str:
    """An entry as one line of JSON."""
    value = {
        "event": "request",
        "at": format_instant(entry.at),
        "number": entry.number,
        "world": entry.world,
        "user": entry.user,
        "method": entry.request.method,
        "path": entry.request.path,
        "status": entry.answer.status,
        "operation": entry.operation,
        "microseconds": entry.micros,
        "verdict": entry.verdict,
        "reason": entry.reason,
    }
    return msgspec.json.encode(value).decode()


def printable(text: str, size: int = 200) -> str:
    """A client's text made safe for a terminal: control characters escaped, long ones cut."""
    safe = "".join(char if char.isprintable() else repr(char)[1:-1] for char in text[:size])
    return safe + "..." if len(text) > size else safe
