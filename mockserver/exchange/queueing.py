"""What a request makes its API send: callbacks and webhooks, queued in the world together with what it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from msgspec.structs import replace

from mockserver.behaviour.notifying import Notice, Planned, addresses_in
from mockserver.behaviour.run import Run
from mockserver.behaviour.runner import Outcome
from mockserver.behaviour.values import Scope
from mockserver.behaviour.vocabulary import Behaviours
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.operations.outgoing import Outgoing
from mockserver.contract.operations.runtime import Messages
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.validators import record_of
from mockserver.messages import NO_INPUTS, Inputs
from mockserver.outbound.composing import Composer
from mockserver.outbound.deliveries import (
    HEAVIEST,
    MOST,
    REFUSED,
    Delivery,
    has_room,
    message_id,
    planned_delivery,
    with_deliveries,
    without,
)
from mockserver.reply.builder import ReplyBuilder
from mockserver.reply.laying import Fields
from mockserver.reply.reply import Reply
from mockserver.state.becoming import moved, plain, steps_of
from mockserver.state.collection import Record
from mockserver.state.world import World

_MOST_AT_ONCE: Final = 100
"""How many deliveries one request may queue."""
_LARGEST: Final = 256_000
"""Bytes of a delivery's body."""


class Queueing:
    """Queues what the API of one contract sends."""

    def __init__(self, contract: Contract, behaviours: Behaviours, builder: ReplyBuilder) -> None:
        self._contract, self._behaviours, self._composer = contract, behaviours, Composer(contract, builder)

    def queued(
        self, callbacks: Iterable[Outgoing], reply: Reply, outcome: Outcome, exchange: Exchange, inputs: Inputs
    ) -> World:
        """The world after a request, with what it sends."""
        messages = Messages(exchange.request, inputs, reply.status, reply.headers, reply.value)
        record = record_of(outcome)
        about = record if record is not None else reply.value
        wanted: list[tuple[Outgoing, str, Any, Fields | None]] = []
        for callback in callbacks:
            to = callback.to.value(messages) if callback.to is not None else ABSENT
            wanted += [(callback, url, about, None) for url in addresses_in(to)]
        wanted += self._noticed(outcome.notices)
        deliveries = list(self._made(outcome.world, wanted[:_MOST_AT_ONCE], exchange.at))
        deliveries += [planned_delivery(outcome.world, one, exchange.at) for one in outcome.planned]
        exchange.deliveries = tuple(one.id for one in deliveries)
        return with_deliveries(outcome.world, deliveries) if deliveries else outcome.world

    def opened(self, world: World, delivery: Delivery) -> World:
        """The world at a moment that was planned: with what is sent then, unless its record has changed before."""
        planned = delivery.planned
        world = without(world, delivery.id)
        record = None if planned is None else self._at_its_moment(world, planned)
        if planned is None or record is None:
            return world
        rules = self._behaviours.collections[planned.collection]
        caller = {"id": record.get(rules.owner)} if rules.owner else {}
        scope = Scope(NO_INPUTS, caller, planned.at, self._behaviours.periods, record)
        run = Run(world, world.collections, scope, self._behaviours, [])
        moment = (planned.collection, planned.field, planned.value)
        told = [
            notification
            for one in self._behaviours.moments
            if (one.collection, one.field, one.value) == moment
            for notification in one.notify
        ]
        wanted = self._noticed(run.notices(told))
        made = list(self._made(world, wanted[:_MOST_AT_ONCE], planned.at))
        named = [replace(one, id=f"{delivery.id}-{place}" if place else delivery.id) for place, one in enumerate(made)]
        return with_deliveries(world, named)

    def _at_its_moment(self, world: World, planned: Planned) -> Record | None:
        """The record as it shows at a moment; None where it doesn't become then what was planned."""
        collection = world.collections.get(planned.collection)
        stored = None if collection is None else collection.records.get(planned.key)
        if collection is None or stored is None:
            return None
        record = moved(stored[1], collection.rules.becomes, planned.at)
        steps = steps_of(stored[1], collection.rules.becomes, planned.at - 1)
        became = any((one.at, one.field, one.value) == (planned.at, planned.field, planned.value) for one in steps)
        return plain(record) if became else None

    def _noticed(self, notices: Iterable[Notice]) -> list[tuple[Outgoing, str, Any, Fields | None]]:
        known = self._contract.outgoing
        return [(known[one.event], url, one.record, one.fields) for one in notices for url in one.urls]

    def by_hand(self, world: World, event: str, url: str, fields: Fields | None, now: int) -> tuple[World, Delivery]:
        """The world with one webhook, or callback, that somebody sends by hand."""
        outgoing = self._contract.outgoing[event]
        made = next(self._made(world, [(outgoing, url, None, fields)], now))
        return with_deliveries(world, [made]), made

    def _made(
        self, world: World, wanted: Iterable[tuple[Outgoing, str, Any, Fields | None]], now: int
    ) -> Iterator[Delivery]:
        room = has_room(world)
        for number, (outgoing, url, record, fields) in enumerate(wanted):
            yield self._one(message_id(world, number), outgoing, url, record, fields, now, room=room)

    def _one(
        self, id_: str, outgoing: Outgoing, url: str, record: Any, fields: Fields | None, now: int, *, room: bool
    ) -> Delivery:
        message = self._composer.message(outgoing, record, fields, now)
        if message.query:
            url += ("&" if "?" in url else "?") + message.query
        headers = dict(message.headers)
        delivery = Delivery(id_, outgoing.id, message.method, url, headers, _text(message.body), now, now)
        why = ""
        if message.violations:
            first = message.violations[0]
            why = f"it would have broken the contract: {first.place} {first.message}"
        elif len(message.body) > _LARGEST:
            why = f"its body is larger than {_LARGEST} bytes"
        elif not room:
            why = f"{MOST} deliveries of this world wait already, or {HEAVIEST} bytes of them"
        return _refused(delivery, why) if why else delivery


def _refused(delivery: Delivery, why: str) -> Delivery:
    return Delivery(
        delivery.id, delivery.event, delivery.method, delivery.url, {}, "", delivery.queued, delivery.due, REFUSED,
        reason=why,
    )  # fmt: skip


def _text(body: bytes) -> str:
    return body.decode("utf-8", errors="replace")
