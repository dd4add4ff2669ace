"""What every server of the bench is given: one contract, ten devices, and the two requests, made from spec/."""

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
PRIVATE = {"userId", "userAgent", "deviceFingerprint"}  # fields that the list of devices does not show

LIST = Request("GET", "/devices", TOKEN)
TRUST = Request("POST", "/devices/trust", TOKEN, json.dumps({"fingerprint": "fp-00000000"}))
WORKS = {"POST /devices/trust": TRUST, "GET /devices, 10 devices": LIST}

Record = dict[str, Any]

SESSION: Record = {  # the behaviours speak of sessions, so their fields must be known
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
    """Files in bench/.work that hold the same contract and the same devices, each in the form some server reads."""

    contract: Path  # spec/openapi.yaml, the example of GET /devices now the ten devices
    contract_30: Path  # the same, said to be OpenAPI 3.0, for what reads no 3.1
    fixtures: Path  # folder: users and devices for this mock
    answers: Path  # the two answers, for the constant limits and the handlers of openapi-backend
    stubs: Path  # root folder of WireMock


def devices(count: int, owned: int = 10) -> Iterator[Record]:
    """Seeded devices, their times as date math; alice owns the first `owned` of them, others own ten each."""
    chance = random.Random(SEED)
    for number in range(count):
        yield {
            "id": f"dev-{number:08d}",
            "userId": "alice" if number < owned else f"user-{number // 10}",
            "deviceName": f"Device {number}",
            "deviceType": chance.choice(["DESKTOP", "MOBILE", "TABLET"]),
            "os": chance.choice(["macOS 15.1", "iOS 18.1", "Windows 11", "Android 15", "Fedora 41"]),
            "browser": chance.choice(["Safari 18.1", "Chrome 131.0", "Edge 131.0", "Firefox 132.0"]),
            "ipAddress": f"203.0.113.{chance.randrange(256)}",
            "country": "Switzerland",
            "city": chance.choice(["Bern", "Basel", "Chur"]),
            "isTrusted": False,
            "trustLevel": "UNKNOWN",
            "lastSeen": f"now-{chance.randrange(1, 72)}h",
            "createdAt": f"now-{chance.randrange(90, 400)}d",
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64)",
            "deviceFingerprint": f"fp-{number:08d}",
        }


def shown(device: Mapping[str, Any]) -> Record:
    """A device as GET /devices answers it."""
    return {name: value for name, value in settled(device).items() if name not in PRIVATE}


def settled(device: Mapping[str, Any]) -> Record:
    """A device with instants in the place of date math, which only this mock reads."""
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
    """Write all inputs afresh and return where they are."""
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
    """spec/openapi.yaml with the bench's ten devices in the example of GET /devices, so that all answer the same.

    Links are left out, and what stands beside a `$ref`: neither plays a part in an answer, and openapi-backend refuses
    a document that has them.
    """
    contract: Record = bare_references(yaml.safe_load(CONTRACT.read_text()))
    contract["servers"] = [{"url": "/"}]
    for operation in operations(contract):
        operation["responses"]["200"].pop("links", None)
    example_of(contract["paths"]["/devices"]["get"])["devices"] = [shown(device) for device in devices(10)]
    trust = contract["paths"]["/devices/trust"]["post"]["requestBody"]["content"]["application/json"]
    trust["example"] = json.loads(TRUST.body)
    return contract


def bare_references(node: Any) -> Any:
    """The same value with nothing beside any `$ref`."""
    if isinstance(node, list):
        return [bare_references(item) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        return {"$ref": node["$ref"]}
    return {name: bare_references(value) for name, value in node.items()}


def operations(contract: Record) -> Iterator[Record]:
    """Every operation of a document whose path items hold nothing else."""
    for item in contract["paths"].values():
        yield from item.values()


def as_30(contract: Record) -> Record:
    """The contract under the version that connexion reads, with the name of the bench's token check."""
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
    """The two answers, and the devices behind them."""
    paths = contract["paths"]
    return {
        "GET": example_of(paths["/devices"]["get"]),
        "POST": example_of(paths["/devices/trust"]["post"]),
        "devices": [settled(device) for device in devices(10)],
        "token": TOKEN,
    }


def write_stubs(root: Path, contract: Record) -> None:
    """One WireMock stub for each operation: its method and path, answered with the example of its 200."""
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
