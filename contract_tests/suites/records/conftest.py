"""Fixtures of the promises about records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract_tests.core.errors import NotChecked
from contract_tests.run.run import Run
from contract_tests.suites.records.kinds import kinds
from contract_tests.suites.records.life import Life


@pytest.fixture(scope="session")
def lives(run: Run) -> dict[str, Life]:
    """The kinds of records of the contract, by collection."""
    run.target()
    found = kinds(run.contract, run.model, run.operations)
    return {kind.name: Life(run, kind, count=len(found)) for kind in found}


@pytest.fixture
def made_kinds(run: Run, lives: dict[str, Life], request: pytest.FixtureRequest) -> Iterator[list[Life]]:
    """The kinds of which a client can make records; says afterwards of how many no more could be made in time."""
    found = [life for life in lives.values() if life.kind.create]
    if not found:
        raise NotChecked("the contract has no operation that makes a record which can be read")
    for life in found:
        life.begin()
    yield found
    if late := [life for life in found if life.is_late]:
        run.remarks.append(f"{request.node.name}: {len(late)} of {len(found)} kinds of records were not tried in full")
