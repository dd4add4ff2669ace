"""The door to Playwright: a test module that comes through it is skipped, and says why, where it is not installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

TIMEOUT = 15_000
"""Milliseconds that a slow machine may take; nothing waits that long when all is well."""

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, expect
else:
    _api = pytest.importorskip("playwright.sync_api", reason="no browser tests: Playwright is not installed")
    Browser, Locator, Page, expect = _api.Browser, _api.Locator, _api.Page, _api.expect

expect.set_options(timeout=TIMEOUT)

__all__ = ["TIMEOUT", "Browser", "Locator", "Page", "expect"]
