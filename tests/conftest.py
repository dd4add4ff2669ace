"""Fixtures for all tests, and the invariant that no response in the journal violates the contract."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import msgspec
import pytest

from mockserver.contract.contract import load_contract
from mockserver.exchange.building import build_engine
from mockserver.exchange.engine import Engine
from mockserver.exchange.exchange import Exchange
from mockserver.settings import Settings
from tests.support import Ask, Clock, LiveMock, bundled_settings, stored_where_asked

hypothesis.settings.register_profile("tests", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("tests")

Build = Callable[..., Engine]


ENVIRONMENT_PREFIXES = ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "MOCKSERVER_", "CONTRACT_", "GITHUB_", "GITLAB_")
"""Prefixes of the environment variables that change what the commands do or print."""


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers of these tests, and delete the environment variables that affect the commands."""
    for name in [name for name in os.environ if name.startswith(ENVIRONMENT_PREFIXES)]:
        del os.environ[name]
    config.addinivalue_line(
        "markers", "breaks_contract: the mock is build_mock to violate its contract, and must replace the response"
    )


@pytest.fixture
def clock() -> Clock:
    """The clock of this test, which the test can set."""
    return Clock()


@pytest.fixture
def entries() -> list[Exchange]:
    """All journal entries of this test's engines, in all worlds, including those that the journal has dropped."""
    return []


@pytest.fixture
def build(clock: Clock, entries: list[Exchange], tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Builds engines that use the clock of this test and record their journal entries in `entries`."""

    def build_with_clock(settings: Settings) -> Engine:
        settings = msgspec.structs.replace(settings, **stored_where_asked(str(tmp_path_factory.mktemp("store"))))
        engine = build_engine(settings, clock=clock)
        engine.journal.listeners.append(entries.append)
        return engine

    return build_with_clock


@pytest.fixture
def engine(build: Build) -> Engine:
    """A new mock with the bundled contract, behaviours and fixtures."""
    return build(bundled_settings())


@pytest.fixture
def ask(engine: Engine) -> Ask:
    """A client of `engine`, as alice unless you pass another token."""
    return Ask(engine)


@pytest.fixture
def mock_of(tmp_path: Path, build: Build) -> Callable[..., Ask]:
    """Builds a mock from a document, behaviours and fixtures as Python values, and settings as keyword arguments."""

    def build_mock(document: Any, behaviours: Any = None, fixtures: Any = None, **settings: Any) -> Ask:
        paths = {}
        for name, value in {"openapi": document, "behaviours": behaviours, "fixtures": fixtures}.items():
            paths[name] = tmp_path / f"{name}.json"
            if value is not None:
                paths[name].write_text(json.dumps(value), encoding="utf-8")
        mock_settings = Settings(
            spec=str(paths["openapi"]),
            behaviours=paths["behaviours"] if behaviours is not None else None,
            fixtures=(paths["fixtures"],) if fixtures is not None else (),
            **settings,
        )
        return Ask(build(mock_settings), token=None)

    return build_mock


@pytest.fixture(scope="session")
def bundled_contract() -> Any:
    """The bundled contract, loaded once."""
    return load_contract(bundled_settings().spec)


@pytest.fixture(scope="session")
def live_process() -> Iterator[LiveMock]:
    """One mock process for all tests that need a socket; Ctrl-C must end it with exit code 0."""
    mock = LiveMock().wait_until_started()
    try:
        yield mock
        assert mock.interrupt() == 0
    finally:
        mock.kill()


@pytest.fixture
def live_mock(live_process: LiveMock) -> LiveMock:
    """The mock process, reset to its fixtures."""
    live_process.reset()
    return live_process


def _is_broken(entry: Exchange) -> bool:
    """Whether the mock itself broke the contract: what a real backend does is not up to it."""
    return entry.verdict == "broken" and entry.by != "backend"


@pytest.fixture(autouse=True)
def no_response_violates_the_contract(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test: the mock replaced no response because it would have violated the contract."""
    watched: list[Exchange] = request.getfixturevalue("entries") if "entries" in request.fixturenames else []
    live: LiveMock | None = request.getfixturevalue("live_mock") if "live_mock" in request.fixturenames else None
    yield
    if request.node.get_closest_marker("breaks_contract"):
        return
    broken = [f"{entry.operation}: {entry.reason} {entry.violations}" for entry in watched if _is_broken(entry)]
    if live is not None:
        broken += [
            f"{entry['operation']}: {entry['reason']}" for entry in live.journal() if entry["verdict"] == "broken"
        ]
    assert not broken, "\n".join(broken)
