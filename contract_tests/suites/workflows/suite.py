"""Sequences of calls along the links of the contract."""

from __future__ import annotations

from contract_tests.run.suites import Suite

SUITE = Suite("workflows")
