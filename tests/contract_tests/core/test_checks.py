"""What every answer must keep, and the freedoms that are none of a breach."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.checks import AnswerChecks, Breach
from contract_tests.core.contract import Contract
from tests.contract_tests.conftest import ContractOf
from tests.contract_tests.small import contract_of_notes

ERROR = {"success": False, "error": "x"}
JSON = {"content-type": "application/json"}
SESSION = {"id": "s", "startedAt": "2026-01-01T00:00:00Z", "lastActivity": "2026-01-01T00:00:00Z",
           "expiresAt": "2026-01-01T00:00:00.123+00:00", "loginMethod": "sso"}  # fmt: skip
LATIN = {"content_type": "application/json; charset=iso-8859-1"}
NAIVE = {"expiresAt": "2026-01-01T00:00:00"}


@pytest.fixture(scope="module")
def checks(contract: Contract) -> AnswerChecks:
    """The checks of the bundled contract."""
    return AnswerChecks(contract)


def found(checks: AnswerChecks, operation: str, status: int, body: Any, **headers: str) -> list[Breach]:
    """The breaches in such an answer; header names with underscores."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {name.replace("_", "-"): value for name, value in headers.items()} or JSON
    sent = Sent("POST" if operation == "trustDevice" else "GET", "http://t/x", "/x", {})
    return list(checks.breaches(Answer(sent, status, given, content, operation_id=operation)))


@pytest.mark.parametrize(
    ("operation", "status", "body", "headers"),
    [
        ("listSessions", 200, {"success": True, "sessions": [SESSION]}, {}),
        ("listSessions", 200, {"success": True, "sessions": [SESSION | {"more": 1}], "more": 2}, {}),
        ("listSessions", 200, {"success": True, "sessions": []}, {"content_type": "application/json; charset=utf-8"}),
        ("getDevice", 404, ERROR, {}),
        ("listDevices", 401, ERROR, {"content_type": "application/json", "www_authenticate": "Bearer"}),
    ],
)
def test_legitimate_answers_pass(checks: AnswerChecks, operation: str, status: int, body: Any, headers: Any) -> None:
    """Further fields, fractions and offsets in times, charset parameters are free."""
    assert not found(checks, operation, status, body, **headers)


def test_a_body_after_head_is_a_breach(checks: AnswerChecks) -> None:
    """Whatever the contract says of GET."""
    answer = Answer(Sent("HEAD", "http://t/x", "/x", {}), 200, JSON, b"{}", operation_id="listSessions")
    assert [one.expected for one in checks.breaches(answer)] == [
        "no body in an answer to HEAD (RFC 9110, section 9.3.2)"
    ]


@pytest.mark.parametrize(
    ("operation", "status", "body", "headers", "says"),
    [
        ("listSessions", 200, {"success": True}, {}, "sessions"),
        ("listSessions", 200, {"success": "yes", "sessions": []}, {}, "yes"),
        ("listSessions", 200, {"success": True, "sessions": [SESSION | NAIVE]}, {}, "date-time"),
        ("listSessions", 200, {"success": True, "sessions": [SESSION | {"location": None}]}, {}, "null"),
        ("listSessions", 200, [], {}, "object"),
        ("listSessions", 200, b"<html>", {"content_type": "text/html"}, "text/html"),
        ("listSessions", 200, {"success": True, "sessions": []}, {"x": "y"}, "no Content-Type"),
        ("listSessions", 201, {"success": True, "sessions": []}, {}, "201"),
        ("getDevice", 410, ERROR, {}, "410"),
        ("getDevice", 404, {"error": {"message": "x"}}, {}, "error"),
        ("getDevice", 500, b"Traceback (most recent call last):", {"content_type": "text/plain"}, "stack trace"),
        ("listDevices", 401, ERROR, {}, "no such header"),
        ("getDevice", 404, ERROR | {"debug": "E\n    at show (/app/x.js:3:7)"}, {}, "stack trace"),
        ("getDevice", 404, ERROR | {"debug": 'File "x.py", line 3'}, {}, "stack trace"),
        ("listSessions", 200, {"success": True, "sessions": [SESSION | {"accessToken": "x"}]}, {}, "accessToken"),
        ("listSessions", 200, {"success": True, "sessions": []}, LATIN, "charset"),
    ],
)  # fmt: skip
def test_breaches_are_named(
    checks: AnswerChecks, operation: str, status: int, body: Any, headers: Any, says: str
) -> None:
    """Each breach says what was expected and what came."""
    breaches = found(checks, operation, status, body, **headers)
    assert any(says in f"{breach.expected} {breach.got}" for breach in breaches), breaches
    assert not all(breach.is_note for breach in breaches)


@pytest.mark.parametrize(("operation", "status"), [("listDevices", 403), ("trustDevice", 422), ("listDevices", 429)])
def test_other_refusals_of_the_same_meaning_are_notes(checks: AnswerChecks, operation: str, status: int) -> None:
    """403 for 401, 422 for 400; 429 at any time."""
    assert all(breach.is_note for breach in found(checks, operation, status, ERROR))


@pytest.mark.parametrize(
    ("is_user", "is_secured", "is_note"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_a_403_without_the_right_credentials_needs_no_documentation(
    contract_of: ContractOf, is_user: bool, is_secured: bool, is_note: bool
) -> None:
    """As little as a 401; with those of a user, and where none are asked for, it is an answer like any other."""
    document = contract_of_notes()
    del document["paths"]["/notes"]["get"]["responses"]["401"]
    document["security"] = [{"bearer": []}] if is_secured else []
    checks = AnswerChecks(contract_of(document), lambda _: is_user)
    assert [breach.is_note for breach in found(checks, "listNotes", 403, {"error": "key"})] == [is_note]


@pytest.mark.parametrize(("words", "is_note"), [("All notes", False), ("Notes as a stream, as they come", True)])
def test_an_answer_that_is_called_a_stream_need_not_end(contract_of: ContractOf, words: str, is_note: bool) -> None:
    """Its media type may be that of each part."""
    document = contract_of_notes()
    document["paths"]["/notes"]["get"]["description"] = words
    cut = Answer(Sent("GET", "http://t/notes", "/notes", {}), 200, JSON, b"[", truncated=True, operation_id="listNotes")
    assert [breach.is_note for breach in AnswerChecks(contract_of(document)).breaches(cut)] == [is_note]


@pytest.mark.parametrize("status", [413, 414, 431])
def test_a_refusal_of_a_proxy_needs_no_documented_body(checks: AnswerChecks, status: int) -> None:
    """What is too large may be refused before the implementation sees it, with any body."""
    assert len(found(checks, "trustDevice", status, {"any": "body"})) == 1


def test_assumptions_are_named(checks: AnswerChecks) -> None:
    """A missing required field is based on the assumption that the contract marks."""
    breaches = found(checks, "listSessions", 200, {"success": True})
    assert breaches[0].assumed == ("A-01",)


def test_the_same_breach_in_two_records_is_one(checks: AnswerChecks) -> None:
    """The kind of a breach holds no position in a list."""
    broken = SESSION | {"id": 7}
    breaches = found(checks, "listSessions", 200, {"success": True, "sessions": [broken, broken]})
    assert len({breach.kind for breach in breaches}) == 1


def test_a_secret_is_reported_unless_the_contract_declares_it(contract_of: ContractOf) -> None:
    """A password that the answer's own schema has is the contract's affair; the same name elsewhere is a leak."""
    user = {"type": "object", "properties": {"name": {"type": "string"}, "password": {"type": "string"}}}
    listed = {"type": "array", "items": {"$ref": "#/components/schemas/User"}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Users", "version": "1"},
        "components": {"schemas": {"User": user}},
        "paths": {
            path: {"get": {"operationId": name, "responses": {"200": {"description": "", "content": content}}}}
            for path, name, content in (
                ("/users", "listUsers", {"application/json": {"schema": listed}}),
                ("/names", "listNames", {"application/json": {"schema": {"type": "array"}}}),
                (
                    "/shown",
                    "listShown",
                    {"application/json": {"schema": {"type": "array"}, "example": [{"password": ""}]}},
                ),
            )
        },
    }
    checks = AnswerChecks(contract_of(document))
    body = [{"name": "ada", "password": "x"}]
    assert not [*found(checks, "listUsers", 200, body), *found(checks, "listShown", 200, body)]
    assert [breach.expected for breach in found(checks, "listNames", 200, body)] == [
        "no secret of the user in an answer"
    ]


def test_headers_are_checked_by_their_schemas(contract_of: ContractOf) -> None:
    """One that is missing, one of another form, one that fits."""
    header = {"X-Left": {"required": True, "schema": {"type": "integer"}}}
    responses = {"responses": {"200": {"description": "One", "headers": header}}}
    document = {"openapi": "3.1.0", "paths": {"/one": {"get": {"operationId": "one", **responses}}}}
    checks = AnswerChecks(contract_of(document))
    got = [[breach.got for breach in found(checks, "one", 200, b"", **sent)] for sent in
           ({"y": ""}, {"x_left": "many"}, {"x_left": "3"})]  # fmt: skip
    assert got == [["no such header"], ["'many': it must be an integer, not \"many\""], []]


@pytest.mark.parametrize(
    ("path", "status", "query", "body", "is_note"),
    [
        ("/open", 401, "", "", False),
        ("/secured", 401, "", "", True),
        ("/secured", 403, "", "", False),
        ("/open", 404, "", "", False),
        ("/open", 404, "paid=1&valid=2", '{"amount": 3}', False),
        ("/open", 404, "petId=1", "", True),
        ("/open", 404, "", '{"site_id": 1}', True),
        ("/open", 404, "", '{"name": "x"}', True),
        ("/open", 404, "", '["name"]', False),
        ("/made", 404, "", '{"name": "x"}', False),
    ],
)
def test_refusals_that_http_has_for_what_was_sent_are_notes(
    contract_of: ContractOf, path: str, status: int, query: str, body: str, *, is_note: bool
) -> None:
    """401 where credentials are required, 404 where the query or the body names something that exists already; also
    if other operations document the status."""
    answer = {"200": {"description": "done"}}
    takes_all = {"requestBody": {"content": {"application/json": {}}}}
    operations = {
        "/open": {"responses": answer, **takes_all},
        "/secured": {"responses": answer, "security": [{"key": []}]},
        "/made": {"responses": {"201": {"description": "made"}}, **takes_all},
        "/other": {"responses": {**answer, "401": {"description": "no"}, "403": {"description": "no"}}},
    }
    scheme = {"type": "apiKey", "in": "header", "name": "X-Key"}
    document = {
        "openapi": "3.1.0",
        "components": {"securitySchemes": {"key": scheme}},
        "paths": {name: {"post": one} for name, one in operations.items()},
    }
    checks = AnswerChecks(contract_of(document))
    headers = {"Content-Type": "application/json"} if body else {}
    sent = Sent("POST", f"http://t{path}?{query}", path, headers, body.encode())
    found = list(checks.breaches(Answer(sent, status, {}, b"", operation_id=f"POST {path}")))
    assert [breach.is_note for breach in found] == [is_note]


def test_another_media_type_is_said_once(contract_of: ContractOf) -> None:
    """Text in place of JSON is one breach; JSON under another name is checked by its schema as well."""
    content = {"application/json": {"schema": {"type": "object", "required": ["a"]}}}
    document = {"openapi": "3.0.3", "paths": {"/x": {"get": {"operationId": "x", "responses": {
        "200": {"description": "done", "content": content}}}}}}  # fmt: skip
    checks = AnswerChecks(contract_of(document))
    sent = Sent("GET", "http://t/x", "/x", {})
    for body, kinds in ((b"Not Found", ["200 media type"]), (b"{}", ["200 media type", "200 schema  required"])):
        answer = Answer(sent, 200, {"content-type": "text/plain"}, body, operation_id="x")
        assert [breach.kind for breach in checks.breaches(answer)] == kinds


@pytest.mark.parametrize(("said", "kinds"), [(404, []), (400, ["404 problem"]), (None, []), (True, []), ("404", [])])
def test_a_problem_names_the_status_of_its_answer(contract_of: ContractOf, said: Any, kinds: list[str]) -> None:
    """RFC 9457, section 3.1.2; what its schema says of the member is checked elsewhere."""
    missing = {"description": "", "content": {"application/problem+json": {"schema": {}}}}
    paths = {"/x": {"get": {"operationId": "get", "responses": {"200": {"description": ""}, "404": missing}}}}
    checks = AnswerChecks(contract_of({"openapi": "3.1.0", "paths": paths}))
    problem = {"title": "no"} | ({} if said is None else {"status": said})
    breaches = found(checks, "get", 404, problem, content_type="application/problem+json")
    assert [one.kind for one in breaches] == kinds
