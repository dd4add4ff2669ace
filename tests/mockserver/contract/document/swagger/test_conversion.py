"""Tests of mockserver/contract/document/swagger: what each part of a Swagger 2.0 document is in OpenAPI 3.0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mockserver.contract.document.swagger.conversion import Conversion, converted

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
PUT = "/paths/~1a/put"
FIELDS = f"{PUT}/requestBody/content/multipart~1form-data/schema/properties"
OLD, NEW = "#/definitions/B", "#/components/schemas/B"


def document(operation: Mapping[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    """A document with one operation, and other parts of it by name."""
    return {
        "swagger": "2.0",
        "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"post": {"responses": {"200": {"description": "well"}}, **(operation or {})}}},
        **parts,
    }


def operation(declared: Mapping[str, Any], **parts: Any) -> Any:
    """The operation as it is in 3.0."""
    return converted(document(declared, **parts)).root["paths"]["/a"]["post"]


def schema(declared: Any, **definitions: Any) -> Any:
    """A definition as it is in 3.0."""
    conversion = converted(document(definitions={"It": declared, **definitions}))
    return conversion.root["components"]["schemas"]["It"]


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({}, None),
        ({"basePath": "/v1/"}, ["/v1"]),
        ({"basePath": "v1"}, ["/v1"]),
        ({"host": "x.test"}, ["//x.test"]),
        ({"host": "x:8080", "basePath": "/v1", "schemes": ["https", "ws"]}, ["https://x:8080/v1", "ws://x:8080/v1"]),
        ({"schemes": ["https"]}, None),
    ],
)  # fmt: skip
def test_servers(declared: dict[str, Any], expected: Any) -> None:
    """`host`, `basePath` and `schemes` are servers."""
    servers = converted(document(**declared)).root.get("servers")
    assert (servers and [one["url"] for one in servers]) == expected


def test_an_operation_with_schemes_of_its_own_has_servers() -> None:
    """Its schemes take the place of the document's."""
    found = operation({"schemes": ["wss"]}, host="x.test", schemes=["https"])
    assert found["servers"] == [{"url": "wss://x.test"}]
    assert "schemes" not in found


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({"type": "basic", "description": "d"}, {"type": "http", "scheme": "basic", "description": "d"}),
        ({"type": "apiKey", "in": "query", "name": "k"}, {"type": "apiKey", "in": "query", "name": "k"}),
        *[
            (
                {"type": "oauth2", "flow": flow, "tokenUrl": "t", "scopes": {"a": "b"}, "x-a": 1},
                {"type": "oauth2", "flows": {name: {"tokenUrl": "t", "scopes": {"a": "b"}}}, "x-a": 1},
            )
            for flow, name in {
                "implicit": "implicit",
                "password": "password",
                "application": "clientCredentials",
                "accessCode": "authorizationCode",
            }.items()
        ],
    ],
)
def test_security_definitions(declared: Any, expected: Any) -> None:
    """Each is a security scheme; what requires them stays."""
    conversion = converted(document(securityDefinitions={"s": declared}, security=[{"s": []}]))
    assert conversion.root["components"]["securitySchemes"] == {"s": expected}
    assert conversion.root["security"] == [{"s": []}]


@pytest.mark.parametrize(
    ("location", "written", "expected"),
    [
        ("query", None, {"style": "form", "explode": False}),
        ("query", "csv", {"style": "form", "explode": False}),
        ("query", "multi", {"style": "form", "explode": True}),
        ("query", "ssv", {"style": "spaceDelimited", "explode": False}),
        ("query", "pipes", {"style": "pipeDelimited", "explode": False}),
        ("query", "tsv", {"x-collectionFormat": "tsv"}),
        ("path", None, {"style": "simple", "explode": False}),
        ("path", "ssv", {"x-collectionFormat": "ssv"}),
        ("header", "pipes", {"x-collectionFormat": "pipes"}),
    ],
)
def test_collection_formats(location: str, written: str | None, expected: dict[str, Any]) -> None:
    """A style where 3.0 has one, else the schema keeps the format."""
    declared = {"name": "n", "in": location, "type": "array", "items": {"type": "integer"}, "x-own": 1}
    declared |= {"collectionFormat": written} if written else {}
    (found,) = operation({"parameters": [declared]})["parameters"]
    schema = found.pop("schema")
    style = found | {key: value for key, value in schema.items() if key.startswith("x-")}
    assert style == {"name": "n", "in": location, "x-own": 1, **expected}
    assert (schema["type"], schema["items"]) == ("array", {"type": "integer"})


def test_lists_in_lists_keep_how_they_travel() -> None:
    """3.0 has no style for them."""
    inner = {"type": "array", "items": {"type": "string"}, "collectionFormat": "pipes"}
    (found,) = operation({"parameters": [{"name": "n", "in": "query", "type": "array", "items": inner}]})["parameters"]
    inner_schema = {"type": "array", "items": {"type": "string"}, "x-collectionFormat": "pipes"}
    assert found["schema"] == {"type": "array", "items": inner_schema}


def test_an_impossible_format_is_noted() -> None:
    """A header can't come twice."""
    declared = {"name": "n", "in": "header", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi"}
    (note,) = converted(document({"parameters": [declared]})).notes
    assert note.startswith("/paths/~1a/post/parameters/0: collectionFormat 'multi' isn't possible here")


@pytest.mark.parametrize(
    ("own", "shared", "expected"),
    [
        (None, None, [JSON, "*/*"]),
        (["text/a"], None, ["text/a"]),
        (None, ["text/b", JSON], ["text/b", JSON]),
        (["text/a"], ["text/b"], ["text/a"]),
        ([], ["text/b"], [JSON, "*/*"]),
    ],
)
def test_media_types(own: list[str] | None, shared: list[str] | None, expected: list[str]) -> None:
    """An operation's own list, also an empty one, takes the place of the document's."""
    content = {
        "parameters": [{"name": "b", "in": "body", "schema": {"type": "object"}}],
        "responses": {"200": {"description": "well", "schema": {"type": "object"}}},
    }
    lists = {} if own is None else {"consumes": own, "produces": own}
    found = operation({**content, **lists}, **({"consumes": shared, "produces": shared} if shared else {}))
    media = {name: {"schema": {"type": "object"}} for name in expected}
    assert found["requestBody"] == {"required": False, "content": media}
    assert found["responses"]["200"]["content"] == media
    assert list(found["requestBody"]["content"]) == expected


@pytest.mark.parametrize(
    ("kind", "consumes", "expected"),
    [
        ("string", [], [FORM, MULTIPART]),
        ("string", [JSON], [FORM, MULTIPART]),
        ("string", [FORM], [FORM]),
        ("file", [], [MULTIPART]),
        ("file", [FORM], [MULTIPART]),
        ("file", [FORM, "multipart/form-data; charset=utf-8"], ["multipart/form-data; charset=utf-8"]),
    ],
)
def test_media_types_of_forms(kind: str, consumes: list[str], expected: list[str]) -> None:
    """Those of forms which are consumed, else all that can carry the fields."""
    found = operation({"parameters": [{"name": "f", "in": "formData", "type": kind}], "consumes": consumes})
    assert list(found["requestBody"]["content"]) == expected


def test_form_fields() -> None:
    """They are the properties of an object; lists are encoded as they travel."""
    listed = {"in": "formData", "type": "array", "items": {"type": "string"}}
    fields = [
        {"name": "a", "in": "formData", "type": "integer", "required": True, "description": "d"},
        {"name": "f", "in": "formData", "type": "file"},
        {"name": "e", "in": "formData", "type": "integer", "allowEmptyValue": True},
        {"name": "l", **listed},
        {"name": "m", **listed, "collectionFormat": "multi"},
    ]
    (media,) = operation({"parameters": fields})["requestBody"]["content"].values()
    properties = media["schema"]["properties"]
    assert properties == {
        "a": {"type": "integer", "description": "d"},
        "f": {"type": "string", "format": "binary"},
        "e": {"anyOf": [{"type": "integer"}, {"type": "string", "enum": [""]}]},
        "l": {"type": "array", "items": {"type": "string"}, "x-collectionFormat": "csv"},
        "m": {"type": "array", "items": {"type": "string"}},
    }
    assert media["schema"]["required"] == ["a"]
    content = operation({"parameters": fields[3:], "consumes": [FORM]})["requestBody"]["content"]
    assert content[FORM]["encoding"] == {"l": {"style": "form", "explode": False}}


def test_shared_parameters_and_responses() -> None:
    """A shared body is repeated in each operation, as it needs the operation's media types."""
    conversion = converted(
        document(
            {"parameters": [{"$ref": "#/parameters/q"}, {"$ref": "#/parameters/b"}],
             "responses": {"default": {"$ref": "#/responses/r"}}, "produces": ["text/a"], "consumes": ["text/b"]},
            parameters={
                "q": {"name": "q", "in": "query", "type": "string"},
                "b": {"name": "b", "in": "body", "schema": {}},
            },
            responses={"r": {"description": "r", "schema": {"type": "string"}, "x-own": 1}},
        )
    )  # fmt: skip
    found = conversion.root["paths"]["/a"]["post"]
    assert found["parameters"] == [{"$ref": "#/components/parameters/q"}]
    assert conversion.root["components"]["parameters"]["q"] == {
        "name": "q",
        "in": "query",
        "schema": {"type": "string"},
    }
    assert found["requestBody"]["content"] == {"text/b": {"schema": {}}}
    shared = {"description": "r", "x-own": 1, "content": {"text/a": {"schema": {"type": "string"}}}}
    assert found["responses"]["default"] == shared


def test_parameters_of_the_path_that_are_part_of_the_body() -> None:
    """They are part of each operation's body; an operation's own fields come beside them."""
    item = {
        "parameters": [
            {"name": "a", "in": "formData", "type": "string"},
            {"name": "q", "in": "query", "type": "string"},
        ],
        "post": {"parameters": [{"name": "b", "in": "formData", "type": "string"}], "responses": {}},
        "put": {"parameters": [{"name": "c", "in": "body", "schema": {"type": "object"}}], "responses": {}},
    }  # fmt: skip
    found = converted(document(paths={"/a": item})).root["paths"]["/a"]
    assert [one["name"] for one in found["parameters"]] == ["q"]
    assert list(found["post"]["requestBody"]["content"][FORM]["schema"]["properties"]) == ["a", "b"]
    assert found["put"]["requestBody"]["content"][JSON]["schema"] == {"type": "object"}


def test_responses() -> None:
    """Examples stand in their media type; a response without schema has no content; headers have schemas."""
    declared = {
        "200": {
            "description": "well",
            "schema": {"type": "object"},
            "examples": {JSON: {"a": 1}, "bad": 1},
            "headers": {"X-L": {"type": "array", "items": {"type": "string"}, "description": "d"}},
        },
        "204": {"description": "none"},
        "206": {"description": "file", "schema": {"type": "file"}},
        "x-own": 1,
    }
    conversion = converted(document({"responses": declared, "produces": [JSON, "text/a"]}))
    found = conversion.root["paths"]["/a"]["post"]["responses"]
    assert found["200"]["content"] == {
        JSON: {"schema": {"type": "object"}, "example": {"a": 1}},
        "text/a": {"schema": {"type": "object"}},
    }
    header = {
        "description": "d",
        "style": "simple",
        "explode": False,
        "schema": {"type": "array", "items": {"type": "string"}},
    }
    assert found["200"]["headers"] == {"X-L": header}
    assert found["204"] == {"description": "none"}
    assert found["206"]["content"] == {
        JSON: {"schema": {}},
        "text/a": {"schema": {"type": "string", "format": "binary"}},
    }
    assert found["x-own"] == 1
    assert any(
        "responses/200/examples/bad: an example must be named by its media type" in one for one in conversion.notes
    )


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({"minimum": 1, "exclusiveMinimum": True}, {"minimum": 1, "exclusiveMinimum": True}),
        ({"discriminator": "kind"}, {"discriminator": {"propertyName": "kind"}}),
        ({"type": "string", "x-nullable": True}, {"type": "string", "x-nullable": True, "nullable": True}),
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"type": ["string", "integer"]}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ({"type": "null"}, {"type": "string", "enum": [None], "nullable": True}),
        ({"type": "file"}, {"type": "string", "format": "binary"}),
        ({"readOnly": True, "xml": {"name": "a"}}, {"readOnly": True, "xml": {"name": "a"}}),
        ({"properties": {"type": {"$ref": OLD}}}, {"properties": {"type": {"$ref": NEW}}}),
        ({"allOf": [{"$ref": OLD}]}, {"allOf": [{"$ref": NEW}]}),
        ({"additionalProperties": {"$ref": OLD}}, {"additionalProperties": {"$ref": NEW}}),
        ({"items": {"$ref": OLD, "x-nullable": True}},
         {"items": {"allOf": [{"$ref": NEW}], "x-nullable": True, "nullable": True}}),
        ({"example": {"$ref": OLD}}, {"example": {"$ref": OLD}}),
        ({"default": None, "enum": []}, {"default": None, "enum": []}),
    ],
)  # fmt: skip
def test_schemas(declared: Any, expected: Any) -> None:
    """What draft 4 and 3.0 share stays; what 2.0 says in its own way is said in 3.0's."""
    assert schema(declared, B={"type": "string"}) == expected


def test_what_is_referred_to_gets_a_name() -> None:
    """Also a schema within another, and one that another name stands for."""
    definitions = {
        "A": {"$ref": "#/definitions/B"},
        "B": {"properties": {"b": {"type": "string"}}},
        "C": {"$ref": "#/definitions/B/properties/b"},
        "D": {"items": {"$ref": "#/definitions/B/properties/b"}},
        "E": {"items": {"$ref": "#/paths/~1a/post/parameters/0/schema"}},
    }
    body = {"name": "x", "in": "body", "schema": {"type": "integer"}}
    found = converted(document({"parameters": [body]}, definitions=definitions)).root["components"]["schemas"]
    assert found["B"] == {"$ref": "#/components/schemas/A"}
    assert found["A"] == {"properties": {"b": {"type": "string"}}}
    assert found["C"] == {"type": "string"}
    assert found["D"] == {"items": {"$ref": "#/components/schemas/C"}}
    assert found["E"] == {"items": {"$ref": "#/components/schemas/schema"}}
    assert found["schema"] == {"type": "integer"}


def as_written(conversion: Conversion, pointer: str) -> str:
    """The origin of the nearest node around a pointer, with the rest of it."""
    outer = next(pointer[:end] for end in range(len(pointer), 0, -1) if pointer[:end] in conversion.origins)
    return conversion.origins[outer] + pointer[len(outer) :]


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("/components/schemas/A/properties/b", "/definitions/A/properties/b"),
        ("/components/parameters/q/schema/maximum", "/parameters/q/maximum"),
        ("/components/securitySchemes/s/flows", "/securityDefinitions/s/flows"),
        ("/paths/~1a/post/parameters/0/schema/minimum", "/paths/~1a/post/parameters/1/minimum"),
        ("/paths/~1a/post/parameters/0/required", "/paths/~1a/post/parameters/1/required"),
        ("/paths/~1a/post/requestBody", "/paths/~1a/post/parameters/0"),
        ("/paths/~1a/post/requestBody/content/text~1a/schema/type", "/paths/~1a/post/parameters/0/schema/type"),
        ("/paths/~1a/post/responses/200/content/text~1a/schema/type", "/responses/r/schema/type"),
        ("/paths/~1a/post/responses/200/content/text~1a/example", "/responses/r/examples/text~1a"),
        ("/paths/~1a/post/responses/200/headers/h/schema/type", "/responses/r/headers/h/type"),
        ("/paths/~1b/get/summary", "/x-items/b/get/summary"),
        (f"{FIELDS}/f/maxLength", f"{PUT}/parameters/0/maxLength"),
    ],
)  # fmt: skip
def test_every_part_has_its_place_in_the_original(new: str, old: str) -> None:
    """Messages name the part as its author wrote it."""
    types = {"consumes": ["text/a"], "produces": ["text/a"]}
    parameters = [
        {"name": "b", "in": "body", "schema": {"type": "object"}},
        {"name": "n", "in": "query", "type": "integer", "minimum": 1},
        {"$ref": "#/parameters/q"},
    ]
    post = {"parameters": parameters, "responses": {"200": {"$ref": "#/responses/r"}}}
    put = {"parameters": [{"name": "f", "in": "formData", "type": "string", "maxLength": 1}], "responses": {}}
    conversion = converted(
        document(
            host="x.test",
            **types,
            paths={"/a": {"post": post, "put": put}, "/b": {"$ref": "#/x-items/b"}},
            parameters={"q": {"name": "q", "in": "query", "type": "integer", "maximum": 1}},
            responses={
                "r": {"schema": {"type": "string"}, "examples": {"text/a": "x"}, "headers": {"h": {"type": "string"}}}
            },
            definitions={"A": {"properties": {"b": {"type": "string"}}}},
            **{"x-items": {"b": {"get": {"summary": "s", "responses": {}}}}},
        )
    )
    assert as_written(conversion, new) == old


@pytest.mark.parametrize(
    ("declared", "old"),
    [({"host": "x.test", "basePath": "/v1"}, "/host"), ({"basePath": "/v1"}, "/basePath")],
)
def test_servers_have_their_place_in_the_original(declared: dict[str, Any], old: str) -> None:
    """Where they were written, of the document and of an operation."""
    conversion = converted(document(**declared, paths={"/a": {"get": {"schemes": ["ws"], "responses": {}}}}))
    assert conversion.origins["/servers"] == old
    assert conversion.origins["/paths/~1a/get/servers"] == "/paths/~1a/get/schemes"
