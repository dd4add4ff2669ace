"""Known records come from the target itself."""

from __future__ import annotations

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract
from contract_tests.core.discovery import Discovery, combined, evaluate, identifiers
from contract_tests.core.errors import NotChecked
from contract_tests.core.gate import Gate
from contract_tests.core.limits import Limits
from contract_tests.core.safety import Rules, Safety
from contract_tests.core.target import Target
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.reference import Service
from tests.contract_tests.small import Asked, Reply, Small, serving

DONE = {"responses": {"200": {"description": "Done"}}}


def test_links_lead_to_every_record(service: Service, target: Target, contract: Contract) -> None:
    """All devices and all active sessions of the user, and of no other user."""
    found = Discovery(contract, contract.operations)
    found.explore(target)
    mine = service.devices_of("red")
    assert {values[0] for values in found.calls(contract.operation("getDevice"))} == {d["id"] for d in mine}
    assert {v[0] for v in found.known["heartbeatSession"]} == {s["id"] for s in service.sessions_of("red")}


def test_too_little_data_is_said(service: Service, target: Target, contract: Contract) -> None:
    """An operation without known records is not checked, because."""
    service.devices.clear()
    found = Discovery(contract, contract.operations)
    found.explore(target)
    with pytest.raises(NotChecked, match="no link of the contract"):
        found.calls(contract.operation("getDevice"))


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("$response.body#/items/0/id", ["a", 7]),
        ("$response.body#/gone/0", []),
        ("$request.path.id", ["x"]),
        ("$response.header.Location", ["/items/a"]),
        ("literal", ["literal"]),
        ("$method", ["GET"]),
        ("$request.query.page", ["2"]),
        ("$response.body.items.0.id", ["a", 7]),
        ("$response.trailer", []),
    ],
)
def test_expressions(expression: str, values: list[object]) -> None:
    """A position in a list stands for every position."""
    body = b'{"items": [{"id": "a"}, {"id": 7}, {"id": null}]}'
    answer = Answer(Sent("GET", "http://t/x?page=2", "/x", {}), 200, {"location": "/items/a"}, body)
    assert list(evaluate(expression, {"id": "x"}, answer)) == values


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ([{"id": 1}, {"id": "b"}], ["1", "b"]),
        ({"data": [{"petId": 3, "id": 4}]}, ["3"]),
        ({"total": 3}, []),
        ([1], []),
        ({"id": 5, "toys": [{"id": 6}]}, []),
        ({"took": 5, "pets": [{"id": 6}]}, ["6"]),
    ],
)
def test_identifiers_by_name(value: object, found: list[str]) -> None:
    """The parameter's own name before `id`."""
    assert list(identifiers(value, "petId")) == found


@pytest.mark.parametrize(
    ("choices", "calls"),
    [
        ([["a", "b"]], [("a",), ("b",)]),
        ([["x"], [1, 2]], [("x", "1"), ("x", "2")]),
        ([["x", "y"], [1, 2]], [("x", "1"), ("y", "2")]),
        ([["x", "y"], [1, 2, 3]], []),
        ([["x"], []], []),
        ([], []),
    ],
)
def test_path_values_are_combined(choices: list[list[object]], calls: list[tuple[str, ...]]) -> None:
    """Values of the same records go together; one that belongs to all goes with each."""
    assert combined(choices) == calls


def test_a_list_in_the_plural_names_the_records_of_a_path_in_the_singular(contract_of: ContractOf) -> None:
    """`/silences` shows those of `/silence/{silenceID}`, and a read that must be told more is not called."""
    name = {"name": "silenceID", "in": "path", "required": True, "schema": {"type": "string"}}
    word = {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}
    contract = contract_of({"openapi": "3.0.3", "paths": {
        "/silences": {"get": DONE},
        "/silence/{silenceID}": {"parameters": [name], "get": DONE},
        "/silence/{silenceID}/search": {"parameters": [name, word], "get": DONE},
    }})  # fmt: skip
    service = Silences()
    with serving(service) as url:
        target = Target(Gate(url, contract, Rules(Safety.OBSERVE, contract), Limits()), contract, None)
        found = Discovery(contract, contract.operations)
        found.explore(target)
    assert found.calls(contract.operations[1]) == [("s-1",)]
    assert service.count("GET", "/silence/s-1") == 1


class Silences(Small):
    """One record, shown in a list in the plural."""

    def answer(self, asked: Asked) -> Reply:
        return Reply(200, [{"id": "s-1"}] if asked.path == "/silences" else {"id": "s-1"})
