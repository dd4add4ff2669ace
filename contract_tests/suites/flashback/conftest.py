"""The users of the bundled API."""

from __future__ import annotations

import pytest

from contract_tests.core.errors import NotChecked
from contract_tests.run.run import Run
from contract_tests.suites.flashback.api import Flashback
from contract_tests.suites.flashback.suite import applies_to


@pytest.fixture(scope="session")
def me(run: Run) -> Flashback:
    """The user of --token, calling the documented operations."""
    if not applies_to(run.contract):
        raise NotChecked("the documented behaviours are those of the bundled contract; this is another one")
    return Flashback(run.target(), run.settings.token)


@pytest.fixture(scope="session")
def other(run: Run, me: Flashback) -> Flashback:
    """The user of --other-token."""
    if run.other_token is None:
        raise NotChecked("no second user was given; --other-token T adds one")
    return Flashback(me.target, run.other_token)
