"""References that lead to no record are refused where the contract says so, and only there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, body, crud, thing
from tests.support import Ask

ORDER, CUSTOMER, TAG = ({"$ref": f"#/components/schemas/{name}"} for name in ("Order", "Customer", "Tag"))
TEXT = {"type": "string"}


def shop(play: Play, refusals: dict[str, str], said: str = "", told: str = "") -> Ask:
    """Orders of customers, with tags; `refusals` are the descriptions of responses, by status."""
    paths = {**crud("/customers", "id", CUSTOMER), **crud("/tags", "id", TAG), **crud("/orders", "id", ORDER)}
    change = {"operationId": "changeOrder", "requestBody": body(ORDER), "responses": answer(ORDER)}
    paths["/orders/{id}"]["patch"] = change
    for one in (change, paths["/orders"]["post"]):
        one["responses"] |= {status: {"description": text} for status, text in refusals.items()}
        one["description"] = told
    order = thing(id=None, customerId={**TEXT, "description": said}, tagIds={"type": "array", "items": TEXT})
    return play(paths, Order=order, Customer=thing(id=None, name=None), Tag=thing(id=None, name=None))


@pytest.mark.parametrize(
    ("refusals", "said", "told", "status"),
    [
        ({"422": "The customer does not exist."}, "", "", 422),
        ({"404": "No such customer", "422": "Invalid"}, "", "", 404),
        ({"400": "Bad request"}, "Must be an existing customer: an unknown customer is rejected.", "", 400),
        ({"409": "Conflict"}, "", "An unknown customer is refused.", 409),
        ({"422": "Invalid"}, "", "", 201),
        ({"404": "Order not found"}, "", "", 201),
        ({}, "", "An unknown customer is refused.", 201),
    ],
)
def test_an_unknown_record_is_refused_as_the_contract_says(
    refusals: dict[str, str], said: str, told: str, status: int, play: Play
) -> None:
    """When a record is made and when it is changed; one that is there is taken, and so is none."""
    ask = shop(play, refusals, said, told)
    customer = ask("POST", "/customers", json={"name": "Ada"}).json["id"]
    made = ask("POST", "/orders", json={"customerId": customer})
    assert made.status == 201
    assert ask("POST", "/orders", json={}).status == 201
    unknown = {"customerId": "nobody"}
    assert ask("POST", "/orders", json=unknown).status == status
    path = f"/orders/{made.json['id']}"
    assert ask("PATCH", path, json=unknown).status == (200 if status == 201 else status)
    assert ask("PATCH", path, json={"customerId": customer}).status == 200


def test_each_of_several_references_must_lead_to_a_record(play: Play) -> None:
    """A list of keys is refused for one of them; what a change leaves as it was is not asked again."""
    ask = shop(play, {"422": "Unknown tag"})
    tags: list[Any] = [ask("POST", "/tags", json={"name": name}).json["id"] for name in ("a", "b")]
    made = ask("POST", "/orders", json={"tagIds": tags, "customerId": "nobody"})
    assert (made.status, made.json["tagIds"]) == (201, tags)
    assert ask("POST", "/orders", json={"tagIds": [*tags, "c"]}).status == 422
    assert ask("DELETE", f"/tags/{tags[0]}").status == 204
    assert ask("PATCH", f"/orders/{made.json['id']}", json={"customerId": "x"}).status == 200


@pytest.mark.parametrize("status", ["422", "201"])
def test_a_reference_that_is_sent_and_never_shown_must_lead_to_a_record(status: str, play: Play) -> None:
    """An order is made for a shop that it doesn't show; without such words, any shop will do."""
    paths = {**crud("/shops", "id", TAG), **crud("/orders", "id", ORDER)}
    new = thing(shopId=None, note=None)
    responses = answer(ORDER, "201") | {"422": {"description": "Shop does not exist." if status == "422" else "Bad"}}
    paths["/orders"]["post"] = {"operationId": "addOrder", "requestBody": body(new), "responses": responses}
    ask = play(paths, Order=thing(id=None, note=None), Tag=thing(id=None, name=None))
    shop = ask("POST", "/shops", json={"name": "Corner"}).json["id"]
    assert ask("POST", "/orders", json={"note": "a", "shopId": shop}).status == 201
    assert ask("POST", "/orders", json={"note": "a", "shopId": "nowhere"}).status == int(status)
