"""The state of a world goes out and comes in as a fixture file; single records are edited in place."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver import plain_yaml
from tests.mockserver.control.conftest import Control
from tests.support import Ask

DEVICE = "/worlds/main/state/devices/dev-01"


def test_the_state_goes_round(control: Control, ask: Ask) -> None:
    """What one world holds can be put into another, byte for byte; as YAML it says the same."""
    ask("DELETE", "/devices/dev-01")
    state = control.world("/state")
    assert control("PUT", "/worlds/w1/state", state).status == 200
    assert control.world("/state", "w1") == state
    text = control("GET", "/worlds/w1/state?as=yaml").body.decode()
    assert plain_yaml.parse(text, "state") == state
    assert [item["id"] for item in ask("GET", "/devices", "alice-token~w1").json["devices"]][:2] == ["dev-02", "dev-03"]


def test_date_math_counts_from_the_world_s_clock(control: Control, ask: Ask) -> None:
    """As in fixture files."""
    control("PUT", "/worlds/main/clock", {"now": "2031-01-01T00:00:00Z", "frozen": True})
    device = control("GET", DEVICE).json
    control("PUT", "/worlds/main/state", {"devices": [{**device, "lastSeen": "now-1d"}]})
    assert ask("GET", "/devices").json["devices"][0]["lastSeen"] == "2030-12-31T00:00:00.000Z"


@pytest.mark.parametrize(
    ("devices", "said"),
    [
        ([{"id": "x"}], "devices[0].deviceName"),
        ([{}], "devices[0] has no id"),
        ("twice", "is used twice"),
        ("wrong type", "devices[0].isTrusted"),
    ],
)
def test_a_state_that_breaks_the_contract_is_refused_whole(control: Control, devices: Any, said: str) -> None:
    """With the place of the first breach; nothing has changed."""
    before, device = control.world("/state"), control("GET", DEVICE).json
    given = {"twice": [device, device], "wrong type": [{**device, "isTrusted": "yes"}]}.get(str(devices), devices)
    refused = control("PUT", "/worlds/main/state", {"devices": given})
    assert refused.status == 409
    assert said in refused.json["detail"]
    assert control.world("/state") == before


def test_an_unknown_collection_is_refused(control: Control) -> None:
    """By the surface's own contract, which names the collections that there are."""
    assert control("PUT", "/worlds/main/state", {"device": []}).status == 400


def test_a_record_is_edited_in_place(control: Control, ask: Ask) -> None:
    """Fields by a merge patch, the whole by PUT; the place in the list stays."""
    changed = control("PATCH", DEVICE, {"deviceName": "Renamed", "city": None})
    assert (changed.json["deviceName"], "city" in changed.json) == ("Renamed", False)
    assert ask("GET", "/devices").json["devices"][0]["deviceName"] == "Renamed"
    assert control("PUT", DEVICE, {**changed.json, "os": "Plan 9"}).json["os"] == "Plan 9"
    assert control("GET", DEVICE).json["os"] == "Plan 9"


def test_a_record_is_added_and_removed(control: Control, ask: Ask) -> None:
    """The key in the path is the record's."""
    device = {**control("GET", DEVICE).json, "id": "new", "deviceFingerprint": "fp-new"}
    assert control("PUT", "/worlds/main/state/devices/new", device).status == 200
    assert ask("POST", "/devices/trust", json={"fingerprint": "fp-new"}).status == 200
    assert control("DELETE", "/worlds/main/state/devices/new").status == 204
    assert ask("GET", "/devices/new").status == control("GET", "/worlds/main/state/devices/new").status == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PATCH", "devices/dev-01", {"isTrusted": "yes"}, 409),
        ("PATCH", "devices/dev-01", {"id": "other"}, 409),
        ("PUT", "devices/dev-01", {"id": "dev-01"}, 409),
        ("PATCH", "devices/nobody", {}, 404),
        ("DELETE", "devices/nobody", None, 404),
    ],
)
def test_a_wrong_edit_changes_nothing(control: Control, method: str, path: str, body: Any, status: int) -> None:
    """A record that breaks the contract, another key, a record that is not there."""
    before = control.world("/state")
    said = {} if body is None else {"json": body}
    assert control(method, f"/worlds/main/state/{path}", **said).status == status
    assert control.world("/state") == before
