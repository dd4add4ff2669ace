"""Calls to three mocks over one store while processes are killed: no acknowledged write is lost, no read is old.

Prints a table, and ends with exit code 1 where a world was not what it must be.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.chaos_checks import KINDS, Client, Counts, Register, Writer, read, state_of
from bench.chaos_processes import Mocks, front_of, redis

WORLDS, SHARED, WRITERS, READERS = 50, 10, 12, 4
"""In `SHARED` of the worlds all writers write at once, each to a record of its own."""
KILLED_EVERY, KILLS = 2.0, 20
CASES = (("redis", "nothing"), ("redis", "mocks"), ("redis", "store"), ("sqlite", "nothing"), ("sqlite", "mocks"))
"""The store, and what is killed every two seconds."""
HEAD = ("store", "killed", "calls", "reads", "kills", "no answer", *KINDS, "median ms", "p99 ms")


class Run:
    """One case: so many calls, and so many kills where something is killed."""

    def __init__(self, calls: int, kill: Callable[[], None] | None) -> None:
        self.calls, self.kill, self.kills = calls, kill, 0
        self.counts, self.ending = Counts(), threading.Event()

    @property
    def done(self) -> bool:
        """Whether there were enough of both."""
        return self.counts.calls >= self.calls and (self.kill is None or self.kills >= KILLS)

    def go(self, ports: list[int]) -> None:
        """Make the calls."""
        first = Client(ports, self.counts, 0)
        records = first.surely("GET", "/__mock__/state", "main")[1]
        devices = {one["id"]: one for one in records["devices"]}
        names = [f"w{place}" for place in range(WORLDS)]
        worlds = [Register(name, [state_of(records)]) for name in names[SHARED:]]
        own = [[Register(name, [{}], f"chaos-{place}") for name in names[:SHARED]] for place in range(WRITERS)]
        for name in names:
            first.surely("GET", "/devices", name)
        work = [(self._write, Writer(Client(ports, self.counts, place + 1), worlds, own[place], self.counts, devices))
                for place in range(WRITERS)]  # fmt: skip
        everything = [*worlds, *(register for registers in own for register in registers)]
        reading = [(self._read, Client(ports, self.counts, 100 + place), everything) for place in range(READERS)]
        threads = [
            threading.Thread(target=function, args=arguments, daemon=True) for function, *arguments in [*work, *reading]
        ]
        for thread in threads:
            thread.start()
        while not self.done:
            self.ending.wait(KILLED_EVERY if self.kill is not None else 0.2)
            if self.kill is not None:
                self.kill()
                self.kills += 1
        self.ending.set()
        for thread in threads:
            thread.join()
        last = Writer(Client(ports, self.counts, 200), worlds, [], self.counts, devices)  # nginx has closed the first
        for register in everything:
            last.look(register)

    def _write(self, writer: Writer) -> None:
        while not self.ending.is_set():
            writer.turn()

    def _read(self, client: Client, registers: list[Register]) -> None:
        while not self.ending.is_set():
            read(client, registers, self.counts)


def chaos(kind: str, calls: int, breaking: str) -> Run:
    """Run so many calls over a store, while processes (`mocks`) or the server (`store`) are killed, or nothing is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if kind == "sqlite":
            return _run(f"sqlite:{folder}/worlds.db", calls, breaking, None, folder)
        with redis(folder) as server:
            return _run(server.url, calls, breaking, server.kill, folder)


def _run(store: str, calls: int, breaking: str, restart: Callable[[], None] | None, folder: Path) -> Run:
    mocks = Mocks(store, 3)
    kills = {"nothing": None, "mocks": mocks.kill_one, "store": restart}
    run = Run(calls, kills[breaking])
    try:
        with front_of(mocks.ports, folder) as ports:
            run.go(ports)
    finally:
        mocks.end()
    return run


def _shown(kind: str, breaking: str, run: Run) -> tuple[Any, ...]:
    counts, times = run.counts, sorted(run.counts.millis)
    wrong = (len(counts.wrong[one]) for one in KINDS)
    middle, late = (round(times[len(times) * part // 100], 1) for part in (50, 99))
    return (
        kind,
        breaking,
        f"{counts.calls:,}",
        f"{counts.reads:,}",
        run.kills,
        f"{counts.unanswered:,}",
        *wrong,
        middle,
        late,
    )


def main() -> None:
    """Run the cases, and print a line for each."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that all processes are ended
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--only", default="", help="part of a case: redis, sqlite, 'redis mocks'")
    options = parser.parse_args()
    print(f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}", sep="\n", flush=True)
    failed = False
    for kind, breaking in CASES:
        if options.only not in f"{kind} {breaking}" or (kind == "redis" and shutil.which("redis-server") is None):
            continue
        run = chaos(kind, options.calls, breaking)
        wrong = [words for found in run.counts.wrong.values() for words in found]
        print(f"| {' | '.join(map(str, _shown(kind, breaking, run)))} |", *wrong[:5], sep="\n", flush=True)
        failed |= bool(wrong)
    sys.exit(failed)


if __name__ == "__main__":
    main()
