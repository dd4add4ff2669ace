"""The orders that the query of a list can ask for."""

from __future__ import annotations

from typing import Any, cast

import pytest

from contract_tests.core.action import Action
from contract_tests.core.model import behaviour_of
from contract_tests.core.pages import Reader
from contract_tests.core.target import Target
from contract_tests.suites.records.ordering import Order, comparable, order_of, orders
from contract_tests.suites.records.test_sorting import is_in_enum_order, misplaced
from tests.contract_tests.conftest import ContractOf

ITEM = {"type": "object", "properties": {"id": {"type": "string"}, "age": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("age", ("age", False)),
        ("-age", ("age", True)),
        ("+age", ("age", False)),
        ("age:desc", ("age", True)),
        ("age,DESC", ("age", True)),
        ("age desc", ("age", True)),
        ("age.asc", ("age", False)),
        ("created_at_desc", ("created_at", True)),
        ("created_at", ("created_at", False)),
        ("age:best", None),
    ],
)
def test_spellings_of_an_order(text: str, meaning: tuple[str, bool] | None) -> None:
    """The field, and whether it is descending."""
    assert order_of(text) == meaning


@pytest.mark.parametrize(
    ("sort", "direction", "expected"),
    [
        ({"schema": {"type": "string", "enum": ["age", "-age"]}}, None, [("sort=age", False), ("sort=-age", True)]),
        ({"schema": {"type": "string", "pattern": "^-?(age)$"}}, None, [("sort=age", False), ("sort=-age", True)]),
        (
            {"schema": {"type": "string"}, "description": "By age, `age:desc` for the oldest first"}, None,
            [("sort=age", False), ("sort=age:desc", True)],
        ),
        (
            {"schema": {"type": "string", "enum": ["age"]}}, {"type": "string", "enum": ["asc", "desc"]},
            [("sort=age&order=asc", False), ("sort=age&order=desc", True)],
        ),
        ({"schema": {"type": "array", "items": {"enum": ["age"]}}}, None, [("sort=age", False)]),
    ],
)  # fmt: skip
def test_orders_of_a_list(
    contract_of: ContractOf, sort: dict[str, Any], direction: Any, expected: list[tuple[str, bool]]
) -> None:
    """Those of an enum, of a pattern or of the description; the direction where it is a parameter of its own."""
    found = found_orders(contract_of, sort, direction)
    assert [(order.asked, order.descending) for order in found] == expected
    assert all(order.listed and order.field == "age" for order in found)


def test_fields_that_the_contract_does_not_name(contract_of: ContractOf) -> None:
    """Each field may be one to sort by, and the contract does not say so."""
    found = found_orders(contract_of, {"schema": {"type": "string"}}, None)
    assert [(order.field, order.listed) for order in found] == [("id", False), ("age", False)]


def found_orders(contract_of: ContractOf, sort: dict[str, Any], direction: Any) -> list[Order]:
    """The orders of a list of things."""
    parameters = [{"name": "sort", "in": "query", **sort}]
    parameters += [{"name": "order", "in": "query", "schema": direction}] if direction else []
    content = {"application/json": {"schema": {"type": "array", "items": ITEM}}}
    get = {
        "operationId": "list",
        "parameters": parameters,
        "responses": {"200": {"description": "", "content": content}},
    }
    contract = contract_of({"openapi": "3.1.0", "info": {}, "paths": {"/things": {"get": get}}})
    page = {"sort": "$query.sort"} | ({"order": "$query.order"} if direction else {})
    behaviour = behaviour_of("list", {"list": {"things": {}}, "page": page, "reply": "$records"})
    reader = Reader(cast(Target, None), contract)
    return list(orders(contract, reader, Action(contract.operation("list"), behaviour)))


@pytest.mark.parametrize(
    ("values", "descending", "found"),
    [
        (["low", "low", None, "normal", "high"], False, None),
        (["high", "normal", "low"], False, None),  # by how urgent it is
        (["high", "normal", "low"], True, None),
        (["high", "low", "normal"], False, None),  # as texts
        (["high", "low", "normal"], True, ("high", "low")),
        (["low", "high", "low"], False, ("low", "high")),
        (["low", "low"], True, None),
    ],
)
def test_texts_of_an_enum_have_its_order_or_that_of_texts(
    contract_of: ContractOf, values: list[str | None], descending: bool, found: Any
) -> None:
    """One of them, from the first value of the list to its last."""
    schema = {"type": "string", "enum": ["low", "normal", "high"]}
    contract = contract_of({"openapi": "3.1.0", "paths": {}})
    wrong = misplaced(values, comparable, descending=descending)
    is_listed = is_in_enum_order(contract, schema, values, descending=descending)
    assert (None if is_listed else wrong) == found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["alpha", "MIKE", "Echo", "zulu"], None),  # capitals before small letters, or together with them
        (["MIKE", "ALPHA"], ("MIKE", "ALPHA")),
        (["alpha", "MIKE", "ALPHA"], ("MIKE", "ALPHA")),
        (["HH-7", "A-1"], None),
    ],
)
def test_texts_of_one_case_can_be_compared(values: list[str], found: Any) -> None:
    """Every collation has one order for small letters alone, and for capitals alone."""
    assert misplaced(values, comparable, descending=False) == found
