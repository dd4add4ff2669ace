"""How this mock scales: memory, a document with 1,000 operations, 100,000 devices, 10,000 worlds."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from bench import install, wrk
from bench.compare import Log, Plan, describe_error, serving_peer
from bench.inputs import LIST, TOKEN, TRUST, WORK, Inputs, bench_contract, operations, write_fixtures
from bench.peers import MOCK, Peer
from bench.processes import HOST, Request, Server

DEVICES = 100_000
WORLDS = 10_000
CONNECTIONS = 16
GITHUB = Peer("GitHub's document", "", "", npm=("@octokit/openapi@23.0.2",))
BARE = replace(
    MOCK,
    name="this mock, no behaviours",
    command="{python} -m mockserver mock {contract} --host 127.0.0.1 --port {port}",
)
ZEN = Request("GET", "/zen")  # a GitHub operation that needs no token


@dataclass(frozen=True)
class Variant:
    """The mock with certain inputs, and the request that detects that it has started."""

    name: str
    inputs: Inputs
    peer: Peer = MOCK
    first: Request = LIST


def figures(inputs: Inputs, plan: Plan, log: Log) -> dict[str, Any]:
    """Measure all figures; for each a dictionary of numbers, or of the reason why it failed."""
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "memory": lambda: memory(inputs, plan),
        "operations": lambda: many_operations(inputs, plan),
        "devices": lambda: many_devices(inputs, plan),
        "worlds": lambda: many_worlds(inputs),
    }
    measured = {}
    for name, part in parts.items():
        log(f"figures: {name}")
        try:
            measured[name] = part()
        except Exception as problem:  # noqa: BLE001 - the other figures are still measured
            measured[name] = {"failed": describe_error(problem)}
    return measured


def memory(inputs: Inputs, plan: Plan) -> dict[str, Any]:
    """PSS of a mock that runs alone, before and after some seconds of load."""
    with _running(Variant("10 devices", inputs)) as server:
        before = server.pss_mb()
        for request in (TRUST, LIST):
            wrk.run(server, request, CONNECTIONS, plan.seconds * 3)
        return {"before_mb": before, "after_mb": server.pss_mb()}


def many_operations(inputs: Inputs, plan: Plan) -> dict[str, Any]:
    """Start with GitHub's document; cost of a trust call with the nine operations added to it, relative to the nine."""
    install.install(GITHUB)
    folder = install.PEERS / GITHUB.home / "node_modules" / "@octokit" / "openapi" / "generated"
    document = json.loads((folder / "api.github.com.json").read_text())
    count, size = sum(1 for _ in _methods(document)), (folder / "api.github.com.json").stat().st_size
    joined = WORK / "github-and-nine.json"
    joined.write_text(json.dumps(join(document, bench_contract())))
    alone = Variant("GitHub", replace(inputs, contract=folder / "api.github.com.json"), BARE, ZEN)
    large = Variant("GitHub and the nine", replace(inputs, contract=joined))
    return {
        "operations": count,
        "document_mb": size / 1e6,
        "start_s": median(_start(alone) for _ in range(plan.rounds)),
        **_cost(large, Variant("the nine", inputs), TRUST, plan),
    }


def many_devices(inputs: Inputs, plan: Plan) -> dict[str, Any]:
    """Start with 100,000 devices, ten of them the caller's; cost of a trust call and of the list, relative to ten."""
    many = Variant("many devices", replace(inputs, fixtures=write_fixtures(WORK / f"fixtures-{DEVICES}", DEVICES)))
    few = Variant("10 devices", inputs)
    trust, listing = _cost(many, few, TRUST, plan), _cost(many, few, LIST, plan)
    return {
        "devices": DEVICES,
        "start_s": median(_start(many) for _ in range(plan.rounds)),
        "start_10_s": median(_start(few) for _ in range(plan.rounds)),
        **trust,
        "list_cost_ratio": listing["cost_ratio"],
    }


def many_worlds(inputs: Inputs) -> dict[str, Any]:
    """First use of 10,000 worlds over one connection, relative to later uses; memory of a world that is only read."""
    with _running(Variant("worlds", inputs)) as server:
        known = list(_timed(server, ["one"] * 1000))[100:]
        before = server.pss_mb()
        first = list(_timed(server, [f"w-{number}" for number in range(WORLDS)]))
        return {
            "worlds": WORLDS,
            "known_ms": median(known) * 1000,
            "first_use_ms": median(first) * 1000,
            "create_ms": (median(first) - median(known)) * 1000,
            "memory_kb": (server.pss_mb() - before) * 1000 / WORLDS,
        }


def join(large: dict[str, Any], small: dict[str, Any]) -> dict[str, Any]:
    """The large document with the small one's operations, components and security."""
    for operation in operations(small):
        operation.setdefault("security", small["security"])
    joined = {**large, "paths": {**large["paths"], **small["paths"]}, "components": dict(large["components"])}
    for kind, named in small["components"].items():
        joined["components"][kind] = {**joined["components"].get(kind, {}), **named}
    return joined


def _cost(subject: Variant, base: Variant, request: Request, plan: Plan) -> dict[str, Any]:
    """CPU time per request of two variants, measured in turn, and the median of the rounds' ratios."""
    with _running(subject) as large, _running(base) as small:
        for server in (large, small):
            wrk.run(server, request, CONNECTIONS, plan.warm_up)
            server.pause()
        rounds = [[_paused_run(server, request, plan) for server in (large, small)] for _ in range(plan.rounds)]
    return {
        "cpu": median(pair[0] for pair in rounds),
        "base_cpu": median(pair[1] for pair in rounds),
        "cost_ratio": median(pair[0] / pair[1] for pair in rounds),
    }


def _paused_run(server: Server, request: Request, plan: Plan) -> float:
    server.resume()
    try:
        return wrk.run(server, request, CONNECTIONS, plan.seconds).cpu
    finally:
        server.pause()


def _start(variant: Variant) -> float:
    with serving_peer(variant.peer, variant.inputs) as server:
        return server.wait_for_200(variant.first)


@contextmanager
def _running(variant: Variant) -> Iterator[Server]:
    peer = replace(variant.peer, name=f"{variant.peer.name} {variant.name}")  # a separate log
    with serving_peer(peer, variant.inputs) as server:
        server.wait_for_200(variant.first)
        yield server


def _timed(server: Server, worlds: list[str]) -> Iterator[float]:
    """Seconds of one GET /devices in each world, over one kept connection."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=10)
    try:
        for world in worlds:
            request = replace(LIST, token=f"{TOKEN}~{world}")
            started = time.perf_counter()
            connection.request(request.method, request.path, headers=request.headers)
            connection.getresponse().read()
            yield time.perf_counter() - started
    finally:
        connection.close()


def _methods(document: dict[str, Any]) -> Iterator[str]:
    for item in document["paths"].values():
        yield from (name for name in item if name in {"get", "put", "post", "delete", "patch", "head", "options"})
