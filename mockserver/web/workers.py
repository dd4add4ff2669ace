"""Several processes that answer on one port: forked from one that has read the files, and that watches over them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from time import monotonic
from typing import Final, NamedTuple

from mockserver.background import warn
from mockserver.errors import Unavailable

_DEATH_SIGNAL: Final = 1
"""Linux' `PR_SET_PDEATHSIG`: the signal that a process gets when its parent ends."""
_YOUNG: Final = 1.0
"""Seconds; a worker that ends sooner may have failed to start."""
_FAILURES: Final = 5
"""How many workers may end so in a row."""
_ENDING: Final = frozenset((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
_AWAITED: Final = _ENDING | {signal.SIGCHLD}


class Worker(NamedTuple):
    """One of the processes."""

    slot: int  #: from 0; a process that takes the place of another one has the same
    first: bool


def shared_by(count: int) -> Worker:
    """Return in each of so many workers; this process itself only watches, and never returns.

    A worker that dies is reported in one line and replaced; all end with this process. Raises Unavailable where workers
    end as soon as they have started. Signals are awaited, not handled: an exception of a handler gets lost in a fork.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
    workers: dict[int, float] = {}
    slots: dict[int, int] = {}
    started = failures = 0
    while True:
        while len(workers) < count:
            slot = min(set(range(count)) - {slots[pid] for pid in workers})
            pid = _forked()
            if pid == 0:
                return Worker(slot, first=started == 0)
            workers[pid], slots[pid], started = monotonic(), slot, started + 1
        if signal.sigwait(_AWAITED) in _ENDING:
            _stop(workers)
            sys.stdout.flush()
            os._exit(0)
        for pid in list(workers):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
            failures = failures + 1 if monotonic() - workers.pop(pid) < _YOUNG else 0
            if failures == _FAILURES:
                _stop(workers)
                raise Unavailable(f"{failures} workers in a row ended as soon as they had started: {_words(status)}")
            warn(f"a worker {_words(status)}; another one takes its place")


def _forked() -> int:
    """The number of a new process; 0 in that process, which ends when this one does."""
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _AWAITED)
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
