"""Faults are set, listed and counted for each world; answers that they spoil are journaled as such."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.exchange.presets import PRESETS
from tests.mockserver.control.conftest import Control
from tests.support import Ask, ClientResponse

FAULTS = "/worlds/main/faults"


def _set(control: Control, *rules: dict[str, Any], presets: tuple[str, ...] = ()) -> ClientResponse:
    heard = control("PUT", FAULTS, {"rules": list(rules), "presets": list(presets)})
    assert heard.status == 200, heard
    return heard


def test_a_documented_failure_is_one_line_away(control: Control, ask: Ask) -> None:
    """A status that the operation documents comes with its example, as often as asked, and touches no record."""
    before = control.world("/state")
    _set(control, {"operation": "trustDevice", "status": 500, "times": 1})
    failed = ask(
        "POST", "/devices/trust", json={"fingerprint": "fp-alice-ipad"}, headers={"origin": "http://a.example"}
    )
    assert (failed.status, failed.json) == (500, {"success": False, "error": "Failed to trust device"})
    assert failed.headers["access-control-allow-origin"] == "http://a.example"
    assert control.world("/state") == before
    assert ask("POST", "/devices/trust", json={"fingerprint": "fp-alice-ipad"}).status == 200
    [rule] = control.world("/faults")["rules"]
    assert (rule["met"], rule["done"]) == (2, 1)


def test_a_fault_is_no_lie(control: Control, ask: Ask) -> None:
    """An undocumented status is a problem, journaled as a fault and not as a broken answer."""
    _set(control, {"status": 418})
    failed = ask("GET", "/devices")
    assert (failed.status, failed.headers["content-type"]) == (418, "application/problem+json")
    [entry] = control.world("/requests")["requests"]
    assert (entry["verdict"], entry["fault"]) == ("fault", "status 418")


def test_delays_are_told_and_spoil_nothing(control: Control, ask: Ask) -> None:
    """An answer that only takes its time is the contract's; `Mock-Delay` asks for one request."""
    _set(control, {"delay": {"fixed": 20}})
    ask("GET", "/devices", headers={"mock-delay": "5ms"})
    [entry] = control.world("/requests")["requests"]
    assert (entry["verdict"], entry["fault"]) == ("kept", "25 ms late")


@pytest.mark.parametrize("header", ["soon", "-1s", "31s", "1h", ""])
def test_a_delay_that_is_none_is_refused(ask: Ask, header: str) -> None:
    """With what would be one."""
    refused = ask("GET", "/devices", headers={"mock-delay": header})
    assert refused.status == 400
    assert "500ms" in refused.json["detail"]


def test_the_request_is_performed_unless_it_never_arrives(control: Control, ask: Ask) -> None:
    """A body that breaks off has been earned; a connection that is closed has not."""
    _set(control, {"body": "truncated"})
    ask("DELETE", "/devices/dev-01")
    _set(control, {"reset": True})
    ask("DELETE", "/devices/dev-02")
    assert sorted(ask.records("devices"))[:2] == ["dev-02", "dev-03"]


def test_a_limit_counts_each_token(control: Control, ask: Ask) -> None:
    """Then 429 with `Retry-After` by the world's clock, until its window has passed."""
    _set(control, {"limit": {"calls": 2, "seconds": 60}})
    results = [ask("GET", "/devices").status for _ in range(3)]
    assert results == [200, 200, 429]
    assert ask("GET", "/devices").headers["retry-after"] == "60"
    assert ask("GET", "/devices", "bob-token").status == 200
    control("POST", "/worlds/main/clock/advance", {"by": "PT61S"})
    assert ask("GET", "/devices").status == 200


def test_faults_are_of_one_world(control: Control, ask: Ask) -> None:
    """Others go on; a fork takes them along, a rewind brings their counts back."""
    control("PUT", "/worlds/w1/faults", {"rules": [{"status": 503, "times": 1}]})
    control("POST", "/worlds/w1/fork", {"name": "w2"})
    assert ask("GET", "/devices").status == 200
    for _ in range(2):
        assert [ask("GET", "/devices", "alice-token~w1").status for _ in range(2)] == [503, 200]
        control("POST", "/worlds/w1/rewind", {"before": control.world("/requests", "w1")["last"] - 1})
    assert ask("GET", "/devices", "alice-token~w2").status == 503


def test_a_rewind_brings_back_the_counts_of_faults_that_only_delay(control: Control, ask: Ask) -> None:
    """Also where the request was performed after all."""
    _set(control, {"delay": {"fixed": 1}, "times": 1})
    for _ in range(2):
        assert [ask("GET", "/devices").status for _ in range(2)] == [200, 200]
        results = control.world("/requests?limit=2")["requests"]
        assert [entry["fault"] for entry in results] == ["1 ms late", ""]
        control("POST", "/worlds/main/rewind", {"before": results[0]["number"]})


def test_rules_are_added_in_front(control: Control, ask: Ask) -> None:
    """Of two that say the same thing the first counts."""
    _set(control, {"status": 500})
    assert control("POST", FAULTS, {"status": 503, "times": 1}).status == 200
    assert [ask("GET", "/devices").status for _ in range(2)] == [503, 500]


def test_presets_are_switched_on_and_off(control: Control, ask: Ask) -> None:
    """By name; each is described."""
    assert [preset["name"] for preset in control("GET", "/presets").json["presets"]] == list(PRESETS)
    _set(control, presets=("backend-down",))
    assert control.world("/faults")["presets"] == ["backend-down"]
    assert ask("GET", "/devices").status == 503
    _set(control)
    assert ask("GET", "/devices").status == 200


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"status": 99},
        {"status": 600},
        {"operation": "trustDevise", "status": 500},
        {"user": "nobody", "status": 500},
        {"delay": {}},
        {"delay": {"fixed": 1, "uniform": {"from": 1, "to": 2}}},
        {"delay": {"fixed": 30_001}},
        {"probability": 2, "status": 500},
        {"body": "strange"},
        {"reset": False},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(control: Control, rule: dict[str, Any]) -> None:
    """By the surface's own contract."""
    assert control("PUT", FAULTS, {"rules": [rule]}).status == control("POST", FAULTS, rule).status == 400


@pytest.mark.parametrize(
    "rule", [{"example": "x", "reset": True}, {"operation": "trustDevice", "status": 500, "example": "nowhere"}]
)
def test_an_example_that_is_not_there_is_refused(control: Control, rule: dict[str, Any]) -> None:
    """With those that are."""
    assert control("POST", FAULTS, rule).status == 409
