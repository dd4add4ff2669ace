"""The request story: route, admit, validate, disturb, behave, compose, keep. It knows no web framework."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

from mockserver.auth import Auth, Caller
from mockserver.behaviour.names import success_status
from mockserver.behaviour.runner import Outcome, run
from mockserver.behaviour.values import Scope
from mockserver.behaviour.vocabulary import Behaviours
from mockserver.clock import system_now
from mockserver.contract.contract import Contract
from mockserver.contract.operation import Operation
from mockserver.cors import cors_headers, preflight
from mockserver.errors import Refused, Violation
from mockserver.journal import Entry, Journal
from mockserver.messages import Answer, Inputs, Request
from mockserver.reply.builder import Reply, ReplyBuilder
from mockserver.reply.negotiation import negotiate
from mockserver.reply.preferences import preferences
from mockserver.reply.problems import Problems
from mockserver.state.store import MAIN, Store
from mockserver.state.world import World

log = logging.getLogger("mockserver")


class Story:
    """What is known of one request so far; the journal entry is made of it."""

    __slots__ = ("before", "caller", "changes", "now", "operation", "reason", "verdict", "violations")

    def __init__(self) -> None:
        self.operation: Operation | None = None
        self.caller: Caller | None = None
        self.before: World | None = None
        self.now: int | None = None
        self.reason, self.verdict = "", "kept"
        self.violations: tuple[Violation, ...] = ()
        self.changes: tuple[Any, ...] = ()


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
        started = perf_counter_ns()
        story = Story()
        answer = self._answered(request, story)
        if "origin" in request.headers:
            answer = Answer(answer.status, answer.headers + cors_headers(request), answer.body)
        self._journaled(request, answer, story, started)
        return answer

    def refuse(self, request: Request, refused: Refused) -> Answer:
        """The answer to a request that is refused before its story begins, journaled like any other."""
        started, story = perf_counter_ns(), Story()
        answer = self._refused(refused, story)
        answer = Answer(answer.status, answer.headers + cors_headers(request), answer.body)
        self._journaled(request, answer, story, started)
        return answer

    def _answered(self, request: Request, story: Story) -> Answer:
        if request.method == "OPTIONS":
            methods = self.contract.allowed(request.path)
            early = preflight(request, methods)
            if early is not None or (methods and "OPTIONS" not in methods):
                return early or Answer(204, (("Allow", ", ".join(methods)),))
        try:
            try:
                return self._told(request, story)
            except Refused as refused:
                return self._refused(refused, story)
        except Exception as error:
            log.exception("%s %s failed", request.method, request.path)
            return self._failed(story, f"the mock itself failed: {type(error).__name__}: {error}")

    def _told(self, request: Request, story: Story) -> Answer:
        match = self.contract.route(request.method, request.path)
        story.operation = operation = match.operation
        story.caller = caller = self.auth.admit(operation, request)
        inputs = self.contract.read_inputs(match, request)
        wished = self._wished(operation, request)
        if wished is not None:
            return self._stateless(wished, story)
        media = self._media(operation, self.success[operation.id], request)
        while True:
            world, version = self.store.load(caller.world)
            story.before, story.now = world, world.clock.now(self.clock)
            outcome = self._behave(operation, world, inputs, caller, story.now)
            reply = self.builder.compose(operation, self.success[operation.id], outcome.fields, media)
            violations = self._check(operation, reply)
            if violations:
                story.violations = violations
                return self._failed(story, "the answer would have broken the contract")
            if outcome.world is world or self.store.commit(caller.world, version, outcome.world):
                story.changes = outcome.changes
                return _written(reply)

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

    def _stateless(self, reply: Reply, story: Story) -> Answer:
        violations = self._check(story.operation, reply) if story.operation else ()
        if violations:
            story.violations = violations
            return self._failed(story, "the answer would have broken the contract")
        return _written(reply)

    def _behave(self, operation: Operation, world: World, inputs: Inputs, caller: Caller, now: int) -> Outcome:
        behaviour = self.behaviours.operations.get(operation.id)
        if behaviour is None:
            return Outcome(world)
        scope = Scope(inputs, caller.fields, now, self.behaviours.periods)
        return run(behaviour, world, scope, self.behaviours)

    def _check(self, operation: Operation, reply: Reply) -> tuple[Violation, ...]:
        return self.contract.check_answer(operation, reply.status, reply.headers, reply.media, reply.value)

    def _refused(self, refused: Refused, story: Story) -> Answer:
        """The refusal as an answer; it is checked like any answer that the contract declares."""
        story.reason, story.verdict = refused.reason, "refused"
        story.violations = refused.details
        reply = self.problems.render(refused, story.operation)
        operation = story.operation
        if operation is not None and not refused.own and operation.response_for(reply.status) is not None:
            violations = self._check(operation, reply)
            if violations:
                story.violations = violations
                return self._failed(story, f"the refusal ({refused.reason}) would have broken the contract")
        return _written(reply)

    def _failed(self, story: Story, reason: str) -> Answer:
        """Fail closed: what breaks the contract does not leave."""
        story.reason, story.verdict = reason, "broken"
        return _written(self.problems.problem(Refused(500, reason, story.violations), 500))

    def _journaled(self, request: Request, answer: Answer, story: Story, started: int) -> None:
        caller, operation = story.caller, story.operation
        world = caller.world if caller else MAIN
        self.journal.keep(
            Entry(
                self.journal.next_number(world),
                story.now if story.now is not None else self.clock(),
                request,
                answer,
                operation.id if operation else None,
                caller.name if caller else None,
                world,
                story.reason,
                story.violations,
                story.changes,
                story.before,
                (perf_counter_ns() - started) // 1000,
                story.verdict,
            )
        )


def _written(reply: Reply) -> Answer:
    body = reply.body()
    headers = reply.headers if reply.media is None else (("Content-Type", reply.media), *reply.headers)
    return Answer(reply.status, headers, body)
