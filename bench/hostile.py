"""Hostile requests of many kinds beside normal traffic: does anything hang, fail or get dropped, or the memory grow?

Prints a table of the kinds and a summary, and ends with exit code 1 where a client was answered as it may not be.
"""

import argparse
import http.client
import multiprocessing
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from bench import inputs
from bench.hostile_kinds import CLOSED, KINDS, RESET, Kind, in_turn

HANGS = 30.0
"""Seconds after which a client that waits for an answer counts as hanging."""
DRIBBLED = 0.01
"""Seconds between two pieces of a dribbled request."""
ATTACKERS, THREADS, CLIENTS = 2, 6, 4
JOURNAL, BODIES = 64, 8
"""The mock's `--journal-memory` and `--max-body`, in MB."""
PER_BODY = 4
"""How many times `--max-body` a client may cost at once. Values take more than their text; few bodies are large."""
HUNG = -1
Seen = Counter[tuple[str, int]]
"""How often a kind was answered with a status."""


def attack(port: int, seed: int, until: float) -> Seen:
    """Send hostile requests, one after the other; what came of them."""
    seen: Seen = Counter()
    chance = random.Random(seed)
    for kind in in_turn(seed):
        if time.monotonic() > until:
            return seen
        seen[kind.name, _sent(kind, port, chance)] += 1
    return seen


def _sent(kind: Kind, port: int, chance: random.Random) -> int:
    """The status of the answer to a hostile request; `CLOSED` without one, `HUNG` where the client would still wait."""
    data = kind.sent(chance)
    with socket.create_connection(("127.0.0.1", port), timeout=HANGS) as connection:
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # refused while it is sent: there may be an answer
                _send(connection, data, kind.ends)
            if kind.ends in ("closes", "resets"):
                return CLOSED
            return _status(connection)
        except TimeoutError:
            return HUNG
        except (OSError, http.client.HTTPException):
            return CLOSED


def _send(connection: socket.socket, data: bytes, ends: str) -> None:
    if ends == "dribbles":
        for start in range(0, len(data), 8):
            connection.sendall(data[start : start + 8])
            time.sleep(DRIBBLED)
        return
    if ends == "closes":
        connection.setblocking(False)
        with suppress(BlockingIOError):
            connection.send(data)
        return
    connection.sendall(data)
    if ends == "half-closes":
        connection.shutdown(socket.SHUT_WR)
    elif ends == "resets":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def _status(connection: socket.socket) -> int:
    """The status of an answer, all of which is read."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    while answer.read(65536):
        pass
    return answer.status


def attacker(port: int, seed: int, until: float, results: "multiprocessing.Queue[Seen]") -> None:
    """One process of attackers."""
    found: SimpleQueue[Seen] = SimpleQueue()
    threads = [
        threading.Thread(target=lambda one=one: found.put(attack(port, seed * 100 + one, until)))  # type: ignore[misc]
        for one in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(sum((found.get() for _ in threads), Counter()))


@dataclass
class Normal:
    """Clients that do what clients do: each in a world of its own, on a connection that stays open."""

    port: int
    until: float
    millis: list[float] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Ask until the time is over."""
        threads = [threading.Thread(target=self._client, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _client(self, number: int) -> None:
        headers = {"Authorization": f"Bearer alice-token~normal{number}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=HANGS)
        while time.monotonic() < self.until:
            for method, path, body in (
                ("POST", "/devices/trust", '{"fingerprint": "fp-alice-macbook"}'),
                ("GET", "/devices", None),
            ):
                began = time.perf_counter()
                try:
                    connection.request(method, path, body, headers)
                    answer = connection.getresponse()
                    text = answer.read()
                except (OSError, http.client.HTTPException) as error:
                    self.dropped.append(f"{method} {path}: {error!r}")
                    connection.close()
                else:
                    self.millis.append((time.perf_counter() - began) * 1000)
                    if answer.status != 200 or b'"success":true' not in text:
                        self.dropped.append(f"{method} {path}: {answer.status} {text[:200]!r}")
            time.sleep(0.005)

    def percentile(self, part: float) -> float:
        """That of the milliseconds of an answer."""
        times = sorted(self.millis)
        return times[min(int(len(times) * part), len(times) - 1)] if times else -1.0


def mock(port: int) -> "subprocess.Popen[bytes]":
    """A mock that is attacked: with little memory, few worlds and little patience."""
    command = [sys.executable, "-m", "mockserver", "mock", "--port", str(port), "--read-timeout", "5s",
               "--journal-memory", f"{JOURNAL}MB", "--max-body", f"{BODIES}MB", "--max-worlds", "200",
               "--admin-token", "hard-to-guess"]  # fmt: skip
    environment = {**os.environ, "CI": "1"}
    process = subprocess.Popen(command, cwd=inputs.ROOT, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(b"Listening"):
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return process
    raise SystemExit("the mock doesn't start")


def resident(process: "subprocess.Popen[bytes]") -> float:
    """The memory of a process, in MB."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def watched(process: "subprocess.Popen[bytes]", until: float) -> float:
    """The most memory that the process had until then."""
    most = 0.0
    while time.monotonic() < until and process.poll() is None:
        most = max(most, resident(process))
        time.sleep(0.25)
    return most


def main() -> None:
    """Attack for some time, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--port", type=int, default=24700)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    process = mock(options.port)
    try:
        failed = _attacked(process, options.port, options.seconds, options.seed)
    finally:
        process.terminate()
        process.wait(10)
    sys.exit(failed)


def _attacked(process: "subprocess.Popen[bytes]", port: int, seconds: float, seed: int) -> bool:
    alone = Normal(port, time.monotonic() + min(seconds / 10, 20))
    alone.run()
    before, until = resident(process), time.monotonic() + seconds
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[Seen] = context.Queue()
    attackers = [context.Process(target=attacker, args=(port, seed + n, until, results)) for n in range(ATTACKERS)]
    for one in attackers:
        one.start()
    normal = Normal(port, until)
    thread = threading.Thread(target=normal.run)
    thread.start()
    most = watched(process, until)
    seen = sum((results.get(timeout=seconds + 4 * HANGS) for _ in attackers), Counter())
    thread.join()
    after = Normal(port, time.monotonic() + min(seconds / 10, 20))
    after.run()
    return _summary(process, seen, (alone, normal, after), (before, most, resident(process)))


def _summary(
    process: "subprocess.Popen[bytes]",
    seen: Seen,
    traffic: tuple[Normal, Normal, Normal],
    memory: tuple[float, float, float],
) -> bool:
    print("| kind | sent | answered |", "|---|---|---|", sep="\n")
    wrong = []
    for name, kind in KINDS.items():
        statuses = {status: times for (one, status), times in sorted(seen.items()) if one == name}
        shown = ", ".join(f"{_word(status)} {times:,}" for status, times in statuses.items())
        print(f"| {name} | {sum(statuses.values()):,} | {shown} |")
        wrong += [f"{name}: {_word(status)}" for status in statuses if kind.statuses and status not in kind.statuses]
        wrong += [f"{name}: hung"] if HUNG in statuses and not kind.statuses else []
    before, most, after = memory
    budget = before + JOURNAL + ATTACKERS * THREADS * BODIES * PER_BODY
    alone, normal, later = traffic
    hung, failing = (sum(times for (_, status), times in seen.items() if test(status)) for test in (_is_hung, _is_ours))
    print(
        f"\n{len(KINDS)} kinds, {sum(seen.values()):,} hostile requests: {hung} hung, {failing} got a 5xx.",
        f"{len(normal.millis):,} normal requests beside them: {len(normal.dropped)} dropped or wrong.",
        *(
            f"{name}: median {one.percentile(0.5):.1f} ms, p99 {one.percentile(0.99):.1f}, max {one.percentile(1):.0f}"
            for name, one in (("alone", alone), ("attacked", normal), ("after", later))
        ),
        f"Memory: {before:.0f} MB before, {most:.0f} at most, {after:.0f} after; {budget:.0f} allowed.",
        *sorted(set(wrong)),
        *normal.dropped[:5],
        sep="\n",
    )
    ended = process.poll() is not None
    return bool(wrong or hung or failing or normal.dropped or later.dropped or ended or most > budget)


def _word(status: int) -> str:
    return {CLOSED: "closed", HUNG: "hung"}.get(status, str(status))


def _is_hung(status: int) -> bool:
    return status == HUNG


def _is_ours(status: int) -> bool:
    return status >= 500 and status != 501


if __name__ == "__main__":
    main()
