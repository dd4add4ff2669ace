"""What the API has sent because of a request, and why it sent something, in steps."""

from __future__ import annotations

from collections.abc import Iterator

from mockserver.clock import format_instant
from mockserver.exchange.engine import Engine
from mockserver.exchange.exchange import OUTGOING, Exchange
from mockserver.insight.step import Step
from mockserver.outbound.deliveries import OPEN, Delivery, delivery_of


def sent_steps(engine: Engine, entry: Exchange) -> Iterator[Step]:
    """The deliveries that a request has queued, as they are now; for an attempt, the request that it comes from."""
    if entry.verdict in OUTGOING:
        yield from _of_attempt(engine, entry)
        return
    stored = engine.store.find(entry.world) if entry.deliveries else None
    for id_ in entry.deliveries:
        delivery = delivery_of(stored[0], id_) if stored is not None else None
        yield Step("notify", f"{id_}: no longer kept" if delivery is None else _in_words(engine, delivery))
    if entry.verdict == "kept" and not entry.deliveries:
        yield from _unsent(engine, entry)


def _in_words(engine: Engine, delivery: Delivery) -> str:
    if delivery.planned is not None:
        return f"{delivery.reason}, at {format_instant(delivery.due)}"
    url = engine.journal.secrets.address(delivery.url)
    attempts = f"{delivery.attempts} attempt{'' if delivery.attempts == 1 else 's'}"
    due = f", next at {format_instant(delivery.due)}" if delivery.state in OPEN else ""
    reason = f": {delivery.reason}" if delivery.reason else ""
    return f"{delivery.event} to {url}: {delivery.state} after {attempts}{due}{reason}"


def _of_attempt(engine: Engine, entry: Exchange) -> Iterator[Step]:
    [id_] = (one.partition("-")[0] for one in entry.deliveries or ("",))
    entries = list(engine.journal.entries(entry.world))
    asked = next((one for one in entries if id_ in one.deliveries and one.verdict not in OUTGOING), None)
    if asked is not None:
        yield Step("because", f"request {asked.number}: {asked.request.method} {asked.request.path}")
    before = sum(id_ in one.deliveries and one.verdict in OUTGOING and one.number <= entry.number for one in entries)
    yield Step("attempt", f"{before} of {engine.behaviours.schedule.attempts} at most")


def _unsent(engine: Engine, entry: Exchange) -> Iterator[Step]:
    """The callbacks that a request could have had, and for which it has no address."""
    operation = engine.contract.operations.get(entry.operation or "")
    if operation is None or "callbacks" not in operation.raw:
        return
    for one in engine.contract.outgoing.values():
        if one.owner == operation.id and one.to is not None:
            yield Step("notify", f"{one.id}: not sent, as {one.to.text} has no value here")
