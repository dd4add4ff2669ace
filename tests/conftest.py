"""Fixtures for all tests, and the invariant that no journaled answer broke the contract."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from mockserver.contract.contract import load_contract
from mockserver.exchange.engine import Engine, build_engine
from mockserver.exchange.exchange import Exchange
from mockserver.settings import Settings
from tests.support import Ask, Clock, LiveMock, bundled_settings

hypothesis.settings.register_profile("tests", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("tests")

Build = Callable[..., Engine]


SPEAKING = ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "MOCKSERVER_", "CONTRACT_", "GITHUB_", "GITLAB_")
"""How the environment variables begin that change what the commands do or show."""


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers of these tests, and forget what the caller's environment says to the commands."""
    for name in [name for name in os.environ if name.startswith(SPEAKING)]:
        del os.environ[name]
    config.addinivalue_line(
        "markers", "breaks_contract: the mock is made to break its contract, and must withhold the answer"
    )


@pytest.fixture
def clock() -> Clock:
    """The time of this test, which it may move."""
    return Clock()


@pytest.fixture
def entries() -> list[Exchange]:
    """What the engines of this test have journaled, in all worlds, whatever was forgotten since."""
    return []


@pytest.fixture
def build(clock: Clock, entries: list[Exchange]) -> Build:
    """Builds engines whose journals are watched, on the clock of this test."""

    def built(settings: Settings) -> Engine:
        engine = build_engine(settings, clock=clock)
        engine.journal.listeners.append(entries.append)
        return engine

    return built


@pytest.fixture
def engine(build: Build) -> Engine:
    """A fresh mock of the bundled contract, behaviours and fixtures."""
    return build(bundled_settings())


@pytest.fixture
def ask(engine: Engine) -> Ask:
    """A client of `engine`, as alice unless it says otherwise."""
    return Ask(engine)


@pytest.fixture
def mock_of(tmp_path: Path, build: Build) -> Callable[..., Ask]:
    """Makes a mock of a document, behaviours and fixtures given as values; settings by name."""

    def made(document: Any, behaviours: Any = None, fixtures: Any = None, **settings: Any) -> Ask:
        paths = {}
        for name, value in {"openapi": document, "behaviours": behaviours, "fixtures": fixtures}.items():
            paths[name] = tmp_path / f"{name}.json"
            if value is not None:
                paths[name].write_text(json.dumps(value), encoding="utf-8")
        given = Settings(
            spec=str(paths["openapi"]),
            behaviours=paths["behaviours"] if behaviours is not None else None,
            fixtures=(paths["fixtures"],) if fixtures is not None else (),
            **settings,
        )
        return Ask(build(given), token=None)

    return made


@pytest.fixture(scope="session")
def bundled_contract() -> Any:
    """The bundled contract, which never changes."""
    return load_contract(bundled_settings().spec)


@pytest.fixture(scope="session")
def live_process() -> Iterator[LiveMock]:
    """One real mock for all tests that need a socket; it must end by Ctrl-C with exit code 0."""
    mock = LiveMock().started()
    try:
        yield mock
        assert mock.interrupt() == 0
    finally:
        mock.kill()


@pytest.fixture
def live_mock(live_process: LiveMock) -> LiveMock:
    """The real mock with its fixtures put back."""
    live_process.reset()
    return live_process


@pytest.fixture(autouse=True)
def no_journaled_answer_broke_the_contract(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test: no answer was withheld because it would have broken the contract."""
    watched: list[Exchange] = request.getfixturevalue("entries") if "entries" in request.fixturenames else []
    live: LiveMock | None = request.getfixturevalue("live_mock") if "live_mock" in request.fixturenames else None
    yield
    if request.node.get_closest_marker("breaks_contract"):
        return
    broken = [f"{entry.operation}: {entry.reason} {entry.violations}" for entry in watched if entry.verdict == "broken"]
    if live is not None:
        broken += [f"{told['operation']}: {told['reason']}" for told in live.journal() if told["verdict"] == "broken"]
    assert not broken, "\n".join(broken)
