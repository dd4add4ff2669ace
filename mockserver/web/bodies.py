"""The bodies of requests as they come in: how much of them is read, and how much all of them may take together."""

from __future__ import annotations

import threading
from typing import Any, Final

SMALL: Final = 64 * 1024
"""Up to how many bytes a body isn't counted: all threads of the server together hold 8 MB of such bodies."""
TOGETHER: Final = 256 * 1000 * 1000
"""How many bytes the other bodies may take together; at least one of the largest size is always taken."""
_DISCARDED: Final = 64 * 1000 * 1000
"""How many bytes of a body that is too large are read all the same: who still sends doesn't read the refusal."""
_PIECE: Final = 64 * 1024
_LATER: Final = 1.0
"""Seconds for which a body waits for room after its time: by then, its client has its answer."""


class Room:
    """The bytes that bodies may take together. Who needs more than is left waits before it reads: nobody waits with a
    part of a body in its hands, so those that have room always end."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._more = threading.Condition()

    def take(self, size: int, patience: float) -> bool:
        """Take so many bytes, once there are as many; False where there aren't after so many seconds."""
        with self._more:
            if not self._more.wait_for(lambda: self._left >= size, patience):
                return False
            self._left -= size
            return True

    def give(self, size: int) -> None:
        """Give back what was taken."""
        with self._more:
            self._left += size
            self._more.notify_all()


class Bodies:
    """Reads bodies of up to `limit` bytes, each for up to `timeout` seconds."""

    def __init__(self, limit: int, timeout: float, together: int = TOGETHER) -> None:
        self._limit, self._timeout = limit, timeout
        self._room = Room(max(together, limit))

    def read(self, sent: Any, size: int | None, *, whole: bool = True) -> tuple[bytes, int] | None:
        """A body whose size may be unknown, and the bytes that are to be given back; None where it found no room.

        One that is too large is dropped, or has more than `limit` bytes; all of it is read where the `whole` is wanted,
        unless it is longer than what is sent by mistake.
        """
        if size is None:
            return self._read_chunks(sent, whole)
        if size > self._limit:
            if size <= _DISCARDED:
                _discard(sent, _DISCARDED)
            return b"", 0
        if size <= SMALL:
            return sent.read(size), 0
        return self._counted(sent, size, b"")

    def give(self, taken: int) -> None:
        """Note that a body is no longer held."""
        if taken:
            self._room.give(taken)

    def _read_chunks(self, sent: Any, whole: bool) -> tuple[bytes, int] | None:
        start: bytes = sent.read(min(SMALL, self._limit + 1))
        if len(start) < SMALL and len(start) <= self._limit:
            return start, 0
        found = self._counted(sent, max(self._limit + 1 - len(start), 0), start)
        if whole and found is not None and len(found[0]) > self._limit:
            _discard(sent, _DISCARDED)
        return found

    def _counted(self, sent: Any, size: int, start: bytes) -> tuple[bytes, int] | None:
        """What was read of a body and so many bytes more, which are counted."""
        taken = min(size, self._limit)
        if not self._room.take(taken, self._timeout + _LATER):
            return None
        try:
            rest: bytes = sent.read(size) if size else b""
            return start + rest if start else rest, taken
        except BaseException:
            self._room.give(taken)
            raise


def _discard(sent: Any, most: int) -> None:
    while most > 0 and (piece := sent.read(_PIECE)):
        most -= len(piece)
