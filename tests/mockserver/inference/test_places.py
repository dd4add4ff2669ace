"""Where records belong: to the values of their path, to a verb in it, and to paths that only say yes or no."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.exchange.engine import Engine
from mockserver.settings import Settings
from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, body, crud, thing, values
from tests.support import Ask

WHOLE = {"type": "integer"}
THING = {"$ref": "#/components/schemas/Thing"}
EMPTY = {"204": {"description": ""}}
NONE = {"404": {"description": ""}}


def test_records_belong_to_the_values_of_their_path(play: Play) -> None:
    """A note of one repository is none of another, for reading, changing, listing and removing alike."""
    paths = crud("/repos/{owner}/{repo}/notes", "id", THING)
    paths["/repos/{owner}/{repo}/notes/{id}"]["patch"] = {"requestBody": body(THING), "responses": answer(THING)}
    ask = play(paths, Thing=thing(id=WHOLE, text=None))
    key = ask("POST", "/repos/a/one/notes", json={"text": "mine"}).json["id"]
    assert [note["id"] for note in ask("GET", "/repos/a/one/notes").json] == [key]
    assert ask("GET", "/repos/b/two/notes").json == []
    for other in ("a/two", "b/one"):
        assert ask("GET", f"/repos/{other}/notes/{key}").status == 404
        assert ask("PATCH", f"/repos/{other}/notes/{key}", json={"text": "other"}).status == 404
        assert ask("DELETE", f"/repos/{other}/notes/{key}").status == 404
    assert ask("GET", f"/repos/a/one/notes/{key}").json["text"] == "mine"


def test_the_examples_of_a_path_lead_to_the_first_records(play: Play) -> None:
    """Made-up records belong to the values that the document gives as examples."""
    paths = crud("/teams/{team}/notes", "id", THING)
    paths["/teams/{team}/notes"]["parameters"][0]["example"] = "red"
    ask = play(paths, Thing=thing(id=WHOLE, text=None))
    assert len(ask("GET", "/teams/red/notes").json) == 3
    assert ask("GET", "/teams/blue/notes").json == []


def test_a_field_that_holds_a_value_of_the_path_is_shown(play: Play) -> None:
    """A record says itself to whom it belongs, where its schema has a field of the parameter's name."""
    ask = play(crud("/users/{userId}/notes", "id", THING), Thing=thing(id=WHOLE, userId=None, text=None))
    assert ask("POST", "/users/ada/notes", json={"text": "mine"}).json["userId"] == "ada"


@pytest.mark.parametrize(("path", "one", "other"), [
    ("/star/{owner}/{repo}", "/star/a/b", "/star/b/a"), ("/mute", "/mute", "/mute/x"),
])  # fmt: skip
def test_a_path_that_says_yes_or_no_remembers(play: Play, path: str, one: str, other: str) -> None:
    """PUT sets it, DELETE unsets it, and GET answers 204 or 404."""
    ask = play({path: {"parameters": values(path), "get": {"responses": EMPTY | NONE}, "put": {"responses": EMPTY},
                       "delete": {"responses": EMPTY}}})  # fmt: skip
    assert ask("GET", one).status == 404
    assert [ask("PUT", one).status for _ in range(2)] == [204, 204]
    assert [ask("GET", one).status, ask("GET", other).status] == [204, 404]
    assert [ask("DELETE", one).status for _ in range(2)] == [204, 204]
    assert ask("GET", one).status == 404


def test_what_is_below_a_record_is_set_only_where_the_record_exists(play: Play) -> None:
    """A gist that isn't there cannot be starred, and an unset star cannot be unset where that is a 404."""
    star = {method: {"responses": EMPTY | NONE} for method in ("get", "put", "delete")}
    paths = {**crud("/gists", "id", THING), "/gists/{id}/star": {"parameters": values("/gists/{id}/star"), **star}}
    ask = play(paths, Thing=thing(id=None, text=None))
    key = ask("POST", "/gists", json={"text": "x"}).json["id"]
    assert ask("PUT", "/gists/none/star").status == 404
    assert ask("PUT", f"/gists/{key}/star").status == 204
    assert [ask("DELETE", f"/gists/{key}/star").status for _ in range(2)] == [204, 404]


def _verbs(**paths: Any) -> dict[str, Any]:
    """Operations by path and method, as `get_things_list`."""
    result: dict[str, Any] = {}
    for name, operation in paths.items():
        method, _, path = name.partition("_")
        path = "/" + path.replace("__", ".").replace("_", "/").replace("ID", "{id}")
        result.setdefault(path, {"parameters": values(path)})[method] = operation
    return result


LIST = {"responses": answer({"type": "array", "items": THING})}
READ = {"responses": {**answer(THING), **NONE}}
MAKE = {"requestBody": body(THING), "responses": answer(THING, "201")}
CHANGE = {"requestBody": body(THING), "responses": answer(THING)}
REMOVE = {"responses": EMPTY}
BY_QUERY = {"parameters": [{"name": "thing", "in": "query", "required": True, "schema": {"type": "string"}}]}


@pytest.mark.parametrize(
    ("paths", "make", "read", "change", "remove", "list_"),
    [
        (
            _verbs(get_things=LIST, post_things_create=MAKE, get_things_ID=READ, post_things_ID_update=CHANGE,
                   delete_things_ID=REMOVE),
            "POST /things/create", "GET /things/{}", "POST /things/{}/update", "DELETE /things/{}", "GET /things",
        ),
        (
            _verbs(get_things_all=LIST, post_things_add=MAKE, get_things_find_ID=READ, put_things_update_ID=CHANGE,
                   delete_things_delete_ID=REMOVE),
            "POST /things/add", "GET /things/find/{}", "PUT /things/update/{}", "DELETE /things/delete/{}",
            "GET /things/all",
        ),
        (
            _verbs(get_things__list=LIST, post_things__create=MAKE, get_things__info={**READ, **BY_QUERY},
                   post_things__update={**CHANGE, **BY_QUERY}, post_things__delete={**REMOVE, **BY_QUERY}),
            "POST /things.create", "GET /things.info?thing={}", "POST /things.update?thing={}",
            "POST /things.delete?thing={}", "GET /things.list",
        ),
        (
            _verbs(get_getThings=LIST, post_createThing=MAKE, get_getThing_ID=READ, put_updateThing_ID=CHANGE,
                   delete_deleteThing_ID=REMOVE),
            "POST /createThing", "GET /getThing/{}", "PUT /updateThing/{}", "DELETE /deleteThing/{}", "GET /getThings",
        ),
        (
            _verbs(get_things_json=LIST, post_things_create=MAKE, get_things_ID_json=READ, post_things_ID_update=CHANGE,
                   delete_things_ID=REMOVE),
            "POST /things/create", "GET /things/{}/json", "POST /things/{}/update", "DELETE /things/{}",
            "GET /things/json",
        ),
    ],
)  # fmt: skip
def test_a_verb_in_a_path_says_what_is_done(
    play: Play, paths: Any, make: str, read: str, change: str, remove: str, list_: str
) -> None:
    """Whatever the style of the path: create, read, list, change, remove, read again."""
    ask = play(paths, Thing=thing(id=None, name=None))

    def call(what: str, key: str = "", **options: Any) -> Any:
        method, target = what.split()
        path, _, query = target.replace("{}", key).partition("?")
        return ask(method, path, query=query, **options)

    key = call(make, json={"name": "ball"}).json["id"]
    assert call(read, key).json["name"] == "ball"
    assert key in [one["id"] for one in call(list_).json]
    assert call(change, key, json={"name": "bat"}).json["name"] == "bat"
    assert call(read, key).json["name"] == "bat"
    assert call(remove, key).status == 204
    assert call(read, key).status == 404


def test_a_word_alone_is_no_verb(play: Play) -> None:
    """Without another path of the same collection, `/auth/create` stays what it is."""
    ask = play({"/auth/create": {"post": {**MAKE}}}, Thing={**thing(id=None), "example": {"id": "a"}})
    assert ask("POST", "/auth/create", json={}).json == {"id": "a"}


NAMED = thing(name=None)
ONE = answer(NAMED)


@pytest.fixture
def adopting(tmp_path: Path, build: Callable[[Settings], Engine]) -> Ask:
    """Messages below accounts, and a user alone."""
    paths = {**crud("/accounts", "aid", thing(id=None, name=None), kind="Account"),
             **crud("/accounts/{aid}/messages", "id", thing(id=None, text=None)),
             **crud("/accounts/{aid}/messages/{id}/notes", "nid", thing(nid=None, text=None), kind="Note"),
             "/me": {"get": {"responses": ONE}, "patch": {"requestBody": body(NAMED), "responses": ONE}}}  # fmt: skip
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    return Ask(build(Settings(str(path), auth="off", unknown_parents="adopt")), None)


def test_an_unknown_parent_is_made_on_first_use(adopting: Ask) -> None:
    """Clients come with an account of their own; a record that nobody used is still a 404."""
    assert adopting("GET", "/accounts/AC1").status == 404
    made = adopting("POST", "/accounts/AC1/messages", json={"text": "hello"}).json
    assert adopting("GET", "/accounts/AC1").json["id"] == "AC1"
    assert adopting("GET", "/accounts/AC1/messages").json == [made]
    assert adopting("GET", "/accounts/AC2/messages").json == []
    assert adopting("GET", "/accounts/AC2").status == 200
    assert adopting("GET", f"/accounts/AC2/messages/{made['id']}").status == 404


def test_all_that_a_path_names_above_is_made_on_first_use(adopting: Ask) -> None:
    """A note below an unknown message of an unknown account: the message and the account are there then."""
    note = adopting("POST", "/accounts/AC3/messages/7/notes", json={"text": "hello"}).json
    assert adopting("GET", f"/accounts/AC3/messages/7/notes/{note['nid']}").json == note
    assert [adopting("GET", path).status for path in ("/accounts/AC3", "/accounts/AC3/messages/7")] == [200, 200]
    assert len(adopting("GET", "/accounts/AC3/messages").json) == 1
    assert adopting("POST", "/accounts/AC3/messages/8/notes", json={"text": "again"}).status == 201
    assert len(adopting("GET", "/accounts/AC3/messages").json) == 2


def test_a_record_that_stands_alone_is_made_on_first_use(adopting: Ask) -> None:
    """A profile that was removed is there again."""
    adopting.engine.store.update("main", lambda world: world.drop("me", world.visible("me", (), 0)[0]))
    assert adopting("PATCH", "/me", json={"name": "Ada"}).json["name"] == "Ada"
    assert adopting("GET", "/me").json["name"] == "Ada"


def test_records_below_one_that_is_named_in_its_metadata_belong_to_it(play: Play) -> None:
    """The key of the parent lies inside a member, and its children have it in a field of their own."""
    box = thing(metadata=thing(name=None))
    paths = {**crud("/boxes", "name", box, kind="Box"), **crud("/boxes/{name}/toys", "id", THING)}
    ask = play(paths, Thing=thing(id=None, kind=None))
    ask("POST", "/boxes", json={"metadata": {"name": "red"}})
    toy = ask("POST", "/boxes/red/toys", json={"kind": "ball"}).json
    assert ask("GET", "/boxes/red/toys").json == [toy]
    assert ask("DELETE", "/boxes/red").status == 204
    assert ask("GET", f"/boxes/red/toys/{toy['id']}").status == 404


def test_a_check_that_is_bare_is_set_by_any_put(play: Play) -> None:
    """What sets it may take and return something: an invitation, or the merge of a pull request."""
    at = "/repos/{repo}/members/{name}"
    sets = {"requestBody": body(thing(role=None)), "responses": answer(thing(invited=None), "201") | EMPTY}
    path = {"parameters": values(at), "get": {"responses": EMPTY | NONE}, "delete": {"responses": EMPTY}, "put": sets}
    ask = play({at: path})
    steps = [("GET", 404), ("PUT", 201), ("GET", 204), ("DELETE", 204), ("GET", 404)]
    assert [ask(method, "/repos/a/members/b", **({"json": {}} if method == "PUT" else {})).status
            for method, _ in steps] == [status for _, status in steps]  # fmt: skip


def test_a_put_that_creates_makes_a_record_of_which_nothing_is_sent_that_it_shows(play: Play) -> None:
    """A secret is sent encrypted, and shown by its name."""
    paths = crud("/secrets", "name", THING)
    sent = body(thing(encrypted_value=None, key_id=None))
    paths["/secrets/{name}"]["put"] = {"requestBody": sent, "responses": {"201": {"description": ""}, **EMPTY}}
    ask = play(paths, Thing=thing(name=None, created_at={"type": "string", "format": "date-time"}))
    assert ask("GET", "/secrets/TOKEN").status == 404
    assert ask("PUT", "/secrets/TOKEN", json={"encrypted_value": "x"}).status == 201
    assert ask("GET", "/secrets/TOKEN").json["name"] == "TOKEN"
    assert "TOKEN" in [one["name"] for one in ask("GET", "/secrets").json]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/users/by-email/{email}", "email"),
        ("/users/email/{value}", "email"),
        ("/users/tags/{tag}", "tag_name"),
        ("/users/findByPhone/{phoneNumber}", "phone"),
        ("/users/lookup/{slug}", "slug"),
    ],
)
def test_a_path_finds_a_record_by_another_field(play: Play, path: str, field: str) -> None:
    """Which the path names; a value that no record has is a 404."""
    user = thing(id=None, email=None, tag_name=None, phone=None, slug=None)
    one = {path: {"parameters": values(path), "get": {"responses": answer(THING)}}}
    ask = play(crud("/users", "id", THING) | one, Thing=user)
    made = ask("POST", "/users", json={field: "mine"}).json
    at = path.partition("{")[0]
    assert ask("GET", f"{at}mine").json == made
    assert ask("GET", f"{at}none").status == 404


def test_paths_of_the_same_records_find_them_by_the_key_of_each(play: Play) -> None:
    """A team by its id, and below its organisation by its slug."""
    team = thing(id=WHOLE, slug=None, name=None)
    one = crud("/teams", "team_id", THING, kind="Team")["/teams/{team_id}"]
    one["parameters"][0]["schema"] = WHOLE
    paths = {"/teams/{team_id}": one, **crud("/orgs/{org}/teams", "team_slug", THING, kind="OfOrg")}
    ask = play(paths, Thing=team)
    made = ask("POST", "/orgs/acme/teams", json={"name": "Core", "slug": "core"}).json
    ask("POST", "/orgs/other/teams", json={"name": "Core", "slug": "core"})
    assert ask("GET", "/orgs/acme/teams/core").json == ask("GET", f"/teams/{made['id']}").json == made


@pytest.mark.parametrize(("value", "field"), [("username", "login"), ("login", "username"), ("handle", "screen_name")])
def test_an_account_is_found_by_its_name(play: Play, value: str, field: str) -> None:
    """Whatever the path calls it."""
    ask = play(crud("/users", value, THING), Thing=thing(id=WHOLE, **{field: None}))
    made = ask("POST", "/users", json={field: "ada"}).json
    assert ask("GET", "/users/ada").json == made


def test_what_is_below_an_unknown_record_is_adopted_and_what_is_removed_stays_away(adopting_below: Ask) -> None:
    """A balance of an account that the SDK brings; a message is gone after it was removed, and its DELETE is proven."""
    assert adopting_below("GET", "/accounts/mine/balance").status == 200
    assert adopting_below("GET", "/accounts/mine").status == 200
    made = adopting_below("POST", "/accounts", json={"name": "a"}).json["id"]
    assert adopting_below("DELETE", f"/accounts/{made}").status == 204
    assert adopting_below("GET", f"/accounts/{made}").status == 404


@pytest.fixture
def adopting_below(tmp_path: Path, build: Callable[[Settings], Engine]) -> Ask:
    """Accounts, each with a balance that isn't a record."""
    path = "/accounts/{aid}/balance"
    balance = {"parameters": values(path), "get": {"responses": answer(thing(amount=WHOLE))}}
    paths = {path: balance, **crud("/accounts", "aid", thing(id=None, name=None), kind="Account")}
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    settings = Settings(str(tmp_path / "openapi.json"), auth="off", unknown_parents="adopt")
    return Ask(build(settings), None)


def test_what_is_made_above_is_there_and_not_set(play: Play) -> None:
    """GET on a record has no body by the contract, but POST above makes the records: no flag is asked for."""
    bare = {"200": {"description": ""}, "404": {"description": ""}}
    paths = crud("/pets", "id", THING)
    item = paths["/pets/{id}"]
    item["get"]["responses"] = bare
    item["head"] = {"responses": bare}
    item["put"] = {"requestBody": body(thing(name=None)), "responses": bare}
    ask = play(paths, Thing=thing(id=None, name=None))
    made = f"/pets/{ask('POST', '/pets', json={'name': 'a'}).json['id']}"
    assert [ask(method, made).status for method in ("GET", "HEAD", "DELETE", "GET", "HEAD")] == [
        200,
        200,
        204,
        404,
        404,
    ]
