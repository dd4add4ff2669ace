"""Faults: frozen rules inside a world that say which answers are disturbed, and how.

A world's faults are a tuple of armed rules; a request that one of them is about gives the next tuple, with its
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
"""How many tokens a rate limit counts at once; beyond, it begins anew."""


_SHORT = 200
"""How many characters a token has at most that a window is kept by; a longer one is kept by its hash."""


class Span(msgspec.Struct, frozen=True, rename={"low": "from", "high": "to"}):
    """Milliseconds drawn evenly between two ends."""

    low: int
    high: int


class LogNormal(msgspec.Struct, frozen=True):
    """Milliseconds drawn as networks have them: mostly near the median, now and then much longer."""

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
    """So many calls of each token in so many seconds of the world's clock."""

    calls: int
    seconds: int


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which requests, and what happens to their answers."""

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


class Armed(msgspec.Struct, frozen=True):
    """A rule at work: how many requests it was about, how many it disturbed, and the windows of its rate limit."""

    rule: Rule
    preset: str | None = None
    met: int = 0
    done: int = 0
    windows: Map[str, tuple[int, int]] = Map()  #: by token: the window's begin, the calls in it


Faults = tuple[Armed, ...]


class Asked(NamedTuple):
    """What of a request decides about faults."""

    operation: str
    user: str
    token: str
    now: int  #: the world's clock
    seed: str  #: of the world


class Disturbance(NamedTuple):
    """What happens to one answer."""

    status: int | None = None
    example: str | None = None
    retry_after: int | None = None
    body: str | None = None
    transport: Transport = Transport()

    @property
    def instead(self) -> bool:
        """Whether the request is not performed."""
        return self.status is not None or self.transport.reset

    @property
    def spoils(self) -> bool:
        """Whether the client is kept from the contract's answer; one that only takes its time does not spoil it."""
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
        return words + ([f"{transport.rate} bytes a second"] if transport.rate else [])


def presets_of(faults: Faults) -> tuple[str, ...]:
    """The presets that are on."""
    return tuple(dict.fromkeys(one.preset for one in faults if one.preset is not None))


def disturb(faults: Faults, asked: Asked) -> tuple[Disturbance | None, Faults]:
    """What happens to the answer of a request, and the faults with it counted; the same ones when none is about it."""
    combined: Disturbance | None = None
    after = []
    for place, one in enumerate(faults):
        disturbance, counted = _apply(one, place, asked)
        if disturbance is not None:
            combined = disturbance if combined is None else together(combined, disturbance)
        after.append(counted)
    same = all(now is before for now, before in zip(after, faults, strict=True))
    return combined, faults if same else tuple(after)


def _apply(one: Armed, place: int, asked: Asked) -> tuple[Disturbance | None, Armed]:
    rule = one.rule
    if rule.operation not in (None, asked.operation) or rule.user not in (None, asked.user):
        return None, one
    one = msgspec.structs.replace(one, met=one.met + 1)
    random = Random(f"{asked.seed}/{place}/{one.met}")  # noqa: S311 - seeded on purpose, no secret
    if not _due(one, random):
        return None, one
    retry_after = None
    if rule.limit is not None:
        retry_after, one = _limited(one, rule.limit, asked)
        if retry_after is None:
            return None, one
    return _disturbance(rule, retry_after, random), msgspec.structs.replace(one, done=one.done + 1)


def _due(one: Armed, random: Random) -> bool:
    rule = one.rule
    if rule.nth is not None and one.met != rule.nth:
        return False
    if rule.times is not None and one.done >= rule.times:
        return False
    return rule.probability is None or random.random() < rule.probability


def _limited(one: Armed, limit: RateLimit, asked: Asked) -> tuple[int | None, Armed]:
    """The seconds until the next call is let in, None when this one is; and the rule with the call counted."""
    token = asked.token if len(asked.token) <= _SHORT else blake2b(asked.token.encode(errors="replace")).hexdigest()
    begin, calls = one.windows.get(token) or (asked.now, 0)
    if not 0 <= asked.now - begin < limit.seconds * 1000:
        begin, calls = asked.now, 0
    if calls >= limit.calls:
        return max(math.ceil((begin + limit.seconds * 1000 - asked.now) / 1000), 1), one
    windows: Map[str, tuple[int, int]] = one.windows if len(one.windows) < TOKENS else Map()
    return None, msgspec.structs.replace(one, windows=windows.set(token, (begin, calls + 1)))


def _disturbance(rule: Rule, retry_after: int | None, random: Random) -> Disturbance:
    delay = rule.delay.drawn(random) if rule.delay is not None else 0
    status = rule.status if retry_after is None or rule.status is not None else 429
    return Disturbance(status, rule.example, retry_after, rule.body, Transport(delay, rule.slow, None, rule.reset))


def together(first: Disturbance, second: Disturbance | None) -> Disturbance:
    """Both: where they say the same thing the first counts, and waits add up."""
    if second is None:
        return first
    one, other = first.transport, second.transport
    speaks = first if first.status is not None else second
    transport = Transport(
        min(one.delay + other.delay, LONGEST_WAIT), one.rate or other.rate, None, one.reset or other.reset
    )
    return Disturbance(speaks.status, speaks.example, speaks.retry_after, first.body or second.body, transport)


def late(by: int) -> Disturbance | None:
    """The disturbance of an answer that comes so many milliseconds late."""
    return Disturbance(transport=Transport(by)) if by else None


def disturbed(answer: Answer, disturbance: Disturbance) -> Answer:
    """The answer with its body changed as the fault says, and how it is sent."""
    body, transport = answer.body, disturbance.transport
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
