"""The records that stand at the start: what lasts, what varies, what the document has in mind."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.inference import infer, seed_records
from mockserver.inference.seeds import _Seeds
from tests.mockserver.inference.lists import FLAG, TEXT, TIME, WHOLE, contract, many, parameter
from tests.mockserver.inference.test_infer import answer, body, crud, thing

THING = {"$ref": "#/components/schemas/Thing"}
NULLABLE = {"type": ["string", "null"], "format": "date-time"}


def _seeded(schema: Any, paths: Any = None, **more: Any) -> list[Any]:
    known = contract(paths or crud("/things", "id", THING), Thing=schema, **more)
    return seed_records(known, infer(known))["things"]


def test_the_first_records_are_not_over() -> None:
    """What says so is left out, or null where it must be there; the third may be deleted."""
    schema = {
        **thing(id=WHOLE, deletedAt=NULLABLE, removedAt=TIME, isDeleted=FLAG),
        "required": ["deletedAt", "isDeleted"],
    }
    first, second, third = _seeded(schema)
    assert [(one["deletedAt"], "removedAt" in one, one["isDeleted"]) for one in (first, second)] == [
        (None, False, False)
    ] * 2
    assert isinstance(third["deletedAt"], str)


def test_times_follow_one_another() -> None:
    """Created, then updated."""
    for one in _seeded(thing(id=WHOLE, updated_at=TIME, created_at=TIME)):
        assert one["created_at"] <= one["updated_at"]


def test_the_first_record_has_the_examples_and_the_others_vary() -> None:
    """Keys are those of their own."""
    made = thing(id={**WHOLE, "example": 7}, name={**TEXT, "example": "Ada"})
    records = _seeded(made, crud("/things", "id", THING, thing(name=TEXT)))
    assert records[0]["name"] == "Ada"
    assert len({one["name"] for one in records}) == len({one["id"] for one in records}) == 3


@pytest.mark.parametrize("place", ["examples", "example", "of the schema", "examples of the schema", "of the key"])
def test_no_record_has_the_key_of_a_documented_request(place: str) -> None:
    """So the example of a POST can be posted."""
    paths = crud("/things", "code", THING)
    without = crud("/things", "code", THING, thing(name=TEXT))
    sent: Any = body(thing(code=TEXT, name=TEXT))
    media, shown = sent["content"]["application/json"], {"code": "amber-1", "name": "x"}
    if place == "examples":
        media["examples"] = {"one": {"value": {"wrapped": shown}}}
    elif place == "example":
        media["example"] = [shown]
    elif place == "of the schema":
        media["schema"]["example"] = shown
    elif place == "examples of the schema":
        media["schema"]["examples"] = [shown]
    else:
        media["schema"]["properties"]["code"] = {**TEXT, "example": "amber-1"}
    paths["/things"]["post"]["requestBody"] = sent
    free = [one["code"] for one in _seeded(thing(code={**TEXT, "example": "amber-1"}), without)]
    kept = [one["code"] for one in _seeded(thing(code={**TEXT, "example": "amber-1"}), paths)]
    assert ("amber-1" in free, "amber-1" in kept, len(set(kept))) == (True, False, 3)


def test_fields_have_the_values_that_filters_can_ask_for() -> None:
    """But for those that filter nothing, and where the schema says itself what a field holds."""
    paths = crud("/things", "id", THING)
    states = {**TEXT, "enum": ["open", "shut", "all"]}
    paths["/things"]["get"]["parameters"] = [
        parameter("state", states), parameter("kinds", many({**TEXT, "enum": ["a", "b"]})), parameter("form", states),
    ]  # fmt: skip
    records = _seeded(thing(id=WHOLE, state=TEXT, kinds=TEXT, form={**TEXT, "pattern": "^x$"}, free=TEXT), paths)
    assert {one["state"] for one in records} <= {"open", "shut"}
    assert {one["kinds"] for one in records} <= {"a", "b"}
    assert {one["form"] for one in records} == {"x"}
    assert not {one["free"] for one in records} & {"open", "shut", "all"}


def test_records_below_others_have_their_keys_in_turn() -> None:
    """A parent comes first; of what stands alone there is one."""
    item = {"$ref": "#/components/schemas/Item"}
    paths = crud("/things/{thingId}/items", "id", item, kind="Item") | crud("/things", "thingId", THING)
    known = contract(paths, Thing=thing(thingId=TEXT), Item=thing(id=WHOLE, thingId=TEXT))
    seeded = seed_records(known, infer(known))
    assert [one["thingId"] for one in seeded["items"]] == [one["thingId"] for one in seeded["things"]]
    one = {"responses": answer(THING)}
    alone = {"/profile": {"get": one, "put": {**one, "requestBody": body(THING)}}}
    known = contract(alone, Thing=thing(name=TEXT))
    assert len(seed_records(known, infer(known))["profile"]) == 1


def test_where_no_record_is_possible_there_is_none() -> None:
    """A collection may be empty."""
    assert _seeded({**thing(id=WHOLE, name={**TEXT, "enum": []}), "required": ["name"]}) == []


def test_a_collection_makes_no_more_than_what_it_refers_to() -> None:
    """The records of a large contract are made when their collection is first asked for."""
    item = {"$ref": "#/components/schemas/Item"}
    paths = (
        crud("/things/{thingId}/items", "id", item, kind="Item")
        | crud("/things", "thingId", THING)
        | crud("/others", "id", {"$ref": "#/components/schemas/Other"}, kind="Other")
    )
    known = contract(paths, Thing=thing(thingId=TEXT), Item=thing(id=WHOLE), Other=thing(id=WHOLE))
    seeds = _Seeds(known, infer(known), "0")
    assert len(seeds.all_of()["items"]) == 3
    assert seeds.made._known.keys() == {"items", "things"}
