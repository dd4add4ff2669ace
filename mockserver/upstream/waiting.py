"""Waits for the answers of many requests in one thread: threads that wait for one each would pass the interpreter
around at a high price, as `web/leader.py` explains."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Final

from mockserver.background import attempt, report, start
from mockserver.upstream.incoming import Incoming, NoAnswer, Stale
from mockserver.upstream.line import Line

Then = Callable[[Incoming, Exception | None], object]
"""Called once an answer has come, or with the reason why it won't: NoAnswer or Stale."""

IS_POSSIBLE: Final = hasattr(select, "epoll")
"""Whether the system has what this needs; elsewhere each request waits in a thread of its own."""
_TICK: Final = 0.1
_WAKEFUL: Final = 2.0
"""Seconds after the last answer in which the thread looks by itself whether another one is waited for."""


class Waiting:
    """The answers that are waited for, by their connections; those that are idle are looked at, too."""

    def __init__(self) -> None:
        self._waits: dict[int, tuple[Incoming, Then]] = {}
        self._lines: dict[int, Line] = {}
        self._started, self._changing = threading.Lock(), threading.Lock()
        self._epoll: select.epoll | None = None
        self._asleep = False
        self._wake = -1

    def add(self, incoming: Incoming, then: Then) -> None:
        """Call `then` once an answer has come, which is asked for after this: in the thread that waits for all."""
        line = incoming.line
        with self._changing:  # it may be found to have ended at this moment
            self._waits[line.number] = incoming, then
            if self._lines.get(line.number) is not line:
                if self._epoll is None:
                    self._start()
                self._lines[line.number], line.is_watched = line, True
                self._epoll.register(line.number, select.EPOLLIN)  # type: ignore[union-attr]  # started
        if self._asleep:
            os.eventfd_write(self._wake, 1)

    def remove(self, line: Line) -> None:
        """Look at a connection no more."""
        if line.is_watched:
            with self._changing:
                line.is_watched = False
                if self._lines.get(line.number) is line:
                    self._forget(line)

    def _forget(self, line: Line) -> None:
        del self._lines[line.number]
        with suppress(OSError, ValueError):
            self._epoll.unregister(line.number)  # type: ignore[union-attr]  # it is watched

    def claims(self, incoming: Incoming) -> bool:
        """Whether an answer is still waited for; from now on it isn't. Each is claimed once."""
        waits = self._waits.get(incoming.line.number)
        return waits is not None and waits[0] is incoming and self._waits.pop(incoming.line.number, None) is waits

    def _start(self) -> None:
        with self._started:
            if self._epoll is None:
                self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
                epoll = select.epoll()
                epoll.register(self._wake, select.EPOLLIN)
                self._epoll = epoll
                start("answers", self._run, epoll)

    def _run(self, epoll: select.epoll) -> None:
        looked, last, waits, came = 0.0, 0.0, self._waits, self._came
        while True:
            self._asleep = not waits and monotonic() - last > _WAKEFUL
            events = epoll.poll(-1 if self._asleep and not waits else _TICK)
            self._asleep = False
            for number, _ in events:
                try:
                    came(number)
                except Exception as error:  # noqa: BLE001 - others wait for their answers
                    report(f"internal error in the answers thread: {error!r}", error)
            if (now := monotonic()) - looked > _TICK:
                looked, last = now, now if waits or events else last
                attempt("answers", self._end_late, now)

    def _came(self, number: int) -> None:
        """Something has come on a connection."""
        waits = self._waits.get(number)
        if waits is None:
            self._came_unasked(number)
            return
        incoming, then = waits
        problem: Exception | None = None
        try:
            if not incoming.advance():
                return
        except (NoAnswer, Stale) as error:
            problem = error
        self._settle(incoming, then, problem)

    def _came_unasked(self, number: int) -> None:
        """Something has come on an idle connection, or another thread wants a new answer to be waited for."""
        if number == self._wake:
            with suppress(BlockingIOError):
                os.eventfd_read(number)
            return
        with self._changing:
            line = self._lines.get(number)
            if line is not None and number not in self._waits:  # else it comes again
                line.is_stale = True
                self._forget(line)

    def _settle(self, incoming: Incoming, then: Then, problem: Exception | None) -> None:
        if self.claims(incoming):
            if problem is not None:
                incoming.close()
            elif incoming.whole:
                incoming.finish()
            else:
                self.remove(incoming.line)
            then(incoming, problem)

    def _end_late(self, now: float) -> None:
        for incoming, then in tuple(self._waits.values()):
            if incoming.until is not None and incoming.until < now:
                self._settle(incoming, then, incoming.late())
