"""What Chromium's `fetch` makes of every fault, from a page of another origin."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Watch
from tests.browser.play import Page
from tests.browser.world import BrowserWorld

FETCH = """async ([url, options]) => {
  const began = performance.now();
  try {
    const answer = await fetch(url, options);
    const told = {status: answer.status, retry: answer.headers.get("Retry-After"), why: answer.headers.get("Mock-Why")};
    try {
      const text = await answer.text();
      told.text = text;
      try { JSON.parse(text); told.json = true } catch { told.json = false }
    } catch (error) { told.broken = error.name }
    return {...told, ms: performance.now() - began};
  } catch (error) { return {failed: error.name, ms: performance.now() - began} }
}"""


@pytest.fixture
def fetch(page: Page, examples: str, world: BrowserWorld, watch: Watch) -> Any:
    """`fetch` of the mock's API on a page of another origin, as alice in the world of this test."""
    watch.forgiven = "Failed to load resource"
    page.goto(f"{examples}/devices/icon.svg")

    def fetched(path: str = "/devices", **options: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {world.token()}", **options.pop("headers", {})}
        told: dict[str, Any] = page.evaluate(FETCH, [f"{world.mock.url}{path}", {"headers": headers, **options}])
        return told

    return fetched


@pytest.mark.parametrize(
    ("rule", "seen"),
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
def test_fetch_sees_every_kind_of_fault(
    fetch: Any, world: BrowserWorld, rule: dict[str, Any], seen: dict[str, Any]
) -> None:
    """A page of another origin meets each fault as itself, never as a CORS error in its place."""
    world.fail(operation="listDevices", **rule)
    told = fetch()
    assert told | seen == told
    if "delay" in rule:
        assert told["ms"] >= 200
    if "limit" in rule:
        assert int(told["retry"]) > 0


def test_a_reset_is_over_when_the_rule_is_spent(fetch: Any, world: BrowserWorld) -> None:
    """A rule with `times` disturbs that often, and no more."""
    world.fail(operation="listDevices", status=503, times=1)
    assert [fetch()["status"], fetch()["status"]] == [503, 200]


def test_a_page_of_another_origin_may_write(fetch: Any, world: BrowserWorld) -> None:
    """The preflight of a JSON call with a token is answered, and the call changes the world."""
    told = fetch(
        "/devices/trust",
        method="POST",
        headers={"Content-Type": "application/json"},
        body='{"fingerprint": "fp-alice-ipad"}',
    )
    assert told["status"] == 200
    assert world.device("dev-03")["isTrusted"] is True


@pytest.mark.parametrize("wish", ["code=500", "code=404"])
def test_prefer_works_across_origins(fetch: Any, wish: str) -> None:
    """A page may ask for a documented status by the header Prefer."""
    assert fetch("/devices/dev-01", headers={"Prefer": wish})["status"] == int(wish[-3:])


def test_a_delay_can_be_asked_for(fetch: Any) -> None:
    """The header Mock-Delay makes one answer wait."""
    assert fetch(headers={"Mock-Delay": "200ms"})["ms"] >= 200


def test_every_answer_says_where_its_story_is(fetch: Any, world: BrowserWorld) -> None:
    """A page of another origin can read the header Mock-Why."""
    assert f"/__mock__/worlds/{world.name}/requests/1/why" in fetch()["why"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_control_surface_is_closed_to_other_origins(
    page: Page, examples: str, world: BrowserWorld, watch: Watch, method: str
) -> None:
    """A page of another origin can neither read nor drive the control surface."""
    watch.forgiven = "Failed to load resource|CORS policy"
    world.ask("POST", "/devices/trust", {"fingerprint": "fp-alice-ipad"})
    page.goto(f"{examples}/devices/icon.svg")
    url = f"{world.mock.url}/__mock__/worlds/{world.name}/" + ("state" if method == "GET" else "reset")
    for options in (
        {"method": method},
        {"method": method, "mode": "no-cors", "body": "{}" if method == "POST" else None},
    ):
        told = page.evaluate(FETCH, [url, options])
        assert told.get("failed") or told["status"] in (0, 403, 415)
        assert not told.get("json")
    assert world.device("dev-03")["isTrusted"] is True
