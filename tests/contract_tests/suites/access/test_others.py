"""The lists in which a record must stand, and what lies below it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest

from contract_tests.core.calls import Call
from contract_tests.core.contract import Contract
from contract_tests.core.model import Model
from contract_tests.suites.access.others import below, in_list, lists_of
from tests.contract_tests.conftest import ContractOf, OpenTarget
from tests.contract_tests.small import Asked, Reply, Table, serving

BEHAVIOURS = """
collections: {shops: {}, orders: {}}
operations:
  getShop: {find: {shops: {id: $path.shop}}, reply: $record}
  listOrders: {find: {shops: {id: $path.shop}}, list: {orders: {shopId: $record.id}}, reply: $records}
  listShops: {list: {shops: {}}, page: {limit: $query.limit, offset: $query.offset}, reply: {items: $records}}
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


@pytest.mark.parametrize(
    ("key", "theirs", "expected"),
    [("s8", ["s1"], False), ("s8", [f"s{at}" for at in range(10)], True), ("s1", ["s1"], True), ("s11", [], None)],
)
def test_a_list_is_read_to_its_end(
    shops: Contract, open_target: OpenTarget, key: str, theirs: list[str], expected: bool | None
) -> None:
    """A record on its last page is in the list; one that the user's own list lacks says nothing."""
    held = {"red-token": [f"s{at}" for at in range(10)], "other": theirs}

    def listed(asked: Asked) -> Reply:
        query = {name: int(values[0]) for name, values in parse_qs(asked.query).items()}
        start = query.get("offset", 0)
        keys = held[asked.token][start : start + min(query.get("limit", 3), 3)]
        return Reply(200, {"items": [{"id": one} for one in keys]})

    with serving(Table({"GET /shops": listed})) as url:
        target, call = open_target(url), Call(shops.operation("getShop"), (key,))
        target.contract = shops
        listing, model = Call(shops.operation("listShops"), ()), Model.read(BEHAVIOURS, "behaviours")
        assert in_list(model, target, listing, call, "other") is expected
