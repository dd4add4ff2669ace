"""One thread answers while the others rest: threads that all want the interpreter pass it around at a high price.

This is the leader/followers pattern. With 16 threads that compete, an answer costs 17 calls of the kernel to wake and
to wait; with one, hardly any. So the server's threads take turns: the first one answers, any other that is given a
request answers that one and rests. A thread that is about to be busy for long steps aside. One that is blocked
unexpectedly, by a client that sends half a body, is replaced.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from time import monotonic, sleep
from typing import Any

from mockserver.background import attempt, start

Wsgi = Callable[..., Iterable[bytes]]

PATIENCE = 0.05
"""Seconds after which a thread counts as blocked."""
_QUIET = 1.0
"""Seconds without an answer after which the first thread may be gone: servers end threads that are idle."""


class _Leader:
    """The thread that answers, and what it is at; only that thread writes it, so that the end of an old leader's
    request says nothing about a new one."""

    __slots__ = ("began", "busy", "ident")

    def __init__(self, ident: int) -> None:
        self.ident = ident
        self.began = monotonic()  # when it took up its last request
        self.busy = False


class Relay:
    """The turns that the threads of one server take."""

    def __init__(self) -> None:
        self._leader: _Leader | None = None
        self._resting: deque[threading.Lock] = deque()
        self._turn = threading.Lock()

    def start(self) -> None:
        """Start the thread that replaces a blocked leader; it ends with the process."""
        start("relay", self._watch)

    def over(self, app: Wsgi) -> Wsgi:
        """The app, called in turns."""
        ident = threading.get_ident

        def called(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            me, leader = ident(), self._leader
            if leader is None:
                leader = self._leader = _Leader(me)
            if leader.ident != me:
                return self._spare(app(environ, start_response))
            leader.began, leader.busy = monotonic(), True
            try:
                return app(environ, start_response)
            finally:
                leader.busy = False

        return called

    def step_aside(self) -> None:
        """Let another thread answer: this one will be busy for long."""
        leader = self._leader
        if leader is not None and leader.ident == threading.get_ident():
            self._replace()

    def _spare(self, body: Iterable[bytes]) -> Iterable[bytes]:
        """The answer of a thread that is not needed, which rests once it is sent.

        A stream ends when its iterable has been closed, not before: after a stream, the thread does not rest.
        """
        return _Whole(body, self._rest) if isinstance(body, list) else body

    def _replace(self) -> None:
        with self._turn:
            self._leader = None
            if self._resting:
                self._resting.popleft().release()

    def _rest(self) -> None:
        with self._turn:
            if self._leader is None or monotonic() - self._leader.began > _QUIET:
                self._leader = _Leader(threading.get_ident())
                return
            call = threading.Lock()
            call.acquire()
            self._resting.append(call)
        call.acquire()

    def _watch(self) -> None:
        while True:
            sleep(PATIENCE)
            attempt("relay", self._replace_blocked_leader)

    def _replace_blocked_leader(self) -> None:
        leader = self._leader
        if leader is not None and leader.busy and monotonic() - leader.began > PATIENCE:
            self._replace()


class _Whole:
    """A response that calls a function once it was sent: servers close an iterable after its last item (PEP 3333)."""

    def __init__(self, body: list[bytes], sent: Callable[[], None]) -> None:
        self._body, self.close = body, sent

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)
