"""Swagger 2.0 documents as the mock server reads, checks and serves them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mockserver.contract.contract import Contract, load_contract
from mockserver.contract.document.document import parsed
from mockserver.contract.document.sources import Source
from mockserver.errors import DocumentError, Refused
from mockserver.messages import Request
from tests.support import LiveMock, run_mock

SHELF = Path(__file__).with_name("shelf.yaml")
PIECES = Path(__file__).parent / "pieces" / "swagger.yaml"


MULTIPART = "multipart/form-data"


def parts(**fields: bytes) -> bytes:
    """A multipart body with the boundary `b`."""
    head = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n'
    return b"".join(head.format(name).encode() + value + b"\r\n" for name, value in fields.items()) + b"--b--\r\n"


@pytest.fixture(scope="module")
def mock() -> Iterator[LiveMock]:
    """A mock of the shelf, whose behaviours are inferred."""
    live = LiveMock(str(SHELF)).wait_until_started()
    yield live
    live.kill()


def test_a_mock_remembers(mock: LiveMock) -> None:
    """Create, read, list, change, remove, below the basePath and at the root."""
    made = mock("POST", "/v2/books", None, json={"title": "Emma", "kind": "Novel", "pages": 3, "loan": None})
    assert made.status == 201, made
    address = f"/v2/books/{made.json['id']}"
    assert mock("GET", address, None).json == made.json
    assert made.json["loan"] is None
    assert made.json in mock("GET", "/books", None).json
    assert mock("PUT", address, None, json={"title": "Persuasion", "kind": "Novel"}).json["title"] == "Persuasion"
    assert mock("DELETE", address, None).status == 204
    missing = mock("GET", address, None)
    assert (missing.status, set(missing.json)) == (404, {"message"})


def test_credentials_of_security_definitions(mock: LiveMock) -> None:
    """An API key in the query, and basic authentication."""
    assert mock("GET", "/secret", None).status == 401
    assert mock("GET", "/secret?key=alice-token", None).status != 401


def test_headers_with_underscores(mock: LiveMock) -> None:
    """They stay apart from those with hyphens, which WSGI doesn't do."""
    assert mock("GET", "/underscores", None).status == 401
    key = {"api_key": "alice-token"}
    assert mock("GET", "/underscores", None, headers=key).headers["mock-reason"] == "header.x_size is required"
    assert mock("GET", "/underscores", None, headers={**key, "x_size": "a"}).status == 400
    assert mock("GET", "/underscores", None, headers={**key, "X_Size": "1"}).status == 200


@pytest.mark.parametrize(
    ("query", "status", "tags"),
    [
        ("csv=a,b&ssv=a%20b&tsv=a%09b&pipes=a%7Cb&multi=a&multi=b&grid=1,2%7C3,4", 200, None),
        ("grid=1,2%7C3,x", 400, 'query.grid[1][1] must be an integer, not "x"'),
        ("tsv=a%09b%09c", 400, "query.tsv must have at most 2 items, not 3"),
        ("tsv=a,b,c", 200, None),
        ("multi=a&multi=b&multi=c", 400, "query.multi must have at most 2 items, not 3"),
        ("size=1", 400, "query.size must be more than 1, not 1"),
        ("size=", 200, None),
    ],
)
def test_parameters(mock: LiveMock, query: str, status: int, tags: str | None) -> None:
    """Each collectionFormat, lists in lists, exclusive bounds, and empty values."""
    answer = mock("GET", f"/lists?{query}", None)
    assert (answer.status, answer.headers.get("mock-reason")) == (status, tags), answer
    if status == 200:
        assert len(answer.headers["x-tabs"].split("\t")) == 2
        assert len(answer.headers["x-pipes"].split("|")) == 2


@pytest.mark.parametrize(
    ("sent", "body", "status"),
    [
        ("application/x-www-form-urlencoded", b"name=a&tags=a,b&count=", 204),
        ("application/x-www-form-urlencoded", b"name=a&tags=a,b,c", 400),
        ("application/x-www-form-urlencoded", b"tags=a", 400),
        ("application/x-www-form-urlencoded", b"name=a&count=x", 400),
        (f"{MULTIPART}; boundary=b", parts(name=b"a", tags=b"a,b,c"), 400),
        (f"{MULTIPART}; boundary=b", parts(name=b"a", tags=b"a,b"), 204),
        ("application/json", b"{}", 415),
    ],
)
def test_forms(mock: LiveMock, sent: str, body: bytes, status: int) -> None:
    """Fields, lists in them, and empty values, urlencoded and in parts."""
    answer = mock("POST", "/forms", None, body=body, headers={"content-type": sent})
    assert answer.status == status, answer


def test_files(mock: LiveMock) -> None:
    """A file is sent in a part, and answered in what the operation produces."""
    sent = {"content-type": f"{MULTIPART}; boundary=b"}
    body = parts(file=b"\x00\xff").replace(b'name="file"', b'name="file"; filename="a.bin"')
    assert mock("POST", "/files", None, body=body, headers=sent).status == 200
    broken = mock("POST", "/files", None, body=parts(file=b"\x00\xff"), headers=sent).json
    assert broken["validation"][0]["pointer"] == "/paths/~1files/post/parameters"
    answer = mock("GET", "/files/a", None)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")


def test_places_in_messages_are_those_of_the_original(mock: LiveMock) -> None:
    """In a problem, in the journal, in an explanation and in the notes of check-spec."""
    refused = mock("GET", "/books/x", None)
    assert [one["pointer"] for one in refused.json["validation"]] == ["/parameters/id/type"]
    refused = mock("GET", "/lists?size=x", None)
    entry = mock.journal()[-1]
    assert entry["violations"][0]["pointer"] == "/paths/~1lists/get/parameters/6/type"
    why = mock("GET", f"{refused.headers['mock-why']}?as=json", None).json
    line = SHELF.read_text().splitlines().index("  /lists:") + 2
    assert why["contract"][0]["place"].endswith(f"shelf.yaml:{line}")
    invalid = mock("POST", "/books", None, json={"title": 5})
    assert '"/definitions/' in json.dumps(mock.journal()[-1]["violations"]), invalid


def test_notes_have_the_lines_of_the_original() -> None:
    """`check-spec` names file and line, and finds every operation servable."""
    checked = run_mock("check-spec", str(SHELF))
    assert checked.returncode == 0, checked.stdout
    line = next(number for number, text in enumerate(SHELF.read_text().splitlines(), 1) if "Missing:" in text)
    assert f"shelf.yaml:{line}: /responses/Missing" in checked.stdout
    behaviours = run_mock("behaviours", str(SHELF))
    assert 'schema: "#/definitions/Book"' in behaviours.stdout


def test_a_header_that_is_declared_in_both_ways_has_a_hyphen(tmp_path: Path) -> None:
    """No server tells them apart."""
    declared = [{"name": name, "in": "header", "type": "string"} for name in ("X_Both", "X-Both", "X_One")]
    operation = {"parameters": declared, "responses": {"200": {"description": "well"}}}
    path = tmp_path / "api.json"
    info = {"title": "t", "version": "1"}
    path.write_text(json.dumps({"swagger": "2.0", "info": info, "paths": {"/a": {"get": operation}}}))
    assert load_contract(path).underscored == {"x_one"}


@pytest.fixture(scope="module")
def pieces() -> Contract:
    """A document of several files, in JSON and YAML."""
    return load_contract(PIECES)


def refusal(contract: Contract, request: Request) -> list[str]:
    """The pointers of the violations of a request."""
    with pytest.raises(Refused) as caught:
        contract.read_inputs(contract.route(request.method, request.path), request)
    return [one.pointer for one in caught.value.details]


def test_a_document_of_several_files(pieces: Contract) -> None:
    """Path items, parameters, responses and schemas stand in files of their own; places name those files."""
    sent = {"content-type": "application/json"}
    (wrong,) = refusal(pieces, Request("POST", "/parts", "", sent, b'{"name": 1}'))
    assert wrong == "/x-embedded/models.json/definitions/Part/properties/name/type"
    operation = pieces.route("POST", "/parts").operation
    folder = PIECES.parent
    assert pieces.document.locate(operation.pointer).endswith("pieces/paths/parts.yaml:2")
    assert pieces.document.locate(operation.responses["400"].pointer).endswith("pieces/shared.yaml:7")
    assert {path.name for path in pieces.document.files} == {"swagger.yaml", "parts.yaml", "shared.yaml", "models.json"}
    assert folder.is_dir()


def test_maps_that_stand_in_files_of_their_own(tmp_path: Path) -> None:
    """What is referred to by both names is one schema, and has the place of its file."""
    files = {
        "main": "swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths: {$ref: paths.yaml}\n"
        "definitions: {$ref: models.yaml}\nresponses: {$ref: responses.yaml}\n",
        "paths": "/a:\n  get:\n    parameters: {$ref: parameters.yaml}\n"
        "    responses:\n      200: {$ref: 'main.yaml#/responses/ok'}\n",
        "responses": "ok: {description: well, schema: {$ref: 'main.yaml#/definitions/A'}}\n",
        "parameters": "- {name: q, in: query, type: string}\n",
        "models": "A: {properties: {b: {$ref: '#/B'}}}\nB: {type: string}\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    contract = load_contract(tmp_path / "main.yaml")
    schemas = contract.document.root["components"]["schemas"]
    assert schemas == {"A": {"properties": {"b": {"$ref": "#/components/schemas/B"}}}, "B": {"type": "string"}}
    (operation,) = contract.operations.values()
    places = [
        operation.pointer,
        operation.parameters[0].pointer,
        operation.responses["200"].pointer,
        "/components/schemas/B",
    ]
    located = [contract.document.locate(pointer).rpartition("/")[2] for pointer in places]
    assert located == ["paths.yaml:2", "parameters.yaml:1", "responses.yaml:1", "models.yaml:2"]


@pytest.mark.parametrize(
    ("paths", "problem"),
    [
        (" []\n", ":3: /paths "),
        ("\n  /a:\n    get:\n      parameters: 5\n", ":6: /paths/~1a/get/parameters"),
        ("\n  /a: {$ref: '#/nowhere'}\n", ":4: /paths/~1a: $ref '#/nowhere' leads nowhere"),
    ],
)
def test_errors_name_the_line_of_the_original(tmp_path: Path, paths: str, problem: str) -> None:
    """A document that breaks the structure of Swagger 2.0 is refused."""
    path = tmp_path / "api.yaml"
    path.write_text(f"swagger: '2.0'\ninfo: {{title: t, version: '1'}}\npaths:{paths}")
    with pytest.raises(DocumentError) as caught:
        load_contract(path)
    assert f"api.yaml{problem}" in str(caught.value)


@pytest.mark.parametrize(
    ("parts", "note"),
    [
        ({"swagger": 2.0}, "/swagger must be"),
        ({"host": ["x"]}, "/host must be a string"),
        ({"host": "x.test", "schemes": ["http:"]}, "/schemes/0 must be one of"),
        ({"produces": "text/plain"}, "/produces must be a list"),
        ({"securityDefinitions": {"b": {"type": "http", "scheme": "bearer"}}}, "b/type: 'http' is a word"),
        ({"definitions": {"A": {"nullable": True}}}, "/definitions/A: 'nullable' is a word of OpenAPI 3"),
        ({"parameter": {"in": "query", "type": "object"}}, "/paths/~1a/get/parameters/0/type must be one of"),
        ({"parameter": {"in": "query"}}, "get/parameters/0 'type' is required"),
        ({"parameter": {"in": "query", "schema": {"type": "string"}}}, "get/parameters/0 'type' is required"),
        ({"parameter": {"in": "formData", "type": "array", "items": {"type": "file"}}}, "0/items/type must be"),
        ({"parameter": {"in": "query", "type": "string", "enum": "x"}}, "/paths/~1a/get/parameters/0/enum must be"),
        ({"parameter": {"in": "cookie", "type": "string"}}, "/paths/~1a/get/parameters/0/in: 'cookie' is a word"),
        ({"response": {"headers": {"X-A": {}}}}, "/paths/~1a/get/responses/200/headers/X-A 'type' is required"),
        ({"response": {"$ref": "#/definitions/A"}, "definitions": {"A": {}}}, "responses/200: refers to a schema"),
        ({"responses": {"security": []}}, "/paths/~1a/get/responses/security: isn't a response: ignored"),
        ({"x-own": {"$ref": "nowhere.json"}}, None),
    ],
)  # fmt: skip
def test_what_leaves_no_doubt_is_noted(tmp_path: Path, parts: dict[str, Any], note: str | None) -> None:
    """Documents as they are published are served; what isn't as Swagger 2.0 has it is a note with its place."""
    response = {"description": "well", **parts.pop("response", {})}
    operation = {"responses": {"200": response, **(parts.pop("responses", None) or {})}}
    if "parameter" in parts:
        operation["parameters"] = [{"name": "p", **parts.pop("parameter")}]
    document = {"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": operation}}, **parts}
    path = tmp_path / "api.json"
    path.write_text(json.dumps(document))
    contract = load_contract(path)
    assert contract.operations.keys() == {"GET /a"}
    assert any(note in one for one in contract.notes) if note else not contract.notes
    given = contract.document.root["paths"]["/a"]["get"].get("parameters", [])
    contract.read_inputs(contract.route("GET", "/a"), Request("GET", "/a", "p=x" if given else ""))


JUNK = (
    None,
    "x",
    5,
    [],
    {},
    [None],
    {"a": 1},
    [{}],
    {"$ref": "#/nowhere"},
    {"$ref": 5},
    {"$ref": "#/definitions/Book"},
)


@pytest.mark.parametrize("seed", range(2))
def test_any_part_may_be_anything(tmp_path: Path, seed: int) -> None:
    """A document with a part that is none is read without it, or refused; it never fails otherwise."""
    random, text = Random(seed), json.dumps(parsed(SHELF.read_text(), Source.of(SHELF)))
    path = tmp_path / "api.json"
    for _ in range(40):
        document = json.loads(text)
        parent, key = random.choice(list(_places(document)))
        parent[key] = random.choice(JUNK)
        path.write_text(json.dumps(document))
        with suppress(DocumentError):
            assert load_contract(path).operations


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    keys = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from _places(node[key])


def test_an_invalid_shared_part_costs_the_operations_that_have_it(tmp_path: Path) -> None:
    """A shared response is part of an operation, though it stands elsewhere."""
    shared = {"responses": {"200": {"$ref": "#/responses/bad"}}}
    paths = {"/a": {"get": shared}, "/b": {"get": {"responses": {"200": {"description": "well"}}}}}
    info = {"title": "t", "version": "1"}
    path = tmp_path / "api.json"
    path.write_text(json.dumps({"swagger": "2.0", "info": info, "paths": paths, "responses": {"bad": "x"}}))
    contract = load_contract(path)
    assert contract.operations.keys() == {"GET /b"}
    assert any(note.startswith("/responses/bad ") and "GET /a is left out" in note for note in contract.notes)
