"""Calls to three mocks over one store while processes are killed: no acknowledged write is lost, no read is old.

Prints a table, and ends with exit code 1 where a world was not what it must be.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import inputs
from bench.chaos_checks import Client, Counts, World, Writer, read, state_of

WORLDS, WRITERS, READERS = 50, 12, 4
KILLED_EVERY = 2.0
PORT = 24600
CASES = (("redis", "nothing"), ("redis", "mocks"), ("redis", "store"), ("sqlite", "nothing"), ("sqlite", "mocks"))
"""The store, and what is killed every two seconds."""


class Mocks:
    """Processes over one store; one of them is killed every two seconds, where that is asked for."""

    def __init__(self, store: str, count: int, counts: Counts) -> None:
        self.store, self.counts = store, counts
        self.ports = [PORT + place for place in range(count)]
        self.running = {port: self._started(port) for port in self.ports}

    def _started(self, port: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "mockserver", "mock", "--port", str(port), "--store", self.store]
        process = subprocess.Popen(
            command, cwd=inputs.ROOT, env={**os.environ, "CI": "1"}, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Listening"):
                return process
        raise SystemExit("a mock doesn't start")

    def kill_one(self) -> None:
        """Kill a process, and start it again."""
        port = random.choice(self.ports)
        process = self.running[port]
        process.kill()
        process.wait()
        self.counts.kills += 1
        self.running[port] = self._started(port)

    def end(self) -> None:
        for process in self.running.values():
            process.send_signal(signal.SIGINT)
            process.wait()


@contextmanager
def redis(folder: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """A server that writes each command to its disk before it answers; and what kills it and starts it again."""
    path = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--dir", str(folder), "--save", "",
               "--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning"]  # fmt: skip
    servers = [subprocess.Popen(command, stdout=subprocess.DEVNULL)]

    def restart() -> None:
        servers[-1].kill()
        servers[-1].wait()
        servers.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))

    while not path.exists():
        time.sleep(0.05)
    try:
        yield f"unix://{path}?db=0", restart
    finally:
        servers[-1].kill()
        servers[-1].wait()


def chaos(kind: str, calls: int, breaking: str) -> Counts:
    """Run so many calls over a store, while processes (`mocks`) or the server (`store`) are killed, or nothing is."""
    counts = Counts()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if kind == "sqlite":
            _run(f"sqlite:{folder}/worlds.db", calls, counts, breaking, None)
        else:
            with redis(folder) as (url, restart):
                _run(url, calls, counts, breaking, restart)
    return counts


def _run(store: str, calls: int, counts: Counts, breaking: str, restart: Callable[[], None] | None) -> None:
    mocks = Mocks(store, 3, counts)
    try:
        first = Client(mocks.ports, counts, 0)
        records = first.surely("GET", "/__mock__/state", "main")[1]
        devices = {one["id"]: one for one in records["devices"]}
        worlds = [World(f"w{place}", [state_of(records)]) for place in range(WORLDS)]
        for world in worlds:
            first.surely("GET", "/devices", world.name)
        ending = threading.Event()
        threads = [threading.Thread(target=_work, args=(place, mocks, worlds, counts, devices, calls, ending))
                   for place in range(WRITERS + READERS)]  # fmt: skip
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            ending.wait(KILLED_EVERY)
            if breaking == "mocks":
                mocks.kill_one()
            elif breaking == "store" and restart is not None:
                restart()
                counts.kills += 1
        for world in worlds:
            if len(set(world.numbers)) != len(world.numbers):
                counts.wrong.append(f"{world.name}: a journal number was given twice")
            Writer(first, worlds, counts, devices).look(world)
    finally:
        mocks.end()


def _work(place: int, mocks: Mocks, worlds: list[World], counts: Counts, devices: Any, calls: int, ending: Any) -> None:
    client = Client(mocks.ports, counts, place + 1)
    writer = Writer(client, worlds, counts, devices)
    while counts.calls < calls and not ending.is_set():
        if place < WRITERS:
            writer.turn()
        else:
            read(client, worlds, counts)


def main() -> None:
    """Run the cases, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    print(
        "| store | killed | calls | kills | no answer | wrong | median ms | p99 ms |\n|---|---|---|---|---|---|---|---|"
    )
    failed = False
    for kind, breaking in CASES:
        if options.only not in f"{kind} {breaking}" or (kind == "redis" and shutil.which("redis-server") is None):
            continue
        counts = chaos(kind, options.calls, breaking)
        times = sorted(counts.millis)
        shown = (kind, breaking, counts.calls, counts.kills, counts.unanswered, len(counts.wrong),
                 round(times[len(times) // 2], 1), round(times[len(times) * 99 // 100], 1))  # fmt: skip
        print(f"| {' | '.join(map(str, shown))} |", *counts.wrong[:5], sep="\n", flush=True)
        failed |= bool(counts.wrong)
    sys.exit(failed)


if __name__ == "__main__":
    main()
