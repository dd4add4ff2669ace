"""The inputs of every server in the benchmark: one contract, ten devices and two requests, generated from spec/."""

import copy
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.processes import Request

ROOT = Path(__file__).resolve().parent.parent
WORK = Path(__file__).resolve().with_name(".work")
CONTRACT = ROOT / "spec" / "openapi.yaml"
BEHAVIOURS = ROOT / "spec" / "behaviours.yaml"
TOKEN = "alice-token"
SEED = 20260101
PRIVATE = {"userId", "userAgent", "deviceFingerprint"}  # fields that are not in the list of devices

LIST = Request("GET", "/devices", TOKEN)
TRUST = Request("POST", "/devices/trust", TOKEN, json.dumps({"fingerprint": "fp-00000000"}))
WORKS = {"POST /devices/trust": TRUST, "GET /devices, 10 devices": LIST}

Record = dict[str, Any]

SESSION: Record = {  # the behaviours refer to sessions, so the fixtures must have their fields
    "id": "ses-01",
    "userId": "alice",
    "deviceId": "dev-00000000",
    "startedAt": "now-1d",
    "lastActivity": "now-5m",
    "expiresAt": "now+23h",
    "loginMethod": "password",
}


@dataclass(frozen=True)
class Inputs:
    """Files in bench/.work with the same contract and the same devices, each in the format of some servers."""

    contract: Path  # spec/openapi.yaml with the ten devices as the example of GET /devices
    contract_30: Path  # the same, declared as OpenAPI 3.0, for servers that cannot read 3.1
    fixtures: Path  # folder: users and devices for this mock
    answers: Path  # the two responses, for the constant servers and the handlers of openapi-backend
    stubs: Path  # root folder of WireMock


def devices(count: int, owned: int = 10) -> Iterator[Record]:
    """Seeded devices with times as date math; alice owns the first `owned`, other users own ten each."""
    random_source = random.Random(SEED)
    for number in range(count):
        yield {
            "id": f"dev-{number:08d}",
            "userId": "alice" if number < owned else f"user-{number // 10}",
            "deviceName": f"Device {number}",
            "deviceType": random_source.choice(["DESKTOP", "MOBILE", "TABLET"]),
            "os": random_source.choice(["macOS 15.1", "iOS 18.1", "Windows 11", "Android 15", "Fedora 41"]),
            "browser": random_source.choice(["Safari 18.1", "Chrome 131.0", "Edge 131.0", "Firefox 132.0"]),
            "ipAddress": f"203.0.113.{random_source.randrange(256)}",
            "country": "Switzerland",
            "city": random_source.choice(["Bern", "Basel", "Chur"]),
            "isTrusted": False,
            "trustLevel": "UNKNOWN",
            "lastSeen": f"now-{random_source.randrange(1, 72)}h",
            "createdAt": f"now-{random_source.randrange(90, 400)}d",
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64)",
            "deviceFingerprint": f"fp-{number:08d}",
        }


def listed(device: Mapping[str, Any]) -> Record:
    """A device as GET /devices returns it."""
    return {name: value for name, value in with_instants(device).items() if name not in PRIVATE}


def with_instants(device: Mapping[str, Any]) -> Record:
    """A device with instants instead of date math, which only this mock reads."""
    return {**device, "lastSeen": "2026-01-01T08:30:00Z", "createdAt": "2025-06-01T12:00:00Z"}


def write_fixtures(folder: Path, count: int) -> Path:
    """Write users, one session and `count` devices as a fixture folder of this mock, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    users = [{"name": "alice", "token": TOKEN}]
    (folder / "users.json").write_text(json.dumps({"users": users}))
    (folder / "devices.json").write_text(json.dumps({"devices": list(devices(count))}))
    (folder / "sessions.json").write_text(json.dumps({"sessions": [SESSION]}))
    return folder


def prepare() -> Inputs:
    """Write all inputs and return their paths."""
    WORK.mkdir(exist_ok=True)
    contract = bench_contract()
    inputs = Inputs(
        contract=WORK / "contract.yaml",
        contract_30=WORK / "contract-3.0.yaml",
        fixtures=write_fixtures(WORK / "fixtures-10", 10),
        answers=WORK / "answers.json",
        stubs=WORK / "wiremock",
    )
    inputs.contract.write_text(yaml.safe_dump(contract, sort_keys=False))
    inputs.contract_30.write_text(yaml.safe_dump(as_30(contract), sort_keys=False))
    inputs.answers.write_text(json.dumps(answers(contract)))
    write_stubs(inputs.stubs, contract)
    return inputs


def bench_contract() -> Record:
    """spec/openapi.yaml with the ten devices in the example of GET /devices, so that all servers return the same.

    Links and keywords next to a `$ref` are left out: they do not affect a response, and openapi-backend refuses a
    document that has them.
    """
    contract: Record = bare_references(yaml.safe_load(CONTRACT.read_text()))
    contract["servers"] = [{"url": "/"}]
    for operation in operations(contract):
        operation["responses"]["200"].pop("links", None)
    example_of(contract["paths"]["/devices"]["get"])["devices"] = [listed(device) for device in devices(10)]
    trust = contract["paths"]["/devices/trust"]["post"]["requestBody"]["content"]["application/json"]
    trust["example"] = json.loads(TRUST.body)
    return contract


def bare_references(node: Any) -> Any:
    """The same value without keywords next to a `$ref`."""
    if isinstance(node, list):
        return [bare_references(item) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        return {"$ref": node["$ref"]}
    return {name: bare_references(value) for name, value in node.items()}


def operations(contract: Record) -> Iterator[Record]:
    """Every operation of a document whose path items contain only operations."""
    for item in contract["paths"].values():
        yield from item.values()


def as_30(contract: Record) -> Record:
    """The contract with the version that connexion reads, and the name of the benchmark's token check."""
    older = copy.deepcopy(contract)
    older["openapi"] = "3.0.3"
    for scheme in older["components"]["securitySchemes"].values():
        scheme["x-bearerInfoFunc"] = "connexion_app.accept"
    return older


def example_of(operation: Record) -> Record:
    """The example that the operation declares for 200."""
    example: Record = operation["responses"]["200"]["content"]["application/json"]["example"]
    return example


def answers(contract: Record) -> Record:
    """The two responses, and the devices in them."""
    paths = contract["paths"]
    return {
        "GET": example_of(paths["/devices"]["get"]),
        "POST": example_of(paths["/devices/trust"]["post"]),
        "devices": [with_instants(device) for device in devices(10)],
        "token": TOKEN,
    }


def write_stubs(root: Path, contract: Record) -> None:
    """One WireMock stub for each operation: its method and path, and the example of its 200 as the response."""
    mappings = root / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            where = "urlPathTemplate" if "{" in path else "urlPath"
            stub = {
                "request": {"method": method.upper(), where: path},
                "response": {
                    "status": 200,
                    "jsonBody": example_of(operation),
                    "headers": {"Content-Type": "application/json"},
                },
            }
            (mappings / f"{operation['operationId']}.json").write_text(json.dumps(stub))
