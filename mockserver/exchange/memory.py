"""How the process uses memory: the options of glibc's allocator, and when it gives memory back."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final

_MMAP_THRESHOLD: Final = -3
"""glibc's `M_MMAP_THRESHOLD`."""
_LARGE: Final = 128 * 1024
_ARENA_MAX: Final = -8
"""glibc's `M_ARENA_MAX`."""


def _libc(function: str) -> Callable[..., int] | None:
    """A function of glibc; None where there is no such function."""
    if sys.platform != "linux":
        return None
    with suppress(OSError, AttributeError):
        address: Callable[..., int] = getattr(ctypes.CDLL(None), function)
        return address
    return None


def give_back() -> None:
    """Return freed memory to the operating system, where the allocator would keep it."""
    trim = _libc("malloc_trim")
    if trim is not None:
        trim(0)


def pack_memory() -> None:
    """Have glibc use less memory; call it before there are threads.

    Large bodies and records are returned as soon as they are dropped: otherwise they go to the heap once the first one
    has been freed, and 600 records of 1 MB leave gaps of 300 MB there. All threads share one heap: the interpreter lets
    one of them run at a time, and a heap for each takes 4 MB more after some load.
    """
    option = _libc("mallopt")
    if option is not None:
        option(_MMAP_THRESHOLD, _LARGE)
        option(_ARENA_MAX, 1)
