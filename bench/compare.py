"""The comparison: starts first, then load, both in interleaved rounds; the servers that wait are paused."""

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
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    rounds: int = 5
    seconds: int = 3
    warm_up: int = 4  # seconds for each of the two works


@dataclass
class Measured:
    """All that is known of one peer: a list has one value for each round."""

    facts: probes.Facts
    start: list[float] = field(default_factory=list)  # seconds to the first 200
    pss: float = 0.0  # MB, after the last round
    runs: dict[str, list[wrk.Sample]] = field(default_factory=dict)  # by `WORK, N connections`


@dataclass
class Outcome:
    """The measured peers by name, and why the others are missing."""

    measured: dict[str, Measured] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """The same as plain JSON data."""
        return asdict(self)


def compare(peers: Sequence[Peer], inputs: Inputs, plan: Plan, say: Say) -> Outcome:
    """Install, probe, start and load every peer; one that fails is named in the outcome and left out of the rest."""
    outcome = Outcome()
    for peer in peers:
        say(f"install and probe: {peer.name}")
        with _named(outcome, peer):
            install.install(peer)
            outcome.measured[peer.name] = Measured(_facts(peer, inputs))
        if peer is MOCK and peer.name in outcome.missing:
            return outcome
    _starts(peers, inputs, plan, outcome, say)
    _loads(peers, inputs, plan, outcome, say)
    return outcome


def medians(runs: Mapping[str, Sequence[wrk.Sample]]) -> dict[str, wrk.Sample]:
    """The median of each figure of each kind of run."""
    return {
        kind: wrk.Sample(*(median(column) for column in zip(*(asdict(s).values() for s in samples), strict=True)))
        for kind, samples in runs.items()
    }


@contextmanager
def serving_peer(peer: Peer, inputs: Inputs) -> Iterator[Server]:
    """A peer, started on a free port for the time of the block."""
    port = free_port()
    words = install.command(peer, inputs, port)
    home = WORK / "run" / peer.name.replace(" ", "-").replace(":", "")
    with serving(words, port, install.environment(peer, inputs), home) as server:
        yield server


def _facts(peer: Peer, inputs: Inputs) -> probes.Facts:
    with serving_peer(peer, inputs) as server:
        server.wait_for_200(LIST)
        return probes.facts(server)


def _starts(peers: Sequence[Peer], inputs: Inputs, plan: Plan, outcome: Outcome, say: Say) -> None:
    for number in range(plan.rounds):
        say(f"start-up, round {number + 1} of {plan.rounds}")
        for peer in _left(peers, outcome):
            with _named(outcome, peer), serving_peer(peer, inputs) as server:
                outcome.measured[peer.name].start.append(server.wait_for_200(LIST))


def _loads(peers: Sequence[Peer], inputs: Inputs, plan: Plan, outcome: Outcome, say: Say) -> None:
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for peer in _left(peers, outcome):
            say(f"warm up: {peer.name}")
            with _named(outcome, peer):
                server = servers[peer.name] = stack.enter_context(serving_peer(peer, inputs))
                server.wait_for_200(LIST)
                for request in (TRUST, LIST):
                    wrk.run(server, request, max(CONNECTIONS), plan.warm_up)
                server.pause()
        for number in range(plan.rounds):
            say(f"load, round {number + 1} of {plan.rounds}")
            for peer in _turned(_left(peers, outcome), number):
                with _named(outcome, peer):
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
def _named(outcome: Outcome, peer: Peer) -> Iterator[None]:
    """What goes wrong for one peer is written down under its name; the others go on."""
    try:
        yield
    except Exception as problem:  # noqa: BLE001 - a peer may fail in any way; the run is long, and the others count
        outcome.measured.pop(peer.name, None)
        outcome.missing[peer.name] = said(problem)


def said(problem: Exception) -> str:
    """What went wrong, in one line; our own failures say it in their words, others by their kind as well."""
    expected = isinstance(problem, install.NotInstalled | Failed)
    return str(problem) if expected else f"{type(problem).__name__}: {problem}"


def _left(peers: Sequence[Peer], outcome: Outcome) -> list[Peer]:
    return [peer for peer in peers if peer.name in outcome.measured]


def _turned(peers: Sequence[Peer], by: int) -> list[Peer]:
    """The same peers, another one first in each round."""
    by %= max(len(peers), 1)
    return [*peers[by:], *peers[:by]]
