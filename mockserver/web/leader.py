"""One thread answers while the others rest: threads that all want the interpreter pass it around at a high price.

This is the leader/followers pattern. With 16 threads that compete, an answer costs 17 calls of the kernel to wake and
to wait; with one, hardly any. So the server's threads take turns: the first one answers, any other that is given a
request answers that one and rests. A thread that is about to be busy for long steps aside. One that is blocked
unexpectedly, by a client that sends half a body, is replaced.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

from mockserver.background import attempt, start

Work = Callable[["Turn", Any, dict[str, Any]], object]
"""Answers a request: the turn of its thread, the server's handle to answer by, and what came."""

PATIENCE = 0.05
"""Seconds after which a thread counts as blocked."""
_QUIET = 1.0
"""Seconds without an answer after which the first thread may be gone: servers end threads that are idle."""


class Turn:
    """What a thread is at; only that thread writes it, so that the end of an old leader's request says nothing about
    a new one."""

    __slots__ = ("began", "busy", "heavy", "ident", "lost", "reading", "taken")

    def __init__(self, ident: int) -> None:
        self.ident = ident
        self.began = monotonic()  # when it took up its last request
        self.busy = False
        self.reading: Any = None  # the request whose body it waits for
        self.lost = False  # whether that has been answered in the meantime
        self.taken = 0  # bytes that its body counts for
        self.heavy = False  # whether the server holds much for this request, which it lets go when its call returns


class Relay:
    """The turns that the threads of one server take."""

    def __init__(self) -> None:
        self._leader: Turn | None = None
        self._resting: deque[threading.Lock] = deque()
        self._turn = threading.Lock()
        self.blocked: dict[Turn, None] = {}  #: the turns of busy threads other than the leader
        self.looks: list[Callable[[], object]] = []  #: called every `PATIENCE` seconds

    def start(self) -> None:
        """Start the thread that replaces a blocked leader; it ends with the process."""
        start("relay", self._watch)

    @property
    def busy(self) -> bool:
        """Whether a thread is at a request."""
        leader = self._leader
        return bool(self.blocked) or (leader is not None and leader.busy)

    def over(self, work: Work) -> Callable[[Any, dict[str, Any]], None]:
        """The work, done in turns."""
        ident = threading.get_ident

        def called(handle: Any, scope: dict[str, Any]) -> None:
            me, leader = ident(), self._leader
            if leader is None:
                leader = self._leader = Turn(me)
            if leader.ident != me:
                self._spare(Turn(me), work, handle, scope)
                return
            leader.began, leader.busy = monotonic(), True
            try:
                work(leader, handle, scope)
            finally:
                leader.busy = False
                if self.blocked:
                    self.blocked.pop(leader, None)

        return called

    def step_aside(self) -> None:
        """Let another thread answer: this one will be busy for long."""
        leader = self._leader
        if leader is not None and leader.ident == threading.get_ident():
            self._replace()

    def _spare(self, turn: Turn, work: Work, handle: Any, scope: dict[str, Any]) -> None:
        """Answer in a thread that is not needed, which rests afterwards: within the call, so not with a large body."""
        self.blocked[turn] = None
        try:
            work(turn, handle, scope)
        finally:
            self.blocked.pop(turn, None)
        if not turn.heavy:
            self._rest()

    def _replace(self) -> None:
        with self._turn:
            if self._leader is not None and self._leader.busy:
                self.blocked[self._leader] = None
            self._leader = None
            if self._resting:
                self._resting.popleft().release()

    def _rest(self) -> None:
        with self._turn:
            if self._leader is None or monotonic() - self._leader.began > _QUIET:
                if self._leader is not None and self._leader.busy:  # held up, not gone: it is still to be looked at
                    self.blocked[self._leader] = None
                self._leader = Turn(threading.get_ident())
                return
            call = threading.Lock()
            call.acquire()
            self._resting.append(call)
        call.acquire()

    def _watch(self) -> None:
        while True:
            sleep(PATIENCE)
            attempt("relay", self._replace_blocked_leader)
            for look in self.looks:
                attempt("relay", look)

    def _replace_blocked_leader(self) -> None:
        leader = self._leader
        if leader is not None and leader.busy and monotonic() - leader.began > PATIENCE:
            self._replace()
