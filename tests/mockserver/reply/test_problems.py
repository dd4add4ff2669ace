"""Refusals have the contract's shape where it declares one, else that of RFC 9457."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.contract.operations.operation import Operation, Response
from mockserver.contract.schemas.view import SchemaView
from mockserver.errors import Refused, Violation
from mockserver.reply.problems import PROBLEM, declared_status, problem_value, text_member
from tests.support import NOTHING, Ask, answers, document, json_body

ERROR: dict[str, Any] = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}


def test_a_problem_names_what_was_wrong() -> None:
    """type, title, status, detail, and every violation with its place."""
    refused = Refused(400, "body.name is required", (Violation("body.name", "is required", "/paths/x"),))
    assert problem_value(refused, 400) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "body.name is required",
        "validation": [{"location": "body.name", "message": "is required", "pointer": "/paths/x"}],
    }


def test_a_status_that_nobody_knows_has_a_title() -> None:
    """Any number can be refused with."""
    assert problem_value(Refused(499, "x"), 499)["title"] == "Refused"


@pytest.mark.parametrize(
    ("declared", "readable", "status"),
    [
        ("400 422", True, 422),
        ("400 422", False, 400),
        ("400", True, 400),
        ("400", False, 400),
        ("422", True, 422),
        ("422", False, 422),
        ("404", True, 422),
        ("404", False, 400),
    ],
)
def test_400_and_422_stand_for_each_other(declared: str, readable: bool, status: int) -> None:
    """A value that breaks the schema is 422 where both are declared, a body that cannot be read is 400."""
    operation = Operation("op", "POST", "/", responses={code: Response(code) for code in declared.split()})
    details = (Violation("body", "is wrong"),) if readable else ()
    assert declared_status(Refused(400, "x", details), operation) == status


@pytest.mark.parametrize(
    ("declared", "wrong", "status"),
    [
        ("404", "path.id", 404),
        ("404", "path.id body.name", 422),
        ("404", "body.name", 422),
        ("400 404", "path.id", 400),
        ("422 404", "path.id", 422),
        ("200", "path.id", 422),
    ],
)
def test_a_path_with_a_value_left_empty_leads_nowhere(declared: str, wrong: str, status: int) -> None:
    """It is a 404 where that is declared and no status for requests that are wrong."""
    operation = Operation("op", "POST", "/{id}", responses={code: Response(code) for code in declared.split()})
    details = tuple(Violation(place, "is required") for place in wrong.split())
    assert declared_status(Refused(400, "x", details), operation) == status


@pytest.mark.parametrize("status", [401, 404, 409, 415])
def test_other_statuses_stay(status: int) -> None:
    """Declared or not."""
    assert declared_status(Refused(status, "x"), Operation("op", "GET", "/")) == status


@pytest.mark.parametrize(
    ("members", "name"),
    [
        ({"error": {"type": "string"}}, "error"),
        ({"error": {"type": "string"}, "message": {"type": "string"}}, "message"),
        ({"detail": {"type": "string"}, "message": {"type": "string"}}, "detail"),
        ({"message": {"type": "string", "enum": ["a"]}, "error": {"type": "string"}}, "error"),
        ({"message": {"type": "object"}}, None),
        ({"code": {"type": "string"}}, None),
        ({}, None),
    ],
)
def test_where_an_error_has_its_text(members: Any, name: str | None) -> None:
    """The member for free text: a string without limits, under one of the usual names."""
    assert text_member({"properties": members}, SchemaView(lambda reference: (reference, True))) == name


def _mock(mock_of: Callable[..., Ask], **others: Any) -> Ask:
    operation = {
        "operationId": "op",
        "requestBody": json_body({"type": "object", "required": ["name"]}),
        "responses": answers({}, {}, **others),
    }
    return mock_of(document({"/things": {"post": operation}}))


def test_an_undeclared_refusal_is_a_problem(mock_of: Callable[..., Ask]) -> None:
    """The contract says nothing of it, so the standard does."""
    answer = _mock(mock_of)("POST", "/things", json={})
    assert (answer.status, answer.headers["content-type"]) == (422, PROBLEM)
    assert answer.json["validation"][0]["location"] == "body.name"


def test_a_declared_refusal_has_the_contract_s_shape(mock_of: Callable[..., Ask]) -> None:
    """The example of the status, with the reason where the shape has a place for it."""
    answer = _mock(mock_of, _400=(ERROR, {"error": "Invalid"}))("POST", "/things", json={})
    assert (answer.status, answer.headers["content-type"]) == (400, "application/json")
    assert "name" in answer.json["error"]


NESTED: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "status", "type"],
            "properties": {
                "message": {"type": "string"},
                "status": {"type": "integer"},
                "type": {"enum": ["invalid_request"]},
            },
        },
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
    },
}


def test_a_made_up_refusal_tells_the_truth(mock_of: Callable[..., Ask]) -> None:
    """Without an example the value is made, and its texts and statuses, however deep, are those of this refusal."""
    fault = {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "string"}}}
    responses = answers({}, {}, _422=(NESTED, NOTHING))
    operation = {"requestBody": json_body({"type": "object", "required": ["name"]}), "responses": responses}
    described = {**document({"/things": {"post": operation}}), "components": {"schemas": {"Fault": fault}}}
    answer = mock_of(described)("POST", "/things", json={})
    error = {"message": "body.name is required", "status": 422, "type": "invalid_request"}
    assert answer.json == {"error": error, "errors": [{"detail": "body.name is required"}]}


@pytest.mark.parametrize("limit", [{"maxLength": 5}, {"enum": ["no", "never"]}, {"pattern": "^[a-z]+$"}])
def test_a_made_up_refusal_keeps_its_schema_first(mock_of: Callable[..., Ask], limit: Any) -> None:
    """Where the reason does not fit, the value stays as it was made."""
    schema = {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "string", **limit}}}
    responses = answers({}, {}, _422=(schema, NOTHING))
    operation = {"requestBody": json_body({"type": "object", "required": ["name"]}), "responses": responses}
    answer = mock_of(document({"/things": {"post": operation}}))("POST", "/things", json={})
    assert answer.status == 422
    assert "required" not in answer.json["detail"]


def test_a_shape_without_room_for_the_reason_is_the_example(mock_of: Callable[..., Ask]) -> None:
    """No member is added to what the contract declares."""
    schema = {"type": "object", "properties": {"code": {"type": "integer"}}}
    answer = _mock(mock_of, _400=(schema, {"code": 7}))("POST", "/things", json={})
    assert answer.json == {"code": 7}


@pytest.mark.breaks_contract
def test_a_refusal_that_would_break_the_contract_is_withheld(mock_of: Callable[..., Ask]) -> None:
    """A rule that the reason breaks and the example does not: the mock fails closed."""
    barred = {"properties": {"error": {"pattern": "required"}}}
    schema = {"type": "object", "properties": {"error": {"type": "string"}}, "not": barred}
    answer = _mock(mock_of, _400=(schema, {"error": "x"}))("POST", "/things", json={})
    assert (answer.status, answer.headers["content-type"]) == (500, PROBLEM)


def test_a_refusal_for_which_no_value_is_declared_is_a_problem(mock_of: Callable[..., Ask]) -> None:
    """A shape that nothing satisfies cannot be answered in: the status stays, and a problem says why."""
    answer = _mock(mock_of, _400=({"type": "string", "enum": [1]}, 7))("POST", "/things", json={})
    assert (answer.status, answer.headers["content-type"]) == (400, PROBLEM)
    assert "name" in answer.json["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("PATCH", "/devices", 405), ("GET", "/devices/trust/x", 404)],
)
def test_what_no_operation_declares(ask: Ask, method: str, path: str, status: int) -> None:
    """An unknown path or method is refused before any operation is known."""
    answer = ask(method, path)
    assert answer.status == status
    if status == 405:
        assert set(answer.headers["allow"].split(", ")) >= {"GET"}
    assert answer.json


@pytest.mark.breaks_contract
def test_an_answer_for_which_no_value_is_declared_is_the_contract_s_fault(mock_of: Callable[..., Ask]) -> None:
    """A 500 that says where nothing fits; the mock is not to blame."""
    ask = mock_of(document({"/a": {"get": {"responses": answers({"allOf": [{"type": "null"}, {"type": "string"}]})}}}))
    answer = ask("GET", "/a")
    assert answer.status == 500
    assert answer.json["detail"].startswith("the contract cannot be served here: ")
    assert "fix it or add an example" in answer.json["detail"]
