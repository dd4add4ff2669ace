"""The scripts of the oracle: which queries show all that there is."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.core.model import Behaviour, Collection, Model, Query
from contract_tests.suites.oracle.scripts import Scripts, takes_json_only
from tests.contract_tests.conftest import ContractOf

WORDS = {"type": "string", "enum": ["a", "b"]}


def _scripts(contract_of: ContractOf, *parameters: tuple[str, Any, bool], **filters: str) -> Scripts:
    """Scripts for one list with these query parameters: name, schema, and whether it is required."""
    query = [{"name": name, "in": "query", "schema": schema, "required": must} for name, schema, must in parameters]
    listed = {"get": {"operationId": "list", "parameters": query, "responses": {"200": {"description": ""}}}}
    contract = contract_of({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/things": listed}})
    return Scripts(
        contract, Model({"things": Collection("things")}, {"list": Behaviour("list", list=Query("things", filters))}), 0
    )


@pytest.mark.parametrize(
    ("schema", "queries"),
    [
        (WORDS, [{"kind": "a"}, {"kind": "b"}]),
        ({"type": "array", "items": WORDS}, [{"kind": ["a"]}, {"kind": ["b"]}]),
    ],
)
def test_each_value_of_a_required_choice_is_asked_for(contract_of: ContractOf, schema: Any, queries: Any) -> None:
    """Nothing else is sent."""
    scripts = _scripts(contract_of, ("kind", schema, True), ("size", {"type": "integer"}, False))
    assert scripts.queries("list") == queries


def test_without_a_choice_nothing_optional_is_asked_for(contract_of: ContractOf) -> None:
    """What is required is drawn."""
    assert _scripts(contract_of, ("kind", WORDS, False)).queries("list") == [{}]
    (drawn,) = _scripts(contract_of, ("size", {"type": "integer"}, True), ("kind", WORDS, False)).queries("list")
    assert list(drawn) == ["size"]


def test_a_list_is_asked_for_what_it_filters_by(contract_of: ContractOf) -> None:
    """Twice, with records in their turn; a list without filters isn't."""
    scripts = _scripts(contract_of, ("kind", {"type": "string"}, False), kind="$query.kind")
    steps = scripts.chosen(["list"])
    assert [[(step.operation, step.pick, list(step.query)) for step in script] for script in steps] == [
        [("list", 1, ["kind"])], [("list", 2, ["kind"])],
    ]  # fmt: skip
    assert _scripts(contract_of, ("kind", {"type": "string"}, False)).chosen(["list"]) == []
    assert [[step.pick for step in script] for script in scripts.alone(["list"], 3)] == [[0], [1], [2]]


def test_a_body_that_can_t_be_json_is_left_out(contract_of: ContractOf) -> None:
    """Others are taken, and those without a body."""
    posts = {}
    for name, body in {
        "json": {"application/json": {}},
        "both": {"text/csv": {}, "application/json": {}},
        "csv": {"text/csv": {}},
    }.items():
        posts[f"/{name}"] = {"post": {"operationId": name, "requestBody": {"content": body}, "responses": {}}}
    contract = contract_of({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": posts})
    assert {name: takes_json_only(contract.operation(name)) for name in ("json", "both", "csv")} == {
        "json": True, "both": True, "csv": False,
    }  # fmt: skip
