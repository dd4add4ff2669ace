"""Examples that are made up name records that exist."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.behaviour.reader import read_behaviours
from mockserver.errors import BehaviourError
from mockserver.inference import infer
from tests.mockserver.inference.lists import contract
from tests.mockserver.inference.playing import Play
from tests.mockserver.inference.test_infer import answer, crud, thing, values

WHOLE = {"type": "integer"}
TEXT = {"type": "string"}
ROOM, PERSON = ({"$ref": f"#/components/schemas/{name}"} for name in ("Room", "Person"))


def _paths(**told: Any) -> dict[str, Any]:
    """Rooms and people, and what is said of a room and of all of them, which nothing stores."""
    paths = crud("/rooms", "room_id", ROOM) | crud("/people", "id", PERSON, kind="Person")
    of_room, of_all = "/rooms/{room_id}/usage", "/statistics"
    paths[of_room] = {"parameters": values(of_room), "get": {"operationId": "usage", "responses": answer(told["room"])}}
    paths[of_all] = {"get": {"operationId": "statistics", "responses": answer(told["all"])}}
    return paths


def _played(play: Play, **told: Any) -> Any:
    room, person = thing(id=TEXT, name=TEXT), thing(id=WHOLE, name=TEXT)
    return play(_paths(**told), Room=room, Person=person)


def test_an_example_names_records_that_are_there(play: Play) -> None:
    """By their keys, in lists and objects; of the path where that names one."""
    entry = thing(room_id=TEXT, used_by=thing(person_id=WHOLE, hours=WHOLE))
    ask = _played(play, room=thing(entries={"type": "array", "items": entry}), all={"type": "array", "items": entry})
    people = [one["id"] for one in ask("GET", "/people").json]
    rooms = [one["id"] for one in ask("GET", "/rooms").json]
    for entry in ask("GET", f"/rooms/{rooms[1]}/usage").json["entries"]:
        assert entry["room_id"] == rooms[1]
        assert entry["used_by"]["person_id"] in people
    assert all(one["room_id"] in rooms for one in ask("GET", "/statistics").json)


def test_a_record_in_an_example_is_the_one_that_the_path_names(play: Play) -> None:
    """With all its members."""
    ask = _played(play, room=thing(hours=WHOLE, room=ROOM), all=thing())
    second = ask("GET", "/rooms").json[1]
    assert ask("GET", f"/rooms/{second['id']}/usage").json["room"] == second


def test_an_example_of_the_contract_is_shown_as_it_is(play: Play) -> None:
    """What somebody wrote is kept, also where it names no record."""
    shown = thing(room_id=TEXT)
    paths = _paths(room=shown, all=shown)
    content = paths["/statistics"]["get"]["responses"]["200"]["content"]["application/json"]
    content["example"] = {"room_id": "the-old-one"}
    ask = play(paths, Room=thing(id=TEXT, name=TEXT), Person=thing(id=WHOLE, name=TEXT))
    assert ask("GET", "/statistics").json == {"room_id": "the-old-one"}


def test_nothing_is_looked_for_in_the_examples_of_a_very_large_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would start too late."""
    large = contract(
        _paths(room=thing(room_id=TEXT), all=thing(room_id=TEXT)), Room=thing(id=TEXT), Person=thing(id=TEXT)
    )
    assert infer(large).behaviours["leads"].keys() == {"usage", "statistics"}
    monkeypatch.setattr("mockserver.inference.leading._MOST", 3)
    assert "leads" not in infer(large).behaviours


def test_a_record_that_does_not_fit_leaves_the_example_valid(play: Play) -> None:
    """Where the keys of rooms are longer than what the example may hold, nothing is changed."""
    ask = _played(play, room=thing(), all=thing(room_id={**TEXT, "maxLength": 2}))
    answered = ask("GET", "/statistics")
    assert (answered.status, len(answered.json["room_id"]) <= 2) == (200, True)


@pytest.mark.parametrize("target", ["$path.room_id", {"houses": "id"}])
def test_a_lead_names_a_collection(target: Any) -> None:
    """Anything else is refused, with its place."""
    shown = contract(_paths(room=thing(), all=thing()), Room=thing(id=TEXT), Person=thing(id=WHOLE))
    data = {**infer(shown).behaviours, "leads": {"statistics": {"room_id": target}}}
    with pytest.raises(BehaviourError, match="leads/statistics/room_id"):
        read_behaviours(data, shown, locate=lambda pointer: pointer)
