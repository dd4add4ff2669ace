"""Keys that no record shows under the name that its path has, and how a client learns them all the same."""

from __future__ import annotations

from typing import Any

from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, body, crud, thing

WHOLE = {"type": "integer"}
TEXT = {"type": "string"}
ADDRESS = {"type": "string", "format": "uri"}
THING = {"$ref": "#/components/schemas/Thing"}


def test_a_name_that_only_requests_have_is_the_key(play: Play) -> None:
    """Roles are created by `role_name`, answered as a text, and read by the same name; they show a number."""
    paths = crud("/roles", "role_name", THING, thing(role_name=TEXT, description=TEXT))
    paths["/roles"]["post"]["responses"] = answer(thing(message=TEXT))
    ask = play(paths, Thing=thing(id=WHOLE, description=TEXT))
    assert ask("POST", "/roles", json={"role_name": "cook", "description": "cooks"}).status == 200
    assert ask("GET", "/roles/cook").json["description"] == "cooks"
    assert ask("GET", "/roles/baker").status == 404


def test_the_name_of_a_path_is_sent_for_the_name_of_a_record(play: Play) -> None:
    """`roleName` of the body is the `name` of the role, and `role_title` its title."""
    sent = thing(roleName=TEXT, role_title=TEXT, why=TEXT, urgent={"type": "boolean"})
    ask = play(crud("/roles", "roleName", THING, sent), Thing=thing(id=WHOLE, name=TEXT, title=TEXT, owner=TEXT))
    assert ask("POST", "/roles", json={"roleName": "cook", "role_title": "Cook"}).status == 201
    shown = ask("GET", "/roles/cook").json
    assert (shown["name"], shown["title"]) == ("cook", "Cook")


def test_a_record_may_be_named_by_the_word_for_one_of_its_kind(play: Play) -> None:
    """`image` identifies one of the images."""
    ask = play(crud("/images", "image_id", THING), Thing=thing(image=TEXT, tenants=TEXT))
    assert ask("POST", "/images", json={"image": "alpine", "tenants": "one"}).status == 201
    assert ask("GET", "/images/alpine").json["tenants"] == "one"


def test_where_a_post_makes_records_nobody_puts_missing_ones(play: Play) -> None:
    """A PUT without 404 beside a POST changes what is there; the record's name is its key."""
    paths = crud("/tables", "table_id", THING)
    paths["/tables/{table_id}"]["put"] = {"requestBody": body(THING), "responses": answer(THING)}
    ask = play(paths, Thing=thing(table_name=TEXT, root=TEXT))
    assert ask("POST", "/tables", json={"table_name": "pets", "root": "a"}).status == 201
    assert ask("GET", "/tables/pets").json["root"] == "a"


def test_a_list_of_texts_beside_the_key_names_no_records(play: Play) -> None:
    """A view with its rules is one view."""
    sent = thing(view_name=TEXT, rules={"type": "array", "items": TEXT}, query=TEXT)
    ask = play(crud("/views", "view_name", THING, sent), Thing=thing(view_name=TEXT, comments=TEXT, tenant=TEXT))
    made = ask("POST", "/views", json={"view_name": "mine", "rules": ["all"]})
    assert made.json["view_name"] == "mine"
    assert [ask("GET", f"/views/{name}").status for name in ("mine", "all")] == [200, 404]


def test_an_id_that_is_an_address_says_where_the_record_is_read(play: Play) -> None:
    """Its last part is the key, and the address is on the host that the client used."""
    for name in ("id", "url"):
        paths = crud("/quotes", "id", THING, thing(amount=WHOLE))
        shown = thing(**{name: {**ADDRESS, "readOnly": True}, "amount": WHOLE})
        ask = play(paths, Thing={**shown, "required": [name]})
        address = ask("POST", "/quotes", json={"amount": 3}).json[name]
        path = address.removeprefix("http://localhost")
        assert path.startswith("/quotes/"), address
        assert ask("GET", path).json == {name: address, "amount": 3}
        assert all(ask("GET", one[name].removeprefix("http://localhost")).json == one
                   for one in ask("GET", "/quotes").json)  # fmt: skip


def test_paths_below_a_record_may_find_it_by_its_name(play: Play) -> None:
    """`/rooms/{id}` is read by the id, and `/rooms/{room_name}/boxes` are those of the room of that name."""
    box = {"$ref": "#/components/schemas/Box"}
    paths = crud("/rooms", "room_id", THING) | crud("/rooms/{room_name}/boxes", "box_id", box, kind="Box")
    ask = play(paths, Thing=thing(id=WHOLE, name=TEXT), Box=thing(id=WHOLE, size=WHOLE))
    assert ask("POST", "/rooms", json={"id": 71, "name": "red"}).status == 201
    made = ask("POST", "/rooms/red/boxes", json={"size": 4})
    assert made.status == 201
    assert ask("GET", f"/rooms/red/boxes/{made.json['id']}").json == made.json
    assert ask("GET", "/rooms/red/boxes").json == [made.json]
    assert ask("POST", "/rooms/71/boxes", json={"size": 4}).status == 404
    assert ask("GET", "/rooms/71").json["name"] == "red"
    assert ask("DELETE", "/rooms/71").status == 204
    assert ask("GET", f"/rooms/red/boxes/{made.json['id']}").status == 404


def test_a_list_that_is_declared_as_one_record_shows_the_first(play: Play) -> None:
    """What it shows is read by its key, and removing it shows another."""
    paths = crud("/rooms", "id", THING)
    paths["/rooms"]["get"]["responses"] = answer(THING)
    ask = play(paths, Thing=thing(id=WHOLE, name=TEXT))
    first = ask("GET", "/rooms").json
    assert ask("GET", f"/rooms/{first['id']}").json == first
    assert ask("DELETE", f"/rooms/{first['id']}").status == 204
    assert ask("GET", "/rooms").json != first


def test_an_operation_that_fails_takes_no_memory_from_others(play: Play) -> None:
    """A PUT whose answer can't hold the key of the path keeps to its example; POST and GET have memory."""
    pattern: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{8}-"}
    paths = crud("/charts", "id", THING)
    paths["/charts"]["post"]["responses"] = answer(thing(state=TEXT, id=TEXT))
    told = answer({**thing(state=TEXT, id=pattern), "required": ["id"]})
    paths["/charts/{id}"]["put"] = {"requestBody": body(THING), "responses": told}
    ask = play(paths, Thing=thing(name=TEXT, scale=WHOLE))
    key = ask("POST", "/charts", json={"name": "sea", "scale": 3}).json["id"]
    assert ask("GET", f"/charts/{key}").json == {"name": "sea", "scale": 3}


def test_location_tells_a_key_that_no_body_shows(play: Play) -> None:
    """The record is read where the header of its creation says."""
    paths = crud("/polls", "poll_id", THING)
    header = {"Location": {"schema": TEXT}}
    paths["/polls"]["post"]["responses"] = {"201": {"description": "", "headers": header}}
    ask = play(paths, Thing=thing(question=TEXT, votes=WHOLE))
    made = ask("POST", "/polls", json={"question": "why?", "votes": 0})
    path = made.headers["location"].removeprefix("http://localhost")
    assert ask("GET", path).json == {"question": "why?", "votes": 0}


def test_a_record_of_versions_keeps_what_is_sent_as_the_first(play: Play) -> None:
    """Nothing of a review but its snapshots holds a title."""
    shot = {**thing(id=TEXT, title=TEXT, body=TEXT), "required": ["id", "title", "body"]}
    record = thing(id=TEXT, kind=TEXT, snapshots={"type": "array", "items": shot, "minItems": 1})
    paths = crud("/reviews", "id", THING, thing(title=TEXT, body=TEXT))
    ask = play(paths, Thing={**record, "required": ["id", "snapshots"]})
    made = ask("POST", "/reviews", json={"title": "Fine", "body": "It works."})
    shown = ask("GET", f"/reviews/{made.json['id']}").json
    assert [(one["title"], one["body"]) for one in shown["snapshots"]] == [("Fine", "It works.")]


def test_what_may_have_any_member_is_kept_whole(play: Play) -> None:
    """A row of a table whose columns the contract doesn't know."""
    anything = {"description": "Any value."}
    sent = {"type": "object", "additionalProperties": anything}
    ask = play(crud("/rows", "row_id", THING, sent), Thing={**thing(_id=TEXT), "additionalProperties": anything})
    made = ask("POST", "/rows", json={"colour": "red", "age": 3}).json
    assert ask("GET", f"/rows/{made['_id']}").json == {"_id": made["_id"], "colour": "red", "age": 3}


def test_a_list_that_is_posted_and_listed_is_kept(play: Play) -> None:
    """Nothing names one of the records, and each that is sent is listed."""
    several = {"type": "array", "items": THING}
    paths = crud("/notes", "id", THING, several)
    del paths["/notes/{id}"]
    paths["/notes"]["post"]["responses"] = {"201": {"description": ""}}
    ask = play(paths, Thing=thing(text=TEXT, stamp=TEXT))
    sent = [{"text": "one", "stamp": "a"}, {"text": "two", "stamp": "b"}]
    assert ask("POST", "/notes", json=sent).status == 201
    assert [one for one in ask("GET", "/notes").json if one in sent] == sent


def test_an_id_that_must_be_sent_and_stands_in_the_path_is_the_key(play: Play) -> None:
    """A client gives each transfer its `transferId`; the answers show another id, that of the bank."""
    sent = {**thing(transferId=TEXT, note=TEXT), "required": ["transferId"]}
    paths = crud("/transfers", "transferId", THING, sent)
    ask = play(paths, Thing=thing(homeTransactionId=TEXT, note=TEXT))
    assert ask("POST", "/transfers", json={"transferId": "t-1", "note": "rent"}).status == 201
    assert ask("GET", "/transfers/t-1").json["note"] == "rent"
    assert ask("GET", "/transfers/t-2").status == 404


def test_the_id_of_the_record_above_is_no_key_of_those_below(play: Play) -> None:
    """A setting shows nothing but the id of its target that could name it, so nothing is remembered of it."""
    setting = thing(target_id=TEXT, key={"type": "string", "enum": ["size", "speed"]}, value=TEXT)
    paths = crud("/targets", "id", THING) | crud("/targets/{target_id}/settings", "id", setting, kind="Setting")
    ask = play(paths, Thing=thing(id=TEXT, name=TEXT), Setting=setting)
    target = ask("POST", "/targets", json={"id": "x", "name": "one"}).json["id"]
    assert ask("GET", f"/targets/{target}/settings/size").status == 200
