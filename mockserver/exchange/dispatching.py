"""Sends what worlds have queued, each delivery at its instant on the world's clock, and journals every attempt.

A thread waits for the next instant while there is one, and ends when nothing is left to send. When a clock is moved,
its world is settled by the call that moves it: every attempt that falls into the time that has passed is made at its
instant, one after the other, so that retries of hours take no time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from itertools import islice
from time import monotonic, time
from typing import Any, Final, Protocol

from msgspec.structs import replace

from mockserver import __version__
from mockserver.background import attempt, start
from mockserver.behaviour.vocabulary import Behaviours
from mockserver.clock import system_now
from mockserver.errors import StoreLost
from mockserver.exchange.exchange import DELIVERED, OUTGOING, UNDELIVERED, Exchange
from mockserver.exchange.journals import Journals
from mockserver.exchange.pipeline import Pipeline
from mockserver.exchange.unasked import keep_unasked
from mockserver.messages import Answer, Request
from mockserver.outbound import deliveries as queue
from mockserver.outbound.addresses import Forbidden, Reach
from mockserver.outbound.deliveries import Delivery
from mockserver.outbound.sending import Sent, send
from mockserver.outbound.signatures import secret_of, signed
from mockserver.settings import MEMORY, Settings
from mockserver.state.store import Store
from mockserver.state.world import World

WORKERS: Final = 8
"""How many worlds send at once."""
PATIENCE: Final = 25.0
"""Seconds that a call may wait for deliveries; what is left then goes out on its own."""
_LONGEST_WAIT: Final = 3600.0
_RESUMED: Final = 100
"""In how many worlds, the last used ones, a new process looks for what an earlier one has left."""
_OUTAGE: Final = 1.0
"""Seconds after which a store is asked again that didn't answer."""
_GONE: Final = 410
_MACHINE: Final[Callable[[], int]] = system_now


class Sending(Protocol):
    """The engine whose worlds send."""

    settings: Settings
    behaviours: Behaviours
    store: Store
    journal: Journals
    pipeline: Pipeline


class Dispatcher:
    """Sends the deliveries of all worlds of one engine; called with each new journal entry."""

    def __init__(self, engine: Sending) -> None:
        settings = engine.settings
        self._engine = engine
        self.reach = Reach.of(settings.deliver_to, own=[settings.port])
        self._lock = threading.Condition()
        self._wakes: dict[str, float] = {}  # by world: when to look, on the machine's monotonic clock
        self._busy: set[str] = set()
        self._locks: dict[str, threading.Lock] = {}
        self._runs = False
        self._is_fresh = engine.store.kind != MEMORY
        engine.store.on_removed.append(self._forget)

    def __call__(self, exchange: Exchange) -> None:
        """Send what a request has queued; with the first one, also what an earlier process has left in a store."""
        if self._is_fresh:
            self._is_fresh = False
            self._resume()
        if exchange.deliveries and exchange.verdict not in OUTGOING:
            self.wake(exchange.world)

    def _resume(self) -> None:
        for name in islice(self._engine.store.names(), _RESUMED):
            self.wake(name)

    def secret(self, world: World) -> str:
        """The secret by which the deliveries of a world are signed."""
        return self._engine.settings.webhook_secret or secret_of(world.seed, world.name)

    def wake(self, world: str, after: float = 0.0) -> None:
        """Look for what a world has to send, in so many seconds."""
        at = monotonic() + min(after, _LONGEST_WAIT)
        with self._lock:
            self._wakes[world] = min(at, self._wakes.get(world, at))
            if not self._runs:
                self._runs = True
                start("deliveries", self._run)
            self._lock.notify_all()

    def _forget(self, world: str) -> None:
        with self._lock:
            self._wakes.pop(world, None)
            self._locks.pop(world, None)

    def _run(self) -> None:
        """Have each world send in time, until none has anything to wait for."""
        while True:
            with self._lock:
                world = self._ready()
                if world is None:
                    if not self._wakes:
                        self._runs = False
                        return
                    soonest = min((at for name, at in self._wakes.items() if name not in self._busy), default=None)
                    is_full = len(self._busy) >= WORKERS or soonest is None
                    self._lock.wait(None if is_full or soonest is None else max(soonest - monotonic(), 0.0))
                    continue
                del self._wakes[world]
                self._busy.add(world)
            start("delivery", self._work, world)

    def _ready(self) -> str | None:
        now = monotonic()
        if len(self._busy) >= WORKERS:
            return None
        return next((name for name, at in self._wakes.items() if at <= now and name not in self._busy), None)

    def _work(self, world: str) -> None:
        try:
            attempt("delivery", self._settle_or_wait, world)
        finally:
            with self._lock:
                self._busy.discard(world)
                self._lock.notify_all()

    def _settle_or_wait(self, world: str) -> None:
        """Send what is due; where the store can't be asked, as soon as it can. Requests tell of the outage."""
        try:
            self.settle(world)
        except StoreLost:
            self.wake(world, _OUTAGE)

    def settle(self, name: str, patience: float = PATIENCE) -> None:
        """Send all that is due in a world, and note when to look again."""
        until = monotonic() + patience
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        if not lock.acquire(timeout=patience):
            return
        try:
            wait = self._send_due(name, until)
        finally:
            lock.release()
        if wait is not None:
            self.wake(name, wait / 1000)

    def _send_due(self, name: str, until: float) -> int | None:
        """Send what is due; the milliseconds until more is, None where nothing waits or the clock stands still."""
        while True:
            stored = self._engine.store.find(name)
            if stored is None:
                return None
            world = stored[0]
            delivery = queue.next_of(world, _MACHINE())
            if delivery is None:
                return queue.lease_left(world, _MACHINE())
            ahead = delivery.due - world.clock.now(self._engine.pipeline.clock)
            if ahead > 0:
                return None if world.clock.frozen is not None else ahead
            if monotonic() >= until:
                return 0
            if delivery.planned is not None:
                self._open(name, delivery)
                continue
            claimed = self._claimed(name, delivery)
            if claimed is not None:
                self._attempt(world, claimed)

    def _open(self, name: str, delivery: Delivery) -> None:
        """Put what is sent at a moment in the place of what was planned."""

        def change(world: World) -> World:
            if queue.is_paused(world) or queue.delivery_of(world, delivery.id) != delivery:
                return world
            return self._engine.pipeline.planning.queueing.opened(world, delivery)

        self._engine.store.update(name, change)

    def _claimed(self, name: str, delivery: Delivery) -> Delivery | None:
        """The delivery, once nobody else can send it; None where somebody does."""
        won: list[Delivery] = []

        def change(world: World) -> World:
            won.clear()
            if queue.is_paused(world) or queue.delivery_of(world, delivery.id) != delivery:
                return world
            won.append(replace(delivery, state=queue.SENDING, lease=_MACHINE() + queue.LEASE))
            return queue.with_deliveries(world, won)

        self._engine.store.update(name, change)
        return won[0] if won else None

    def _attempt(self, world: World, delivery: Delivery) -> None:
        """Make one attempt, and keep what became of it."""
        engine, body = self._engine, delivery.body.encode()
        headers = {**delivery.headers, "User-Agent": f"mockserver/{__version__}"}
        headers |= signed(self.secret(world), delivery.id, int(time()), body)
        timeout = engine.behaviours.schedule.timeout / 1000
        try:
            sent = send(self.reach.target(delivery.url), delivery.method, headers, body, timeout)
        except Forbidden as forbidden:
            sent, after = Sent(), replace(delivery, state=queue.REFUSED, reason=str(forbidden))
        else:
            after = self._after(delivery, sent)
        after = replace(after, lease=0)
        is_delivered = after.state == queue.DELIVERED
        path, _, query = delivery.url.partition("?")
        plain = {name.lower(): text for name, text in headers.items()}
        exchange = Exchange(
            Request(delivery.method, path, query, dict(reversed(plain.items())), body),
            operation=delivery.event,
            world=world.name,
            at=delivery.due,
            verdict=DELIVERED if is_delivered else UNDELIVERED,
            reason=after.reason,
            answer=Answer(sent.status, sent.headers, sent.body),
            micros=sent.micros,
            deliveries=(delivery.id,),
        )
        self._keep(exchange, after)

    def _after(self, delivery: Delivery, sent: Sent) -> Delivery:
        """The delivery after an attempt that was answered so."""
        schedule, attempts = self._engine.behaviours.schedule, delivery.attempts + 1
        after = replace(delivery, attempts=attempts, status=sent.status)
        if 200 <= sent.status < 300:
            return replace(after, state=queue.DELIVERED, reason="")
        why = sent.trouble or f"the receiver answered {sent.status}"
        if sent.status == _GONE:
            return replace(after, state=queue.FAILED, reason=f"{why}: it wants no more")
        if attempts >= schedule.attempts:
            return replace(after, state=queue.FAILED, reason=f"{why}; given up after {attempts} attempts")
        pause = max(schedule.pause(attempts), min(_retry_after(sent), schedule.longest))
        why = f"{why}; attempt {attempts + 1} of {schedule.attempts} follows after {pause / 1000:g} s"
        return replace(after, state=queue.WAITING, due=delivery.due + pause, reason=why)

    def _keep(self, exchange: Exchange, after: Delivery) -> None:
        """Keep what became of a delivery, together with the journal entry of the attempt."""
        engine, name = self._engine, exchange.world

        def stage(world: World, version: Any) -> Any:
            known = queue.delivery_of(world, after.id)
            if known is None or known.state != queue.SENDING:
                return version
            return engine.store.stage(name, version, queue.with_deliveries(world, [after]))

        keep_unasked(engine.store, engine.journal, exchange, stage)


def _retry_after(sent: Sent) -> int:
    """How long a receiver asks to be left alone, in milliseconds: seconds, or a date of the machine's clock."""
    text = next((text for name, text in sent.headers if name.lower() == "retry-after"), "").strip()
    if text.isascii() and text.isdecimal():
        return int(text[:9]) * 1000
    try:
        moment: Any = parsedate_to_datetime(text)
        return max(int((moment.timestamp() - time()) * 1000), 0)
    except (ValueError, TypeError, OverflowError, OSError):  # Windows knows no local time before 1970
        return 0
