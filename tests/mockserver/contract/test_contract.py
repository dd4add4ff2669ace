"""The contract as a whole: any document is refused or serves, and nothing that is sent makes it fail."""

from __future__ import annotations

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver import plain_yaml
from mockserver.contract.contract import Contract, load_contract
from mockserver.contract.operations.operation import ABSENT
from mockserver.contract.schemas import validators
from mockserver.errors import DocumentError, Refused
from mockserver.messages import Request
from tests.mockserver.contract.documents import DOCUMENTS

ROOT = Path(__file__).resolve().parents[3]
SPEC = ROOT / "spec" / "openapi.yaml"
BODIES = ((b"", ""), (b'{"a": 1}', "application/json"), (b"a=1", "application/x-www-form-urlencoded"))
JUNK: tuple[Any, ...] = (None, True, 7, -1.5, "", "x", "#/nowhere", [], {}, [1], {"a": 1}, {"$ref": "#/info"}, [[]])


@pytest.fixture(scope="module")
def contract() -> Contract:
    """Our own contract."""
    return load_contract(SPEC)


def exercise(contract: Contract) -> None:
    """Sends and answers something for every operation; only refusals may come of it."""
    for operation in contract.operations.values():
        path = operation.template.replace("{", "").replace("}", "")
        for body, content_type in BODIES:
            request = Request(operation.method, path, "a=1&a=2", {"content-type": content_type}, body)
            with suppress(Refused):
                contract.read_inputs(contract.route(request.method, request.path), request)
        for status in (200, 404):
            contract.check_response(operation, status, (("X-A", "1"),), "application/json", {"a": [1]})
            contract.check_response(operation, status, (), None, ABSENT)


def test_our_own_contract_serves(contract: Contract) -> None:
    """Its nine operations, without a note."""
    exercise(contract)
    assert len(contract.operations) == 9
    assert contract.notes == ()


def test_every_example_of_our_contract_keeps_it(contract: Contract) -> None:
    """Examples of answers fit their schemas."""
    for operation in contract.operations.values():
        for status, response in operation.responses.items():
            headers = [(name, "x") for name in response.headers]
            for media_type in response.media_types.values():
                for example in media_type.examples.values():
                    assert contract.check_response(operation, int(status), headers, media_type.name, example) == ()


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_broken_document_is_refused_or_serves(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever stands in the place of any node, the document is refused by a `DocumentError`, or serves."""
    source = data.draw(st.sampled_from(["spec", *DOCUMENTS]))
    document = copy.deepcopy(DOCUMENTS[source]) if source in DOCUMENTS else plain_yaml.read(SPEC)
    random = Random(data.draw(st.integers(0, 2**32)))
    for _ in range(random.choice((1, 1, 2, 5, 12))):
        document = _broken(document, random)
    path = tmp_path_factory.getbasetemp() / "broken.json"
    path.write_text(json.dumps(document))
    with suppress(DocumentError):
        exercise(load_contract(path))


def _broken(node: Any, random: Random) -> Any:
    """The node with one place in it replaced, removed or renamed."""
    if not isinstance(node, dict | list) or not node or random.random() < 0.1:
        return random.choice(JUNK)
    if isinstance(node, list):
        index = random.randrange(len(node))
        return [*node[:index], _broken(node[index], random), *node[index + 1 :]]
    name = random.choice(sorted(node))
    kind = random.random()
    rest = {key: value for key, value in node.items() if key != name or kind >= 0.1}
    return rest if kind < 0.1 else {**rest, name: _broken(node[name], random)}


def test_values_are_checked_by_any_schema(contract: Contract) -> None:
    """For fixtures and for generated values."""
    device = contract.document.root["components"]["schemas"]["Device"]
    violations = contract.violations(device, {"id": 5}, place="devices[0]")
    assert violations[0].place == "devices[0].id" or "devices[0].deviceName" in {
        violation.place for violation in violations
    }
    assert contract.resolve({"$ref": "#/components/schemas/Device"}) is device


def test_compiled_schemas_are_given_up_when_they_are_too_many(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdicts stay the same."""
    monkeypatch.setattr(validators, "MOST_DEFINITIONS", 2)
    fresh = load_contract(SPEC)
    for _ in range(2):
        for name, schema in contract.document.root["components"]["schemas"].items():
            mine = fresh.document.root["components"]["schemas"][name]
            assert bool(fresh.violations(mine, {}, place="x")) is bool(contract.violations(schema, {}, place="x"))


@pytest.mark.parametrize("depth", [50, 150, 300, 900])
def test_deep_schemas_are_served_or_refused(load: Any, depth: int) -> None:
    """A schema may nest as deep as the reader goes; beyond, the document is refused or the schema accepts anything."""
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "array", "items": schema}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    with suppress(DocumentError):
        exercise(load({"/a": {"post": {"requestBody": body, "responses": {"200": {"description": ""}}}}}))


def test_threads_share_a_contract() -> None:
    """First uses may come at the same time."""
    fresh = load_contract(SPEC)

    def work(seed: int) -> int:
        body = b'{"fingerprint": "a"}' if seed % 2 else b'{"fingerprint": 1}'
        request = Request("POST", "/devices/trust", "", {"content-type": "application/json"}, body)
        try:
            fresh.read_inputs(fresh.route("POST", "/devices/trust"), request)
        except Refused as refused:
            return refused.status
        return 200

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(400))) == [400, 200] * 200
