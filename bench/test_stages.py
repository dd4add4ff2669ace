"""Micro-benchmarks: the cost of each stage of the pipeline for a trust call and for the list of ten devices.

`python -m bench stages` runs them and writes their medians into bench/README.md. They use one process and no socket.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench import inputs
from mockserver.behaviour.names import success_status
from mockserver.behaviour.runner import Outcome, run
from mockserver.behaviour.values import Scope
from mockserver.clock import system_now
from mockserver.exchange.auth import Caller
from mockserver.exchange.building import build_engine
from mockserver.exchange.engine import Engine
from mockserver.exchange.exchange import Exchange
from mockserver.exchange.steering import UNSTEERED
from mockserver.messages import Answer, Request
from mockserver.reply.reply import Reply
from mockserver.settings import Settings

Benchmark = Callable[..., Any]
WORKS = {"trust": inputs.TRUST, "list": inputs.LIST}


@dataclass(frozen=True)
class Prepared:
    """One request, and the results of all stages for it."""

    engine: Engine
    request: Request
    match: Any
    caller: Caller
    inputs: Any
    outcome: Outcome
    reply: Reply
    answer: Answer


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The mock with the project's contract and the benchmark's ten devices."""
    fixtures: Path = inputs.write_fixtures(tmp_path_factory.mktemp("fixtures"), 10)
    return build_engine(Settings(str(inputs.CONTRACT), inputs.BEHAVIOURS, (fixtures,)))


@pytest.fixture(params=WORKS, scope="module")
def prepared(request: pytest.FixtureRequest, engine: Engine) -> Prepared:
    """Each of the two requests, processed once by all stages."""
    planned = WORKS[request.param]
    headers = {name.lower(): value for name, value in planned.headers.items()}
    sent = Request(planned.method, planned.path, "", headers, planned.body.encode())
    match = engine.contract.route(sent.method, sent.path)
    caller = engine.pipeline.auth.admit(match.operation, sent, UNSTEERED)
    read = engine.contract.read_inputs(match, sent)
    outcome = _behave(engine, match, caller, read)
    reply = _compose(engine, match, outcome)
    return Prepared(engine, sent, match, caller, read, outcome, reply, engine.pipeline.respond(sent))


def test_route(benchmark: Benchmark, prepared: Prepared) -> None:
    """Method and path to an operation."""
    benchmark(prepared.engine.contract.route, prepared.request.method, prepared.request.path)


def test_admit(benchmark: Benchmark, prepared: Prepared) -> None:
    """Token to a caller and a world."""
    benchmark(prepared.engine.pipeline.auth.admit, prepared.match.operation, prepared.request, UNSTEERED)


def test_validate(benchmark: Benchmark, prepared: Prepared) -> None:
    """Parameters and body against the contract."""
    benchmark(prepared.engine.contract.read_inputs, prepared.match, prepared.request)


def test_behave(benchmark: Benchmark, prepared: Prepared) -> None:
    """The behaviour on a world: look-up, change, the next world."""
    benchmark(_behave, prepared.engine, prepared.match, prepared.caller, prepared.inputs)


def test_compose(benchmark: Benchmark, prepared: Prepared) -> None:
    """Example and fields to a reply, shown through the schema."""
    benchmark(_compose, prepared.engine, prepared.match, prepared.outcome)


def test_keep_check(benchmark: Benchmark, prepared: Prepared) -> None:
    """The self-check of the reply against the contract."""
    reply, operation = prepared.reply, prepared.match.operation
    broken = benchmark(
        prepared.engine.contract.check_response, operation, reply.status, reply.headers, reply.media, reply.value
    )
    assert not broken


def test_keep_commit(benchmark: Benchmark, prepared: Prepared) -> None:
    """The world by compare-and-swap."""
    store, world = prepared.engine.store, prepared.outcome.world

    def commit() -> bool:
        return store.commit("main", store.load("main")[1], world)

    assert benchmark(commit)


def test_keep_journal(benchmark: Benchmark, prepared: Prepared) -> None:
    """One entry of the journal."""
    journal, caller = prepared.engine.journal, prepared.caller

    def keep() -> None:
        number = journal.next_number(caller.world)
        journal.keep(
            Exchange(
                prepared.request,
                operation=prepared.match.operation.id,
                user=caller.name,
                world=caller.world,
                before=prepared.outcome.world,
                changes=prepared.outcome.changes,
                answer=prepared.answer,
                number=number,
            )
        )

    benchmark(keep)


def test_write(benchmark: Benchmark, prepared: Prepared) -> None:
    """The reply as bytes."""
    assert benchmark(prepared.reply.body)


def test_whole(benchmark: Benchmark, prepared: Prepared) -> None:
    """All stages, as the pipeline runs them."""
    assert benchmark(prepared.engine.pipeline.respond, prepared.request).status == 200


@pytest.mark.parametrize("count", [10, 100_000])
def test_fork(benchmark: Benchmark, count: int, tmp_path: Path) -> None:
    """The first use of a world, whatever the number of records."""
    fixtures = inputs.write_fixtures(tmp_path, count)
    engine = build_engine(Settings(str(inputs.CONTRACT), inputs.BEHAVIOURS, (fixtures,)))
    names = iter(range(10**9))
    benchmark.pedantic(lambda: engine.store.load(f"w-{next(names)}"), rounds=10_000)  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [10, 100_000])
def test_fork_from_an_old_base(benchmark: Benchmark, count: int, tmp_path: Path) -> None:
    """The first use of a world when the fixtures' date math has to be resolved anew."""
    fixtures = inputs.write_fixtures(tmp_path, count)
    engine = build_engine(Settings(str(inputs.CONTRACT), inputs.BEHAVIOURS, (fixtures,)))
    names = iter(range(10**9))
    benchmark.pedantic(  # type: ignore[attr-defined]
        lambda: engine.store.load(f"w-{next(names)}"), setup=engine.base.renew, rounds=3
    )


def _behave(engine: Engine, match: Any, caller: Caller, read: Any) -> Outcome:
    world, _ = engine.store.load(caller.world)
    now = world.clock.now(system_now)
    scope = Scope(read, caller.fields, now, engine.behaviours.periods)
    return run(engine.behaviours.operations[match.operation.id], world, scope, engine.behaviours)


def _compose(engine: Engine, match: Any, outcome: Outcome) -> Reply:
    operation = match.operation
    return engine.pipeline.builder.compose(operation, success_status(operation), outcome.fields)
