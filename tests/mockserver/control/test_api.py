"""The control API: state, journal, reset, and the contract as served, for this machine only."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from mockserver import __version__
from mockserver.exchange.engine import Engine
from mockserver.reply.problems import PROBLEM
from mockserver.web.app import app_for
from tests.conftest import Build
from tests.mockserver.control.conftest import Control
from tests.support import Ask, bundled_settings

MOCK = "/__mock__"
ENDPOINTS = [("POST", "reset"), ("GET", "state"), ("GET", "requests"), ("GET", "health"), ("GET", "openapi.json")]


@pytest.fixture
def client(engine: Engine) -> FlaskClient:
    """A client on this machine."""
    return app_for(engine).test_client()


@pytest.mark.parametrize(("method", "name"), ENDPOINTS)
@pytest.mark.parametrize(
    ("peer", "host", "admitted"),
    [
        ("127.0.0.1", "127.0.0.1:4010", True),
        ("127.8.8.8", "localhost:4010", True),
        ("::1", "[::1]:4010", True),
        ("127.0.0.1", "localhost", True),
        ("203.0.113.9", "127.0.0.1:4010", False),
        ("10.0.0.7", "localhost", False),
        ("127.0.0.1", "evil.example:4010", False),
        ("127.0.0.1", "localhost.evil.example", False),
        ("127.0.0.1", "0.0.0.0:4010", False),
        ("not an address", "localhost", False),
        ("", "localhost", False),
    ],
)
def test_only_this_machine_is_answered(
    client: FlaskClient, method: str, name: str, peer: str, host: str, admitted: bool
) -> None:
    """By the peer's address and by the name that was asked for, so that no page rebinds its own name to us."""
    answer = client.open(
        f"{MOCK}/{name}", method=method, headers={"Host": host}, environ_overrides={"REMOTE_ADDR": peer}
    )
    assert (answer.status_code, answer.content_type == PROBLEM) == ((200, False) if admitted else (403, True))


def test_health_says_what_runs(client: FlaskClient) -> None:
    """Status, version and contract."""
    result = client.get(f"{MOCK}/health").json
    assert result["status"] == "ok"
    assert result["version"] == __version__


def test_the_state_is_what_is_stored(client: FlaskClient, ask: Ask) -> None:
    """Private fields included, in order."""
    ask("DELETE", "/devices/dev-01")
    result = client.get(f"{MOCK}/state").json
    assert {name: [record["id"] for record in records] for name, records in result.items() if name == "devices"} == {
        "devices": [f"dev-{number:02}" for number in range(2, 11)]
    }
    assert result["sessions"] == list(ask.records("sessions").values())
    assert result["sessions"][0]["userId"] == "alice"


def test_a_reset_forgets_state_and_journal(client: FlaskClient, ask: Ask) -> None:
    """The fixtures are back, the journal is empty."""
    before = client.get(f"{MOCK}/state").data
    ask("DELETE", "/devices/dev-01")
    assert client.get(f"{MOCK}/state").data != before
    assert client.post(f"{MOCK}/reset").status_code == 200
    assert client.get(f"{MOCK}/state").data == before
    assert client.get(f"{MOCK}/requests").json["requests"] == []


def test_requests_tell_what_was_asked(client: FlaskClient, ask: Ask) -> None:
    """The entries of the main world, oldest first, without tokens."""
    ask("GET", "/devices")
    ask("POST", "/devices/trust", json={"fingerprint": "fp-alice-ipad"})
    answer = client.get(f"{MOCK}/requests")
    result = answer.json["requests"]
    assert [(entry["operation"], entry["answer"]["status"]) for entry in result] == [
        ("listDevices", 200),
        ("trustDevice", 200),
    ]
    assert result[1]["changes"][0]["collection"] == "devices"
    assert result[1]["request"]["body"] == {"fingerprint": "fp-alice-ipad"}
    assert b"alice-token" not in answer.data


def _served(client: FlaskClient) -> Any:
    return client.get(f"{MOCK}/openapi.json", headers={"Host": "localhost:4999"}).json


def test_the_contract_is_served_with_this_address(client: FlaskClient) -> None:
    """A valid OpenAPI document of the same operations, whose server is this one."""
    served = _served(client)
    validate(served)
    assert served["servers"][0]["url"] == "http://localhost:4999"
    own = client.application.extensions["mockserver"].contract.document.root
    assert {path: set(item) for path, item in served["paths"].items()} == {
        path: set(item) for path, item in own["paths"].items()
    }


def test_the_served_examples_lead_to_records(client: FlaskClient, ask: Ask) -> None:
    """Each example of a path or body names a record of the first user; the contract itself is not touched."""
    own = json.dumps(ask.engine.contract.document.root, sort_keys=True)
    served = _served(client)
    [parameter] = served["paths"]["/devices/{id}"]["get"]["parameters"]
    ids = [example["value"] for example in parameter["examples"].values()]
    assert ids
    for id_ in ids:
        assert ask("GET", f"/devices/{id_}", "alice-token~look").status == 200
    media = served["paths"]["/devices/trust"]["post"]["requestBody"]["content"]["application/json"]
    for example in media["examples"].values():
        assert ask("POST", "/devices/trust", "alice-token~look", json=example["value"]).status == 200
    assert json.dumps(ask.engine.contract.document.root, sort_keys=True) == own


def test_the_served_examples_follow_the_state(client: FlaskClient, ask: Ask) -> None:
    """What is gone is no example any more."""
    ask("DELETE", "/devices/dev-01")
    [parameter] = _served(client)["paths"]["/devices/{id}"]["get"]["parameters"]
    assert "dev-01" not in {example["value"] for example in parameter["examples"].values()}


def test_a_contract_without_fixtures_is_served_as_it_is(
    build: Build, mock_of: Callable[..., Ask], tmp_path: Path
) -> None:
    """No records, no examples of them; still a valid document."""
    validate(_served(app_for(build(bundled_settings(fixtures=()))).test_client()))


def test_a_misspelt_field_is_told_with_the_one_that_is_meant(control: Control) -> None:
    """And a pattern with an example of what matches it."""
    refused = control("POST", "/worlds/main/faults", {"operaton": "trustDevice", "status": 500})
    assert refused.json["detail"].endswith("is not a property that the contract knows; did you mean operation?")
    refused = control("POST", "/worlds/main/clock/advance", {"by": "P9M"})
    assert refused.json["detail"].endswith('not "P9M"; "P31D" would do')
