"""Keys that a client can learn: by their names, inside a member, of several values, chosen or answered."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mockserver.inference import infer
from mockserver.inference.names import likely_keys, sure_keys
from tests.mockserver.inference.lists import contract
from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, body, crud, thing, values

WHOLE = {"type": "integer"}
TEXT = {"type": "string"}
THING, ITEM = ({"$ref": f"#/components/schemas/{name}"} for name in ("Thing", "Item"))
NOTHING: dict[str, Any] = {"200": {"description": ""}}

ID_OF_POST = [{"name": "postId", "in": "path", "required": True, "schema": WHOLE}]


@pytest.mark.parametrize(
    ("parameter", "collection", "fields", "key"),
    [
        ("external_customer_id", "customers", ["email", "external_id", "ref"], "external_id"),
        ("customerExternalId", "customers", ["email", "externalId"], "externalId"),
        ("projectID", "projects", ["message", "uid", "name"], "uid"),
        ("widgetId", "widgets", ["uuid", "name"], "uuid"),
        ("id", "widgets", ["guid", "name"], "guid"),
        ("floating_ip", "floating_ips", ["ip", "id"], "id"),
        ("article_slug", "articles", ["id", "slug"], "slug"),
        ("couponCode", "coupons", ["id", "code"], "code"),
        ("sku", "products", ["id", "sku"], "sku"),
        ("phoneNumberSid", "incoming_phone_numbers", ["sid", "friendly_name"], "sid"),
    ],
)
def test_a_path_names_its_key(parameter: str, collection: str, fields: list[str], key: str) -> None:
    """The words of the parameter around those of the collection, then the words that identify anything."""
    assert next(sure_keys(parameter, collection, fields)) == key


@pytest.mark.parametrize(
    ("parameter", "collection", "fields", "key"),
    [
        ("floating_ip", "floating_ips", ["region", "ip"], "ip"),
        ("widget", "widgets", ["size", "slug"], "slug"),
        ("id", "flights", ["flightNumber", "seats"], "flightNumber"),
    ],
)
def test_a_path_may_mean_a_name(parameter: str, collection: str, fields: list[str], key: str) -> None:
    """Where nothing identifies a record, it is what people name it by, and the end of the parameter's name last."""
    assert not list(sure_keys(parameter, collection, fields))
    assert next(likely_keys(parameter, collection, fields)) == key


def test_a_key_inside_a_member_is_found_changed_and_removed(play: Play) -> None:
    """A record that is named in its metadata is stored under that name, which a change cannot take away."""
    shown = thing(kind=None, metadata=thing(name=None, labels={"type": "object"}), size=WHOLE)
    paths = crud("/boxes", "name", THING)
    paths["/boxes/{name}"]["patch"] = {"requestBody": body(THING), "responses": answer(THING)}
    paths["/boxes/{name}"]["put"] = {"requestBody": body(THING), "responses": {**answer(THING), "404": NOTHING["200"]}}
    ask = play(paths, Thing=shown)
    created = ask("POST", "/boxes", json={"metadata": {"name": "red"}, "size": 1})
    assert created.json["metadata"]["name"] == "red"
    assert ask("GET", "/boxes/red").json == created.json
    assert ask("PATCH", "/boxes/red", json={"metadata": {"labels": {}}, "size": 2}).json["metadata"]["name"] == "red"
    assert ask("PUT", "/boxes/red", json={"size": 3}).json["metadata"]["name"] == "red"
    assert ask("GET", "/boxes/red").json["size"] == 3
    unnamed = ask("POST", "/boxes", json={"size": 4}).json["metadata"]["name"]
    assert ask("GET", f"/boxes/{unnamed}").json["size"] == 4
    assert ask("DELETE", "/boxes/red").status == 204
    assert ask("GET", "/boxes/red").status == 404


def test_names_are_unique_within_the_path_above(play: Play) -> None:
    """Two boxes of one name in two rooms are two records, and the end of one is not that of the other."""
    paths = crud("/rooms/{room}/boxes", "name", THING)
    ask = play(paths, Thing=thing(name=None, size=WHOLE))
    for room, size in (("a", 1), ("b", 2)):
        assert ask("POST", f"/rooms/{room}/boxes", json={"name": "red", "size": size}).status == 201
    assert [ask("GET", f"/rooms/{room}/boxes/red").json["size"] for room in ("a", "b")] == [1, 2]
    assert ask("DELETE", "/rooms/a/boxes/red").status == 204
    assert [ask("GET", f"/rooms/{room}/boxes/red").status for room in ("a", "b")] == [404, 200]


def test_what_stands_beside_a_key_in_the_metadata_is_set_by_the_server(play: Play) -> None:
    """The values of the path, the time of creation, and an identity; a PUT keeps them, and lists select by them."""
    stamp = {"type": "string", "format": "date-time"}
    meta = thing(name=None, namespace=None, uid=None, creationTimestamp=stamp, deletionTimestamp=stamp,
                 labels={"type": "object", "additionalProperties": TEXT})  # fmt: skip
    paths = crud("/spaces/{namespace}/things", "name", THING)
    selectors = [{"name": one, "in": "query", "schema": TEXT} for one in ("labelSelector", "fieldSelector")]
    paths["/spaces/{namespace}/things"]["get"]["parameters"] = selectors
    paths["/spaces/{namespace}/things/{name}"]["put"] = {"requestBody": body(THING), "responses": answer(THING)}
    ask = play(paths, Thing=thing(metadata=meta, size=None))
    sent = {"metadata": {"name": "ball", "labels": {"color": "red"}}}
    made = ask("POST", "/spaces/one/things", json=sent).json["metadata"]
    assert (made["namespace"], set(made)) == ("one", {"name", "labels", "namespace", "uid", "creationTimestamp"})
    replaced = ask("PUT", "/spaces/one/things/ball", json={"metadata": {"name": "ball"}, "size": "big"}).json
    assert replaced == {"metadata": {k: v for k, v in made.items() if k != "labels"}, "size": "big"}
    ask("POST", "/spaces/one/things", json={"metadata": {"name": "cube", "labels": {"color": "red"}}})
    for query, names in (("labelSelector=color%3Dred", ["cube"]), ("labelSelector=color!%3Dred", ["ball"]),
                         ("fieldSelector=metadata.name%3Dball", ["ball"])):  # fmt: skip
        listed = ask("GET", "/spaces/one/things", query=query).json
        assert [one["metadata"]["name"] for one in listed if one["metadata"]["name"] in ("ball", "cube")] == names


def test_two_values_of_a_path_are_one_key(play: Play) -> None:
    """A record is made, read and removed by both."""
    paths: Any = {"/things/{space}/{name}": {**crud("/x", "y", THING)["/x/{y}"]}}
    values = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in ("space", "name")]
    paths["/things/{space}/{name}"] |= {
        "parameters": values,
        "put": {"requestBody": body(THING), "responses": answer(THING)},
    }
    ask = play(paths, Thing=thing(name=None, size=WHOLE))
    for space, size in (("a", 1), ("b", 2)):
        assert ask("PUT", f"/things/{space}/red", json={"name": "red", "size": size}).status == 200
    assert [ask("GET", f"/things/{space}/red").json["size"] for space in ("a", "b")] == [1, 2]
    assert ask("DELETE", "/things/a/red").status == 204
    assert [ask("GET", f"/things/{space}/red").status for space in ("a", "b")] == [404, 200]


def test_a_record_is_found_by_its_name_or_its_id(play: Play) -> None:
    """Where the path says that it takes either."""
    paths = crud("/things", "id", THING)
    paths["/things/{id}"]["parameters"][0]["description"] = "The ID or the name of the thing"
    ask = play(paths, Thing=thing(id=None, name=None))
    created = ask("POST", "/things", json={"name": "ball"}).json
    assert ask("GET", f"/things/{created['id']}").json == ask("GET", "/things/ball").json == created
    assert ask("GET", f"/things/{created['id'][:12]}").json == created
    assert ask("GET", f"/things/{created['id'][:3]}").status == ask("GET", "/things/bal").status == 404
    assert ask("DELETE", "/things/ball").status == 204
    assert ask("GET", f"/things/{created['id']}").status == 404


@pytest.mark.parametrize("answered", [NOTHING, answer({}), answer({"type": "object"})])
@pytest.mark.parametrize("parameter", ["id", "catId", "cat_id"])
def test_where_no_answer_is_described_what_was_sent_is_answered_with_an_id(
    play: Play, answered: Any, parameter: str
) -> None:
    """Documents without schemas of answers have state too; two records of one name are two."""
    paths = crud("/cats", parameter, THING, thing(name=None, age=WHOLE))
    paths["/cats"]["post"]["responses"] = {"201": answered["200"]}
    paths["/cats"]["get"]["responses"] = NOTHING
    paths[f"/cats/{{{parameter}}}"]["get"]["responses"] = answered
    ask = play(paths, Thing={})
    first, second = (ask("POST", "/cats", json={"name": "Tom"}).json for _ in range(2))
    assert first["name"] == second["name"] == "Tom"
    assert first["id"] != second["id"]
    assert ask("GET", f"/cats/{first['id']}").json == first
    assert {first["id"], second["id"]} <= {cat["id"] for cat in ask("GET", "/cats").json}
    assert ask("DELETE", f"/cats/{first['id']}").status == 204
    assert ask("GET", f"/cats/{first['id']}").status == 404


def test_an_answer_says_nothing_but_the_key(play: Play) -> None:
    """In an envelope, or as the whole answer."""
    for answered, key in (
        (thing(data=thing(id=None)), lambda value: value["data"]["id"]),
        (thing(message=None, thingId=None), lambda value: value["thingId"]),
        (TEXT, lambda value: value),
    ):
        paths = crud("/things", "id", THING)
        paths["/things"]["post"]["responses"] = answer(answered, "201")
        ask = play(paths, Thing=thing(id=None, name=None))
        created = ask("POST", "/things", json={"name": "ball"}).json
        assert ask("GET", f"/things/{key(created)}").json["name"] == "ball"


def test_the_envelope_of_a_call_is_no_record(play: Play) -> None:
    """Though its `code` has the name of the key."""
    envelope = thing(code=WHOLE, message=None, data=THING)
    paths = crud("/coupons", "code", envelope, thing(code=None, name=None))
    paths["/coupons"]["get"]["responses"] = answer(thing(code=WHOLE, data={"type": "array", "items": THING}))
    ask = play(paths, Thing=thing(code=None, name=None))
    ask("POST", "/coupons", json={"code": "ten", "name": "Ten off"})
    assert ask("GET", "/coupons/ten").json["data"] == {"code": "ten", "name": "Ten off"}


def test_a_record_that_may_contain_another_is_shown_at_the_top(play: Play) -> None:
    """The answer has the fields of the record itself; an optional member of its kind is another one."""
    paths = crud("/repos", "id", THING, thing(name=None))
    full = {"allOf": [THING, thing(parent=THING, stars=WHOLE)]}
    paths["/repos"]["post"]["responses"] = answer(full, "201")
    ask = play(paths, Thing={**thing(id=WHOLE, name=None), "required": ["id"]})
    created = ask("POST", "/repos", json={"name": "mine"}).json
    assert created["name"] == "mine"
    assert ask("GET", f"/repos/{created['id']}").json["name"] == "mine"


@pytest.mark.parametrize("data", [{"type": "object"}, {"description": "anything"}])
def test_an_envelope_whose_content_is_not_described_has_the_record(play: Play, data: Any) -> None:
    """What was sent, with an id, where the document says no more than that there is `data`."""
    envelope = thing(success={"type": "boolean"}, message=None, data=data)
    many = thing(success={"type": "boolean"}, data={"type": "array", "items": data})
    paths = crud("/todos", "id", envelope, thing(title=None))
    paths["/todos"]["get"]["responses"] = answer(many)
    ask = play(paths)
    created = ask("POST", "/todos", json={"title": "Milk"}).json["data"]
    assert created["title"] == "Milk"
    assert ask("GET", f"/todos/{created['id']}").json["data"] == created
    assert created in ask("GET", "/todos").json["data"]


def test_a_list_of_one_shows_the_record(play: Play) -> None:
    """Some answer a list where one record is meant."""
    paths = crud("/apps", "app_id", THING)
    paths["/apps/{app_id}"]["get"]["responses"] = answer({"type": "array", "items": THING})
    ask = play(paths, Thing=thing(id=None, name=None))
    created = ask("POST", "/apps", json={"name": "Mail"}).json
    assert ask("GET", f"/apps/{created['id']}").json == [created]
    assert ask("GET", "/apps/none").status == 404


@pytest.mark.parametrize("one", ["/Notes({key})", "/Notes('{key}')", "/Notes(Id={key})"])
def test_a_key_in_brackets_names_a_record(play: Play, one: str) -> None:
    """OData writes the key of a record after the name of its collection."""
    paths = crud("/Notes", "key", {"$ref": "#/components/schemas/Note"})
    paths[one] = paths.pop("/Notes/{key}")
    ask = play(paths, Note=thing(Id=None, Text=None))
    made = ask("POST", "/Notes", json={"Text": "mine"}).json
    path = one.replace("{key}", made["Id"])
    assert ask("GET", path).json == made
    assert ask("DELETE", path).status == 204
    assert ask("GET", path).status == 404


@pytest.mark.parametrize(
    ("path", "described", "word"),
    [
        ("/users", "", "me"),
        ("/team-members", "", "@me"),
        ("/accounts", "", "self"),
        ("/shops", 'Or "me"', "me"),
    ],
)
def test_a_word_stands_for_the_record_of_the_caller(play: Play, path: str, described: str, word: str) -> None:
    """In the place of a key, and at a path of its own, also above other records; collections of things know no word."""
    paths = crud(path, "userId", THING, thing(name=None)) | crud("/things", "id", ITEM, kind="Thing")
    paths[f"{path}/{{userId}}"]["parameters"][0]["description"] = described
    paths[f"{path}/me"] = {"get": {"responses": answer(THING)}}
    paths[f"{path}/{{userId}}/notes"] = {
        "parameters": values(f"{path}/{{userId}}/notes"),
        "get": {"responses": answer({"type": "array", "items": ITEM})},
        "post": {"requestBody": body(thing(text=None)), "responses": answer(ITEM, "201")},
    }
    ask = play(paths, Thing=thing(id=WHOLE, name=None), Item=thing(id=WHOLE, text=None))
    first = ask("GET", path).json[0]
    assert ask("GET", f"{path}/{word}").json == ask("GET", f"{path}/me").json == first
    note = ask("POST", f"{path}/{word}/notes", json={"text": "mine"}).json
    assert note in ask("GET", f"{path}/{first['id']}/notes").json
    assert ask("GET", "/things/me").status == 404


def test_a_field_that_a_closed_part_forbids_is_no_key() -> None:
    """No record could ever show it."""
    closed = {**thing(slug=TEXT, name=TEXT), "additionalProperties": False}
    paths = crud("/things", "uid", THING)
    for first, private in ((closed, ["uid"]), (thing(slug=TEXT, name=TEXT), None)):
        found = infer(contract(paths, Thing={"allOf": [first, thing(uid=TEXT)]}))
        assert found.behaviours["collections"]["things"].get("private") == private


@pytest.mark.parametrize("schema", [
    {"type": "boolean"}, {"type": "string", "enum": ["a", "b"]}, {"const": "a"}, {"type": "object"},
    *({"type": "string", "format": form} for form in ("date", "date-time", "time", "duration", "binary")),
])  # fmt: skip
def test_what_tells_no_records_apart_is_no_key(schema: Any) -> None:
    """A switch, one of a few words, a moment."""
    found = infer(contract(crud("/things", "code", THING), Thing=thing(code=schema, id=TEXT)))
    assert found.behaviours["collections"]["things"]["key"] == "id"


@pytest.mark.parametrize(
    "name", ["metadata", "meta", "sys", "info", "header", "identity", "identifier", "attributes", "properties", "Meta"]
)
def test_a_key_may_lie_in_what_describes_the_record(name: str) -> None:
    """Other members have keys of their own."""
    found = infer(contract(crud("/things", "uid", THING), Thing=thing(kind=TEXT, **{name: thing(uid=TEXT)})))
    assert found.behaviours["collections"]["things"]["key"] == f"{name}.uid"
    other = infer(contract(crud("/things", "uid", THING), Thing=thing(kind=TEXT, owner=thing(uid=TEXT))))
    assert "owner.uid" not in str(other.behaviours["collections"])


def test_what_only_a_read_shows_has_the_key_that_was_asked_for(play: Play) -> None:
    """Nothing makes or lists these, so nothing is remembered, but a client finds its key in the response."""
    paths = {"/posts/{postId}": {"parameters": ID_OF_POST, "get": {"responses": answer(thing(id=WHOLE, text=None))}}}
    ask = play(paths)
    assert [ask("GET", f"/posts/{key}").json["id"] for key in (9, 12)] == [9, 12]


def test_a_new_key_is_written_like_the_documented_one(play: Play) -> None:
    """Clients read the prefix or count the letters."""
    key = {"type": "string", "example": "cus_NffrFeUfNV2Hib"}
    ask = play(crud("/customers", "id", THING, thing(name=None)), Thing=thing(id=key, name=None))
    made = [ask("POST", "/customers", json={"name": name}).json["id"] for name in "ab"]
    assert all(re.fullmatch(r"cus_[0-9A-Za-z]{14}", one) for one in made)
    assert made[0] != made[1]


def test_me_is_the_caller_in_a_filter_and_in_what_is_sent(play: Play) -> None:
    """Where a field refers to people, by their key or by themselves; nowhere else."""
    user = {"$ref": "#/components/schemas/User"}
    paths = crud("/users", "id", user, kind="User") | crud("/things", "id", THING, thing(title=None, owner=None))
    filters = [{"name": one, "in": "query", "schema": TEXT} for one in ("owner", "ownerId", "title")]
    paths["/things"]["get"]["parameters"] = filters
    ask = play(paths, User=thing(id=None, name=None), Thing=thing(id=WHOLE, title=None, owner=user, ownerId=None))
    me = ask("GET", "/users/me").json
    made = ask("POST", "/things", json={"title": "me", "owner": "me"}).json
    assert (made["owner"], made["title"]) == (me, "me")
    for query in ("owner=me", f"owner={me['id']}", "title=me"):
        assert made in ask("GET", "/things", query=query).json
    assert all(one["ownerId"] == me["id"] for one in ask("GET", "/things", query="ownerId=me").json)
