"""Calls bound to the mock's records and translated to the target's."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contract_tests.core.contract import Contract
from contract_tests.core.model import Behaviour, Collection, Model, Query, with_member
from contract_tests.core.safety import Rules, Safety
from contract_tests.core.words import ABSENT
from contract_tests.suites.oracle.calls import Binder, Call, Inputs, Step
from contract_tests.suites.oracle.correspondence import Correspondence
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.core.test_model import PETS

STATE = {"shelters": [{"id": "a"}, {"id": "m1"}], "pets": [{"id": 7, "shelters_id": "m1"}, {"id": 8}]}


@pytest.fixture(scope="module")
def foreign() -> Model:
    """Behaviours inferred for the shelters."""
    return Model.load(PETS, None)


@pytest.fixture
def binder(foreign: Model) -> Binder:
    """Binds calls of the shelters."""
    contract = Contract.load(PETS)
    return Binder(contract, foreign, Rules(Safety.FULL, contract))


@pytest.fixture
def pairs() -> Correspondence:
    """A shelter that the target calls otherwise."""
    pairs = Correspondence(datetime(2026, 5, 1, tzinfo=UTC))
    pairs.mirrored(("shelters", "a"), {"id": "a"})
    pairs.was_made(("shelters", "m1"), "t 1", frozenset())
    return pairs


def bound(binder: Binder, pairs: Correspondence, name: str, pick: int = 0, **more: Any) -> tuple[str, str] | None:
    """The paths of both calls."""
    calls = binder.bind(Step(name, pick, **more), STATE, pairs)
    return (calls[0].path, calls[1].path) if calls else None


def test_each_side_is_called_by_its_own_ids(binder: Binder, pairs: Correspondence) -> None:
    """And the path is quoted."""
    assert bound(binder, pairs, "getShelter", 0) == ("/shelters/a", "/shelters/a")
    assert bound(binder, pairs, "getShelter", 3) == ("/shelters/m1", "/shelters/t%201")


def test_only_records_whose_way_is_known_are_called(binder: Binder, pairs: Correspondence) -> None:
    """A pet whose shelter nobody knows has no path."""
    assert {bound(binder, pairs, "getPet", pick) for pick in range(4)} == {
        ("/shelters/m1/pets/7", "/shelters/m1/pets/7")
    }


@pytest.mark.parametrize(("names", "called"), [(("Rex", "Ash"), {"/pets/Rex", "/pets/Ash"}), (("Rex", "Rex"), set())])
def test_a_name_that_several_records_have_names_none(
    pairs: Correspondence, contract_of: ContractOf, names: tuple[str, str], called: set[str]
) -> None:
    """Which of them the target takes, the mock can't know."""
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    paths = {"/pets/{name}": {"get": {"operationId": "pet", "parameters": [name], "responses": {}}}}
    contract = contract_of({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths})
    model = Model({"pets": Collection("pets")}, {"pet": Behaviour("pet", find=Query("pets", {"name": "$path.name"}))})
    binder = Binder(contract, model, Rules(Safety.FULL, contract))
    state = {"pets": [{"id": number, "name": one} for number, one in enumerate(names)]}
    calls = (binder.bind(Step("pet", pick), state, pairs) for pick in range(2))
    assert {one[0].path for one in calls if one} == called


def test_a_list_is_chosen_by_each_side_s_own_key(pairs: Correspondence, contract_of: ContractOf) -> None:
    """The key of a record that was made on the way differs; another value is the same for both."""
    parameters = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("shelter", "kind")]
    paths = {"/pets": {"get": {"operationId": "pets", "parameters": parameters, "responses": {}}}}
    contract = contract_of({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths})
    chosen = {"shelter": "$query.shelter", "kind": "$query.kind"}
    model = Model({name: Collection(name) for name in STATE}, {"pets": Behaviour("pets", list=Query("pets", chosen))})
    pairs.seen["pets", "7"] = {"shelter": ("m1", "t 1"), "kind": ("cat", "dog")}
    state = {"pets": [{"id": 7, "shelter": "m1", "kind": "cat"}]}
    step = Step("pets", 1, query={"shelter": ["x"], "kind": "y"})
    calls = Binder(contract, model, Rules(Safety.FULL, contract)).bind(step, state, pairs)
    assert calls is not None
    assert [call.query for call in calls] == [{"shelter": [key], "kind": "cat"} for key in ("m1", "t 1")]


def test_a_change_keeps_the_key_of_its_record(binder: Binder, pairs: Correspondence) -> None:
    """Another one in its body would rename the record, as each side likes."""
    calls = binder.bind(Step("closeShelter", 1, body={"id": "drawn", "name": "n"}), STATE, pairs)
    assert calls is not None
    assert [call.body for call in calls] == [{"id": key, "name": "n"} for key in ("m1", "t 1")]


def test_no_record_no_call(binder: Binder, pairs: Correspondence) -> None:
    """Nothing to be bound to."""
    assert binder.bind(Step("getShelter"), {}, pairs) is None


def test_what_is_spared_or_kept_is_never_chosen_for_a_write(binder: Binder, pairs: Correspondence) -> None:
    """The gate would withhold it; reads may see it."""
    binder.rules.protected.add("a")
    assert {bound(binder, pairs, "closeShelter", pick) for pick in range(4)} == {("/shelters/m1", "/shelters/t%201")}
    assert bound(binder, pairs, "getShelter") == ("/shelters/a", "/shelters/a")


def test_a_record_that_the_target_has_not_named_is_not_called(binder: Binder, pairs: Correspondence) -> None:
    """Its id is not known."""
    pairs.unpaired.add(("shelters", "m1"))
    assert bound(binder, pairs, "getShelter", 1) == ("/shelters/a", "/shelters/a")


def test_nobodys_record_is_minted(binder: Binder, pairs: Correspondence) -> None:
    """A number where the contract wants one; the gate knows it as made up."""
    calls = binder.bind(Step("giveAwayPet", unknown=True), STATE, pairs)
    assert calls is not None
    assert calls[0] is calls[1]
    assert set(calls[0].values) <= binder.rules.minted
    assert calls[0].values[1].isdigit()


def test_nobodys_record_has_a_name_of_the_form_that_the_path_asks_for(
    contract_of: ContractOf, pairs: Correspondence
) -> None:
    """Another one may be refused for its form, before anything is looked up."""
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    paths = {"/pets/{id}": {"delete": {"operationId": "remove", "parameters": [key], "responses": {}}}}
    contract = contract_of({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths})
    model = Model({"pets": Collection("pets")}, {"remove": Behaviour("remove", find=Query("pets", {"id": "$path.id"}))})
    calls = Binder(contract, model, Rules(Safety.FULL, contract)).bind(Step("remove", unknown=True), STATE, pairs)
    assert calls is not None
    assert str(UUID(calls[0].values[0])) == calls[0].values[0]


def test_made_records_have_keys_of_their_own(foreign: Model, binder: Binder, pairs: Correspondence) -> None:
    """A drawn key could be that of a record which no read shows."""
    del foreign
    first, second = (binder.bind(Step("openShelter", body={"id": "x", "name": "n"}), STATE, pairs) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first[0].body == first[1].body
    assert first[0].body["id"] != second[0].body["id"]
    assert first[0].body["name"] == "n"


def test_queries(binder: Binder) -> None:
    """Lists are repeated, true and false are small."""
    call = Call(binder.contract.operation("listShelters"), (), {"town": ["a b", "c"], "open": True})
    assert call.path == "/shelters?town=a%20b&town=c&open=true"


def test_members_are_put_into_bodies() -> None:
    """At any depth, whatever stood there."""
    assert with_member({"a": 1}, ["b", "c"], 2) == {"a": 1, "b": {"c": 2}}
    assert with_member("text", ["a"], 2) == {"a": 2}


def test_the_document_of_these_tests_is_there() -> None:
    """It belongs to the repository."""
    assert Path(PETS).is_file()


def test_a_list_is_chosen_by_what_a_record_has(contract_of: ContractOf, pairs: Correspondence) -> None:
    """Where the script asks for it: with each turn by the value of another record, and as drawn where none has one."""
    query = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("kind", "size")]
    listed = {"get": {"operationId": "list", "parameters": query, "responses": {"200": {"description": ""}}}}
    contract = contract_of({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/things": listed}})
    behaviour = Behaviour("list", list=Query("things", {"kind": "$query.kind", "other": "$query.other"}))
    model = Model({"things": Collection("things")}, {"list": behaviour})
    binder = Binder(contract, model, Rules(Safety.FULL, contract))
    state = {"things": [{"id": 1, "kind": "a"}, {"id": 2}, {"id": 3, "kind": ["x"]}, {"id": 4, "kind": "b"}]}

    def path(pick: int, records: Any = state, **query: Any) -> str:
        calls = binder.bind(Step("list", pick, query=query), records, pairs)
        assert calls is not None
        return calls[0].path

    assert [path(pick, kind="x") for pick in range(4)] == [
        "/things?kind=x", "/things?kind=b", "/things?kind=a", "/things?kind=b",
    ]  # fmt: skip
    assert path(1, kind=["x", "y"]) == "/things?kind=b"
    assert path(1, size="x") == "/things?size=x"
    assert path(1, {}, kind="x") == "/things?kind=x"
    assert path(1, {"things": [{"kind": None}]}, kind="x") == "/things?kind=x"


@pytest.mark.parametrize(
    ("value", "like", "put"),
    [("7", 1, 7), ("-7", 1, -7), ("X5", 1, "X5"), ("x", 1, "x"), ("7", "a", "7"), ("7", ABSENT, "7"), (7, "a", 7)],
)
def test_a_key_has_the_type_of_the_one_drawn(value: Any, like: Any, put: Any) -> None:
    """In a query and a body; in a path it is text."""
    inputs = Inputs.of(Step("x", body={"b": 1}))
    for place in (("query", "q"), ("body", "a.b"), ("path", "p")):
        inputs.put(place, value, like)
    assert (inputs.query, inputs.body, inputs.path) == ({"q": put}, {"b": 1, "a": {"b": put}}, {"p": str(put)})
