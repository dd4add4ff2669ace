"""The stages of the request story but for its end: route, admit, validate, disturb, behave, compose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from msgspec.structs import replace

from mockserver.behaviour.names import success_status
from mockserver.behaviour.runner import Outcome, echoed, run
from mockserver.behaviour.values import Scope
from mockserver.behaviour.vocabulary import Behaviours
from mockserver.clock import RUNNING, system_now
from mockserver.contract.contract import Contract
from mockserver.contract.messages.codings import decoded
from mockserver.contract.operations.operation import Operation
from mockserver.exchange.auth import Auth, Caller
from mockserver.exchange.choice import Choice, check_upgrade
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.faults import late
from mockserver.exchange.fitting import Fitting
from mockserver.exchange.instead import Instead
from mockserver.exchange.journals import Journals
from mockserver.exchange.meter import Meter
from mockserver.exchange.options import options_of
from mockserver.exchange.outage import Outage
from mockserver.exchange.planning import Planning
from mockserver.exchange.plans import plans_of
from mockserver.exchange.refusals import Refusals
from mockserver.exchange.sign_in import SignIn, entries_of
from mockserver.exchange.steering import delay_of
from mockserver.messages import Inputs, Request
from mockserver.reply.builder import ReplyBuilder
from mockserver.reply.problems import Problems
from mockserver.reply.reply import Reply
from mockserver.settings import MAX_BODY
from mockserver.state.store import Store
from mockserver.state.world import World


class Stages:
    """The stages of one contract, and what they work with."""

    def __init__(
        self,
        contract: Contract,
        behaviours: Behaviours,
        auth: Auth,
        store: Store,
        journal: Journals,
        *,
        seed: str = "0",
        clock: Callable[[], int] = system_now,
        pause: int = 0,
        max_body: int = MAX_BODY,
        metered: bool = True,
        sign_in: SignIn | None = None,
    ) -> None:
        self.contract, self.behaviours, self.auth = contract, behaviours, auth
        self.clock = clock
        self.success = {operation.id: success_status(operation) for operation in contract.operations.values()}
        plans = plans_of(contract, behaviours, self.success, entries_of(contract, auth))
        self._served = {name: (status, plans.get(name)) for name, status in self.success.items()}
        self.builder = ReplyBuilder(contract, seed)
        self.problems = Problems(contract, self.builder)
        self.outage = Outage(self.problems)
        self._metered = metered
        self.keep_state(store, journal, Meter())
        self.choice = Choice(self.builder, self.problems, self._served)
        self.fitting = Fitting(contract, self.builder, self.choice, inferred=behaviours.inferred)
        self.refusals = Refusals(contract, self.problems)
        self._instead = Instead(self.choice, self.refusals, behaviours, clock)
        self.planning = Planning(contract, behaviours, self.builder, self.fitting)
        self.sends = any(plan.sends for plan in plans.values())  #: whether a request can make the API send something
        self.pause = pause  #: milliseconds between two values of a stream
        self.max_body = max_body  #: bytes of the largest request body
        self._sign_in = sign_in
        self.first: Callable[[Request], None] | None = None  #: proves what a request is about, in a large contract
        self._next: Self | None = None

    def keep_state(self, store: Store, journal: Journals, meter: Meter) -> None:
        """Answer from this store and into this journal from now on, and count there."""
        self.store, self.journal, self.meter = store, journal, meter
        self.auth.look = self._look
        self._count = meter.count if self._metered else None  #: not even a call where nobody can ask for the numbers
        self.outage.count = meter.unavailable

    def provides(self, path: str) -> bool:
        """Whether the mock's own provider has an endpoint at a path."""
        return self._sign_in is not None and self._sign_in.provider.endpoint(path) is not None

    def followed_by(self, pipeline: Self) -> None:
        """Have another pipeline answer what this one can't: contract and behaviours have been read anew, and a request
        that is under way may miss its collections."""
        self._next = pipeline

    def _reply(self, exchange: Exchange, seen: Any) -> Reply:
        """The story: route, admit, validate, disturb, behave, compose; what it changes is committed once the reply has
        been checked."""
        request, steering, store = exchange.request, exchange.steering, self.store
        if (request.method == "OPTIONS" or steering.delay is not None) and (early := self._early(exchange)) is not None:
            return early
        match = self.contract.route(request.method, request.path, request)
        operation = match.operation
        exchange.operation = operation.id
        caller = self.auth.admit(operation, request, steering)
        exchange.user, exchange.world = caller.name, caller.world
        world, version = store.begin(caller.world, seen) if caller.token is None else self._counting(caller, seen)
        sent = request if "content-encoding" not in request.headers else self._unpacked(exchange)
        inputs = self.contract.read_inputs(match, sent)
        status, plan = self._served[operation.id]
        uncounted = None
        if world.faults or steering.wishes or status < 200:
            exchange.version = version
            world, instead = self._instead_of(operation, world, caller, exchange)
            if instead is not None:
                return instead
            uncounted, version = exchange.before, exchange.version
            check_upgrade(request, status)
        media = (
            None if steering.accept is None and plan is None else self.choice.media(operation, status, steering, inputs)
        )
        while True:
            exchange.at = now = self.clock() if world.clock is RUNNING else world.clock.now(self.clock)
            # A rewind to before this request also undoes the counts of its faults.
            exchange.before = world if uncounted is None else replace(world, faults=uncounted.faults)
            exchange.version = version
            outcome = self._behave(operation, world, inputs, caller, now, exchange)
            if plan is not None:
                outcome = plan.addressed(outcome, request, inputs)
            reply = self.builder.compose(operation, status, outcome.fields, media, whole=outcome.whole)
            violations = self.contract.check_response(operation, status, reply.headers, reply.media, reply.value)
            if violations:
                adapted = self.fitting.adapted(operation, status, outcome, media, now)
                if adapted is None:
                    return self.refusals.broken(violations, exchange, "the answer")
                reply = adapted
            after = outcome.world
            if plan is not None:
                reply, after = self.planning.planned(plan, operation, reply, outcome, exchange, inputs, self.journal)
            staged = version if after is world else store.stage(caller.world, version, after, outcome.changes)
            if staged is not None:  # no other commit came first
                exchange.version = staged
                exchange.changes, exchange.selected = outcome.changes, outcome.selected
                return reply
            world, version = store.again(caller.world)

    def _look(self, name: str) -> tuple[World, int]:
        world, _ = self.store.begin(name)
        return world, world.clock.now(self.clock)

    def _counting(self, caller: Caller, seen: Any) -> tuple[World, Any]:
        """The world that a caller with a signed token is answered from; `Refused(401)` where that counts no more."""
        world, version = self.store.begin(caller.world, seen)
        self.auth.must_count(caller, world, world.clock.now(self.clock))
        return world, version

    def _unpacked(self, exchange: Exchange) -> Request:
        """The request without the codings of its body, which the journal keeps as well."""
        exchange.request = unpacked = decoded(exchange.request, self.max_body)
        return unpacked

    def _early(self, exchange: Exchange) -> Reply | None:
        """The answer to an OPTIONS that is no operation; any other request is noted as late where it asks to be."""
        request, steering = exchange.request, exchange.steering
        options = options_of(self.contract, request, steering.origin) if request.method == "OPTIONS" else None
        if options is None and steering.delay is not None:
            exchange.disturbance = late(delay_of(steering.delay))
        return options

    def _instead_of(
        self, operation: Operation, world: World, caller: Caller, exchange: Exchange
    ) -> tuple[World, Reply | None]:
        """The world in which the request has been counted against the faults, and what is answered instead."""
        return self._instead.of(operation, world, caller, exchange, self.store)

    def _behave(
        self, operation: Operation, world: World, inputs: Inputs, caller: Caller, now: int, exchange: Exchange
    ) -> Outcome:
        behaviours = self.behaviours
        behaviour = behaviours.operations.get(operation.id)
        scope = Scope(inputs, caller.fields, now, behaviours.periods)
        if behaviour is None:
            outcome = Outcome(world)
        else:
            if behaviour.list is not None:
                scope.request = exchange.request
            if exchange.disturbance is not None:
                scope.fails = exchange.disturbance.fails
            outcome = run(behaviour, world, scope, behaviours)
        echo = behaviours.echoes.get(operation.id) if behaviours.echoes else None
        return outcome if echo is None else echoed(outcome, echo, scope)
