"""Whole collections: listed alone, changed together, and compared with the fixtures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Build
from tests.mockserver.control.conftest import Control
from tests.support import Ask, answers, bundled_settings, document, json_body, path_parameter

DEVICES = "/worlds/main/state/devices"


def test_the_records_of_one_collection(control: Control) -> None:
    """In the order of the state, each with its key."""
    records = control("GET", DEVICES).json["records"]
    assert [each["record"] for each in records] == control.world("/state")["devices"]
    assert [each["key"] for each in records][:2] == ["dev-01", "dev-02"]
    assert control("GET", "/worlds/unused/state/devices").status == 404


def test_many_records_are_changed_at_once(control: Control, ask: Ask) -> None:
    """Changed, added and removed by one merge patch; what is removed already is no error."""
    new = {**control("GET", f"{DEVICES}/dev-01").json, "id": "new", "deviceFingerprint": "fp-new"}
    patch = {"dev-01": {"city": "Basel"}, "dev-02": {"city": None}, "new": new, "dev-03": None, "nobody": None}
    assert control("PATCH", DEVICES, patch).json == {"changed": 2, "added": 1, "removed": 1}
    listed = {device["id"]: device for device in ask("GET", "/devices").json["devices"]}
    assert listed["dev-01"]["city"] == "Basel"
    assert "city" not in listed["dev-02"]
    assert "new" in listed
    assert "dev-03" not in listed


@pytest.mark.parametrize(
    "wrong", [{"dev-02": {"isTrusted": "yes"}}, {"dev-02": {"id": "other"}}, {"new": {"deviceName": "No key"}}]
)
def test_one_wrong_record_and_nothing_is_changed(control: Control, wrong: dict[str, Any]) -> None:
    """Not even the records before it."""
    before = control.world("/state")
    assert control("PATCH", DEVICES, {"dev-01": {"city": "Basel"}, **wrong}).status == 409
    assert control.world("/state") == before


def test_what_differs_from_the_fixtures(control: Control, ask: Ask) -> None:
    """By requests and by edits; a record that is as it was isn't listed, and a reset leaves none."""
    assert control.world("/changes") == {"changes": []}
    city = control("GET", f"{DEVICES}/dev-02").json["city"]
    ask("DELETE", "/devices/dev-01")
    control("PATCH", DEVICES, {"dev-02": {"city": "Basel"}, "dev-04": {"city": "Basel"}})
    control("PATCH", DEVICES, {"dev-02": {"city": city}})
    changes = {(each["collection"], each["key"]): each for each in control.world("/changes")["changes"]}
    assert {key for name, key in changes if name == "devices"} == {"dev-01", "dev-04"}
    assert changes["devices", "dev-01"]["after"] is None
    moved = changes["devices", "dev-04"]
    assert (moved["before"]["city"], moved["after"]["city"]) == ("Berlin", "Basel")
    control("PATCH", DEVICES, {"dev-01": changes["devices", "dev-01"]["before"]})  # again, but at the end of the list
    assert "dev-01" not in {each["key"] for each in control.world("/changes")["changes"]}
    control("POST", "/worlds/main/reset", {})
    assert control.world("/changes") == {"changes": []}


def test_every_operation_has_an_example_that_works(control: Control) -> None:
    """It is about an existing record, with a valid body: sent as it is, each succeeds in a world of its own."""
    for place, operation in enumerate(control.engine.contract.operations):
        control("POST", "/worlds", {"name": f"w{place}"})
        example = control("GET", f"/worlds/w{place}/example?operation={operation}").json
        entry = control("POST", f"/worlds/w{place}/requests", {**example, "user": "alice"}).json
        assert (entry["operation"], entry["answer"]["status"]) == (operation, 200), entry


def test_an_example_without_records_or_in_a_form(build: Build, tmp_path: Path) -> None:
    """Parameters are generated where no record has them, and a form is sent as text."""
    pet = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
    form = {"content": {"application/x-www-form-urlencoded": {"schema": {**pet, "example": {"id": "a b"}}}}}
    paths = {
        "/pets/{id}": {"parameters": [path_parameter()], "get": {"operationId": "pets/get", "responses": answers(pet)}},
        "/forms": {"post": {"operationId": "send", "requestBody": form, "responses": answers(pet)}},
        "/json": {"post": {"operationId": "json", "requestBody": json_body(pet), "responses": answers(pet)}},
    }
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(document(paths)), encoding="utf-8")
    control = Control(build(bundled_settings(spec=str(spec), behaviours=None, fixtures=())))
    for operation in ("pets%2Fget", "send", "json"):
        example = control("GET", f"/worlds/main/example?operation={operation}").json
        assert "{" not in example["path"]
        assert control("POST", "/worlds/main/requests", example).json["verdict"] == "kept", example
    assert control("GET", "/worlds/main/example?operation=nothing").status == 400


def test_requests_as_summaries(control: Control, ask: Ask) -> None:
    """The same as in events: without headers and bodies, with how many records were changed."""
    ask("DELETE", "/devices/dev-01")
    [entry] = control.world("/requests?as=summary")["requests"]
    [event] = control("GET", "/events").json["events"]
    assert entry == event["request"]
    assert (entry["operation"], entry["status"], "request" in entry) == ("removeDevice", 200, False)
    assert entry["changes"] >= 1
