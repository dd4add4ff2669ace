"""The request story: route, admit, validate, disturb, behave, compose, keep. It knows no web framework."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from mockserver.background import report
from mockserver.behaviour.names import success_status
from mockserver.behaviour.runner import Outcome, echoed, run
from mockserver.behaviour.values import Scope
from mockserver.behaviour.vocabulary import Behaviours
from mockserver.clock import RUNNING, format_http_date, system_now
from mockserver.contract.contract import Contract
from mockserver.contract.messages.codings import decoded
from mockserver.contract.operations.operation import Operation
from mockserver.errors import CallFailed, ContractBroken, Refused, StoreLost, internal_error
from mockserver.exchange.auth import Auth, Caller, Elsewhere
from mockserver.exchange.choice import Choice, check_upgrade
from mockserver.exchange.cors import cors_headers
from mockserver.exchange.exchange import EXPLANATION, WHY, Exchange
from mockserver.exchange.faults import Disturbance, disturbed, late
from mockserver.exchange.fitting import Fitting
from mockserver.exchange.instead import Instead
from mockserver.exchange.journal import Journals, Keeping
from mockserver.exchange.meter import Meter
from mockserver.exchange.options import options_of
from mockserver.exchange.outage import Outage
from mockserver.exchange.pending import Pending
from mockserver.exchange.planning import Planning
from mockserver.exchange.plans import plans_of
from mockserver.exchange.refusals import Refusals
from mockserver.exchange.sign_in import SignIn, entries_of
from mockserver.exchange.steering import delay_of, read_steering
from mockserver.messages import Answer, Inputs, Request, Transport
from mockserver.reply.builder import ReplyBuilder
from mockserver.reply.problems import PROBLEM, Problems
from mockserver.reply.reply import Reply, merged_headers
from mockserver.settings import MAX_BODY
from mockserver.state.store import MAIN, Store
from mockserver.state.world import World

if TYPE_CHECKING:
    pass

_LONGEST_REASON: Final = 500
"""How many characters of a reason stand in a header; the explanation has all of them."""


class Pipeline:
    """The stages of one contract; `respond` runs them for one request."""

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
        self._next: Pipeline | None = None

    def keep_state(self, store: Store, journal: Journals, meter: Meter) -> None:
        """Answer from this store and into this journal from now on, and count there."""
        self.store, self.journal, self.meter = store, journal, meter
        self.auth.look = self._look
        self._count = meter.count if self._metered else None  #: not even a call where nobody can ask for the numbers
        self.outage.count = meter.unavailable

    def provides(self, path: str) -> bool:
        """Whether the mock's own provider has an endpoint at a path."""
        return self._sign_in is not None and self._sign_in.provider.endpoint(path) is not None

    def followed_by(self, pipeline: Pipeline) -> None:
        """Have another pipeline answer what this one can't: contract and behaviours have been read anew, and a request
        that is under way may miss its collections."""
        self._next = pipeline

    def respond(self, request: Request) -> Answer:
        """The answer to a request: checked against the contract, committed and journaled."""
        answer = self.perform(request)
        return answer if type(answer) is Answer else answer.awaited()  # type: ignore[union-attr]  # a Pending

    def perform(self, request: Request, seen: Any = None) -> Answer | Pending:
        """The answer to a request, or how to get it: a store that others share keeps what belongs to it first.

        Whatever raises an exception, at the end of the story too, becomes an answer here. `seen` is what the request
        already has seen of its world.
        """
        if self.first is not None:
            self.first(request)
            if self._next is not None:
                return self._next.perform(request)
        started, exchange = perf_counter_ns(), Exchange(request)
        try:
            exchange.steering = read_steering(request)
            try:
                reply = self._reply(exchange, seen)
            except Refused as refused:
                reply = self._refused(refused, exchange, seen)
            if exchange.verdict == "broken" and self._next is not None:
                return self._next.perform(request)
            keeping = self._finish(exchange, reply, started, seen)
        except StoreLost as lost:
            return self.outage.answer(lost, exchange)
        except Exception as error:  # noqa: BLE001 - nothing leaves but an answer
            if self._next is not None and not (exchange.number or exchange.changes):
                return self._next.perform(request)
            return self._answer_error(exchange, error, started)
        if keeping is not None:
            return Pending(keeping, exchange, partial(self.perform, request), self)
        if self._count is not None:  # as `kept` does, but for an outage: memory has none
            self._count(exchange)
        return exchange.answer

    def refuse(self, request: Request, refused: Refused) -> Answer:
        """The answer to a request that is refused before its story begins, journaled like any other."""

        def again(seen: Any = None) -> Answer | Pending:
            started, exchange = perf_counter_ns(), Exchange(request, read_steering(request))
            try:
                keeping = self._finish(exchange, self._refused(refused, exchange, seen), started, seen)
            except StoreLost as lost:
                return self.outage.answer(lost, exchange)
            except Exception as error:  # noqa: BLE001 - nothing leaves but an answer
                return self._answer_error(exchange, error, started)
            return self.kept(exchange) if keeping is None else Pending(keeping, exchange, again, self)

        answer = again()
        return answer.awaited() if isinstance(answer, Pending) else answer

    def _refused(self, refused: Refused, exchange: Exchange, seen: Any) -> Reply:
        """The answer to a request that the contract refuses; the mock's own provider may be at its path."""
        is_elsewhere = isinstance(refused, Elsewhere) or (refused.status == 404 and exchange.operation is None)
        if is_elsewhere and self._sign_in is not None:
            try:
                reply = self._sign_in.reply(exchange, seen, self.store, self.clock)
                if reply is not None:
                    return self._sign_in.fitted(reply, exchange, self.fitting, self.refusals)
            except Refused as its_own:
                refused = its_own
        return self.refusals.refused(refused, exchange)

    def kept(self, exchange: Exchange) -> Answer:
        """The answer to a request that is in the journal."""
        if self._count is not None:
            self._count(exchange)
        if self.outage.lasts:
            self.outage.end()
        return exchange.answer

    def unkept(self, error: Exception, exchange: Exchange) -> Answer:
        """The answer to a request that can't be kept."""
        if isinstance(error, StoreLost):
            return self.outage.answer(error, exchange)
        report(f"{exchange.request.method} {exchange.request.path} isn't journaled: internal error: {error!r}", error)
        reply = self.problems.problem(Refused(500, internal_error(error)), 500)
        return Answer(500, (("Content-Type", PROBLEM),), reply.body())

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

    def _answer_error(self, exchange: Exchange, error: Exception, started: int) -> Answer | Pending:
        """The answer in the place of one that could not be made: a problem, journaled where it can be."""
        if isinstance(error, ContractBroken):
            reason = f"the contract cannot be served here: {error}"
        else:
            reason = str(error) if isinstance(error, CallFailed) else internal_error(error)
            report(f"{exchange.request.method} {exchange.request.path}: {reason}", error)
        reply = self.refusals.failed(exchange, reason)
        try:
            keeping = self._finish(exchange, reply, started)
        except StoreLost as lost:
            return self.outage.answer(lost, exchange)
        except Exception as unfinished:  # noqa: BLE001 - the client gets its answer, journaled or not
            request = exchange.request
            report(f"{request.method} {request.path} isn't journaled: internal error: {unfinished!r}", unfinished)
            return Answer(reply.status, (("Content-Type", PROBLEM),), reply.body())
        again = partial(self.perform, exchange.request)
        return self.kept(exchange) if keeping is None else Pending(keeping, exchange, again, self)

    def _finish(self, exchange: Exchange, reply: Reply, started: int, seen: Any = None) -> Keeping | None:
        """Keep: the answer as it leaves, with the headers that every answer has, disturbed by faults, and journaled."""
        body = reply.body()
        world = exchange.before
        if world is None:
            world = self._place(exchange, seen)
        exchange.world = name = world.name
        exchange.number = number = self.journal.next_number(name)
        why = (WHY, EXPLANATION % (name, number))
        headers = (*reply.headers, why) if reply.media is None else (("Content-Type", reply.media), *reply.headers, why)
        if exchange.reason:
            headers = (*headers, ("Mock-Reason", in_header(exchange.reason)))
        origin = exchange.steering.origin
        if world.clock is not RUNNING:
            headers = (*headers, ("Date", format_http_date(exchange.at)))
        if origin is not None:
            headers = merged_headers(headers, cors_headers(origin, headers))
        answer = Answer(reply.status, headers, body)
        if reply.framing is not None and (self.pause or reply.follow is not None):
            frames = tuple(map(len, reply.framing.frames(reply.value)))
            answer = replace(answer, transport=Transport(pause=self.pause, frames=frames, follow=reply.follow))
        if exchange.disturbance is not None:
            answer = self._disturbed(answer, exchange, exchange.disturbance)
        exchange.answer = answer
        exchange.micros = (perf_counter_ns() - started) // 1000
        return self.journal.keep(exchange)

    def _place(self, exchange: Exchange, seen: Any) -> World:
        """The world that a request is journaled in; one that was refused early is placed by what it names itself."""
        name = exchange.world or self.auth.world_of(exchange.request, exchange.steering)
        try:
            world, exchange.version = self.store.begin(name, seen)
        except Refused:  # there are too many worlds
            world, exchange.version = self.store.begin(MAIN, seen)
        exchange.before, exchange.at = world, world.clock.now(self.clock)
        return world

    def _disturbed(self, answer: Answer, exchange: Exchange, disturbance: Disturbance) -> Answer:
        if disturbance.alters_answer and exchange.verdict == "kept":
            exchange.reason, exchange.verdict = f"injected fault: {disturbance}", "fault"
        return disturbed(answer, disturbance)


def in_header(text: str) -> str:
    """A text as the value of a header: one line of ASCII, cut where it is long."""
    short = text if len(text) <= _LONGEST_REASON else f"{text[: _LONGEST_REASON - 3]}..."
    return "".join(char if " " <= char <= "~" else char.encode("unicode_escape").decode() for char in short)
