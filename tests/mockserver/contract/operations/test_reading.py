"""Operations as the document declares them."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract.operations.operation import Response

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
    """Callbacks, webhooks, and what no path can hold."""
    callback = {"{$request.body#/url}": get()}
    paths = {"/a": get(callbacks={"c": callback}), "/b?x=1": get(), "/c#x": get()}
    notes = " ".join(load(paths, webhooks={"w": get()}).notes)
    assert all(
        word in notes for word in ("GET /a: callbacks", "webhooks", "/b?x=1 is served at /b,", "/c#x is served at /c,")
    )


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
