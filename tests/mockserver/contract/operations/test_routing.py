"""From method and path to the operation."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract.operations.base_paths import base_paths
from mockserver.errors import Refused
from mockserver.messages import Request

OK = {"responses": {"200": {"description": "OK"}}}

PATHS = {
    "/": {"get": OK},
    "/pets": {"get": OK, "post": OK},
    "/pets/{id}": {"get": OK, "delete": OK},
    "/pets/mine": {"post": OK},
    "/pets/{id}/toys/{toy}": {"get": OK},
    "/pets/{id}/toys/best": {"get": OK},
    "/pets/mine/{thing}/best": {"get": OK},
    "/files/{name}.json": {"get": OK},
    "/files/{name}": {"get": OK},
    "/range/{from}-{to}": {"get": OK},
    "/caf%C3%A9": {"get": OK},
    "/a%2fb/{id}": {"get": OK},
}


@pytest.mark.parametrize(
    ("method", "path", "template", "values"),
    [
        ("GET", "/", "/", {}),
        ("GET", "/pets", "/pets", {}),
        ("GET", "/pets/7", "/pets/{id}", {"id": "7"}),
        ("POST", "/pets/mine", "/pets/mine", {}),
        ("GET", "/pets/mine", "/pets/{id}", {"id": "mine"}),
        ("GET", "/pets/7/toys/8", "/pets/{id}/toys/{toy}", {"id": "7", "toy": "8"}),
        ("GET", "/pets/7/toys/best", "/pets/{id}/toys/best", {"id": "7"}),
        ("GET", "/pets/mine/toys/best", "/pets/mine/{thing}/best", {"thing": "toys"}),
        ("GET", "/pets/mine/toys/8", "/pets/{id}/toys/{toy}", {"id": "mine", "toy": "8"}),
        ("GET", "/files/a.json", "/files/{name}.json", {"name": "a"}),
        ("GET", "/files/.json", "/files/{name}", {"name": ".json"}),
        ("GET", "/files/a.b.json", "/files/{name}.json", {"name": "a.b"}),
        ("GET", "/range/1-2-3", "/range/{from}-{to}", {"from": "1", "to": "2-3"}),
        ("GET", "/café", "/caf%C3%A9", {}),
        ("GET", "/a/b/7", "/a%2fb/{id}", {"id": "7"}),
        ("GET", "/pets/a b;c=d", "/pets/{id}", {"id": "a b;c=d"}),
        ("HEAD", "/pets", "/pets", {}),
        ("HEAD", "/pets/7", "/pets/{id}", {"id": "7"}),
        ("GET", "/v1/pets/7", "/pets/{id}", {"id": "7"}),
        ("GET", "/eu/v2/pets", "/pets", {}),
        ("GET", "/v1", "/", {}),
        ("GET", "/v1/", "/", {}),
    ],
)
def test_the_most_specific_path_with_the_method_is_chosen(
    load: Any, method: str, path: str, template: str, values: dict[str, str]
) -> None:
    """Literal before templated, segment by segment; HEAD is GET; base paths of servers may lead."""
    servers = [
        {"url": "https://x.test/v1/"},
        {"url": "/{region}/v2", "variables": {"region": {"default": "eu"}}},
    ]
    match = load(PATHS, servers=servers).route(method, path)
    assert match.operation.template == template
    assert dict(match.path_values) == values


@pytest.mark.parametrize("path", ["", "pets", "/pet", "/pets/", "//pets", "/pets/7/toys", "/range/-2", "/v9/pets"])
def test_an_unknown_path_is_404(load: Any, path: str) -> None:
    """A trailing slash is another path."""
    with pytest.raises(Refused) as caught:
        load(PATHS).route("GET", path)
    assert caught.value.status == 404


@pytest.mark.parametrize("path", ["/pets/7/toys/", "/pets//toys/8", "/pets//toys/best", "/v1/pets//toys/8"])
def test_a_value_of_a_path_that_is_left_empty_is_missing(load: Any, path: str) -> None:
    """The operation matches, and the error names the missing value, which helps a client that lost an id."""
    contract = load(PATHS, servers=[{"url": "/v1"}])
    match = contract.route("GET", path)
    with pytest.raises(Refused, match=r"path\.(id|toy) is required") as caught:
        contract.read_inputs(match, Request("GET", path))
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/pets", "GET, POST, HEAD, OPTIONS"),
        ("PUT", "/pets/7", "GET, DELETE, HEAD, OPTIONS"),
        ("PUT", "/pets/mine", "POST, OPTIONS"),
        ("HEAD", "/pets/mine/", "404"),
        ("get", "/pets", "GET, POST, HEAD, OPTIONS"),
    ],
)
def test_an_undeclared_method_is_405_with_allow(load: Any, method: str, path: str, allow: str) -> None:
    """Allow lists what the most specific path takes."""
    with pytest.raises(Refused) as caught:
        load(PATHS).route(method, path)
    assert (dict(caught.value.headers).get("Allow") or str(caught.value.status)) == allow


@pytest.mark.parametrize(("path", "methods"), [("/pets", ("GET", "POST")), ("/pets/mine", ("POST",)), ("/gone", ())])
def test_declared_methods_are_told(load: Any, path: str, methods: tuple[str, ...]) -> None:
    """For OPTIONS."""
    assert load(PATHS).allowed(path) == methods


def test_paths_of_one_shape_share_their_methods(load: Any) -> None:
    """`/a/{x}` and `/a/{y}` are one path; each method keeps the names of its own template."""
    contract = load({"/a/{x}": {"get": OK}, "/a/{y}": {"put": OK}})
    assert contract.route("GET", "/a/1").path_values == {"x": "1"}
    assert contract.route("PUT", "/a/1").path_values == {"y": "1"}


def test_a_hostile_path_is_answered_at_once(load: Any) -> None:
    """Thousands of segments, and text that makes patterns search, are a plain 404."""
    contract = load({"/a/{b}-{c}-{d}x": {"get": OK}, "/{a}/{b}/{c}": {"get": OK}})
    for path in ("/a" * 5_000, "/a/" + "-" * 2_000, "/" + "a" * 100_000):
        with pytest.raises(Refused):
            contract.route("GET", path)


@pytest.mark.parametrize(
    ("servers", "paths"),
    [
        (None, ()),
        ([{"url": "/"}, {"url": "https://x.test"}], ()),
        ([{"url": "https://x.test/v1/"}, {"url": "//x.test/v1"}], ("/v1",)),
        ([{"url": "{scheme}://x.test/{base}", "variables": {"base": {"default": "b"}}}], ("/b",)),
        ([{"url": "v2"}], ("/v2",)),
        ([{"url": "/{v}/x", "variables": {"v": {"default": "v2", "enum": ["v1", "v2"]}}}], ("/v2/x", "/v1/x")),
    ],
)
def test_base_paths_of_servers(servers: Any, paths: tuple[str, ...]) -> None:
    """Their paths, with the default of a variable and whatever else it may be."""
    assert base_paths(servers) == paths


def _required(name: str, location: str, *texts: str) -> dict[str, Any]:
    schema = {"type": "string", **({"enum": list(texts)} if texts else {})}
    return {"name": name, "in": location, "required": True, "schema": schema}


def _of(*parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"get": {**OK, "parameters": list(parameters), **more}}


TWINS: dict[str, Any] = {
    "/": _of(operationId="plain"),
    "/#Action=Find": _of(_required("Action", "query", "Find"), operationId="find"),
    "/#Action=List": _of(_required("Action", "query", "List"), operationId="list"),
    "/#Action=List&Since": _of(
        _required("Action", "query", "List"), _required("Since", "query"), operationId="list-since"
    ),
    "/#X-Target=Drop": _of(_required("X-Target", "header", "Drop"), operationId="drop"),
    "/rest?method=echo": _of(operationId="echo"),
    "/rest?method=ping": _of(operationId="ping"),
    "/near/{kind}?lat={lat}": _of(_required("kind", "path"), _required("lat", "path"), operationId="near"),
}


@pytest.mark.parametrize(
    ("path", "query", "headers", "operation"),
    [
        ("/", "", {}, "plain"),
        ("/", "Action=Find", {}, "find"),
        ("/", "Action=List", {}, "list"),
        ("/", "Action=List&Since=1", {}, "list-since"),
        ("/", "Action=Other", {}, "plain"),
        ("/", "", {"x-target": "Drop"}, "drop"),
        ("/rest", "a=1&method=ping", {}, "ping"),
        ("/rest", "method=gone", {}, "echo"),
        ("/near/pub", "lat=52", {}, "near"),
        ("/near/pub", "", {}, "near"),
    ],
)
def test_operations_of_one_path_are_told_apart(
    load: Any, path: str, query: str, headers: dict[str, str], operation: str
) -> None:
    """By the query of the template, and by what an operation requires; a request that lacks all gets the nearest."""
    match = load(TWINS).route("GET", path, Request("GET", path, query, headers))
    assert match.operation.id == operation


def test_a_value_in_the_query_of_a_template_is_read(load: Any) -> None:
    """Like one of the path; without it the request is invalid, not unknown."""
    contract = load(TWINS)
    sent = Request("GET", "/near/pub", "lat=52")
    assert contract.route("GET", "/near/pub", sent).path_values == {"kind": "pub", "lat": "52"}
    with pytest.raises(Refused, match="lat is required"):
        contract.read_inputs(contract.route("GET", "/near/pub"), Request("GET", "/near/pub"))


def test_an_optional_query_of_a_template_requires_nothing(load: Any) -> None:
    """What it names are parameters of the query, where the document declares them (RFC 6570, 3.2.8)."""
    page = {"name": "page", "in": "query", "schema": {"type": "integer"}}
    contract = load({"/a/{id}{?page,size}": {"get": {**OK, "parameters": [page]}}})
    request = Request("GET", "/a/1", "page=2")
    match = contract.route("GET", "/a/1", request)
    inputs = contract.read_inputs(match, request)
    assert (inputs.path, inputs.query) == ({"id": "1"}, {"page": 2})


def test_bodies_tell_operations_apart(load: Any) -> None:
    """Of two operations the one that takes the media type that is sent."""
    bodies = {kind: {"content": {f"text/{kind}": {}}} for kind in ("plain", "csv")}
    contract = load({f"/a#as={kind}": {"post": {**OK, "requestBody": body}} for kind, body in bodies.items()})
    for kind in bodies:
        match = contract.route("POST", "/a", Request("POST", "/a", "", {"content-type": f"text/{kind}"}, b"x"))
        assert match.operation.template == f"/a#as={kind}"


def test_servers_of_paths_and_operations_count_too(load: Any) -> None:
    """A request may come below the base path of any of them."""
    own = {"servers": [{"url": "https://files.x.test/files"}], "get": {**OK, "servers": [{"url": "/blobs"}]}}
    contract = load({"/a": own, "/b": {"get": OK}}, servers=[{"url": "/v1"}])
    assert contract.base_paths == ("/v1", "/files", "/blobs")
    for base in contract.base_paths:
        assert contract.route("GET", f"{base}/a").operation.template == "/a"


@pytest.mark.parametrize(("path", "known"), [("/pets/", "/pets"), ("/pets/mine/", "/pets/mine"), ("/nowhere/", None)])
def test_a_superfluous_slash_is_named(load: Any, path: str, known: str | None) -> None:
    """`/pets/` is another path than `/pets` (RFC 3986, section 6.2.3); the refusal names the one that there is."""
    with pytest.raises(Refused) as caught:
        load(PATHS).route("GET", path)
    hint = f"; did you mean {known}?" if known else ""
    assert (caught.value.status, caught.value.reason) == (404, f"The contract has no path {path}{hint}")
