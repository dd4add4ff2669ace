"""Several processes that answer on one port: forked from one that has read the files, and that watches over them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from time import monotonic
from typing import Final

from mockserver.background import warn
from mockserver.errors import Unavailable

_DEATH_SIGNAL: Final = 1
"""Linux' `PR_SET_PDEATHSIG`: the signal that a process gets when its parent ends."""
_YOUNG: Final = 1.0
"""Seconds; a worker that ends sooner may have failed to start."""
_FAILURES: Final = 5
"""How many workers may end so in a row."""
_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def shared_by(count: int) -> bool:
    """Return in each of so many workers, whether it is the first; this process itself only watches, and never returns.

    A worker that dies is told in a line and replaced; all end with this process. Raises Unavailable where one ends
    as soon as it has started.
    """
    workers: dict[int, float] = {}
    failures = 0
    for number in range(count):
        pid = _forked()
        if pid == 0:
            return number == 0
        workers[pid] = monotonic()
    try:
        for taken in _ENDING:
            signal.signal(taken, _end)
        while True:
            pid, status = os.wait()
            born = workers.pop(pid, 0.0)
            failures = failures + 1 if monotonic() - born < _YOUNG else 0
            if failures == _FAILURES:
                raise Unavailable(f"{failures} workers in a row ended as soon as they had started: {_words(status)}")
            warn(f"a worker {_words(status)}; another one takes its place")
            pid = _forked()
            if pid == 0:
                for taken in _ENDING:
                    signal.signal(taken, signal.SIG_DFL)
                return False
            workers[pid] = monotonic()
    except _End:
        _stop(workers)
        sys.stdout.flush()
        os._exit(0)
    except Unavailable:
        _stop(workers)
        raise


class _End(BaseException):
    """A signal ends this process."""


def _end(*_: object) -> None:
    for taken in _ENDING:
        signal.signal(taken, signal.SIG_IGN)
    raise _End


def _forked() -> int:
    """The number of a new process; 0 in that process, which ends when this one does."""
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        _end_with(parent)
    return pid


def _end_with(parent: int) -> None:
    if sys.platform == "linux":
        prctl: Callable[..., int] = ctypes.CDLL(None).prctl
        prctl(_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != parent:  # it has ended in the meantime
        os._exit(0)


def _stop(workers: dict[int, float]) -> None:
    for pid in workers:
        os.kill(pid, signal.SIGTERM)
    for pid in workers:
        os.waitpid(pid, 0)


def _words(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"was ended by signal {os.WTERMSIG(status)}"
    return f"ended with exit code {os.WEXITSTATUS(status)}"
