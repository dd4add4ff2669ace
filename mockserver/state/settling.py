"""Steps of requests on their way into a ledger: all that wait are kept together, in the order in which they came.

A request that waits holds no thread, where its server can answer later: a thread of the store's own keeps what has come
since it last did, in one transaction or round trip. The more requests come at once, the less each of them costs.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from mockserver.background import attempt, start
from mockserver.errors import StoreLost
from mockserver.state.ledger import Outcome, Settled, Step

_TOGETHER: Final = 1024 * 1024
"""Bytes of steps that are kept together, unless a single one has more: others wait for the next time."""
_WAITING: Final = 16 * 1024 * 1024
"""Bytes of steps that may wait. Beyond these, whoever adds one waits until it is kept."""

_PAUSE: Final = 0.001
"""Seconds in which as many may come as were kept together last. Two threads that run in turn wait for each other at
each step of a database; so requests are answered first, and then kept."""
Settle = Callable[[Sequence[Step]], list[Outcome | StoreLost]]
"""Keeps steps together."""
Concluded = Callable[[Outcome], Settled]
"""Makes of an outcome what the request gets. Raises StoreLost, or Outrun where it must be answered again."""


class Slot:
    """A step, and what became of it."""

    __slots__ = ("_settled", "conclude", "done", "error", "size", "step", "then")

    def __init__(self, step: Step | None, conclude: Concluded, error: Exception | None = None) -> None:
        self.step, self.conclude, self.error = step, conclude, error
        self.size = 0 if step is None else len(step.data) + (len(step.addition.entry) if step.addition else 0)
        self.done = error is not None
        self.then: Callable[[], object] | None = None
        self._settled = Settled(0, 0)

    def result(self) -> Settled:
        """What became of the step, once it is done. Raises Outrun, or StoreLost."""
        if self.error is not None:
            raise self.error
        return self._settled

    def finish(self, outcome: Outcome | Exception) -> None:
        """Note what became of it."""
        try:
            if isinstance(outcome, Exception):
                raise outcome
            self._settled = self.conclude(outcome)
        except Exception as error:  # noqa: BLE001 - raised again where the request waits for it
            self.error = error


class Settler:
    """Keeps steps; whoever waits for one keeps those before it as well."""

    def __init__(
        self, settle: Callable[[Sequence[Step]], list[Outcome | StoreLost]], lost: Callable[[Step], None]
    ) -> None:
        self._settle, self._lost = settle, lost
        self._queue: deque[Slot] = deque()
        self._waiting = 0  # bytes
        self._lock, self._keeping = threading.Lock(), threading.RLock()
        self._call = threading.Lock()
        self._called = False
        self._thread: threading.Thread | None = None
        self._crowd = 0  # how many were kept together last
        self._complete = threading.Lock()  # which is free once as many have come again
        self._complete.acquire()

    def put(self, slot: Slot) -> None:
        """Add a step; it is kept after those that were added before it."""
        with self._lock:
            self._queue.append(slot)
            self._waiting += slot.size
            if len(self._queue) == self._crowd > 1 and self._complete.locked():
                self._complete.release()

    def wait(self, slot: Slot) -> None:
        """Return once a step is done."""
        while not slot.done:
            with self._keeping:
                if not slot.done:
                    self._keep()

    def later(self, slot: Slot, then: Callable[[], object]) -> None:
        """Call `then` once a step is done, in whatever thread."""
        if self._waiting > _WAITING:
            self.wait(slot)
        with self._lock:
            done = slot.done
            if not done:
                slot.then = then
        if done:
            then()
        elif not self._called:
            self._called = True
            if self._thread is None or not self._thread.is_alive():  # a process that was forked has none
                self._start()
            with suppress(RuntimeError):  # another thread has called at the same time
                self._call.release()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = start("store", self._work)

    def _work(self) -> None:
        while True:
            self._call.acquire()
            self._called = False
            if self._crowd > 1:
                self._await_others()
            with self._keeping:
                while self._queue:
                    self._keep()

    def _await_others(self) -> None:
        self._complete.acquire(blocking=False)  # what it says may be of an earlier time
        if len(self._queue) < self._crowd:
            self._complete.acquire(timeout=_PAUSE)

    def _keep(self) -> None:
        """Keep those that come first. Where the store is lost, all that wait are: they would each wait for it again."""
        batch = self._batch(_TOGETHER)
        self._crowd = len(batch)
        outcomes: Sequence[Outcome | Exception]
        try:
            outcomes = self._settle([slot.step for slot in batch if slot.step is not None])
        except StoreLost as lost:
            batch += self._batch(_WAITING * 4)
            outcomes = [lost] * len(batch)
        except Exception as error:  # noqa: BLE001 - raised again where the requests wait
            outcomes = [error] * len(batch)
        for slot, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Exception) and slot.step is not None:
                self._lost(slot.step)
            slot.finish(outcome)
        waiting = []
        with self._lock:
            for slot in batch:
                slot.done = True
                if slot.then is not None:
                    waiting.append(slot.then)
                    slot.then = None  # which holds what holds the slot
        for then in waiting:
            attempt("store", then)

    def _batch(self, most: int) -> list[Slot]:
        """The slots that come first, up to a size; at least one, where there is one."""
        batch: list[Slot] = []
        with self._lock:
            while self._queue and (not batch or most >= self._queue[0].size):
                batch.append(self._queue.popleft())
                most -= batch[-1].size
                self._waiting -= batch[-1].size
        return batch
