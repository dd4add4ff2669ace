"""What the promises of this suite share."""

from __future__ import annotations

import pytest

from contract_tests.core.calls import Calls
from contract_tests.core.discovery import Discovery
from contract_tests.run.run import Run


@pytest.fixture(scope="session")
def calls(run: Run) -> Calls:
    """Valid calls, of what the target has now."""
    found = Discovery(run.contract, run.callable)
    found.explore(run.target(), run.settings.workers)
    return Calls(found, run.settings.seed, run.records if run.settings.safety.writes else None)
