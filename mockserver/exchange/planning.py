"""What the plan of an operation adds to its reply and world: addresses, sign-in, streams, callbacks, webhooks."""

from __future__ import annotations

import re
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from mockserver.behaviour.runner import Outcome
from mockserver.behaviour.vocabulary import Behaviours
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import Operation
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.fitting import Fitting
from mockserver.exchange.journals import Journals
from mockserver.exchange.plans import Plan
from mockserver.exchange.sign_in import entered
from mockserver.messages import Follow, Inputs
from mockserver.reply.builder import ReplyBuilder
from mockserver.reply.reply import Reply
from mockserver.state.world import World

if TYPE_CHECKING:
    from mockserver.exchange.queueing import Queueing

_LAST_ID: Final = re.compile(r"(?P<place>\d{1,15})(-(?P<since>\d{1,15}))?", re.ASCII)
"""The id of an event: its place in the journals and, where time changes what is followed, its instant."""


class Planning:
    """Carries out the plans of operations."""

    def __init__(self, contract: Contract, behaviours: Behaviours, builder: ReplyBuilder, fitting: Fitting) -> None:
        self.contract, self.behaviours, self.builder, self.fitting = contract, behaviours, builder, fitting

    @cached_property
    def queueing(self) -> Queueing:
        """What queues callbacks and webhooks; few mocks send anything."""
        from mockserver.exchange.queueing import Queueing

        return Queueing(self.contract, self.behaviours, self.builder)

    def planned(
        self,
        plan: Plan,
        operation: Operation,
        reply: Reply,
        outcome: Outcome,
        exchange: Exchange,
        inputs: Inputs,
        journal: Journals,
    ) -> tuple[Reply, World]:
        """The reply as its plan has it, and the world with what the API sends then."""
        reply = self.fitting.planned(plan, operation, reply, outcome, exchange, inputs)
        for entry in plan.entries:
            reply, world = entered(
                entry, exchange, inputs, reply, outcome.world, partial(self.fitting.keeps, operation)
            )
            outcome = replace(outcome, world=world)
        if plan.stream and reply.framing is not None:
            reply = replace(
                reply, value=[], follow=_followed(plan.stream, operation, reply, outcome, exchange, journal)
            )
        if not plan.sends:
            return reply, outcome.world
        return reply, self.queueing.queued(plan.callbacks, reply, outcome, exchange, inputs)


def _followed(
    collection: str, operation: Operation, reply: Reply, outcome: Outcome, exchange: Exchange, journal: Journals
) -> Follow:
    """What a stream of changes follows, from where its client has left off."""
    media, total = reply.media or "", journal.total
    last = _LAST_ID.fullmatch(exchange.request.headers.get("last-event-id", ""))
    place = total if last is None else min(int(last["place"]), total)
    since = None if last is None or last["since"] is None else int(last["since"])
    is_events = media.startswith("text/event-stream")
    filters = outcome.followed or ()
    return Follow(exchange.world, collection, filters, operation.id, reply.status, media, place, is_events, since)
