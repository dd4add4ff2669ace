"""Names that no expression can contain, and values that name a record outside of the path."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.inference import infer
from mockserver.inference.names import sayable
from tests.mockserver.inference.lists import TEXT, contract, many, parameter
from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, body, crud, thing

ORDER = {"$ref": "#/components/schemas/Order"}
UNSAYABLE = ["Order Type", "order.type", "order\ttype", " ", ""]


@pytest.mark.parametrize("name", UNSAYABLE)
def test_a_name_with_a_dot_or_a_space_is_not_sayable(name: str) -> None:
    """Other signs are no hindrance."""
    assert not sayable(name)
    assert all(map(sayable, ("order-type", "$type", "größe")))


@pytest.mark.parametrize("name", UNSAYABLE)
def test_a_member_that_no_expression_can_name_refuses_no_contract(play: Play, name: str) -> None:
    """In bodies that are such a record, or nearly one, in queries and in answers; the rest of the record is kept."""
    fields = {"id": TEXT, "title": TEXT, name: TEXT, "OrderType": TEXT}
    nearly = thing(**{"title": TEXT, name: TEXT, "extra": TEXT})
    paths = crud("/orders", "id", ORDER, kind="Order")
    paths["/orders"]["get"]["parameters"] = [parameter(name, many(TEXT))]
    paths["/orders/create"] = {"post": {"requestBody": body(nearly), "responses": answer(ORDER, "201")}}
    paths["/orders/{id}/close"] = {
        "post": {"parameters": paths["/orders/{id}"]["parameters"], "responses": answer(ORDER)}
    }
    ask = play(paths, Order=thing(**fields))
    made = ask("POST", "/orders", json={"title": "one", name: "x"})
    assert made.status == 201
    assert ask("GET", f"/orders/{made.json['id']}").json["title"] == "one"


@pytest.mark.parametrize("where", ["query", "body"])
@pytest.mark.parametrize(("kind", "makes"), [(TEXT, True), ({"type": "object"}, False)])
def test_a_put_may_name_its_record_outside_of_the_path(where: str, kind: Any, makes: bool) -> None:
    """`PUT /product.update` with an `id`, where nothing else makes products: it creates those that are missing."""
    sent = thing(id=kind, title=TEXT) if where == "body" else thing(title=TEXT)
    query = [parameter("id", kind, required=True)] if where == "query" else []
    update = {"parameters": query, "requestBody": body(sent), "responses": answer(ORDER)}
    read = {"parameters": [parameter("id", required=True)], "responses": answer(ORDER)}
    paths = {"/order.update": {"put": update}, "/order.info": {"get": read}}
    found = infer(contract(paths, Order=thing(id=TEXT, title=TEXT)))
    made = found.behaviours["operations"].get("PUT /order.update", {})
    assert made.get("create", {}).get("order", {}).get("id") == (f"${where}.id" if makes else None)


def test_a_body_may_write_a_member_with_spaces_that_the_record_writes_without(play: Play) -> None:
    """`Order Type` isn't `OrderType` of the record then, and the others are kept."""
    sent = thing(**{"Order Type": TEXT, "ask Price": TEXT, "title": TEXT})
    paths = crud("/orders", "id", ORDER, kind="Order")
    paths["/orders"]["post"]["requestBody"] = body(sent)
    ask = play(paths, Order=thing(id=TEXT, title=TEXT, OrderType=TEXT, askPrice=TEXT))
    made = ask("POST", "/orders", json={"title": "one", "Order Type": "LMT"})
    assert (made.status, made.json["title"]) == (201, "one")


def test_a_list_that_declares_members_is_a_list(play: Play) -> None:
    """Converters write the members of a list's own class beside its items: the names of the body are those of items."""
    fields = {"type": "array", "items": ORDER, "properties": {"empty": {"type": "boolean"}}}
    paths = crud("/orders", "id", ORDER, kind="Order")
    paths["/orders"]["get"]["responses"] = answer(fields)
    paths["/orders"]["put"] = {"requestBody": body(fields), "responses": answer(fields)}
    ask = play(paths, Order=thing(id=TEXT, title=TEXT))
    assert ask("PUT", "/orders", json=[{"id": "a", "title": "one"}]).status == 200
    assert ask("GET", "/orders/a").json["title"] == "one"


def test_query_parameters_have_hyphens_too(play: Play) -> None:
    """`page-size` is the size of a page, and `order-type` the field of that name."""
    paths = crud("/orders", "id", ORDER, kind="Order")
    paths["/orders"]["get"]["parameters"] = [parameter("page-size", {"type": "integer"}), parameter("order-type")]
    ask = play(paths, Order=thing(id=TEXT, orderType=TEXT))
    for kind in ("limit", "market", "limit"):
        ask("POST", "/orders", json={"orderType": kind})
    assert len(ask("GET", "/orders", query="page-size=1").json) == 1
    assert [one["orderType"] for one in ask("GET", "/orders", query="order-type=limit").json] == ["limit", "limit"]
