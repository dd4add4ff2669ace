"""The journal is filtered, explained, exported, verified; coverage shows what was exercised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.exchange import journal
from tests.mockserver.control.conftest import Control
from tests.support import Ask, answers, document, in_memory, json_body

TRUST = {"fingerprint": "fp-alice-ipad"}


@pytest.fixture
def asked(control: Control, ask: Ask) -> Control:
    """A world that was asked five things."""
    ask("GET", "/devices")
    ask("POST", "/devices/trust", json=TRUST)
    ask("POST", "/devices/trust", json={"fingerPrint": "x"})
    ask("GET", "/devices/dev-08")
    ask("GET", "/devices", "bob-token")
    return control


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("?operation=trustDevice", [2, 3]),
        ("?status=200", [1, 2, 5]),
        ("?status=4XX", [3, 4]),
        ("?user=bob", [5]),
        ("?verdict=refused", [3, 4]),
        ("?since=3", [4, 5]),
        ("?limit=2", [4, 5]),
        ("?operation=listDevices&status=200&since=1", [5]),
    ],
)
def test_entries_are_filtered(asked: Control, query: str, numbers: list[int]) -> None:
    """By operation, user, status or class of statuses, verdict, number; the newest, oldest first."""
    result = asked.world(f"/requests{query}")
    assert ([entry["number"] for entry in result["requests"]], result["last"]) == (numbers, 5)
    assert asked("GET", f"/requests{query}").json == result


def test_an_answer_points_to_its_explanation(asked: Control, ask: Ask) -> None:
    """By the header `Mock-Why`, refusals and all."""
    for path, status in (("/devices", 200), ("/devices/nobody", 404), ("/nowhere", 404)):
        heard = ask("GET", path, "alice-token~w1")
        assert heard.status == status
        result = asked("GET", heard.headers["mock-why"].removeprefix("/__mock__"))
        assert f"GET {path} -> {status}" in result.body.decode()


def test_why_tells_steps_changes_and_places(asked: Control) -> None:
    """Which record was selected by which value, what changed and how, and the sentence and line that it is based on."""
    why = asked.world("/requests/2/why?as=json")
    assert why["because"] == "the device found by the fingerprint becomes trusted and its trust period is prolonged"
    assert [step["verb"] for step in why["steps"]] == ["find", "set", "reply"]
    assert "fp-alice-ipad ($body.fingerprint): dev-03" in why["steps"][0]["did"]
    assert "isTrusted false -> true" in why["steps"][1]["did"]
    assert (why["changes"][0]["before"]["isTrusted"], why["changes"][0]["after"]["isTrusted"]) == (False, True)
    assert {"A-08", "A-09"} <= set(why["assumed"])
    places = [source["place"] for source in why["contract"]]
    assert all("openapi.yaml:" in place for place in places)
    assert any("behaviours.yaml:" in source["place"] for source in why["evidence"])
    assert any(source["what"] == "documented" for source in why["evidence"])


def test_why_tells_what_the_app_did_wrong(asked: Control) -> None:
    """In one sentence, with the name that was nearly right; whose record it was."""
    sentence = asked.world("/requests/3/why?as=json")["sentence"]
    assert sentence == "refused: body.fingerprint is required; you sent body.fingerPrint"
    assert "another user's" in asked.world("/requests/4/why?as=json")["sentence"]


def test_why_tells_what_was_sent_to_no_effect(mock_of: Callable[..., Ask]) -> None:
    """A parameter or field that the contract does not know and that is nearly one that it knows, and no other."""
    said = {"type": "object", "properties": {"nickName": {"type": "string"}, "age": {"type": "integer"}}}
    order = {"name": "sortOrder", "in": "query", "schema": {"type": "string"}}
    operation = {"parameters": [order], "requestBody": json_body(said), "responses": answers({"type": "object"}, {})}
    ask = mock_of(document({"/greet": {"post": operation}}))
    assert ask("POST", "/greet", query="sort_order=asc&page=2", json={"nickname": "Bo", "age": 7}).status == 200
    steps = Control(ask.engine).world("/requests/1/why?as=json")["steps"]
    assert [step["did"] for step in steps if step["verb"] == "ignore"] == [
        "query.sort_order, which the contract doesn't declare; did you mean sortOrder?",
        "body.nickname, which the contract doesn't declare; did you mean nickName?",
    ]
    assert ask("POST", "/greet", query="sortOrder=asc&sort_order=asc", json={"nickName": "Bo"}).status == 200
    assert "ignore" not in str(Control(ask.engine).world("/requests/2/why?as=json")["steps"])


def test_why_tells_how_to_ask_again(asked: Control) -> None:
    """For a shell, a browser and a test, by the user's own token of the fixtures."""
    again = asked.world("/requests/2/why?as=json")["repeat"]
    assert again["curl"].startswith("curl -i -X POST http://127.0.0.1:4010/devices/trust")
    assert again["fetch"].startswith('await fetch("http://127.0.0.1:4010/devices/trust", {"method": "POST"')
    assert again["pytest"] == (
        "assert mock_world.request('POST', '/devices/trust', user='alice', "
        "json={'fingerprint': 'fp-alice-ipad'}).status == 200"
    )
    assert "authorization: Bearer alice-token" in again["curl"]


def test_why_tells_a_fault(control: Control, ask: Ask) -> None:
    """What was asked for, and that nothing was performed."""
    control("PUT", "/worlds/main/faults", {"rules": [{"status": 503}]})
    ask("GET", "/devices")
    why = control.world("/requests/last/why?as=json")
    assert (why["sentence"], why["fault"]) == ("injected fault: status 503", "status 503")
    assert why["steps"] == [{"verb": "disturb", "did": "status 503"}]


def test_an_entry_that_is_not_there_is_a_404(control: Control) -> None:
    """Also the last one of an empty journal."""
    for number in ("7", "last"):
        assert control("GET", f"/worlds/main/requests/{number}").status == 404
        assert control("GET", f"/worlds/main/requests/{number}/why").status == 404


def test_the_archive_opens_in_developer_tools(asked: Control) -> None:
    """HAR 1.2 with request, answer and times, and no secret."""
    heard = asked("GET", "/worlds/main/requests.har?operation=trustDevice")
    log = heard.json["log"]
    assert (log["version"], len(log["entries"])) == ("1.2", 2)
    first = log["entries"][0]
    assert first["request"]["url"] == "http://127.0.0.1:4010/devices/trust"
    assert first["request"]["postData"] == {"mimeType": "application/json", "text": '{"fingerprint":"fp-alice-ipad"}'}
    assert (first["response"]["status"], first["response"]["content"]["mimeType"]) == (200, "application/json")
    assert b"alice-token" not in heard.body


def test_the_surface_asks_the_mock(control: Control, ask: Ask) -> None:
    """As a user, in a world; the entry is the answer."""
    entry = control(
        "POST",
        "/worlds/w1/requests",
        {"method": "POST", "path": "/devices/trust", "user": "alice", "body": TRUST},
    ).json
    assert (entry["world"], entry["user"], entry["answer"]["status"]) == ("w1", "alice", 200)
    assert entry["answer"]["body"]["success"] is True
    nobody = control("POST", "/worlds/w1/requests", {"method": "GET", "path": "/devices"}).json
    assert (nobody["number"], nobody["answer"]["status"]) == (2, 401)


@pytest.mark.parametrize(("suffix", "status"), [("", 200), ("~w1", 200), ("~w2", 409)])
def test_what_the_surface_asks_stays_in_its_world(control: Control, suffix: str, status: int) -> None:
    """A token may name it; one that names another world is refused, and nothing is asked there."""
    said = {"method": "GET", "path": "/devices", "headers": {"Authorization": f"Bearer bob-token{suffix}"}}
    assert control("POST", "/worlds/w1/requests", said).status == status
    assert control("GET", "/worlds/w1").status == (200 if status == 200 else 404)
    assert control("GET", "/worlds/w2").status == 404
    assert control.world("/requests")["requests"] == []


# Verification ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        ({"calls": []}, None),
        ({"calls": [{"operation": "trustDevice", "count": {"min": 2, "max": 2}}]}, None),
        ({"calls": [{"operation": "trustDevice", "status": 200}]}, None),
        ({"calls": [{"method": "POST", "path": "/devices/trust", "user": "alice", "body": TRUST}]}, None),
        ({"calls": [{"operation": "trustDevice"}]}, "was expected once and was received 2 times"),
        ({"calls": [{"operation": "removeDevice"}]}, "removeDevice was expected once and was never received"),
        ({"calls": [{"operation": "removeDevice", "count": {"max": 0}}]}, None),
        ({"calls": [{"operation": "listDevices", "count": {"max": 1}}]}, "once at most and was received 2 times"),
        (
            {"calls": [{"operation": "trustDevice", "body": {"fingerprint": "other"}}]},
            "nearest is request 2, trustDevice POST /devices/trust by alice -> 200: another body",
        ),
        ({"calls": [{"operation": "listDevices", "user": "alice"}], "only": True}, "was not expected (request 2)"),
        ({"calls": [{"operation": "listDevices", "count": {"min": 1}}], "since": 5}, "or more and was never received"),
        (
            {"calls": [{"operation": "listDevices", "user": "alice"}, {"status": 404}], "order": "listed"},
            None,
        ),
        (
            {"calls": [{"status": 404}, {"operation": "listDevices", "user": "alice"}], "order": "listed"},
            "was not received after",
        ),
    ],
)
def test_calls_are_verified(asked: Control, expected: dict[str, Any], problem: str | None) -> None:
    """Their number, order and content; a problem is reported with a diff of expected and received calls."""
    result = asked("POST", "/worlds/main/verify", expected).json
    assert result["verified"] is (problem is None)
    if problem is None:
        assert (result["problems"], result["diff"]) == ([], "")
    else:
        assert problem in "\n".join(result["problems"])
        assert result["diff"].startswith("--- expected\n+++ received")


# Coverage -------------------------------------------------------------------------------------------------------------


def _times(covered: Any, operation: str, status: str) -> tuple[int, dict[str, int]]:
    row = next(row for row in covered["operations"] if row["operation"] == operation)
    cell = next(cell for cell in row["statuses"] if cell["status"] == status)
    return cell["times"], {state["state"]: state["times"] for state in cell["states"] if state["times"]}


def test_coverage_has_operation_status_and_state(control: Control, ask: Ask) -> None:
    """Trusted, untrusted, trust expired; and why a record was not found. What was never exercised is listed too."""
    for device in ("dev-01", "dev-03", "dev-04", "dev-08", "nobody"):
        ask("GET", f"/devices/{device}")
    covered = control.world("/coverage")
    times, states = _times(covered, "getDevice", "200")
    assert times == 3
    assert (states["isTrusted: true"], states["isTrusted: false"]) == (1, 2)
    assert (states["trustExpiresAt: ahead"], states["trustExpiresAt: passed"], states["trustExpiresAt: none"]) == (
        1,
        1,
        1,
    )
    assert _times(covered, "getDevice", "404") == (2, {"another user's": 1, "unknown": 1})
    assert (covered["met"], covered["declared"]) == (2, sum(len(row["statuses"]) for row in covered["operations"]))
    table = control("GET", "/worlds/main/coverage?as=markdown").body.decode()
    assert "- getDevice 401" in table
    assert "- getDevice 200 with trustLevel: MEDIUM" in table


def test_coverage_outlives_journals_resets_and_worlds(
    control: Control, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a world, what the full journal has dropped is counted on; of all worlds, what is gone as well."""
    in_memory(control.engine)
    monkeypatch.setattr(control.engine.journal, "_entries", 3)
    for _ in range(5):
        ask("GET", "/devices/dev-01", "alice-token~w1")
    assert len(control.world("/requests", "w1")["requests"]) == 3
    assert _times(control.world("/coverage", "w1"), "getDevice", "200")[0] == 5
    control("DELETE", "/worlds/w1")
    ask("GET", "/devices/dev-01")
    control("POST", "/reset")
    assert _times(control.world("/coverage"), "getDevice", "200")[0] == 0
    assert _times(control("GET", "/coverage").json, "getDevice", "200")[0] == 6


def test_what_is_not_declared_is_covered_apart(control: Control, ask: Ask) -> None:
    """A fault's status, a connection that was closed."""
    control("PUT", "/worlds/main/faults", {"rules": [{"status": 418, "times": 1}, {"reset": True, "nth": 2}]})
    ask("GET", "/devices")
    ask("GET", "/devices")
    covered = control.world("/coverage")
    assert _times(covered, "listDevices", "418")[0] == _times(covered, "listDevices", "closed")[0] == 1
    assert covered["met"] == 0


def test_the_journal_is_bounded(control: Control, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand entries of a world; the newest stay, numbers go on."""
    in_memory(control.engine)
    monkeypatch.setattr(control.engine.journal, "_entries", 2)
    assert journal.ENTRIES == 1000
    for _ in range(4):
        ask("GET", "/devices")
    assert [entry["number"] for entry in control.world("/requests")["requests"]] == [3, 4]
    assert control("GET", "/worlds/main/requests/1").status == 404


def test_an_explanation_has_its_sections(asked: Control) -> None:
    """As text for a terminal: what was done, why, by which lines, and how to repeat it."""
    text = asked("GET", "/worlds/main/requests/2/why").body.decode()
    titles = [line for line in text.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert titles == ["Steps:", "Contract:", "Evidence:", "Assumed:", "Repeat:"]
    lines = {title: text.partition(f"\n{title}\n")[2].partition("\n\n")[0].splitlines() for title in titles}
    assert [line.split()[0] for line in lines["Steps:"]] == ["find", "set", "reply"]
    assert all("openapi.yaml:" in line for line in lines["Contract:"])
    assert any("behaviours.yaml:" in line for line in lines["Evidence:"])
    assert "A-08" in lines["Assumed:"][0]
    assert any("curl" in line for line in lines["Repeat:"])
    refused = asked("GET", "/worlds/main/requests/3/why").body.decode()
    assert "\nWhy: " in refused
