"""The limit of open files (`ulimit -n`): each connection takes one, and a server that has none left can't accept.

granian tries again at once then, with a whole core, also when no client waits any more: Linux looks for a descriptor
before it looks for a connection.
"""

from __future__ import annotations

import errno
import os
import socket
from contextlib import suppress
from threading import Event
from time import monotonic, sleep
from typing import Final

from mockserver.background import start, warn
from mockserver.errors import Refused, UsageError
from mockserver.reply.problems import PROBLEM, problem_value
from mockserver.reply.reply import encode

_LEAST: Final = 32
"""How many open files the mock needs for itself and a few connections."""
_USUAL: Final = 10_240
"""What macOS allows where it claims to know no limit."""
_MOST: Final = 65_536
"""More are never asked for, where the system allows it."""
_RESERVED: Final = 2
"""How many descriptors must be free for one of them to be held."""
_PAUSE: Final = 0.005
_WARNED_EVERY: Final = 60.0


def raise_limit() -> None:
    """Allow as many open files as this user may have. Raises UsageError where the mock can't work with so few."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST if hard == resource.RLIM_INFINITY else min(hard, _MOST)
    for number in (wanted, _USUAL):  # a system may allow fewer than it says
        if soft != resource.RLIM_INFINITY and soft < number <= wanted:
            with suppress(OSError, ValueError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
                soft = number
    if soft != resource.RLIM_INFINITY and soft < _LEAST:
        raise UsageError(f"this shell allows {soft} open files, the mock needs {_LEAST}", fix=f"ulimit -n {_MOST}")


class Overflow:
    """Ends the connections that take the last descriptor, so that the server always has one left to accept with.

    While there are enough, one is held in reserve. Given back, it is the only free one: the next connection gets its
    number.
    """

    def __init__(self, port: int, *, speaks: bool = True) -> None:
        self._port = port
        self._number = os.open(os.devnull, os.O_RDONLY)
        self._full = Event()
        self._warned = -_WARNED_EVERY
        self._answer = _answer() if speaks else b""  # who expects TLS can't read it

    def start(self) -> None:
        """Start the thread that ends connections; it ends with the process."""
        start("overflow", self._run)

    def look(self) -> None:
        """Wake that thread where no descriptor is left; called now and then."""
        if not self._full.is_set() and _are_all_taken():
            self._full.set()

    def _run(self) -> None:
        while True:
            self._full.wait()
            os.close(self._number)
            if monotonic() - self._warned >= _WARNED_EVERY:
                self._warned = monotonic()
                warn("all open files are in use (ulimit -n): further connections get a 503 until others end")
            while not self._has_reserve():
                if _are_all_taken():
                    self._end(self._number)
                sleep(_PAUSE)
            self._full.clear()

    def _has_reserve(self) -> bool:
        """Whether two descriptors are free again, and one of them is held now."""
        taken: list[int] = []
        with suppress(OSError):
            taken += [os.open(os.devnull, os.O_RDONLY)]
            taken += [os.open(os.devnull, os.O_RDONLY)]
        for number in taken[len(taken) == _RESERVED :]:
            os.close(number)
        if len(taken) < _RESERVED:
            return False
        self._number = taken[0]
        return True

    def _end(self, number: int) -> None:
        """Answer and end a connection of the server, where this number is one; the server closes it."""
        try:
            connection = socket.socket(fileno=number)
        except OSError:
            return
        with suppress(OSError):  # the client may have gone
            if connection.getsockname()[1] == self._port:
                with suppress(BlockingIOError):  # what isn't read would have the answer thrown away
                    connection.recv(65536, socket.MSG_DONTWAIT)
                if self._answer:
                    connection.send(self._answer, socket.MSG_DONTWAIT)
                connection.shutdown(socket.SHUT_RDWR)
        connection.detach()


def _answer() -> bytes:
    reason = "all open files of the mock are in use (ulimit -n); close connections, or raise the limit"
    body = encode(problem_value(Refused(503, reason, own=True), 503))
    lines = ("HTTP/1.1 503 Service Unavailable", f"Content-Type: {PROBLEM}", f"Content-Length: {len(body)}",
             "Retry-After: 1", "Connection: close", "", "")  # fmt: skip
    return "\r\n".join(lines).encode() + body


def _are_all_taken() -> bool:
    try:
        os.close(os.dup(0))
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
    return False
