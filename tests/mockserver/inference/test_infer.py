"""What is inferred from a contract, and that it works as it is printed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver import plain_yaml
from mockserver.contract.contract import Contract, load_contract
from mockserver.exchange.engine import Engine
from mockserver.inference import Inferred, as_yaml, infer, seed_records
from mockserver.inference.seeds import A_FEW, MANY
from mockserver.settings import Settings
from tests.support import Ask

HERE = Path(__file__).parent
PETSTORE = HERE / "petstore.yaml"
Load = Callable[..., Contract]
ID = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]


@pytest.fixture(scope="module")
def petstore() -> Contract:
    """The pet shop's contract."""
    return load_contract(PETSTORE)


@pytest.fixture(scope="module")
def inferred(petstore: Contract) -> Inferred:
    """What is inferred from it."""
    return infer(petstore)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a contract with these paths and schemas."""

    def load(paths: Any, **schemas: Any) -> Contract:
        path = tmp_path / "openapi.json"
        info = {"title": "T", "version": "1"}
        path.write_text(
            json.dumps({"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}})
        )
        return load_contract(path)

    return load


def answer(schema: Any, status: str = "200") -> dict[str, Any]:
    """The responses of an operation that answers one JSON schema."""
    return {status: {"description": "", "content": {"application/json": {"schema": schema}}}}


def body(schema: Any) -> dict[str, Any]:
    """The request body of an operation that takes one JSON schema."""
    return {"content": {"application/json": {"schema": schema}}}


def values(path: str) -> list[dict[str, Any]]:
    """The parameters of a path's values, all text."""
    names = [part.partition("}")[0] for part in path.split("{")[1:]]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def crud(base: str, value: str, item: Any, sent: Any = None, kind: str = "") -> dict[str, Any]:
    """Paths that list, create, read and remove items of a kind."""
    one = f"{base}/{{{value}}}"
    return {
        base: {
            "parameters": values(base),
            "get": {"operationId": f"list{kind}", "responses": answer({"type": "array", "items": item})},
            "post": {
                "operationId": f"create{kind}",
                "requestBody": body(sent or item),
                "responses": answer(item, "201"),
            },
        },
        one: {
            "parameters": values(one),
            "get": {"operationId": f"read{kind}", "responses": answer(item)},
            "delete": {"operationId": f"remove{kind}", "responses": {"204": {"description": ""}}},
        },
    }


def thing(**properties: Any) -> dict[str, Any]:
    """An object schema whose properties are text unless said otherwise."""
    return {"type": "object", "properties": {name: kind or {"type": "string"} for name, kind in properties.items()}}


def said(inferred: Inferred, operation: str) -> dict[str, Any]:
    """The behaviour of an operation, without its reason."""
    return {verb: what for verb, what in inferred.behaviours["operations"][operation].items() if verb != "because"}


@pytest.mark.parametrize("name", ["petstore", "library"])
def test_a_contract_is_inferred_as_a_person_would_write_it(name: str) -> None:
    """The printed file is the one that stands beside this test, read and approved."""
    golden = HERE / f"{name}.behaviours.yaml"
    assert as_yaml(infer(load_contract(HERE / f"{name}.yaml"))) == golden.read_text(encoding="utf-8")


def test_what_is_printed_is_what_was_inferred(inferred: Inferred) -> None:
    """The printed file, read again, says the same data."""
    assert plain_yaml.parse(as_yaml(inferred), "printed") == inferred.behaviours


def test_every_operation_has_a_behaviour_or_a_reason(petstore: Contract, inferred: Inferred) -> None:
    """No operation is forgotten, none is in both tables."""
    decided = [*inferred.behaviours["operations"], *inferred.reasons]
    assert sorted(decided) == sorted(petstore.operations)
    assert all(inferred.reasons.values())


@pytest.mark.parametrize(
    ("path", "value", "fields", "key"),
    [
        ("/things", "thingId", {"thingId": None, "id": None}, "thingId"),
        ("/things", "thing_id", {"thingId": None, "id": None}, "thingId"),
        ("/things", "thingId", {"id": None, "name": None}, "id"),
        ("/things", "anything", {"id": None, "name": None}, "id"),
        ("/things", "thingName", {"id": None, "name": None}, "name"),
        ("/things", "id", {"thingId": None, "name": None}, "thingId"),
        ("/things", "id", {"ID": None, "name": None}, "ID"),
        ("/api/v2/things", "sku", {"sku": None}, "sku"),
    ],
)
def test_the_key_is_the_field_that_the_path_names(
    load: Load, path: str, value: str, fields: dict[str, Any], key: str
) -> None:
    """A field of the parameter's name, else one of its ending, else `id`; names are compared by their words."""
    inferred = infer(load(crud(path, value, {"$ref": "#/components/schemas/Thing"}), Thing=thing(**fields)))
    assert inferred.behaviours["collections"]["things"]["key"] == key
    assert said(inferred, "read")["find"] == {"things": {key: f"$path.{value}"}}


@pytest.mark.parametrize(
    ("wrapped", "path"),
    [
        ({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}, None),
        (thing(data={"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}), "data"),
        (thing(things={"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}, more=None), "things"),
        (thing(rest={"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}, note=None), "rest"),
        (
            thing(result=thing(items={"type": "array", "items": {"$ref": "#/components/schemas/Thing"}})),
            "result.items",
        ),
    ],
)
def test_a_list_is_found_in_its_envelope(load: Load, wrapped: Any, path: str | None) -> None:
    """A bare array, or a member of an envelope at any reasonable depth."""
    paths = crud("/things", "id", {"$ref": "#/components/schemas/Thing"})
    paths["/things"]["get"]["responses"] = answer(wrapped)
    behaviour = said(infer(load(paths, Thing=thing(id=None, name=None))), "list")
    assert behaviour["reply"] == ("$records" if path is None else {path: "$records"})


def test_records_of_a_nested_path_belong_to_their_parent(load: Load) -> None:
    """Without a field for the parent's key, a private one holds it; the parent must be there, and takes them along."""
    ref = {"$ref": "#/components/schemas/Toy"}
    parents = crud("/pets", "id", thing(id=None, name=None), kind="Pet")
    inferred = infer(load({**parents, **crud("/pets/{petId}/toys", "toyId", ref)}, Toy=thing(id=None, kind=None)))
    assert inferred.behaviours["collections"]["toys"]["private"] == ["pets_id"]
    assert said(inferred, "list")["find"] == {"pets": {"id": "$path.petId"}}
    assert said(inferred, "list")["list"] == {"toys": {"pets_id": "$record.id"}}
    assert said(inferred, "create")["create"] == {"toys": {"*": "$body", "pets_id": "$record.id"}}
    assert said(inferred, "read")["find"] == {"toys": {"id": "$path.toyId", "pets_id": "$path.petId"}}
    assert said(inferred, "removePet")["remove"]["toys"] == {"pets_id": "$record.id"}


def test_collections_of_the_same_name_are_kept_apart(load: Load) -> None:
    """Two paths that end alike but hold other records are two collections."""
    first = crud("/a/notes", "id", thing(id=None, text=None))
    second = crud("/b/notes", "id", thing(id=None, score={"type": "integer"}), kind="B")
    assert list(infer(load({**first, **second})).behaviours["collections"]) == ["notes", "b_notes"]


def test_a_field_that_is_sent_in_another_form_is_decided_by_its_value(load: Load) -> None:
    """Schemas that differ say nothing of the value that is sent: each request is decided for itself."""
    item = thing(id=None, name=None, owner=thing(id=None))
    inferred = infer(load(crud("/things", "id", item, sent=thing(name=None, owner=None))))
    assert said(inferred, "create")["create"] == {"things": "$body"}


@pytest.mark.parametrize(
    ("path", "method", "answered", "words"),
    [
        ("/login", "post", None, "no collection"),
        ("/reports/{name}", "get", thing(a=None), "no record"),
        ("/v1/{name}", "delete", thing(name=None), "no record"),
        ("/a/{owner}/{repo}", "delete", thing(repo=None), "no record"),
        ("/things/{a.b}", "delete", thing(id=None), "a dot"),
    ],
)
def test_what_fits_nothing_is_left_with_its_reason(
    load: Load, path: str, method: str, answered: Any, words: str
) -> None:
    """Neither actions nor lone answers become collections, nor does a version of the API, nor a key of two values."""
    operation = {"operationId": "x", "responses": answer(answered) if answered else {"204": {"description": ""}}}
    inferred = infer(load({path: {"parameters": values(path), method: operation}}))
    assert words in inferred.reasons["x"]
    assert inferred.behaviours["collections"] == {}


def test_an_answer_that_cannot_show_the_records_is_left_with_its_reason(load: Load) -> None:
    """Where the list shows other fields than the record has, the list keeps to its example."""
    paths = crud("/things", "id", thing(id=None, size={"type": "integer"}))
    paths["/things"]["get"]["responses"] = answer({"type": "array", "items": thing(word=None, count=None)})
    inferred = infer(load(paths))
    assert inferred.reasons["read"] == "its answer does not fit the records of things: they have other fields"


def test_seeds_are_valid_unique_and_have_parents(petstore: Contract, inferred: Inferred) -> None:
    """Three records for each collection satisfy their schema, differ in their key, and point at parents in store."""
    records = seed_records(petstore, inferred)
    for name, rules in inferred.behaviours["collections"].items():
        keys = [record[rules["key"]] for record in records[name]]
        assert len(set(keys)) == 3
        for record in records[name]:
            shown = {field: value for field, value in record.items() if field not in rules.get("private", ())}
            assert petstore.violations({"$ref": rules["schema"]}, shown, place="record") == ()
    owners = {record["email"] for record in records["owners"]}
    assert {record["ownerEmail"] for name in ("pets", "visits") for record in records[name]} <= owners


@pytest.mark.parametrize(("collections", "records"), [(MANY, A_FEW), (MANY + 1, 1)])
def test_where_collections_are_many_one_record_stands_in_each(load: Load, collections: int, records: int) -> None:
    """A contract of ten thousand operations starts in seconds."""
    thing = {"type": "object", "properties": {"id": {"type": "integer"}}}
    paths = {
        f"/k{number}{tail}": {"get": {"responses": answer(schema)}, **({"parameters": ID} if tail else {})}
        for number in range(collections)
        for tail, schema in (("", {"type": "array", "items": thing}), ("/{id}", thing))
    }
    contract = load(paths)
    seeded = seed_records(contract, infer(contract))
    assert [len(seeded), {len(one) for one in seeded.values()}] == [collections, {records}]


def test_seeds_are_the_same_for_the_same_seed(petstore: Contract, inferred: Inferred) -> None:
    """Another seed gives other records, the same seed the same bytes."""
    first, again, other = (json.dumps(dict(seed_records(petstore, inferred, seed=seed))) for seed in ("a", "a", "b"))
    assert first == again
    assert first != other


def test_seeded_keys_are_such_as_a_path_can_hold(load: Load) -> None:
    """A key is made by what the path says of it as well, and holds no slash."""
    paths = crud("/things", "id", {"$ref": "#/components/schemas/Thing"})
    paths["/things/{id}"]["parameters"][0]["schema"] = {"type": "string", "pattern": "^t-[0-9]{3}$"}
    contract = load(paths, Thing=thing(id={"type": "string", "example": "a/b"}, name=None))
    keys = [record["id"] for record in seed_records(contract, infer(contract))["things"]]
    assert len(set(keys)) == 3
    assert all(key.startswith("t-") and len(key) == 5 for key in keys)


@pytest.fixture
def shop(tmp_path: Path, build: Callable[[Settings], Engine], petstore: Contract, inferred: Inferred) -> Ask:
    """The pet shop, running on what was inferred; the shelves apart, whose key no schema shows."""
    data = {part: {name: what for name, what in placement.items() if not name.lower().endswith(("shelf", "shelves"))}
            for part, placement in inferred.behaviours.items()}  # fmt: skip
    behaviours, fixtures = tmp_path / "behaviours.yaml", tmp_path / "seeds.yaml"
    behaviours.write_text(as_yaml(Inferred(data, {})))
    seeds = {name: records for name, records in seed_records(petstore, inferred).items() if name in data["collections"]}
    fixtures.write_text(json.dumps(seeds))
    return Ask(build(Settings(str(PETSTORE), behaviours, (fixtures,), auth="off")), None)


def test_a_pet_is_created_found_changed_and_removed(shop: Ask) -> None:
    """Create, get, list, filter, replace, patch, delete, get again: the state is remembered without configuration."""
    created = shop("POST", "/api/v1/pets", json={"name": "Tilly", "status": "pending"})
    assert created.status == 201
    one = f"/api/v1/pets/{created.json['id']}"
    assert shop("GET", one).json == created.json
    listed = shop("GET", "/api/v1/pets", query="status=pending").json
    assert created.json in listed["data"]
    assert {pet["status"] for pet in listed["data"]} == {"pending"}
    assert shop("PUT", one, json={"name": "Tom", "status": "sold"}).json["createdAt"] == created.json["createdAt"]
    patched = shop("PATCH", one, body=b'{"name": "Tim"}', headers={"content-type": "application/merge-patch+json"})
    assert (patched.json["name"], patched.json["status"]) == ("Tim", "sold")
    assert shop("DELETE", one).status == 204
    assert shop("GET", one).status == 404
    assert shop("DELETE", one).status == 404


def test_a_list_is_paged_and_says_how_long_it_is(shop: Ask) -> None:
    """`limit` and `offset` choose a part; the envelope tells the whole and whether more follows."""
    first = shop("GET", "/api/v1/pets", query="limit=2").json
    rest = shop("GET", "/api/v1/pets", query="limit=2&offset=2").json
    assert [pet["id"] for pet in first["data"] + rest["data"]] == [1, 2, 3]
    assert (first["total"], first["hasMore"], rest["hasMore"]) == (3, True, False)


def test_pets_of_an_owner_are_listed_under_the_owner(shop: Ask) -> None:
    """A nested create sets the parent, the nested list shows no others, an unknown parent is 404."""
    owner = shop("GET", "/api/v1/owners").json["_embedded"]["owners"][0]["email"]
    created = shop("POST", f"/api/v1/owners/{owner}/pets", json={"name": "Tilly", "status": "sold"}).json
    under = shop("GET", f"/api/v1/owners/{owner}/pets").json
    assert created in under
    assert {pet["ownerEmail"] for pet in under} == {owner}
    assert shop("GET", "/api/v1/owners/nobody@example.com/pets").status == 404


THING = {"$ref": "#/components/schemas/Thing"}


def test_an_unknown_member_with_the_record_is_its_place(load: Load) -> None:
    """An answer may hold the record under any name, beside other things."""
    answered = answer(thing(stuff=THING, note=None))
    changed = {"operationId": "changeThing", "requestBody": body(THING), "responses": answered}
    paths = crud("/things", "id", THING)
    paths["/things/{id}"]["patch"] = changed
    inferred = infer(load(paths, Thing=thing(id=None, name=None)))
    assert said(inferred, "changeThing")["reply"] == {"stuff": "$record"}


def test_a_change_of_a_collection_without_a_body_is_left_to_its_example(load: Load) -> None:
    """It names no record; the other operations keep their behaviours."""
    paths = crud("/things", "id", THING)
    paths["/things"]["put"] = {"operationId": "putThings", "responses": answer(THING)}
    operations = infer(load(paths, Thing=thing(id=None, name=None))).behaviours["operations"]
    assert "putThings" not in operations
    assert {"list", "create", "read", "remove"} <= operations.keys()
