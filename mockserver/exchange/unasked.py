"""Keeps journal entries that no client waits for: attempts of deliveries, and items of streams that have passed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockserver.exchange.exchange import OUTGOING, Exchange, numbered
from mockserver.exchange.journals import Journals
from mockserver.state.store import Outrun, Store
from mockserver.state.world import World

Staged = Callable[[World, Any], Any]
"""The version of a world once something has been changed in it; None where another commit came first."""


def keep_unasked(store: Store, journal: Journals, exchange: Exchange, stage: Staged | None = None) -> None:
    """Keep an exchange in the journal of its world, if that is still there, together with what `stage` changes."""
    name = exchange.world
    while store.find(name) is not None:
        world, version = store.begin(name)
        staged = version if stage is None else stage(world, version)
        if staged is None:
            store.note_conflict()
            continue
        exchange.before, exchange.version = world, staged
        exchange.number = number = journal.next_number(name)
        if exchange.verdict not in OUTGOING:  # what a receiver has answered isn't the mock's to number
            exchange.answer = numbered(exchange.answer, name, number)
        keeping = journal.keep(exchange)
        if keeping is None:
            return
        keeping.wait()
        try:
            keeping.finish()
        except Outrun:
            continue
        return
