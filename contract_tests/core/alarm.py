"""Ends work that takes too long at a place of somebody else's code, where no check of the time could stand."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

AGAIN: Final = 0.2  # seconds after which it rings once more: what is raised while memory is freed gets lost


class TimeOver(BaseException):
    """The time of some work is over; no `except Exception` keeps it."""


class Alarm:
    """Raises `TimeOver` in work at an instant (monotonic), but never while it is `silent`."""

    def __init__(self, at: float) -> None:
        self._at, self._thread = at, threading.get_ident()
        self._lock = threading.RLock()  # the thread that works may hold it when the work ends
        self._ended = threading.Event()
        self._has_rung = False

    def during(self, work: Callable[[], object]) -> None:
        """Do the work in this thread, until it is done or the time is over."""
        try:
            self._watched(work)
        finally:
            if not self._ended.is_set():  # it has arrived between two of the lines that await it
                with self._lock:
                    self._ended.set()

    def _watched(self, work: Callable[[], object]) -> None:
        try:
            if self._at != float("inf"):
                with self._lock:  # a thread that is about to start must not be interrupted
                    threading.Thread(target=self._watch, daemon=True).start()
            work()
        finally:
            while not self._ended.is_set():
                try:
                    with self._lock:
                        if self._has_rung:
                            self._has_rung = False
                            raise_in(self._thread, TimeOver)  # arrives at once, and what has not arrived yet with it
                        self._ended.set()
                except TimeOver:
                    continue

    def silent(self) -> AbstractContextManager[object]:
        """A part of the work that is not interrupted, such as a request.

        The lock itself: a generator around it would be interrupted between taking it and the block that gives it back.
        """
        return self._lock

    def _watch(self) -> None:
        self._ended.wait(max(self._at - time.monotonic(), 0))
        while not self._ended.is_set():
            with self._lock:
                if self._ended.is_set():
                    return
                self._has_rung = True
                raise_in(self._thread, TimeOver)
            self._ended.wait(AGAIN)


@contextmanager
def lost_quietly() -> Iterator[None]:
    """Print nothing where it rings while memory is freed, which no exception leaves: it rings again."""
    before = sys.unraisablehook

    def hook(lost: sys.UnraisableHookArgs) -> None:
        if lost.exc_type is not TimeOver:
            before(lost)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


def raise_in(thread: int, error: type[BaseException]) -> None:
    """Have a thread raise an exception as soon as it runs Python again.

    It can't be taken back: CPython 3.11 would then look for it at each call from that time on, and never end one that
    is traced or profiled.
    """
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))
