"""The log: one line per request, written by a thread of its own so that no response waits for it."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol, TextIO

import msgspec

from mockserver.background import attempt, start
from mockserver.clock import format_instant
from mockserver.contract.messages.secrets import LISTED, Secrets
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.shown import hiding, texts_of
from mockserver.exchange.tracing import trace_of
from mockserver.settings import LogFormat
from mockserver.state.store import MAIN

PAUSE = 0.05
"""Seconds between two flushes."""
LINES = 50
"""How many lines one flush may write; under load the rest is only counted, and can be read in the journal."""
WAITING = 10_000
"""How many entries may wait for a flush; the oldest are dropped first."""
PATIENCE = 1.0
"""How many seconds a flush waits for one that is under way in another thread, whose reader may be gone."""
BODY = 2000
"""How many characters of a body are logged."""
TEXT = 2000
"""How many characters of a path or a reason a line of JSON contains, so that waiting lines have a bounded size."""
_RED, _DIM, _PLAIN = 31, "\x1b[2m", "\x1b[0m"
_COLOURS = {1: 36, 2: 32, 3: 36, 4: 33, 5: _RED}


class Writer(Protocol):
    """What the lines are written to, such as a text file."""

    def write(self, text: str, /) -> object:
        """Write these lines."""


class Style(msgspec.Struct, frozen=True):
    """The style of text lines: in colours, with bodies, or only those of responses that violated the contract."""

    colours: bool = False
    verbose: bool = False
    quiet: bool = False


PLAIN_STYLE = Style()


def style_for(out: TextIO, environment: Mapping[str, str], verbose: bool) -> Style:
    """Colours on a terminal only, unless NO_COLOR is set (no-color.org); quiet under CI unless verbose."""
    knows = sys.platform != "win32" or "WT_SESSION" in environment or "TERM" in environment  # the old console doesn't
    colours = knows and out.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    under_ci = environment.get("CI", "").lower() not in ("", "0", "false")
    return Style(colours, verbose, quiet=under_ci and not verbose)


class Terminal:
    """Writes journal entries as lines of text or JSON."""

    def __init__(
        self,
        out: Writer,
        log_format: LogFormat = "text",
        style: Style = PLAIN_STYLE,
        secrets: Callable[[], Secrets] = lambda: LISTED,
    ) -> None:
        self._out, self._format, self._style, self._secrets = out, log_format, style, secrets
        # An entry, a line of JSON, or None for an entry that is only counted.
        self._waiting: deque[Exchange | str | None] = deque(maxlen=WAITING)
        self._woken, self._called = threading.Event(), False
        self._skipped = 0
        self._flushing = threading.Lock()

    def start(self) -> None:
        """Start writing, in a thread that ends with the process."""
        start("log", self._run)

    def __call__(self, entry: Exchange) -> None:
        """Accept an entry, to be written at the next flush. Entries beyond a flush's lines are only counted, and JSON
        is rendered now (in a microsecond), so that no large body is kept."""
        if self._format == "json":
            self._waiting.append(json_line(entry, self._secrets()))
        elif self._style.quiet and entry.verdict != "broken":
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
            self._called = False  # an entry accepted after this wakes the thread again; earlier ones are flushed now
            while self._waiting:  # an exception loses one entry; the others are still to be written
                attempt("log", self.flush)
            pause.wait(PAUSE)

    def flush(self) -> None:
        """Write all waiting entries. Those that another thread is about to write are written when this returns, for
        the end of the process comes from a thread of its own."""
        alone = self._flushing.acquire(timeout=PATIENCE)
        try:
            self._write_waiting()
        finally:
            if alone:
                self._flushing.release()

    def _write_waiting(self) -> None:
        lines: list[str] = []
        try:
            self._take(lines)
        finally:
            if lines:
                self._out.write("\n".join(lines) + "\n")

    def _take(self, lines: list[str]) -> None:
        """Take all waiting entries, and add their lines."""
        while self._waiting:
            item = self._waiting.popleft()
            if isinstance(item, str):
                lines.append(item)
            elif item is not None and len(lines) < LINES:
                lines += entry_lines(item, self._style, self._secrets())
            else:
                self._skipped += 1
        if self._skipped:
            lines.append(f"         ... and {self._skipped} more, see GET /__mock__/requests")
            self._skipped = 0


def entry_lines(entry: Exchange, style: Style, secrets: Secrets = LISTED) -> list[str]:
    """The lines of an entry: one, and its bodies if verbose."""
    lines = [entry_line(entry, colours=style.colours, secrets=secrets)]
    if style.verbose:
        bodies = zip(("> ", "< "), texts_of(entry, secrets), strict=True)
        lines += [f"  {mark}{printable(body, BODY)}" for mark, body in bodies if body]
        lines.append(f"  ? /__mock__/worlds/{entry.world}/requests/{entry.number}/why")
    return lines


def entry_line(entry: Exchange, *, colours: bool = False, secrets: Secrets = LISTED) -> str:
    """An entry as one line: time, request, status, operation, user, duration, and the reason of a refusal."""
    request, status = entry.request, entry.answer.status
    who = f"{entry.user or '-'}" + (f" in {entry.world}" if entry.world != MAIN else "")
    shown = str(status) if status else "closed"
    if colours:
        shown = f"\x1b[{_COLOURS.get(status // 100, _RED)}m{shown}\x1b[0m"
    text = (
        f"{datetime.now():%H:%M:%S} {request.method:<6} {printable(request.path)} {shown}"
        f" {entry.operation or '-'} ({who}){f' by the {entry.by}' if entry.by else ''} {entry.micros / 1000:.1f} ms"
    )
    why = hiding(entry, secrets)(entry.reason) or entry.fault
    if not why:
        return text
    return f"{text} - {_DIM}{printable(why)}{_PLAIN}" if colours else f"{text} - {printable(why)}"


def json_line(entry: Exchange, secrets: Secrets = LISTED) -> str:
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
        "reason": _cut(hiding(entry, secrets)(entry.reason), TEXT),
        "fault": entry.fault,
    }
    if entry.by:
        value["by"] = entry.by
    trace = trace_of(entry.request.headers)
    if trace is not None:
        value |= {"trace_id": trace.trace_id, "span_id": trace.span_id}
    return msgspec.json.encode(value).decode()


def printable(text: str, size: int = 200) -> str:
    """A client's text, safe for a terminal: control characters are escaped, long texts are cut."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in _cut(text, size))


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else f"{text[:size]}..."
