"""Every operation with valid and invalid inputs, and every answer of the run."""

from __future__ import annotations

from contract_tests.run.suites import Suite

SUITE = Suite("conformance")
