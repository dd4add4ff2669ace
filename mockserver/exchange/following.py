"""Streams of changes: what happens to the records of a collection, to a client that follows them.

Requests and control calls that change records are events of the journal, and what time does to records is worked out
when it is due. The id of an event is its place in the journal, with the instant where time changes the records: a
client that comes again with `Last-Event-ID` misses nothing that the journal still has. A stream has a thread of its
own, as granian asks a body for its pieces; it sleeps until an entry comes, or a moment.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from time import monotonic
from typing import Final

from mockserver.errors import StoreLost
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.watching import HEARTBEAT, Followed, Watch
from mockserver.messages import Follow
from mockserver.outbound.happening import Happenings

LONGEST: Final = 600.0
"""Seconds after which a stream ends; an EventSource comes again by itself."""
MOST: Final = 900
"""How many streams may be open; a further one ends at once, and its client comes again later."""
_RETRY: Final = b"retry: 1000\n\n"
_LATER: Final = b"retry: 5000\n\n"
_SHARED: Final = 0.5
"""Seconds between two looks into a store that other processes write too."""


class Following:
    """The streams of one engine; called with each new journal entry."""

    def __init__(self, engine: Followed) -> None:
        self._engine, self._came, self._open = engine, threading.Condition(), 0
        self._happenings: Happenings | None = None
        engine.store.on_removed.append(lambda _: self.wake())

    def __call__(self, _: Exchange) -> None:
        """Wake the streams: there is a new entry."""
        self.wake()

    def wake(self) -> None:
        """Have the streams look for what is new."""
        if self._open:
            with self._came:
                self._came.notify_all()

    def pieces(self, follow: Follow) -> Iterator[bytes]:
        """The stream of a request, piece by piece."""
        with self._came:
            is_full = self._open >= MOST
            self._open += not is_full
        if is_full:
            yield _LATER if follow.events else b"\n"
            return
        try:
            yield from self._pieces(follow)
        finally:
            with self._came:
                self._open -= 1

    def _pieces(self, follow: Follow) -> Iterator[bytes]:
        is_events, until, silent = follow.events, monotonic() + LONGEST, monotonic()
        watch = Watch(self._engine, follow)
        yield _RETRY if is_events else b"\n"
        while monotonic() < until and (frames := self._frames(watch, follow)) is not None:
            if frames or monotonic() - silent >= HEARTBEAT:
                silent = monotonic()
                yield b"".join(frames) or (b": \n\n" if is_events else b"\n")
            self._wait(watch, silent + HEARTBEAT - monotonic())

    def _frames(self, watch: Watch, follow: Follow) -> list[bytes] | None:
        """What is new, as the stream has it; None where its world is gone. Nothing is while the store is lost."""
        try:
            stored = self._engine.store.find(follow.world)
            news = None if stored is None else watch.news(stored[0])
        except StoreLost:
            watch.pause = _SHARED
            return []
        if news is None:
            return None
        frames = (self._known.frame(follow, kind, record, id_) for kind, record, id_ in news)
        return [frame for frame in frames if frame is not None]

    def _wait(self, watch: Watch, seconds: float) -> None:
        """Sleep until there is a new entry, time changes a record, or it is time for a sign of life."""
        longest = seconds if self._engine.store.kind == "memory" else min(seconds, _SHARED)
        with self._came:
            if not self._is_behind(watch):
                self._came.wait(max(min(longest, watch.pause), 0.0))

    def _is_behind(self, watch: Watch) -> bool:
        try:
            return self._engine.journal.total != watch.place
        except StoreLost:
            return False

    @property
    def _known(self) -> Happenings:
        if self._happenings is None or self._happenings.contract is not self._engine.contract:
            self._happenings = Happenings(self._engine.contract, self._engine.pipeline.builder)
        return self._happenings
