"""What the target itself sends: the callbacks of its operations, and its webhooks."""

from __future__ import annotations

from contract_tests.core.outgoing import has_sendings
from contract_tests.run.suites import Suite

SUITE = Suite("callbacks", has_sendings)
