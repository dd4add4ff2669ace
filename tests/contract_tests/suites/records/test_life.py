"""What is sent to make, find and change a record of one kind."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import Any, cast

import pytest

from contract_tests.core.action import Action
from contract_tests.core.answer import Answer, Sent
from contract_tests.core.contract import Contract
from contract_tests.core.errors import Broken, NotChecked
from contract_tests.core.making import Records
from contract_tests.core.model import Model, Query, behaviour_of, with_member
from contract_tests.core.own import Own
from contract_tests.core.target import NOTHING
from contract_tests.suites.records.calls import Made
from contract_tests.suites.records.kinds import Kind, kinds, required
from contract_tests.suites.records.life import Life
from contract_tests.suites.records.lists import is_chosen_unasked
from contract_tests.suites.records.sending import named
from contract_tests.suites.records.showing import check_as_sent
from tests.contract_tests.conftest import ContractOf

PET = {"type": "object", "properties": {"id": {"type": "integer"}, "nick": {"type": "string"}}}
BEHAVIOURS = """
collections: {pets: {key: id}}
operations:
  addPet: {create: {pets: $body}, reply: $record}
  firstPet: {find: {pets: {}}, reply: $record}
  getPet: {find: {pets: {id: $path.id}}, reply: $record}
  putPet: {find: {pets: {id: $body.id}}, set: {"=": $body}, reply: $record}
  nickPet: {find: {pets: {nick: $path.nick}}, set: {"=": $body}, reply: $record}
  listPets: {list: {pets: {nick: $query.nick}}, reply: $records}
"""
JSON = {"application/json": {"schema": PET}}


def operation(name: str, *parameters: dict[str, Any], sends: bool = False) -> dict[str, Any]:
    """An operation that answers a pet."""
    more = {"requestBody": {"content": JSON}} if sends else {}
    responses = {"200": {"description": "", "content": JSON}}
    return {"operationId": name, "parameters": list(parameters), "responses": responses, **more}


@pytest.fixture
def contract(contract_of: ContractOf) -> Contract:
    """Pets that are named by their paths, or by their bodies."""
    key, nick = (
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in ("id", "nick")
    )
    asked = {"name": "nick", "in": "query", "schema": {"type": "string", "default": "Rex"}}
    paths = {
        "/pets": {"post": operation("addPet", sends=True), "put": operation("putPet", sends=True),
                  "get": operation("listPets", asked)},
        "/pet": {"get": operation("firstPet")},
        "/pets/{id}": {"get": operation("getPet", key)},
        "/nicks/{nick}": {"put": operation("nickPet", nick, sends=True)},
    }  # fmt: skip
    return contract_of({"openapi": "3.0.3", "paths": paths})


@pytest.fixture
def kind(contract: Contract) -> Kind:
    """The kind of the pets."""
    (found,) = kinds(contract, Model.read(BEHAVIOURS, "here"), contract.operations)
    return found


def test_a_read_that_names_no_record_shows_none_that_was_made(kind: Kind) -> None:
    """It shows the first one, whichever that is."""
    assert kind.read is not None
    assert kind.read.id == "getPet"


@pytest.mark.parametrize(
    ("name", "body", "sent"),
    [
        ("putPet", {"id": 5, "nick": "b"}, {"id": 12, "nick": "b"}),
        ("putPet", {"nick": "b"}, {"id": 12, "nick": "b"}),
        ("nickPet", {"id": 5, "nick": "b"}, {"id": 5, "nick": "Rex"}),
        ("nickPet", {"id": 5}, {"id": 5}),
    ],
)
def test_an_update_names_the_record_that_it_changes(
    contract: Contract, kind: Kind, name: str, body: dict[str, Any], sent: dict[str, Any]
) -> None:
    """By the key in its body, or as its path does."""
    life = Life(cast(Any, SimpleNamespace(contract=contract)), kind)
    answer = Answer(Sent("POST", "http://t/pets", "/pets", {}), 201, {}, b"")
    made = Made({}, "12", {}, {"id": 12, "nick": "Rex"}, answer)
    action: Action = next(one for one in kind.updates if one.id == name)
    assert life.naming(action, made, body) == sent


def test_a_record_that_is_made_without_a_body_has_none(contract_of: ContractOf) -> None:
    """A member of a group is made by its path alone; nothing is known of its members, and nothing fails."""
    keys = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in ("group", "id")]
    paths = {"/groups/{group}/pets/{id}": {"put": operation("addPet", *keys), "get": operation("getPet", *keys)}}
    contract = contract_of({"openapi": "3.0.3", "paths": paths})
    behaviours = """
collections: {pets: {key: id}}
operations:
  addPet: {create: {pets: {"*": $body, id: $path.id}}, reply: $record}
  getPet: {find: {pets: {id: $path.id}}, reply: $record}
"""
    (found,) = kinds(contract, Model.read(behaviours, "here"), contract.operations)
    life = Life(cast(Any, SimpleNamespace(contract=contract)), found)
    assert found.create is not None
    assert (life.body(found.create, 0), life.listed, life.settable) == (NOTHING, {}, frozenset())


def test_a_record_is_followed_under_its_other_name(contract: Contract, kind: Kind) -> None:
    """A change of the name by which a path finds it leaves its key, and other changes leave both."""
    life = Life(cast(Any, SimpleNamespace(contract=contract)), kind)
    by_nick = next(one for one in kind.updates if one.id == "nickPet")
    made = Made(
        {}, "12", {}, {"id": 12, "nick": "Rex"}, Answer(Sent("POST", "http://t/pets", "/pets", {}), 201, {}, b"")
    )
    assert kind.names == {"nick"}
    assert life.after(made, {"id": 5}, {}) is life.latest(made) is made
    assert life.path(by_nick, life.after(made, {"nick": "Bo"}, {})) == {"nick": "Bo"}
    again = life.after(life.latest(made), {"nick": "Max"}, {"id": 12, "nick": "Max"})
    assert (life.latest(made), again.key, life.path(by_nick, again)) == (again, "12", {"nick": "Max"})


def test_records_get_other_names_of_their_own(contract: Contract, kind: Kind) -> None:
    """Two of one name would be taken for each other, those that a change makes included."""
    target = SimpleNamespace(contract=contract, gate=SimpleNamespace(rules=SimpleNamespace(own=Own(contract))))
    settings = SimpleNamespace(seed=0)
    run = SimpleNamespace(contract=contract, settings=settings, records=Records(cast(Any, target), 0))
    life = Life(cast(Any, run), kind)
    bodies = [life.body(one, 1) for one in (kind.create, *kind.updates, kind.create) if one]
    assert len({body["nick"] for body in bodies}) == len(bodies)


@pytest.mark.parametrize("status", [200, 400, 404])
def test_a_key_that_no_path_may_have_is_nothing_to_check(
    contract: Contract, kind: Kind, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the read refuses it: an id above the maximum of its path; it is followed where the server takes it."""
    sent = Sent("POST", "http://t/pets", "/pets", {})
    made, shown = (Answer(sent, code, {}, b'{"id": 11}') for code in (201, status))
    monkeypatch.setattr(Life, "send", lambda self, action, *_: made if action is self.kind.create else shown)
    records = SimpleNamespace(
        values=lambda _: {},
        own=SimpleNamespace(by_operation={}, urls={}, existing={}),
        keys=SimpleNamespace(can_name=lambda _, key, name: (key, name) != ("11", "id")),
    )
    life = Life(cast(Any, SimpleNamespace(contract=contract, records=records)), kind)
    with pytest.raises(NotChecked, match="in no path") if status == 400 else contextlib.nullcontext():
        life.create({"nick": "b"})
    assert len(life.made) == (status != 400)


def test_a_list_of_records_is_not_followed(contract: Contract, kind: Kind) -> None:
    """Its answer need not show each of them."""
    with pytest.raises(NotChecked, match="takes a list"):
        Life(cast(Any, SimpleNamespace(contract=contract)), kind).create([{"nick": "b"}])


def test_a_list_with_the_default_of_a_filter_need_not_show_all(contract: Contract, kind: Kind) -> None:
    """Nothing is asked for, but the contract says what that means."""
    assert is_chosen_unasked(contract, kind.lists[0])


@pytest.mark.parametrize(
    ("declared", "way", "sent"),
    [
        ({"create": {"pets": "$body.pet"}}, ("pet",), {"nick": "b"}),
        ({"create": {"pets": {"*": "$body.data.pet", "age": 1}}}, ("data", "pet"), None),
        ({"find": {"pets": {}}, "set": {"=": "$body"}}, (), {"pet": {"nick": "b"}}),
        ({"create": {"pets": "$body.*"}}, (), {"pet": {"nick": "b"}}),
    ],
)
def test_the_record_in_a_body(contract: Contract, declared: dict[str, Any], way: tuple[str, ...], sent: Any) -> None:
    """Without the envelope in which it is sent."""
    action = Action(contract.operation("addPet"), behaviour_of("addPet", declared))
    assert (action.behaviour.envelope, action.record_sent({"pet": {"nick": "b"}})) == (way, sent)


def test_what_is_above_a_record_is_not_made_up(contract: Contract, kind: Kind) -> None:
    """A path that names a parent which no answer has shown can't be called."""
    find = {"find": {"pets": {"id": "$path.id", "shelter": "$path.nick"}}}
    life = Life(cast(Any, SimpleNamespace(contract=contract)), kind)
    made = Made({}, "12", {}, {"id": 12}, Answer(Sent("POST", "http://t/pets", "/pets", {}), 201, {}, b""))
    with pytest.raises(NotChecked, match="which nick"):
        life.path(Action(contract.operation("nickPet"), behaviour_of("nickPet", find)), made)


@pytest.mark.parametrize("expression", ["$body.id", "$body.data.id"])
def test_a_body_names_the_record_that_it_is_about(expression: str) -> None:
    """By the member that the behaviour finds it by, wherever in the body it is."""
    way = expression.removeprefix("$body.").split(".")
    find = Query("pets", {"id": expression})
    found = named(find, {}, ("id", "7"), with_member({"nick": "Rex"}, way, 0))
    assert found == with_member({"nick": "Rex"}, way, 7)


@pytest.mark.parametrize("reply", ["$record", "$records"])
def test_what_an_answer_requires_no_record_may_lack(contract_of: ContractOf, reply: str) -> None:
    """Even where a PUT left it out: the server then keeps it, or makes it up."""
    pet = {"allOf": [{**PET, "required": ["id"]}, {"required": ["nick"]}]}
    shown = {"type": "array", "items": pet} if reply == "$records" else pet
    response = {"200": {"description": "", "content": {"application/json": {"schema": shown}}}}
    contract = contract_of(
        {"openapi": "3.0.3", "paths": {"/pets": {"get": {"operationId": "look", "responses": response}}}}
    )
    look = Action(contract.operation("look"), behaviour_of("look", {"reply": reply}))
    assert required(contract, look) == {"id", "nick"}


def test_a_value_that_no_read_can_show_need_not_come_back(contract_of: ContractOf) -> None:
    """The creation takes and shows any nick, the read only two: a server stores another one in a form of its own."""
    narrow = {"type": "object", "properties": {"id": {"type": "integer"}, "nick": {"enum": ["Rex", "Ace"]}}}
    read = operation("getPet", {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
    read["responses"]["200"]["content"] = {"application/json": {"schema": narrow}}
    paths = {"/pets": {"post": operation("addPet", sends=True)}, "/pets/{id}": {"get": read}}
    contract = contract_of({"openapi": "3.0.3", "paths": paths})
    (kind,) = kinds(contract, Model.read(BEHAVIOURS, "here"), contract.operations)
    life = Life(cast(Any, SimpleNamespace(contract=contract)), kind)
    answer = Answer(Sent("POST", "http://t/pets", "/pets", {}), 201, {}, b"")
    assert kind.create is not None
    check_as_sent(life, kind.create, {"nick": "rex"}, {"nick": "Rex"}, answer)
    with pytest.raises(Broken, match="nick"):
        check_as_sent(life, kind.create, {"nick": "Rex"}, {"nick": "Ace"}, answer)


@pytest.mark.parametrize("there", [{}, {"/pets/11": True}, {"/pets/11": False}])
def test_a_key_that_was_sent_twice_tells_no_records_apart(
    contract: Contract, kind: Kind, there: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the body names its record by the key of another one, a read may show either; a new one is followed."""
    own = Own(contract)
    own.urls = there
    made = Answer(Sent("POST", "http://t/pets", "/pets", {}, b'{"id": 11, "nick": "b"}'), 201, {}, b'{"id": 11}')
    monkeypatch.setattr(Life, "send", lambda *_: made)
    keys = SimpleNamespace(can_name=lambda *_: True)
    records = SimpleNamespace(values=lambda _: {}, await_made=lambda *_: None, own=own, keys=keys)
    life = Life(cast(Any, SimpleNamespace(contract=contract, records=records)), kind)
    with pytest.raises(NotChecked, match="names a record already") if there else contextlib.nullcontext():
        life.create({"id": 11, "nick": "b"})
