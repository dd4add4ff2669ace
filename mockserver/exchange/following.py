"""Streams of changes: what happens to the records of a collection, to a client that follows them.

Each change is an event of the journal, whose place is the id of the event in the stream: a client that comes again with
`Last-Event-ID` misses nothing that the journal still has. A stream has a thread of its own, which sleeps until an entry
comes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Any, Final, Protocol

from mockserver.behaviour.vocabulary import Behaviours
from mockserver.contract.contract import Contract
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.journal import Journals
from mockserver.exchange.pipeline import Pipeline
from mockserver.messages import Follow
from mockserver.outbound.happening import CHANGED, CREATED, REMOVED, Happenings
from mockserver.state.becoming import plain
from mockserver.state.collection import Record, holds
from mockserver.state.store import Store

HEARTBEAT: Final = 15.0
"""Seconds of silence after which a comment shows that the stream is alive."""
LONGEST: Final = 600.0
"""Seconds after which a stream ends; an EventSource comes again by itself."""
_RETRY: Final = b"retry: 1000\n\n"
_SHARED: Final = 0.5
"""Seconds between two looks into a store that other processes write too."""


class Followed(Protocol):
    """The engine whose records are followed."""

    contract: Contract
    behaviours: Behaviours
    store: Store
    journal: Journals
    pipeline: Pipeline


class Following:
    """The streams of one engine; called with each new journal entry."""

    def __init__(self, engine: Followed) -> None:
        self._engine, self._came, self._open = engine, threading.Condition(), 0
        self._happenings: Happenings | None = None

    def __call__(self, _: Exchange) -> None:
        """Wake the streams: there is a new entry."""
        if self._open:
            with self._came:
                self._came.notify_all()

    def pieces(self, follow: Follow) -> Iterator[bytes]:
        """The stream of a request, piece by piece."""
        with self._came:
            self._open += 1
        try:
            yield from self._pieces(follow)
        finally:
            with self._came:
                self._open -= 1

    def _pieces(self, follow: Follow) -> Iterator[bytes]:
        journal, is_events = self._engine.journal, follow.events
        place, until, silent = follow.place, monotonic() + LONGEST, monotonic()
        yield _RETRY if is_events else b"\n"
        while monotonic() < until and self._engine.store.find(follow.world) is not None:
            events = journal.after(place) if journal.total != place else []
            place = events[-1].place if events else place
            frames = [frame for one in events if isinstance(one, Exchange) for frame in self._frames(one, follow)]
            if frames or monotonic() - silent >= HEARTBEAT:
                silent = monotonic()
                yield b"".join(frames) or (b": \n\n" if is_events else b"\n")
            self._wait(place, silent + HEARTBEAT - monotonic())

    def _wait(self, place: int, seconds: float) -> None:
        """Sleep until there is a new entry, or it is time for a sign of life."""
        longest = seconds if self._engine.store.kind == "memory" else min(seconds, _SHARED)
        with self._came:
            if self._engine.journal.total == place:
                self._came.wait(max(longest, 0.0))

    def _frames(self, entry: Exchange, follow: Follow) -> Iterator[bytes]:
        """The events of what one request has changed."""
        if entry.world != follow.world:
            return
        for change in entry.changes:
            if change.collection == follow.collection:
                before, after = (self._shown(one, follow, entry.at) for one in (change.before, change.after))
                kind = CREATED if before is None else REMOVED if after is None else CHANGED
                record = after if after is not None else before
                frame = None if record is None else self._known.frame(follow, kind, record, entry.place)
                if frame is not None:
                    yield frame

    def _shown(self, record: Record | None, follow: Follow, now: int) -> Mapping[str, Any] | None:
        """A record as it shows to who follows; None where it isn't among those that are followed."""
        if record is None:
            return None
        shown = self._engine.behaviours.collections[follow.collection].shown_at(record, now)
        return None if shown is None or not all(holds(shown, *one) for one in follow.filters) else plain(shown)

    @property
    def _known(self) -> Happenings:
        if self._happenings is None or self._happenings.contract is not self._engine.contract:
            self._happenings = Happenings(self._engine.contract, self._engine.pipeline.builder)
        return self._happenings
