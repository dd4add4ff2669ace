"""Stores that outlive a process, each test with one of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mockserver.state.ledger import Ledger
from mockserver.state.sqlite import SqliteLedger

OpenLedger = Callable[..., Ledger]


@pytest.fixture(params=["sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The value of `--store`."""
    assert request.param == "sqlite"
    return f"sqlite:{tmp_path}/worlds.db"


@pytest.fixture
def open_ledger(store: str) -> OpenLedger:
    """Opens the store as another process would; `memory` bounds its journals."""

    def opened(namespace: str = "n", memory: int = 1_000_000) -> Ledger:
        ledger = SqliteLedger(store.removeprefix("sqlite:"), namespace, memory=memory)
        ledger.open()
        return ledger

    return opened


@pytest.fixture
def ledger(open_ledger: OpenLedger) -> Ledger:
    """A ledger without worlds."""
    return open_ledger()
