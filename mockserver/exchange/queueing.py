"""What a request makes its API send: callbacks and webhooks, queued in the world together with what it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from mockserver.behaviour.notifying import addresses_in
from mockserver.behaviour.runner import Outcome
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.operations.outgoing import Outgoing
from mockserver.contract.operations.runtime import Messages
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.validators import record_of
from mockserver.messages import Inputs
from mockserver.outbound.composing import Composer
from mockserver.outbound.deliveries import (
    MOST,
    REFUSED,
    Delivery,
    has_room,
    message_id,
    with_deliveries,
)
from mockserver.reply.builder import ReplyBuilder
from mockserver.reply.laying import Fields
from mockserver.reply.reply import Reply
from mockserver.state.world import World

_MOST_AT_ONCE: Final = 100
"""How many deliveries one request may queue."""
_LARGEST: Final = 1_000_000
"""Bytes of a delivery's body."""


class Queueing:
    """Queues what the API of one contract sends."""

    def __init__(self, contract: Contract, builder: ReplyBuilder) -> None:
        self._contract, self._composer = contract, Composer(contract, builder)

    def queued(
        self, callbacks: Iterable[Outgoing], reply: Reply, outcome: Outcome, exchange: Exchange, inputs: Inputs
    ) -> tuple[World, tuple[Any, ...]]:
        """The world after a request, with what it sends, and all that has changed there."""
        messages = Messages(exchange.request, inputs, reply.status, reply.headers, reply.value)
        record = record_of(outcome)
        about = record if record is not None else reply.value
        wanted: list[tuple[Outgoing, str, Any, Fields | None]] = []
        for callback in callbacks:
            to = callback.to.value(messages) if callback.to is not None else ABSENT
            wanted += [(callback, url, about, None) for url in addresses_in(to)]
        for notice in outcome.notices:
            outgoing = self._contract.outgoing[notice.event]
            wanted += [(outgoing, url, notice.record, notice.fields) for url in notice.urls]
        deliveries = list(self._made(outcome.world, wanted[:_MOST_AT_ONCE], exchange.at))
        exchange.deliveries = tuple(one.id for one in deliveries)
        if not deliveries:
            return outcome.world, outcome.changes
        world, changes = with_deliveries(outcome.world, deliveries)
        return world, (*outcome.changes, *changes)

    def by_hand(self, world: World, event: str, url: str, fields: Fields | None, now: int) -> tuple[World, Delivery]:
        """The world with one webhook, or callback, that somebody sends by hand."""
        outgoing = self._contract.outgoing[event]
        made = next(self._made(world, [(outgoing, url, None, fields)], now))
        return with_deliveries(world, [made])[0], made

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
            why = f"{MOST} deliveries of this world wait already"
        return _refused(delivery, why) if why else delivery


def _refused(delivery: Delivery, why: str) -> Delivery:
    return Delivery(
        delivery.id, delivery.event, delivery.method, delivery.url, {}, "", delivery.queued, delivery.due, REFUSED,
        reason=why,
    )  # fmt: skip


def _text(body: bytes) -> str:
    return body.decode("utf-8", errors="replace")
