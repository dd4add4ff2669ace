"""Fixtures: the independent implementation on a socket, and a gate in front of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from contract_tests.core.contract import Contract
from contract_tests.core.document import bundled
from contract_tests.core.gate import Gate
from contract_tests.core.limits import Limits
from contract_tests.core.safety import Rules, Safety
from contract_tests.core.target import Target
from tests.contract_tests.reference import Service, serve

OpenTarget = Callable[..., Target]
ContractOf = Callable[[dict[str, Any]], Contract]


@pytest.fixture(scope="session")
def contract_of(tmp_path_factory: pytest.TempPathFactory) -> ContractOf:
    """Reads a document, given as a value, from a file of its own."""

    def load(document: dict[str, Any]) -> Contract:
        path = tmp_path_factory.mktemp("contract") / "api.json"
        path.write_text(json.dumps({"info": {"title": "API", "version": "1"}, "paths": {}} | document))
        return Contract.load(path)

    return load


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The bundled contract."""
    return Contract.load(bundled())


@pytest.fixture
def service() -> Service:
    """A fresh implementation without defects."""
    return Service()


@pytest.fixture
def url(service: Service) -> Iterator[str]:
    """Where it listens."""
    with serve(service) as address:
        yield address


@pytest.fixture
def open_target(contract: Contract) -> Iterator[OpenTarget]:
    """Opens targets; closes them afterwards."""
    opened = []

    def opening(address: str, level: Safety = Safety.FULL, *, spared: tuple[str, ...] = (), **limits: float) -> Target:
        seconds = limits.pop("seconds", 60)
        rules = Rules(level, contract, frozenset(spared))
        gate = Gate(address, contract, rules, Limits(deadline=time.monotonic() + seconds, **limits))
        opened.append(Target(gate, contract, "red-token"))
        return opened[-1]

    yield opening
    for target in opened:
        target.session.close()


@pytest.fixture
def target(url: str, open_target: OpenTarget) -> Target:
    """The implementation, opened with every right."""
    return open_target(url)
