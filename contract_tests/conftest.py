"""Makes `pytest contract_tests` a run of the judge, with the same options as the command."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract_tests.core.discovery import Discovery
from contract_tests.core.errors import Withheld
from contract_tests.core.fuzzing import Fuzzer
from contract_tests.core.safety import Safety
from contract_tests.core.target import Target
from contract_tests.run import plugin
from contract_tests.run.plugin import JudgePlugin
from contract_tests.run.run import Run
from contract_tests.suites.flashback.api import OPERATIONS, Flashback


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Take the judge's options, unless `-p contract_tests.run.plugin` has done so."""
    if not pluginmanager.has_plugin("contract_tests.run.plugin"):
        plugin.pytest_addoption(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Prepare a run, unless the command or the plugin has done so."""
    plugin.pytest_configure(config)


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    """The run that the tests belong to."""
    return next(judge for judge in pytestconfig.pluginmanager.get_plugins() if isinstance(judge, JudgePlugin)).run


@pytest.fixture
def target(run: Run) -> Target:
    """The target, reachable and with a token that it takes."""
    return run.target()


@pytest.fixture(scope="session")
def me(run: Run) -> Flashback:
    """The user of --token, calling the documented operations."""
    if not run.contract.has(*OPERATIONS):
        raise Withheld("the documented sentences belong to the bundled contract; this is another one")
    return Flashback(run.target(), run.settings.token)


@pytest.fixture(scope="session")
def other(run: Run, me: Flashback) -> Flashback:
    """The user of --other-token."""
    if run.settings.other_token is None:
        raise Withheld("no second user was given; --other-token T adds one")
    return Flashback(me.target, run.settings.other_token)


@pytest.fixture
def writable(run: Run) -> None:
    """The promise can only be seen by a write that succeeds."""
    if run.settings.safety is not Safety.FULL:
        raise Withheld(f"--safety {run.settings.safety} makes no write that succeeds")


@pytest.fixture(scope="session")
def keepsakes(run: Run) -> frozenset[str]:
    """Names of two sessions on different devices, and of these devices: what revoke-all is judged on in the end."""
    judged = not run.settings.suite or "behaviours" in run.settings.suite
    if not judged or not run.contract.has(*OPERATIONS) or run.settings.safety is not Safety.FULL:
        return frozenset()
    state = Flashback(run.target(), run.settings.token).state()
    holders = [device for device in state.devices if state.sessions_of(device)][-2:]
    names = {device for holder in holders for device in (holder, state.fingerprint(holder))}
    return frozenset(str(name) for name in names | {s for holder in holders for s in state.sessions_of(holder)[:1]})


@pytest.fixture
def reserved(run: Run, keepsakes: frozenset[str]) -> Iterator[None]:
    """Generated calls leave the keepsakes alone."""
    rules = run.target().gate.rules
    rules.reserved = keepsakes
    yield
    rules.reserved = frozenset()


@pytest.fixture(scope="session")
def discovery(run: Run) -> Discovery:
    """What records the target has."""
    found = Discovery(run.contract)
    found.explore(run.target())
    return found


@pytest.fixture(scope="session")
def fuzzer(run: Run) -> Fuzzer:
    """Generates inputs from the contract."""
    target = run.target()
    share = max(target.gate.limits.left() / (2 * len(run.operations) + 4), 2.0)
    return Fuzzer(target, run.settings.seed, run.settings.examples, share)
