"""The door to Playwright: a test module that comes through it is skipped, and says why, where it is not installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route, expect
else:
    _api = pytest.importorskip("playwright.sync_api", reason="no browser tests: Playwright is not installed")
    Locator, Page, Route, expect = _api.Locator, _api.Page, _api.Route, _api.expect

__all__ = ["Locator", "Page", "Route", "expect"]
