"""Ends calls that take too long: their sockets are shut down, which wakes whoever reads or writes them."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from time import monotonic
from typing import Final

from mockserver.background import start

_TICK: Final = 0.1


class Deadline:
    """The time limit of one call; `passed` once it is over."""

    __slots__ = ("at", "passed", "sock")

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self.sock, self.at, self.passed = sock, monotonic() + seconds, False


class Deadlines:
    """The limits of all calls that are under way; one thread watches them, while there are any."""

    def __init__(self) -> None:
        self._calls: dict[Deadline, None] = {}
        self._some = threading.Event()
        self._started = threading.Lock()
        self._running = False

    def begin(self, sock: socket.socket, seconds: float) -> Deadline:
        """Limit what follows on a socket."""
        deadline = Deadline(sock, seconds)
        self._calls[deadline] = None
        if not self._some.is_set():
            self._run()
            self._some.set()
        return deadline

    def end(self, deadline: Deadline) -> None:
        """The call is over."""
        self._calls.pop(deadline, None)

    def _run(self) -> None:
        with self._started:
            if not self._running:
                self._running = True
                start("deadlines", self._watch)

    def _watch(self) -> None:
        pause = threading.Event()
        while True:
            self._some.wait()
            pause.wait(_TICK)
            calls, now = tuple(self._calls), monotonic()
            if not calls:
                self._some.clear()  # a call that began meanwhile sets it again, or is seen by the next look
                if self._calls:
                    self._some.set()
            for call in calls:
                if call.at < now and self._calls.pop(call, self) is not self:
                    call.passed = True
                    with suppress(OSError):  # that of TLS would take the connection away from under its reader
                        socket.socket.shutdown(call.sock, socket.SHUT_RDWR)
