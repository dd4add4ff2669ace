"""What explains a request is read over the control surface."""

from __future__ import annotations

import pytest

from mockserver.exchange.engine import Engine
from tests.mockserver.control.conftest import Control


@pytest.fixture
def control(engine: Engine) -> Control:
    """The control surface of `engine`."""
    return Control(engine)
