"""Stores that outlive a process, each test with one of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mockserver.exchange.stores import ledger_of
from mockserver.state.ledger import Ledger
from tests.mockserver.store.servers import RedisServer
from tests.support import bundled_settings

OpenLedger = Callable[..., Ledger]


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis server for all tests that change nothing of it."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["sqlite", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The value of `--store`; each test has a database of its own."""
    if request.param == "sqlite":
        return f"sqlite:{tmp_path}/worlds.db"
    server: RedisServer = request.getfixturevalue("redis_server")
    server.empty()
    return server.url


@pytest.fixture
def open_ledger(store: str) -> OpenLedger:
    """Opens the store as another process would; `memory` bounds its journals."""

    def opened(namespace: str = "n", memory: int = 1_000_000) -> Ledger:
        ledger = ledger_of(bundled_settings(store=store, journal_memory=memory), namespace)
        ledger.open()
        return ledger

    return opened


@pytest.fixture
def ledger(open_ledger: OpenLedger) -> Ledger:
    """A ledger without worlds."""
    return open_ledger()
