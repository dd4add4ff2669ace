"""New records have what only the server can set, and the documented request can be posted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, body, crud, thing, values

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
NULLABLE = {"type": ["string", "null"]}
THING = {"$ref": "#/components/schemas/Thing"}
SERVED: dict[str, Any] = {
    "id": WHOLE,
    "text": TEXT,
    "note": TEXT,
    "status": {**NULLABLE, "enum": ["queued", "sent", None]},
    "client_secret": TEXT,
    "created_at": {"type": "string", "format": "date-time"},
    "created": {"type": "integer", "format": "unix-time"},
    "sent": {"type": "string", "format": "date-time-rfc-2822"},
    "url": {"type": "string", "format": "uri"},
    "deleted_at": {**NULLABLE, "format": "date-time"},
    "closed_on": {"type": "string", "format": "date"},
    "is_deleted": {"type": "boolean"},
    "errors": {"type": "array", "items": TEXT},
    "expires": {"type": "integer", "format": "unix-time"},
}


@pytest.fixture
def created(play: Play) -> dict[str, Any]:
    """A thing that a client made with no more than a text, though it could have sent a note."""
    paths = crud("/things", "id", THING)
    paths["/things"]["post"]["requestBody"] = body(thing(text=TEXT, note=TEXT))
    return play(paths, Thing=thing(**SERVED))("POST", "/things", json={"text": "hello"}).json  # type: ignore[no-any-return]


def test_a_new_record_is_whole(created: dict[str, Any]) -> None:
    """It has whatever no request can give it, and not what a client left out."""
    assert created.keys() == SERVED.keys() - {"note", "closed_on"}
    assert created["status"] == "queued"
    assert created["errors"] == []


def test_a_new_record_is_new(created: dict[str, Any]) -> None:
    """Its times are now, nothing about it is over, and what expires does so later."""
    assert (created["deleted_at"], created["is_deleted"]) == (None, False)
    assert created["created"] < created["expires"]
    assert created["sent"].endswith("+0000")


STATES = ["canceled", "processing", "requires_action", "succeeded"]


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize(
    ("name", "schema", "value"),
    [
        ("closed_at", {**NULLABLE, "format": "date-time"}, None),
        ("error", {"anyOf": [{"type": "object", "properties": {"code": TEXT}}, {"type": "null"}]}, None),
        ("error_code", {"type": ["integer", "null"]}, None),
        ("state_reason", {**NULLABLE, "enum": ["done", None]}, None),
        ("lastFailureMessage", NULLABLE, None),
        ("comments", WHOLE, 0),
        ("likeCount", {"type": "integer", "minimum": 0}, 0),
        ("current_size", WHOLE, 0),
        ("num_forks", WHOLE, 0),
        ("delinquent", {"type": "boolean"}, False),
        ("active", {"type": "boolean"}, True),
        ("isEnabled", {"type": "boolean"}, True),
        ("locked", {"type": "boolean", "default": False}, False),
        ("status", {**TEXT, "enum": STATES}, "processing"),
        ("order_status", {**TEXT, "enum": ["approved", "cancelled", "new", "shipped"]}, "new"),
        ("state", {**TEXT, "enum": ["completed", "failed", "running"]}, "running"),
        ("phase", {**TEXT, "enum": ["validating", "failed", "done"]}, "validating"),
        ("tags", {"type": "array", "items": TEXT}, []),
    ],
)
def test_nothing_has_happened_to_a_new_record(play: Play, name: str, schema: Any, value: Any, required: bool) -> None:
    """It has no error and no end, its counters are 0, its flags are off and its state is one to begin with."""
    paths = crud("/things", "id", THING)
    paths["/things"]["post"]["requestBody"] = body(thing(text=TEXT))
    record = {**thing(id=WHOLE, text=TEXT, **{name: schema}), "required": ["id", *([name] if required else [])]}
    made = play(paths, Thing=record)("POST", "/things", json={"text": "hello"}).json
    assert made.get(name) == value
    assert isinstance(made.get(name), bool) == isinstance(value, bool)


def test_what_changes_is_stamped_in_its_own_form(play: Play) -> None:
    """`updated` in seconds is a number after a change too."""
    fields = thing(id=WHOLE, text=TEXT, updated={"type": "integer", "format": "unix-time"})
    paths = crud("/things", "id", THING)
    paths["/things/{id}"]["patch"] = {"requestBody": body(thing(text=TEXT)), "responses": answer(THING)}
    ask = play(paths, Thing=fields)
    assert ask("GET", "/things/1").json["updated"] < 1_767_225_600
    assert ask("PATCH", "/things/1", json={"text": "new"}).json["updated"] > 1_767_225_600


@pytest.mark.parametrize("place", ["property", "schema", "media"])
def test_the_documented_request_can_be_posted(play: Play, place: str) -> None:
    """No record that is there at the start has the key of the example."""
    sent: dict[str, Any] = thing(id=WHOLE, text=TEXT)
    example = {"id": 1, "text": "hello"}
    if place == "property":
        sent["properties"] = {"id": {**WHOLE, "example": 1}, "text": {**TEXT, "example": "hello"}}
    elif place == "schema":
        sent["example"] = example
    request = body(sent)
    if place == "media":
        request["content"]["application/json"]["example"] = example
    paths = crud("/things", "id", THING)
    paths["/things"]["post"] |= {"requestBody": request}
    paths["/things"]["post"]["responses"] |= answer(thing(error=TEXT), "409")
    ask = play(paths, Thing=thing(id=WHOLE, text=TEXT))
    assert 1 not in [one["id"] for one in ask("GET", "/things").json]
    assert ask("POST", "/things", json=example).json == example


def test_records_have_values_that_filters_ask_for(play: Play) -> None:
    """A field of any text has those of the parameter's enum; `all` is none of them."""
    paths = crud("/things", "id", THING)
    states = {**TEXT, "enum": ["open", "closed", "all"]}
    paths["/things"]["get"]["parameters"] = [{"name": "state", "in": "query", "schema": states}]
    ask = play(paths, Thing=thing(id=WHOLE, state=TEXT))
    assert {one["state"] for one in ask("GET", "/things", query="state=all").json} <= {"open", "closed"}


def test_an_answer_of_another_form_leaves_the_records_where_they_are(play: Play) -> None:
    """What DELETE answers requires a member that records don't have: they are listed all the same."""
    removed = {**thing(id=WHOLE, deleted={"type": "boolean"}), "required": ["id", "deleted"]}
    paths = crud("/things", "id", THING)
    paths["/things/{id}"]["delete"] = {"responses": answer({"$ref": "#/components/schemas/Removed"})}
    ask = play(paths, Thing=thing(id=WHOLE, text=TEXT), Removed=removed)
    first, *rest = ask("GET", "/things").json
    assert ask("DELETE", f"/things/{first['id']}").json["id"] == first["id"]
    assert ask("GET", "/things").json == rest


def test_a_delete_may_answer_with_the_key_alone(play: Play) -> None:
    """A text or a number, not a record."""
    paths = crud("/things", "id", THING)
    paths["/things/{id}"]["delete"] = {"responses": answer(TEXT)}
    ask = play(paths, Thing=thing(id=TEXT, text=TEXT))
    first = ask("GET", "/things").json[0]["id"]
    assert ask("DELETE", f"/things/{first}").json == first


def test_a_key_that_is_one_of_a_few_values_in_an_answer_stays_its_own(play: Play) -> None:
    """The key that the path alone declares has other values, which would not fit there."""
    paths = crud("/pages", "section", THING)
    paths["/pages/{section}"]["parameters"][0]["schema"] = {**TEXT, "enum": [f"{word}s" for word in "abcdefgh"]}
    few = thing(title=TEXT, section={**TEXT, "enum": ["guide", "note"]}) | {"required": ["title"]}
    data = thing(data=few) | {"required": ["data"]}
    paths["/pages"]["post"] |= {"requestBody": body(few), "responses": answer(data, "201")}
    del paths["/pages"]["get"]
    ask = play(paths, Thing=thing(total=WHOLE, data={"type": "array", "items": {"type": "object"}}))
    assert ask("POST", "/pages", json={"title": "x"}).json["data"].get("section", "note") in {"guide", "note"}


CHOICE = {
    "type": "object",
    "required": ["index", "message", "finish_reason"],
    "properties": {
        "index": WHOLE,
        "message": {**thing(content=TEXT, refusal=NULLABLE, calls={"type": "array", "items": TEXT}),
                    "required": ["content", "refusal"]},
        "finish_reason": {**TEXT, "enum": ["stop", "length"]},
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ["choices", "output", "results", "best_candidates"])
def test_a_result_has_contents(play: Play, name: str) -> None:
    """What a client reads first is there, nothing has gone wrong in it, and it is done; a list of tags is empty."""
    lists = {name: {"type": "array", "items": CHOICE}, "tags": {"type": "array", "items": thing(word=None)}}
    usage = {**thing(total=WHOLE), "required": ["total"]}
    status = {**TEXT, "enum": ["completed", "failed", "in_progress"]}
    record = thing(id=None, model=None, usage=usage, status=status, **lists)
    paths = crud("/completions", "id", THING, thing(model=None, prompt=None))
    ask = play(paths, Thing={**record, "required": ["id", *lists]})
    made = ask("POST", "/completions", json={"model": "m", "prompt": "Hello"}).json
    [choice] = made[name]
    assert (choice["index"], choice["finish_reason"], choice["message"]["refusal"]) == (0, "stop", None)
    assert choice["message"].keys() == {"content", "refusal"}
    assert (made["tags"], made["status"], type(made["usage"]["total"])) == ([], "completed", int)
    assert ask("GET", f"/completions/{made['id']}").json == made


def test_a_first_record_can_be_sent_back_as_it_was_read(play: Play) -> None:
    """It has only values that the requests take, also where its own schema would admit others."""
    note = {"$ref": "#/components/schemas/Note"}
    bounds = {"rank": {"type": "integer", "minimum": 1, "maximum": 5}, "kind": {"type": "string", "enum": ["a", "b"]}}
    paths = crud("/notes", "id", note, thing(text=None, **bounds))
    paths["/notes/{id}"]["put"] = {"requestBody": body(thing(text={"type": "string", "maxLength": 9})),
                                   "responses": answer(note)}  # fmt: skip
    ask = play(paths, Note=thing(id=None, text=None, kind=None, rank={"type": "integer"}))
    for one in ask("GET", "/notes").json:
        assert one["rank"] in range(1, 6)
        assert one["kind"] in ("a", "b")
        assert ask("PUT", f"/notes/{one['id']}", json=one).status == 200
        assert ask("POST", "/notes", json=one).status in (201, 409)


@pytest.mark.parametrize("shown", ["workflow_id", "id", "workflowId"])
def test_an_object_of_which_nothing_is_said_makes_a_record(play: Play, shown: str) -> None:
    """The answer has its key, and beside it the field whose name has the word for the record."""
    flow = {"$ref": "#/components/schemas/Workflow"}
    paths = crud("/workflows", "workflow_id", flow, kind="Workflow")
    said = thing(message=TEXT, workflow_name=TEXT, **{shown: TEXT})
    query = {"name": "workflow_name", "in": "query", "schema": TEXT}
    post = {"parameters": [query], "requestBody": body({"type": "object"}), "responses": answer(said, "201")}
    paths["/workflows"]["post"] = post
    ask = play(paths, Workflow=thing(id=TEXT, name=TEXT, status=TEXT))
    made = ask("POST", "/workflows", query="workflow_name=mine", json={"steps": 3}).json
    assert made.get("workflow_name") == "mine", made
    assert ask("GET", f"/workflows/{made[shown]}").json["name"] == "mine"
    assert made[shown] in [one["id"] for one in ask("GET", "/workflows").json]


@pytest.mark.parametrize("wrapper", ["", "user"])
def test_a_list_of_new_records_may_be_answered_with_one(play: Play, wrapper: str) -> None:
    """It is the last of them, or one that is made where none is sent, and each can be found."""
    user = thing(id=TEXT, email=TEXT, name=TEXT)
    shown = thing(id=TEXT, email=TEXT, invited=TEXT)
    paths = crud("/users", "id", {"$ref": "#/components/schemas/User"})
    paths["/users"]["post"]["requestBody"] = body({"type": "array", "items": thing(email=TEXT)})
    paths["/users"]["post"]["responses"] = answer(thing(**{wrapper: shown}, error=TEXT) if wrapper else shown)
    ask = play(paths, User=user)
    for sent in ([{"email": "a"}, {"email": "b"}], []):
        answered = ask("POST", "/users", json=sent).json
        made = answered[wrapper] if wrapper else answered
        found = ask("GET", f"/users/{made['id']}")
        assert (found.status, found.json.get("email")) == (200, "b" if sent else made.get("email"))
    assert {"a", "b"} <= {one.get("email") for one in ask("GET", "/users").json}


def test_the_key_alone_after_a_list_may_be_that_of_a_job(play: Play) -> None:
    """It names none of the records that are made."""
    paths = crud("/users", "id", {"$ref": "#/components/schemas/User"})
    paths["/users"]["post"]["requestBody"] = body({"type": "array", "items": thing(email=TEXT)})
    paths["/users"]["post"]["responses"] = answer(thing(id=TEXT, progress=WHOLE))
    ask = play(paths, User=thing(id=TEXT, email=TEXT))
    job = ask("POST", "/users", json=[{"email": "a"}]).json
    (made,) = (one for one in ask("GET", "/users").json if one["email"] == "a")
    assert made["id"] != job["id"]


@pytest.mark.parametrize(("open_records", "made"), [(True, 2), (False, 0)])
@pytest.mark.parametrize("wrapper", ["data", "rows"])
def test_objects_of_which_nothing_is_said_are_records_with_any_members(
    play: Play, wrapper: str, *, open_records: bool, made: int
) -> None:
    """Each of a list that is sent, in its envelope; not where records have only the members that are declared."""
    rows = {"type": "array", "items": {"type": "object", "additionalProperties": True}}
    row = {**thing(id=WHOLE, createdAt=TEXT), **({"additionalProperties": True} if open_records else {})}
    sent = {**thing(form=TEXT, **{wrapper: rows}), "required": [wrapper]}
    shown = thing(data={"type": "array", "items": {"$ref": "#/components/schemas/Row"}})
    get, post = {"responses": answer(shown)}, {"requestBody": body(sent), "responses": answer(thing(count=WHOLE))}
    ask = play({"/rows": {"get": get, "post": post}}, Row=row)
    ask("POST", "/rows", json={wrapper: [{"colour": "red"}, {"colour": "blue"}]})
    colours = [one["colour"] for one in ask("GET", "/rows").json["data"] if one.get("colour") in ("red", "blue")]
    assert len(colours) == made


@pytest.mark.parametrize("place", ["/secrets", "/users/{user}/secrets"])
def test_each_member_of_a_map_is_a_record(play: Play, place: str) -> None:
    """POST makes one of each, by its name in the map where it sends none; DELETE takes those that it names."""
    secret, names = thing(name=TEXT, kind=TEXT), {"type": "array", "items": TEXT}
    sent = {"type": "object", "additionalProperties": thing(name=TEXT, kind=TEXT, value=TEXT)}
    methods = {
        "get": {"responses": answer({"type": "array", "items": secret})},
        "post": {"requestBody": body(sent), "responses": answer(thing(message=TEXT), "201")},
        "delete": {"requestBody": body(names), "responses": answer(thing(message=TEXT))},
    }
    ask = play({place: {"parameters": values(place), **methods}})
    path = place.replace("{user}", "ada")
    mail, web = {"name": "mail", "kind": "env"}, {"name": "web", "kind": "file"}
    assert ask("POST", path, json={"a": mail, "web": {"kind": "file"}}).status == 201
    assert [one for one in ask("GET", path).json if one in (mail, web)] == [mail, web]
    assert ask("DELETE", path, json=["mail"]).status == 200
    assert [one for one in ask("GET", path).json if one in (mail, web)] == [web]


def test_a_member_that_is_left_out_has_its_declared_default(play: Play) -> None:
    """Of a record that is made, and of one that is replaced; its key has none, since each record has another."""
    stage = {"type": "string", "enum": ["beta", "release"]}
    sent = thing(id={"type": "string", "default": "main"}, name=TEXT, stage={**stage, "default": "release"})
    shown = {**thing(id=TEXT, name=TEXT, stage=stage), "required": ["id", "name", "stage"]}
    paths = crud("/branches", "id", THING, sent)
    paths["/branches/{id}"]["put"] = {"requestBody": body(sent), "responses": answer(THING)}
    ask = play(paths, Thing=shown)
    made = ask("POST", "/branches", json={"name": "one"}).json
    assert (made["stage"], ask("POST", "/branches", json={"name": "two"}).status) == ("release", 201)
    assert ask("PUT", f"/branches/{made['id']}", json={"name": "one", "stage": "beta"}).json["stage"] == "beta"
    assert ask("PUT", f"/branches/{made['id']}", json={"name": "one"}).json["stage"] == "release"
