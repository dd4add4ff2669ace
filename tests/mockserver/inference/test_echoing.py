"""Responses that are left to the contract's example: they say what was sent, and end the list that they have."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, body, crud, thing, values

WHOLE = {"type": "integer"}
NULLABLE = {"type": ["string", "null"], "format": "uri"}
THING = {"$ref": "#/components/schemas/Thing"}


def _post(shown: Any, sent: Any, path: str = "/uploads") -> dict[str, Any]:
    return {path: {"parameters": values(path), "post": {"requestBody": body(sent), "responses": answer(shown, "201")}}}


@pytest.mark.parametrize("wrapped", [False, True])
def test_an_answer_without_memory_says_what_was_sent(play: Play, wrapped: bool) -> None:
    """Each member that the response declares under the same name and with the same type; the rest is the example's."""
    shown = {**thing(id=None, filename=None, size=WHOLE, state=None), "required": ["id", "filename"]}
    ask = play(
        _post(thing(data=shown) if wrapped else shown, thing(filename=None, size=WHOLE, purpose=None, state=WHOLE))
    )
    told = ask("POST", "/uploads", json={"filename": "x.txt", "size": 5, "purpose": "p", "state": 1}).json
    told = told["data"] if wrapped else told
    assert told.keys() == {"id", "filename", "size", "state"}
    assert (told["filename"], told["size"], type(told["state"])) == ("x.txt", 5, str)
    other = ask("POST", "/uploads", json={}).json
    assert (other["data"] if wrapped else other).keys() == told.keys()


def test_what_does_not_fit_is_left_to_the_example(play: Play) -> None:
    """The request may be wider than the response in ways that only the value shows."""
    few = {"type": "string", "maxLength": 3}
    ask = play(_post(thing(name=few), thing(name=None)))
    assert ask("POST", "/uploads", json={"name": "abc"}).json == {"name": "abc"}
    assert len(ask("POST", "/uploads", json={"name": "abcd"}).json["name"]) <= 3


def test_an_answer_names_the_values_of_its_path_and_query(play: Play) -> None:
    """The account of a balance is the one that was asked for, below a record that must be there too."""
    path = "/things/{thingId}/balance"
    currency = {"name": "currency", "in": "query", "schema": {"type": "string"}}
    shown = thing(thing_id=None, currency=None, total=WHOLE)
    get = {"parameters": [currency], "responses": answer(shown)}
    ask = play({**crud("/things", "id", THING), path: {"parameters": values(path), "get": get}}, Thing=thing(id=None))
    key = ask("POST", "/things", json={}).json["id"]
    told = ask("GET", f"/things/{key}/balance", query="currency=EUR").json
    assert (told["thing_id"], told["currency"], type(told["total"])) == (key, "EUR", int)
    assert ask("GET", "/things/none/balance").status == 404


@pytest.mark.parametrize(
    ("name", "schema", "value"),
    [
        ("has_more", {"type": "boolean"}, False),
        ("last_page", {"type": "boolean"}, True),
        ("next_page_uri", NULLABLE, None),
        ("nextPageToken", {"type": "string"}, None),
    ],
)
def test_a_list_without_memory_has_no_next_page(play: Play, name: str, schema: Any, value: Any) -> None:
    """Clients that follow pages come to an end."""
    records = {"type": "array", "items": thing(word=None)}
    shown = {
        **thing(records=records, **{name: schema}),
        "required": ["records", *([name] if value is not None else [])],
    }
    ask = play({"/usage/words": {"get": {"responses": answer(shown)}}})
    told = ask("GET", "/usage/words").json
    assert len(told["records"]) > 0
    assert told.get(name) == value
