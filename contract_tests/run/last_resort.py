"""Ends the process at an instant without running any Python: something may keep the interpreter to itself."""

from __future__ import annotations

import ctypes
import os
import signal
from typing import Final

LIBRARY: Final = None if os.name == "posix" else "msvcrt"  # Windows has no name for the library in use
CLOCK_MONOTONIC: Final = 1
SIGEV_THREAD: Final = 2  # when the time is over, the C library calls a function


class _Event(ctypes.Structure):
    """`struct sigevent` of Linux."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("function", ctypes.c_void_p),
        ("attributes", ctypes.c_void_p),
        ("padding", ctypes.c_byte * 32),
    )


class _Times(ctypes.Structure):
    """`struct itimerspec`: the interval, then the first time."""

    _fields_ = tuple((name, ctypes.c_long) for name in ("every", "every_nano", "seconds", "nano"))


class LastResort:
    """A timer of the system that ends the process with an exit code; where the system has none, by SIGALRM."""

    def __init__(self, code: int) -> None:
        self._libc, self._timer = ctypes.CDLL(LIBRARY), ctypes.c_void_p()
        self._has_timer = hasattr(self._libc, "timer_create") and self._create(code)

    def set(self, seconds: float) -> None:
        """End the process after so many seconds; 0 takes it back."""
        if self._has_timer:
            whole = int(seconds)
            times = _Times(seconds=whole, nano=int((seconds - whole) * 1e9))
            self._libc.timer_settime(self._timer, 0, ctypes.byref(times), None)
        elif hasattr(signal, "setitimer") and signal.getsignal(signal.SIGALRM) is signal.SIG_DFL:
            signal.setitimer(signal.ITIMER_REAL, seconds)

    def close(self) -> None:
        """Take it back for good."""
        self.set(0)
        if self._has_timer:
            self._libc.timer_delete(self._timer)
            self._has_timer = False

    def _create(self, code: int) -> bool:
        leave = ctypes.cast(self._libc._exit, ctypes.c_void_p).value  # noqa: SLF001 - the function's name in C
        event = _Event(value=code, notify=SIGEV_THREAD, function=leave)
        return bool(self._libc.timer_create(CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(self._timer)) == 0)
