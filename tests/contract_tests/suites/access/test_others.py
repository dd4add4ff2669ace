"""The lists in which a record must stand, and what lies below it."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.core.calls import Call
from contract_tests.core.contract import Contract
from contract_tests.core.model import Model
from contract_tests.suites.access.others import below, lists_of
from tests.contract_tests.conftest import ContractOf

BEHAVIOURS = """
collections: {shops: {}, orders: {}}
operations:
  getShop: {find: {shops: {id: $path.shop}}, reply: $record}
  listOrders: {find: {shops: {id: $path.shop}}, list: {orders: {shopId: $record.id}}, reply: $records}
  getOrder: {find: {orders: {id: $path.order}}, reply: {data: $record}}
"""
PATHS = {
    "/shops": {"get": "listShops"},
    "/shops/{shop}": {"get": "getShop"},
    "/shops/{shop}/orders": {"get": "listOrders"},
    "/shops/{shop}/orders/{order}/lines": {"get": "listLines"},
    "/shops/{shop}/close": {"post": "closeShop"},
    "/orders/{order}": {"get": "getOrder"},
}


@pytest.fixture
def shops(contract_of: ContractOf) -> Contract:
    """Shops with their orders, which have a path of their own."""
    paths: dict[str, Any] = {
        path: {method: {"operationId": name, "responses": {"200": {"description": ""}}} for method, name in one.items()}
        for path, one in PATHS.items()
    }
    return contract_of({"openapi": "3.1.0", "info": {}, "paths": paths})


@pytest.mark.parametrize(
    ("read", "values", "shown", "lists"),
    [
        ("getShop", ("7",), {"id": 7}, [("listShops", ())]),
        ("getOrder", ("o1",), {"data": {"id": "o1", "shopId": 7}}, [("listOrders", ("7",))]),
        ("getOrder", ("o1",), {"data": {"id": "o1"}}, []),
    ],
)
def test_lists_of_a_record(
    shops: Contract, read: str, values: tuple[str, ...], shown: Any, lists: list[tuple[str, tuple[str, ...]]]
) -> None:
    """The one at its own path, and the one below the record that it names."""
    model = Model.read(BEHAVIOURS, "behaviours")
    found = lists_of(model, shops.operations, Call(shops.operation(read), values), shown)
    assert [(one.operation.id, one.values) for one in found] == lists


def test_what_lies_below_a_record(shops: Contract) -> None:
    """Its lists and its actions, but for what needs a further key."""
    assert [one.id for one in below(shops.operations, shops.operation("getShop"))] == ["listOrders", "closeShop"]
