"""A page on https has what browsers give to secure origins only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.play import TIMEOUT
from tests.mockserver.identity.test_sessions import USERS, _api
from tests.support import LiveMock

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COOKIE = "__Host-SID=abc; Path=/; Secure; HttpOnly; SameSite=None"
ITEMS = "() => fetch('/items', {cache: 'no-store'}).then((answer) => answer.status)"
LOG_IN = """() => fetch("/login", {
  method: "POST",
  headers: {"Content-Type": "application/json"},
  body: JSON.stringify({username: "bob", password: "secret"}),
}).then((answer) => answer.status)"""
LOG_OUT = "() => fetch('/logout', {method: 'POST'}).then((answer) => answer.status)"


@pytest.mark.thorough
def test_a_secure_cookie_signs_a_page_in(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a prefix that no page on http could set; it survives a reload, and a logout takes it away."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))  # the local authority of this test
    document = _api(COOKIE)
    document["components"]["securitySchemes"]["session"]["name"] = "__Host-SID"
    document["security"] = [{"session": []}]  # the challenge of another scheme would open a dialog
    for name, value in {"openapi": document, "fixtures": USERS}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    mock = LiveMock("openapi.json", "--fixtures", "fixtures.json", "--tls", folder=tmp_path).wait_until_started()
    try:
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        page.set_default_timeout(TIMEOUT)
        opened = page.goto(f"{mock.url}/__mock__/docs/")
        assert opened is not None
        assert page.evaluate("window.isSecureContext")
        assert page.evaluate(ITEMS) == 401
        assert page.evaluate(LOG_IN) == 204
        [cookie] = [one for one in context.cookies() if one.get("name") == "__Host-SID"]
        assert (cookie.get("secure"), cookie.get("httpOnly"), cookie.get("sameSite")) == (True, True, "None")
        page.reload()
        assert page.evaluate(ITEMS) == 200
        assert page.evaluate(LOG_OUT) == 204
        assert page.evaluate(ITEMS) == 401
        context.close()
    finally:
        mock.kill()
