"""Documents to compare verdicts on: one for each version, full of what the versions differ in."""

from __future__ import annotations

from typing import Any

OK = {"200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}}


def _parameter(name: str, location: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": location, "required": location == "path", "schema": schema, **more}


def _body(schema: Any, name: str = "application/json", *, required: bool = True) -> dict[str, Any]:
    return {"required": required, "content": {name: {"schema": schema}}}


PARAMETERS: Any = [
    _parameter("id", "path", {"type": "integer", "format": "int64", "minimum": 1}),
    _parameter("kind", "path", {"enum": ["cat", "dog"], "type": "string"}),
    _parameter("limit", "query", {"type": "integer", "format": "int32", "maximum": 100, "default": 20}),
    _parameter("since", "query", {"type": "string", "format": "date"}, required=True),
    _parameter("ratio", "query", {"type": "number", "multipleOf": 0.5}),
    _parameter("tags", "query", {"type": "array", "items": {"type": "string", "minLength": 2}, "maxItems": 3}),
    _parameter("ids", "query", {"type": "array", "items": {"type": "integer"}}, explode=False),
    _parameter("sizes", "query", {"type": "array", "items": {"type": "integer"}}, style="pipeDelimited", explode=False),
    _parameter(
        "box",
        "query",
        {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "string"}}, "required": ["x"]},
        style="deepObject",
        explode=True,
    ),
    _parameter("X-Trace", "header", {"type": "string", "format": "uuid"}, required=True),
    _parameter("X-Parts", "header", {"type": "array", "items": {"type": "integer"}}),
    _parameter("session", "cookie", {"type": "string", "pattern": "^[a-z]{3,}$"}, explode=False),
]

PET: dict[str, Any] = {
    "type": "object",
    "required": ["id", "name", "kind"],
    "properties": {
        "id": {"type": "integer", "format": "int64"},
        "name": {"type": "string", "minLength": 1, "maxLength": 20},
        "kind": {"type": "string", "enum": ["cat", "dog"]},
        "born": {"type": "string", "format": "date-time"},
        "email": {"type": "string", "format": "email"},
        "site": {"type": "string", "format": "uri"},
        "photo": {"type": "string", "format": "byte"},
        "weight": {"type": "number", "minimum": 0, "maximum": 100},
        "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "minItems": 1},
        "parent": {"$ref": "#/components/schemas/Pet"},
        "extra": {"type": "object", "additionalProperties": {"type": "integer"}},
        "food": {"oneOf": [{"type": "string"}, {"type": "integer", "minimum": 10}]},
        "home": {"anyOf": [{"$ref": "#/components/schemas/Closed"}, {"type": "array", "items": {"type": "boolean"}}]},
        "not": {"not": {"type": "string"}},
    },
}
CLOSED: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": False}


def _paths() -> dict[str, Any]:
    return {
        "/pets": {"post": {"requestBody": _body({"$ref": "#/components/schemas/Pet"}), "responses": OK}},
        "/closed": {"put": {"requestBody": _body({"$ref": "#/components/schemas/Closed"}), "responses": OK}},
        "/all": {
            "post": {
                "requestBody": _body(
                    {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "object", "required": ["born"]}]},
                    required=False,
                ),
                "responses": OK,
            }
        },
        "/special": {"post": {"requestBody": _body({"$ref": "#/components/schemas/Special"}), "responses": OK}},
        "/pets/{id}/{kind}": {"get": {"parameters": PARAMETERS, "responses": OK}},
    }


def _document(version: str, special: dict[str, Any], **schemas: Any) -> dict[str, Any]:
    components = {"schemas": {"Pet": PET, "Closed": CLOSED, "Special": special, **schemas}}
    head = {"openapi": version, "info": {"title": version, "version": "1"}}
    return {**head, "paths": _paths(), "components": components}


SPECIAL_3_0: dict[str, Any] = {
    "type": "object",
    "properties": {
        "maybe": {"type": "string", "nullable": True},
        "above": {"type": "number", "minimum": 5, "exclusiveMinimum": True},
        "below": {"type": "number", "maximum": 9, "exclusiveMaximum": True},
        "colour": {"type": "string", "enum": ["red", "blue", None], "nullable": True},
        "animal": {"$ref": "#/components/schemas/Animal"},
    },
    "required": ["above"],
}

ANIMALS: dict[str, Any] = {
    "Animal": {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "sort", "mapping": {"woof": "#/components/schemas/Dog"}},
    },
    "Cat": {
        "type": "object",
        "required": ["sort"],
        "properties": {"sort": {"type": "string"}, "n": {"type": "integer"}},
    },
    "Dog": {
        "type": "object",
        "required": ["sort", "b"],
        "properties": {"sort": {"type": "string"}, "b": {"type": "boolean"}},
    },
}

SPECIAL_3_1: dict[str, Any] = {
    "type": "object",
    "properties": {
        "maybe": {"type": ["string", "null"]},
        "above": {"type": "number", "exclusiveMinimum": 5},
        "fixed": {"const": {"a": [1, None]}},
        "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False},
        "some": {"type": "array", "contains": {"type": "integer"}, "minContains": 1},
        "either": {"if": {"type": "string"}, "then": {"minLength": 3}, "else": {"type": "integer"}},
        "words": {"type": "object", "propertyNames": {"maxLength": 3}, "minProperties": 1},
        "animal": {"$ref": "#/components/schemas/Animal"},
    },
    "dependentRequired": {"maybe": ["above"]},
    "unevaluatedProperties": False,
}

DOCUMENTS: dict[str, dict[str, Any]] = {
    "3.0": _document("3.0.3", SPECIAL_3_0, **ANIMALS),
    "3.1": _document("3.1.0", SPECIAL_3_1, **ANIMALS),
    "3.2": _document("3.2.0", SPECIAL_3_1, **ANIMALS),
}
