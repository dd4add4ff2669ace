"""An app that signs in to a small API."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.mockserver.identity.notes import NOTES, USERS, App
from tests.support import Ask


@pytest.fixture
def app(mock_of: Callable[..., Ask]) -> App:
    """An app of the notes."""
    return App(mock_of(NOTES, fixtures=USERS))
