"""Refusals have the contract's shape where it declares one, else that of RFC 9457."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.contract.operations.operation import Operation, Response
from mockserver.contract.schemas.view import SchemaView
from mockserver.errors import Refused, Violation
from mockserver.reply.problems import PROBLEM, declared_status, problem_value, text_member
from tests.support import NOTHING, Ask, answers, document, json_body, path_parameter

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
        ("default", True, 400),
        ("default", False, 400),
        ("4XX", True, 400),
        ("422 default", True, 422),
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


def test_an_undeclared_refusal_has_the_members_of_declared_ones(mock_of: Callable[..., Ask]) -> None:
    """Clients read `message` whatever the status is; what a problem says of itself comes first."""
    own = {"type": "object", "required": ["message", "status"]}
    own |= {"properties": {"message": {"type": "string"}, "status": {"type": "string"}, "code": {"type": "integer"}}}
    answer = _mock(mock_of, _500=(own, {"message": "The disk is full", "status": "error"}))("POST", "/things", json={})
    assert (answer.status, answer.headers["content-type"]) == (422, PROBLEM)
    assert (answer.json["message"], answer.json["status"]) == ("body.name is required", 422)


def test_a_declared_refusal_has_the_contract_s_shape(mock_of: Callable[..., Ask]) -> None:
    """The example of the status, with the reason where the shape has a place for it."""
    answer = _mock(mock_of, _400=(ERROR, {"error": "Invalid"}))("POST", "/things", json={})
    assert (answer.status, answer.headers["content-type"]) == (400, "application/json")
    assert "name" in answer.json["error"]


def test_a_refusal_shows_the_example_that_the_client_wants(mock_of: Callable[..., Ask]) -> None:
    """`Prefer: example=` chooses among the named examples of the declared refusal; the header still has the reason."""
    examples = {"short": {"value": {"error": "too short"}}, "long": {"value": {"error": "too long"}}}
    content = {"application/json": {"schema": ERROR, "examples": examples}}
    operation = {"requestBody": json_body({"required": ["name"]}), "responses": {"422": {"content": content}}}
    ask = mock_of(document({"/things": {"post": operation}}))
    shown = {
        example: ask("POST", "/things", None, json={}, headers={"prefer": f"example={example}"})
        for example in ("long", "none")
    }
    assert [(answer.status, answer.json["error"]) for answer in shown.values()] == [
        (422, "too long"),
        (422, "body.name is required"),
    ]
    assert shown["long"].headers["mock-reason"] == "body.name is required"


def _refusal(mock_of: Callable[..., Ask], schema: Any, example: Any = NOTHING, status: str = "default") -> Any:
    """The error of a request with two wrong fields, by a schema that is declared for a status."""
    named = {"name": {"type": "string"}, "tags": {"type": "array", "items": {"type": "integer"}}}
    body = json_body({"type": "object", "required": ["name"], "properties": named})
    content = {"schema": schema, **({} if example is NOTHING else {"example": example})}
    response = {"description": "wrong", "content": {"application/json": content}}
    operation = {"requestBody": body, "responses": {**answers({}, {}), status: response}}
    return mock_of(document({"/things": {"post": operation}}))("POST", "/things", json={"tags": [1, "x"]}).json


STATUS = "the status"
WRONG_TAG = 'must be an integer, not "x"'


@pytest.mark.parametrize("status", ["default", "4XX", "422"])
@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            {
                "loc": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
                "msg": "",
                "type": "",
            },
            [
                {"loc": ["body", "name"], "msg": "is required", "type": "missing"},
                {"loc": ["body", "tags", 1], "msg": WRONG_TAG, "type": "invalid"},
            ],
        ),
        (
            {"field": "", "message": ""},
            [{"field": "name", "message": "is required"}, {"field": "tags[1]", "message": WRONG_TAG}],
        ),
        (
            {"pointer": "", "detail": "", "status": ""},
            [
                {"pointer": "/name", "detail": "is required", "status": STATUS},
                {"pointer": "/tags/1", "detail": WRONG_TAG, "status": STATUS},
            ],
        ),
        (
            {"in": {"type": "string", "enum": ["query", "body"]}, "location": {"enum": ["path", "body"]}, "reason": ""},
            [
                {"in": "body", "location": "body", "reason": "is required"},
                {"in": "body", "location": "body", "reason": WRONG_TAG},
            ],
        ),
        ("", ["body.name is required", f"body.tags[1] {WRONG_TAG}"]),
        ({"description": ""}, [{"description": "body.name is required"}, {"description": f"body.tags[1] {WRONG_TAG}"}]),
    ],
)
def test_a_list_of_errors_has_the_real_places(
    mock_of: Callable[..., Ask], item: Any, expected: list[Any], status: str
) -> None:
    """One item for each violation: where it is and what is wrong there, even where the list is optional."""
    text = {"type": "string"}
    properties = {name: one or text for name, one in item.items()} if item else {}
    items = {"type": "object", "required": list(properties), "properties": properties} if item else text
    schema = {"type": "object", "properties": {"detail": {"type": "array", "items": items}}}
    answered = json.dumps(expected).replace(STATUS, "422" if status == "422" else "400")
    assert _refusal(mock_of, schema, status=status) == {"detail": json.loads(answered)}


def test_a_map_of_errors_has_the_names_of_the_fields(mock_of: Callable[..., Ask]) -> None:
    """Each with what is wrong with it, as a list of texts or as one text."""
    for extra, wrap in (({"type": "array", "items": {"type": "string"}}, True), ({"type": "string"}, False)):
        schema = {"type": "object", "properties": {"errors": {"type": "object", "additionalProperties": extra}}}
        errors = {"name": "is required", "tags[1]": WRONG_TAG}
        expected = {name: [text] if wrap else text for name, text in errors.items()}
        assert _refusal(mock_of, schema) == {"errors": expected}


def test_the_source_of_an_error_may_be_an_object(mock_of: Callable[..., Ask]) -> None:
    """As in JSON:API."""
    source = {"type": "object", "properties": {"pointer": {"type": "string"}}}
    item = {"type": "object", "properties": {"source": source, "detail": {"type": "string"}}}
    schema = {"type": "object", "required": ["errors"], "properties": {"errors": {"type": "array", "items": item}}}
    assert _refusal(mock_of, schema)["errors"][0] == {"source": {"pointer": "/name"}, "detail": "body.name is required"}


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        (["too_many_attachments", "not_authed", "invalid_form_data"], "invalid_form_data"),
        (["NOT_FOUND", "VALIDATION_ERROR", "INTERNAL"], "VALIDATION_ERROR"),
        (["rateLimited", "badRequest"], "badRequest"),
        (["server", "unknown"], "unknown"),
        (["name_missing", "invalid"], "name_missing"),
        (["red", "green"], "red"),
    ],
)
def test_the_member_of_an_enum_fits_the_cause(mock_of: Callable[..., Ask], options: list[str], chosen: str) -> None:
    """By the words for the status and for what was wrong; a general one, or the example, where none does."""
    schema = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string", "enum": options}}}
    assert _refusal(mock_of, schema) == {"error": chosen}
    assert _refusal(mock_of, schema, {"error": options[0]}) == {"error": chosen}


def test_a_missing_token_is_named_as_such(mock_of: Callable[..., Ask]) -> None:
    """Also where it is a parameter like any other."""
    enum = ["too_many_attachments", "invalid_form_data", "not_authed"]
    schema = {"type": "object", "properties": {"error": {"type": "string", "enum": enum}}, "required": ["error"]}
    operation = {
        "parameters": [{"name": "token", "in": "header", "required": True, "schema": {"type": "string"}}],
        "responses": answers({}, {}, default=(schema, {"error": enum[0]})),
    }
    assert mock_of(document({"/things": {"get": operation}}))("GET", "/things").json == {"error": "not_authed"}


@pytest.mark.parametrize(
    ("example", "code"),
    [("example_error", "bad_request"), ("EXAMPLE_ERROR", "BAD_REQUEST"), ("SomeError", None)],
)
def test_a_code_of_any_text_names_the_status(mock_of: Callable[..., Ask], example: str, code: str | None) -> None:
    """Written as the example is; the example of `default` is that of no status in particular."""
    text = {"type": "string", "example": example}
    schema = {
        "type": "object",
        "required": ["id", "message"],
        "properties": {"id": text, "message": {"type": "string"}},
    }
    error = _refusal(mock_of, schema, {"id": example, "message": "some error message"})
    assert error["message"] == "body.name is required (and 1 more)"
    assert error["id"].lower().replace("_", "") == "badrequest"
    assert error["id"].isupper() == example.isupper()


def test_the_words_of_a_status_stay(mock_of: Callable[..., Ask]) -> None:
    """An example for exactly this status has a code of its own, which clients know."""
    schema = {"type": "object", "properties": {"code": {"type": "string"}, "message": {"type": "string"}}}
    error = _refusal(mock_of, schema, {"code": "E17", "message": "m"}, "422")
    assert error == {"code": "E17", "message": "body.name is required (and 1 more)"}


def test_optional_objects_of_an_error_are_left_out(mock_of: Callable[..., Ask]) -> None:
    """Unless nothing else has room for the reason."""
    inner = {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "string"}}}
    more = {"type": "object", "properties": {"id": {"type": "string"}}}
    properties = {"message": {"type": "string"}, "error": inner, "request": more, "user": more}
    assert _refusal(mock_of, {"type": "object", "properties": properties}) == {
        "message": "body.name is required (and 1 more)"
    }
    del properties["message"]
    assert _refusal(mock_of, {"type": "object", "properties": properties}) == {
        "error": {"detail": "body.name is required (and 1 more)"}
    }


def test_a_conflict_by_the_default_response_says_why(mock_of: Callable[..., Ask]) -> None:
    """The example of `default` isn't the answer to everything."""
    thing = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
    error = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string"}, "message": {"type": "string"}},
    }
    responses = answers(thing, status=201, default=(error, {"id": "example_error", "message": "some error message"}))
    item = {"get": {"parameters": [path_parameter("name")], "responses": answers(thing)}}
    listed = {"responses": answers({"type": "array", "items": thing})}
    post = {"requestBody": json_body(thing), "responses": responses}
    ask = mock_of(document({"/things": {"get": listed, "post": post}, "/things/{name}": item}))
    assert ask("POST", "/things", json={"name": "a"}).status == 201
    answer = ask("POST", "/things", json={"name": "a"})
    assert (answer.status, answer.json["id"]) == (409, "conflict")
    assert answer.json["message"] == "things already has a record with name 'a'"


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


def test_a_reason_that_would_break_the_contract_is_left_out(mock_of: Callable[..., Ask]) -> None:
    """A rule that the reason breaks and the example does not: the rest is said, and the header has the reason."""
    barred = {"properties": {"error": {"pattern": "required"}}}
    properties = {"error": {"type": "string"}, "problem": {"type": "object", "properties": {"msg": {"type": "string"}}}}
    schema = {"type": "object", "properties": properties, "not": barred}
    answer = _mock(mock_of, _400=(schema, {"error": "x", "problem": {"msg": "y"}}))("POST", "/things", json={})
    assert answer.json == {"error": "x", "problem": {"msg": "body.name is required"}}
    assert answer.headers["mock-reason"] == "body.name is required"


def test_a_refusal_for_which_no_value_is_declared_is_a_problem(mock_of: Callable[..., Ask]) -> None:
    """A shape that nothing satisfies cannot be answered in: the status stays, and a problem says why."""
    answer = _mock(mock_of, _400=({"enum": [1], "minimum": 2}, 7))("POST", "/things", json={})
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
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json["detail"] == answer.headers["mock-reason"]


NOTHING_THERE = {"description": "none"}


@pytest.mark.parametrize(
    ("method", "path", "detail"),
    [
        ("GET", "/pet", "The contract has no path /pet; did you mean /pets?"),
        ("GET", "/pets/1/toy", "The contract has no path /pets/1/toy; did you mean /pets/{id}/toys?"),
        ("GET", "/v1/PETS", "The contract has no path /v1/PETS; did you mean /pets?"),
        ("GET", "/pets/", "The contract has no path /pets/; did you mean /pets?"),
        ("GET", "/", "The contract has no path /"),
        ("GET", "/quite/another", "The contract has no path /quite/another"),
        ("PATCH", "/pets/1", "/pets/1 takes PUT, OPTIONS, not PATCH; did you mean PUT?"),
        ("get", "/pets", "/pets takes GET, HEAD, OPTIONS, not get; did you mean GET?"),
    ],
)
def test_an_unknown_path_or_method_is_a_problem_of_the_mock(
    mock_of: Callable[..., Ask], method: str, path: str, detail: str
) -> None:
    """With what was probably meant, even where all operations declare an empty 404."""
    one = {"responses": answers({}, {}) | {"404": NOTHING_THERE, "405": NOTHING_THERE}}
    paths = {"/pets": {"get": one}, "/pets/{id}": {"put": one}, "/pets/{id}/toys": {"get": one}}
    answer = mock_of(document(paths))(method, path)
    assert (answer.headers["content-type"], answer.json["detail"]) == (PROBLEM, detail)


def test_every_refusal_has_its_reason_in_a_header(ask: Ask) -> None:
    """In ASCII and on one line, whatever the client sent; a success has none."""
    assert ask("GET", "/devices/ñ\n日").headers["mock-reason"] == r"no record of devices has id '\xf1\n\u65e5'"
    assert len(ask("GET", "/" + "x" * 10_000).headers["mock-reason"]) <= 500
    assert "mock-reason" not in ask("GET", "/devices").headers


@pytest.mark.breaks_contract
def test_an_answer_for_which_no_value_is_declared_is_the_contract_s_fault(mock_of: Callable[..., Ask]) -> None:
    """A 500 that says where nothing fits; the mock is not to blame."""
    ask = mock_of(document({"/a": {"get": {"responses": answers({"allOf": [{"type": "null"}, {"type": "string"}]})}}}))
    answer = ask("GET", "/a")
    assert answer.status == 500
    assert answer.json["detail"].startswith("the contract cannot be served here: ")
    assert "fix it or add an example" in answer.json["detail"]


def test_a_refusal_may_be_a_picture(mock_of: Callable[..., Ask]) -> None:
    """Where the one response that the contract has for everything is a file, it has no room for a reason."""
    responses = {"default": {"description": "", "content": {"image/png": {"schema": {}}}}}
    item = {"get": {"parameters": [path_parameter("id", {"type": "integer"})], "responses": responses}}
    answer = mock_of(document({"/pictures/{id}": item}))("GET", "/pictures/none")
    assert (answer.status, answer.headers["content-type"]) == (400, "image/png")


def test_an_undeclared_refusal_shows_no_record(mock_of: Callable[..., Ask]) -> None:
    """Some documents show what was made beside a conflict; that isn't how their errors look."""
    thing = {"type": "object", "required": ["password"], "properties": {"password": {"type": "string"}}}
    post = {"requestBody": json_body(thing), "responses": answers(thing, status=201, _409=(thing, NOTHING))}
    answer = mock_of(document({"/things": {"post": post}}))("POST", "/things", json={})
    assert answer.status in {400, 422}
    assert "password" not in answer.json
