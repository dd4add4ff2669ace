"""The state of a world goes out and comes in as a fixture file; single records are edited in place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from mockserver import plain_yaml
from mockserver.state.users import User
from tests.conftest import Build
from tests.mockserver.control.conftest import Control
from tests.support import Ask, answers, bundled_settings, document, path_parameter

USER = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
DEVICE = "/worlds/main/state/devices/dev-01"


def test_the_state_goes_round(control: Control, ask: Ask) -> None:
    """What one world holds can be put into another, byte for byte."""
    ask("DELETE", "/devices/dev-01")
    state = control.world("/state")
    assert control("PUT", "/worlds/w1/state", state).status == 200
    assert control.world("/state", "w1") == state
    assert [item["id"] for item in ask("GET", "/devices", "alice-token~w1").json["devices"]][:2] == ["dev-02", "dev-03"]


def test_the_yaml_is_a_fixture_file(control: Control, ask: Ask, build: Build, tmp_path: Path) -> None:
    """A mock that is started with it alone has the same users and records."""
    ask("DELETE", "/devices/dev-01")
    file = tmp_path / "saved.yaml"
    file.write_bytes(control("GET", "/worlds/main/state?as=yaml").body)
    again = build(bundled_settings(fixtures=(file,)))
    assert again.fixtures.users == control.engine.fixtures.users
    assert Control(again).world("/state") == control.world("/state")
    assert control("PUT", "/worlds/w1/state", plain_yaml.read(file)).json == control.world("/state")
    assert Ask(again)("GET", "/devices", "bob-token").body == ask("GET", "/devices", "bob-token").body


def test_records_that_are_users_are_saved_beside_those_who_may_call(build: Build, tmp_path: Path) -> None:
    """A contract may have a collection of that name; a token tells them apart."""
    paths = {
        "/users": {"get": {"operationId": "listUsers", "responses": answers({"type": "array", "items": USER})}},
        "/users/{id}": {
            "parameters": [path_parameter()],
            "get": {"operationId": "getUser", "responses": answers(USER, _404=({"type": "object"}, {}))},
        },
    }
    spec, given, file = tmp_path / "spec.json", tmp_path / "given.yaml", tmp_path / "saved.yaml"
    spec.write_text(json.dumps(document(paths)), encoding="utf-8")
    given.write_text("users: [{name: ann, token: t, id: 7}, {id: u1, name: Bo}]\n", encoding="utf-8")
    settings = bundled_settings(spec=str(spec), behaviours=None, fixtures=(given,))
    engine = build(settings)
    assert engine.fixtures.users == (User("ann", "t", "7"),)
    file.write_bytes(Control(engine)("GET", "/state?as=yaml").body)
    again = build(msgspec.structs.replace(settings, fixtures=(file,)))
    assert again.fixtures.users == engine.fixtures.users
    assert Control(again).world("/state") == Control(engine).world("/state") == {"users": [{"id": "u1", "name": "Bo"}]}
    assert Control(engine)("PUT", "/worlds/w1/state", plain_yaml.read(file)).json == Control(engine).world("/state")
    assert Control(engine)("PUT", "/worlds/w1/state", {}).json == {"users": []}


def test_date_math_counts_from_the_world_s_clock(control: Control, ask: Ask) -> None:
    """As in fixture files."""
    control("PUT", "/worlds/main/clock", {"now": "2031-01-01T00:00:00Z", "frozen": True})
    device = control("GET", DEVICE).json
    control("PUT", "/worlds/main/state", {"devices": [{**device, "lastSeen": "now-1d"}]})
    assert ask("GET", "/devices").json["devices"][0]["lastSeen"] == "2030-12-31T00:00:00.000Z"


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ([{"id": "x"}], "devices[0].deviceName"),
        ([{}], "devices[0] has no id"),
        ("twice", "is used twice"),
        ("wrong type", "devices[0].isTrusted"),
    ],
)
def test_a_state_that_breaks_the_contract_is_refused_whole(control: Control, devices: Any, expected: str) -> None:
    """With the place of the first breach; nothing has changed."""
    before, device = control.world("/state"), control("GET", DEVICE).json
    given = {"twice": [device, device], "wrong type": [{**device, "isTrusted": "yes"}]}.get(str(devices), devices)
    refused = control("PUT", "/worlds/main/state", {"devices": given})
    assert refused.status == 409
    assert expected in refused.json["detail"]
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


@pytest.mark.parametrize("key", ["library/nginx", "a//b/", "/"])
def test_a_key_may_have_slashes(control: Control, key: str) -> None:
    """Encoded in the path, they are the key's."""
    place = f"/worlds/main/state/devices/{quote(key, safe='')}"
    device = {**control("GET", DEVICE).json, "id": key}
    assert control("PUT", place, device).status == 200
    assert control("PATCH", place, {"city": "Bern"}).json["id"] == key
    assert control("GET", place).json["city"] == "Bern"
    assert control("DELETE", place).status == 204
    assert control("GET", place).status == 404


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
    expected = {} if body is None else {"json": body}
    assert control(method, f"/worlds/main/state/{path}", **expected).status == status
    assert control.world("/state") == before
