"""Imports Playwright; if it isn't installed, test modules that import this one are skipped with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

TIMEOUT = 60_000
"""Milliseconds that a slow machine may take for a change on a page."""

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Error, Locator, Page, expect
else:
    _api = pytest.importorskip("playwright.sync_api", reason="no browser tests: Playwright is not installed")
    Browser, Error, Locator, Page, expect = _api.Browser, _api.Error, _api.Locator, _api.Page, _api.expect

expect.set_options(timeout=TIMEOUT)

__all__ = ["TIMEOUT", "Browser", "Error", "Locator", "Page", "expect"]
