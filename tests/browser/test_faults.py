"""The results of Chromium's `fetch` for every fault, on a page of another origin."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import PageMonitor
from tests.browser.play import Page
from tests.browser.world import BrowserWorld

FETCH = """async ([url, options]) => {
  const began = performance.now();
  try {
    const response = await fetch(url, options);
    const headers = response.headers;
    const result = {status: response.status, retry: headers.get("Retry-After"), why: headers.get("Mock-Why")};
    try {
      const text = await response.text();
      result.text = text;
      try { JSON.parse(text); result.json = true } catch { result.json = false }
    } catch (error) { result.broken = error.name }
    return {...result, ms: performance.now() - began};
  } catch (error) { return {failed: error.name, ms: performance.now() - began} }
}"""


@pytest.fixture
def fetch(page: Page, examples: str, world: BrowserWorld, monitor: PageMonitor) -> Any:
    """Calls the mock's API with `fetch` on a page of another origin, as alice in this test's world."""
    monitor.allowed_messages = "Failed to load resource"
    page.goto(f"{examples}/devices/icon.svg")

    def call_fetch(path: str = "/devices", **options: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {world.token()}", **options.pop("headers", {})}
        result: dict[str, Any] = page.evaluate(FETCH, [f"{world.mock.url}{path}", {"headers": headers, **options}])
        return result

    return call_fetch


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"status": 500}, {"status": 500, "json": True}),
        ({"status": 418}, {"status": 418, "json": True}),
        ({"delay": {"fixed": 200}}, {"status": 200, "json": True}),
        ({"delay": {"uniform": {"from": 200, "to": 250}}}, {"status": 200, "json": True}),
        ({"delay": {"lognormal": {"median": 200, "sigma": 0}}}, {"status": 200, "json": True}),
        ({"slow": 10000}, {"status": 200, "json": True}),
        ({"body": "truncated"}, {"status": 200, "broken": "TypeError"}),
        ({"body": "malformed"}, {"status": 200, "json": False}),
        ({"body": "empty"}, {"status": 200, "json": False, "text": ""}),
        ({"reset": True}, {"failed": "TypeError"}),
        ({"limit": {"calls": 0, "seconds": 60}}, {"status": 429, "json": True}),
    ],
)
def test_fetch_receives_every_kind_of_fault(
    fetch: Any, world: BrowserWorld, rule: dict[str, Any], expected: dict[str, Any]
) -> None:
    """A page of another origin receives each fault itself, not a CORS error instead."""
    world.fail(operation="listDevices", **rule)
    result = fetch()
    assert result | expected == result
    if "delay" in rule:
        assert result["ms"] >= 200
    if "limit" in rule:
        assert int(result["retry"]) > 0


def test_a_rule_applies_a_limited_number_of_times(fetch: Any, world: BrowserWorld) -> None:
    """A rule with `times` applies to that number of requests."""
    world.fail(operation="listDevices", status=503, times=1)
    assert [fetch()["status"], fetch()["status"]] == [503, 200]


def test_a_page_of_another_origin_may_write(fetch: Any, world: BrowserWorld) -> None:
    """The preflight of a JSON request with a token succeeds, and the request changes the world."""
    result = fetch(
        "/devices/trust",
        method="POST",
        headers={"Content-Type": "application/json"},
        body='{"fingerprint": "fp-alice-ipad"}',
    )
    assert result["status"] == 200
    assert world.device("dev-03")["isTrusted"] is True


@pytest.mark.parametrize("preference", ["code=500", "code=404"])
def test_prefer_works_across_origins(fetch: Any, preference: str) -> None:
    """A page can request a documented status with the header Prefer."""
    assert fetch("/devices/dev-01", headers={"Prefer": preference})["status"] == int(preference[-3:])


def test_a_delay_can_be_requested(fetch: Any) -> None:
    """The header Mock-Delay delays one response."""
    assert fetch(headers={"Mock-Delay": "200ms"})["ms"] >= 200


def test_every_response_links_to_its_explanation(fetch: Any, world: BrowserWorld) -> None:
    """A page of another origin can read the header Mock-Why."""
    assert f"/__mock__/worlds/{world.name}/requests/1/why" in fetch()["why"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_control_api_rejects_other_origins(
    page: Page, examples: str, world: BrowserWorld, monitor: PageMonitor, method: str
) -> None:
    """A page of another origin can neither read nor change anything through the control API."""
    monitor.allowed_messages = "Failed to load resource|CORS policy"
    world.ask("POST", "/devices/trust", {"fingerprint": "fp-alice-ipad"})
    page.goto(f"{examples}/devices/icon.svg")
    url = f"{world.mock.url}/__mock__/worlds/{world.name}/" + ("state" if method == "GET" else "reset")
    for options in (
        {"method": method},
        {"method": method, "mode": "no-cors", "body": "{}" if method == "POST" else None},
    ):
        result = page.evaluate(FETCH, [url, options])
        assert result.get("failed") or result["status"] in (0, 403, 415)
        assert not result.get("json")
    assert world.device("dev-03")["isTrusted"] is True
