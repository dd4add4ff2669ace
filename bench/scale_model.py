"""A discrete-event model of mocks that share worlds in Redis.

A client sends a request and waits for its answer, thinks, and sends the next one. A mock uses its processor for one
request at a time, and sends what waits for the store together, one round trip after another. Redis runs one step at a
time; with several servers, each has the worlds that hash to it, and one of them what concerns all worlds.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count


@dataclass(frozen=True)
class Costs:
    """What a request costs, in seconds."""

    mock: float  #: processor time of a mock
    redis: float  #: time of Redis for the step of a request
    common: float = 0.0  #: the part of it that is for all worlds together, where there are several servers
    round_trip: float = 0.0  #: between mock and Redis, without waiting
    network: float = 0.0  #: between client and mock, there and back
    client: float = 0.0  #: processor time of what stands for all clients, for each answer


@dataclass(frozen=True)
class Setting:
    """How many there are of what."""

    mocks: int
    clients: int
    think: float = 0.0  #: seconds between an answer and the next request of a client, on average
    servers: int = 1  #: Redis servers
    cores: int | None = None  #: that clients, mocks and Redis share; None where each has its own


@dataclass
class Outcome:
    """What a run showed, after it had settled."""

    per_second: float
    p50: float  #: seconds
    p99: float
    mock_use: float  #: share of the time that a mock was busy
    redis_use: tuple[float, ...]  #: of each server


class _Station:
    """Does one thing at a time, in the order of arrival."""

    def __init__(self, model: _Model) -> None:
        self._model, self._waiting, self._busy, self.used = model, deque[tuple[float, Callable[[], None]]](), False, 0.0

    def do(self, seconds: float, then: Callable[[], None]) -> None:
        """Work for some seconds, then call."""
        self._waiting.append((seconds, then))
        if not self._busy:
            self._next()

    def _next(self) -> None:
        self._busy = bool(self._waiting)
        if self._busy:
            seconds, then = self._waiting.popleft()
            self._model.cores.use(seconds, lambda: self._ended(seconds, then))

    def _ended(self, seconds: float, then: Callable[[], None]) -> None:
        self.used += seconds
        then()
        self._next()


class _Cores:
    """The processors of one machine, or as many as are wanted."""

    def __init__(self, model: _Model, cores: int | None) -> None:
        self._model, self._free, self._waiting = model, cores, deque[tuple[float, Callable[[], None]]]()

    def use(self, seconds: float, then: Callable[[], None]) -> None:
        """Use a core for some seconds, then call."""
        if self._free == 0:
            self._waiting.append((seconds, then))
            return
        if self._free is not None:
            self._free -= 1
        self._model.after(seconds, lambda: self._ended(then))

    def _ended(self, then: Callable[[], None]) -> None:
        if self._free is not None:
            self._free += 1
            if self._waiting:
                self.use(*self._waiting.popleft())
        then()


class _Mock:
    """One process: its processor, and what waits for its next round trip."""

    def __init__(self, model: _Model) -> None:
        self.processor, self._model = _Station(model), model
        self._waiting: list[Callable[[], None]] = []
        self._asking = False

    def ask(self, then: Callable[[], None]) -> None:
        """Have the store keep a request, then call."""
        self._waiting.append(then)
        if not self._asking:
            self._send()

    def _send(self) -> None:
        batch, self._waiting = self._waiting, []
        self._asking = bool(batch)
        if batch:
            self._model.keep(len(batch), lambda: self._kept(batch))

    def _kept(self, batch: list[Callable[[], None]]) -> None:
        self._send()
        for then in batch:
            then()


@dataclass
class _Model:
    """The events of a run, in the order of their times."""

    costs: Costs
    setting: Setting
    random: random.Random = field(default_factory=lambda: random.Random(1))
    now: float = 0.0

    def __post_init__(self) -> None:
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self.cores = _Cores(self, self.setting.cores)
        self.mocks = [_Mock(self) for _ in range(self.setting.mocks)]
        self.servers = [_Station(self) for _ in range(self.setting.servers)]
        self.clients = [_Station(self) for _ in range(1 if self.costs.client else 0)]
        self.turn = count()
        self.latencies: list[float] = []

    def after(self, seconds: float, then: Callable[[], None]) -> None:
        """Call after some seconds."""
        heapq.heappush(self._events, (self.now + seconds, next(self._order), then))

    def _varied(self, seconds: float) -> float:
        """A time around its mean, from half to one and a half."""
        return seconds * self.random.uniform(0.5, 1.5)

    def request(self) -> None:
        """A client sends a request to the next mock."""
        began, mock = self.now, self.mocks[next(self.turn) % len(self.mocks)]

        def answered() -> None:
            self.latencies.append(self.now - began)
            self.after(self.random.expovariate(1 / self.setting.think) if self.setting.think else 0.0, self.request)

        def kept() -> None:
            self.after(self.costs.network / 2, lambda: self._client(answered))

        def arrived() -> None:
            mock.processor.do(self._varied(self.costs.mock), lambda: mock.ask(kept))

        self.after(self.costs.network / 2, arrived)

    def _client(self, then: Callable[[], None]) -> None:
        if self.clients:
            self.clients[0].do(self.costs.client, then)
        else:
            then()

    def keep(self, steps: int, then: Callable[[], None]) -> None:
        """One round trip to each server that has worlds of these steps, then one for what concerns all worlds."""
        costs, servers = self.costs, self.servers
        if len(servers) == 1:
            self._round_trip([(servers[0], steps * costs.redis)], then)
            return
        spread = [0] * len(servers)
        for _ in range(steps):
            spread[self.random.randrange(len(servers))] += 1
        own = costs.redis - costs.common
        trips = [(server, number * own) for server, number in zip(servers, spread, strict=True) if number]
        self._round_trip(trips, lambda: self._round_trip([(servers[0], steps * costs.common)], then))

    def _round_trip(self, trips: list[tuple[_Station, float]], then: Callable[[], None]) -> None:
        left = len(trips)

        def back() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                then()

        half = self.costs.round_trip / 2
        for server, seconds in trips:
            arrive = _doing(server, self._varied(seconds), lambda: self.after(half, back))
            self.after(half, arrive)

    def run(self, seconds: float) -> Outcome:
        """Run for a while unmeasured, then measure."""
        for _ in range(self.setting.clients):
            self.after(self.random.random() * (self.setting.think or 0.001), self.request)
        self._until(2 * self.setting.think + seconds / 5)
        stations = [*self.servers, *(mock.processor for mock in self.mocks)]
        began, before, self.latencies = self.now, [one.used for one in stations], []
        self._until(began + seconds)
        spent = self.now - began
        used = [(one.used - start) / spent for one, start in zip(stations, before, strict=True)]
        times = sorted(self.latencies) or [0.0]
        servers = len(self.servers)
        mocks = sum(used[servers:]) / len(self.mocks)
        middle, late = (times[len(times) * part // 100] for part in (50, 99))
        return Outcome(len(self.latencies) / spent, middle, late, mocks, tuple(used[:servers]))

    def _until(self, end: float) -> None:
        while self._events and self._events[0][0] < end:
            self.now, _, then = heapq.heappop(self._events)
            then()
        self.now = end


def _doing(station: _Station, seconds: float, then: Callable[[], None]) -> Callable[[], None]:
    return lambda: station.do(seconds, then)


def simulate(costs: Costs, setting: Setting, seconds: float = 5.0) -> Outcome:
    """What clients, mocks and Redis do in so many seconds; the same each time."""
    return _Model(costs, setting).run(seconds)
