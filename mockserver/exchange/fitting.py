"""Replies in a form that keeps the contract: records as they can be shown, and status and headers as computed."""

from __future__ import annotations

from msgspec.structs import replace

from mockserver.behaviour.runner import Outcome
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT, Operation
from mockserver.exchange.adapting import Adapter
from mockserver.exchange.choice import Choice
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.plans import Plan
from mockserver.exchange.validators import VALIDATORS, check_write
from mockserver.messages import Inputs
from mockserver.reply.builder import ReplyBuilder
from mockserver.reply.reply import Reply, merged_headers


class Fitting:
    """Makes replies of one contract fit it."""

    def __init__(self, contract: Contract, builder: ReplyBuilder, choice: Choice, *, inferred: bool) -> None:
        self.contract, self.builder, self._choice, self._inferred = contract, builder, choice, inferred
        self._adapter = Adapter(contract, builder)

    def adapted(self, operation: Operation, status: int, outcome: Outcome, media: str | None, now: int) -> Reply | None:
        """The answer with its records in the form that it can show; None where that breaks the contract too, or where
        a person wrote the behaviours."""
        if not self._inferred:
            return None
        # What the request doesn't fit is left to the example, and so is a list that is too short for its `minItems`.
        tries = [] if outcome.whole else [self._adapter.adapted(operation, status, outcome.fields, media, now)]
        for fields in (*tries, *([()] if outcome.whole or not outcome.changes else [])):
            reply = self.builder.compose(operation, status, fields, media)
            if self.keeps(operation, reply):
                return reply
        return None

    def planned(
        self, plan: Plan, operation: Operation, reply: Reply, outcome: Outcome, exchange: Exchange, inputs: Inputs
    ) -> Reply:
        """The reply with the status and the headers that the plan computes, as far as the contract allows them.

        Raises Refused(412) when a precondition fails.
        """
        request, conditions = exchange.request, plan.conditions
        if plan.leading is not None:
            shown = plan.leading.shown(reply.value, outcome.world, inputs, exchange.at)
            led = replace(reply, value=shown)
            reply = led if self.keeps(operation, led) else reply
        if conditions is not None and conditions.writing:
            check_write(request, conditions.before(outcome))
        if status := plan.status(outcome):
            media = self._choice.media(operation, status, exchange.steering)
            other = self.builder.compose(operation, status, outcome.fields, media)
            reply = other if self.keeps(operation, other) else reply
        computed = replace(reply, headers=plan.headers(reply, request, inputs, outcome, exchange.at))
        if conditions is not None and conditions.reading and plan.is_unchanged(computed, request, outcome):
            validators = tuple(pair for pair in computed.headers if pair[0].lower() in VALIDATORS)
            same = self.builder.template(operation, 304)
            return Reply(304, None, ABSENT, merged_headers(same.headers, validators))
        kept = self.contract.keeps_headers(operation, reply.status, computed.headers, reply.media)
        return computed if kept else reply  # they differ in nothing but their headers

    def keeps(self, operation: Operation, reply: Reply) -> bool:
        """Whether the reply keeps the contract."""
        return not self.contract.check_response(operation, reply.status, reply.headers, reply.media, reply.value)
