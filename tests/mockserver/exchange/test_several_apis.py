"""Several APIs in one mock: their paths, names, records, files, and what is said where they don't go together."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mockserver.cli.check_spec import report
from mockserver.cli.watch import Watcher
from mockserver.control.served import served_contract
from mockserver.errors import UsageError
from mockserver.exchange.described import names_of
from mockserver.settings import Api, Settings, bundled
from tests.conftest import Build
from tests.support import Ask

Write = Callable[..., Api]


def document(field: str, kind: Any, version: str = "3.1.0", **more: Any) -> dict[str, Any]:
    """An API with `/users`, whose records have a field of their own."""
    record = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, field: kind}}
    user = {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}
    many = {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/User"}}}}
    one = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    problem = {"description": "not there", "content": {"application/json": {"schema": {"required": [field]}}}}
    return {
        "openapi": version,
        "info": {"title": f"Users with {field}", "version": "1"},
        "paths": {
            "/users": {
                "get": {"operationId": "listUsers", "responses": {"200": {"description": "all", "content": many}}},
                "post": {
                    "operationId": f"create_{field}",
                    "requestBody": {"required": True, "content": user},
                    "responses": {"201": {"description": "made", "content": user}, "422": {"description": "refused"}},
                },
            },
            "/users/{id}": {
                "parameters": one,
                "get": {"responses": {"200": {"description": "one", "content": user}, "404": problem}},
                "delete": {"responses": {"204": {"description": "gone"}, "404": problem}},
            },
        },
        "components": {"schemas": {"User": record}},
        **more,
    }


PAY = document("card", {"type": "integer", "minimum": 1, "nullable": True}, "3.0.3")
SHOP = document("mail", {"type": ["string", "null"]})


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes an API and its files into a folder, and names them."""

    def written(name: str, path: str, root: Any, behaviours: Any = None, fixtures: Any = None) -> Api:
        files = {}
        for kind, value in (("openapi", root), ("behaviours", behaviours), ("fixtures", fixtures)):
            file = tmp_path / f"{name}.{kind}.json"
            if value is not None:
                file.write_text(json.dumps(value), encoding="utf-8")
                files[kind] = file
        fixtures_of = (files["fixtures"],) if fixtures is not None else ()
        return Api(str(files["openapi"]), path, files.get("behaviours"), fixtures_of)

    return written


@pytest.fixture
def mock(build: Build) -> Callable[..., Ask]:
    """Builds one mock of several APIs."""
    return lambda *apis, **more: Ask(build(Settings(spec=apis[0].spec, apis=apis, **more)), token=None)


def test_each_has_its_paths_and_records(mock: Callable[..., Ask], write: Write) -> None:
    """Equal paths, operations and schemas differ by the path in front, and each keeps its own rules."""
    ask = mock(write("pay", "/pay", PAY), write("shop", "/shop", SHOP))
    assert ask("POST", "/pay/users", json={"id": "a", "card": None}).status == 201
    assert ask("POST", "/shop/users", json={"id": "a", "mail": "m"}).status == 201
    assert ask("POST", "/shop/users", json={"id": "b", "mail": 7}).status == 422
    assert ask("POST", "/pay/users", json={"id": "b", "card": 0}).status == 422
    assert ask("GET", "/pay/users/a").json == {"id": "a", "card": None}
    assert ask("DELETE", "/pay/users/a").status == 204
    assert ask("GET", "/pay/users/a").json.keys() == {"card"}  # its own form of errors
    assert ask("GET", "/shop/users/a").json == {"id": "a", "mail": "m"}
    assert ask("GET", "/users").status == 404
    contract = ask.engine.contract
    assert {"pay.listUsers", "shop.listUsers", "create_card", "GET /pay/users/{id}"} <= contract.operations.keys()
    assert ask.engine.behaviours.collections.keys() == {"users", "shop_users"}
    assert all(proof.proven for proof in ask.engine.proofs)


def test_one_journal_one_clock_and_one_world_of_a_name(mock: Callable[..., Ask], write: Write) -> None:
    """A world has the records of all APIs, and its journal their requests in their order."""
    ask = mock(write("pay", "/pay", PAY), write("shop", "", SHOP))
    for path in ("/users", "/pay/users"):
        assert ask("POST", path, json={"id": "x"}, headers={"mock-world": "both"}).status == 201
    entries = ask.engine.journal.entries("both")
    assert [entry.operation for entry in entries] == ["create_mail", "create_card"]
    world, _ = ask.engine.store.load("both")
    assert all("x" in collection.records for collection in world.collections.values())
    assert ask("GET", "/users/x").status == 404


def test_security_schemes_of_one_name(mock: Callable[..., Ask], write: Write) -> None:
    """Those that differ keep apart; an operation that names none has what its document asks for."""
    key = {"type": "apiKey", "in": "header", "name": "X-Key"}
    bearer = {"type": "http", "scheme": "bearer"}
    secured = [
        {**root, "security": [{"auth": []}], "components": {**root["components"], "securitySchemes": {"auth": one}}}
        for root, one in ((PAY, key), (SHOP, bearer))
    ]
    ask = mock(*(write(name, f"/{name}", root) for name, root in zip(("pay", "shop"), secured, strict=True)))
    assert ask.engine.contract.security_schemes.keys() == {"pay.auth", "shop.auth"}
    assert ask("GET", "/pay/users", headers={"x-key": "any"}).status == 200
    assert ask("GET", "/pay/users", token="any").status == 401
    assert ask("GET", "/shop/users", token="any").status == 200
    same = [{**root, "components": {**root["components"], "securitySchemes": {"auth": key}}} for root in secured]
    ask = mock(*(write(name, f"/{name}", root) for name, root in zip(("pay", "shop"), same, strict=True)))
    assert ask.engine.contract.security_schemes.keys() == {"auth"}


def test_base_paths_of_servers_stand_below_the_path(mock: Callable[..., Ask], write: Write) -> None:
    """As an app calls them whose base URL is the mock's with the path of the API."""
    ask = mock(write("pay", "/pay", {**PAY, "servers": [{"url": "https://pay.test/v1"}]}), write("shop", "", SHOP))
    assert ask("GET", "/pay/v1/users").status == ask("GET", "/pay/users").status == 200
    assert ask("GET", "/v1/users").status == 404


def test_swagger_and_its_parts_stand_beside_newer_documents(mock: Callable[..., Ask], write: Write) -> None:
    """Each document may be of another version of OpenAPI."""
    ok = {"description": "ok", "schema": {"$ref": "#/definitions/Pet"}}
    pets = {"/pets": {"get": {"produces": ["application/json"], "responses": {"200": ok}}}}
    pet = {"type": "object", "properties": {"name": {"type": "string", "x-nullable": True}}, "required": ["name"]}
    old = {"swagger": "2.0", "info": {"title": "Pets", "version": "1"}, "paths": pets, "definitions": {"Pet": pet}}
    ask = mock(write("pets", "/old", old), write("shop", "/new", SHOP))
    assert ask("GET", "/old/pets").json.keys() == {"name"}
    operation = ask.engine.contract.operations["GET /old/pets"]
    assert ask.engine.contract.document.locate(operation.pointer).partition(":")[0].endswith("pets.openapi.json")


def test_files_of_each_use_its_own_names(mock: Callable[..., Ask], write: Write) -> None:
    """Behaviours name operations and schemas as the document has them, fixtures the collections of the API alone."""
    told = {
        "collections": {"people": {"key": "id", "schema": "#/components/schemas/User"}},
        "operations": {
            "listUsers": {"list": {"people": {}}, "reply": "$records"},
            "GET /users/{id}": {"find": {"people": {"id": "$path.id"}}, "reply": "$record"},
        },
    }
    users = {"users": [{"name": "ann", "token": "t"}]}
    ask = mock(
        write("pay", "/pay", PAY, told, {**users, "people": [{"id": "p", "card": 3}]}),
        write("shop", "/shop", SHOP, None, users),
        write("blog", "/blog", document("post", {"type": "string"}), None, {"users": [{"id": "b", "post": "x"}]}),
    )
    assert ask("GET", "/pay/users/p").json == {"id": "p", "card": 3}
    assert ask("GET", "/blog/users/b").json == {"id": "b", "post": "x"}
    assert [user.name for user in ask.engine.fixtures.users] == ["ann"]
    assert ask("POST", "/pay/users", json={"id": "z"}).status == 201  # not described: the contract's example
    assert ask("GET", "/pay/users/z").status == 404
    assert all(proof.collection != "people" for proof in ask.engine.proofs)


def test_what_is_wrong_in_a_file_is_named_where_it_stands(mock: Callable[..., Ask], write: Write) -> None:
    """Though the behaviours of all APIs are read as one."""
    wrong = {"collections": {"people": {"key": "id"}}, "operations": {"listUsers": {"lists": {}}}}
    with pytest.raises(UsageError, match=r"pay\.behaviours\.json.*lists"):
        mock(write("pay", "/pay", PAY, wrong), write("shop", "/shop", SHOP))
    taken = {"collections": {"users": {"key": "id"}}, "operations": {"listUsers": {"list": {"users": {}}}}}
    with pytest.raises(UsageError, match=r"pay\.behaviours\.json.*'users' has the name of one that another API has"):
        mock(write("pay", "/pay", PAY, taken), write("shop", "/shop", SHOP))
    both = [write(name, f"/{name}", root, taken) for name, root in (("pay", PAY), ("shop", SHOP))]
    both[1].behaviours.write_text(json.dumps({**taken, "collections": {"users": {"key": "mail"}}}))  # type: ignore[union-attr]
    with pytest.raises(UsageError, match=r"collection 'users' stands in .*pay\.behaviours\.json"):
        mock(*both)


def test_equal_paths_are_refused_with_both_places(mock: Callable[..., Ask], write: Write) -> None:
    """Whatever the values in them are called; the fix is a path in front."""
    again = json.loads(json.dumps(SHOP).replace("/users", "/people"))
    again["paths"]["/people/{id}"]["parameters"][0]["name"] = "key"
    again["paths"] = {"/people/{key}": again["paths"]["/people/{id}"], "/users/{key}": again["paths"]["/people/{id}"]}
    with pytest.raises(UsageError) as caught:
        mock(write("pay", "", PAY), write("shop", "", again))
    said = str(caught.value)
    assert "shop.openapi.json:1: declares /users/{key}, as" in said
    assert "pay.openapi.json:1 does" in said
    assert 'path = "/shop" in [[api]]' in said


def test_notes_name_the_document_and_the_line(mock: Callable[..., Ask], write: Write) -> None:
    """Those of `check-spec`, and an invalid part costs the operations that need it, of its document alone."""
    broken = json.loads(json.dumps(SHOP))
    broken["paths"]["/users"]["get"]["responses"]["200"]["content"]["application/json"] = 7
    ask = mock(write("pay", "/pay", PAY), write("shop", "/shop", broken))
    lines, servable = report(ask.engine)
    left = [line for line in lines if "left out" in line]
    assert servable
    assert len(left) == 1
    assert "shop.openapi.json:1: /x-embedded/shop/paths/~1users/get" in left[0]
    assert "GET /shop/users is left out" in left[0]


def test_the_document_of_one_is_served_as_it_is_alone(mock: Callable[..., Ask], write: Write) -> None:
    """With its path in the address of the server; without a name, all are one document."""
    ask = mock(write("pay", "/pay", PAY, None, {"users": [{"id": "known"}]}), write("shop", "/shop", SHOP))
    one = served_contract(ask.engine, "http://mock", "pay")
    assert one["servers"] == [{"url": "http://mock/pay"}]
    assert one["paths"].keys() == PAY["paths"].keys()
    assert one["paths"]["/users"]["get"]["operationId"] == "listUsers"
    whole = served_contract(ask.engine, "http://mock")
    assert whole["paths"].keys() == {"/pay/users", "/pay/users/{id}", "/shop/users", "/shop/users/{id}"}
    assert whole["info"]["title"] == "Users with card, Users with mail"


def test_an_edit_of_any_file_is_loaded(mock: Callable[..., Ask], write: Write) -> None:
    """Of the second API too; what no longer goes together leaves the last good state."""
    apis = write("pay", "/pay", PAY), write("shop", "/shop", SHOP)
    ask = mock(*apis)
    lines: list[str] = []
    watcher = Watcher(ask.engine, lines.append)
    Path(apis[1].spec).write_text(json.dumps({**SHOP, "paths": {"/shelves": SHOP["paths"]["/users"]}}))
    watcher.check()
    assert ask("GET", "/shop/shelves").status == 200
    Path(apis[1].spec).write_text("{}")
    watcher.check()
    assert "kept the last good state" in lines[-1]
    assert ask("GET", "/shop/shelves").status == 200


def test_memory_of_many_operations_is_proven_late_for_those_that_no_file_describes(
    mock: Callable[..., Ask], write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for one large contract; what a file describes needs no proof."""
    monkeypatch.setattr("mockserver.exchange.building.PROVEN", 3)
    told = {
        "collections": {"people": {"key": "id", "schema": "#/components/schemas/User"}},
        "operations": {"listUsers": {"list": {"people": {}}, "reply": "$records"}},
    }
    ask = mock(write("pay", "/pay", PAY, told), write("shop", "/shop", SHOP))
    assert ask("GET", "/pay/users").json == []
    assert ask("GET", "/shop/users").status == 200
    assert [proof.collection for proof in ask.engine.proofs] == ["users"]
    assert msgspec.structs.asdict(ask.engine.settings)["apis"] == ask.engine.settings.apis


def test_one_document_at_two_paths(mock: Callable[..., Ask], write: Write) -> None:
    """Twice the same API, each with records of its own, although all of their schemas are equal."""
    ask = mock(write("a", "/one", SHOP), write("b", "/two", SHOP))
    assert ask("POST", "/one/users", json={"id": "x"}).status == 201
    assert ask("GET", "/two/users/x").status == 404
    assert ask.engine.behaviours.collections.keys() == {"users", "two_users"}


def test_an_api_refers_to_its_own_records(mock: Callable[..., Ask], write: Write) -> None:
    """`user_id` of an order is a user of the same API, though another one has users too, or it alone."""
    order = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string"}, "user_id": {"type": "string"}},
    }
    orders = json.loads(json.dumps(SHOP).replace("/users", "/orders").replace("User", "Order"))
    orders["components"]["schemas"]["Order"] = order
    both = {**SHOP, "paths": {**SHOP["paths"], **orders["paths"]}}
    both["components"] = {"schemas": {**SHOP["components"]["schemas"], "Order": order}}
    for api, wanted in ((both, {"shop_users"}), (orders, set())):
        ask = mock(write("pay", "/pay", PAY), write("shop", "/shop", api))
        rules = ask.engine.behaviours.collections["orders"]
        assert {one.collection for one in rules.refers} == wanted


def test_names_of_apis() -> None:
    """By the path, else by the file; equal ones are numbered."""
    apis = [Api("a/pay.yaml", "/billing/v2"), Api("a/pay.yaml"), Api("b/pay.yaml"), Api("https://x.test/open api.json")]
    assert names_of(apis) == ["billing-v2", "pay", "pay-2", "open-api"]


def test_the_bundled_api_beside_another(mock: Callable[..., Ask], write: Write) -> None:
    """Its behaviours, users and records hold as they do alone."""
    flashback = Api(
        str(bundled("spec/openapi.yaml")), "/flashback", bundled("spec/behaviours.yaml"), (bundled("fixtures"),)
    )
    ask = mock(flashback, write("shop", "/shop", SHOP))
    template = next(one for one in ask.engine.contract.operations.values() if one.id == "listDevices").template
    assert template.startswith("/flashback/")
    assert ask("GET", template, token="alice-token").status == 200
    assert ask("GET", template).status == 401
    assert ask("GET", "/shop/users").status == 200


def test_the_webhooks_of_each_are_known(mock: Callable[..., Ask], write: Write) -> None:
    """Those of all documents; of two with one name, the first is kept."""
    sent = {"post": {"responses": {"204": {"description": "received"}}}}
    one = write("one", "/one", document("card", {}, webhooks={"made": sent, "paid/now": sent}))
    two = write("two", "/two", document("mail", {}, webhooks={"made": sent, "sent": sent}))
    assert set(mock(one, two).engine.contract.outgoing) == {"webhooks/made", "webhooks/paid/now", "webhooks/sent"}
