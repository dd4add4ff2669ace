"""The comparison: start-up, then load, both in interleaved rounds; the waiting servers are paused."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from bench import install, probes, wrk
from bench.inputs import LIST, TRUST, WORK, WORKS, Inputs
from bench.peers import MOCK, Peer
from bench.processes import Failed, Server, free_port, serving

CONNECTIONS = (1, 16)
Log = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """The number and length of the rounds."""

    rounds: int = 5
    seconds: int = 3
    warm_up: int = 4  # seconds for each of the two kinds of request


@dataclass
class Measured:
    """The measurements of one peer; a list has one value for each round."""

    facts: probes.Facts
    start: list[float] = field(default_factory=list)  # seconds to the first 200
    pss: float = 0.0  # MB, after the last round
    runs: dict[str, list[wrk.Sample]] = field(default_factory=dict)  # by `WORK, N connections`


@dataclass
class Outcome:
    """The measured peers by name, and the reasons why others are missing."""

    measured: dict[str, Measured] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """The outcome as JSON data."""
        return asdict(self)


def compare(peers: Sequence[Peer], inputs: Inputs, plan: Plan, log: Log) -> Outcome:
    """Install, probe, start and load every peer. A peer that fails is listed as missing and skipped after that."""
    outcome = Outcome()
    for peer in peers:
        log(f"install and probe: {peer.name}")
        with _recording_failure(outcome, peer):
            install.install(peer)
            outcome.measured[peer.name] = Measured(_facts(peer, inputs))
        if peer is MOCK and peer.name in outcome.missing:
            return outcome
    _starts(peers, inputs, plan, outcome, log)
    _loads(peers, inputs, plan, outcome, log)
    return outcome


def medians(runs: Mapping[str, Sequence[wrk.Sample]]) -> dict[str, wrk.Sample]:
    """The median of each figure of each kind of run."""
    return {
        kind: wrk.Sample(*(median(column) for column in zip(*(asdict(s).values() for s in samples), strict=True)))
        for kind, samples in runs.items()
    }


@contextmanager
def serving_peer(peer: Peer, inputs: Inputs) -> Iterator[Server]:
    """A peer that runs on a free port until the end of the block."""
    port = free_port()
    words = install.command(peer, inputs, port)
    home = WORK / "run" / peer.name.replace(" ", "-").replace(":", "")
    with serving(words, port, install.environment(peer, inputs), home) as server:
        yield server


def _facts(peer: Peer, inputs: Inputs) -> probes.Facts:
    with serving_peer(peer, inputs) as server:
        server.wait_for_200(LIST)
        return probes.facts(server)


def _starts(peers: Sequence[Peer], inputs: Inputs, plan: Plan, outcome: Outcome, log: Log) -> None:
    for number in range(plan.rounds):
        log(f"start-up, round {number + 1} of {plan.rounds}")
        for peer in _remaining(peers, outcome):
            with _recording_failure(outcome, peer), serving_peer(peer, inputs) as server:
                outcome.measured[peer.name].start.append(server.wait_for_200(LIST))


def _loads(peers: Sequence[Peer], inputs: Inputs, plan: Plan, outcome: Outcome, log: Log) -> None:
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for peer in _remaining(peers, outcome):
            log(f"warm up: {peer.name}")
            with _recording_failure(outcome, peer):
                server = servers[peer.name] = stack.enter_context(serving_peer(peer, inputs))
                server.wait_for_200(LIST)
                for request in (TRUST, LIST):
                    wrk.run(server, request, max(CONNECTIONS), plan.warm_up)
                server.pause()
        for number in range(plan.rounds):
            log(f"load, round {number + 1} of {plan.rounds}")
            for peer in _rotated(_remaining(peers, outcome), number):
                with _recording_failure(outcome, peer):
                    _load(servers[peer.name], outcome.measured[peer.name], plan)


def _load(server: Server, measured: Measured, plan: Plan) -> None:
    server.resume()
    try:
        for work, request in WORKS.items():
            for connections in CONNECTIONS:
                sample = wrk.run(server, request, connections, plan.seconds)
                measured.runs.setdefault(f"{work}, {connections} connections", []).append(sample)
        measured.pss = server.pss_mb()
    finally:
        server.pause()


@contextmanager
def _recording_failure(outcome: Outcome, peer: Peer) -> Iterator[None]:
    """Record an exception as the reason why the peer is missing, so that the others continue."""
    try:
        yield
    except Exception as problem:  # noqa: BLE001 - a peer may fail in any way, and the others must continue
        outcome.measured.pop(peer.name, None)
        outcome.missing[peer.name] = describe_error(problem)


def describe_error(problem: Exception) -> str:
    """The error in one line; with its class if it isn't one of the benchmark's own errors."""
    expected = isinstance(problem, install.NotInstalled | Failed)
    return str(problem) if expected else f"{type(problem).__name__}: {problem}"


def _remaining(peers: Sequence[Peer], outcome: Outcome) -> list[Peer]:
    return [peer for peer in peers if peer.name in outcome.measured]


def _rotated(peers: Sequence[Peer], by: int) -> list[Peer]:
    """The same peers, with another one first in each round."""
    by %= max(len(peers), 1)
    return [*peers[by:], *peers[:by]]
