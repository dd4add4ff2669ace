"""The contract of the control API: valid, complete, and filled in for this mock."""

from __future__ import annotations

from openapi_spec_validator import validate

from mockserver.control.api import HANDLERS
from tests.conftest import Build
from tests.mockserver.control.conftest import Control
from tests.support import bundled_settings


def test_it_is_served_and_valid(control: Control) -> None:
    """An OpenAPI 3.1 document at the caller's address."""
    document = control("GET", "/control.json", headers={"Host": "localhost:4999"}).json
    validate(document)
    assert document["servers"] == [{"url": "http://localhost:4999"}]


def test_every_operation_is_handled(control: Control) -> None:
    """And nothing else is."""
    assert set(HANDLERS) == set(control.contract.operations)


def test_it_knows_the_names_of_this_mock(control: Control) -> None:
    """Operations, users, collections, and a record that is there."""
    document = control("GET", "/control.json").json
    rule = document["components"]["schemas"]["Rule"]["properties"]
    assert "trustDevice" in rule["operation"]["enum"]
    assert rule["user"]["enum"] == ["alice", "bob", "carol"]
    parameters = document["components"]["parameters"]
    assert parameters["Collection"]["schema"]["enum"] == ["devices", "sessions"]
    assert control("GET", f"/worlds/main/state/devices/{parameters['Key']['example']}").status == 200
    assert "x-filled" not in str(document)


def test_about_tells_what_is_played(control: Control) -> None:
    """Operations, users, collections and bounds."""
    about = control("GET", "/about").json
    assert (about["title"], about["auth"]) == ("Flashback devices and sessions", "enforce")
    assert {"operation": "listDevices", "method": "GET", "path": "/devices"}.items() <= about["operations"][0].items()
    devices = about["collections"][0]
    assert (devices["collection"], devices["key"], devices["owner"]) == ("devices", "id", "userId")
    assert devices["fields"]["isTrusted"]["type"] == "boolean"
    assert about["limits"]["worlds"] == 10_000


def test_wrong_methods_and_paths_are_problems(control: Control) -> None:
    """405 with `Allow`, 404."""
    assert control("DELETE", "/worlds").headers["allow"].split(", ")[0] in ("GET", "HEAD", "OPTIONS", "POST")
    assert control("DELETE", "/worlds").status == 405
    assert control("GET", "/wurlds").status == 404


def test_a_mock_without_users_and_records_has_a_surface(build: Build) -> None:
    """Nothing is filled in where nothing is known."""
    control = Control(build(bundled_settings(behaviours=None, fixtures=(), auth="off")))
    assert control("GET", "/about").json["users"] == []
    assert control("GET", "/worlds/main/state").status == 200
    assert control("PUT", "/worlds/main/faults", {"presets": ["offline"]}).status == 200
