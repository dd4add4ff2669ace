"""The request story beside a real backend: who answers is decided first; what the backend answers is checked, kept in
the journal, and passed on as it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from time import perf_counter_ns
from typing import Any, Final

from msgspec.structs import replace

from mockserver.behaviour.values import MISSING
from mockserver.clock import RUNNING
from mockserver.contract.contract import Match
from mockserver.contract.operations.operation import ABSENT, Operation
from mockserver.errors import Refused, StoreLost
from mockserver.exchange.auth import Caller
from mockserver.exchange.awaited import Awaited
from mockserver.exchange.cors import preflight
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.faults import late
from mockserver.exchange.journals import Keeping
from mockserver.exchange.mirroring import Mirroring, json_of
from mockserver.exchange.passing import Asked, Said, Told, asked, is_text
from mockserver.exchange.pending import Pending
from mockserver.exchange.pipeline import Pipeline, in_header
from mockserver.exchange.steering import delay_of, read_steering
from mockserver.exchange.tapping import Room, Tap
from mockserver.exchange.unasked import keep_unasked
from mockserver.exchange.verdicts import Verdicts, listed, of_answer
from mockserver.messages import Answer, Passing, Request
from mockserver.reply.reply import Reply, encode
from mockserver.state.world import World
from mockserver.upstream.backend import Backend
from mockserver.upstream.headers import is_circular, upgrades_to
from mockserver.upstream.incoming import Incoming, NoAnswer
from mockserver.upstream.route import MOCK, Chosen, mirrors

BY: Final = "Mock-By"
"""The header that says who answered, and why."""
VIOLATIONS: Final = "Mock-Violations"
"""The header that lists what of the contract is broken, as JSON."""
_FALLBACK: Final = "fallback"
_CHANGED: Final = "a mocked operation has made or removed the record"
_OF_BYTES: Final = frozenset({"content-encoding", "etag", "last-modified", "content-md5", "digest", "repr-digest"})
"""Headers that say something of the bytes of a body."""


class Beside(Pipeline):
    """The pipeline of a mock with a backend beside it."""

    backend: Backend  #: given before the first request

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._verdicts, self._room = Verdicts(self.contract, self.max_body), Room()

    def stand_beside(self, backend: Backend, base: Callable[[], World]) -> None:
        """Have this backend beside the mock, whose worlds start as `base`."""
        self.backend = backend
        self._mirroring = Mirroring(self.contract, self.behaviours, self.auth, backend.seen, base)

    def respond(self, request: Request) -> Answer:
        """The answer to a request, with no more of a stream than its head."""
        answer = self.perform(request)
        whole = answer.awaited() if isinstance(answer, Pending) else answer
        close = getattr(whole.pieces, "close", None) if isinstance(whole, Passing) else None
        if close is not None:
            close()
        return whole

    def perform(self, request: Request, seen: Any = None) -> Answer | Pending:
        """The answer to a request, from the mock or the backend, or how to get it."""
        if isinstance(request, Asked):
            one = request
        else:
            one = asked(request)
            awaited = self._awaited(one)
            if awaited is not None:
                return awaited
        told = one.told or Told(request)
        try:
            answer = super().perform(one, seen)
        except BaseException:
            told.drop()
            raise
        return answer.followed(told.leaving) if isinstance(answer, Pending) else told.leaving(answer)

    def _awaited(self, one: Asked) -> Awaited | None:
        """The answer to a request that is sent to the backend at once; None where more must be thought of, or waited
        for."""
        told = one.told
        if told is None or one.rest or one.method == "OPTIONS" or "upgrade" in one.headers:
            return None
        request, steering = told.request, read_steering(one)
        told.match = match = self._match(request)
        told.chosen = chosen = self.backend.router.chosen(match.operation if match is not None else None)
        told.pipeline = self
        if chosen.by == MOCK or steering.wishes or ("via" in one.headers and is_circular(one.headers)):
            return None
        told.world = self.auth.world_of(request, steering)
        try:
            if self.store.begin(told.world)[0].faults:
                return None
        except (Refused, StoreLost):
            return None
        awaited = Awaited(self, one)
        return awaited if awaited.begin(told, self.max_body) else None

    def _reply(self, exchange: Exchange, seen: Any) -> Reply:
        """Who answers, and the answer."""
        one = exchange.request
        if not isinstance(one, Asked) or one.told is None:
            return super()._reply(exchange, seen)
        told = one.told
        if told.tap is not None:
            told.tap.exchange = exchange
        exchange.request = request = told.request
        exchange.micros = (perf_counter_ns() - told.started) // 1000  # until now
        if told.pipeline is self and told.chosen is not None:
            match, chosen, exchange.world = told.match, told.chosen, told.world
        else:
            match = self._match(request)
            chosen = self._chosen(request, match, exchange)
        exchange.by, exchange.because = chosen.by, chosen.why
        if chosen.by == MOCK:
            return self._from_mock(exchange, one, seen)
        if wanted := upgrades_to(request.headers):
            raise Refused(501, f"Upgrade: {wanted[:50]} isn't passed on to the backend", own=True)
        if is_circular(request.headers):
            raise Refused(
                508, "the request has come through this mock before: does --upstream name the mock?", own=True
            )
        exchange.operation = match.operation.id if match is not None else None
        world, instead = self._in_front(exchange, match, seen)
        if instead is not None:
            exchange.by, exchange.because = MOCK, "a fault or the client's wish comes before the backend"
            return instead
        return self._from_backend(exchange, one, told, match, world, seen)

    def _match(self, request: Request) -> Match | None:
        try:
            return self.contract.route(request.method, request.path, request)
        except Refused:
            return None

    def _chosen(self, request: Request, match: Match | None, exchange: Exchange) -> Chosen:
        if request.method == "OPTIONS":
            allowed = preflight(request, exchange.steering.origin, ())
            if allowed is not None:
                return Chosen(MOCK, "the mock allows every origin")
            if match is None and self.backend.router.routes.others == MOCK and self.contract.allowed(request.path):
                return Chosen(MOCK, "it knows the methods of the path")
        return self.backend.router.chosen(match.operation if match is not None else None)

    def _from_mock(self, exchange: Exchange, one: Asked, seen: Any) -> Reply:
        if one.length is None or one.length > len(one.body):
            raise Refused(413, f"the body is larger than {self.max_body} bytes (--max-body)", own=True)
        return super()._reply(exchange, seen)

    def _in_front(self, exchange: Exchange, match: Match | None, seen: Any) -> tuple[World, Reply | None]:
        """The world of a request, and the answer that a fault or the client's wish puts before the backend's."""
        steering = exchange.steering
        if steering.delay is not None:
            exchange.disturbance = late(delay_of(steering.delay))
        world = self._place(exchange, seen)
        if match is None or not (world.faults or steering.wishes):
            return world, None
        caller = Caller("anyone", world.name, {"id": None, "name": "anyone", "world": world.name})
        return self._instead_of(match.operation, world, caller, exchange)

    def _from_backend(
        self, exchange: Exchange, one: Asked, told: Told, match: Match | None, world: World, seen: Any
    ) -> Reply:
        if told.fallback:
            return self._fallen_back(exchange, one, told, told.fallback, seen)
        if told.said is not None:  # another process was faster: the answer is made anew, and nobody asked again
            return told.said.again(exchange)
        answered = told.ask(self.backend, one, self.max_body)
        if match is not None and self.backend.router.routes.fallback and not one.rest:
            absent = self.backend.absent(answered, exchange.request, match.operation)
            if absent:
                return self._fallen_back(exchange, one, told, absent, seen)
        if isinstance(answered, NoAnswer):
            return self._unanswered(exchange, answered)
        reply = self._checked(exchange, one, told, answered, match, world)
        if reply is None:
            return self._fallen_back(exchange, one, told, _CHANGED, seen)
        told.said = Said.of(exchange, reply)
        return reply

    def _fallen_back(self, exchange: Exchange, one: Asked, told: Told, why: str, seen: Any) -> Reply:
        """The mock's answer in the place of the backend's."""
        told.drop()
        told.failure, told.fallback = None, why
        exchange.by, exchange.because = MOCK, f"{_FALLBACK}: {why}"
        exchange.violations, exchange.verdict, exchange.reason = (), "kept", ""
        disturbance, exchange.disturbance = exchange.disturbance, None
        try:
            return self._from_mock(exchange, one, seen)
        finally:
            exchange.disturbance = disturbance  # which holds for whoever answers

    def _checked(
        self, exchange: Exchange, one: Asked, told: Told, answered: Incoming, match: Match | None, world: World
    ) -> Reply | None:
        """The backend's answer, once it has been checked; None where the mock has to answer."""
        headers = self.backend.passed(answered, exchange.request)
        if world.clock is not RUNNING:
            headers = tuple(line for line in headers if line[0].lower() != "date")
        routes, verdicts = self.backend.router.routes, self._verdicts
        told.body = verdicts.body(answered, exchange)
        if not answered.whole and not answered.is_bodiless:
            self._tapped(exchange, told, answered, match)
        if match is not None:
            exchange.violations = verdicts.violations(exchange, one, match, answered, headers, told.body)
        elif routes.others != MOCK:  # else the backend is there for what the contract doesn't have
            exchange.violations = verdicts.undeclared(exchange.request)
        verdicts.judge(exchange, answered.status)
        broken = of_answer(exchange.violations)
        if broken and routes.fail:
            told.altered, exchange.passing = True, False
            return self.problems.problem(Refused(502, exchange.reason, broken), 502)
        if match is not None and mirrors(routes) and not self._mirrored(exchange, told, answered, match, world):
            return None
        told.altered = told.altered or (exchange.disturbance is not None and exchange.disturbance.body is not None)
        if told.altered:
            headers = tuple(line for line in headers if line[0].lower() not in _OF_BYTES)
        if exchange.violations:
            headers = (*headers, (VIOLATIONS, listed(exchange.violations)))
        return Reply(answered.status, None, told.body or ABSENT, headers)

    def _tapped(self, exchange: Exchange, told: Told, answered: Incoming, match: Match | None) -> None:
        """Have what passes in pieces looked at: the items of a stream, and all text for a recording."""
        items = self._verdicts.items(match, answered)
        ended = self.backend.ended if is_text(answered) else None
        checked = "its items are checked as they pass" if items is not None else "isn't checked"
        exchange.because += f"; the body is passed on as it comes, and {checked}"
        exchange.passing = ended is not None
        if items is not None or ended is not None:
            told.tap = Tap(items, partial(keep_unasked, self.store, self.journal), ended, self._room)
            told.tap.exchange = exchange

    def _mirrored(self, exchange: Exchange, told: Told, answered: Incoming, match: Match, world: World) -> bool:
        """Take the answer into the world, and lay the mock's changes over it; False where the mock has to answer, since
        a mocked operation has made or removed the record."""
        mirroring = self._mirroring
        mirror = mirroring.mirror_of(match.operation.id)
        if mirror is None:
            return True
        overlay = self.backend.router.routes.overlay
        scope = mirroring.scope(match, exchange, exchange.at)
        if answered.status == 404 and overlay:
            return not mirroring.is_made(mirror, world, scope)
        value = json_of(told.body)
        if not 200 <= answered.status < 300 or (mirror.places and value is MISSING):
            return True
        world, count = mirroring.take(mirror, self.store, world.name, value, scope)
        _, exchange.version = self.store.begin(world.name)  # what was taken is no other request's change
        exchange.because += f"; {count} of its records are known to the mock now" if count else ""
        if not overlay or not mirror.places:
            return True
        laid = mirroring.overlaid(mirror, world, value, scope)
        if laid.count and not laid.gone:
            exchange.because += f"; the mock's changes of {laid.count} are laid over them"
            told.body, told.altered = encode(laid.value), True
        return not laid.gone

    def _unanswered(self, exchange: Exchange, failure: NoAnswer) -> Reply:
        """What is answered in the place of a backend that gives no answer."""
        exchange.verdict, exchange.reason = "broken", str(failure)
        return self.problems.problem(Refused(failure.status, exchange.reason), failure.status)

    def _instead_of(
        self, operation: Operation, world: World, caller: Caller, exchange: Exchange
    ) -> tuple[World, Reply | None]:
        """The same, once: a request that falls back has been counted, unless its store keeps that with the answer."""
        before = exchange.before
        if exchange.because.startswith(_FALLBACK) and before is not None and before.faults is not world.faults:
            return world, None
        return super()._instead_of(operation, world, caller, exchange)

    def _finish(self, exchange: Exchange, reply: Reply, started: int, seen: Any = None) -> Keeping | None:
        """Keep: the answer also says who gave it."""
        if exchange.by:
            by = (BY, _said_by(exchange.by, exchange.because))
            reply = replace(reply, headers=(*reply.headers, by))
        return super()._finish(exchange, reply, started - exchange.micros * 1000, seen)


@lru_cache(maxsize=1000)
def _said_by(by: str, because: str) -> str:
    """Who answered and why, as a header has it (RFC 9651)."""
    why = in_header(because.replace('"', "'").replace("\\", "/"))
    return f'{by}; why="{why}"'
