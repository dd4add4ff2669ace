"""States move with the clock of the world, and are worked out when somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.errors import BehaviourError
from mockserver.state.becoming import SINCE, Becoming, Move, moved, stamped, steps_of
from tests.mockserver.control.conftest import Control
from tests.support import Ask, Clock, answers, document, json_body, path_parameter

JOB = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "status": {"enum": ["pending", "running", "done", "failed"]},
        "note": {"type": "string"},
        "finishedAt": {"type": "string", "format": "date-time"},
    },
}
API = document(
    {
        "/jobs": {
            "get": {
                "operationId": "listJobs",
                "parameters": [{"name": "status", "in": "query", "schema": {"type": "string"}}],
                "responses": answers({"type": "array", "items": {"$ref": "#/components/schemas/Job"}}),
            },
            "post": {
                "operationId": "start",
                "requestBody": json_body({"$ref": "#/components/schemas/Job"}),
                "responses": answers({"$ref": "#/components/schemas/Job"}, status=202),
            },
        },
        "/jobs/{id}": {
            "parameters": [path_parameter()],
            "get": {"operationId": "get", "responses": answers({"$ref": "#/components/schemas/Job"})},
            "patch": {
                "operationId": "change",
                "requestBody": json_body({"$ref": "#/components/schemas/Job"}),
                "responses": answers({"$ref": "#/components/schemas/Job"}),
            },
        },
    },
    {"Job": JOB},
)
MOVES = {
    "pending": {"after": "PT10S", "is": "running"},
    "running": {"after": "slowly", "is": "done", "set": {"finishedAt": "$now", "note": "$absent"}},
}
FIXTURES = {"jobs": [{"id": "old", "status": "pending"}, {"id": "over", "status": "failed"}]}


def behaviours(moves: Any = None) -> dict[str, Any]:
    """The behaviours of the API, with these moves."""
    return {
        "periods": {"slowly": "PT1M"},
        "collections": {"jobs": {"becomes": {"status": MOVES if moves is None else moves}}},
        "operations": {
            "start": {"create": {"jobs": {"*": "$body", "status": "pending"}}, "reply": "$record"},
            "get": {"find": {"jobs": {"id": "$path.id"}}, "reply": "$record"},
            "listJobs": {"list": {"jobs": {"status": "$query.status"}}, "reply": "$records"},
            "change": {"find": {"jobs": {"id": "$path.id"}}, "set": {"*": "$body"}, "reply": "$record"},
        },
    }


@pytest.fixture
def api(mock_of: Callable[..., Ask]) -> Ask:
    """A mock of the API."""
    return mock_of(API, behaviours(), FIXTURES)


def test_a_state_moves_on(api: Ask, clock: Clock) -> None:
    """Each at its moment, with the fields that it sets; records of fixtures begin with their world."""
    job = api("POST", "/jobs", json={"note": "n"}).json
    assert job == {"id": job["id"], "status": "pending", "note": "n"}
    seen = []
    for seconds in (9, 1, 59, 1, 1000):
        clock.advance(seconds=seconds)
        seen.append(api("GET", f"/jobs/{job['id']}").json)
        assert api("GET", "/jobs/old").json["status"] == seen[-1]["status"]
    assert [one["status"] for one in seen] == ["pending", "running", "running", "done", "done"]
    assert seen[-1] == {"id": job["id"], "status": "done", "finishedAt": "2026-01-15T12:01:10.000Z"}
    assert api("GET", "/jobs/over").json["status"] == "failed"


def test_filters_ask_for_the_state_at_that_instant(api: Ask, clock: Clock) -> None:
    """A list of those that are running has them as soon as they run."""
    assert [job["id"] for job in api("GET", "/jobs", query="status=pending").json] == ["old"]
    clock.advance(seconds=10)
    assert [job["id"] for job in api("GET", "/jobs", query="status=running").json] == ["old"]
    assert api("GET", "/jobs", query="status=pending").json == []
    assert {job["status"] for job in api("GET", "/jobs").json} == {"running", "failed"}


def test_a_change_of_another_field_lets_the_state_go_on(api: Ask, clock: Clock) -> None:
    """And one of the state begins the new one."""
    clock.advance(seconds=30)
    assert api("PATCH", "/jobs/old", json={"note": "changed"}).json["status"] == "running"
    clock.advance(seconds=40)
    assert api("GET", "/jobs/old").json["status"] == "done"
    assert api("PATCH", "/jobs/over", json={"status": "running"}).json["status"] == "running"
    clock.advance(seconds=59)
    assert api("GET", "/jobs/over").json["status"] == "running"
    clock.advance(seconds=1)
    assert api("GET", "/jobs/over").json["status"] == "done"


def test_when_a_state_began_is_shown_nowhere(api: Ask, clock: Clock) -> None:
    """Neither in responses nor in journal, state and explanations; a patch of the state lets it go on."""
    control = Control(api.engine)
    api("PATCH", "/jobs/old", json={"note": "x"})
    whole = "".join(
        control("GET", f"/worlds/main{path}").body.decode()
        for path in ("/state", "/state?as=yaml", "/requests", "/requests/1/why", "/changes", "/state/jobs")
    )
    assert "pending" in whole
    assert SINCE not in whole
    clock.advance(seconds=5)
    control("PATCH", "/worlds/main/state/jobs/old", {"note": "y"})
    control("PATCH", "/worlds/main/state/jobs", {"old": {"note": "z"}})
    clock.advance(seconds=5)
    assert api("GET", "/jobs/old").json == {"id": "old", "status": "running", "note": "z"}


def test_coverage_knows_the_states(api: Ask, clock: Clock) -> None:
    """Those of a field that moves are states of the record, where the contract names its values."""
    clock.advance(seconds=10)
    api("GET", "/jobs/old")
    assert api.engine.journal.tally("main") == {("get", 200, ("status: running",)): 1}


@pytest.mark.parametrize(
    ("moves", "problem"),
    [
        ({"a": {"after": "PT1S", "is": "b"}, "b": {"after": "PT1S", "is": "a"}}, "a -> b -> a goes round in a circle"),
        ({"a": {"after": "PT1S"}}, "`is` is missing"),
        ({"a": {"after": "soon", "is": "b"}}, "'soon' isn't an ISO 8601 duration"),
        ({"a": {"after": "PT0S", "is": "b"}}, "isn't longer than zero"),
        ({"a": {"after": "PT1S", "is": "b", "set": {"notes": 1}}}, "jobs have no field 'notes' (did you mean 'note'?)"),
        ({"a": {"after": "PT1S", "is": "b", "then": {}}}, "unknown name 'then'"),
    ],
)
def test_wrong_moves_are_errors(mock_of: Callable[..., Ask], moves: Any, problem: str) -> None:
    """Circles, missing words, and names that nothing declares."""
    with pytest.raises(BehaviourError) as caught:
        mock_of(API, behaviours(moves), FIXTURES)
    assert problem in str(caught.value)


def test_moves_are_values() -> None:
    """A record is stored once, and every instant gives its own view of it."""
    becoming = (Becoming("s", {"a": Move(10, "b"), "b": Move(5, True, {"x": 1})}),)
    record = stamped({"s": "a"}, becoming, None, 100)
    assert [dict(moved(record, becoming, at)).get("s") for at in (100, 109, 110, 114, 115, 999)] == [
        *("a", "a", "b", "b", True, True)
    ]
    assert [(step.at, step.value) for step in steps_of(record, becoming, 110)] == [(115, True)]
    assert stamped({"s": "b"}, becoming, record, 112)[SINCE] == {"s": 110}
    assert stamped({"s": "a"}, becoming, record, 112)[SINCE] == {"s": 112}
    assert SINCE not in stamped({"s": "z"}, becoming, record, 112)
