"""Records that clients ask for in the place of their keys."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, crud, thing

CUSTOMER, ORDER = {"$ref": "#/components/schemas/Customer"}, {"$ref": "#/components/schemas/Order"}
PAGE = thing(data={"type": "array", "items": ORDER})


@pytest.mark.parametrize(
    ("name", "schema", "query"),
    [
        ("expand", {"type": "array", "items": {"type": "string"}}, "expand=customer"),
        ("include", {"type": "string"}, "include=note,customer"),
        ("embed", {"type": "array", "items": {"type": "string"}}, "embed=data.customer"),
    ],
)
def test_a_record_is_shown_in_the_place_of_its_key(play: Play, name: str, schema: Any, query: str) -> None:
    """Only where the client asks for it, and the response may have an object there."""
    parameter = {"name": name, "in": "query", "schema": schema}
    paths = crud("/customers", "id", CUSTOMER, kind="Customer") | crud("/orders", "id", ORDER, kind="Order")
    paths["/orders"]["get"] = {"parameters": [parameter], "responses": answer(PAGE)}
    paths["/orders/{id}"]["get"]["parameters"] = [parameter]
    either = {"anyOf": [{"type": "string"}, CUSTOMER], "description": "ID of the customer, if one exists"}
    ask = play(paths, Customer=thing(id=None, name=None), Order=thing(id=None, note=None, customer=either))
    customer = ask("POST", "/customers", json={"name": "Ada"}).json
    order = ask("POST", "/orders", json={"customer": customer["id"], "note": "n"}).json
    at = f"/orders/{order['id']}"
    assert ask("GET", at).json == order
    if "data" not in query:
        assert ask("GET", at, query=query).json == {**order, "customer": customer}
    listed = {one["id"]: one for one in ask("GET", "/orders", query=query).json["data"]}
    assert listed[order["id"]]["customer"] == customer
    assert ask("GET", at, query=f"{name}=nothing").json == order
