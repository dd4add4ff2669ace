"""Operations as the document declares them."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.contract import load_contract
from mockserver.contract.operations.operation import Response
from mockserver.errors import DocumentError
from mockserver.messages import Request

OK = {"200": {"description": "OK"}}


def get(**parts: Any) -> dict[str, Any]:
    """A path item with one operation."""
    return {"get": {"responses": OK, **parts}}


def test_an_operation_without_id_is_called_by_method_and_path(load: Any) -> None:
    """Its name is stable, for behaviours to refer to."""
    assert list(load({"/pets/{id}": get()}).operations) == ["GET /pets/{id}"]


def test_a_second_operation_of_the_same_id_keeps_its_own_name(load: Any) -> None:
    """The first one keeps the id; the other is called by method and path, with a note."""
    contract = load({"/a": get(operationId="x"), "/b": get(operationId="x")})
    assert list(contract.operations) == ["x", "GET /b"]
    assert "'x' is taken" in contract.notes[0]


def test_no_operation_is_lost_to_the_name_of_another(load: Any) -> None:
    """An id may be the method and path of another operation, as tools write them and people copy them."""
    contract = load({"/a": get(operationId="GET /b"), "/b": get(operationId="GET /b"), "/c": get()})
    assert [(name, one.template) for name, one in contract.operations.items()] == [
        ("GET /b", "/a"),
        ("GET /b (2)", "/b"),
        ("GET /c", "/c"),
    ]


def test_parameters_of_the_path_are_shared(load: Any) -> None:
    """An operation's own parameter takes the place of the path's of the same name and location."""
    shared = [{"name": "q", "in": "query", "schema": {"type": "string"}}, {"name": "r", "in": "query", "schema": {}}]
    own = [{"name": "q", "in": "query", "schema": {"type": "integer"}}]
    operation = load({"/a": {"parameters": shared, **get(parameters=own)}}).operations["GET /a"]
    assert {p.name: p.schema for p in operation.parameters} == {"q": {"type": "integer"}, "r": {}}


@pytest.mark.parametrize(
    ("location", "style", "explode"),
    [("query", "form", True), ("cookie", "form", True), ("path", "simple", False), ("header", "simple", False)],
)
def test_styles_have_defaults(load: Any, location: str, style: str, explode: bool) -> None:
    """They depend on the location (OpenAPI 3.1.1, 4.8.12.2.1)."""
    parameter = {"name": "p", "in": location, "schema": {}}
    read = load({"/a/{p}": get(parameters=[parameter])}).operations["GET /a/{p}"].parameters[0]
    assert (read.style, read.explode) == (style, explode)


@pytest.mark.parametrize("name", ["Accept", "Content-Type", "authorization"])
def test_headers_of_http_itself_are_no_parameters(load: Any, name: str) -> None:
    """OpenAPI 3.1.1, 4.8.12.2: their definition shall be ignored."""
    parameter = {"name": name, "in": "header", "required": True, "schema": {}}
    assert load({"/a": get(parameters=[parameter])}).operations["GET /a"].parameters == ()


def test_a_parameter_of_the_path_is_always_required(load: Any) -> None:
    """Many authors leave `required: true` out; a path cannot be without it."""
    contract = load({"/a/{id}": get(parameters=[{"name": "id", "in": "path", "schema": {"type": "string"}}])})
    assert contract.operations["GET /a/{id}"].parameters[0].required
    assert "'required' is required" in contract.notes[0]


def test_the_template_decides_on_path_parameters(load: Any) -> None:
    """One that is not declared may be any text; one that is not in the template is ignored; both are noted."""
    parameter = {"name": "gone", "in": "path", "required": True, "schema": {}}
    contract = load({"/a/{id}": get(parameters=[parameter])})
    assert [(p.name, p.location, p.required) for p in contract.operations["GET /a/{id}"].parameters] == [
        ("id", "path", True)
    ]
    assert len(contract.notes) == 2


def test_references_are_followed_everywhere(load: Any) -> None:
    """Path items, parameters, bodies, responses, headers and examples may stand in components."""
    components = {
        "pathItems": {"I": get(parameters=[{"$ref": "#/components/parameters/P"}], operationId="x")},
        "parameters": {"P": {"name": "p", "in": "query", "schema": {"type": "string"}}},
        "headers": {"H": {"schema": {"type": "integer"}}},
        "examples": {"E": {"value": 7}},
        "responses": {
            "R": {
                "description": "R",
                "headers": {"X-A": {"$ref": "#/components/headers/H"}},
                "content": {"application/json": {"examples": {"e": {"$ref": "#/components/examples/E"}}}},
            }
        },
    }
    components["pathItems"]["I"]["get"]["responses"] = {"4xx": {"$ref": "#/components/responses/R"}}
    operation = load({"/a": {"$ref": "#/components/pathItems/I"}}, components=components).operations["x"]
    response = operation.responses["4XX"]
    assert operation.parameters[0].pointer == "/components/parameters/P"
    assert response.headers["X-A"].schema == {"type": "integer"}
    assert response.media_types["application/json"].examples == {"e": 7}
    assert response.pointer == "/components/responses/R"


@pytest.mark.parametrize(("status", "key"), [(200, "200"), (204, "2XX"), (404, "default")])
def test_the_closest_response_is_chosen(load: Any, status: int, key: str) -> None:
    """The status itself, else its range, else `default`."""
    responses = {name: {"description": name} for name in ("200", "2XX", "default")}
    response = load({"/a": get(responses=responses)}).operations["GET /a"].response_for(status)
    assert isinstance(response, Response)
    assert response.status == key


@pytest.mark.parametrize(
    ("scheme", "kind", "location", "parameter"),
    [
        ({"type": "http", "scheme": "Bearer"}, "bearer", "header", "authorization"),
        ({"type": "http", "scheme": "basic"}, "basic", "header", "authorization"),
        ({"type": "oauth2", "flows": {}}, "bearer", "header", "authorization"),
        ({"type": "openIdConnect", "openIdConnectUrl": "https://x.test"}, "bearer", "header", "authorization"),
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, "apiKey", "header", "x-key"),
        ({"type": "apiKey", "in": "query", "name": "Key"}, "apiKey", "query", "Key"),
    ],
)
def test_security_schemes_say_where_the_secret_travels(
    load: Any, scheme: Any, kind: str, location: str, parameter: str
) -> None:
    """Tokens of OAuth 2 and OpenID Connect travel as bearer tokens."""
    security = load(components={"securitySchemes": {"s": scheme}}).security_schemes["s"]
    assert (security.kind, security.location, security.parameter) == (kind, location, parameter)


@pytest.mark.parametrize(
    ("own", "security"),
    [
        (None, (frozenset({"a"}),)),
        ([], ()),
        ([{}], (frozenset(),)),
        ([{"a": []}, {"b": [], "c": []}], (frozenset({"a"}), frozenset({"b", "c"}))),
    ],
)
def test_security_is_alternatives_of_schemes(load: Any, own: Any, security: Any) -> None:
    """An operation's own security takes the place of the document's; an empty list lifts it."""
    schemes = {name: {"type": "http", "scheme": "bearer"} for name in "abc"}
    paths = {"/a": get() if own is None else get(security=own)}
    contract = load(paths, security=[{"a": []}], components={"securitySchemes": schemes})
    assert contract.operations["GET /a"].security == security


def test_what_is_not_served_is_noted(load: Any) -> None:
    """What no path can hold."""
    notes = " ".join(load({"/b?x=1": get(), "/c#x": get()}).notes)
    assert all(word in notes for word in ("/b?x=1 is served at /b,", "/c#x is served at /c,"))


def test_methods_of_3_2_are_served(load: Any) -> None:
    """`query` has a key of its own; others stand under `additionalOperations`."""
    item = {"query": {"responses": OK}, "additionalOperations": {"PURGE": {"responses": OK}}}
    assert list(load({"/a": item}, "3.2.0").operations) == ["QUERY /a", "PURGE /a"]


def test_assumptions_are_read(load: Any) -> None:
    """`x-assumed` is one number or several."""
    paths = {"/a": get(**{"x-assumed": "A-1"}), "/b": get(**{"x-assumed": ["A-1", "A-2"]})}
    operations = load(paths).operations
    assert [operation.assumed for operation in operations.values()] == [("A-1",), ("A-1", "A-2")]


def test_a_security_scheme_that_is_not_declared_asks_for_nothing(load: Any) -> None:
    """The others of its alternative still do; a note says so."""
    schemes = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}
    security = [{"key": [], "gone": []}, {"lost": []}]
    contract = load({"/a": get(security=security)}, components=schemes)
    assert contract.operations["GET /a"].security == (frozenset({"key"}), frozenset())
    assert [note for note in contract.notes if "is not declared" in note] == [
        "security scheme 'gone' is not declared: it is ignored",
        "security scheme 'lost' is not declared: it is ignored",
    ]


def test_headers_of_the_server_are_no_headers_of_an_answer(load: Any) -> None:
    """Content-Length and its like say how a body travels, which the web server alone knows."""
    headers = {name: {"schema": {"type": "string"}} for name in ("Content-Length", "transfer-encoding", "X-Own")}
    contract = load({"/a": {"get": {"responses": {"200": {"description": "OK", "headers": headers}}}}})
    assert list(contract.operations["GET /a"].responses["200"].headers) == ["X-Own"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_change_that_declares_nothing_but_errors_can_succeed(load: Any, method: str) -> None:
    """200 without a body, and a note: else a record would be stored, and the response would deny it."""
    errors = {"405": {"description": "Invalid input"}, "5XX": {"description": "Down"}}
    contract = load({"/a": {method: {"responses": errors}}})
    success = contract.operations[f"{method.upper()} /a"].response_for(200)
    assert success == Response("200", pointer=f"/paths/~1a/{method}")
    assert [note for note in contract.notes if "nothing but errors" in note] != []


@pytest.mark.parametrize("more", ["200", "2XX", "302", "default"])
def test_a_declared_success_is_the_only_one(load: Any, more: str) -> None:
    """Nothing is added where the document says how an operation succeeds."""
    responses = {"400": {"description": "Bad"}, more: {"description": "Fine"}}
    assert set(load({"/a": {"post": {"responses": responses}}}).operations["POST /a"].responses) == {"400", more}


def test_a_read_that_declares_nothing_but_errors_answers_one(load: Any) -> None:
    """It changes nothing, and what it would show is not known."""
    assert set(load({"/a": get(responses={"503": {"description": "Down"}})}).operations["GET /a"].responses) == {"503"}


VERSIONS = ("3.0.3", "3.1.0", "3.2.0")
GONE = {"$ref": "#/components/schemas/Gone"}
COMPONENTS = {
    "schemas": {"Uses": {"properties": {"a": {"allOf": [{"$ref": "#/components/schemas/Lost"}]}}}, "Lost": GONE},
    "responses": {"Odd": 5, "Unused": 6},
    "securitySchemes": {"odd": 7},
}


def _answering(schema: Any) -> dict[str, Any]:
    return get(responses={"200": {"description": "OK", "content": {"application/json": {"schema": schema}}}})


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("item", "note"),
    [
        (get(parameters=5), "/paths/~1bad/get/parameters must be a list"),
        (get(parameters=[{"in": "query", "schema": {}}]), "'name' is required: GET /bad is left out"),
        (
            get(parameters=[{"name": "q", "in": "body", "schema": {}}]),
            "/paths/~1bad/get/parameters/0/in must be one of",
        ),
        ({"get": [1]}, "/paths/~1bad/get must be an object"),
        ({**get(), "parameters": 5}, "/paths/~1bad/parameters must be a list, not 5: /bad is left out"),
        ({"$ref": "#/nowhere"}, "/paths/~1bad: $ref '#/nowhere' leads nowhere"),
        (_answering(GONE), "schema: $ref '#/components/schemas/Gone' leads nowhere"),
        (_answering({"$ref": "#/components/schemas/Uses"}), "/components/schemas/Lost: $ref"),
        (_answering({"properties": [1]}), "schema/properties must be an object"),
        (get(responses={"200": {"$ref": "#/components/responses/Odd"}}), "/components/responses/Odd must be an object"),
        (get(security=[{"odd": []}]), "/components/securitySchemes/odd must be an object, not 7: GET /bad is left out"),
    ],
)
def test_an_invalid_part_costs_the_operations_that_need_it(load: Any, version: str, item: Any, note: str) -> None:
    """A note says what is wrong and what is left out; what nothing needs costs nothing. A strict reader refuses."""
    paths = {"/good": {**get(), "post": {"responses": OK}}, "/bad": item}
    contract = load(paths, version, components=COMPONENTS)
    assert list(contract.operations) == ["GET /good", "POST /good"]
    assert any(note in one and one.endswith("/bad is left out") for one in contract.notes), contract.notes
    assert any(
        one.endswith("/components/responses/Unused must be an object, not 6: no operation needs it")
        for one in contract.notes
    )
    with pytest.raises(DocumentError):
        load_contract(contract.document.source.location, strict=True)


def test_a_document_of_which_nothing_is_left_is_refused(load: Any) -> None:
    """The error names the parts that cost its operations."""
    with pytest.raises(
        DocumentError, match=r"is not valid OpenAPI 3.1:\n.*json:1: /paths/~1a/get/parameters must be a list"
    ):
        load({"/a": get(parameters=5)})


@pytest.mark.parametrize("version", VERSIONS)
def test_a_parameter_without_a_schema_is_any_text(load: Any, version: str) -> None:
    """Its operation is served, with a note."""
    contract = load({"/a": get(parameters=[{"name": "q", "in": "query"}])}, version)
    inputs = contract.read_inputs(contract.route("GET", "/a"), Request("GET", "/a", "q=7"))
    assert inputs.query == {"q": "7"}
    assert any("/paths/~1a/get/parameters/0 'schema' is required: ignored" in note for note in contract.notes)


@pytest.mark.parametrize("version", VERSIONS)
def test_statuses_are_read_in_any_case(load: Any, version: str) -> None:
    """`4xx`, `5Xx` and `Default` are what they mean."""
    declared = dict.fromkeys(("2xx", "4Xx", "Default"), OK["200"])
    operations = load({"/a": get(responses=declared)}, version).operations
    assert list(operations["GET /a"].responses) == ["2XX", "4XX", "default"]


def test_an_example_may_stand_in_a_file_or_be_written_as_it_is_sent(tmp_path: Path) -> None:
    """`externalValue` below the document's folder, and `serializedValue`; what can't be read is noted."""
    (tmp_path / "one.json").write_text('{"n": 1}')
    (tmp_path / "text.txt").write_text("words")
    (tmp_path / "dot.png").write_bytes(b"\x89PNG")
    (tmp_path / "odd.json").write_text("{")
    files = {name: {"externalValue": name} for name in ("one.json", "gone.json", "odd.json", "../out.json")}
    remote = {"remote": {"externalValue": "https://x.test/a"}, "sent": {"serializedValue": '{"n": 2}'}}
    content = {
        "application/json": {"examples": {**files, **remote}},
        "text/plain": {"examples": {"a": {"externalValue": "text.txt"}, "b": {"serializedValue": "more"}}},
        "image/png": {"examples": {"a": {"externalValue": "dot.png"}}},
    }
    item = get(responses={"200": {"description": "OK", "content": content}})
    path = tmp_path / "api.json"
    path.write_text(json.dumps({"openapi": "3.2.0", "info": {"title": "T", "version": "1"}, "paths": {"/a": item}}))
    contract = load_contract(path)
    medias = contract.operations["GET /a"].responses["200"].media_types
    assert medias["application/json"].examples == {"one.json": {"n": 1}, "sent": {"n": 2}}
    assert medias["text/plain"].examples == {"a": "words", "b": "more"}
    assert medias["image/png"].examples == {"a": b64encode(b"\x89PNG").decode()}
    places = [note.partition(": ")[0].rpartition("/")[2] for note in contract.notes]
    assert places == ["gone.json", "odd.json", "..~1out.json", "remote"]
    assert "externalValue 'https://x.test/a' is remote" in contract.notes[-1]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_checks_nothing_is_noted_with_its_place(load: Any, version: str) -> None:
    """Keywords that cannot be read, and those of other drafts, at every depth, once the schemas are looked at."""
    odd = {
        "pattern": "(?<=x",
        "allOf": [{"items": {"dependencies": {"a": ["b"]}}}],
        "additionalProperties": {"enum": 5},
    }
    components = {"schemas": {"Odd": {"properties": {"p": odd}}}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Odd"}}}}
    contract = load({"/a": {"post": {"requestBody": body, "responses": OK}}}, version, components=components)
    contract.judge()
    place = "/components/schemas/Odd/properties/p"
    wanted = (
        f"{place}/pattern: '(?<=x' cannot be read and is ignored",
        f"{place}/additionalProperties/enum: 5 cannot be read and is ignored",
        f"{place}/allOf/0/items/dependencies is a keyword of another draft of JSON Schema, and checks nothing here",
    )
    assert set(wanted) <= set(contract.notes)


@pytest.mark.parametrize(
    ("schema", "what"),
    [
        ({"const": 1}, "'const'"),
        ({"prefixItems": [{}]}, "'prefixItems'"),
        ({"type": ["string", "null"]}, "a list of types"),
        ({"type": "null"}, "the type null"),
        ({"properties": {"a": False}}, "a schema that is true or false"),
    ],
)
def test_newer_words_in_3_0_are_read_and_said_so(load: Any, schema: Any, what: str) -> None:
    """An author who writes them means them."""
    contract = load({"/a": _answering(schema)}, "3.0.3")
    said = f"{what} is not of OpenAPI 3.0, and is read as JSON Schema 2020-12 has it"
    assert any(note.endswith(said) for note in contract.notes)
