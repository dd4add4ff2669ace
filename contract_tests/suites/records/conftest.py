"""Fixtures of the promises about records."""

from __future__ import annotations

import pytest

from contract_tests.core.errors import NotChecked
from contract_tests.core.model import Model
from contract_tests.run.run import Run
from contract_tests.suites.records.kinds import kinds
from contract_tests.suites.records.life import Life


@pytest.fixture(scope="session")
def lives(run: Run) -> dict[str, Life]:
    """The kinds of records of the contract, by collection."""
    run.target()
    model = Model.load(run.settings.spec, run.settings.behaviours, run.settings.access)
    return {kind.name: Life(run, kind) for kind in kinds(run.contract, model, run.operations)}


@pytest.fixture
def made_kinds(lives: dict[str, Life]) -> list[Life]:
    """The kinds of which a client can make records."""
    found = [life for life in lives.values() if life.kind.create]
    if not found:
        raise NotChecked("the contract has no operation that makes a record which can be read")
    return found
