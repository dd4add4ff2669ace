"""The rules of a real backend, changed while requests are answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.settings import Upstream
from mockserver.web.app import app_for
from tests.conftest import Build
from tests.support import bundled_settings

Called = Callable[..., tuple[int, Any]]


@pytest.fixture
def called(build: Build) -> Called:
    """Calls the control API of a mock in front of a backend, which these tests never ask."""
    engine = build(bundled_settings(upstream=Upstream(url="http://127.0.0.1:9", first=True, mock=("trustDevice",))))
    client = app_for(engine).test_client()

    def call(method: str, value: Any = None) -> tuple[int, Any]:
        response = client.open("/__mock__/backend", method=method, json=value)
        return response.status_code, response.get_json()

    return call


def test_the_rules_are_shown_and_changed(called: Called) -> None:
    """What a call names changes; the rest stays."""
    status, shown = called("GET")
    assert (status, shown["url"], shown["rules"]) == (
        200, "http://127.0.0.1:9", [{"operation": "trustDevice", "by": "mock"}],
    )  # fmt: skip
    rules = [{"operation": "GET /devices*", "by": "mock"}, {"operation": "*", "by": "backend"}]
    status, changed = called("PATCH", {"rules": rules, "fallback": True})
    assert (status, changed) == (200, {**shown, "rules": rules, "fallback": True})
    assert called("PATCH", {"missing": [404]})[1] == {**changed, "missing": [404]}


def test_a_rule_that_names_nothing_is_refused(called: Called) -> None:
    """With the nearest name, and without a change."""
    before = called("GET")
    status, problem = called("PATCH", {"rules": [{"operation": "trustDevise", "by": "mock"}], "fail": True})
    assert (status, "did you mean 'trustDevice'?" in problem["detail"]) == (409, True)
    assert called("PATCH", {"nothing": 1})[0] == 400
    assert called("GET") == before


def test_a_mock_alone_has_no_backend(build: Build) -> None:
    """The answer says how to get one."""
    client = app_for(build(bundled_settings())).test_client()
    response = client.get("/__mock__/backend")
    assert (response.status_code, "mockserver proxy" in response.get_json()["detail"]) == (404, True)
    assert client.get("/__mock__/about").get_json()["backend"] is None


def test_changed_rules_hold_for_the_next_request(build: Build) -> None:
    """An operation of a backend that isn't there is answered by the mock once a rule says so."""
    engine = build(bundled_settings(upstream=Upstream(url="http://127.0.0.1:9", first=True)))
    client = app_for(engine).test_client()
    token = {"Authorization": "Bearer alice-token"}
    assert client.get("/devices", headers=token).status_code == 502
    client.patch("/__mock__/backend", json={"rules": [{"operation": "listDevices", "by": "mock"}]})
    given = client.get("/devices", headers=token)
    assert (given.status_code, given.headers["Mock-By"]) == (200, "mock; why=\"the rule 'listDevices'\"")
    client.patch("/__mock__/backend", json={"rules": [], "fallback": True})
    given = client.get("/devices", headers=token)
    assert (given.status_code, given.headers["Mock-By"].startswith('mock; why="fallback: ')) == (200, True)
