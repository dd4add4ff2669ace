"""The request story: route, admit, validate, disturb, behave, compose, keep. It knows no web framework.

`Stages` has all of it but for `keep`. Whatever happens on the way becomes an answer here.
"""

from __future__ import annotations

from functools import partial
from time import perf_counter_ns
from typing import Any, Final

from msgspec.structs import replace

from mockserver.background import report
from mockserver.clock import RUNNING, format_http_date
from mockserver.errors import CallFailed, ContractBroken, Refused, StoreLost, internal_error
from mockserver.exchange.auth import Elsewhere
from mockserver.exchange.cors import cors_headers
from mockserver.exchange.exchange import EXPLANATION, WHY, Exchange
from mockserver.exchange.faults import Disturbance, disturbed
from mockserver.exchange.journals import Keeping
from mockserver.exchange.pending import Pending
from mockserver.exchange.stages import Stages
from mockserver.exchange.steering import read_steering
from mockserver.messages import Answer, Request, Transport
from mockserver.reply.problems import PROBLEM
from mockserver.reply.reply import Reply, merged_headers
from mockserver.state.store import MAIN
from mockserver.state.world import World

_LONGEST_REASON: Final = 500
"""How many characters of a reason stand in a header; the explanation has all of them."""


class Pipeline(Stages):
    """The stages of one contract; `respond` runs them for one request."""

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
