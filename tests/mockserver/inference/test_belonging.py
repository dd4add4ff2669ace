"""What belongs to a record: its one profile or settings, its picture, and the records of others that it has."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, body, crud, thing, values
from tests.support import Ask

USER, SETTINGS = {"$ref": "#/components/schemas/User"}, {"$ref": "#/components/schemas/Settings"}
EMPTY = {"204": {"description": ""}}
NAMES = {"User": thing(id=None, name=None), "Settings": thing(theme=None, language=None)}


def with_settings(play: Play, method: str = "put") -> Ask:
    """A mock of users, each with settings."""
    path = "/users/{id}/settings"
    one = {"parameters": values(path), "get": {"responses": answer(SETTINGS)},
           method: {"requestBody": body(SETTINGS), "responses": answer(SETTINGS)}}  # fmt: skip
    return play(crud("/users", "id", USER) | {path: one}, **NAMES)


def test_each_record_has_settings_of_its_own(play: Play) -> None:
    """They are there before anybody wrote them, change alone, and go with their user."""
    ask = with_settings(play)
    mine, other = (ask("POST", "/users", json={"name": name}).json["id"] for name in ("ada", "bob"))
    first = ask("GET", f"/users/{mine}/settings")
    assert (first.status, set(first.json)) == (200, {"theme", "language"})
    assert ask("GET", f"/users/{mine}/settings").json == first.json
    before = ask("GET", f"/users/{other}/settings").json
    assert ask("PUT", f"/users/{mine}/settings", json={"theme": "dark"}).json == {"theme": "dark"}
    assert ask("GET", f"/users/{mine}/settings").json == {"theme": "dark"}
    assert ask("GET", f"/users/{other}/settings").json == before
    ask("DELETE", f"/users/{mine}")
    assert ask("GET", f"/users/{mine}/settings").status == 404
    assert ask("GET", f"/users/{other}/settings").json == before


def test_settings_are_patched_before_they_were_read(play: Play) -> None:
    """What isn't sent stays what it was from the start."""
    ask = with_settings(play, "patch")
    key = ask("POST", "/users", json={"name": "ada"}).json["id"]
    changed = ask("PATCH", f"/users/{key}/settings", json={"theme": "dark"}).json
    assert (changed["theme"], set(changed)) == ("dark", {"theme", "language"})


def test_what_belongs_to_nobody_is_not_there(play: Play) -> None:
    """The settings of an unknown user are 404, and asking for them makes none."""
    ask = with_settings(play)
    assert ask("GET", "/users/nobody/settings").status == 404
    assert ask("PUT", "/users/nobody/settings", json={"theme": "dark"}).status == 404


def test_a_part_of_a_record_is_not_kept_twice(play: Play) -> None:
    """A path below a record that is named as one of its fields changes that field."""
    path = "/users/{id}/name"
    one = {"parameters": values(path), "get": {"responses": answer(thing(name=None))},
           "put": {"requestBody": body(thing(name=None)), "responses": answer(USER)}}  # fmt: skip
    ask = play(crud("/users", "id", USER) | {path: one}, **NAMES)
    key = ask("POST", "/users", json={"name": "ada"}).json["id"]
    assert ask("PUT", f"/users/{key}/name", json={"name": "eve"}).json["name"] == "eve"
    assert ask("GET", f"/users/{key}").json["name"] == ask("GET", f"/users/{key}/name").json["name"] == "eve"


def test_a_picture_is_what_was_put(play: Play) -> None:
    """Before, it is any picture, where the contract declares no 404."""
    path, binary = "/users/{id}/avatar", {"image/png": {"schema": {"type": "string", "format": "binary"}}}
    one = {"parameters": values(path), "get": {"responses": {"200": {"description": "", "content": binary}}},
           "put": {"requestBody": {"content": binary}, "responses": EMPTY}}  # fmt: skip
    ask = play(crud("/users", "id", USER) | {path: one}, **NAMES)
    key = ask("POST", "/users", json={"name": "ada"}).json["id"]
    assert ask("GET", f"/users/{key}/avatar").body.startswith(b"\x89PNG")
    assert ask("PUT", f"/users/{key}/avatar", body=b"\x89PNG mine", headers={"content-type": "image/png"}).status == 204
    assert ask("GET", f"/users/{key}/avatar").body == b"\x89PNG mine"


def team(play: Play, add: dict[str, Any], path: str) -> Ask:
    """A mock of users, and of teams whose members are users."""
    members = "/teams/{team}/members"
    paths = {
        members: {"parameters": values(members),
                  "get": {"responses": answer({"type": "array", "items": USER})}},
        f"{members}/{{userId}}": {"parameters": values(f"{members}/{{userId}}"), "delete": {"responses": EMPTY}},
    }  # fmt: skip
    paths[path] |= add
    teams = crud("/teams", "id", {"$ref": "#/components/schemas/Team"}, kind="Team")
    return play(crud("/users", "id", USER) | teams | paths, Team=thing(id=None, title=None), **NAMES)


@pytest.mark.parametrize(("add", "path"), [
    ({"put": {"responses": EMPTY}}, "/teams/{team}/members/{userId}"),
    ({"post": {"responses": EMPTY}}, "/teams/{team}/members/{userId}"),
    ({"post": {"requestBody": body(thing(userId=None, role=None)), "responses": EMPTY}}, "/teams/{team}/members"),
])  # fmt: skip
def test_a_record_of_another_collection_is_added_and_taken_away(play: Play, add: dict[str, Any], path: str) -> None:
    """A member of a team is a user: only known ones are added, and who leaves the team is still there."""
    ask = team(play, add, path)
    user = ask("POST", "/users", json={"name": "ada"}).json
    one, two = (ask("POST", "/teams", json={"title": title}).json["id"] for title in ("red", "blue"))
    method, alone = next(iter(add)).upper(), path.endswith("members")

    def join(key: str) -> int:
        members = f"/teams/{one}/members"
        return (ask(method, members, json={"userId": key}) if alone else ask(method, f"{members}/{key}")).status

    assert (join(user["id"]), join("nobody")) == (204, 404)
    assert ask("GET", f"/teams/{one}/members").json == [user]
    assert ask("GET", f"/teams/{two}/members").json == []
    assert ask("DELETE", f"/teams/{one}/members/{user['id']}").status == 204
    assert ask("GET", f"/teams/{one}/members").json == []
    assert ask("GET", f"/users/{user['id']}").json == user


def test_the_first_members_are_users(play: Play) -> None:
    """What stands in a team at first exists."""
    ask = team(play, {"put": {"responses": EMPTY}}, "/teams/{team}/members/{userId}")
    members = [one for each in ask("GET", "/teams").json for one in ask("GET", f"/teams/{each['id']}/members").json]
    assert members
    assert all(ask("GET", f"/users/{one['id']}").json == one for one in members)


ITEM = {"$ref": "#/components/schemas/Item"}
HELD = {"type": "array", "items": ITEM}


def test_the_items_of_an_order_are_those_of_the_path_below_it(play: Play) -> None:
    """Posted with the order or below it, they are in both places, with a key and a price."""
    orders, items = (
        crud("/orders", "id", {"$ref": "#/components/schemas/Order"}),
        crud("/orders/{id}/items", "item", ITEM, thing(sku=None)),
    )
    sent = thing(note=None, items={"type": "array", "items": thing(sku=None)})
    orders["/orders"]["post"]["requestBody"] = body(sent)
    ask = play(orders | items, Order=thing(id=None, note=None, items=HELD),
               Item=thing(id=None, sku=None, price={"type": "number"}))  # fmt: skip
    for order in ask("GET", "/orders").json:
        assert order["items"] == ask("GET", f"/orders/{order['id']}/items").json != []
    made = ask("POST", "/orders", json={"note": "mine", "items": [{"sku": "A"}]}).json
    assert made["items"] == [{"id": made["items"][0]["id"], "sku": "A", "price": made["items"][0]["price"]}]
    ask("POST", f"/orders/{made['id']}/items", json={"sku": "B"})
    listed = ask("GET", f"/orders/{made['id']}/items").json
    assert [one["sku"] for one in listed] == ["A", "B"]
    assert ask("GET", f"/orders/{made['id']}").json["items"] == listed


def test_a_cart_shows_what_was_put_into_it(play: Play) -> None:
    """Its items are made, changed and removed below it, each response shows the cart, and DELETE empties it."""
    cart = {"$ref": "#/components/schemas/Cart"}
    shown, new = answer(cart), {"requestBody": body(thing(product=None, count={"type": "integer"}))}
    paths = {
        "/cart": {"get": {"responses": shown}, "delete": {"responses": EMPTY}},
        "/cart/items": {"post": {**new, "responses": answer(cart, "201")}},
        "/cart/items/{item}": {"parameters": values("/cart/items/{item}"),
                               "patch": {**new, "responses": shown}, "delete": {"responses": shown}},
    }  # fmt: skip
    ask = play(paths, Cart=thing(id=None, items=HELD, total={"type": "number"}),
               Item=thing(id=None, product=None, count={"type": "integer"}))  # fmt: skip
    ask("DELETE", "/cart")
    empty = ask("GET", "/cart").json
    assert empty["items"] == []
    full = ask("POST", "/cart/items", json={"product": "cup", "count": 2}).json
    item = full["items"][0]
    assert full == {**empty, "items": [{"id": item["id"], "product": "cup", "count": 2}]} == ask("GET", "/cart").json
    ask("POST", "/cart/items", json={"product": "jug", "count": 1})
    changed = ask("PATCH", f"/cart/items/{item['id']}", json={"count": 3}).json
    assert [(one["product"], one["count"]) for one in changed["items"]] == [("cup", 3), ("jug", 1)]
    left = ask("DELETE", f"/cart/items/{item['id']}").json
    assert [one["product"] for one in left["items"]] == ["jug"]
    assert ask("GET", "/cart").json == left
    assert ask("DELETE", f"/cart/items/{item['id']}").status == 404
