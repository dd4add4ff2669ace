"""The same calls to the target and to a mock that holds the same records."""

from __future__ import annotations

from contract_tests.run.suites import Suite

SUITE = Suite("oracle")
