"""What is answered in the place of an operation's own response: a fault of the world, or what the client asks for."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from mockserver.contract.operations.operation import Operation
from mockserver.exchange.auth import Caller
from mockserver.exchange.choice import Choice
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.faults import FaultContext, disturb, together
from mockserver.exchange.refusals import Refusals
from mockserver.reply.reply import Reply
from mockserver.state.store import Store
from mockserver.state.world import World


class Instead:
    """Counts requests against the faults of their world, and chooses what they get instead."""

    def __init__(self, choice: Choice, refusals: Refusals, clock: Callable[[], int]) -> None:
        self.choice, self.refusals, self.clock = choice, refusals, clock

    def of(
        self, operation: Operation, world: World, caller: Caller, exchange: Exchange, store: Store
    ) -> tuple[World, Reply | None]:
        """The world in which the request has been counted against the faults, and the answer that a fault gives, or for
        which the client asks, in the place of the operation's own."""
        steering = exchange.steering
        instead = None
        if world.faults:
            world, instead = self._disturb(operation, world, caller, exchange, store)
        if instead is not None or not steering.wishes:
            return world, instead
        wanted = self.choice.wanted(operation, steering, exchange.request)
        return world, None if wanted is None else self.refusals.checked(operation, wanted, exchange, "the answer")

    def _disturb(
        self, operation: Operation, world: World, caller: Caller, exchange: Exchange, store: Store
    ) -> tuple[World, Reply | None]:
        """Count the request against the faults of its world; the world after that, and the answer that is given
        instead, where one is."""
        token = exchange.request.headers.get("authorization") or caller.name
        while True:
            now = world.clock.now(self.clock)
            context = FaultContext(operation.id, caller.name, token, now, f"{world.seed}/{world.name}")
            disturbance, faults = disturb(world.faults, context)
            if faults is world.faults:
                counted = world
                break
            counted = replace(world, faults=faults)
            version = store.stage(caller.world, exchange.version, counted)
            if version is not None:
                exchange.version = version
                break
            world, exchange.version = store.again(caller.world)
        exchange.before, exchange.at = world, now
        if disturbance is None:
            return counted, None
        exchange.disturbance = together(disturbance, exchange.disturbance)
        if not disturbance.instead:
            return counted, None
        exchange.reason, exchange.verdict = f"injected fault: {disturbance}", "fault"
        return counted, self.choice.of_fault(operation, disturbance, exchange.steering)
