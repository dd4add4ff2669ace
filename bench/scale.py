"""Measures what a request over Redis costs, compares the model of `scale_model` with runs, and asks it about more.

The results are in docs/scale.md. Needs redis-server and wrk; takes about three minutes. On a machine that others use,
`MEASURED_FIRST=1` gives the measured processes the processors, for a second each time.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from redis import Redis as Client

from bench import inputs
from bench.chaos_processes import Mocks
from bench.report import table
from bench.scale_model import Costs, Outcome, Setting, simulate
from mockserver.state import redis_scripts as scripts
from mockserver.state.redis import RedisLedger

SCRIPT = Path(__file__).with_name("scale.lua")
SECONDS = 1
CORES = os.cpu_count() or 1
TURNS = 3
IN_THE_ROUND_TRIP = 0.6
"""The part of waking one another that is between mock and Redis: three of five times."""
PAUSE = 1.0
"""Seconds between two runs, for others who use the machine."""
KINDS = {"GET /devices": inputs.LIST, "POST /devices/trust": inputs.TRUST}
TRUST_BODY = json.dumps({"fingerprint": "fp-alice-ipad"})
RUNS = ((1, 1), (1, 4), (1, 16), (1, 64), (2, 16), (2, 64), (3, 48))
"""How many mocks and connections the model is compared with."""


@dataclass(frozen=True)
class Measured:
    """One run, in seconds: how long a request took, and how much processor time of whom."""

    per_second: float
    p50: float
    mock: float
    redis: float
    client: float


def used_by(*pids: int) -> float:
    """The processor time of all threads of processes so far (Linux' `schedstat`)."""
    nanoseconds = 0
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                nanoseconds += int((thread / "schedstat").read_text().split()[0])
    return nanoseconds / 1e9


@contextmanager
def plain_redis(folder: Path) -> Iterator[tuple[str, int]]:
    """A server that keeps nothing on its disk: its URL and its process."""
    path = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not path.exists():
            time.sleep(0.02)
        yield f"unix://{path}?db=0", process.pid
    finally:
        process.kill()
        process.wait()


@contextmanager
def first_served(pids: list[int]) -> Iterator[None]:
    """Give these processes, and those that are started, the processors before all others, where that is allowed and
    `MEASURED_FIRST` is set: for a second, on a machine that others use as well."""
    tasks = [int(thread.name) for pid in [*pids, os.getpid()] for thread in Path(f"/proc/{pid}/task").iterdir()]
    before = {}
    for task in tasks:
        with suppress(ProcessLookupError):
            before[task] = os.sched_getscheduler(task)
    try:
        for task in tasks if os.environ.get("MEASURED_FIRST") else ():
            with suppress(ProcessLookupError):
                os.sched_setscheduler(task, os.SCHED_RR, os.sched_param(1))
        yield
    finally:
        for task, policy in before.items():
            with suppress(OSError):
                os.sched_setscheduler(task, policy, os.sched_param(0))


class _Wrk:
    """A run of wrk against one mock."""

    def __init__(self, port: int, kind: str, connections: int, seconds: int) -> None:
        method, path = kind.split()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT),
                   f"http://127.0.0.1:{port}{path}", "--", method, TRUST_BODY if method == "POST" else "",
                   f"p{port}-"]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.used = 0.0

    def ended(self) -> bool:
        """Whether it has ended; until then, note what it took."""
        with suppress(OSError):
            self.used = used_by(self._process.pid) or self.used
        return self._process.poll() is not None

    def summary(self) -> dict[str, float]:
        """What it says."""
        assert self._process.stdout is not None
        summary: dict[str, float] = json.loads(self._process.stdout.read().splitlines()[-1])
        if summary["failed"]:
            raise SystemExit(f"{summary['failed']} requests failed")
        return summary


def measure(mocks: Mocks, redis: int, kind: str, connections: int, seconds: int = SECONDS) -> Measured:
    """One run against all mocks, each with its part of the connections."""
    pids = [process.pid for process in mocks.running.values()]
    before = used_by(*pids), used_by(redis)
    each = max(connections // len(mocks.ports), 1)
    with first_served([*pids, redis]):
        runs = [_Wrk(port, kind, each, seconds) for port in mocks.ports]
        while sum(run.ended() for run in runs) < len(runs):
            time.sleep(0.05)
    time.sleep(PAUSE)
    after = used_by(*pids), used_by(redis)
    found = [run.summary() for run in runs]
    number = sum(one["requests"] for one in found)
    per_second = sum(one["requests"] / one["microseconds"] * 1e6 for one in found)
    spent = (after[0] - before[0], after[1] - before[1], sum(run.used for run in runs))
    return Measured(per_second, median(one["p50"] for one in found) / 1e6, *(one / number for one in spent))


def _round_trip(url: str) -> float:
    client, times = Client.from_url(url), []
    for _ in range(2000):
        began = time.perf_counter()
        client.ping()
        times.append(time.perf_counter() - began)
    return median(times)


def _common(url: str, redis: int) -> float:
    """The time of Redis for what concerns all worlds, sent alone: the script that keeps an event."""
    client = Client.from_url(url)
    note = client.register_script(scripts.NOTE)
    keys, count = ["mock:{x}", "mock:{x}:worlds", "mock:{x}:events"], 5_000
    before = used_by(redis)
    for number in range(count):
        note(keys, [f" {number} w{number % 50}", 1000, f"w{number % 50}", 900, ""])
    return (used_by(redis) - before) / count


def _trimming(url: str, redis: int) -> list[list[str]]:
    """What it takes to find the journals that must go, with so many worlds: milliseconds of Redis, and of a mock."""
    ledger, rows = RedisLedger(url, "trimmed", memory=10**12, timeout=30.0), []
    line = ledger._line  # noqa: SLF001 - a million worlds are made faster so
    for count in (10_000, 100_000):
        for start in range(0, count, 5_000):
            names = [f"w{place}" for place in range(start, start + 5_000)]
            line.write(*(("ZADD", "mock:{trimmed}:worlds", 1, name) for name in names))
            line.write(*(("HSET", f"mock:{{trimmed:{name}}}", "bytes", 2200) for name in names))
        before = used_by(redis), time.process_time()
        ledger._drop_old()  # noqa: SLF001 - what is measured
        spent = used_by(redis) - before[0], time.process_time() - before[1]
        rows.append([f"{count:,}", *map(_millis, spent)])
    Client.from_url(url).flushall()
    return rows


def _memory(url: str, mocks: Mocks) -> list[list[str]]:
    """What a world takes in Redis, in bytes, after so many requests, half of which change something."""
    client, rows = Client.from_url(url), []
    for calls in (1, 10, 100, 1000):
        world = f"m{calls}"
        _fill(mocks.ports[0], world, calls)
        sizes = {name.decode().rpartition("}")[2]: client.memory_usage(name, samples=0) or 0
                 for name in client.scan_iter(match=f"*:{world}}}*", count=1000)}  # fmt: skip
        journal = sizes.pop(":journal")
        rows.append([f"{calls:,}", f"{sum(sizes.values()):,}", f"{journal:,}", f"{journal // calls:,}"])
    return rows


def _fill(port: int, world: str, calls: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer alice-token~{world}", "Content-Type": "application/json"}
    for call in range(calls):
        method, path, body = ("POST", "/devices/trust", TRUST_BODY) if call % 2 == 0 else ("GET", "/devices", None)
        connection.request(method, path, body, headers)
        connection.getresponse().read()
    connection.close()


def _millis(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"


def _micros(seconds: float) -> str:
    return f"{seconds * 1e6:.0f}"


def validated(url: str, redis: int, costs: dict[str, Costs]) -> Iterator[list[str]]:
    """What the model says of runs, beside what they showed. The first run of each kind says what the way between the
    processes takes."""
    ways: dict[str, float] = {}
    for count, connections in RUNS:
        mocks = Mocks(url, count)
        try:
            for kind in KINDS:
                turns = [measure(mocks, redis, kind, connections) for _ in range(TURNS)]
                seen = sorted(turns, key=lambda one: one.per_second)[TURNS // 2]
                own = replace(costs[kind], mock=seen.mock, redis=seen.redis, client=seen.client)
                way = ways.setdefault(kind, _way(seen))
                trip = own.round_trip + way * IN_THE_ROUND_TRIP
                own = replace(own, network=way * (1 - IN_THE_ROUND_TRIP), round_trip=trip)
                said = simulate(own, Setting(count, connections, cores=CORES))
                error = f"{said.per_second / seen.per_second - 1:+.0%}"
                yield [kind, str(count), str(connections), f"{seen.per_second:,.0f}", f"{said.per_second:,.0f}",
                       error, _millis(seen.p50), _millis(said.p50)]  # fmt: skip
        finally:
            mocks.end()


def _way(alone: Measured) -> float:
    """What waking one another takes, where one client waits for one mock."""
    return max(1 / alone.per_second - alone.mock - alone.redis - alone.client, 0.0)


def measured_costs(url: str, redis: int, mocks: Mocks) -> dict[str, Costs]:
    """What each kind of request costs at 16 connections."""
    trip, common = _round_trip(url), _common(url, redis)
    costs = {}
    for kind in KINDS:
        turns = [measure(mocks, redis, kind, 16) for _ in range(TURNS)]
        mock, server, client = (median(getattr(one, name) for one in turns) for name in ("mock", "redis", "client"))
        costs[kind] = Costs(mock, server, common, trip, client=client)
    return costs


PLANS = (
    Setting(5, 1_000, think=0.5),
    Setting(10, 10_000, think=1.0),
    Setting(100, 10_000, think=1.0),
    Setting(100, 10_000, think=0.5),
    Setting(100, 10_000, think=0.2),
    Setting(100, 10_000, think=0.2, servers=4),
    Setting(100, 10_000, think=0.05, servers=16),
)
NETWORK = 500e-6
"""Seconds between machines, there and back."""


def planned(costs: Costs) -> Iterator[tuple[Setting, Outcome]]:
    """What the model says of many machines."""
    apart = replace(costs, client=0.0, round_trip=NETWORK, network=NETWORK)
    for setting in PLANS:
        yield setting, simulate(apart, setting, 3.0)


def _plan_row(setting: Setting, said: Outcome) -> list[str]:
    uses = sorted(said.redis_use, reverse=True)
    shown = f"{uses[0]:.0%}" + (f", others {uses[1]:.0%}" if len(uses) > 1 else "")
    return [str(setting.mocks), f"{setting.clients:,}", f"{setting.think:g}", str(setting.servers),
            f"{said.per_second:,.0f}", _millis(said.p50), _millis(said.p99), f"{said.mock_use:.0%}", shown]  # fmt: skip


def main() -> None:
    """Measure, compare, and print all tables."""
    missing = [program for program in ("redis-server", "wrk") if shutil.which(program) is None]
    if missing:
        raise SystemExit(f"{missing[0]} isn't installed")
    with tempfile.TemporaryDirectory() as name, plain_redis(Path(name)) as (url, redis):
        mocks = Mocks(url, 1)
        try:
            costs = measured_costs(url, redis, mocks)
            memory = _memory(url, mocks)
        finally:
            mocks.end()
        trimming = _trimming(url, redis)
        rows = [[kind, _micros(one.mock), _micros(one.redis), _micros(one.common), _micros(one.round_trip)]
                for kind, one in costs.items()]  # fmt: skip
        print(table(["request", "mock", "Redis", "of it for all worlds", "round trip"], rows), flush=True)
        print(table(["requests in a world", "world", "journal", "of it per request"], memory), flush=True)
        print(table(["worlds", "Redis ms", "mock ms"], trimming), flush=True)
        head = ["request", "mocks", "connections", "measured", "model", "error", "p50 ms", "p50, model"]
        print(table(head, list(validated(url, redis, costs))), flush=True)
    reads, writes = costs.values()
    mixed = replace(reads, mock=(reads.mock + writes.mock) / 2, redis=(reads.redis + writes.redis) / 2)
    head = ["mocks", "workers", "think s", "Redis servers", "requests/s", "p50 ms", "p99 ms", "a mock", "Redis"]
    print(table(head, [_plan_row(*one) for one in planned(mixed)]), flush=True)


if __name__ == "__main__":
    main()
