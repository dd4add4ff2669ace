"""What the terminal shows: one line per request, written by a thread of its own so that no answer waits for it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, TextIO

import msgspec

from mockserver.background import attempt, start
from mockserver.clock import format_instant
from mockserver.exchange.exchange import Exchange
from mockserver.settings import LogFormat
from mockserver.state.store import MAIN

PAUSE = 0.05
"""Seconds between two looks at what has come in."""
LINES = 50
"""How many lines one look may write; under load the rest is counted, and stands in the journal."""
WAITING = 10_000
"""How many entries wait for a look at most; the oldest go first."""
BODY = 2000
"""How many characters of a body are shown."""
TEXT = 2000
"""How many characters of a path or a reason a line of JSON holds, so that lines that wait are of a bounded size."""
_RED, _DIM, _PLAIN = 31, "\x1b[2m", "\x1b[0m"
_COLOURS = {1: 36, 2: 32, 3: 36, 4: 33, 5: _RED}


class Writer(Protocol):
    """What the lines are written to, such as a text file."""

    def write(self, text: str, /) -> object:
        """Write these lines."""


class Look(msgspec.Struct, frozen=True):
    """How lines of text look: in colours, with bodies, or only those of broken answers."""

    colours: bool = False
    verbose: bool = False
    quiet: bool = False


PLAIN = Look()


def look_for(out: TextIO, environment: Mapping[str, str], verbose: bool) -> Look:
    """Colours on a terminal only, unless NO_COLOR is set (no-color.org); quiet under CI, unless asked to be verbose."""
    colours = out.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    under_ci = environment.get("CI", "").lower() not in ("", "0", "false")
    return Look(colours, verbose, quiet=under_ci and not verbose)


class Terminal:
    """Writes journal entries as lines of text or JSON."""

    def __init__(self, out: Writer, log_format: LogFormat = "text", look: Look = PLAIN) -> None:
        self._out, self._format, self._look = out, log_format, look
        # An entry to be shown, a line of JSON, or None: one that is counted, and no more.
        self._waiting: deque[Exchange | str | None] = deque(maxlen=WAITING)
        self._woken, self._called = threading.Event(), False
        self._skipped = 0

    def start(self) -> None:
        """Begin to write, in a thread that ends with the process."""
        start("log", self._run)

    def __call__(self, entry: Exchange) -> None:
        """Take in an entry; it is written soon. What no look has room for is not held, nor what becomes a line of JSON
        (in a microsecond): bodies may be large."""
        if self._format == "json":
            self._waiting.append(json_line(entry))
        elif self._look.quiet and entry.verdict != "broken":
            return
        else:
            self._waiting.append(entry if len(self._waiting) < LINES else None)
        if not self._called:
            self._called = True
            self._woken.set()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._woken.wait()
            self._woken.clear()
            self._called = False  # whoever comes from here on calls again; whoever came before is seen to now
            while self._waiting:  # what was taken before an exception is gone, the rest is still to be written
                attempt("log", self.flush)
            pause.wait(PAUSE)

    def flush(self) -> None:
        """Write what has come in."""
        lines: list[str] = []
        try:
            self._take(lines)
        finally:
            if lines:
                self._out.write("\n".join(lines) + "\n")

    def _take(self, lines: list[str]) -> None:
        """Take all that waits, and add the lines that show it."""
        while self._waiting:
            waited = self._waiting.popleft()
            if isinstance(waited, str):
                lines.append(waited)
            elif waited is not None and len(lines) < LINES:
                lines += told(waited, self._look)
            else:
                self._skipped += 1
        if self._skipped:
            lines.append(f"         ... and {self._skipped} more, see GET /__mock__/requests")
            self._skipped = 0


def told(entry: Exchange, look: Look) -> list[str]:
    """The lines of an entry: one, and on request its bodies."""
    lines = [line(entry, colours=look.colours)]
    if look.verbose:
        bodies = (("> ", entry.request.body), ("< ", entry.answer.body))
        lines += [f"  {mark}{printable(body.decode(errors='replace'), BODY)}" for mark, body in bodies if body]
        lines.append(f"  ? /__mock__/worlds/{entry.world}/requests/{entry.number}/why")
    return lines


def line(entry: Exchange, *, colours: bool = False) -> str:
    """An entry as one line: time, request, status, operation, who, how long, and why on a refusal."""
    request, status = entry.request, entry.answer.status
    who = f"{entry.user or '-'}" + (f" in {entry.world}" if entry.world != MAIN else "")
    shown = str(status) if status else "closed"
    if colours:
        shown = f"\x1b[{_COLOURS.get(status // 100, _RED)}m{shown}\x1b[0m"
    said = (
        f"{datetime.now():%H:%M:%S} {request.method:<6} {printable(request.path)} {shown}"
        f" {entry.operation or '-'} ({who}) {entry.micros / 1000:.1f} ms"
    )
    why = entry.reason or entry.fault
    if not why:
        return said
    return f"{said} - {_DIM}{printable(why)}{_PLAIN}" if colours else f"{said} - {printable(why)}"


def json_line(entry: Exchange) -> str:
    """An entry as one line of JSON."""
    value = {
        "event": "request",
        "at": format_instant(entry.at),
        "number": entry.number,
        "world": entry.world,
        "user": entry.user,
        "method": entry.request.method,
        "path": _cut(entry.request.path, TEXT),
        "status": entry.answer.status,
        "operation": entry.operation,
        "microseconds": entry.micros,
        "verdict": entry.verdict,
        "reason": _cut(entry.reason, TEXT),
        "fault": entry.fault,
    }
    return msgspec.json.encode(value).decode()


def printable(text: str, size: int = 200) -> str:
    """A client's text made safe for a terminal: control characters escaped, long ones cut."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in _cut(text, size))


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else f"{text[:size]}..."
