"""Small contracts in the ways of public ones, played with nothing but what is inferred from them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, body, crud, thing, values

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
THING = {"$ref": "#/components/schemas/Thing"}


def test_an_envelope_that_all_lists_share_is_completed_by_each(play: Play) -> None:
    """`data` is any list in the shared schema, and a list of things in that of this answer."""
    shared = thing(data={"type": "array", "items": {"type": "object"}}, links=thing(self=None))
    own = {"properties": {"data": {"type": "array", "items": THING}}}
    paths = crud("/things", "id", THING)
    paths["/things"]["get"]["responses"] = answer({"allOf": [{"$ref": "#/components/schemas/Shared"}, own]})
    ask = play(paths, Shared=shared, Thing=thing(id=None, name=None))
    created = ask("POST", "/things", json={"name": "Ball"}).json
    assert created in ask("GET", "/things").json["data"]


def test_a_key_that_no_answer_shows_has_the_form_of_the_path(play: Play) -> None:
    """Where paths want a number, the key of a new record is one."""
    paths = crud("/pages", "pageId", THING)
    paths["/pages/{pageId}"]["parameters"][0]["schema"] = WHOLE
    paths["/pages"]["post"]["responses"] = answer(thing(pageId=WHOLE), "201")
    ask = play(paths, Thing=thing(title=None))
    key = ask("POST", "/pages", json={"title": "New"}).json["pageId"]
    assert ask("GET", f"/pages/{key}").json == {"title": "New"}
    assert ask("DELETE", f"/pages/{key}").status == 204
    assert ask("GET", f"/pages/{key}").status == 404


@pytest.mark.parametrize(
    ("in_path", "form"),
    [(WHOLE, "[0-9]+"), ({"type": "string", "pattern": "^t-[0-9]{3}$"}, "t-[0-9]{3}"), ({"type": "string"}, ".+")],
)
def test_a_new_key_is_such_as_its_path_can_hold(play: Play, in_path: Any, form: str) -> None:
    """A number written as text where the path takes numbers; the pattern of the path."""
    paths = crud("/things", "id", THING)
    paths["/things/{id}"]["parameters"][0]["schema"] = in_path
    ask = play(paths, Thing=thing(id=None, name=None))
    created = [ask("POST", "/things", json={"name": "Ball"}).json for _ in range(3)]
    assert len({one["id"] for one in created}) == 3
    for one in created:
        assert re.fullmatch(form, one["id"])
        assert ask("GET", f"/things/{one['id']}").json == one


def test_fields_are_recognised_by_similar_names(play: Play) -> None:
    """A form that sends `FriendlyName` gives the record its `friendly_name`, when it is made and when it is changed."""
    sent = {"content": {"application/x-www-form-urlencoded": {"schema": thing(FriendlyName=None, MaxSize=WHOLE)}}}
    paths = crud("/trunks", "sid", THING)
    paths["/trunks"]["post"]["requestBody"] = sent
    few = thing(FriendlyName=None, **{f"Option{number}": None for number in range(9)})
    changed = {"content": {"application/x-www-form-urlencoded": {"schema": few}}}
    paths["/trunks/{sid}"]["post"] = {"requestBody": changed, "responses": answer(THING)}
    ask = play(paths, Thing=thing(sid=None, friendly_name=None, max_size=WHOLE))
    form = {"content-type": "application/x-www-form-urlencoded"}
    created = ask("POST", "/trunks", body=b"FriendlyName=Mine&MaxSize=3", headers=form).json
    assert (created["friendly_name"], created["max_size"]) == ("Mine", 3)
    ask("POST", f"/trunks/{created['sid']}", body=b"FriendlyName=Yours", headers=form)
    assert ask("GET", f"/trunks/{created['sid']}").json == {**created, "friendly_name": "Yours"}


@pytest.mark.parametrize("sent", [None, thing(title=None, tree=None, base=None, note=None, auto={"type": "boolean"})])
def test_a_post_that_answers_a_record_has_made_it(play: Play, sent: Any) -> None:
    """However little of the record it was sent."""
    paths = crud("/things", "id", THING)
    paths["/things"]["post"].pop("requestBody")
    if sent is not None:
        paths["/things"]["post"]["requestBody"] = body(sent)
    ask = play(paths, Thing=thing(id=None, title=None, owner=None, size=None, state=None, url=None))
    created = ask("POST", "/things", **({"json": {"title": "New", "tree": "x"}} if sent else {})).json
    assert ask("GET", f"/things/{created['id']}").json == created
    assert created in ask("GET", "/things").json
    assert sent is None or created["title"] == "New"


def test_a_post_whose_answer_is_another_thing_has_made_no_record(play: Play) -> None:
    """A search of the things is none of them."""
    paths = crud("/things", "id", THING, thing(words=None))
    paths["/things"]["post"]["responses"] = answer(thing(match=WHOLE))
    ask = play(paths, Thing=thing(id=None, title=None))
    before = ask("GET", "/things").json
    assert ask("POST", "/things", json={"words": "a"}).status == 200
    assert ask("GET", "/things").json == before


def test_what_only_answers_mark_as_read_only_can_be_sent(play: Play) -> None:
    """Requests that have a schema of their own say themselves what they take."""
    shown = thing(id={"type": "string", "readOnly": True}, amount={**WHOLE, "readOnly": True})
    ask = play(crud("/refunds", "id", THING, thing(amount=WHOLE)), Thing=shown)
    created = ask("POST", "/refunds", json={"amount": 12}).json
    assert created["amount"] == 12
    assert ask("GET", f"/refunds/{created['id']}").json["amount"] == 12


@pytest.mark.parametrize("wrapped", [False, True])
def test_one_record_at_a_path_of_its_own_is_remembered(play: Play, wrapped: bool) -> None:
    """A profile that is read and changed; a patch leaves the rest as it was."""
    profile = thing(name=None, size=WHOLE)
    shown = answer(thing(data=profile) if wrapped else profile)
    paths = {
        "/profile": {
            "get": {"responses": shown},
            "put": {"requestBody": body(profile), "responses": shown},
            "patch": {"requestBody": body(profile), "responses": {"204": {"description": ""}}},
        }
    }
    ask = play(paths)

    def owner() -> Any:
        content = ask("GET", "/profile").json
        return content["data"] if wrapped else content

    ask("PUT", "/profile", json={"name": "Ada", "size": 3})
    assert owner() == {"name": "Ada", "size": 3}
    assert ask("PATCH", "/profile", json={"size": 4}).status == 204
    assert owner() == {"name": "Ada", "size": 4}


def test_a_list_of_profiles_is_no_list_of_the_one(play: Play) -> None:
    """Records of the same schema elsewhere are others."""
    one = answer(THING)
    paths = {
        "/profile": {"get": {"responses": one}, "put": {"requestBody": body(THING), "responses": one}},
        "/people/all": {"get": {"responses": answer({"type": "array", "items": THING})}},
    }
    ask = play(paths, Thing={**thing(name=None), "example": {"name": "Bob"}})
    ask("PUT", "/profile", json={"name": "Ada"})
    assert {"name": "Ada"} not in ask("GET", "/people/all").json


def _paged(**envelope: Any) -> dict[str, Any]:
    """Paths of things whose list is paged by `limit` and `cursor`, within an envelope."""
    paths = crud("/things", "id", THING)
    query = [{"name": "limit", "in": "query", "schema": WHOLE}, {"name": "cursor", "in": "query", "schema": {}}]
    required = [name for name in envelope if name == "limit"]
    schema = {**thing(items={"type": "array", "items": THING}, **envelope), "required": ["items", *required]}
    paths["/things"]["get"] |= {"parameters": query, "responses": answer(schema)}
    return paths


def test_the_next_page_is_no_url(play: Play) -> None:
    """The next page is named by a key; where a URL is required, by the address that requests it."""
    ask = play(_paged(next=None), Thing=thing(id=None))
    first = ask("GET", "/things", query="limit=1").json
    assert first["next"] == first["items"][0]["id"]
    ask = play(_paged(next={"type": "string", "format": "uri"}), Thing=thing(id=None))
    address = ask("GET", "/things", query="limit=1").json["next"]
    assert address.endswith(f"/things?limit=1&cursor={first['items'][0]['id']}")


def test_what_an_envelope_must_say_is_there_without_being_asked_for(play: Play) -> None:
    """A required `limit` is that of the request only where every request has one."""
    ask = play(_paged(limit=WHOLE), Thing=thing(id=None))
    assert ask("GET", "/things").status == 200
    assert isinstance(ask("GET", "/things").json["limit"], int)


def test_a_record_below_one_of_which_there_is_none_has_its_private_field(play: Play) -> None:
    """Behaviours may name it: the collection says so, though no record made at the start has it."""
    properties = {"id": {"type": "string"}, "never": False}
    impossible = {"type": "object", "required": ["id", "never"], "properties": properties}
    paths = crud("/shelves", "shelfId", {"$ref": "#/components/schemas/Shelf"}, kind="Shelf")
    paths |= crud("/shelves/{shelfId}/things", "id", THING, kind="Thing")
    ask = play(paths, Shelf=impossible, Thing=thing(id=None, name=None))
    assert ask("GET", "/shelves/none/things").status == 404


def test_the_root_is_no_collection(play: Play) -> None:
    """It has no name; the other paths are played all the same."""
    root = {method: {"responses": answer({"type": "array", "items": THING})} for method in ("get", "post")}
    root["post"]["requestBody"] = body(THING)
    paths = crud("/shelves", "shelfId", {"$ref": "#/components/schemas/Shelf"}, kind="Shelf")
    paths |= crud("/shelves/{shelfId}/things", "id", THING, kind="Thing")
    ask = play({"/": root, **paths}, Thing=thing(id=None, size=None), Shelf=thing(shelfId=None))
    assert ask("GET", "/").status == 200
    shelf = ask("GET", "/shelves").json[0]["shelfId"]
    assert ask("POST", f"/shelves/{shelf}/things", json={"size": "S"}).json["size"] == "S"


def test_a_list_that_only_its_items_tell_apart_is_listed(play: Play) -> None:
    """An empty list would satisfy both of two alternatives, of which one must be satisfied."""
    old, new = (thing(id=None, size=None, **{kind: None}) for kind in ("old", "new"))
    either = [{"type": "array", "items": {**one, "required": [kind]}} for one, kind in ((old, "old"), (new, "new"))]
    paths = crud("/things", "id", THING)
    paths["/things"]["get"]["responses"] = answer({"oneOf": either})
    ask = play(paths, Thing={**old, "required": ["old"]})
    created = ask("POST", "/things", json={"size": "S", "old": "yes"}).json
    assert created in ask("GET", "/things").json


@pytest.mark.parametrize("required", [True, False])
def test_an_answer_that_shows_one_thing_or_another_shows_the_one(play: Play, required: bool) -> None:
    """Nothing beside the record belongs to the other alternative, and only one is satisfied."""
    one, many = ({**thing(**{kind: what}), "required": [kind] if required else []} for kind, what in (
        ("item", THING), ("items", {"type": "array", "items": THING})))  # fmt: skip
    paths = crud("/things", "id", THING)
    example = {"items": [{"id": "a", "name": "A"}]} if required else {}
    answered = {"schema": {"oneOf": [one, many]}, "example": example}
    paths["/things"]["post"]["responses"] = {"202": {"description": "", "content": {"application/json": answered}}}
    ask = play(paths, Thing={**thing(id=None, name=None), "required": ["id"]})
    made = ask("POST", "/things", json={"id": "b", "name": "B"})
    assert (made.status, made.json["item"]) == (202, {"id": "b", "name": "B"})


def test_a_record_that_cannot_be_completed_is_kept_as_it_was_sent(play: Play) -> None:
    """A track satisfies the schema of an episode as well, and one of both must be satisfied."""
    either = {"oneOf": [{"$ref": "#/components/schemas/Track"}, {"$ref": "#/components/schemas/Episode"}]}
    paths = crud("/queue", "id", THING, thing(name=None))
    paths["/queue"]["post"]["responses"] = {"204": {"description": ""}}
    ask = play(paths, Thing=either, Track=thing(id=None, name=None), Episode=thing(id=None, name=None))
    assert ask("POST", "/queue", json={"name": "Song"}).status == 204


def test_a_field_of_another_type_does_not_hold_the_key_of_the_parent(play: Play) -> None:
    """A number cannot be the text that names the shelf; a private field holds it, and the nested list is right."""
    paths = crud("/shelves", "shelfId", {"$ref": "#/components/schemas/Shelf"}, kind="Shelf")
    paths |= crud("/shelves/{shelfId}/things", "id", THING, kind="Thing")
    ask = play(paths, Shelf=thing(shelfId=None), Thing=thing(id=None, name=None, shelfId=WHOLE))
    first, second = (one["shelfId"] for one in ask("GET", "/shelves").json[:2])
    created = ask("POST", f"/shelves/{first}/things", json={"name": "Ball"})
    assert created.status == 201
    assert created.json in ask("GET", f"/shelves/{first}/things").json
    assert created.json not in ask("GET", f"/shelves/{second}/things").json


def test_alternatives_that_share_a_name_show_what_each_declares(play: Play) -> None:
    """What one alternative requires of a member is shown, though another that comes first knows nothing of it."""
    charge = thing(evidence=thing(note=None))
    dispute = {**thing(evidence={**thing(reason=None), "required": ["reason"]}), "required": ["evidence"]}
    paths = crud("/transfers", "id", THING)
    ask = play(paths, Thing=thing(id=None, source={"anyOf": [{"type": "string"}, charge, dispute]}))
    source = {"evidence": {"reason": "fraudulent"}}
    created = ask("POST", "/transfers", json={"source": source})
    assert (created.status, created.json["source"]) == (201, source)
    listed = ask("GET", "/transfers")
    assert listed.status == 200
    assert created.json in listed.json


@pytest.mark.parametrize("required", [["id", "details"], ["id"]])
@pytest.mark.parametrize("closed", [False, True])
def test_a_list_that_nothing_tells_from_another_is_left_to_its_example(
    play: Play, closed: bool, required: list[str]
) -> None:
    """Items with one field more fit the other alternative too, unless that is closed to it."""
    more = {**thing(id=None, name=None, details=None), "required": ["id", "details"]}
    less = {**thing(id=None, name=None), "required": ["id"], "additionalProperties": not closed}
    paths = crud("/hooks", "id", THING)
    lists = [{"type": "array", "items": more}, {"type": "array", "items": less}]
    paths["/hooks"]["get"]["responses"] = answer({"oneOf": lists})
    ask = play(paths, Thing={**more, "required": required})
    created = ask("POST", "/hooks", json={"id": "a", "details": "much"}).json
    assert ask("GET", f"/hooks/{created['id']}").json == created
    listed = ask("GET", "/hooks")
    assert listed.status == 200
    assert (created in listed.json) == closed


@pytest.mark.parametrize("in_path", [WHOLE, {"type": "string"}])
def test_a_put_makes_no_record_whose_key_its_path_cannot_say(play: Play, in_path: Any) -> None:
    """A record whose key is a number cannot be created at a path of words, whatever the status is."""
    paths = crud("/things", "id", THING)
    paths["/things/{id}"]["parameters"][0]["schema"] = in_path
    paths["/things/{id}"]["put"] = {"requestBody": body(THING), "responses": answer(THING, "201")}
    ask = play(paths, Thing={**thing(id=WHOLE, name=None), "required": ["id"]})
    put = ask("PUT", "/things/77", json={"id": 77, "name": "Ball"})
    assert put.status == 201
    assert (put.json in ask("GET", "/things").json) == (in_path == WHOLE)


@pytest.mark.parametrize("distinct", [False, True])
def test_a_record_that_nothing_tells_from_another_alternative_is_not_shown_there(play: Play, distinct: bool) -> None:
    """It is made and remembered all the same; where a constant tells them apart, it is shown as well."""
    one, other = (
        {
            "type": "object",
            "required": ["id", "kind"],
            "properties": {"id": {"type": "string"}, "kind": kind, name: inner},
        }
        for name, inner, kind in (
            ("size", WHOLE, {"const": "one"} if distinct else {"type": "string"}),
            ("name", {"type": "string"}, {"const": "other"} if distinct else {"type": "string"}),
        )
    )
    paths = crud("/things", "id", THING)
    paths["/things"]["post"]["responses"] = answer({"oneOf": [THING, {"$ref": "#/components/schemas/Other"}]}, "201")
    ask = play(paths, Thing=one, Other=other)
    created = ask("POST", "/things", json={"id": "new", "kind": "one"})
    assert created.status == 201
    assert (created.json["id"] == "new") == distinct
    assert ask("GET", "/things/new").json == {"id": "new", "kind": "one"}


def test_a_put_keeps_what_its_body_cannot_hold(play: Play) -> None:
    """Fields that only POST takes, and the time of creation."""
    stamp = {"type": "string", "format": "date-time"}
    paths = crud("/keys", "id", THING, thing(title=None, note=None, secret=None))
    paths["/keys/{id}"]["put"] = {"requestBody": body(thing(title=None, note=None)), "responses": answer(THING)}
    shown = {**thing(id=None, title=None, note=None, secret=None, createdAt=stamp), "required": ["id", "secret"]}
    ask = play(paths, Thing=shown)
    created = ask("POST", "/keys", json={"title": "A", "note": "gone", "secret": "S"}).json
    assert ask("PUT", f"/keys/{created['id']}", json={"title": "B"}).status == 200
    replaced = ask("GET", f"/keys/{created['id']}").json
    assert replaced == {**{k: v for k, v in created.items() if k != "note"}, "title": "B"}


@pytest.mark.parametrize(
    ("described", "kept"),
    [
        ("Only the fields provided in the `data` block will be updated.", True),
        ("Parameters not provided will be left unchanged.", True),
        ("Fields which are not set will not be updated.", True),
        ("Replaces the thing. Partial updates are not supported.", False),
        ("The name cannot be changed.", False),
    ],
)
def test_a_put_keeps_what_its_description_says_that_it_keeps(play: Play, described: str, kept: bool) -> None:
    """Many APIs change only what is sent, and say so nowhere but there."""
    sent = thing(data=thing(title=None, note=None))
    paths = crud("/things", "id", thing(data=THING), sent)
    paths["/things"]["get"]["responses"] = answer(thing(data={"type": "array", "items": THING}))
    paths["/things/{id}"]["put"] = {
        "description": described,
        "requestBody": body(sent),
        "responses": answer(thing(data=THING)),
    }
    ask = play(paths, Thing=thing(id=None, title=None, note=None))
    created = ask("POST", "/things", json={"data": {"title": "A", "note": "n"}}).json["data"]
    changed = ask("PUT", f"/things/{created['id']}", json={"data": {"title": "B"}}).json["data"]
    assert changed == ({**created, "title": "B"} if kept else {"id": created["id"], "title": "B"})


@pytest.mark.parametrize("sent", [thing(text=None), thing(text=None, teamId=None)])
def test_a_put_below_a_parent_keeps_the_parent(play: Play, sent: Any) -> None:
    """The path names it, so that the body need not."""
    note = {**thing(id=None, teamId=None, text=None), "required": ["id", "text"]}
    paths = {**crud("/teams", "teamId", THING), **crud("/teams/{teamId}/notes", "id", note, sent, "Note")}
    paths["/teams/{teamId}/notes/{id}"]["put"] = {"requestBody": body(sent), "responses": answer(note)}
    ask = play(paths, Thing=thing(id=None))
    team = ask("GET", "/teams").json[0]["id"]
    created = ask("POST", f"/teams/{team}/notes", json={"text": "a"}).json
    path = f"/teams/{team}/notes/{created['id']}"
    assert ask("PUT", path, json={"text": "b"}).json == {**created, "text": "b"} == ask("GET", path).json


def test_a_put_that_creates_keeps_what_its_body_cannot_hold_the_second_time(play: Play) -> None:
    """The second PUT replaces the record of the first."""
    paths = crud("/keys", "name", THING)
    paths["/keys/{name}"]["put"] = {"requestBody": body(thing(text=None)), "responses": answer(THING, "201")}
    ask = play(paths, Thing={**thing(name=None, text=None, etag=None), "required": ["name", "etag"]})
    first = ask("PUT", "/keys/mine", json={"text": "a"}).json
    assert ask("PUT", "/keys/mine", json={"text": "b"}).json == {**first, "text": "b"}


MERGE, OPERATIONS = "application/merge-patch+json", "application/json-patch+json"


def _patchable(declared: Any) -> Any:
    """Cards, with a PATCH that declares these media types with their schemas."""
    paths = crud("/cards", "id", THING)
    content = {name: {"schema": schema} for name, schema in declared.items()}
    paths["/cards/{id}"]["patch"] = {"requestBody": {"content": content}, "responses": answer(THING)}
    return paths


@pytest.mark.parametrize(
    "declared",
    [
        {MERGE: {"type": "object"}, OPERATIONS: {"type": "array", "items": thing(op=None, path=None)}},
        {MERGE: {"type": "object"}, OPERATIONS: {"type": "object"}},
        {OPERATIONS: {}},
        {"application/json": {"type": "array", "items": thing(op=None, path=None, value={})}},
    ],
)
def test_a_json_patch_changes_the_record(play: Play, declared: Any) -> None:
    """Whatever schema its media type declares."""
    ask = play(_patchable(declared), Thing=thing(id=None, name=None, tags={"type": "array", "items": {}}))
    path = f"/cards/{ask('POST', '/cards', json={'name': 'a', 'tags': ['x']}).json['id']}"
    operations = [{"op": "replace", "path": "/name", "value": "b"}, {"op": "add", "path": "/tags/-", "value": "y"}]
    sent = {"content-type": list(declared)[-1]}
    changed = ask("PATCH", path, json=operations, headers=sent)
    assert changed.status == 200
    assert (changed.json["name"], changed.json["tags"]) == ("b", ["x", "y"])
    assert ask("GET", path).json == changed.json
    refused = ask("PATCH", path, json=[{"op": "test", "path": "/name", "value": "a"}], headers=sent)
    assert refused.status == 409
    ask("PATCH", path, json=[{"op": "replace", "path": "/id", "value": "b"}], headers=sent)
    assert ask("GET", path).json == changed.json


@pytest.mark.parametrize("schema", [{"type": "object"}, {}, {"type": "object", "additionalProperties": True}])
def test_any_object_is_a_merge_patch(play: Play, schema: Any) -> None:
    """RFC 7396: members are merged at every depth, and null removes one."""
    card = thing(id=None, name=None, address=thing(street=None, town=None))
    ask = play(_patchable({MERGE: schema}), Thing=card)
    path = f"/cards/{ask('POST', '/cards', json={'name': 'a', 'address': {'street': 's', 'town': 't'}}).json['id']}"
    ask("PATCH", path, json={"name": None, "address": {"town": "u"}}, headers={"content-type": MERGE})
    assert {k: v for k, v in ask("GET", path).json.items() if k != "id"} == {"address": {"street": "s", "town": "u"}}
    assert ask("PATCH", "/cards/none", json={}, headers={"content-type": MERGE}).status == 404


def test_a_change_of_something_else_shows_the_record_of_the_path(play: Play) -> None:
    """And never another one, made up."""
    paths = crud("/cards", "id", THING)
    sent = thing(schemas=None, operations=None, other=None)
    paths["/cards/{id}"]["patch"] = {"requestBody": body(sent), "responses": answer(THING)}
    ask = play(paths, Thing=thing(id=None, name=None))
    created = ask("POST", "/cards", json={"name": "a"}).json
    assert ask("PATCH", f"/cards/{created['id']}", json={"operations": "x"}).json == created


MANY: Any = {"type": "array", "items": THING}


def _bulk(path: str, method: str, sent: Any, answered: Any) -> Any:
    """Parts, with one operation that takes many of them."""
    paths = crud("/parts", "id", THING, thing(name=None))
    operation = {"requestBody": body(sent), "responses": answer(answered)}
    paths.setdefault(path, {})[method] = operation
    return paths


def _named(ask: Any) -> dict[str, str]:
    return {one["id"]: one["name"] for one in ask("GET", "/parts").json}


@pytest.mark.parametrize(
    ("path", "wrapper"),
    [("/parts", None), ("/parts/batch", None), ("/parts/batch", "items"), ("/parts/import", "parts")],
)
def test_a_post_of_many_answers_each_record_that_it_made(play: Play, path: str, wrapper: str | None) -> None:
    """In a list, or in an envelope."""
    sent: Any = {"type": "array", "items": thing(name=None)}
    whole = (thing(**{wrapper: sent}), thing(**{wrapper: MANY})) if wrapper else (sent, MANY)
    ask = play(_bulk(path, "post", *whole), Thing=thing(id=None, name=None))
    posted: Any = [{"name": "A"}, {"name": "B"}]
    made = ask("POST", path, json={wrapper: posted} if wrapper else posted).json
    records = made[wrapper] if wrapper else made
    assert [one["name"] for one in records] == ["A", "B"]
    assert {one["id"]: one["name"] for one in records}.items() <= _named(ask).items()


@pytest.mark.parametrize(
    ("path", "wrapper", "method"),
    [("/parts", None, "patch"), ("/parts/batch", "parts", "patch"), ("/parts/bulk-update", None, "post")],
)
def test_a_patch_of_many_changes_each(play: Play, path: str, wrapper: str | None, method: str) -> None:
    """All of them, or none where one does not exist; the others are left alone."""
    part = thing(id=None, name=None, note=None)
    schema = thing(**{wrapper: MANY}) if wrapper else MANY
    ask = play(_bulk(path, method, schema, MANY), Thing=part)
    first, second, third = ask("GET", "/parts").json
    sent: Any = [{"id": second["id"], "name": "B"}, {"id": first["id"], "name": "A"}]
    changed = ask(method.upper(), path, json={wrapper: sent} if wrapper else sent).json
    assert changed == [{**second, "name": "B"}, {**first, "name": "A"}]
    assert ask("GET", "/parts").json == [{**first, "name": "A"}, {**second, "name": "B"}, third]
    sent = [{"id": first["id"], "name": "C"}, {"id": "none", "name": "D"}]
    assert ask(method.upper(), path, json={wrapper: sent} if wrapper else sent).status == 404
    assert _named(ask)[first["id"]] == "A"


def test_a_put_of_many_with_keys_makes_or_replaces_each(play: Play) -> None:
    """The others are left alone."""
    ask = play(_bulk("/parts", "put", MANY, MANY), Thing=thing(id=None, name=None, note=None))
    before = _named(ask)
    first = next(iter(before))
    made = ask("PUT", "/parts", json=[{"id": first, "name": "A"}, {"id": "new", "name": "N"}]).json
    assert made == [{"id": first, "name": "A"}, {"id": "new", "name": "N"}]
    assert _named(ask) == {**before, first: "A", "new": "N"}


def test_a_put_of_many_without_keys_replaces_the_collection(play: Play) -> None:
    """Nothing tells which record is which."""
    sent = {"type": "array", "items": thing(name=None)}
    ask = play(_bulk("/parts", "put", sent, MANY), Thing=thing(id=None, name=None))
    made = ask("PUT", "/parts", json=[{"name": "A"}, {"name": "B"}]).json
    assert ask("GET", "/parts").json == made
    assert [one["name"] for one in made] == ["A", "B"]


@pytest.mark.parametrize(
    ("path", "method", "schema", "wrap"),
    [
        ("/parts", "delete", {"type": "array", "items": {"type": "string"}}, lambda keys: keys),
        ("/parts", "delete", thing(ids={"type": "array", "items": {"type": "string"}}), lambda keys: {"ids": keys}),
        ("/parts", "delete", MANY, lambda keys: [{"id": key, "name": "x"} for key in keys]),
        (
            "/parts/batch",
            "delete",
            thing(ids={"type": "array", "items": {"type": "string"}}),
            lambda keys: {"ids": keys},
        ),
        ("/parts/bulk-delete", "post", {"type": "array", "items": {"type": "string"}}, lambda keys: keys),
    ],
)
def test_a_delete_of_many_removes_each(play: Play, path: str, method: str, schema: Any, wrap: Any) -> None:
    """Those whose keys the body has, and no other."""
    paths = _bulk(path, method, schema, THING)
    paths[path][method]["responses"] = {"204": {"description": ""}}
    ask = play(paths, Thing=thing(id=None, name=None))
    first, second, third = _named(ask)
    assert ask(method.upper(), path, json=wrap([first, third])).status == 204
    assert list(_named(ask)) == [second]


def test_a_bulk_change_below_a_parent_touches_its_own_records(play: Play) -> None:
    """Those of another parent are not found."""
    note = thing(id=None, teamId=None, text=None)
    notes = {"type": "array", "items": note}
    paths = {**crud("/teams", "teamId", THING), **crud("/teams/{teamId}/notes", "id", note, thing(text=None), "Note")}
    paths["/teams/{teamId}/notes"]["patch"] = {"requestBody": body(notes), "responses": answer(notes)}
    ask = play(paths, Thing=thing(id=None))
    team, other = [one["id"] for one in ask("GET", "/teams").json][:2]
    mine, theirs = (ask("POST", f"/teams/{one}/notes", json={"text": "a"}).json for one in (team, other))
    path = f"/teams/{team}/notes"
    assert ask("PATCH", path, json=[{"id": mine["id"], "text": "b"}]).json == [{**mine, "text": "b"}]
    assert ask("PATCH", path, json=[{"id": theirs["id"], "text": "b"}]).status == 404


PAGED = {**thing(count=WHOLE, results=MANY), "required": ["count", "results"]}


@pytest.mark.parametrize(("first", "second", "path"), [(MANY, PAGED, ()), (PAGED, MANY, ("results",))])
def test_a_list_or_an_envelope_is_the_first_that_is_declared(play: Play, first: Any, second: Any, path: Any) -> None:
    """As for documents that describe pagination as a choice."""
    paths = crud("/notes", "id", THING)
    paths["/notes"]["get"]["responses"] = answer({"oneOf": [first, second]})
    ask = play(paths, Thing=thing(id=None, text=None))
    created = ask("POST", "/notes", json={"text": "hi"}).json
    listed = ask("GET", "/notes").json
    for name in path:
        listed = listed[name]
    assert created in listed


def test_a_new_record_satisfies_the_answer_that_shows_it_too(play: Play) -> None:
    """POST says less than GET: what is new has no end yet."""
    ends = {"type": ["string", "null"], "format": "date-time", "example": "2024-01-01T00:00:00Z"}
    event = {**thing(id=None, code=None, ends=ends), "required": ["id", "ends"]}
    fresh = {"allOf": [THING, {"properties": {"ends": {"type": "null"}}}]}
    paths = crud("/events", "id", THING, thing(code=None))
    paths["/events"]["post"]["responses"] = answer(fresh, "201")
    ask = play(paths, Thing=event)
    created = ask("POST", "/events", json={"code": "c"}).json
    assert (created["code"], created["ends"]) == ("c", None)
    assert ask("GET", f"/events/{created['id']}").json == created


def test_an_answer_shows_values_in_the_form_that_it_declares(play: Play) -> None:
    """Each answer has a schema of its own: amounts as text in the list, and another field in that of POST."""
    paths = crud("/sums", "id", THING, thing(amount={"type": "number"}, note=None))
    paths["/sums"]["get"]["responses"] = answer({"type": "array", "items": thing(id=None, amount=None, note=None)})
    more = {**thing(id=None, amount={"type": "number"}, note=WHOLE, total=WHOLE), "required": ["id", "total"]}
    paths["/sums"]["post"]["responses"] = answer(more, "201")
    ask = play(paths, Thing=thing(id=None, amount={"type": "number"}, note=None))
    created = ask("POST", "/sums", json={"amount": 10.5, "note": "7"}).json
    assert (created["amount"], created["note"], type(created["total"])) == (10.5, 7, int)
    read = {"id": created["id"], "amount": 10.5, "note": "7"}
    assert ask("GET", f"/sums/{created['id']}").json == read
    assert {**read, "amount": "10.5"} in ask("GET", "/sums").json


@pytest.mark.parametrize("mapping", [{}, {"mapping": {"Dog": "#/components/schemas/Dog"}}])
def test_a_kind_keeps_its_own_fields(play: Play, mapping: Any) -> None:
    """A schema that others are built on by `allOf`, told apart by a discriminator; also inside another record."""
    pet = {"$ref": "#/components/schemas/Pet"}
    base = {**thing(id=None, kind=None), "required": ["kind"], "discriminator": {"propertyName": "kind", **mapping}}
    dog, puppy = ({"allOf": [{"$ref": f"#/components/schemas/{name}"}, thing(**more)]} for name, more in
                  (("Pet", {"bark": None}), ("Dog", {"months": WHOLE})))  # fmt: skip
    paths = {**crud("/pets", "id", pet), **crud("/owners", "id", THING, None, "Owner")}
    paths["/pets/{id}"]["put"] = {"requestBody": body(pet), "responses": answer(pet)}
    ask = play(paths, Pet=base, Dog=dog, Puppy=puppy, Thing=thing(id=None, pet=pet))
    created = ask("POST", "/pets", json={"kind": "Puppy", "bark": "loud", "months": 3}).json
    assert (created["bark"], created["months"]) == ("loud", 3)
    assert created in ask("GET", "/pets").json
    replaced = ask("PUT", f"/pets/{created['id']}", json={"kind": "Dog", "bark": "low"}).json
    assert replaced == {"id": created["id"], "kind": "Dog", "bark": "low"}
    owner = ask("POST", "/owners", json={"pet": {"kind": "Dog", "bark": "hi", "other": 1}}).json
    assert owner["pet"] == {"kind": "Dog", "bark": "hi"}


def test_a_body_of_any_form_is_stored(play: Play) -> None:
    """Where its schema says no more than that it is an object, in an envelope too."""
    paths = crud("/cards", "id", THING, {"type": "object"})
    paths["/cards/{id}"]["put"] = {"requestBody": body({"type": "object"}), "responses": answer(THING)}
    paths["/cards/{id}"]["patch"] = {"requestBody": body(thing(card={"type": "object"})), "responses": answer(THING)}
    ask = play(paths, Thing=thing(id=None, title=None, note=None))
    created = ask("POST", "/cards", json={"title": "a", "note": "n"}).json
    assert (created["title"], created["note"]) == ("a", "n")
    path = f"/cards/{created['id']}"
    assert ask("PATCH", path, json={"card": {"title": "b"}}).json == {**created, "title": "b"}
    assert ask("PUT", path, json={"title": "c"}).json == {"id": created["id"], "title": "c"}


def test_one_or_many_are_answered_as_they_were_sent(play: Play) -> None:
    """Where both the body and the answer are either."""
    sent = thing(name=None)
    paths = crud("/parts", "id", THING, {"oneOf": [sent, {"type": "array", "items": sent}]})
    paths["/parts"]["post"]["responses"] = answer({"oneOf": [THING, MANY]}, "201")
    ask = play(paths, Thing=thing(id=None, name=None))
    assert ask("POST", "/parts", json={"name": "a"}).json["name"] == "a"
    assert [one["name"] for one in ask("POST", "/parts", json=[{"name": "b"}, {"name": "c"}]).json] == ["b", "c"]


def test_a_name_stands_for_the_object_that_it_names(play: Play) -> None:
    """Labels are sent as texts and shown as objects."""
    label = {**thing(id=WHOLE, name=None, color=None), "required": ["id", "name"]}
    sent = thing(labels={"type": "array", "items": {"oneOf": [{"type": "string"}, thing(name=None)]}})
    ask = play(crud("/issues", "id", THING, sent), Thing=thing(id=None, labels={"type": "array", "items": label}))
    created = ask("POST", "/issues", json={"labels": ["bug", {"name": "new"}]}).json
    assert [one["name"] for one in created["labels"]] == ["bug", "new"]
    assert ask("GET", f"/issues/{created['id']}").json == created


def test_a_request_that_names_no_record_gets_the_example(play: Play) -> None:
    """Where the contract says neither that it must name one, nor what is answered otherwise."""
    paths = crud("/things", "id", THING)
    paths["/things"]["put"] = {"requestBody": body(thing(id=None, name=None)), "responses": answer(THING)}
    ask = play(paths, Thing=thing(id=None, name=None))
    made = ask("POST", "/things", json={"name": "a"}).json["id"]
    assert ask("PUT", "/things", json={"id": made, "name": "b"}).json == {"id": made, "name": "b"}
    assert [ask("PUT", "/things", json=sent).status for sent in ({"name": "b"}, {"id": "none"})] == [200, 404]


@pytest.mark.parametrize("sent", ["a b", "", [], 5, None])
def test_what_is_no_object_makes_a_record_that_is_there(play: Play, sent: Any) -> None:
    """Where the body's schema admits anything that isn't an object, the answer shows the record that was made."""
    name = {"type": "string", "pattern": "^[a-z]+$"}
    schema = {"required": ["name"], "properties": {"name": name, "size": WHOLE}}
    ask = play(crud("/pets", "petName", THING, schema), Thing=schema)
    made = ask("POST", "/pets", json=sent)
    assert made.status == 201
    assert ask("GET", f"/pets/{made.json['name']}").json == made.json


def test_a_file_of_a_record_that_is_gone_is_not_found(play: Play) -> None:
    """GET answers a picture, of which nothing is known, but DELETE says which are there."""
    paths = crud("/pets", "id", THING)
    paths["/pets/{id}"]["get"]["responses"] = {"200": {"description": "", "content": {"image/png": {}}}}
    ask = play(paths, Thing=thing(id=None, name=None))
    made = ask("POST", "/pets", json={"name": "a"}).json["id"]
    statuses = [ask(method, f"/pets/{made}").status for method in ("GET", "DELETE", "GET")]
    assert statuses == [200, 204, 404]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (thing(name=None), {"name": "bug"}),
        (thing(id=WHOLE, login=None), {"login": "bug"}),
        (thing(id=None, name=None), "bug"),
        (thing(url=None), "bug"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_text_beside_an_object_is_its_name(play: Play, named: Any, expected: Any, method: str) -> None:
    """Where responses show a text or an object, and the text can't be the object's id, as in expandable fields."""
    either = {"oneOf": [{"type": "string"}, named]}
    sent = thing(note=None, label=either, tags={"type": "array", "items": either})
    paths = crud("/issues", "id", THING, sent)
    paths["/issues/{id}"]["put"] = {"requestBody": body(sent), "responses": answer(THING)}
    ask = play(paths, Thing={**sent, "properties": {"id": TEXT, **sent["properties"]}})
    values = {"note": "bug", "label": "bug", "tags": ["bug", "bug"]}
    made = ask("POST", "/issues", json=values if method == "POST" else {"note": ""}).json
    if method == "PUT":
        ask("PUT", f"/issues/{made['id']}", json=values)
    read = ask("GET", f"/issues/{made['id']}").json
    assert read == {"id": made["id"], "note": "bug", "label": expected, "tags": [expected, expected]}


def test_a_key_stands_for_the_record_that_it_leads_to(play: Play) -> None:
    """Where the place refers to a collection: the object has that key, and what is known of its record."""
    team = {"$ref": "#/components/schemas/Team"}
    many, nullable = {"type": "array", "items": team, "readOnly": True}, {"anyOf": [{"type": "null"}, team]}
    sent = thing(name=None, team=None, teams={"type": "array", "items": {"type": "string"}})
    paths = crud("/things", "id", THING, sent) | crud("/teams", "gid", team, kind="Team")
    ask = play(paths, Thing=thing(id=None, name=None, team=nullable, teams=many), Team=thing(gid=None, name=None))
    known = ask("POST", "/teams", json={"name": "Blue"}).json
    sent_keys = {"name": "x", "team": known["gid"], "teams": [known["gid"], "12345"]}
    made = ask("POST", "/things", json=sent_keys).json
    assert (made["team"], made["teams"][0], made["teams"][1]["gid"]) == (known, known, "12345")


def test_a_bulk_answer_counts_what_was_made_and_names_no_failure(play: Play) -> None:
    """Beside the records."""
    errors = {"type": "array", "items": thing(message=None)}
    whole = {**thing(created=MANY, errors=errors, total=WHOLE), "required": ["created", "errors", "total"]}
    sent = {"type": "array", "items": thing(name=None)}
    ask = play(_bulk("/parts/bulk", "post", sent, whole), Thing=thing(id=None, name=None))
    made = ask("POST", "/parts/bulk", json=[{"name": "A"}, {"name": "B"}]).json
    assert (made["total"], made["errors"], len(made["created"])) == (2, [], 2)


@pytest.mark.parametrize(("name", "required"), [("id", True), ("ids", True), ("ids", False)])
def test_a_delete_with_keys_in_the_query_removes_each(play: Play, name: str, required: bool) -> None:
    """Without keys it removes nothing."""
    paths = crud("/parts", "id", THING)
    keys = {"name": name, "in": "query", "required": required, "schema": {"type": "array", "items": {"type": "string"}}}
    paths["/parts"]["delete"] = {"parameters": [keys], "responses": {"204": {"description": ""}}}
    ask = play(paths, Thing=thing(id=None, name=None))
    first, second, third = _named(ask)
    assert ask("DELETE", "/parts", query=f"{name}={first}&{name}={third}").status == 204
    assert list(_named(ask)) == [second]
    assert ask("DELETE", "/parts").status == (422 if required else 204)
    assert list(_named(ask)) == [second]


def test_an_object_in_the_media_type_of_a_json_patch_is_one(play: Play) -> None:
    """Some generators declare that media type for every body."""
    paths = _patchable({OPERATIONS: thing(name=None)})
    paths["/cards/{id}"]["put"] = {**paths["/cards/{id}"]["patch"]}
    ask = play(paths, Thing=thing(id=None, name=None))
    path = f"/cards/{ask('POST', '/cards', json={'name': 'a'}).json['id']}"
    for method, name in (("PUT", "b"), ("PATCH", "c")):
        assert ask(method, path, json={"name": name}, headers={"content-type": OPERATIONS}).json["name"] == name


@pytest.mark.parametrize(("extended", "name"), [(False, "spec"), (True, "Config")])
def test_a_body_that_is_a_part_of_the_record_becomes_that_part(play: Play, extended: bool, name: str) -> None:
    """By its schema, or by that of what it extends; POST and PUT read alike."""
    spec = {"$ref": "#/components/schemas/Spec"}
    sent = {"allOf": [spec, thing(extra=None)]} if extended else spec
    paths = crud("/services", "id", THING, sent)
    paths["/services/{id}"]["put"] = {"requestBody": body(sent), "responses": answer(THING)}
    ask = play(paths, Thing=thing(id=None, **{name: spec}), Spec=thing(image=None, replicas=WHOLE))
    made = ask("POST", "/services", json={"image": "nginx", "replicas": 2}).json
    assert made[name] == {"image": "nginx", "replicas": 2}
    assert ask("PUT", f"/services/{made['id']}", json={"image": "nginx", "replicas": 3}).json[name]["replicas"] == 3
    assert ask("GET", f"/services/{made['id']}").json[name] == {"image": "nginx", "replicas": 3}


def test_fields_in_the_query_are_kept(play: Play) -> None:
    """Beside those in the body, however they are spelt; by POST, and by an action that changes what it is sent."""
    paths = crud("/things", "id", THING, thing(size=None, color=None))
    names = ("name", "color", "size", "dryRun")
    query = [{"name": one, "in": "query", "schema": {"type": "string"}} for one in names]
    paths["/things"]["post"]["parameters"] = query
    paths["/things/{id}/rename"] = {
        "parameters": values("/things/{id}"),
        "post": {"parameters": query[:1], "responses": {"204": {"description": ""}}},
    }
    ask = play(paths, Thing=thing(id=None, Name=None, color=None, size=None))
    made = ask("POST", "/things", query="name=web&dryRun=x", json={"size": "big", "color": "red"}).json
    assert made == {"id": made["id"], "Name": "web", "size": "big", "color": "red"}
    assert ask("POST", f"/things/{made['id']}/rename", query="name=new").status == 204
    assert ask("GET", f"/things/{made['id']}").json == {**made, "Name": "new"}


def test_a_field_for_the_parent_moves_no_record_away_from_its_path(play: Play) -> None:
    """A form that may name another account changes the rest, and the record is still read below its own."""
    sent = {"content": {"application/x-www-form-urlencoded": {"schema": thing(AccountId=None, Name=None, Url=None)}}}
    paths = crud("/accounts", "id", THING) | crud("/accounts/{account_id}/numbers", "id", THING)
    paths["/accounts/{account_id}/numbers/{id}"]["post"] = {"requestBody": sent, "responses": answer(THING)}
    ask = play(paths, Thing=thing(id=None, account_id=None, name=None, url=None))
    account = ask("POST", "/accounts", json={"name": "a"}).json["id"]
    made = ask("POST", f"/accounts/{account}/numbers", json={"name": "old"}).json
    form, at = {"content-type": "application/x-www-form-urlencoded"}, f"/accounts/{account}/numbers/{made['id']}"
    assert ask("POST", at, body=b"AccountId=other&Name=new", headers=form).json["name"] == "new"
    assert ask("GET", at).json == {**made, "name": "new"}


TEXTS: Any = {"type": "array", "items": TEXT}
MANY_NAMED: Any = {"type": "array", "items": thing(name=None)}
NAMED_OR_TEXT: Any = {"type": "array", "items": {"oneOf": [TEXT, thing(name=None, reason=None, sure=None)]}}


@pytest.mark.parametrize(
    ("sent", "wrap"),
    [
        (thing(labels=TEXTS), lambda names: {"labels": names}),
        (thing(labels=NAMED_OR_TEXT), lambda names: {"labels": names}),
        (TEXTS, lambda names: names),
        ({"oneOf": [thing(labels=TEXTS), TEXTS, thing(labels=MANY_NAMED)]}, lambda names: {"labels": names}),
    ],
)
def test_a_list_of_names_makes_the_records_that_they_name(play: Play, sent: Any, wrap: Any) -> None:
    """POST adds them below a record and keeps what is known of them, PUT leaves no others, DELETE takes one away."""
    label = {"$ref": "#/components/schemas/Label"}
    at = "/issues/{issue_id}/labels"
    listed = {"requestBody": body(sent), "responses": answer({"type": "array", "items": label})}
    get = {"responses": answer({"type": "array", "items": label})}
    gone = {"parameters": values(f"{at}/{{name}}"), "delete": {"responses": {"204": {"description": ""}}}}
    paths = crud("/issues", "id", THING) | {at: {"parameters": values(at), "get": get, "post": listed, "put": listed}}
    paths |= {f"{at}/{{name}}": gone, **crud("/labels", "name", label, kind="Label")}
    ask = play(paths, Thing=thing(id=None, title=None), Label=thing(id=WHOLE, name=None, color=None))
    issue = ask("POST", "/issues", json={"title": "t"}).json["id"]

    def names() -> list[str]:
        return [one["name"] for one in ask("GET", f"/issues/{issue}/labels").json]

    ask("POST", "/labels", json={"name": "bug", "color": "red"})
    made = ask("POST", f"/issues/{issue}/labels", json=wrap(["bug", "new"])).json
    assert ([one["name"] for one in made], made[0]["color"]) == (["bug", "new"], "red")
    assert names() == ["bug", "new"]
    ask("PUT", f"/issues/{issue}/labels", json=wrap(["only", "bug"]))
    assert sorted(names()) == ["bug", "only"]
    assert ask("DELETE", f"/issues/{issue}/labels/only").status == 204
    assert names() == ["bug"]


def test_a_removal_calls_the_record_something_else(play: Play) -> None:
    """`object` is the kind of the answer, not that of the record; what was removed is gone."""
    shown = {**thing(id=None, object={"type": "string", "enum": ["thing"]}), "required": ["id", "object"]}
    kind, flag = {"type": "string", "enum": ["thing.deleted"]}, {"type": "boolean"}
    paths = crud("/things", "id", THING, thing(name=None))
    told = {**thing(id=None, object=kind, deleted=flag), "required": ["id", "object", "deleted"]}
    paths["/things/{id}"]["delete"]["responses"] = answer(told)
    ask = play(paths, Thing=shown)
    key = ask("POST", "/things", json={}).json["id"]
    assert ask("DELETE", f"/things/{key}").json == {"id": key, "object": "thing.deleted", "deleted": True}
    assert ask("GET", f"/things/{key}").status == 404


PART: Any = {**thing(type={"type": "string", "enum": ["text"]}, text=None), "required": ["type", "text"]}
DEEP: Any = {**PART, "properties": {**PART["properties"], "text": {**thing(value=None), "required": ["value"]}}}
IMAGE: Any = {**thing(type={"type": "string", "enum": ["image"]}, url=None), "required": ["type", "url"]}
LINE: Any = thing(sku=None, count=WHOLE)
PAGE: Any = {
    **thing(data={"type": "array", "items": LINE}, has_more={"type": "boolean"}),
    "required": ["data", "has_more"],
}


@pytest.mark.parametrize(
    ("sent", "shown", "value", "expected"),
    [
        (TEXT, {"type": "array", "items": PART}, "Hi", [{"type": "text", "text": "Hi"}]),
        (TEXT, {"type": "array", "items": {"oneOf": [IMAGE, DEEP]}}, "Hi", [{"type": "text", "text": {"value": "Hi"}}]),
        (TEXT, TEXTS, "Hi", ["Hi"]),
        ({"type": "array", "items": LINE}, PAGE, [{"sku": "a", "count": 2}],
         {"data": [{"sku": "a", "count": 2}], "has_more": False}),
    ],
)  # fmt: skip
def test_what_is_sent_is_shown_in_the_form_of_the_answer(
    play: Play, sent: Any, shown: Any, value: Any, expected: Any
) -> None:
    """A text as the only part of a message, and a list as the page that has it."""
    record = {**thing(id=None, content=shown), "required": ["id", "content"]}
    ask = play(crud("/messages", "id", THING, thing(content=sent)), Thing=record)
    made = ask("POST", "/messages", json={"content": value}).json
    assert made["content"] == expected
    assert ask("GET", f"/messages/{made['id']}").json == made


@pytest.mark.parametrize(("status", "documented"), [(200, ()), (404, ("404",))])
def test_a_list_that_is_declared_to_be_one_record_shows_an_example_of_it(
    status: int, documented: tuple[str, ...], play: Play
) -> None:
    """Once nothing is left, where the contract has no answer for that."""
    paths = crud("/things", "id", THING)
    paths["/things"]["get"]["responses"] = answer(THING) | {one: {"description": "None"} for one in documented}
    paths["/things"]["delete"] = {"operationId": "clear", "responses": {"204": {"description": "Gone"}}}
    ask = play(paths, Thing=thing(id=None, name=None))
    created = [ask("POST", "/things", json={"name": "Ball"}).json]
    assert ask("GET", "/things").json.keys() == created[0].keys()
    assert ask("DELETE", "/things").status == 204
    assert ask("GET", f"/things/{created[0]['id']}").status == 404
    assert ask("GET", "/things").status == status


def test_a_post_beside_a_few_words_of_a_path_makes_no_records(play: Play) -> None:
    """`/groups/{kind}` shows one of two groups, which no POST to `/groups` can take away; each gets its answer."""
    paths = crud("/groups", "kind", THING)
    paths["/groups/{kind}"]["parameters"][0]["schema"] = kind = {"type": "string", "enum": ["old", "new"]}
    group = thing(title=None, kind=kind)
    paths["/groups"] = {"post": {"operationId": "add", "requestBody": body(group), "responses": answer(group, "201")}}
    ask = play(paths, Thing=thing(total=WHOLE, items={"type": "array", "items": group}))
    assert [ask("POST", "/groups", json={"title": "Four"}).status for _ in range(4)] == [201] * 4
    assert ask("GET", "/groups/old").status == 200
