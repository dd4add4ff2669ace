"""What is answered in the place of an operation's own response: a fault of the world, or what the client asks for."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from mockserver.behaviour.vocabulary import Behaviours
from mockserver.contract.operations.operation import Operation
from mockserver.errors import Refused
from mockserver.exchange.auth import Caller
from mockserver.exchange.choice import Choice
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.faults import Disturbance, FaultContext, disturb, together
from mockserver.exchange.refusals import Refusals
from mockserver.reply.reply import Reply
from mockserver.state.store import Store
from mockserver.state.world import World


class Instead:
    """Counts requests against the faults of their world, and chooses what they get instead."""

    def __init__(self, choice: Choice, refusals: Refusals, behaviours: Behaviours, clock: Callable[[], int]) -> None:
        self.choice, self.refusals, self.behaviours, self.clock = choice, refusals, behaviours, clock

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
        job = steering.wishes.get("job")
        if job is not None:
            exchange.disturbance = together(self._failing(operation, job), exchange.disturbance)
        wanted = self.choice.wanted(operation, steering, exchange.request)
        return world, None if wanted is None else self.refusals.checked(operation, wanted, exchange, "the answer")

    def _failing(self, operation: Operation, job: str) -> Disturbance:
        """The disturbance of `Prefer: job=failed`."""
        if job != "failed":
            raise Refused(422, f"Prefer: job={job[:50]} isn't known: write job=failed", own=True)
        if not self.behaviours.starts_jobs(operation.id):
            why = f"{operation.id} starts no job that can fail: add `fails` to a move of `becomes` in the behaviours"
            raise Refused(422, why, own=True)
        return Disturbance(fails=True)

    def _disturb(
        self, operation: Operation, world: World, caller: Caller, exchange: Exchange, store: Store
    ) -> tuple[World, Reply | None]:
        """Count the request against the faults of its world; the world after that, and the answer that is given
        instead, where one is."""
        token = exchange.request.headers.get("authorization") or caller.name
        is_job = any(one.rule.fails for one in world.faults) and self.behaviours.starts_jobs(operation.id)
        while True:
            now = world.clock.now(self.clock)
            context = FaultContext(operation.id, caller.name, token, now, f"{world.seed}/{world.name}", is_job)
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
