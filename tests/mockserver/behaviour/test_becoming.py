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
    control("PATCH", "/worlds/main/state/jobs/old", {"note": "y"})
    control("PATCH", "/worlds/main/state/jobs", {"old": {"note": "z"}})
    assert control.world("/state/jobs/old")["status"] == control.world("/state")["jobs"][0]["status"] == "running"
    assert control.world("/state/jobs")["records"][0]["record"]["status"] == "running"
    assert api("GET", "/jobs/old").json["status"] == "running"
    clock.advance(seconds=60)
    assert api("GET", "/jobs/old").json["status"] == "done"


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
        ({"a": {"after": "PT1S", "is": "b", "fails": {"set": {}}}}, "`is` is missing"),
        ({"a": {"after": "PT1S", "is": "b", "fails": "a"}}, "a -> a goes round in a circle"),
        ({"a": {"after": "PT1S", "is": "b", "fails": {"is": "c", "set": {"notes": 1}}}}, "jobs have no field 'notes'"),
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


FAILING = {**MOVES, "running": {**MOVES["running"], "fails": {"is": "failed", "set": {"note": "no space"}}}}


@pytest.fixture
def failing(mock_of: Callable[..., Ask]) -> Ask:
    """A mock whose behaviours say how a job fails."""
    return mock_of(API, behaviours(FAILING), FIXTURES)


def outcomes(api: Ask, clock: Clock, *jobs: str) -> list[Any]:
    """The states of these jobs, and of that of the fixtures, once they are over."""
    clock.advance(seconds=10)
    assert {api("GET", f"/jobs/{job}").json["status"] for job in jobs} == {"running"}
    clock.advance(seconds=60)
    return [api("GET", f"/jobs/{job}").json["status"] for job in (*jobs, "old")]


def test_a_fault_makes_a_job_fail(failing: Ask, clock: Clock) -> None:
    """The next one that is started, whatever other requests come before; its failure sets what the behaviours say."""
    control = Control(failing.engine)
    control("PUT", "/worlds/main/faults", {"rules": [{"fails": True, "times": 1}]})
    failing("GET", "/jobs")
    first, second = (failing("POST", "/jobs", json={}) for _ in range(2))
    assert first.status == 202
    assert outcomes(failing, clock, first.json["id"], second.json["id"]) == ["failed", "done", "done"]
    assert failing("GET", f"/jobs/{first.json['id']}").json == {**first.json, "status": "failed", "note": "no space"}
    [rule] = control("GET", "/worlds/main/faults").json["rules"]
    assert (rule["met"], rule["done"]) == (2, 1)
    [entry] = control("GET", "/worlds/main/requests?operation=start&limit=1").json["requests"]
    assert (entry["verdict"], entry["fault"]) == ("kept", "")
    assert control("GET", "/worlds/main/requests/2").json["fault"] == "the job fails"


def test_a_request_asks_for_the_failure_of_its_job(failing: Ask, clock: Clock) -> None:
    """By `Prefer: job=failed`, or in the query; a change of another field lets the job fail all the same."""
    first = failing("POST", "/jobs", json={}, headers={"prefer": "job=failed"}).json["id"]
    second = failing("POST", "/jobs", json={}, query="__job=failed").json["id"]
    assert failing("PATCH", f"/jobs/{second}", json={"note": "x"}).json["status"] == "pending"
    assert outcomes(failing, clock, first, second) == ["failed", "failed", "done"]
    failing("PATCH", f"/jobs/{first}", json={"status": "pending"})  # it is tried again
    assert outcomes(failing, clock, first) == ["done", "done"]


def test_a_job_that_runs_may_fail(failing: Ask, clock: Clock) -> None:
    """A request that changes it makes it fail, too; a saved world has it as it was."""
    control = Control(failing.engine)
    failing("PATCH", "/jobs/old", json={"note": "x"}, headers={"prefer": "job=failed"})
    saved = control("GET", "/worlds/main/saved").body.decode()
    control("PUT", "/worlds/other/saved", {"yaml": saved})
    clock.advance(seconds=70)
    for world in ("main", "other"):
        assert failing("GET", "/jobs/old", headers={"mock-world": world}).json["status"] == "failed"


@pytest.mark.parametrize(("wish", "operation"), [("job=done", "start"), ("job=failed", "get")])
def test_what_can_not_fail_is_refused(failing: Ask, wish: str, operation: str) -> None:
    """By request and by rule, with what would help."""
    method, path = ("POST", "/jobs") if operation == "start" else ("GET", "/jobs/old")
    refused = failing(method, path, json={} if method == "POST" else None, headers={"prefer": wish})
    assert refused.status == 422
    assert "job=failed" in refused.json["detail"] or "add `fails`" in refused.json["detail"]


def test_a_rule_needs_a_job_that_can_fail(api: Ask, failing: Ask) -> None:
    """One of its operation, or of any."""
    for ask, rule in ((api, {"fails": True}), (failing, {"fails": True, "operation": "get"})):
        refused = Control(ask.engine)("POST", "/worlds/main/faults", rule)
        assert refused.status == 409
        assert "add `fails`" in refused.json["detail"]
