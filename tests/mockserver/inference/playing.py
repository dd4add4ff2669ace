"""The type of the fixture `play`."""

from __future__ import annotations

from collections.abc import Callable

from tests.support import Ask

Play = Callable[..., Ask]
