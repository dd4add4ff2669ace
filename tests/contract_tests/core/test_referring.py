"""References in bodies lead to records that exist, and to such as belong together."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.core.own import Own
from contract_tests.core.referring import References
from contract_tests.core.schemas import taken_in
from tests.contract_tests.conftest import ContractOf

RECORDS = ("/products/{sku}", "/customers/{customerId}", "/customers/{customerId}/addresses/{addressId}", "/tags/{id}",
           "/coupons/{code}", "/orders/{orderId}")  # fmt: skip
UUID = "6f1f4b0e-54f6-4c43-9d35-6f1d9b7d5a01"


@pytest.fixture
def own(contract_of: ContractOf) -> Own:
    """Records of a shop: a run has made some of each kind but tags, of which one was there."""
    read = {"get": {"responses": {"200": {"description": ""}}}}
    own = Own(contract_of({"openapi": "3.0.3", "paths": dict.fromkeys(RECORDS, read)}))
    made = (
        "/products/A-1",
        "/products/B-2",
        "/customers/c1",
        "/customers/c2",
        "/customers/c2/addresses/a9",
        "/coupons/x",
    )
    own.urls = dict.fromkeys(made, True)
    own.existing = {"/tags/7": 0, "/customers/c0": 0}
    return own


@pytest.mark.parametrize(
    ("body", "filled"),
    [
        ({"customerId": "x"}, {"customerId": "c1"}),
        ({"customer_id": "x", "name": "x"}, {"customer_id": "c1", "name": "x"}),
        ({"customerId": "x", "addressId": "y"}, {"customerId": "c2", "addressId": "a9"}),
        ({"lines": [{"sku": "x", "n": 1}, {"sku": "y"}, {"sku": "z"}]},
         {"lines": [{"sku": "A-1", "n": 1}, {"sku": "B-2"}, {"sku": "A-1"}]}),
        ({"shipment": {"productSku": "x"}}, {"shipment": {"productSku": "A-1"}}),
        ({"productIds": ["x", "y", "z"], "skus": ["x"]}, {"productIds": ["A-1", "B-2"], "skus": ["A-1"]}),
        ({"tagId": 3, "tagIds": [1, 2]}, {"tagId": 7, "tagIds": [7]}),
        ({"customer": UUID}, {"customer": "c1"}),
        ({"customer": "Ann", "code": "y"}, {"customer": "Ann", "code": "y"}),
        ({"sku": None, "skus": []}, {"sku": None, "skus": []}),
        ({"customerId": True, "product": {"id": "x"}}, {"customerId": True, "product": {"id": "x"}}),
    ],
)  # fmt: skip
def test_references_lead_to_records_that_exist(own: Own, body: Any, filled: Any) -> None:
    """At any depth, by what a member is called; an address is one of the customer that the body names."""
    assert References(own, lambda _: []).filled(body) == filled


@pytest.mark.parametrize(
    ("held", "body", "filled"),
    [
        ("c0", {"payerId": "x", "more": [{"payerId": "y"}]}, {"payerId": "c1", "more": [{"payerId": "c1"}]}),
        ("c9", {"payerId": "x"}, {"payerId": "x"}),
        (7, {"payerId": "x"}, {"payerId": "x"}),
        ("c0", {"payeeId": "x"}, {"payeeId": "x"}),
    ],
)
def test_a_reference_is_known_by_what_a_record_has_there(own: Own, held: Any, body: Any, filled: Any) -> None:
    """A payer is a customer where an order that was there has the key of one."""
    own.references = {"payerid": held}
    assert References(own, lambda _: [], own_template="/orders/{}").filled(body) == filled


def test_what_names_the_record_itself_is_no_reference(own: Own) -> None:
    """The SKU in the body of a product is its own."""
    references = References(own, lambda _: [], own_template="/products/{}")
    assert references.filled({"sku": "new", "customerId": "x"}) == {"sku": "new", "customerId": "c1"}


def test_a_record_is_made_where_the_run_has_none(own: Own) -> None:
    """It is taken before one that was there, which a write could change."""
    asked: list[str] = []

    def make(template: str) -> list[str]:
        asked.append(template)
        return ["/tags/8"]

    assert References(own, make).filled({"tagId": 1, "more": {"tagId": 2}}) == {"tagId": 8, "more": {"tagId": 8}}
    assert asked == ["/tags/{}"]


def test_what_a_schema_does_not_let_in_is_left_out(contract_of: ContractOf) -> None:
    """Members of closed objects at any depth, such as the price in the line of an order that was there."""
    contract = contract_of({"openapi": "3.0.3", "paths": {}})
    line = {"type": "object", "additionalProperties": False, "properties": {"sku": {"type": "string"}}}
    schema = {"type": "object", "properties": {"lines": {"type": "array", "items": line}, "map": {"type": "object"}}}
    value = {"lines": [{"sku": "a", "price": 3}], "map": {"x": 1}, "other": 2}
    assert taken_in(contract, schema, value) == {"lines": [{"sku": "a"}], "map": {"x": 1}, "other": 2}
