"""Makes `pytest contract_tests` a run, with the options of the command; the fixtures that every suite may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract_tests.core.discovery import Discovery
from contract_tests.core.errors import NotChecked
from contract_tests.core.fuzzing import Fuzzer
from contract_tests.core.shares import Shares
from contract_tests.core.target import Target
from contract_tests.run import plugin
from contract_tests.run.plugin import RunPlugin
from contract_tests.run.run import Run

GENERATING = 0.85  # of the time that is left for it when inputs begin to be generated
AFTERWARDS = 14  # times what an answer takes: 7 requests for each path come after them, each with what is learnt of it


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Take the options, unless `-p contract_tests.run.plugin` has done so, or the command has."""
    if not pluginmanager.has_plugin("contract_tests.run.plugin") and not plugin.of_command(pluginmanager):
        plugin.pytest_addoption(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Prepare a run, unless the command or the plugin has done so."""
    plugin.pytest_configure(config)


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    """The run that the tests belong to."""
    return next(one for one in pytestconfig.pluginmanager.get_plugins() if isinstance(one, RunPlugin)).run


@pytest.fixture
def target(run: Run) -> Target:
    """The target, reachable and with a token that it takes."""
    return run.target()


@pytest.fixture
def writable(run: Run) -> None:
    """The promise can only be seen by a write that succeeds."""
    if not run.settings.safety.writes:
        raise NotChecked(f"--safety {run.settings.safety} makes no write that succeeds")


@pytest.fixture(scope="session")
def reserved_records(run: Run) -> frozenset[str]:
    """Names of the records that suites of this run keep for a check at its end."""
    target = run.target()
    return frozenset().union(*(suite.reserves(target) for suite in run.suites if run.settings.runs(suite.name)))


@pytest.fixture
def reserved(run: Run, reserved_records: frozenset[str]) -> Iterator[None]:
    """Generated calls leave the reserved records alone."""
    rules = run.target().gate.rules
    rules.reserved = reserved_records
    yield
    rules.reserved = frozenset()


@pytest.fixture(scope="session")
def discovery(run: Run) -> Discovery:
    """What records the target has."""
    found = Discovery(run.contract, run.callable)
    found.explore(run.target(), run.settings.workers)
    return found


@pytest.fixture(scope="session")
def fuzzer(run: Run) -> Fuzzer:
    """Generates inputs from the contract."""
    target = run.target()
    shares = Shares(target.gate.limits, generating(run), len(run.operations), run.settings.workers)
    records = run.records if run.settings.safety.writes else None
    fuzzer = Fuzzer(target, run.settings.seed, run.settings.examples, shares, records)
    unreadable = (f"the pattern {pattern!r} can't be read: inputs ignore it" for pattern in sorted(fuzzer.unreadable))
    run.remarks.extend(unreadable)
    return fuzzer


def generating(run: Run) -> float:
    """The part of the time that is left for generated inputs: what comes after them takes as long as answers take.

    How long the run has needed so far says nothing of that: it has started a mock, and drawn its inputs.
    """
    gate, paths = run.target().gate, len({operation.path for operation in run.operations})
    pace = gate.tally.seconds / max(gate.tally.sent, 1) / run.settings.workers
    if gate.limits.rate:
        pace = max(pace, 1 / gate.limits.rate)
    left = max(gate.limits.left(), 0.001)
    return GENERATING * max(1 - AFTERWARDS * paths * pace / left, 0.4)
