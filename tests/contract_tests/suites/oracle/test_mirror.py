"""The mock that holds what the target showed."""

from __future__ import annotations

from typing import cast

from contract_tests.core.children import Children
from contract_tests.core.contract import Contract
from contract_tests.core.model import Model
from contract_tests.run.settings import Settings
from contract_tests.suites.oracle.mirror import Mirror


def test_without_behaviours_no_mock_is_started(contract: Contract) -> None:
    """There is nothing that it could be asked: it holds nothing, as it would."""
    children = Children()
    with Mirror.lasting(cast("Settings", None), contract, Model({}, {}), 0.0, children) as mirror:
        mirror.set({})
        assert mirror.state() == {}
    assert children.started == []
