"""The mock in front of a backend, beside Prism's proxy in front of the same one: `python -m bench.proxies`.

The backend returns constants on granian. Each proxy checks requests and responses against the contract. All servers
have the same two requests; the one that isn't measured is paused. The last lines measure what passing costs: the same
requests without a proxy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median

from bench import install, wrk
from bench.inputs import LIST, WORK, WORKS, Inputs, prepare
from bench.peers import LIMITS, NODE, PRISM, Peer
from bench.processes import Server, free_port, serving

CONNECTIONS = (1, 16)
BACKEND = LIMITS[0]
DIRECT = "no proxy"


def proxies(backend: int) -> tuple[Peer, ...]:
    """The measured proxies of a backend on a port."""
    url = f"http://127.0.0.1:{backend}"
    prism = "{node} {home}/node_modules/@stoplight/prism-cli/dist/index.js proxy -h 127.0.0.1 -p {port}"
    return (
        Peer("this mock", "{python} -m mockserver proxy " + url + " {contract} --port {port}", "both sides, journal"),
        Peer("Prism -v silent", f"{prism} -v silent {{contract}} {url}", "both sides", npm=PRISM),
        Peer("Prism", f"{prism} {{contract}} {url}", "both sides, with its log", npm=PRISM),
    )


@contextmanager
def running(peer: Peer, inputs: Inputs, port: int) -> Iterator[Server]:
    """A server on a port until the end of the block."""
    home = WORK / "run" / f"proxy-{peer.name.replace(' ', '-').replace(':', '')}"
    words = install.command(peer, inputs, port)
    with serving(words, port, install.environment(peer, inputs), home) as server:
        server.wait_for_200(LIST)
        yield server


def measured(rounds: int, seconds: int) -> dict[tuple[str, str], wrk.Sample]:
    """The medians of all rounds, by server and kind of run."""
    inputs, port = prepare(), free_port()
    runs: dict[tuple[str, str], list[wrk.Sample]] = {}
    with ExitStack() as stack:
        backend = stack.enter_context(running(BACKEND, inputs, port))
        servers = {DIRECT: backend}
        for peer in proxies(port):
            install.install(peer)
            servers[peer.name] = stack.enter_context(running(peer, inputs, free_port()))
            servers[peer.name].pause()
        for number in range(rounds + 1):
            for name, server in servers.items():
                server.resume()
                for kind, request in WORKS.items():
                    for connections in CONNECTIONS:
                        sample = wrk.run(server, request, connections, seconds if number else 2)
                        if number:  # the first round warms up
                            runs.setdefault((name, f"{kind}, {connections}"), []).append(sample)
                if name != DIRECT:
                    server.pause()
        for server in servers.values():
            server.resume()
    return {key: _median(samples) for key, samples in runs.items()}


def _median(samples: list[wrk.Sample]) -> wrk.Sample:
    columns = zip(*((one.per_second, one.p50, one.p99, one.cpu) for one in samples), strict=True)
    return wrk.Sample(*(median(column) for column in columns))


def main(rounds: int = 3, seconds: int = 3) -> None:
    """Measure and print a table."""
    results = measured(rounds, seconds)
    kinds = list(dict.fromkeys(kind for _, kind in results))
    print(f"node {NODE[0].rpartition('@')[2]}, {PRISM[0]}; medians of {rounds} rounds of {seconds} s\n")
    print("| request, connections | server | requests/s | p50 added, ms | p99 added, ms | CPU of the proxy, µs |")
    print("|---|---|---|---|---|---|")
    for kind in kinds:
        direct = results[DIRECT, kind]
        for (name, other), one in results.items():
            if other == kind:
                added = [(one.p50 - direct.p50) / 1000, (one.p99 - direct.p99) / 1000]
                print(f"| {kind} | {name} | {one.per_second:,.0f} | {added[0]:.2f} | {added[1]:.2f} | {one.cpu:,.0f} |")


if __name__ == "__main__":
    main()
