"""The request story: route, admit, validate, disturb, behave, compose, keep. It knows no web framework."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter_ns

from msgspec.structs import replace

from mockserver.behaviour.names import success_status
from mockserver.behaviour.runner import Outcome, run
from mockserver.behaviour.values import Scope
from mockserver.behaviour.vocabulary import Behaviours
from mockserver.clock import RUNNING, format_http_date, system_now
from mockserver.contract.contract import Contract
from mockserver.contract.operations.operation import ABSENT, Operation
from mockserver.contract.operations.routing import served
from mockserver.errors import ContractBroken, Refused, Violation
from mockserver.exchange.auth import Auth, Caller
from mockserver.exchange.cors import cors_headers, preflight
from mockserver.exchange.exchange import Story
from mockserver.exchange.faults import Asked, Disturbance, delayed, disturb, disturbed
from mockserver.exchange.journal import Entry, Journal
from mockserver.messages import Answer, Inputs, Request
from mockserver.reply.builder import Reply, ReplyBuilder, merged_headers
from mockserver.reply.negotiation import negotiate
from mockserver.reply.preferences import Preferences, asked_delay, preferences
from mockserver.reply.problems import Problems
from mockserver.state.store import MAIN, Store
from mockserver.state.world import World

log = logging.getLogger("mockserver")


class Pipeline:
    """The stages of one contract, put together; `respond` tells the story of one request."""

    def __init__(
        self,
        contract: Contract,
        behaviours: Behaviours,
        auth: Auth,
        store: Store,
        journal: Journal,
        *,
        seed: str = "0",
        clock: Callable[[], int] = system_now,
    ) -> None:
        self.contract, self.behaviours, self.auth = contract, behaviours, auth
        self.store, self.journal, self.clock = store, journal, clock
        self.success = {operation.id: success_status(operation) for operation in contract.operations.values()}
        self.builder = ReplyBuilder(contract, seed)
        self.problems = Problems(contract, self.builder)

    def keep_state(self, store: Store, journal: Journal) -> None:
        """Answer from this store and into this journal from now on."""
        self.store, self.journal = store, journal

    def respond(self, request: Request) -> Answer:
        """The answer to a request: checked against the contract, committed and journaled."""
        started, story = perf_counter_ns(), Story()
        try:
            try:
                early = self._early(request) if request.method == "OPTIONS" else None
                reply = early or self._told(request, story)
            except Refused as refused:
                reply = self._refused(refused, story)
        except ContractBroken as error:
            reply = self._failed(story, f"the contract cannot be served here: {error}")
        except Exception as error:
            log.exception("%s %s failed", request.method, request.path)
            reply = self._failed(story, f"the mock itself failed: {type(error).__name__}: {error}")
        return self._leaves(request, reply, story, started)

    def refuse(self, request: Request, refused: Refused) -> Answer:
        """The answer to a request that is refused before its story begins, journaled like any other."""
        started, story = perf_counter_ns(), Story()
        return self._leaves(request, self._refused(refused, story), story, started)

    def _early(self, request: Request) -> Reply | None:
        """The answer to a preflight, or to a question for the methods of a path that declares no OPTIONS."""
        methods = self.contract.allowed(request.path)
        early = preflight(request, methods)
        if early is not None:
            return Reply(204, None, ABSENT, early)
        if methods and "OPTIONS" not in methods:
            return Reply(204, None, ABSENT, (("Allow", ", ".join(served(methods))),))
        return None

    def _told(self, request: Request, story: Story) -> Reply:
        bare, store = request.bare, self.store
        story.delay = 0 if bare else asked_delay(request)
        match = self.contract.route(request.method, request.path, request)
        story.operation = operation = match.operation
        story.caller = caller = self.auth.admit(operation, request)
        inputs = self.contract.read_inputs(match, request)
        world, version = store.load(caller.world)
        if world.faults:
            instead = self._disturb(operation, caller, request, story)
            if instead is not None:
                return instead
            world, version = store.load(caller.world)
        if not bare or "__" in request.query:
            wished = self._wished(operation, request)
            if wished is not None:
                return self._checked(operation, wished, story, "the answer")
        status = self.success[operation.id]
        media = None if bare else self._media(operation, status, request)
        while True:
            story.now = now = self.clock() if world.clock is RUNNING else world.clock.now(self.clock)
            # Whoever rewinds to before this request undoes the counts of its faults too.
            story.before = world if story.faults is None else replace(world, faults=story.faults)
            outcome = self._behave(operation, world, inputs, caller, now)
            reply = self.builder.compose(operation, status, outcome.fields, media)
            violations = self._check(operation, reply)
            if violations:
                return self._broken(violations, story, "the answer")
            after = outcome.world
            if after is world or store.commit(caller.world, version, after):
                story.changes, story.found = outcome.changes, outcome.found
                return reply
            world, version = store.load(caller.world)

    def _disturb(self, operation: Operation, caller: Caller, request: Request, story: Story) -> Reply | None:
        """Count the request against the faults of its world; the answer that is given instead, where one is."""
        token = request.headers.get("authorization") or caller.name
        while True:
            world, version = self.store.load(caller.world)
            now = world.clock.now(self.clock)
            asked = Asked(operation.id, caller.name, token, now, f"{world.seed}/{world.name}")
            found, faults = disturb(world.faults, asked)
            if faults is world.faults or self.store.commit(caller.world, version, replace(world, faults=faults)):
                break
        story.before, story.now, story.faults, story.disturbance = world, now, world.faults, found
        if found is None or not found.instead:
            return None
        story.reason, story.verdict = f"a fault was asked for: {found}", "fault"
        return self._instead(operation, found, request)

    def _instead(self, operation: Operation, found: Disturbance, request: Request) -> Reply:
        if found.status is None or found.transport.reset:
            return Reply(0, None, ABSENT)
        headers = () if found.retry_after is None else (("Retry-After", str(found.retry_after)),)
        if operation.response_for(found.status) is None:
            refused = Refused(found.status, f"a fault of the mock: {found}", headers=headers, own=True)
            return self.problems.problem(refused, found.status)
        wish = Preferences(found.status, found.example)
        reply = self.builder.wished(operation, found.status, wish, self._media(operation, found.status, request))
        return replace(reply, headers=merged_headers(reply.headers, headers))

    def _wished(self, operation: Operation, request: Request) -> Reply | None:
        """The answer that the client asks for by `Prefer`, made without touching state; None when it asks for none."""
        wish = preferences(request)
        if wish is None:
            return None
        status = wish.code or self.success[operation.id]
        if operation.response_for(status) is None:
            declared = ", ".join(operation.responses)
            raise Refused(404, f"{operation.id} declares no status {status}; declared: {declared}", own=True)
        if status == self.success[operation.id] and wish.example is None and not wish.dynamic:
            return None
        return self.builder.wished(operation, status, wish, self._media(operation, status, request))

    def _media(self, operation: Operation, status: int, request: Request) -> str | None:
        """The media type to answer in; None where the contract offers no choice. `Refused(406)` when none fits."""
        accept = request.headers.get("accept")
        if accept is None or accept == "*/*":
            return None
        offered = self.builder.offered(operation, status)
        return negotiate(accept, offered) if offered else None

    def _check(self, operation: Operation, reply: Reply) -> tuple[Violation, ...]:
        return self.contract.check_response(operation, reply.status, reply.headers, reply.media, reply.value)

    def _checked(self, operation: Operation, reply: Reply, story: Story, what: str) -> Reply:
        """The reply where it keeps the contract, and what is answered instead where it does not."""
        violations = self._check(operation, reply)
        return self._broken(violations, story, what) if violations else reply

    def _broken(self, violations: tuple[Violation, ...], story: Story, what: str) -> Reply:
        story.violations = violations
        return self._failed(story, f"{what} would have broken the contract")

    def _behave(self, operation: Operation, world: World, inputs: Inputs, caller: Caller, now: int) -> Outcome:
        behaviour = self.behaviours.operations.get(operation.id)
        if behaviour is None:
            return Outcome(world)
        scope = Scope(inputs, caller.fields, now, self.behaviours.periods)
        return run(behaviour, world, scope, self.behaviours)

    def _refused(self, refused: Refused, story: Story) -> Reply:
        """The refusal as an answer; it is checked like any answer that the contract declares."""
        story.reason, story.verdict = refused.reason, "refused"
        story.violations, story.found = refused.details, refused.missed or None
        reply = self.problems.render(refused, story.operation)
        operation = story.operation
        if operation is not None and not reply.own:
            return self._checked(operation, reply, story, f"the refusal ({refused.reason})")
        return reply

    def _failed(self, story: Story, reason: str) -> Reply:
        """Fail closed: what breaks the contract does not leave."""
        story.reason, story.verdict = reason, "broken"
        return self.problems.problem(Refused(500, reason, story.violations), 500)

    def _leaves(self, request: Request, reply: Reply, story: Story, started: int) -> Answer:
        """The reply as it leaves: with the headers that every answer has, disturbed as asked, and journaled."""
        world = story.before or self._place(request, story)
        name, journal = world.name, self.journal
        number = journal.next_number(name)
        why = ("Mock-Why", f"/__mock__/worlds/{name}/requests/{number}/why")
        headers = (*reply.headers, why) if reply.media is None else (("Content-Type", reply.media), *reply.headers, why)
        if not request.bare and "origin" in request.headers:
            headers = merged_headers(headers, cors_headers(request))
        if world.clock is not RUNNING:
            headers = (*headers, ("Date", format_http_date(story.now)))
        answer = Answer(reply.status, headers, reply.body())
        if story.disturbance is not None or story.delay:
            answer = self._spoilt(answer, story)
        caller, operation = story.caller, story.operation
        journal.keep(
            Entry(
                number,
                story.now,
                request,
                answer,
                None if operation is None else operation.id,
                None if caller is None else caller.name,
                name,
                story.reason,
                story.violations,
                story.changes,
                world,
                (perf_counter_ns() - started) // 1000,
                story.verdict,
                story.fault,
                story.found,
            )
        )
        return answer

    def _place(self, request: Request, story: Story) -> World:
        """The world that a request is journaled in; one that was refused early is placed by what it says itself."""
        name = story.caller.world if story.caller is not None else self.auth.world_of(request)
        try:
            world, _ = self.store.load(name)
        except Refused:  # there are too many worlds
            world, _ = self.store.load(MAIN)
        story.before, story.now = world, world.clock.now(self.clock)
        return world

    def _spoilt(self, answer: Answer, story: Story) -> Answer:
        found = delayed(story.disturbance, story.delay)
        story.fault = str(found)
        if found.spoils and story.verdict == "kept":
            story.reason, story.verdict = f"a fault was asked for: {found}", "fault"
        return disturbed(answer, found)
