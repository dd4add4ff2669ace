"""Faults: frozen rules inside a world that say which answers are disturbed, and how.

A world's faults are a tuple of armed rules; a request that one of them matches gives the next tuple, with its
counts updated. A fork therefore copies the faults, and a rewind restores their counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from hashlib import blake2b
from random import Random
from typing import Any, Literal, NamedTuple

import msgspec
from immutables import Map

from mockserver.messages import Answer, Transport
from mockserver.settings import LONGEST_WAIT

TOKENS = 10_000
"""How many tokens a rate limit counts at once; when there are more, it starts again."""
_SHORT = 200
"""How many characters a token has at most that a window is kept by; a longer one is kept by its hash."""


class Span(msgspec.Struct, frozen=True, rename={"low": "from", "high": "to"}):
    """Milliseconds drawn uniformly from a range."""

    low: int
    high: int


class LogNormal(msgspec.Struct, frozen=True):
    """Milliseconds distributed as on real networks: mostly near the median, sometimes much longer."""

    median: int
    sigma: float


class Delay(msgspec.Struct, frozen=True, omit_defaults=True):
    """How long an answer waits, in milliseconds: one of the three."""

    fixed: int | None = None
    uniform: Span | None = None
    lognormal: LogNormal | None = None

    def drawn(self, random: Random) -> int:
        """One wait, at most `LONGEST_WAIT`."""
        if self.uniform is not None:
            return random.randint(*sorted((self.uniform.low, self.uniform.high)))
        if self.lognormal is not None:
            spread = math.exp(self.lognormal.sigma * random.gauss(0, 1))
            return min(int(self.lognormal.median * spread), LONGEST_WAIT)
        return self.fixed or 0


class RateLimit(msgspec.Struct, frozen=True):
    """The number of calls that each token has in a number of seconds of the world's clock."""

    calls: int
    seconds: int


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which requests a fault matches, and what happens to their answers."""

    operation: str | None = None
    user: str | None = None
    nth: int | None = None
    probability: float | None = None
    times: int | None = None
    status: int | None = None
    example: str | None = None
    delay: Delay | None = None
    slow: int | None = None
    body: Literal["truncated", "malformed", "empty"] | None = None
    reset: bool = False
    limit: RateLimit | None = None
    fails: bool = False  #: the jobs that the request starts fail


class Armed(msgspec.Struct, frozen=True):
    """A rule with its counts: requests that it matched, those that it disturbed, and the windows of its rate limit."""

    rule: Rule
    preset: str | None = None
    matched: int = 0
    done: int = 0
    windows: Map[str, tuple[int, int]] = Map()  #: by token: the window's begin, the calls in it
    last: str = ""  #: the token whose window was changed last


Faults = tuple[Armed, ...]


class FaultContext(NamedTuple):
    """The parts of a request that decide which faults apply to it."""

    operation: str
    user: str
    token: str
    now: int  #: the world's clock
    seed: str  #: of the world
    job: bool = False  #: whether it starts a job that can fail


class Disturbance(NamedTuple):
    """What happens to one answer."""

    status: int | None = None
    example: str | None = None
    retry_after: int | None = None
    body: str | None = None
    transport: Transport = Transport()
    fails: bool = False  #: whether the jobs that the request starts fail

    @property
    def instead(self) -> bool:
        """Whether the request gets an answer without being performed."""
        return self.status is not None or self.transport.reset

    @property
    def alters_answer(self) -> bool:
        """Whether the client gets another answer than the operation's; a late or slow one is still the same."""
        return self.instead or self.body is not None

    def __str__(self) -> str:
        return ", ".join(self._words())

    def _words(self) -> list[str]:
        transport = self.transport
        words = ["connection closed without an answer"] if transport.reset else []
        words += [f"status {self.status}"] if self.status is not None else []
        words += [f"rate limit, retry after {self.retry_after} s"] if self.retry_after is not None else []
        words += [f"{self.body} body"] if self.body is not None else []
        words += [f"{transport.delay} ms late"] if transport.delay else []
        words += [f"{transport.rate} bytes a second"] if transport.rate else []
        return words + (["the job fails"] if self.fails else [])


def presets_of(faults: Faults) -> tuple[str, ...]:
    """The presets that are on."""
    return tuple(dict.fromkeys(one.preset for one in faults if one.preset is not None))


def disturb(faults: Faults, context: FaultContext) -> tuple[Disturbance | None, Faults]:
    """What happens to the answer of a request, and the faults with it counted; the same ones when none matches it."""
    combined: Disturbance | None = None
    after = []
    for place, one in enumerate(faults):
        disturbance, counted = _apply(one, place, context)
        if disturbance is not None:
            combined = disturbance if combined is None else together(combined, disturbance)
        after.append(counted)
    same = all(now is before for now, before in zip(after, faults, strict=True))
    return combined, faults if same else tuple(after)


def _apply(one: Armed, place: int, context: FaultContext) -> tuple[Disturbance | None, Armed]:
    rule = one.rule
    if rule.operation not in (None, context.operation) or rule.user not in (None, context.user):
        return None, one
    if rule.fails and not context.job:
        return None, one
    one = msgspec.structs.replace(one, matched=one.matched + 1)
    random = Random(f"{context.seed}/{place}/{one.matched}")  # noqa: S311 - seeded on purpose, no secret
    if not _due(one, random):
        return None, one
    retry_after = None
    if rule.limit is not None:
        retry_after, one = _limited(one, rule.limit, context)
        if retry_after is None:
            return None, one
    return _disturbance(rule, retry_after, random), msgspec.structs.replace(one, done=one.done + 1)


def _due(one: Armed, random: Random) -> bool:
    rule = one.rule
    if rule.nth is not None and one.matched != rule.nth:
        return False
    if rule.times is not None and one.done >= rule.times:
        return False
    return rule.probability is None or random.random() < rule.probability


def _limited(one: Armed, limit: RateLimit, context: FaultContext) -> tuple[int | None, Armed]:
    """The seconds until the next call is allowed, None when this one is; and the rule with the call counted."""
    token = (
        context.token if len(context.token) <= _SHORT else blake2b(context.token.encode(errors="replace")).hexdigest()
    )
    begin, calls = one.windows.get(token) or (context.now, 0)
    if not 0 <= context.now - begin < limit.seconds * 1000:
        begin, calls = context.now, 0
    if calls >= limit.calls:
        return max(math.ceil((begin + limit.seconds * 1000 - context.now) / 1000), 1), one
    windows: Map[str, tuple[int, int]] = one.windows if len(one.windows) < TOKENS else Map()
    return None, msgspec.structs.replace(one, windows=windows.set(token, (begin, calls + 1)), last=token)


def _disturbance(rule: Rule, retry_after: int | None, random: Random) -> Disturbance:
    delay = rule.delay.drawn(random) if rule.delay is not None else 0
    status = rule.status if retry_after is None or rule.status is not None else 429
    return Disturbance(
        status, rule.example, retry_after, rule.body, Transport(delay, rule.slow, None, rule.reset), rule.fails
    )


def together(first: Disturbance, second: Disturbance | None) -> Disturbance:
    """Both disturbances in one: the first one decides the status, and delays add up."""
    if second is None:
        return first
    one, other = first.transport, second.transport
    deciding = first if first.status is not None else second
    transport = Transport(
        min(one.delay + other.delay, LONGEST_WAIT), one.rate or other.rate, None, one.reset or other.reset
    )
    body, fails = first.body or second.body, first.fails or second.fails
    return Disturbance(deciding.status, deciding.example, deciding.retry_after, body, transport, fails)


def late(by: int) -> Disturbance | None:
    """The disturbance of an answer that comes so many milliseconds late."""
    return Disturbance(transport=Transport(by)) if by else None


def disturbed(answer: Answer, disturbance: Disturbance) -> Answer:
    """The answer with its body changed as the fault says, and how it is sent."""
    body, transport = answer.body, disturbance.transport
    if answer.transport is not None and disturbance.body is None:  # a stream keeps its pace
        paced = answer.transport
        transport = msgspec.structs.replace(transport, pause=paced.pause, frames=paced.frames)
    if disturbance.body == "empty":
        body = b""
    elif disturbance.body == "malformed":
        body = body[: len(body) // 2] if body[:1] in (b"{", b"[") else b"{"  # half a number may be a number
    elif disturbance.body == "truncated":
        transport = Transport(transport.delay, transport.rate, len(body) // 2, transport.reset)
    return Answer(answer.status, answer.headers, body, transport)


def rules_from(values: Any) -> tuple[Rule, ...]:
    """Rules from JSON values that the control contract has accepted."""
    return msgspec.convert(values, tuple[Rule, ...], strict=False)  # 5.0 is an integer in JSON Schema


def shown_rule(rule: Rule) -> Mapping[str, Any]:
    """A rule as JSON."""
    value: Mapping[str, Any] = msgspec.to_builtins(rule)
    return value
