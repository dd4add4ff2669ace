"""A world is saved as a text, and a world, a mock or every new world begins as it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mockserver import plain_yaml
from mockserver.cli.running import built
from mockserver.cli.watch import Watcher
from mockserver.errors import FixtureError
from mockserver.exchange.engine import Engine
from mockserver.settings import Settings
from tests.mockserver.control.conftest import Control
from tests.support import Ask, Clock, answers, bundled_settings, document, json_body, path_parameter

SAVED = "/worlds/main/saved"
RULE = {"operation": "listDevices", "status": 500, "times": 2}


def text_of(control: Control, world: str = "main") -> str:
    """The saved state of a world."""
    response = control("GET", f"/worlds/{world}/saved")
    assert response.headers["content-type"] == "application/yaml"
    return response.body.decode()


@pytest.fixture
def changed(control: Control, ask: Ask) -> Control:
    """A world with a change, a clock of its own, and a fault that has been used once."""
    ask("DELETE", "/devices/dev-01")
    control("PUT", "/worlds/main/clock", {"now": "2031-01-01T00:00:00Z", "frozen": True})
    control("PUT", "/worlds/main/faults", {"rules": [RULE], "presets": ["rate-limited"]})
    assert ask("GET", "/devices").status == 500
    return control


def test_a_world_goes_round(changed: Control, ask: Ask) -> None:
    """Records, clock, faults with their counts, seed and changes; a second save is the same text."""
    text = text_of(changed)
    assert changed("PUT", "/worlds/w1/saved", {"yaml": text}).status == 200
    assert text_of(changed, "w1") == text
    assert changed.world("/clock", "w1") | {"offset": 0} == {
        "now": "2031-01-01T00:00:00.000Z", "frozen": True, "offset": 0,
    }  # fmt: skip
    statuses = [ask("GET", "/devices", "alice-token~w1").status for _ in range(2)]
    assert statuses == [500, 200]  # the fault had one time left
    assert [ask("GET", f"/devices/{key}", "alice-token~w1").status for key in ("dev-01", "dev-02")] == [404, 200]


def test_a_saved_text_says_what_it_has(changed: Control) -> None:
    """People read it: no token and no request is in it, and collections without records are left out."""
    text = text_of(changed)
    value = plain_yaml.parse(text, "saved")
    assert list(value) == ["state", "contract", "clock", "seed", "changes", "faults", "records"]
    assert value["clock"] == {"now": "2031-01-01T00:00:00.000Z", "frozen": True}
    assert value["faults"][0] == {"rule": RULE, "met": 1, "done": 1}
    assert value["faults"][1]["preset"] == "rate-limited"
    assert all(value["records"].values())
    assert "alice-token" not in text
    assert text.startswith("# ")


def test_a_running_clock_runs_on_from_the_saved_instant(control: Control, clock: Clock) -> None:
    """Whatever time it is when the state is loaded; a text without a clock has the machine's time."""
    control("PUT", "/worlds/main/clock", {"now": "2031-01-01T00:00:00Z"})
    text = text_of(control)
    clock.now += 3_600_000
    assert control.world("/clock")["now"] == "2031-01-01T01:00:00.000Z"
    assert control("PUT", SAVED, {"yaml": text}).json["clock"]["now"] == "2031-01-01T00:00:00.000Z"
    clock.now += 1000
    assert control.world("/clock")["now"] == "2031-01-01T00:00:01.000Z"
    assert control("PUT", SAVED, {"yaml": "state: 1\nrecords: {}\n"}).json["clock"]["offset"] == 0


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("id: dev-02", "id: 7", r'cart.yaml:\d+: devices\[\d+\].* must be a string, not 7'),
        ("status: 500", "status: 5", r"cart.yaml:\d+: state.faults\[0\].rule.status must be at least 200, not 5"),
        ("operation: listDevices", "operation: nothing", r"cart.yaml:\d+: .*operation must be"),
        ("  devices:", "  devicez:", r"cart.yaml:\d+: state.records.devicez .*did you mean devices"),
        ("state: 1", "state: 2", r"cart.yaml:\d+: state.state must be 1"),
        ("2031-01-01T00:00:00.000Z", "yesterday", r"cart.yaml:\d+: state.clock.now must be"),
        ("records:", "records: [", r"cart.yaml:\d+"),
        ("  status: 500", "  status: 500\n    example: nope", r"cart.yaml:\d+: listDevices has no example 'nope'"),
    ],
)  # fmt: skip
def test_a_text_that_does_not_fit_changes_nothing(changed: Control, old: str, new: str, says: str) -> None:
    """The refusal names the line and the problem."""
    text = text_of(changed)
    assert old in text
    response = changed("PUT", SAVED, {"yaml": text.replace(old, new, 1), "file": "cart.yaml"})
    assert response.status == 409
    assert re.search(says, response.json["detail"]), response.json["detail"]
    assert text_of(changed) == text


def test_uploaded_bytes_are_kept(mock_of: Any) -> None:
    """As base64, which any text can have."""
    binary = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    gone = {"description": "not there"}
    paths = {
        "/photos/{name}": {
            "parameters": [path_parameter("name")],
            "put": {"requestBody": {"content": binary}, "responses": {"204": {"description": "kept"}}},
            "get": {"responses": {"200": {"description": "the photo", "content": binary}, "404": gone}},
        }
    }
    ask = mock_of(document(paths))
    control = Control(ask.engine)
    sent = {"content-type": "application/octet-stream"}
    assert ask("PUT", "/photos/a", body=b"\x00\xff", headers=sent).status == 204
    text = text_of(control)
    assert "$base64: AP8=" in text
    assert control("PUT", "/worlds/w1/saved", {"yaml": text}).status == 200
    assert ask("GET", "/photos/a", headers={"mock-world": "w1"}).body == b"\x00\xff"
    assert control("PUT", SAVED, {"yaml": text.replace("AP8=", "A")}).status == 409


def test_states_that_move_go_on(mock_of: Any, clock: Clock) -> None:
    """A job that was saved twenty seconds before its end ends twenty seconds after it is loaded."""
    job = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "state": {"type": "string"}}}
    paths = {
        "/jobs": {
            "post": {"operationId": "start", "requestBody": json_body(job), "responses": answers(job, status=201)}
        },
        "/jobs/{id}": {"parameters": [path_parameter()], "get": {"operationId": "see", "responses": answers(job)}},
    }
    rules = {"key": "id", "becomes": {"state": {"queued": {"after": "PT30S", "is": "done"}}}}
    told = {
        "collections": {"jobs": rules},
        "operations": {
            "start": {"create": {"jobs": "$body"}, "reply": "$record"},
            "see": {"find": {"jobs": {"id": "$path.id"}}, "reply": "$record"},
        },
    }
    ask = mock_of(document(paths), told, {"jobs": []})
    control = Control(ask.engine)
    assert ask("POST", "/jobs", json={"id": "j", "state": "queued"}).status == 201
    clock.now += 10_000
    text = text_of(control)
    clock.now += 3_600_000
    assert control("PUT", "/worlds/w1/saved", {"yaml": text}).status == 200
    states = []
    for seconds in (0, 19, 2):
        clock.now += seconds * 1000
        states.append(ask("GET", "/jobs/j", headers={"mock-world": "w1"}).json["state"])
    assert states == ["queued", "queued", "done"]


def test_made_up_records_of_any_contract_go_round(mock_of: Any) -> None:
    """Also those that answers show in another form than the record has: what is adapted is accepted again."""
    short = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "user": {"type": "string"}}}
    owner = {"type": "object", "properties": {"login": {"type": "string"}}}
    long = {**short, "properties": {**short["properties"], "user": owner}}
    paths = {
        "/gists": {"get": {"responses": answers({"type": "array", "items": long})}},
        "/gists/{id}": {"parameters": [path_parameter()], "get": {"responses": answers(short)}},
    }
    control = Control(mock_of(document(paths)).engine)
    text = text_of(control)
    assert control("PUT", "/worlds/w1/saved", {"yaml": text}).status == 200
    assert text_of(control, "w1") == text


@pytest.fixture
def begun(changed: Control, clock: Clock, tmp_path: Path) -> Engine:
    """A mock that was started with the saved state of another one, an hour later."""
    file = tmp_path / "cart.yaml"
    file.write_text(text_of(changed))
    clock.now += 3_600_000
    return built(bundled_settings(state=file), clock)


def test_every_world_begins_as_the_state(begun: Engine) -> None:
    """`main`, a new one, and one that is reset; changes are shown against the state."""
    ask, control = Ask(begun), Control(begun)
    for world in ("main", "w9"):
        token = f"alice-token~{world}"
        assert [ask("GET", "/devices", token).status for _ in range(2)] == [500, 200]
        assert ask("GET", "/devices/dev-01", token).status == 404
        assert ask("DELETE", "/devices/dev-02", token).status == 200
        assert control.world("/clock", world)["now"] == "2031-01-01T00:00:00.000Z"
        gone = control.world("/changes", world)["changes"]
        assert [(one["key"], one["after"]) for one in gone if one["collection"] == "devices"] == [("dev-02", None)]
        assert control("POST", f"/worlds/{world}/reset", {}).json["clock"]["now"] == "2031-01-01T00:00:00.000Z"
        assert control.world("/changes", world)["changes"] == []
        assert ask("GET", "/devices", token).status == 500


def test_an_edited_state_is_loaded(begun: Engine) -> None:
    """With `--watch`; worlds in use keep their records until they are reset."""
    lines: list[str] = []
    watcher = Watcher(begun, lines.append, built)
    file = begun.settings.state
    assert file is not None
    file.write_text(file.read_text().replace("2031-01-01", "2032-01-01"))
    watcher.check()
    assert Control(begun)("POST", "/worlds", {"name": "new"}).json["clock"]["now"] == "2032-01-01T00:00:00.000Z"
    file.write_text("state: 1\n")
    watcher.check()
    assert "state.records is required" in lines[-1]


def test_a_state_of_a_large_contract_outlives_late_proofs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A collection that is proven when it is first asked for keeps the records of the state."""
    monkeypatch.setattr("mockserver.exchange.building.PROVEN", 0)
    record = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    body = {"content": {"application/json": {"schema": record}}}
    paths = {
        "/pets": {
            "get": {"responses": answers({"type": "array", "items": record})},
            "post": {"requestBody": body, "responses": answers(record, status=201)},
        },
        "/pets/{id}": {"parameters": [path_parameter()], "get": {"responses": answers(record, _404=({}, {}))}},
    }
    spec, file = tmp_path / "api.json", tmp_path / "s.yaml"
    spec.write_text(json.dumps(document(paths)))
    file.write_text("state: 1\nrecords: {pets: [{id: rex}]}\n")
    engine = built(Settings(spec=str(spec), state=file))
    assert engine.proving is not None
    ask = Ask(engine, token=None)
    assert ask("GET", "/pets").json == [{"id": "rex"}]
    assert ask("GET", "/pets/rex", headers={"mock-world": "other"}).status == 200


def test_a_state_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """At the start of the mock: place, problem and, where known, fix."""
    file = tmp_path / "s.yaml"
    file.write_text("state: 1\nrecords: {devices: [{}]}\n")
    with pytest.raises(FixtureError, match=r"s\.yaml:2: devices\[0\] "):
        built(bundled_settings(state=file))
