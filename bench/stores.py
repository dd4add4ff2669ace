"""What a store costs: memory, SQLite and Redis side by side, by records, by worlds, and 10,000 worlds in Redis.

`python -m bench.stores [cost|records|worlds|memory]` prints tables in Markdown. All servers are up during a
measurement, and those that aren't being measured are paused.
"""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench import wrk
from bench.compare import serving_peer
from bench.inputs import LIST, TOKEN, TRUST, WORK, Inputs, prepare, write_fixtures
from bench.peers import MOCK
from bench.processes import HOST, Request, Server

CONNECTIONS = 16
WORLDS = 10_000
RECORDS = (10, 10_000, 100_000)
WORKS = {"GET /devices": LIST, "POST /devices/trust": TRUST}


class Redis:
    """`redis-server` on a socket, without persistence."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}?db=0"
        words = ["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(folder)]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        while not self.socket.exists():
            time.sleep(0.01)

    def info(self) -> dict[str, str]:
        """What `INFO everything` says."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.socket))
            connection.sendall(b"INFO everything\r\n")
            reader = connection.makefile("rb")
            text = reader.read(int(reader.readline()[1:])).decode()
        return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)

    def seconds(self) -> float:
        """CPU time that the server has used."""
        said = self.info()
        return float(said["used_cpu_user"]) + float(said["used_cpu_sys"])


@contextmanager
def redis() -> Iterator[Redis]:
    """A server until the end of the block."""
    with tempfile.TemporaryDirectory() as name:
        server = Redis(Path(name))
        try:
            yield server
        finally:
            server.process.kill()
            server.process.wait()


@contextmanager
def mock(inputs: Inputs, name: str, options: str) -> Iterator[Server]:
    """A mock with these options, which has answered."""
    peer = replace(MOCK, name=f"store {name}", command=f"{MOCK.command} {options}")
    with serving_peer(peer, inputs) as server:
        server.wait_for_200(LIST)
        yield server


@contextmanager
def mocks(inputs: Mapping[str, Inputs], options: Mapping[str, str]) -> Iterator[dict[str, Server]]:
    """Mocks by name, all of them paused."""
    with ExitStack() as stack:
        servers = {}
        for name, words in options.items():
            servers[name] = stack.enter_context(mock(inputs[name], name, words))
            servers[name].pause()
        yield servers
        for server in servers.values():
            server.resume()


def rounds(servers: Mapping[str, Server], request: Request, options: argparse.Namespace) -> dict[str, list[wrk.Sample]]:
    """The samples of each server, taken in turn."""
    samples: dict[str, list[wrk.Sample]] = {name: [] for name in servers}
    for number in range(options.rounds + 1):
        for name, server in servers.items():
            server.resume()
            sample = wrk.run(server, request, CONNECTIONS, options.seconds)
            server.pause()
            if number:  # the first one warms up
                samples[name].append(sample)
    return samples


def cost(options: argparse.Namespace) -> None:
    """Requests per second, CPU and latency of each store, and what Redis has to do for a request."""
    inputs = prepare()
    with redis() as server, tempfile.TemporaryDirectory() as folder:
        stores = {
            "memory": "",
            "SQLite": f"--store sqlite:{folder}/one.db",
            "SQLite, two workers": f"--store sqlite:{folder}/two.db --workers 2",
            "Redis": f"--store {server.url}",
        }
        print("| store | request | req/s | of memory | p50 ms | p99 ms | CPU µs/request |")
        print("|---|---|---|---|---|---|---|")
        with mocks(dict.fromkeys(stores, inputs), stores) as servers:
            for work, request in WORKS.items():
                samples = rounds(servers, request, options)
                for name, some in samples.items():
                    ratio = median(
                        one.per_second / base.per_second for one, base in zip(some, samples["memory"], strict=True)
                    )
                    rate, cpu = median(one.per_second for one in some), median(one.cpu for one in some)
                    half, most = (median(getattr(one, which) for one in some) / 1000 for which in ("p50", "p99"))
                    print(
                        f"| {name} | `{work}` | {rate:,.0f} | {ratio:.2f} | {half:.2f} | {most:.1f} | {cpu:.0f} |",
                        flush=True,
                    )
            servers["Redis"].resume()
            for work, request in WORKS.items():
                for connections in (1, CONNECTIONS):
                    _print_steps(server, servers["Redis"], work, request, connections, options.seconds)


def _print_steps(server: Redis, mocked: Server, work: str, request: Request, connections: int, seconds: int) -> None:
    before, spent = server.info(), server.seconds()
    sample = wrk.run(mocked, request, connections, seconds)
    after, spent = server.info(), server.seconds() - spent
    requests = sample.per_second * seconds
    reads = int(after["total_reads_processed"]) - int(before["total_reads_processed"])
    commands = int(after["total_commands_processed"]) - int(before["total_commands_processed"])
    scripts = _calls(after) - _calls(before)
    print(
        f"Redis, {connections} connections, `{work}`: {scripts / requests:.2f} scripts and {reads / requests:.2f} round"
        f" trips for each request ({commands} commands), {spent / requests * 1e6:.0f} µs of its CPU",
        flush=True,
    )


def _calls(info: Mapping[str, str]) -> int:
    found = info.get("cmdstat_evalsha", "calls=0")
    return int(found.split(",", 1)[0].removeprefix("calls="))


def records(options: argparse.Namespace) -> None:
    """CPU per request by the number of records."""
    inputs = prepare()
    print("| store | request | records | CPU µs/request | to 10 |\n|---|---|---|---|---|")
    many = {
        str(count): replace(inputs, fixtures=write_fixtures(WORK / f"fixtures-{count}", count)) for count in RECORDS
    }
    with redis() as server, tempfile.TemporaryDirectory() as folder:
        for store, address in (("SQLite", f"sqlite:{folder}/{{}}.db"), ("Redis", server.url)):
            stores = {name: f"--store {address.format(name)}" for name in many}
            with mocks(many, stores) as servers:
                for work, request in WORKS.items():
                    samples = rounds(servers, request, options)
                    for name, some in samples.items():
                        cpu, ratio = _cost_of(some, samples[str(RECORDS[0])])
                        print(f"| {store} | `{work}` | {int(name):,} | {cpu:.0f} | {ratio:.2f} |", flush=True)


def worlds(options: argparse.Namespace) -> None:
    """CPU per request by the number of worlds that take turns."""
    inputs = prepare()
    print("| store | request | worlds | CPU µs/request | to 1 |\n|---|---|---|---|---|")
    with redis() as server, tempfile.TemporaryDirectory() as folder:
        for store, address in (("SQLite", f"sqlite:{folder}/{{}}.db"), ("Redis", f"{server.url} --namespace {{}}")):
            stores = {
                str(count): f"--store {address.format(f'n{count}')} --max-worlds {2 * WORLDS}" for count in (1, WORLDS)
            }
            with mocks(dict.fromkeys(stores, inputs), stores) as servers:
                for name, one in servers.items():
                    one.resume()
                    touch(one, int(name), lambda connection, world: asked(connection, LIST, world))
                    one.pause()
                for work, request in WORKS.items():
                    samples = {name: list[wrk.Sample]() for name in servers}
                    for number in range(options.rounds + 1):
                        for name, one in servers.items():
                            one.resume()
                            sample = wrk.run(one, request, CONNECTIONS, options.seconds, worlds=int(name))
                            one.pause()
                            samples[name] += [sample] if number else []
                    for name, some in samples.items():
                        cpu, ratio = _cost_of(some, samples["1"])
                        print(f"| {store} | `{work}` | {int(name):,} | {cpu:.0f} | {ratio:.2f} |", flush=True)


def _cost_of(some: list[wrk.Sample], base: list[wrk.Sample]) -> tuple[float, float]:
    ratios = (one.cpu / other.cpu for one, other in zip(some, base, strict=True))
    return median(one.cpu for one in some), median(ratios)


def memory(_: argparse.Namespace) -> None:
    """The memory of 10,000 worlds of 10 records in Redis and in a mock, and how soon a new replica answers in one."""
    inputs = prepare()
    devices = json.dumps({"devices": json.loads((inputs.fixtures / "devices.json").read_text())["devices"]})
    for record in (parsed := json.loads(devices))["devices"]:
        record["lastSeen"] = record["createdAt"] = "2026-01-01T00:00:00Z"
        record["deviceName"] += " of this world"
    body = json.dumps(parsed)

    def write(connection: http.client.HTTPConnection, world: str) -> None:
        connection.request("PUT", f"/__mock__/worlds/{world}/state", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{answer.status} for a world")

    with redis() as server:
        options = f"--store {server.url} --max-worlds 20000"
        with mock(inputs, "first", options) as first:
            empty, alone = int(server.info()["used_memory"]), first.pss_mb()
            touch(first, WORLDS, write)
            touch(first, WORLDS, lambda connection, world: asked(connection, LIST, world))
            full, held = int(server.info()["used_memory"]), first.pss_mb()
            with mock(inputs, "second", options) as second:
                began = time.perf_counter()
                connection = http.client.HTTPConnection(HOST, second.port)
                asked(connection, LIST, "w7777")
                print(
                    f"a new replica's first answer in a world that it doesn't know: {time.perf_counter() - began:.4f} s"
                )
        for _ in range(3):
            peer = replace(MOCK, name="store replica", command=f"{MOCK.command} {options}")
            with serving_peer(peer, inputs) as replica:
                waited = replica.wait_for_200(replace(LIST, token=f"{TOKEN}~w4242"))
                print(f"a new replica answers in one of {WORLDS:,} worlds {waited:.2f} s after its start")
    print(f"Redis: {(full - empty) / 1e6:.1f} MB, {(full - empty) / WORLDS:,.0f} bytes for each world")
    print(f"the mock: {held - alone:.1f} MB more, {(held - alone) * 1e6 / WORLDS:,.0f} bytes for each world")


def touch(server: Server, count: int, call: Callable[[http.client.HTTPConnection, str], None]) -> None:
    """Call something in so many worlds, over one connection."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=30)
    for number in range(count):
        call(connection, f"w{number}")
    connection.close()


def asked(connection: http.client.HTTPConnection, request: Request, world: str) -> None:
    """Make a request in a world."""
    made = replace(request, token=f"{TOKEN}~{world}")
    connection.request(made.method, made.path, made.body or None, made.headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"{answer.status} in the world {world}")


def main() -> None:
    """Measure a part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["cost", "records", "worlds", "memory"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    options = parser.parse_args()
    if shutil.which("redis-server") is None:
        raise SystemExit("redis-server isn't installed (apt-get install redis-server)")
    {"cost": cost, "records": records, "worlds": worlds, "memory": memory}[options.part](options)


if __name__ == "__main__":
    main()
