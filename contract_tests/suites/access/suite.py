"""Calls without credentials, with wrong ones, and with those of another user."""

from __future__ import annotations

from contract_tests.core.contract import Contract
from contract_tests.run.suites import Suite


def applies_to(contract: Contract) -> bool:
    """Whether the contract requires credentials anywhere."""
    return any(operation.secured for operation in contract.operations)


SUITE = Suite("access", applies_to)
